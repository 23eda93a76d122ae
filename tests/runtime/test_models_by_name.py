"""Networks by their names: their sources, their submodules, and the messages for bad files."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
import torch

import pipeline.nets.sam as nets
import pipeline.runtime.engines as engines
import pipeline.runtime.models as runtime
import pipeline.weights.resolve as weights
import ui.startup as startup
from pipeline.nets.sam import ImageEncoder, PromptDecoder, Size
from pipeline.nets.tiny_vit import TinyEncoder
from pipeline.paint import paint
from pipeline.runtime.convert import write
from pipeline.runtime.engines import run_torch
from pipeline.runtime.models import Models
from pipeline.settings import Settings
from pipeline.weights.catalog import CATALOG, USUAL, WeightError
from tests.test_paint import PlainModels, Remembering, photo_of

LARGE = ("sam_vit_b", "sam_vit_l", "sam_vit_h", "mobile_sam")


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    """Return an empty folder for published weights."""
    monkeypatch.setenv("PORTRAIT_CACHE", str(tmp_path))
    monkeypatch.setattr(weights, "find_in_hub_cache", lambda source: None)
    (tmp_path / "weights").mkdir()
    return tmp_path / "weights"


def state_of(encoder, decoder):
    return {
        **{f"image_encoder.{k}": v for k, v in encoder.state_dict().items()},
        **decoder.state_dict(),
    }


pytestmark = pytest.mark.usefixtures("at_once")


@pytest.fixture
def small(folder, monkeypatch):
    """Put a small vision transformer, of unknown hash, in ViT-B's place; return its state."""
    monkeypatch.setitem(nets.VARIANTS, "small", Size(16, 2, 1, (1,)))
    monkeypatch.setitem(
        CATALOG, "sam_vit_b", replace(CATALOG["sam_vit_b"], sha256=None, build={"variant": "small"})
    )
    torch.manual_seed(0)
    state = state_of(ImageEncoder("small"), PromptDecoder())
    torch.save(state, folder / "sam_vit_b.pth")
    return state


@pytest.mark.parametrize("name", LARGE)
@pytest.mark.parametrize("policy", ["auto", "embedded"])
def test_what_is_not_here_is_said_with_its_size_and_its_place(folder, name, policy):
    with pytest.raises(WeightError) as caught:
        Models("cpu").named(name, policy)
    said = str(caught.value)
    for part in (
        f"{name} was chosen",
        f"{CATALOG[name].bytes / 1e6:.0f} MB",
        str(folder / f"{name}.pth"),
        "'full'",
        "something else",
    ):
        assert part in said


def test_what_is_here_is_used_unless_only_embedded_ones_may_be(small):
    assert weights.named("sam_vit_b", "auto").name == "sam_vit_b"
    with pytest.raises(WeightError, match="sam_vit_b was chosen"):
        weights.named("sam_vit_b", "embedded")


def test_full_asks_for_what_is_not_here_and_embedded_ones_need_no_asking():
    assert weights.named("sam_vit_h", "full").name == "sam_vit_h"
    for policy in ("auto", "embedded", "full"):
        assert weights.named("parser", policy).embedded


def test_an_unknown_name_is_refused():
    with pytest.raises(WeightError, match="There is no sam_huge"):
        weights.named("sam_huge", "auto")


