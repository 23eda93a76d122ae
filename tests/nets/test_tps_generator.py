"""The generator of styles from a handful of portraits: how small it is, what its halves do."""

import pytest
import torch
from torch.utils.flop_counter import FlopCounterMode

from pipeline.nets.cyclegan import Generator
from pipeline.nets.tps_generator import NOISE, SCALES, TpsGenerator, bent


def computation(network, *given):
    """Count a pass in GFLOP, a multiplication and an addition as two."""
    with torch.device("meta"), torch.inference_mode(), FlopCounterMode(display=False) as counter:
        network(*(torch.empty(shape) for shape in given))
    return counter.get_total_flops() / 1e9


def test_it_is_small_and_a_hundredth_of_cyclegan():
    with torch.device("meta"):
        painter, large = TpsGenerator(), Generator(64, 9)
    mine = computation(painter, (1, 3, 512, 512), (1, NOISE, 128, 128))
    assert mine <= 4
    assert computation(large, (1, 3, 512, 512)) >= 100 * mine
    assert 2 * sum(values.numel() for values in painter.parameters()) < 3e6  # bytes, in fp16
    assert sum(values.numel() for values in painter.parameters()) <= 1.5e6


@pytest.mark.parametrize("size", [(64, 64), (48, 96)])
def test_it_paints_any_size_by_its_halves(size):
    h, w = size
    painter = TpsGenerator((8, 12, 16), 1)
    photo, noise = torch.rand(2, 3, h, w) * 2 - 1, torch.randn(2, NOISE, h // 4, w // 4)
    maps = painter.encode(photo, noise)
    assert [tuple(each.shape[2:]) for each in maps] == [
        (round(h * scale), round(w * scale)) for scale in SCALES
    ]
    painted = painter(photo, noise)
    assert painted.shape == photo.shape
    assert torch.equal(painter.decode(maps), painted)


def test_maps_that_are_mirrored_are_painted_mirrored_where_nothing_is_learned_of_sides():
    painter = TpsGenerator((8, 12, 16), 1)
    with torch.no_grad():  # convolutions that know no left and right
        for values in painter.parameters():
            if values.ndim == 4:
                values.copy_((values + values.flip(3)) / 2)
    maps = painter.encode(torch.rand(1, 3, 64, 64), torch.randn(1, NOISE, 16, 16))
    mirrored = bent(maps, lambda each, _: each.flip(3))
    one, other = painter.decode(mirrored), painter.decode(maps).flip(3)
    # A stride of two sees an even side from one end: only what follows the maps is mirrored.
    assert torch.allclose(one, other, atol=1e-4)


def test_a_cell_begins_with_one_color():
    painter = TpsGenerator((8, 12, 16), 1)
    for values in painter.last.parameters():
        cells = values.unflatten(0, (3, 4))
        assert torch.equal(cells, cells[:, :1].expand_as(cells))


def test_flat_maps_leave_no_pattern_whatever_was_learned():
    torch.manual_seed(0)
    painter = TpsGenerator((8, 12, 16), 1)
    for values in painter.last.parameters():
        torch.nn.init.normal_(values)  # cells of four colors
    maps = [torch.randn(1, c, n, 3 * n) for c, n in ((8, 32), (12, 16), (16, 8))]
    for each in maps:  # flat but for the left, which instance norms are to see
        each[..., each.shape[3] // 3 :] = torch.randn(1, each.shape[1], 1, 1)
    with torch.inference_mode():
        painted = painter.eval().decode(tuple(maps))[..., 8:-8, 192:-8]
    assert painted.std((2, 3)).max() < 1e-4
    assert painted.abs().max() > 0.01
