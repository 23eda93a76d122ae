"""A film painted by a portrait style: at one size a scene, faces looked for now and then."""

from types import SimpleNamespace

import numpy as np
import pytest

from pipeline.runtime.models import Loaded
from pipeline.settings import Settings
from pipeline.types import WeightUse
from pipeline.video import painters
from pipeline.video.job import FilmJob
from pipeline.video.painters import painter_of
from pipeline.weights.catalog import CATALOG
from tests.video.models import FilmModels, pictures

HOW = Settings.from_flat(painter="tps", keep_face=False)


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
    paint = painter_of(FilmJob(HOW, models, 4.0))
    film = pictures(3)
    made = [paint(film[0], None), paint(film[1], moved()), paint(film[2], moved())]
    assert [each.shape for each in made] == [each.shape for each in film]
    assert models.name == "tps_vangogh"
    assert len(seen.looks) == 1
    (first, noise), *others = models.given
    assert all(size == first and (each == noise).all() for size, each in others)


def test_after_a_cut_faces_are_looked_for_again(seen):
    models = Noting()
    seen.heights += [60, 20]
    paint = painter_of(FilmJob(HOW.changed(brush=0.5), models, 4.0))
    first, second = pictures(2)
    paint(first, None)
    paint(second, moved(cut=True))
    assert len(seen.looks) == 2


def test_while_there_is_no_face_the_looks_become_rare(seen):
    paint = painter_of(FilmJob(HOW, Noting(), 2.0))
    for number, picture in enumerate(pictures(20)):
        paint(picture, None if number == 0 else moved())
    assert len(seen.looks) == 4  # pictures 0, 2, 6 and 14
