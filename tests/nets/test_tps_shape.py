"""What is known of the generator without building it is what it is."""

import pytest
import torch

from pipeline.nets.tps_generator import TpsGenerator
from pipeline.nets.tps_shape import BLOCKS, WIDTHS, shapes_of


@pytest.mark.parametrize(("widths", "blocks"), [(WIDTHS, BLOCKS), ((8, 12, 16), 1)])
def test_its_tensors_are_those_that_are_listed(widths, blocks):
    with torch.device("meta"):
        state = TpsGenerator(widths, blocks).state_dict()
    assert shapes_of(widths, blocks) == {key: tuple(v.shape) for key, v in state.items()}
