"""Worn faces of a film are restored, all the way through, and nothing else of it is."""

import cv2
import numpy as np
import pytest

from pipeline.settings import Settings
from pipeline.types import Face
from pipeline.video.faces import Kept
from pipeline.video.restore import FilmRestorer, faces_of
from pipeline.weights.resolve import WeightError
from tests.video.models import FilmModels
from tests.video.test_faces import moved_by

SIZE = (240, 200)
EYES, MOUTH = np.float32([[80, 90], [120, 90]]), np.float32([[85, 135], [115, 135]])
FACE = Face((55, 50, 145, 170), EYES, MOUTH, 0.99)
KEPT = Kept(np.ones(SIZE, np.float32), (FACE,))
STILL = moved_by(SIZE, 0)


def picture(blur):
    """Draw hard-edged blocks, sharp and without noise, or blurred by a deviation in px."""
    blocks = np.random.default_rng(3).integers(0, 256, (SIZE[0] // 8, SIZE[1] // 8, 3), np.uint8)
    sharp = blocks.repeat(8, 0).repeat(8, 1)
    return cv2.GaussianBlur(sharp, (0, 0), blur) if blur else sharp


def restorer(**changes):
    models = FilmModels(restorer=True)
    return FilmRestorer(Settings.from_flat(fidelity=0.0, **changes), models), models


def test_a_blurred_face_changes_and_what_is_far_from_it_does_not():
    mend, models = restorer()
    worn = picture(6)
    out = mend(worn, KEPT, None)
    assert models.runs["restorer"] == 1
    assert np.abs(out[100:130, 85:115].astype(int) - worn[100:130, 85:115]).mean() > 20
    assert np.array_equal(out[:20], worn[:20])
    assert np.array_equal(out[:, :8], worn[:, :8])


def test_a_sharp_face_or_a_switch_that_is_off_leaves_the_picture_itself():
    mend, _ = restorer()
    sharp = picture(0)
    assert mend(sharp, KEPT, None) is sharp
    off, models = restorer(restore=False)
    worn = picture(6)
    assert off(worn, KEPT, None) is worn
    assert not models.runs


def test_it_is_decided_once_whether_a_face_is_restored():
    mend, models = restorer()
    mend(picture(6), KEPT, None)
    mend(picture(0), KEPT, STILL)
    assert models.runs["restorer"] == 2, "it goes on with a face that it began with"
    mend(picture(0), KEPT, moved_by(SIZE, 0, cut=True))
    assert models.runs["restorer"] == 2, "another scene is looked at anew"


def test_what_changes_is_held_still():
    mend, _ = restorer()
    worn = picture(6)
    mend(worn, KEPT, None)
    mend._network = type("Dark", (), {"run": staticmethod(lambda batch: batch - 0.5)})
    sudden = mend(worn, KEPT, STILL)
    inner = np.s_[100:130, 85:115]
    anew, _ = restorer()
    anew._network = mend._network
    alone = anew(worn, KEPT, None)
    brighter = sudden[inner].mean() - worn[inner].mean()
    darker = alone[inner].mean() - worn[inner].mean()
    assert darker < 0 < brighter, "one picture's restoration does not turn the face over"


def test_faces_end_softly_within_what_is_kept():
    half = KEPT.mask.copy()
    half[:, 100:] = 0
    mask = faces_of(Kept(half, (FACE,)))
    assert mask[:, 100:].max() == 0
    assert mask[110, 90] == 1
    assert 0 < mask.mean() < 0.4
    steps = np.abs(np.diff(faces_of(KEPT), axis=0)).max()
    assert steps < 0.2


def test_without_a_restorer_films_are_painted_unless_published_weights_are_asked_for():
    worn = picture(6)
    without = FilmRestorer(Settings.from_flat(fidelity=0.0), FilmModels())
    assert without(worn, KEPT, None) is worn or np.array_equal(without(worn, KEPT, None), worn)
    with pytest.raises(WeightError):
        FilmRestorer(Settings.from_flat(fidelity=0.0, weights="full"), FilmModels())(
            worn, KEPT, None
        )
