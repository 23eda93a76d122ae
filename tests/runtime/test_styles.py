"""Styles of files: how they mix with the known ones, and that the network paints by them."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors.torch import save_file

from pipeline.nets.johnson import Johnson, OpenJohnson
from pipeline.nets.late_layers import late_layers
from pipeline.runtime.engines import compile_openvino, run_torch
from pipeline.runtime.models import assemble
from pipeline.runtime.style_files import own_style
from pipeline.runtime.styles import Mix, OwnStyle, given_shapes, mixed
from pipeline.weights.cache import VerifiedWeights
from pipeline.weights.resolve import obtain
from tests.own_styles import ENTRY, alone, empty, known, put  # noqa: F401 - `empty` is a fixture

NONE = (0.0,) * len(ENTRY.styles)
SHARES = st.lists(st.floats(0, 1), min_size=len(NONE), max_size=len(NONE))


def drawn(seed):
    rng, styles = np.random.default_rng(seed), known()
    late = tuple(rng.normal(size=v.shape).astype(np.float32) for v in styles.late.values())
    numbers = rng.normal(size=styles.numbers.shape[1:]).astype(np.float32)
    return OwnStyle(f"own{seed}", "Own", str(seed), numbers, late)


@pytest.fixture(scope="module")
def painter():
    return assemble(obtain(ENTRY), lambda weights: run_torch(weights, "cpu"))


@pytest.fixture
def photo():
    return np.random.default_rng(0).uniform(-1, 1, (1, 3, 64, 96)).astype(np.float32)


def test_late_layers_are_those_behind_the_residual_blocks_and_few():
    network = Johnson((8, 16), 2, fold=4, cell=2, kernel=3, resize=True, noise=2)
    names = late_layers(network.state_dict())
    blocks = [n for n, layer in enumerate(network.model) if hasattr(layer, "layers")]
    late = {f"model.{n}" for n in range(blocks[-1] + 1, len(network.model))} | {"last"}
    assert {".".join(name.split(".")[:-1]).removesuffix(".0") for name in names} <= late
    assert {"last.weight", "last.bias", f"model.{blocks[-1] + 1}.0.weight"} <= set(names)
    assert list(names) == sorted(names)
    assert sum(values.size for values in known().late.values()) < 200_000


def test_a_known_style_alone_is_mixed_to_itself():
    styles = known()
    numbers, *late = mixed(styles, Mix(alone(4)))
    assert (numbers[0] == styles.numbers[4]).all()
    assert all((a == b).all() for a, b in zip(late, styles.late.values(), strict=True))
    shapes = given_shapes(obtain(ENTRY))
    assert [list(each.shape) for each in (numbers, *late)] == shapes


@settings(max_examples=20)
@given(SHARES, st.floats(0, 1), st.floats(0, 1))
def test_a_mix_is_linear_in_its_shares(shares, one, other):
    styles, own = known(), (drawn(1), drawn(2))
    whole = mixed(styles, Mix(tuple(shares), ((own[0], one), (own[1], other))))
    parts = [
        mixed(styles, Mix(tuple(shares))),
        mixed(styles, Mix(NONE, ((own[0], one),))),
        mixed(styles, Mix(NONE, ((own[1], other),))),
    ]
    for found, *added in zip(whole, *parts, strict=True):
        assert np.allclose(found, sum(added), atol=1e-4)


@pytest.mark.usefixtures("empty")
def test_a_file_with_a_known_styles_numbers_paints_as_that_one_does(painter, photo):
    put(number=3)
    own = Mix(NONE, ((own_style("quilt"), 1.0),))
    made, wanted = (painter.styled(mix)(photo) for mix in (own, Mix(alone(3))))
    assert np.allclose(made, wanted, atol=2e-3)
    half = tuple(0.5 * n for n in alone(1))
    made = painter.styled(Mix(half, ((own_style("quilt"), 0.5),)))(photo)
    both = tuple(0.5 * (a + b) for a, b in zip(alone(1), alone(3), strict=True))
    assert np.allclose(made, painter.styled(Mix(both))(photo), atol=2e-3)


def test_the_graph_is_made_once_and_its_layers_are_what_is_given(painter, photo):
    assert painter.submodule("open") is painter.submodule("open")
    one, other = (painter.styled(Mix(NONE, ((drawn(n), 1.0),)))(photo) for n in (1, 2))
    again = painter.styled(Mix(NONE, ((drawn(1), 1.0),)))(photo)
    assert np.abs(one - other).mean() > 0.1
    assert (one == again).all()


@pytest.mark.usefixtures("at_once", "empty")
def test_openvino_takes_a_style_as_inputs_too(tmp_path):
    torch.manual_seed(0)
    build = {"widths": [4, 8], "blocks": 1, "fold": 4, "cell": 2, "kernel": 3, "resize": True}
    network = Johnson(**build, noise=2, styles=3)
    save_file(network.state_dict(), tmp_path / "small.safetensors")
    entry = replace(ENTRY, name="small", build=build | {"noise": 2, "styles": 3}, styles=("a",) * 3)
    weights = VerifiedWeights(entry, (tmp_path / "small.safetensors",), "0" * 64, "open")
    rng = np.random.default_rng(0)
    sizes = [[1, 3, 64, 96], [1, 2, 16, 24], *given_shapes(weights)]
    engines = compile_openvino(weights), run_torch(weights, "cpu")
    for _ in range(2):
        values = [rng.normal(size=size).astype(np.float32) for size in sizes]
        made, wanted = (engine(*values) for engine in engines)
        assert made.shape == (1, 3, 64, 96)
        assert np.abs(made - wanted).mean() < 0.05 * np.abs(wanted).mean()


def test_without_noise_the_graph_takes_none():
    torch.manual_seed(0)
    network = Johnson((4, 8, 16), 1).eval()
    state = {key: value.clone() for key, value in network.state_dict().items()}
    photo = torch.rand(1, 3, 32, 32)
    with torch.inference_mode():
        wanted = network(photo, torch.ones(1, 1))
        late = [state[name] for name in late_layers(state)]
        made = OpenJohnson(network)(photo, state["styles"], *late)
    assert torch.allclose(made, wanted)
