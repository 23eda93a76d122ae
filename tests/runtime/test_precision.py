import pytest
import torch
from torch import nn

from pipeline.runtime.precision import fastest, mixed


@pytest.fixture
def in_bfloat16(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cpu, "_is_avx512_bf16_supported", lambda: True)


@pytest.fixture
def without_bfloat16(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cpu, "_is_avx512_bf16_supported", lambda: False)


def computed(*, precise: bool = False) -> torch.dtype:
    with mixed("cpu", precise=precise):
        return nn.Linear(2, 2)(torch.ones(1, 2)).dtype


@pytest.mark.usefixtures("without_bfloat16")
def test_a_processor_without_bfloat16_does_not_emulate_it():
    assert fastest("cpu") == torch.float32
    assert computed() == torch.float32


@pytest.mark.usefixtures("in_bfloat16")
def test_a_processor_with_bfloat16_uses_it_where_single_precision_is_not_asked_for():
    assert fastest("cpu") == torch.bfloat16
    assert computed() == torch.bfloat16
    assert computed(precise=True) == torch.float32


@pytest.mark.parametrize("able", [True, False])
def test_a_card_that_emulates_bfloat16_does_not_use_it(monkeypatch, able):
    monkeypatch.setattr(
        torch.cuda,
        "is_bf16_supported",
        lambda including_emulation=True: including_emulation or able,
    )
    assert fastest("cuda") == (torch.bfloat16 if able else torch.float32)
