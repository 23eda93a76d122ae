"""The painter that lays brush strokes, in the whole chain."""

import numpy as np
import pytest

from pipeline.paint import paint
from pipeline.settings import Settings
from pipeline.steps.full_size import full_size
from pipeline.types import Cancelled, Photo
from tests.test_paint import PlainModels, photo_of

STROKES = Settings.from_flat(painter="strokes")


def test_a_photo_is_painted_in_strokes_at_its_own_size():
    done = paint(photo_of(120, 160), STROKES, models=PlainModels())
    assert done.styled.shape == (120, 160, 3)
    assert np.isfinite(done.result).all()
    assert np.abs(done.styled - done.original).mean() > 0.02
    assert done.painted is None


def test_a_large_photo_is_rendered_at_its_own_size(monkeypatch):
    monkeypatch.setattr("pipeline.steps.run.WORKING_PIXELS", 9_000)
    photo = photo_of(240, 320)
    done = paint(photo, STROKES, models=PlainModels())
    assert done.painted.scene.fine.shape == photo.pixels.shape
    large = full_size(done)
    assert large.shape == photo.pixels.shape
    # Finer strokes than an enlarged picture has.
    fine = np.abs(np.diff(done.painted.scene.fine.astype(float), axis=1)).mean()
    enlarged = np.repeat(done.styled * 255, 3, 1)
    assert fine > np.abs(np.diff(enlarged, axis=1)).mean()


def test_painting_by_strokes_can_be_cancelled():
    def report(progress):
        if progress.stage == "paint" and progress.done > 0.3:
            raise Cancelled

    with pytest.raises(Cancelled):
        paint(photo_of(120, 160), STROKES, models=PlainModels(), report=report)


def test_a_picture_of_nothing_is_painted():
    blank = Photo(np.full((64, 96, 3), 128, np.uint8))
    assert paint(blank, STROKES, models=PlainModels()).result.shape == (64, 96, 3)
