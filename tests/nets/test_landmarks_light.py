"""The network of 68 points: its shapes, its size, and how it reads heat maps."""

import torch
from hypothesis import given
from hypothesis import strategies as st

from pipeline.nets.landmarks_light import POINTS, SIDE, STEP, LightLandmarks, read

CELLS = SIDE // STEP


def test_crops_become_points_one_by_one():
    torch.manual_seed(0)
    network = LightLandmarks().eval()
    crops = torch.rand(3, 3, SIDE, SIDE)
    with torch.inference_mode():
        found = network(crops)
        assert found.shape == (3, POINTS, 3)
        assert torch.allclose(found[1:2], network(crops[1:2]), atol=1e-3)
        assert network.logits(crops).shape == (3, POINTS, CELLS, CELLS)
    assert not torch.allclose(found[0], found[1], atol=1e-4)


def test_it_is_small_enough_to_be_embedded():
    assert 2 * sum(p.numel() for p in LightLandmarks().parameters()) < 2e6  # bytes as fp16


@given(st.floats(16, SIDE - 16), st.floats(16, SIDE - 16), st.floats(3, 6))
def test_a_point_is_its_heat_maps_mean_and_spread(x, y, wide):
    places = torch.arange(CELLS) * STEP + (STEP - 1) / 2
    columns, rows = (-0.5 * ((places - at) / wide) ** 2 for at in (x, y))
    found = read((rows[:, None] + columns[None])[None, None])[0, 0]
    assert torch.allclose(found[:2], torch.tensor([x, y]), atol=0.1)
    assert abs(found[2] - 2**0.5 * wide) < 0.1 * wide
