"""The frame of a photo: its shape, its place, upright lines, no empty corners."""

from typing import get_args

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.ops.align import inverse, map_points
from pipeline.settings import FrameSettings, Settings
from pipeline.settings.photo import Paper, Turn
from pipeline.stages.frame import PAPERS, frame, placed, room
from pipeline.types import MIN_SIDE, Photo, PhotoError

RNG = np.random.default_rng(0)
PORTRAIT = Photo(RNG.integers(0, 256, (300, 200, 3), np.uint8), name="someone", notes=("Odd.",))
SHAPES = st.builds(
    FrameSettings,
    paper=st.sampled_from(get_args(Paper)),
    turn=st.sampled_from(get_args(Turn)),
    straighten=st.floats(-15, 15),
    zoom=st.floats(1, 4),
    across=st.floats(0, 1),
    down=st.floats(0, 1),
    border=st.floats(0, 20),
)


def how(**changes):
    return FrameSettings(**changes)


def test_papers_are_those_that_can_be_chosen():
    assert tuple(PAPERS) == get_args(Paper)


@pytest.mark.parametrize(
    "same", [{}, {"across": 0.1, "down": 1.0}, {"border": 10.0}, {"paper": "2x3"}]
)
def test_where_nothing_is_left_out_the_photo_itself_comes_back(same):
    assert frame(PORTRAIT, how(**same)) is PORTRAIT


@pytest.mark.parametrize("quarters", range(1, 4))
def test_a_photo_that_lies_on_its_side_is_turned_upright(quarters):
    lying = Photo(np.ascontiguousarray(np.rot90(PORTRAIT.pixels, quarters)))
    upright = frame(lying, how(turn=str(90 * quarters)))
    assert (upright.pixels == PORTRAIT.pixels).all()


def test_a_photo_smaller_than_any_crop_comes_back_too():
    tiny = Photo(PORTRAIT.pixels[:8, :5])
    assert frame(tiny, how()) is tiny


@pytest.mark.parametrize("paper", list(PAPERS)[1:])
@pytest.mark.parametrize("size", [(300, 200), (200, 300), (1999, 3001), (100, 2000), (64, 64)])
def test_the_paper_has_its_shape_and_lies_as_the_photo_does(paper, size):
    _, (h, w) = placed(size, how(paper=paper))
    ratio = float(PAPERS[paper] or 0)
    assert abs(max(h, w) - ratio * min(h, w)) <= ratio
    assert (h >= w) == (size[0] >= size[1]) or paper == "square"
    assert h == size[0] or w == size[1]


@settings(deadline=None)
@given(SHAPES, st.integers(100, 900), st.integers(100, 900))
def test_a_frame_moves_by_its_room(shape, height, width):
    here = shape.model_copy(update={"turn": "0", "across": 0.0, "down": 0.0})
    there = here.model_copy(update={"across": 1.0, "down": 1.0})
    (one, size), (other, _) = (placed((height, width), each) for each in (here, there))
    middle = np.array([[(size[1] - 1) / 2, (size[0] - 1) / 2]])
    moved = (map_points(inverse(other), middle) - map_points(inverse(one), middle))[0]
    np.testing.assert_allclose(moved / size[::-1], room((height, width), here), atol=0.02)


def test_a_crop_is_the_photos_own_pixels_and_keeps_heads():
    framed = frame(PORTRAIT, how(paper="square"))
    assert np.shares_memory(framed.pixels, PORTRAIT.pixels)
    assert np.array_equal(framed.pixels, PORTRAIT.pixels[20:220])
    assert (framed.name, framed.notes) == ("someone", ("Odd.",))


@pytest.mark.parametrize(
    ("where", "rows", "columns"),
    [
        ((0, 0), slice(0, 150), slice(0, 100)),
        ((1, 1), slice(150, 300), slice(100, 200)),
        ((0.5, 0.5), slice(75, 225), slice(50, 150)),
    ],
)
def test_a_zoomed_crop_moves_from_edge_to_edge(where, rows, columns):
    framed = frame(PORTRAIT, how(zoom=2.0, across=where[0], down=where[1]))
    assert np.array_equal(framed.pixels, PORTRAIT.pixels[rows, columns])


