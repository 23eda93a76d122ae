"""Perceptual networks: the published one's layers, the compact one's projections and training."""

import numpy as np
import pytest
import torch

from pipeline.nets.vgg import LAYERS, WIDTHS, Perceptual
from pipeline.runtime.perceptual import condense
from pipeline.stages.style_transfer.gram import gram_matrix
from pipeline.stages.style_transfer.losses import content_energy, style_energy
from training import perceptual
from training.perceptual import LIFTS, network, products, unlike
from training.teachers import Lifted
from training.unpaired import Domains

CHANNELS = {
    "11": 4,
    "12": 4,
    "21": 5,
    "22": 5,
    "31": 6,
    "32": 6,
    "33": 6,
    "34": 6,
    "41": 7,
    "42": 128,
    "43": 7,
    "44": 7,
    "51": 7,
}


@pytest.fixture(scope="module")
def teacher(tmp_path_factory):
    """Return a small teacher with random features and lifts."""
    torch.manual_seed(0)
    state = {"conv0.weight": torch.eye(3)[:, :, None, None], "conv0.bias": torch.zeros(3)}
    channels = 3
    for name, width in CHANNELS.items():
        state[f"conv{name}.weight"] = torch.randn(width, channels, 3, 3) / (9 * channels) ** 0.5
        state[f"conv{name}.bias"] = torch.zeros(width)
        channels = width
    for name in Lifted.LIFTED:
        wide = WIDTHS[int(name[0]) - 1]
        state[f"conv{name}_aux.weight"], state[f"conv{name}_aux.bias"] = (
            torch.randn(wide, CHANNELS[name], 1, 1),
            torch.randn(wide),
        )
    file = tmp_path_factory.mktemp("teacher") / "5SE.pth"
    torch.save(state, file)
    return Lifted(file)


def test_the_published_networks_keys_are_torchvisions():
    places = [0, 2, 5, 7, 10, 12, 14, 16, 19, 21, 23, 25, 28]
    with torch.device("meta"):
        net = Perceptual()
    assert set(net.state_dict()) == {
        f"features.{place}.{kind}" for place in places for kind in ("weight", "bias")
    }
    assert sum(p.numel() for p in net.parameters()) == 12_944_960
    assert [net.places[place + 1] for place in places] == list(LAYERS)


def test_only_what_is_asked_for_is_computed():
    net, seen = Perceptual((4, 4, 4, 4, 4)), []
    for place, module in enumerate(net.features):
        module.register_forward_hook(lambda *_, place=place: seen.append(place))
    found = net(torch.rand(1, 3, 32, 48), ("conv1_2", "conv3_1"))
    assert {name: tuple(x.shape) for name, x in found.items()} == {
        "conv1_2": (1, 4, 32, 48),
        "conv3_1": (1, 4, 8, 12),
    }
    assert max(seen) == 11
    assert all((x >= 0).all() for x in found.values())


def test_a_lift_adds_its_bias_by_a_channel_of_ones():
    net = network()
    x = torch.rand(5, 160)
    lift = net.lift("conv5_1")
    assert lift is not None
    torch.testing.assert_close(
        torch.cat([x, torch.ones(5, 1)], 1) @ lift.T, net.lifts["conv5_1"](x)
    )
    assert net.lift("conv1_2") is None
    assert {name: len(net.lift(name)) for name in LIFTS} == LIFTS


def test_smaller_lifts_leave_styles_and_contents_as_far_apart_as_they_were():
    torch.manual_seed(0)
    net = Perceptual((4, 5, 6, 7, 7), {"conv1_1": 64, "conv3_1": 3}).requires_grad_(False)
    one, other = torch.rand(2, 1, 4, 6, 6)
    whole = net.lift("conv1_1")
    few = net.lift("conv3_1").clone()
    condense(net)
    small = net.lift("conv1_1")
    assert small.shape == (5, 5)
    assert torch.equal(net.lift("conv3_1"), few)
    for energy, maps in (
        (style_energy, (gram_matrix(one), gram_matrix(other))),
        (content_energy, (one, other)),
    ):
        torch.testing.assert_close(energy(*maps, small), energy(*maps, whole))


def test_distances_are_those_of_lifted_maps_that_are_never_made():
    torch.manual_seed(1)
    found, wanted, mine, theirs = (
        torch.rand(2, 3, 5, 6),
        torch.rand(2, 4, 5, 6),
        torch.randn(9, 4),
        torch.randn(9, 5),
    )

    def lifted(x, lift):
        return torch.einsum("wc,bcp->bwp", lift, torch.cat([x.flatten(2), torch.ones(2, 1, 30)], 1))

    a, b = lifted(found, mine), lifted(wanted, theirs)
    maps, grams = unlike(found, wanted, mine, theirs)
    spread = ((b - b.mean((0, 2), keepdim=True)) ** 2).mean()
    torch.testing.assert_close(maps, ((a - b) ** 2).mean() / spread, rtol=1e-4, atol=1e-4)
    ga, gb = a @ a.mT / 30, b @ b.mT / 30
    torch.testing.assert_close(
        grams, (ga - gb).norm(dim=(1, 2)).mean() / gb.norm(dim=(1, 2)).mean(), rtol=1e-4, atol=1e-4
    )
    torch.testing.assert_close(products(found, found)[:, -1, :-1], found.mean((2, 3)))


def test_the_teacher_lifts_every_layer_that_is_learned(teacher):
    maps = teacher(torch.rand(1, 3, 64, 64))
    assert {name: len(teacher.lift(name)) for name in maps} == LIFTS
    assert all(teacher.lift(name).shape[1] == maps[name].shape[1] + 1 for name in maps)


def test_pictures_are_parts_of_all_kinds_and_some_are_half_noise():
    rng = np.random.default_rng(0)
    flat = Domains(*([np.full((160, 200, 3), value, np.uint8)] for value in (50, 100, 150)))
    shown = torch.cat([next(perceptual.batches(flat, 8, 128, rng)) for _ in range(8)])
    assert shown.shape == (64, 3, 128, 128)
    assert shown.min() >= 0
    assert shown.max() <= 1
    noisy = shown.std((1, 2, 3)) > 1e-3
    assert 0.1 < noisy.float().mean() < 0.5
    assert {round(v * 255) for v in shown[~noisy].mean((1, 2, 3)).tolist()} == {50, 100, 150}


def test_a_compact_network_learns_what_the_teacher_says(teacher):
    torch.manual_seed(0)
    net = network()
    optimizer = torch.optim.Adam(net.parameters(), 2e-3)
    picture = torch.rand(2, 3, 64, 64)
    wanted = teacher(picture)

    def error():
        found = net(picture, LIFTS)
        return torch.stack(
            [
                unlike(found[name], wanted[name], net.lift(name), teacher.lift(name))[0]
                for name in LIFTS
            ]
        ).mean()

    before = error().item()
    for _ in range(30):
        optimizer.zero_grad()
        loss = error()
        loss.backward()
        optimizer.step()
    assert error().item() < 0.7 * before
