"""OpenFace's nn4.small2: that the published weights would fit, and that it is differentiable."""

from collections import OrderedDict

import pytest
import torch

from training.openface import (
    PARAMETERS,
    SIDE_PX,
    MaxPool,
    OpenFace,
    PowerPool,
    load_openface,
)

NORM = ("weight", "bias", "running_mean", "running_var")
# Steps with weights in each branch of an inception block, as the published file names them.
WIDE = ("1_conv", "2_bn", "4_conv", "5_bn")
POOLED, NARROW = ("2_conv", "3_bn"), ("1_conv", "2_bn")
BLOCKS = {
    14: (WIDE, WIDE, POOLED, NARROW),  # 3a
    15: (WIDE, WIDE, POOLED, NARROW),  # 3b
    16: (WIDE, WIDE),  # 3c
    17: (WIDE, WIDE, POOLED, NARROW),  # 4a
    18: (WIDE, WIDE),  # 4e
    19: (WIDE, POOLED, NARROW),  # 5a
    21: (WIDE, POOLED, NARROW),  # 5b
}
# Some shapes, out x in x height x width, as the authors' definition has them.
SHAPES = {
    "layer1.weight": (64, 3, 7, 7),
    "layer9.weight": (192, 64, 3, 3),
    "layer14.seq_list.0.1_conv.weight": (96, 192, 1, 1),
    "layer14.seq_list.1.4_conv.weight": (32, 16, 5, 5),
    "layer14.seq_list.2.2_conv.weight": (32, 192, 1, 1),
    "layer15.seq_list.1.4_conv.weight": (64, 32, 5, 5),
    "layer16.seq_list.0.4_conv.weight": (256, 128, 3, 3),
    "layer17.seq_list.3.1_conv.weight": (256, 640, 1, 1),
    "layer18.seq_list.1.4_conv.weight": (128, 64, 5, 5),
    "layer19.seq_list.1.2_conv.weight": (96, 1024, 1, 1),
    "layer21.seq_list.0.1_conv.weight": (96, 736, 1, 1),
    "layer25.weight": (128, 736),
}


def published_keys():
    """Return the keys of the published file; it is older than the counter of batch norms."""
    layers = [f"layer{n}" for n in (1, 2, 6, 7, 9, 10)]
    for block, branches in BLOCKS.items():
        layers += [
            f"layer{block}.seq_list.{number}.{step}"
            for number, steps in enumerate(branches)
            for step in steps
        ]
    norms = ("layer2", "layer7", "layer10")
    every = [
        f"{layer}.{value}"
        for layer in layers
        for value in (NORM if layer in norms or layer.endswith("_bn") else NORM[:2])
    ]
    return [*every, "layer25.weight", "layer25.bias"]


@pytest.fixture(scope="module")
def network():
    torch.manual_seed(0)
    return OpenFace().eval()


def test_it_has_as_many_parameters_as_the_authors_say(network):
    assert sum(value.numel() for value in network.parameters()) == PARAMETERS == 3_733_968


def test_its_keys_and_shapes_are_the_published_ones(network):
    state = network.state_dict()
    assert {key for key in state if "num_batches" not in key} == set(published_keys())
    assert {key: tuple(state[key].shape) for key in SHAPES} == SHAPES


def test_a_file_with_the_published_keys_is_loaded_strictly(network, tmp_path):
    state = network.state_dict()
    # Without the metadata that newer files have, as the published one.
    old = OrderedDict((key, state[key] + 0.5) for key in published_keys())
    torch.save(old, tmp_path / "openface.pth", _use_new_zipfile_serialization=False)
    loaded = load_openface(tmp_path / "openface.pth")
    assert not loaded.training
    assert torch.equal(loaded.layer25.bias, state["layer25.bias"] + 0.5)
    assert not any(value.requires_grad for value in loaded.parameters())


def test_other_files_are_named(network, tmp_path):
    with pytest.raises(FileNotFoundError, match=r"openface\.pth.*OpenFacePytorch"):
        load_openface(tmp_path / "openface.pth")
    state = OrderedDict((key, network.state_dict()[key]) for key in published_keys()[:-1])
    torch.save(state, tmp_path / "openface.pth")
    with pytest.raises(ValueError, match=r"nn4\.small2 were wanted"):
        load_openface(tmp_path / "openface.pth")


def test_faces_lie_on_the_unit_sphere(network):
    with torch.inference_mode():
        found = network(torch.rand(3, 3, SIDE_PX, SIDE_PX))
    assert found.shape == (3, 128)
    assert torch.allclose(found.norm(dim=1), torch.ones(3), atol=1e-5)


@torch.inference_mode()
def test_blocks_have_the_authors_sizes(network):
    maps, sizes = torch.rand(1, 192, 12, 12), []
    for number in BLOCKS:
        maps = getattr(network, f"layer{number}")(maps)
        sizes.append(tuple(maps.shape[1:]))
    assert sizes == [
        (256, 12, 12), (320, 12, 12), (640, 6, 6), (640, 6, 6),
        (1024, 3, 3), (736, 3, 3), (736, 3, 3),
    ]  # fmt: skip


def test_a_flat_picture_has_a_gradient(network):
    flat = torch.zeros(1, 3, SIDE_PX, SIDE_PX, requires_grad=True)
    network(flat)[0, 0].backward()
    assert flat.grad.isfinite().all()
    zeros = torch.zeros(1, 1, 6, 6, requires_grad=True)
    PowerPool()(zeros).sum().backward()
    assert (zeros.grad == 0).all()


def test_pools_are_the_ones_that_the_authors_name():
    maps = torch.rand(2, 3, 12, 12)
    assert torch.allclose(PowerPool()(maps), torch.nn.functional.lp_pool2d(maps, 2, 3, 3))
    assert MaxPool()(maps).shape == (2, 3, 5, 5)
