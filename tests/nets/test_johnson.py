"""Johnson's transformation network: the published one, and a slim one with many styles."""

import numpy as np
import pytest
import torch

from pipeline.nets.johnson import Johnson
from pipeline.runtime.models import Models
from pipeline.runtime.styles import Mix
from pipeline.variants import FAST_STYLES

SLIM = {
    "widths": (8, 16), "blocks": 1, "fold": 4, "cell": 2, "kernel": 3, "resize": True, "noise": 2,
    "styles": 3,
}  # fmt: skip


def parameters(network):
    return sum(p.numel() for p in network.parameters())


def test_with_one_style_it_is_the_published_network():
    assert parameters(Johnson()) == 1_679_235


@pytest.mark.parametrize("resize", [False, True])
def test_a_painting_has_the_photos_size(resize):
    network = Johnson((4, 8, 16), 1, resize=resize)
    with torch.inference_mode():
        assert network(torch.zeros(2, 3, 40, 24), torch.ones(2, 1)).shape == (2, 3, 40, 24)


def test_a_style_is_a_scale_and_a_shift_of_every_channel():
    torch.manual_seed(0)
    network = Johnson((4, 8, 16), 1, styles=3).eval()
    with torch.no_grad():
        network.styles[1] *= 2
        network.styles[2] = (network.styles[0] + network.styles[1]) / 2
        photo = torch.rand(1, 3, 32, 32)
        one, other, between, mixed = (
            network(photo, torch.tensor([mix]))
            for mix in ([1.0, 0, 0], [0, 1.0, 0], [0, 0, 1.0], [0.5, 0.5, 0])
        )
    assert (one - other).abs().mean() > 0.01
    assert torch.allclose(between, mixed, atol=1e-5)


def test_strokes_grow_from_noise_where_the_photo_is_flat():
    torch.manual_seed(0)
    network = Johnson(**SLIM).eval()
    flat, mix = torch.zeros(1, 3, 64, 64), torch.eye(3)[:1]
    with torch.inference_mode():
        one, other = (network(flat, mix, torch.randn(1, 2, 16, 16)) for _ in range(2))
    assert one.shape == flat.shape
    assert one.std() > 1e-3
    assert (one - other).abs().mean() > 1e-3


def test_nothing_repeats_with_the_cells():
    torch.manual_seed(0)
    network = Johnson(**SLIM).eval()
    with torch.inference_mode():
        network.last.weight.normal_()
        made = network(torch.rand(1, 3, 64, 64), torch.eye(3)[:1], torch.randn(1, 2, 16, 16))
    inner = made[0, 0, 8:-8, 8:-8]
    signs = 1 - 2 * ((torch.arange(48)[:, None] + torch.arange(48)) % 2)
    assert (inner * signs).mean().abs() < 0.02 * inner.std()


def test_the_embedded_one_paints_a_photo_in_each_of_its_styles():
    network = Models("cpu").load("fast_style", "embedded")
    photo = np.random.default_rng(0).uniform(-1, 1, (1, 3, 64, 96)).astype(np.float32)
    made = [
        network.styled(Mix(tuple(np.eye(len(FAST_STYLES))[number])))(photo)
        for number in range(len(FAST_STYLES))
    ]
    assert {each.shape for each in made} == {photo.shape}
    assert all(np.abs(each - made[0]).mean() > 0.01 for each in made[1:])
    assert (network.styled(Mix(tuple(np.eye(len(FAST_STYLES))[0])))(photo) == made[0]).all()