def test_both_pieces_run_through_openvino_as_through_pytorch(small, monkeypatch):
    def convert_here(verified, folder):
        folder.mkdir(parents=True)
        write(verified, folder)

    monkeypatch.setattr(engines, "convert", convert_here)
    loaded = Models("cpu").named("sam_vit_b", "auto")
    verified = weights.obtain(CATALOG["sam_vit_b"])
    rng = np.random.default_rng(0)
    photo = rng.random((1, 3, 1024, 1024), np.float32)
    wanted = run_torch(verified, "cpu")(photo)
    found = loaded.run(photo)
    assert wanted.std() > 0.1
    assert (
        10 * np.log10(np.ptp(wanted) ** 2 / np.mean((found - wanted) ** 2)) > 40
    )  # bf16 keeps three digits
    plain = run_torch(replace(verified, submodule="prompt"), "cpu")
    mask, given = rng.standard_normal((1, 1, 256, 256), np.float32), np.ones(1, np.float32)
    for count in (2, 5, 17):
        points = rng.uniform(0, 1024, (1, count, 2)).astype(np.float32)
        kinds = rng.integers(-1, 4, (1, count)).astype(np.float32)
        for ours, theirs in zip(
            loaded.prompt(wanted, points, kinds, mask, given),
            plain(wanted, points, kinds, mask, given),
            strict=True,
        ):
            np.testing.assert_allclose(
                ours, theirs, atol=1e-3 * np.abs(theirs).max()
            )  # float32 in another order
    assert loaded.use.sha256 == verified.sha256


# Bad files


def spoiled(state, kind, file):
    """Write a file that is wrong in one way."""
    if kind == "another network's":
        torch.save(state_of(TinyEncoder(), PromptDecoder()), file)
    elif kind == "without its decoder":
        torch.save({k: v for k, v in state.items() if k.startswith("image_encoder.")}, file)
    elif kind == "with a stranger":
        torch.save({**state, "module.head.weight": torch.zeros(1)}, file)
    elif kind == "cut short":
        data = file.read_bytes()
        file.write_bytes(data[: len(data) // 2])
    elif kind == "no weights at all":
        file.write_text("<html>404</html>")
    elif kind == "code":
        torch.save({"model": SimpleNamespace(x=1)}, file)


@pytest.mark.parametrize(
    "kind",
    [
        "another network's",
        "without its decoder",
        "with a stranger",
        "cut short",
        "no weights at all",
        "code",
    ],
)
def test_a_bad_file_is_refused_by_name(small, folder, kind, monkeypatch):
    monkeypatch.setattr(runtime, "compile_openvino", lambda verified: run_torch(verified, "cpu"))
    spoiled(small, kind, folder / "sam_vit_b.pth")
    models = Models("cpu")
    for _ in range(2):
        with pytest.raises(WeightError, match=r"sam_vit_b\.pth.*Delete it and get it again"):
            models.named("sam_vit_b", "auto")


def test_with_a_bad_file_everything_else_works_on(folder, monkeypatch):
    (folder / "sam_vit_b.pth").write_bytes(b"cut short")
    models, cache = PlainModels(), Remembering()
    monkeypatch.setattr(models, "named", Models("cpu").named, raising=False)
    with pytest.raises(WeightError, match="is not sam_vit_b"):
        paint(photo_of(), Settings.from_flat(segmenter="sam_vit_b"), models=models, cache=cache)
    assert paint(photo_of(), models=models, cache=cache).mask is not None


def test_a_wrong_hash_is_refused_by_name_before_anything_is_read(small, folder, monkeypatch):
    monkeypatch.setitem(CATALOG, "sam_vit_b", replace(CATALOG["sam_vit_b"], sha256="0" * 64))
    monkeypatch.setattr(torch, "load", None)
    with pytest.raises(
        WeightError,
        match=rf"is not sam_vit_b: sha256 {'0' * 64} was wanted, .* was found\. Delete the file",
    ):
        Models("cpu").named("sam_vit_b", "auto")


# What is loaded by itself


def test_neither_warming_up_nor_starting_brings_what_nobody_chose(folder, monkeypatch):
    loaded = []
    for name in LARGE:
        (folder / f"{name}.pth").write_bytes(b"here")
    monkeypatch.setattr(
        runtime,
        "compile_openvino",
        lambda verified: loaded.append(verified.entry.name) or (lambda *values: values[0]),
    )
    Models("cpu").warm()
    assert loaded
    assert not set(LARGE) & set(loaded)
    assert {entry.role for entry in startup.wanted()} <= set(USUAL)
