"""Strokes are the same painting at every size."""

from dataclasses import replace

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from skimage.metrics import peak_signal_noise_ratio

from pipeline.stages.strokes.brushes import TIPS, tips, tooth
from pipeline.stages.strokes.laying import lay, room_for
from pipeline.stages.strokes.marking import TILE
from pipeline.stages.strokes.plan import plan
from pipeline.stages.strokes.render import Before, Surface, render
from pipeline.types.strokes import Strokes, joined
from tests.stages.strokes.motifs import motif_of, two_halves

FLAT = Surface(0, 0)
GROUND = np.array([0.8, 0.7, 0.6], np.float32)


def one_stroke(points, width, color=(0.1, 0.2, 0.9)):
    spine = np.array(points, np.float32)[None]
    paint = np.array([color], np.float32)
    one = np.ones(1, np.float32)
    return Strokes(
        spine, np.array([spine.shape[1]], np.int16), width * one, paint, paint, one, one,
        np.zeros(1, np.uint8), np.zeros(1, np.uint8), GROUND, (0.75, 1.0),
    )  # fmt: skip


@pytest.fixture(scope="module")
def painting():
    return plan(motif_of(two_halves()), np.random.default_rng(0))


def test_a_stroke_lies_where_its_spine_is():
    picture = render(one_stroke([(0.2, 0.4), (0.5, 0.4), (0.8, 0.4)], 0.1), (150, 200), FLAT)
    assert picture.shape == (150, 200, 3)
    blue = picture[..., 2].astype(int) - picture[..., 0] > 60
    rows, columns = np.nonzero(blue)
    assert 29 < columns.min() < 60
    assert 135 < columns.max() < 165
    assert 65 < rows.min() < 76
    assert 84 < rows.max() < 94
    assert blue[75:85, 70:130].mean() > 0.8
    assert np.abs(picture[:40].astype(int) - GROUND * 255).max() <= 1


def test_a_strokes_ends_are_round():
    picture = render(one_stroke([(0.3, 0.4), (0.7, 0.4)], 0.2), (150, 200), FLAT)
    blue = picture[..., 2].astype(int) - picture[..., 0] > 60
    columns = blue.any(0).nonzero()[0]
    assert columns.min() < 52  # beyond the spine's beginning, at 60
    assert blue[:, 60:140].sum(0).min() > 1.4 * blue[:, columns.min() + 2].sum()


@settings(max_examples=25)
@given(
    st.lists(st.tuples(st.floats(-3, 3), st.floats(-3, 3)), min_size=2, max_size=6),
    st.floats(0.0005, 2),
)
def test_strokes_beyond_the_canvas_and_of_any_width_are_rendered(points, width):
    assert render(one_stroke(points, width), (45, 60)).shape == (45, 60, 3)


def test_no_strokes_show_the_ground(painting):
    none = painting[np.arange(0)]
    picture = render(replace(none, ground=GROUND), painting.px(64), FLAT)
    assert np.abs(picture.astype(int) - GROUND * 255).max() <= 1


def test_the_same_strokes_make_the_same_picture_at_every_size(painting):
    small, large = render(painting, painting.px(512)), render(painting, painting.px(2048))
    shrunk = cv2.resize(large, small.shape[1::-1], interpolation=cv2.INTER_AREA)
    assert peak_signal_noise_ratio(small, shrunk) > 30


def test_tiles_do_not_show(painting):
    """A picture of several tiles is what a single larger canvas would be: no step at a border."""
    picture = render(painting, painting.px(3 * TILE)).astype(float)
    steps = np.abs(np.diff(picture, axis=1)).mean((0, 2))
    assert steps[TILE - 1] < np.quantile(steps, 0.99) + 1


def test_rendering_is_deterministic_and_told(painting):
    told = []
    first = render(painting, painting.px(600), tell=told.append)
    np.testing.assert_array_equal(first, render(painting, painting.px(600)))
    assert told[-1] == 1
    assert told == sorted(told)


def test_what_tell_raises_ends_the_rendering(painting):
    def stop(done):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        render(painting, painting.px(300), tell=stop)


