"""How far a painting goes: its strength, its palette, and the brush that touches a kept face."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.ops.color import chroma_shift, recolored, to_lab
from pipeline.ops.filters import blurred
from pipeline.stages.stylize.face_strokes import MARGIN, STROKE, paint_face_strokes
from pipeline.stages.stylize.intensity import adjust_intensity
from pipeline.types import Face, Scene

FACE = Face(
    (40, 30, 80, 90), np.float32([[50, 50], [70, 50]]), np.float32([[52, 75], [68, 75]]), 0.9
)


def picture(seed, h=96, w=80):
    """Return a smooth picture with grain, so that it has a palette and strokes."""
    rng = np.random.default_rng(seed)
    coarse = blurred(rng.random((h, w, 3), dtype=np.float32), 12) * 4 - 1.5
    return np.clip(coarse + rng.normal(0, 0.03, (h, w, 3)), 0.1, 0.9).astype(np.float32)


def pixels(image):
    return (image * 255 + 0.5).astype(np.uint8)


def test_all_of_the_painting_is_the_painting_itself():
    scene = Scene(picture(0))
    assert adjust_intensity(scene, pixels(picture(1)), picture(1), strength=1, palette=1) is scene
    assert (
        adjust_intensity(Scene(), pixels(picture(1)), picture(1), strength=0.5, palette=0).styled
        is None
    )


@settings(max_examples=10)
@given(palette=st.floats(0, 1), seed=st.integers(0, 99))
def test_none_of_it_is_the_photo_to_the_bit(palette, seed):
    photo, painted = picture(seed), picture(seed + 100)
    whole = adjust_intensity(
        Scene(painted, pixels(painted)), pixels(photo), photo, strength=0, palette=palette
    )
    np.testing.assert_array_equal(whole.styled, photo)
    np.testing.assert_array_equal(whole.fine, pixels(photo))


@settings(max_examples=10)
@given(strength=st.floats(0, 1))
def test_strength_goes_evenly_from_the_photo_to_the_painting(strength):
    photo, painted = picture(1), picture(2)
    got = adjust_intensity(
        Scene(painted), pixels(photo), photo, strength=strength, palette=1
    ).styled
    np.testing.assert_allclose(got, photo + strength * (painted - photo), atol=1e-5)


def test_the_photo_s_palette_leaves_light_and_strokes_to_the_painting():
    photo, painted = picture(3), picture(4)
    moved = recolored(painted, chroma_shift(painted, photo, radius_px=6), weight=1)
    lab, own, other = (to_lab(p) for p in (moved, painted, photo))
    inside = np.all((lab[..., :1] > 20) & (lab[..., :1] < 80), axis=2)
    np.testing.assert_allclose(lab[..., 0][inside], own[..., 0][inside], atol=1.5)
    apart = [np.abs(blurred(v[..., 1:] - other[..., 1:], 6)).mean() for v in (own, lab)]
    assert apart[1] < 0.25 * apart[0]
    grain = [(v[..., 1:] - blurred(v[..., 1:], 2)).std() for v in (own, lab)]
    assert grain[1] == pytest.approx(grain[0], rel=0.15)


def test_what_is_painted_fine_takes_the_same_palette():
    photo, painted = picture(5), picture(6)
    both = adjust_intensity(
        Scene(painted, pixels(painted)), pixels(photo), photo, strength=0.7, palette=0.2
    )
    assert np.abs(both.fine / 255 - both.styled).max() < 0.01


def test_a_touch_paints_the_region_and_nothing_else():
    person, mask = picture(7, 128, 120), np.zeros((128, 120), np.float32)
    mask[30:90, 40:80] = 1
    out = paint_face_strokes(
        person, mask, (FACE,), lambda batch: -batch, stroke_px=1.5, seeded=False
    )
    room = int(np.ceil(MARGIN * STROKE * 60)) + 1
    beside = np.ones_like(mask, bool)
    beside[30 - room : 90 + room, 40 - room : 80 + room] = False
    np.testing.assert_array_equal(out[beside], person[beside])
    assert np.abs(out[mask > 0] - person[mask > 0]).mean() > 0.05


def test_nothing_kept_is_nothing_touched():
    person = picture(8)
    assert (
        paint_face_strokes(
            person,
            np.zeros(person.shape[:2], np.float32),
            (),
            lambda batch: -batch,
            stroke_px=8,
            seeded=False,
        )
        is person
    )


@pytest.mark.parametrize(("height", "stroke_px"), [(120, 8.0), (60, 8.0), (60, 4.0)])
def test_strokes_are_as_wide_as_the_face_asks(height, stroke_px):
    """The painter gets the face at the size at which its strokes are that fraction of the face."""
    seen = []

    def network(batch):
        seen.append(batch.shape[2:])
        return batch

    person, mask = picture(9, 160, 160), np.zeros((160, 160), np.float32)
    mask[20:140, 30:130] = 1
    face = Face((30, 20, 130, 20 + height), FACE.eyes, FACE.mouth, 0.9)
    paint_face_strokes(person, mask, (face,), network, stroke_px=stroke_px, seeded=False)
    stroke = max(STROKE * height, 1.0)
    window = 100 + 2 * int(np.ceil(MARGIN * stroke))
    assert min(seen[0]) == pytest.approx(window * stroke_px / stroke, rel=0.05)