@given(SHAPES, st.integers(16, 4000), st.integers(16, 4000))
def test_no_corner_of_a_frame_is_empty(shape, height, width):
    try:
        matrix, (h, w) = placed((height, width), shape)
    except PhotoError:
        return
    assert min(h, w) >= MIN_SIDE
    corners = np.array([[0, 0], [w - 1, 0], [0, h - 1], [w - 1, h - 1]])
    x, y = map_points(inverse(matrix), corners).T
    assert min(x.min(), y.min()) >= -0.01
    assert x.max() <= width - 0.99
    assert y.max() <= height - 0.99


@settings(max_examples=40)
@given(SHAPES, st.integers(40, 120), st.integers(40, 120))
def test_a_frame_of_a_white_photo_is_white(shape, height, width):
    white = np.full((height, width, 3), 255, np.uint8)
    try:
        framed = frame(Photo(white, white[..., 0]), shape)
    except PhotoError:
        return
    assert framed.pixels.min() == 255
    assert framed.alpha is not None
    assert framed.alpha.shape == framed.size
    assert framed.alpha.min() == 255


def slant(degrees, side=401):
    """Draw a line through the middle that is turned clockwise from upright."""
    middle, reach = (side - 1) / 2, side
    dx, dy = np.sin(np.radians(degrees)) * reach, -np.cos(np.radians(degrees)) * reach
    ends = [tuple(int(v * 16) for v in (middle + k * dx, middle + k * dy)) for k in (-1, 1)]
    picture = np.zeros((side, side, 3), np.uint8)
    return cv2.line(picture, *ends, (255, 255, 255), 3, cv2.LINE_AA, shift=4)


def lean(pixels):
    """Measure by how many degrees a bright line is turned clockwise from upright."""
    weight = pixels[..., 0].astype(np.float64)
    x = (weight * np.arange(weight.shape[1])).sum(1) / weight.sum(1)
    return -np.degrees(np.arctan(np.polyfit(np.arange(len(x)), x, 1)[0]))


@pytest.mark.parametrize("degrees", [-15.0, -3.3, 0.5, 8.0])
def test_a_slanted_line_becomes_upright(degrees):
    photo = Photo(slant(degrees))
    assert lean(frame(photo, how(zoom=1.5, down=0.5)).pixels) == pytest.approx(degrees, abs=0.2)
    framed = frame(photo, how(straighten=-degrees, zoom=1.1, down=0.5))
    assert lean(framed.pixels) == pytest.approx(0, abs=0.05)


def test_straightening_takes_the_largest_part_there_is():
    h, w = frame(Photo(np.zeros((1000, 1000, 3), np.uint8)), how(straighten=10.0)).size
    assert h == w == int(1000 / (np.cos(np.radians(10)) + np.sin(np.radians(10))))


def test_turned_back_and_forth_a_photo_is_the_same_within_a_little():
    soft = cv2.GaussianBlur(PORTRAIT.pixels, (0, 0), 3)
    once = frame(Photo(soft), how(straighten=7.0, down=0.5))
    twice = frame(once, how(straighten=-7.0, down=0.5))
    h, w = twice.size
    top, left = (300 - h) // 2, (200 - w) // 2
    middle = soft[top : top + h, left : left + w]
    assert np.abs(twice.pixels.astype(int) - middle).mean() < 2


@pytest.mark.parametrize("changes", [{"zoom": 4.0}, {"straighten": 15.0}, {"paper": "2x3"}])
def test_what_leaves_too_little_says_what_to_do(changes):
    with pytest.raises(PhotoError, match=r"at least 16 px .* found .* of a photo of 20 x 17; zoom"):
        frame(Photo(np.zeros((17, 20, 3), np.uint8)), how(**changes))


def test_a_strip_becomes_a_square():
    assert frame(Photo(np.zeros((100, 2000, 3), np.uint8)), how(paper="square")).size == (100, 100)


def test_settings_from_before_there_were_frames_frame_nothing():
    assert Settings.from_flat(brush=2.0).frame == FrameSettings()