def test_thicker_paint_catches_more_light(painting):
    flat, thick = (
        render(painting, painting.px(400), Surface(depth, 0)).astype(float) for depth in (0, 1)
    )
    assert np.abs(thick - flat).mean() > 0.7


def test_order_counts():
    below = one_stroke([(0.2, 0.4), (0.8, 0.4)], 0.2, (1, 0, 0))
    above = one_stroke([(0.2, 0.4), (0.8, 0.4)], 0.2, (0, 0, 1))
    middle = render(joined([below, above]), (75, 100), FLAT)[40, 50]
    assert middle[2] > middle[0]
    middle = render(joined([above, below]), (75, 100), FLAT)[40, 50]
    assert middle[0] > middle[2]


def test_tips_have_paint_in_the_middle_and_none_beyond_their_sides():
    for level in tips():
        assert level.shape[0] == TIPS
        assert level[:, level.shape[1] // 4, level.shape[2] // 2, 0].mean() > 0.6
    assert tips()[0][:, :, 0, 0].max() == 0
    assert tips()[0][:, :, -1, 0].max() == 0


def test_laid_at_once_or_layer_by_layer_strokes_are_the_same_painting(painting):
    at_once, by_layer = (np.zeros((150, 200, 4), np.float32) for _ in range(2))
    room = room_for(at_once, 200)
    lay(at_once, painting, room, 200)
    for layer in np.unique(painting.layer):
        lay(by_layer, painting[np.flatnonzero(painting.layer == layer)], room, 200)
    np.testing.assert_allclose(at_once[..., :3], by_layer[..., :3], atol=0.02)
    assert np.abs(at_once[..., 3] - by_layer[..., 3]).max() < 0.1 * by_layer[..., 3].max()


def test_the_tooth_is_even_and_goes_on_at_its_edges():
    grain = tooth()
    np.testing.assert_allclose(np.quantile(grain, [0.1, 0.5, 0.9]), [0.1, 0.5, 0.9], atol=0.01)
    for axis in (0, 1):
        across = np.abs(grain.take(0, axis) - grain.take(-1, axis)).mean()
        assert across < 1.2 * np.abs(np.diff(grain, axis=axis)).mean()


def test_the_tooth_catches_dry_paint_and_an_underpainting_fills_it():
    dry = replace(one_stroke([(0.2, 0.4), (0.8, 0.4)], 0.2), tip=np.array([5], np.uint8))
    caught, filled = (
        render(replace(dry, opacity=np.full(1, opacity, np.float32)), (300, 400), FLAT)
        for opacity in (0.99, 1)
    )
    blue = [
        (picture[..., 2].astype(int) - picture[..., 0]).clip(0).sum()
        for picture in (caught, filled)
    ]
    assert blue[0] < 0.8 * blue[1]


def test_a_tip_that_there_is_not_is_one_that_there_is():
    """Strokes may come from a file of anyone's."""
    one = one_stroke([(0.2, 0.4), (0.8, 0.4)], 0.2)
    strange, usual = (
        render(replace(one, tip=np.array([tip], np.uint8)), (75, 100)) for tip in (255, 255 % TIPS)
    )
    np.testing.assert_array_equal(strange, usual)


def test_what_has_not_changed_since_a_rendering_is_taken_from_it(painting):
    size = painting.px(200)
    whole = render(painting, size)
    none = np.zeros(len(painting), np.bool_)
    marked = np.full_like(whole, 7)
    assert (render(painting, size, before=Before(marked, none)) == 7).all()
    some = none.copy()
    some[: len(none) // 2] = True
    partly = render(painting, size, before=Before(whole, some), tile_px=32)
    assert np.abs(partly.astype(int) - whole).max() <= 1
    other_size = Before(marked[:-2], none)
    assert (render(painting, size, before=other_size) == whole).all()


def test_only_a_region_is_planned(painting):
    motif = motif_of(two_halves())
    only = np.zeros(motif.size, np.bool_)
    only[:, : motif.size[1] // 2] = True
    some = plan(motif, np.random.default_rng(0), only=only)
    assert 0.3 * len(painting) < len(some) < 0.7 * len(painting)
    middles = some.points[np.arange(len(some)), some.counts // 2, 0]
    assert np.quantile(middles, 0.98) < 0.56
