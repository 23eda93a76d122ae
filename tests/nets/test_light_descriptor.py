"""The face descriptor: its shapes, and that a face's descriptor does not depend on others."""

import torch

from pipeline.nets.light_descriptor import NUMBERS, LightDescriptor


def test_chips_become_descriptors_one_by_one():
    torch.manual_seed(0)
    network = LightDescriptor().eval()
    chips = torch.rand(3, 3, 150, 150)
    with torch.inference_mode():
        found = network(chips)
        assert found.shape == (3, NUMBERS)
        assert torch.allclose(found[1:2], network(chips[1:2]), atol=1e-4)
        assert not torch.allclose(found[0], found[1], atol=1e-3)


def test_it_is_small_enough_to_be_embedded():
    assert 2 * sum(p.numel() for p in LightDescriptor().parameters()) < 4e6
