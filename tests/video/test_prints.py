"""A printed film: one press while a scene lasts, still where the film is still."""

import numpy as np
import pytest

from pipeline.settings import Settings
from pipeline.stages.stylize.print_ground import Ground
from pipeline.variants import PORTRAIT_STYLES
from pipeline.video import prints
from pipeline.video.faces import Keeper
from pipeline.video.job import FilmJob
from pipeline.video.keep import Keep
from pipeline.video.painters import painter_of
from pipeline.video.parts import LOOK_SECONDS
from pipeline.video.prints import PrintFilm
from tests.test_paint import photo_of
from tests.video.models import pictures
from tests.video.test_faces import moved_by
from tests.video.test_portrait_styles import Tinted

PRINT = next(key for key, style in PORTRAIT_STYLES.items() if style.printed)
HOW = Settings.from_flat(painter="tps", portrait_style=PRINT)


def film(**changes):
    return painter_of(FilmJob(HOW.changed(**changes), Tinted(face=False), 10.0))


def test_a_film_of_prints_is_printed_as_a_photo_is():
    paint = film(canvas=0.0)
    assert isinstance(paint, PrintFilm)
    (picture,) = pictures(1)
    made = paint(picture, None)
    assert made.shape == picture.shape
    assert made.dtype == np.uint8
    assert np.abs(made.astype(int) - picture).mean() > 5


def test_a_still_film_stays_the_same():
    paint = film()
    (picture,) = pictures(1)
    first = paint(picture, None)
    for _ in range(3):
        again = paint(picture, moved_by(picture.shape[:2], 0))
    assert np.abs(again.astype(int) - first).mean() < 1.0


def test_a_scene_keeps_its_ground_and_the_next_one_chooses_anew(monkeypatch):
    asked = []

    def ground_for(motif, portraits):
        asked.append(motif)
        return Ground(np.array((70, 0, 0), np.float32), 1.0, np.array((65, 15, 18), np.float32))

    monkeypatch.setattr(prints, "ground_for", ground_for)
    paint = film()
    first, second, third = pictures(3)
    paint(first, None)
    paint(second, moved_by(first.shape[:2], 0))
    assert len(asked) == 1
    paint(third, moved_by(first.shape[:2], 0, cut=True))
    assert len(asked) == 2


def test_somebody_who_comes_into_an_empty_scene_is_printed_at_their_own_size():
    models, picture = Tinted(face=False), photo_of().pixels
    paint = painter_of(FilmJob(HOW, models, 10.0))
    still = moved_by(picture.shape[:2], 0)
    paint(picture, None)
    assert paint._press.face_px == 0
    models.face = True
    for _ in range(round(LOOK_SECONDS * 10) + 1):
        paint(picture, still)
    assert paint._press.face_px > 30


def test_a_large_film_is_printed_smaller_and_enlarged(monkeypatch):
    monkeypatch.setattr(prints, "PRINT_PX", 4_000)
    (picture,) = pictures(1)
    paint = film()
    assert paint(picture, None).shape == picture.shape
    assert paint._size[0] * paint._size[1] <= 4_000


@pytest.mark.parametrize("painterly", [0.0, 1.0])
def test_a_kept_face_is_printed_as_far_as_it_is_painterly(painterly):
    how = HOW.changed(painterly=painterly, restore=False, harmony=0.0, face_strength=1.0)
    models, picture = Tinted(), photo_of().pixels
    kept = Keeper(how, models, 10.0)(picture, None)
    assert kept.skin is not None
    assert kept.skin.max() == 1
    made = Keep(how, models)(picture, picture, kept, None)
    inner = kept.mask > 0.95
    off = np.abs(made.astype(int) - picture)[inner].mean()
    assert off < 1 if painterly == 0 else off > 2


def test_only_prints_ask_what_is_skin():
    kept = Keeper(Settings(), Tinted(), 10.0)(photo_of().pixels, None)
    assert kept.skin is None
    assert kept.beside is None
