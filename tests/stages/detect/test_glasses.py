"""A face behind dark glasses is found; where eyes are seen, glasses change nothing."""

import cv2
import numpy as np
import pytest

from pipeline.stages.detect.candidates import face_candidates
from pipeline.stages.detect.glasses import lenses
from pipeline.stages.detect.landmarks import measure
from pipeline.stages.parse import FaceParse, Part
from tests.faces import drawn_parts

HERE = np.array([[1.0, 0, 0], [0, 1, 0]])
EYES = [Part.RIGHT_EYE, Part.LEFT_EYE]


def behind_glasses(size, center, height, *, bridge=True, sides=(-1, 1)):
    """Return a face's parts with dark lenses over its eyes and brows, and where the eyes were."""
    parts = drawn_parts(size, [center], height, 0)
    worn = np.zeros(size, np.uint8)
    places = [
        (round(center[0] + side * 0.19 * height), round(center[1] - 0.12 * height))
        for side in (-1, 1)
    ]
    for side, place in zip((-1, 1), places, strict=True):
        if side in sides:
            cv2.ellipse(worn, place, (round(0.14 * height), round(0.1 * height)), 0, 0, 360, 1, -1)
    if bridge:
        cv2.line(worn, places[0], places[1], 1, max(1, round(0.02 * height)))
    parts[parts[..., [Part.RIGHT_BROW, Part.LEFT_BROW]].any(2)] = np.eye(12)[Part.SKIN]
    parts[worn > 0] = np.eye(12)[Part.GLASSES]
    return parts, np.array(places, np.float32)


@pytest.mark.parametrize("bridge", [True, False])
def test_a_face_behind_dark_glasses_is_guessed_and_measured(bridge):
    parts, eyes = behind_glasses((320, 320), (160, 160), 180, bridge=bridge)
    (guess,) = face_candidates(parts)
    face = measure(FaceParse(parts, HERE))
    assert face is not None
    for points in (guess[:2], face.eyes):
        assert np.abs(points - eyes).max() < 0.04 * 180
    assert face.score > 0.9


def test_a_small_face_behind_dark_glasses_is_guessed():
    parts, eyes = behind_glasses((100, 100), (50, 50), 28)
    (guess,) = face_candidates(parts)
    assert np.abs(guess[:2] - eyes).max() < 3


def test_eyes_that_are_seen_are_not_moved_by_a_frame():
    plain = drawn_parts((320, 320), [(160, 160)], 180, 0)
    framed = plain.copy()
    for x in (126, 194):
        ring = np.zeros((320, 320), np.uint8)
        cv2.ellipse(ring, (x, 138), (28, 20), 0, 0, 360, 1, 3)
        framed[(ring > 0) & (plain[..., Part.SKIN] > 0)] = np.eye(12)[Part.GLASSES]
    one, other = (measure(FaceParse(p, HERE)) for p in (plain, framed))
    np.testing.assert_array_equal(one.eyes, other.eyes)
    assert len(face_candidates(framed)) == 1


def test_of_a_profile_one_lens_is_an_eye():
    parts, eyes = behind_glasses((320, 320), (160, 160), 180, bridge=False, sides=(1,))
    parts[parts[..., EYES].any(2)] = np.eye(12)[Part.SKIN]
    face = measure(FaceParse(parts, HERE))
    assert face is not None
    assert np.abs(face.eyes - eyes[1]).max(1).min() < 0.04 * 180


def test_no_glasses_have_no_lenses():
    assert lenses(np.zeros((20, 20), np.bool_)) == []


def test_a_speck_beside_dark_glasses_is_no_eye():
    parts, eyes = behind_glasses((320, 320), (160, 160), 180)
    plain = measure(FaceParse(parts, HERE))
    parts[150:154, 214:218] = np.eye(12)[Part.LEFT_EYE]
    specked = measure(FaceParse(parts, HERE))
    np.testing.assert_allclose(specked.eyes, plain.eyes, atol=1)
    assert np.abs(specked.eyes - eyes).max() < 0.04 * 180


@pytest.mark.parametrize(("px", "found"), [(60, True), (15, False)])
def test_a_tiny_face_must_show_an_eye(px, found):
    parts, _ = behind_glasses((320, 320), (160, 160), 180)
    enlarged = HERE * (180 / px)  # the photo's face is so much smaller than the crop's
    assert (measure(FaceParse(parts, enlarged)) is not None) == found
    seen = drawn_parts((320, 320), [(160, 160)], 180, 0)
    assert measure(FaceParse(seen, enlarged)) is not None
