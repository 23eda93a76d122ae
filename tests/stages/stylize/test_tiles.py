"""A picture painted in tiles is the picture painted at once: geometry, noise, statistics."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from skimage import data
from torch import nn

import pipeline.runtime.engines as engines
import pipeline.weights.resolve as weights
from pipeline.nets.cyclegan import FrozenGenerator, Generator, Statistics
from pipeline.nets.receptive_field import generator_measures, generator_radius
from pipeline.ops.seed_noise import seeds, strips_of_seeds
from pipeline.ops.tiles import ACROSS, grid, spans
from pipeline.runtime.convert import write
from pipeline.runtime.models import Models, assemble
from pipeline.stages.stylize.generator import asked_size, stylize_tiles
from pipeline.types import Cancelled
from pipeline.weights.catalog import read_manifest
from pipeline.weights.resolve import obtain
from training.export import export

RNG = np.random.default_rng(0)
SMALL = {"filters": 4, "blocks": 1}


def psnr(found, wanted, peak=255.0):
    return 10 * np.log10(peak**2 / max(np.square(found.astype(np.float64) - wanted).mean(), 1e-12))


def photo_of(h, w):
    """Return a photo with fine structure, (h, w, 3) uint8."""
    return np.ascontiguousarray(
        np.pad(data.astronaut(), ((0, max(0, h - 512)), (0, max(0, w - 512)), (0, 0)), "reflect")[
            :h, :w
        ]
    )


def run_by(network):
    """Return a PyTorch network as a function on arrays."""

    def run(*values):
        with torch.inference_mode():
            return network(*map(torch.from_numpy, values)).numpy()

    return run


def frozen_to(photo, build):
    """Return a random generator's network for tiles of `photo`, and its receptive field's radius.

    The statistics are those of the photo.
    """
    torch.manual_seed(0)
    state = Generator(**build).state_dict()
    nets = {kind: kind(**build).eval() for kind in (Generator, Statistics, FrozenGenerator)}
    for net in nets.values():
        net.load_state_dict(state)
    if not generator_measures(**build):
        return run_by(nets[Generator]), generator_radius(**build)
    h, w = (n // 4 * 4 for n in photo.shape[:2])
    found = run_by(nets[Statistics])(
        photo[:h, :w].transpose(2, 0, 1)[None].astype(np.float32) / 127.5 - 1
    )
    paint_tile = run_by(nets[FrozenGenerator])
    return lambda tile: paint_tile(tile, found), generator_radius(**build)


# Geometry


@given(
    length=st.integers(1, 3000),
    most=st.integers(1, 900),
    halo=st.integers(0, 100),
    multiple=st.sampled_from([1, 2, 4]),
)
def test_tiles_cover_a_side_once_and_see_a_halo_around_what_they_keep(length, most, halo, multiple):
    length *= multiple
    found = spans(length, most, halo=halo, multiple=multiple)
    kept = [span.output for span in found]
    assert kept[0].start == 0
    assert kept[-1].stop == length
    assert all(a.stop == b.start for a, b in pairwise(kept))
    assert len({span.input.stop - span.input.start for span in found}) == 1
    for span in found:
        assert 0 <= span.input.start <= span.output.start
        assert span.output.start < span.output.stop <= span.input.stop <= length
        assert span.input.start % multiple == 0
        assert span.input.start == 0 or span.output.start - span.input.start >= halo
        assert span.input.stop == length or span.input.stop - span.output.stop >= halo
        assert span.input.stop - span.input.start <= max(most, ACROSS * (halo + multiple), multiple)


@given(
    h=st.integers(1, 2000),
    w=st.integers(1, 2000),
    side=st.integers(100, 500),
    halo=st.integers(0, 24),
)
def test_a_tile_holds_no_more_than_asked_and_what_fits_is_one(h, w, side, halo):
    h, w, pixels = h * 4, w * 4, side**2
    rows, columns = grid((h, w), pixels, halo=halo, multiple=4)
    (row, column) = (one[0].input.stop - one[0].input.start for one in (rows, columns))
    assert row * column <= pixels
    if h * w <= pixels:
        assert (len(rows), len(columns)) == (1, 1)


@given(h=st.integers(16, 6000), w=st.integers(16, 6000), brush=st.floats(0.2, 4))
def test_no_more_is_painted_than_the_photo_has(h, w, brush):
    asked = asked_size((h, w), brush=brush, stroke_px=8.0)
    assert all(n % 4 == 0 for n in asked)
    assert all(n < own + 4 for n, own in zip(asked, (h, w), strict=True))
    if 800 / brush < min(h, w) - 4:
        assert abs(min(asked) - 800 / brush) <= 2


@pytest.mark.parametrize("blocks", [1, 2])
@pytest.mark.parametrize("resize", [True, False])
def test_a_generator_looks_as_far_as_its_layers_say(blocks, resize):
    torch.manual_seed(0)
    network = Generator(2, blocks, resize=resize, norm="none")
    for parameter in network.parameters():  # positive ones: no rectifier closes
        nn.init.uniform_(parameter, 0.01, 0.02)
    photo = torch.rand(1, 3, 128, 128, requires_grad=True)
    farthest = 0
    for at in range(60, 64):
        (gradient,) = torch.autograd.grad(network(photo)[0, 0, at, at], photo)
        seen = gradient.abs().sum((0, 1, 3)).nonzero()
        farthest = max(farthest, at - int(seen.min()), int(seen.max()) - at)
    assert farthest == generator_radius(blocks=blocks, resize=resize)


# Noise


@settings(max_examples=20)
@given(
    h=st.integers(1, 120), w=st.integers(1, 60), step=st.integers(1, 50), overlap=st.integers(0, 40)
)
def test_strips_of_noise_are_cut_from_one_field(h, w, step, overlap):
    rows = [slice(y, min(h, y + step + overlap)) for y in range(0, h, step)]
    field = seeds((h, w), np.random.default_rng(1))
    for asked, strip in zip(
        rows, strips_of_seeds((h, w), rows, np.random.default_rng(1)), strict=True
    ):
        assert np.abs(strip - field[asked]).max() < 1e-6


# Statistics


@pytest.mark.parametrize("resize", [True, False])
def test_a_picture_painted_by_its_own_statistics_is_the_published_networks(resize):
    build = {"filters": 6, "blocks": 2, "resize": resize}
    torch.manual_seed(0)
    plain, measure, frozen = (
        Generator(**build).eval(),
        Statistics(**build).eval(),
        FrozenGenerator(**build).eval(),
    )
    measure.load_state_dict(plain.state_dict())
    frozen.load_state_dict(plain.state_dict())
    photo = torch.rand(1, 3, 48, 64) * 2 - 1
    with torch.inference_mode():
        statistics = measure(photo)
        assert statistics.shape == (1, 2, generator_measures(**build))
        torch.testing.assert_close(frozen(photo, statistics), plain(photo), atol=1e-5, rtol=0)
        other = measure(photo * 0.1)
        assert (frozen(photo, other) - plain(photo)).abs().max() > 0.01


@pytest.fixture
def tiny(tmp_path, monkeypatch):
    """Return verified weights of a small painter with instance norm, converted in this process."""

    def convert_here(verified, folder):
        folder.mkdir(parents=True)
        write(verified, folder)

    monkeypatch.setattr(engines, "convert", convert_here)
    monkeypatch.setattr(weights, "EMBEDDED", tmp_path / "weights")
    monkeypatch.setenv("PORTRAIT_CACHE", str(tmp_path / "cache"))
    torch.manual_seed(0)
    export(Generator(**SMALL), "monet_light", SMALL, tmp_path / "weights")
    return obtain(read_manifest(tmp_path / "weights")["monet_light"])


def test_both_pieces_of_a_painter_convert_and_agree_with_the_whole(tiny):
    loaded = assemble(tiny, engines.compile_openvino)
    batch = photo_of(96, 128).transpose(2, 0, 1)[None].astype(np.float32) / 127.5 - 1
    whole, frozen = loaded.run(batch), loaded.freeze(batch)
    assert psnr(frozen(batch), whole, peak=2) >= 40
    halo = loaded.halo_px
    tile = frozen(batch[:, :, :, 32:])
    assert psnr(tile[..., halo:], frozen(batch)[..., 32 + halo :], peak=2) >= 60
    assert psnr(loaded.run(batch[:, :, :, 32:])[..., halo:], whole[..., 32 + halo :], peak=2) < 40


def test_a_painter_without_norms_needs_no_statistics(tiny):
    made = []
    loaded = assemble(
        replace(tiny, entry=replace(tiny.entry, build={**SMALL, "norm": "none"})),
        lambda v: made.append(v.submodule) or np.negative,
    )
    assert loaded.freeze(np.zeros((1, 3, 8, 8), np.float32)) is loaded.run
    assert made == ["run"]


# Tiles


@pytest.mark.parametrize("norm", ["instance", "none"])
@pytest.mark.parametrize("resize", [True, False])
@settings(max_examples=8)
@given(
    h=st.integers(17, 240), w=st.integers(17, 240), side=st.integers(96, 160), seeded=st.booleans()
)
def test_tiles_together_are_the_whole(norm, resize, h, w, side, seeded):
    photo = photo_of(h, w)
    network, halo = frozen_to(photo, {**SMALL, "norm": norm, "resize": resize})
    size = asked_size((h, w), brush=0.2, stroke_px=8.0)
    whole, tiled = (
        stylize_tiles(photo, lambda _: network, size, halo_px=halo, seeded=seeded, pixels=pixels)
        for pixels in (10**6, side**2)
    )
    assert whole.shape == tiled.shape == photo.shape
    assert psnr(tiled, whole) >= 60


def test_a_smaller_halo_would_show():
    photo = photo_of(200, 240)
    network, halo = frozen_to(photo, SMALL)
    whole, tiled = (
        stylize_tiles(photo, lambda _: network, (200, 240), halo_px=h, pixels=p)
        for h, p in ((halo, 10**6), (halo // 4, 96**2))
    )
    assert psnr(tiled, whole) < 60


@pytest.fixture(scope="module")
def embedded():
    return Models("cpu").load("painter", "embedded")


def test_the_embedded_painter_shows_no_seam(embedded):
    photo = photo_of(500, 620)
    calls = []

    def told(tile):
        calls.append(tile.shape[2:])
        return embedded.run(tile)

    size = asked_size(photo.shape[:2], brush=1.0, stroke_px=8.0)
    assert size == (500, 620)
    whole, tiled = (
        stylize_tiles(
            photo, lambda _: told, size, halo_px=embedded.halo_px, seeded=True, pixels=pixels
        )
        for pixels in (10**6, 320**2)
    )
    assert calls[0] == (500, 620)
    assert len(calls) > 5
    assert psnr(tiled, whole) >= 60
    rows, columns = grid(size, 320**2, halo=embedded.halo_px, multiple=4)
    for axis, cuts in ((0, rows), (1, columns)):
        own, usual = (
            np.abs(np.diff(p.astype(np.float32), axis=axis)).mean((1 - axis, 2))
            for p in (tiled, whole)
        )
        at = [span.output.start - 1 for span in cuts[1:]]
        assert own[at] == pytest.approx(usual[at], rel=0.02)


def test_what_is_larger_than_the_painting_gets_the_photos_light():
    photo = photo_of(400, 400)
    out = stylize_tiles(
        photo, lambda _: lambda tile: tile * 0, (200, 200), halo_px=4, pixels=120**2
    )
    assert out.shape == photo.shape
    assert out.std() > 1  # a gray painting, and of the photo what it lost at half its size
    assert abs(out.mean() - 127.5) < 1


def test_the_network_for_tiles_is_made_from_the_whole_photo_small():
    given = []
    photo = photo_of(300, 420)
    stylize_tiles(
        photo,
        lambda whole: given.append(whole) or (lambda tile: tile),
        (300, 420),
        halo_px=4,
        pixels=100**2,
    )
    (whole,) = given
    assert 0.8 * 100**2 < whole.shape[2] * whole.shape[3] < 1.1 * 100**2
    assert whole.mean() == pytest.approx(photo.mean() / 127.5 - 1, abs=0.01)


def test_painting_stops_between_tiles():
    done, tiles = [], []

    def tell(fraction):
        done.append(fraction)
        if len(done) == 4:
            raise Cancelled

    with pytest.raises(Cancelled):
        stylize_tiles(
            photo_of(300, 300),
            lambda _: lambda tile: tiles.append(1) or tile,
            (300, 300),
            halo_px=4,
            pixels=100**2,
            tell=tell,
        )
    assert len(tiles) == 3
    assert done[0] == 0
    assert done == sorted(done)
    assert done[-1] < 1
