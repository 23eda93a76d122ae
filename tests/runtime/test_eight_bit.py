"""Convolutions in 8 bits: near to those in float, and really computed in integers."""

import re
from dataclasses import replace

import numpy as np
import openvino as ov
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

import pipeline.runtime.engines as engines
from pipeline.runtime.converted import folder_of
from pipeline.runtime.eight_bit import convolutions_of, round_weights, rounded_inputs
from pipeline.weights.cache import VerifiedWeights
from pipeline.weights.catalog import CATALOG, PARSERS, WeightError
from pipeline.weights.resolve import obtain
from training.input_ranges import measured

PARSER = VerifiedWeights(CATALOG["parser"], (), "ab" * 32)
INTEGERS = re.compile("I8|u8|i8")


class Small(nn.Module):
    """Two convolutions with a norm between, named as a parser's."""

    def __init__(self):
        super().__init__()
        self.encoder = nn.Conv2d(3, 8, 3, padding=1)
        self.norm = nn.BatchNorm2d(8)
        self.decoder = nn.ModuleList([nn.Conv2d(8, 16, 3, padding=1)])

    def forward(self, x):
        return self.decoder[0](torch.relu(self.norm(self.encoder(x))))


@pytest.fixture
def small():
    torch.manual_seed(0)
    return Small().eval().requires_grad_(False)


def converted(network, ranges):
    example = torch.zeros(1, 3, 16, 16)
    with torch.inference_mode(), rounded_inputs(network, ranges):
        model = ov.convert_model(torch.jit.trace(network, example), example_input=example)
    return model, round_weights(model)


def compiled(model):
    return ov.Core().compile_model(model, "CPU", {"INFERENCE_PRECISION_HINT": "f32"})


def looks(count=4):
    rng = np.random.default_rng(0)
    return [rng.random((1, 3, 16, 16), np.float32) for _ in range(count)]


def test_a_rounded_network_says_nearly_the_same(small):
    ranges = measured(small, looks())
    assert list(ranges) == ["decoder.0"]
    model, count = converted(small, ranges)
    assert count == 1
    for look in looks():
        wanted = small(torch.from_numpy(look)).numpy()
        found = compiled(model)(look)[0]
        assert 1e-5 < np.abs(found - wanted).max() < 0.05 * np.ptp(wanted)


def test_without_ranges_nothing_is_rounded(small):
    model, count = converted(small, {})
    assert count == 0
    (look,) = looks(1)
    np.testing.assert_allclose(
        compiled(model)(look)[0], small(torch.from_numpy(look)).numpy(), atol=1e-5
    )


def test_what_a_context_rounds_is_whole_again_after_it(small):
    (look,) = map(torch.from_numpy, looks(1))
    before = small(look)
    with rounded_inputs(small, {"decoder.0": (0.0, 0.5)}):
        assert (small(look) - before).abs().max() > 1e-3
    assert torch.equal(small(look), before)


@settings(max_examples=30, deadline=None)
@given(st.floats(-4, 0), st.floats(0.01, 4))
def test_values_are_rounded_to_256_levels_within_their_range(low, high):
    network = nn.Sequential(nn.Conv2d(1, 1, 1, bias=False))
    nn.init.ones_(network[0].weight)
    values = torch.linspace(-5, 5, 4001).reshape(1, 1, 1, -1)
    step = (high - low) / 255
    with torch.inference_mode(), rounded_inputs(network, {"0": (low, high)}):
        found = network(values)
    assert len(found.unique()) <= 256
    assert (found - values.clamp(low, high)).abs().max() <= 1.01 * step
    assert (found == 0).any()  # borders are padded by zeros, which must stay


def test_ranges_of_another_network_are_refused(small):
    with (
        pytest.raises(WeightError, match=r"stem is none of them.*input_ranges"),
        rounded_inputs(small, {"stem": (0.0, 1.0)}),
    ):
        pass


@pytest.mark.parametrize("role", PARSERS)
def test_the_parsers_decoders_are_computed_in_integers(role):
    (entry,) = (each for each in CATALOG.values() if each.role == role and each.embedded)
    weights = obtain(entry)
    engines.compile_openvino(weights)
    file = folder_of(weights, ov.__version__) / engines.FILE
    network = ov.Core().compile_model(file, "CPU", {"INFERENCE_PRECISION_HINT": "f32"})
    ran = [
        node.get_rt_info()["primitiveType"].astype(str)
        for node in network.get_runtime_model().get_ops()
        if node.get_rt_info()["layerType"].astype(str) == "Convolution"
    ]
    assert sum(bool(INTEGERS.search(each)) for each in ran) == len(entry.ranges) == 11


def test_other_ranges_are_another_network():
    bare = replace(PARSER, entry=replace(PARSER.entry, ranges={}))
    other = replace(PARSER, entry=replace(PARSER.entry, ranges={"decoder.x": (0.0, 1.0)}))
    assert len({folder_of(each, "1") for each in (PARSER, bare, other)}) == 3


def test_a_processor_without_integers_gets_a_network_that_has_none(monkeypatch, tmp_path):
    monkeypatch.setenv("PORTRAIT_CACHE", str(tmp_path))
    asked = []

    def convert(weights, folder):
        asked.append(weights.entry.ranges)
        raise OSError("enough")

    monkeypatch.setattr(engines, "capabilities", lambda core: ["FP32"])
    monkeypatch.setattr(engines, "convert", convert)
    with pytest.raises(engines.EngineError):
        engines.compile_openvino(PARSER)
    assert asked == [{}, {}]


def test_convolutions_go_by_their_names(small):
    assert list(convolutions_of(small)) == ["encoder", "decoder.0"]
