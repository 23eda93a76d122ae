"""At which size faces are painted by a network that knows them at one size."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.stages.stylize.portrait_size import (
    FACE_PX,
    LARGER,
    LEAST_PX,
    PLAIN_PX,
    portrait_size,
)

PIXELS, STRIDE = 1_000_000, 16
SIDES = st.integers(64, 4000)


def painted(size, face, brush=1.0):
    return portrait_size(size, face, brush=brush, pixels=PIXELS, stride=STRIDE)


@given(SIDES, SIDES, st.floats(0, 1), st.floats(0.1, 3.0))
def test_sizes_are_the_networks_and_never_too_large(h, w, part, brush):
    size = painted((h, w), part * h, brush)
    assert all(n % STRIDE == 0 and n >= STRIDE for n in size)
    assert size[0] * size[1] <= PIXELS * 1.1 + STRIDE * max(size)
    assert min(size) <= LARGER * min(h, w) + STRIDE


@pytest.mark.parametrize(("size", "face"), [((1000, 800), 400), ((1400, 1000), 200)])
def test_the_largest_face_becomes_as_large_as_the_network_knows(size, face):
    assert painted(size, face)[0] * face / size[0] == pytest.approx(FACE_PX, rel=0.03)


def test_without_a_face_the_short_side_is_usual_and_a_close_face_leaves_something_else():
    assert min(painted((900, 1200), 0)) == PLAIN_PX
    assert min(painted((900, 1200), 900)) == LEAST_PX


def test_a_finer_brush_paints_larger_until_the_photo_ends():
    sides = [painted((600, 600), 200, brush)[0] for brush in (3.0, 1.0, 0.5, 0.1)]
    assert sides == sorted(sides)
    assert sides[1] < sides[2]
