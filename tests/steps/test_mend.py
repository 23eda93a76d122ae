"""Mending in a run: off by default, said when it is done, and the divide shows the person's own."""

import cv2
import numpy as np
import pytest

from pipeline.compare import compare
from pipeline.paint import paint
from pipeline.settings import Settings
from pipeline.steps import mend
from pipeline.types import ADDED, TAKEN, Photo, Prompt, PromptError, drawing_of
from tests.coloring import halves
from tests.test_paint import PlainModels

MEND = Settings.from_flat(mend=True, painter="network")


@pytest.fixture
def scratched(monkeypatch):
    """A photo with a line, and a finder that knows where it is."""
    pixels = halves((95, 75, 60), (60, 75, 95)).pixels
    cv2.line(pixels, (10, 20), (90, 100), (250, 250, 250), 2)
    where = cv2.dilate((pixels[..., 0] > 100).astype(np.uint8), np.ones((3, 3))) > 0
    monkeypatch.setattr(mend, "find_damage", lambda photo: where)
    return Photo(pixels)


def test_the_scene_is_painted_from_the_mended_photo_and_own_is_the_persons(scratched):
    painting = paint(scratched, MEND, models=PlainModels())
    assert painting.photo.pixels.max() < 100
    assert painting.own is not None
    assert painting.own.max() > 0.9
    assert any("were mended" in hint for hint in painting.hints)


def test_nothing_is_mended_unless_it_is_asked_for(scratched):
    painting = paint(scratched, Settings.from_flat(painter="network"), models=PlainModels())
    assert painting.own is None
    assert painting.photo is scratched


def test_a_photo_without_damage_is_the_very_same_and_that_is_said(monkeypatch):
    monkeypatch.setattr(mend, "find_damage", lambda photo: np.zeros(photo.shape[:2], bool))
    photo = halves((190, 160, 140), (140, 170, 190))
    painting = paint(photo, MEND, models=PlainModels())
    assert painting.photo is photo
    assert painting.own is None
    assert mend.NONE in painting.hints


def test_mending_is_offered_where_enough_is_damaged(scratched, monkeypatch):
    assert mend.seems_worn(scratched)
    monkeypatch.setattr(mend, "find_damage", lambda photo: np.zeros(photo.shape[:2], bool))
    assert not mend.seems_worn(scratched)


def drawn(at, mark):
    marks = np.zeros((120, 100), np.uint8)
    marks[at] = mark
    return drawing_of(marks)


def test_what_is_brushed_is_mended_too_and_what_is_taken_away_is_not(scratched):
    dot = np.s_[100:106, 20:26]
    scratched = Photo(scratched.pixels.copy())
    scratched.pixels[dot] = 200
    plain = paint(scratched, MEND, models=PlainModels()).photo.pixels
    assert plain[dot].max() == 200  # nobody found it
    more = paint(scratched, MEND, models=PlainModels(), prompt=Prompt(mended=drawn(dot, ADDED)))
    assert more.photo.pixels.max() < 150
    half = drawn(np.s_[:60], TAKEN)
    less = paint(scratched, MEND, models=PlainModels(), prompt=Prompt(mended=half)).photo.pixels
    assert (less[:55] == scratched.pixels[:55]).all()
    assert less[66:98].max() < 100


def test_what_mending_makes_is_shown_before_anything_is_mended(scratched):
    looked = mend.look(scratched, Settings(), models=PlainModels())
    assert looked.original.max() > 0.9
    assert looked.result.max() < 100
    assert looked.where.any()
    none = mend.look(scratched, Settings(), models=PlainModels(), drawn=drawn(np.s_[:], TAKEN))
    assert not none.where.any()
    assert np.array_equal(none.result, scratched.pixels)


def test_outlines_are_compared_on_the_mended_photo(scratched):
    none = drawn(np.s_[:], TAKEN)
    mended = compare(scratched, MEND, ["unet"], models=PlainModels()).original
    spared = compare(scratched, MEND, ["unet"], models=PlainModels(), drawn=none).original
    assert mended.max() < 0.4
    assert spared.max() > 0.9


def test_a_drawing_of_another_shape_is_refused(scratched):
    other = drawing_of(np.ones((50, 100), np.uint8))
    with pytest.raises(PromptError, match="shape of the photo"):
        mend.look(scratched, Settings(), models=PlainModels(), drawn=other)
