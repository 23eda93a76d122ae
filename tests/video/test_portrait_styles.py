"""A film painted by a portrait style: of one size and one light a scene, in strokes or without."""

from types import SimpleNamespace

import numpy as np
import pytest

from pipeline.runtime.models import Loaded
from pipeline.settings import Settings
from pipeline.steps.detect import detect
from pipeline.steps.run import Run
from pipeline.types import Photo, WeightUse
from pipeline.variants import PORTRAIT_STYLES
from pipeline.video import motifs, painters
from pipeline.video.job import FilmJob
from pipeline.video.keep import Keep
from pipeline.video.motifs import motifs_of
from pipeline.video.painters import PortraitStyleFilm, painter_of
from pipeline.video.strokes import StrokeFilm
from pipeline.weights.catalog import CATALOG
from tests.video.models import FilmModels, pictures

PRINT, BRUSHED = (
    next(key for key, style in PORTRAIT_STYLES.items() if wanted(style))
    for wanted in (lambda style: style.printed, lambda style: style.brush)
)
HOW = Settings.from_flat(painter="tps", portrait_style=PRINT, keep_face=False)


class Noting(FilmModels):
    """The same, with a portrait style that inverts pictures and notes what it is given."""

    def named(self, name, policy):
        self.name, self.given = name, []
        use, entry = WeightUse(name, "0" * 64), CATALOG["tps_vangogh"]
        return Loaded(self.painted, use, entry, lambda which: self.painted)

    def painted(self, batch, noise):
        self.given.append((batch.shape, noise.copy()))
        return -batch


@pytest.fixture
def seen(monkeypatch):
    """Find faces of the heights in this list, in turn, instead of looking; then none."""
    heights = []

    def detect(run):
        found = [heights.pop(0)] if heights else []
        faces = tuple(SimpleNamespace(height=float(h)) for h in found if h)
        looks.append(run.photo.size)
        return SimpleNamespace(value=SimpleNamespace(faces=faces))

    looks = []
    monkeypatch.setattr(painters, "detect", detect)
    return SimpleNamespace(heights=heights, looks=looks)


def moved(cut=False, size=(64, 96)):
    still, trust = np.zeros((*size, 2), np.float32), np.ones(size, np.float32)
    return painters.Moved(still, trust, cut, size, (None, None))


def test_a_scene_is_painted_at_one_size_with_one_noise(seen):
    models = Noting()
    seen.heights += [60, 30]
    paint = PortraitStyleFilm(FilmJob(HOW, models, 4.0))
    film = pictures(3)
    made = [paint(film[0], None), paint(film[1], moved()), paint(film[2], moved())]
    assert [each.shape for each in made] == [each.shape for each in film]
    assert models.name == PORTRAIT_STYLES[PRINT].network
    assert len(seen.looks) == 1
    (first, noise), *others = models.given
    assert all(size == first and (each == noise).all() for size, each in others)


def test_after_a_cut_faces_are_looked_for_again(seen):
    models = Noting()
    seen.heights += [60, 20]
    paint = PortraitStyleFilm(FilmJob(HOW.changed(brush=0.5), models, 4.0))
    first, second = pictures(2)
    paint(first, None)
    paint(second, moved(cut=True))
    assert len(seen.looks) == 2


def test_while_there_is_no_face_the_looks_become_rare(seen):
    paint = PortraitStyleFilm(FilmJob(HOW, Noting(), 2.0))
    for number, picture in enumerate(pictures(20)):
        paint(picture, None if number == 0 else moved())
    assert len(seen.looks) == 4  # pictures 0, 2, 6 and 14


class Tinted(FilmModels):
    """The same, with a portrait style that paints everything in the colors of a photo."""

    def named(self, name, policy):
        return Loaded(
            self.painted, WeightUse(name, "0" * 64), CATALOG[name], lambda _: self.painted
        )

    def painted(self, batch, noise):
        return batch


def test_one_of_brushes_is_a_film_of_strokes_in_the_light_of_one_portrait():
    job = FilmJob(HOW.changed(portrait_style=BRUSHED), Tinted(face=False), 10.0)
    paint = painter_of(job)
    assert isinstance(paint, StrokeFilm)
    (picture,) = pictures(1)
    made, moods = paint(picture, None), StrokeFilm(FilmJob(Settings(), Tinted(face=False), 10.0))
    assert made.shape == picture.shape
    assert np.abs(made.astype(int) - moods(picture, None)).mean() > 5


def test_a_scene_keeps_its_portrait_and_the_next_one_chooses_anew(monkeypatch):
    numbers = iter(range(2))
    monkeypatch.setattr(motifs, "one_alike", lambda plain, all_: all_.one(next(numbers)))
    job = FilmJob(HOW.changed(portrait_style=BRUSHED), Tinted(face=False), 10.0)
    show, rng = motifs_of(job), np.random.default_rng(0)
    palettes = []
    for picture, anew in zip(pictures(3), (True, False, True), strict=True):
        run = Run(Photo(picture), job.settings, job.models)
        palettes.append(show(run, detect(run), anew, rng)[0].palette)
    assert (palettes[0] == palettes[1]).all()
    assert (palettes[0] != palettes[2]).any()


def test_a_kept_face_is_set_into_strokes_as_one_of_a_photo_is():
    assert Keep(HOW.changed(portrait_style=BRUSHED), FilmModels())._by_strokes
    assert not Keep(HOW, FilmModels())._by_strokes
