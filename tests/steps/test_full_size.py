"""A fine brush paints a large photo at its own size, in tiles: the composition."""

from types import SimpleNamespace

import cv2
import numpy as np
import pytest

from pipeline.ops.color import luminance
from pipeline.paint import paint
from pipeline.settings import Settings
from pipeline.steps.full_size import full_size
from pipeline.steps.stylize import fine_of
from pipeline.types import BEGINS, Cancelled, Photo, Scene
from tests.test_paint import PlainModels, Remembering

RNG = np.random.default_rng(0)


class FineModels(PlainModels):
    """Plain networks, of which the painter paints in tiles."""

    def load(self, role, policy):
        loaded = super().load(role, policy)
        entry = SimpleNamespace(stroke_px=8.0, seeded=False)
        return SimpleNamespace(
            run=loaded.run, use=loaded.use, entry=entry, halo_px=0, freeze=lambda whole: loaded.run
        )


LARGE = Photo(RNG.integers(0, 256, (1501, 1403, 3), np.uint8))
PHOTO = Photo(LARGE.pixels[:501, :461])
NETWORK = Settings.from_flat(painter="network")
FINE = NETWORK.changed(brush=0.11, canvas=0)


@pytest.fixture
def small(monkeypatch):
    """Take small photos for large ones."""
    for limit in ("run.WORKING_PIXELS", "network.MAX_PIXELS"):
        monkeypatch.setattr(f"pipeline.steps.{limit}", 100_000)


@pytest.mark.usefixtures("small")
def test_a_fine_brush_paints_a_large_photo_at_its_own_size():
    painting = paint(PHOTO, FINE, models=FineModels())
    assert np.array_equal(fine_of(painting), 255 - PHOTO.pixels)
    assert painting.styled.shape == painting.original.shape
    assert np.abs(painting.styled - (1 - painting.original)).max() <= 1.01 / 255


@pytest.mark.usefixtures("small")
def test_the_full_size_is_the_fine_painting_and_where_it_is_kept_the_person():
    painting = paint(PHOTO, FINE, models=FineModels())
    out, alpha = (
        full_size(painting).astype(np.float32),
        cv2.resize(painting.alpha, PHOTO.pixels.shape[1::-1]),
    )
    nothing = cv2.dilate(alpha, np.ones((9, 9))) == 0
    assert nothing.mean() > 0.3
    assert np.abs(out - (255 - PHOTO.pixels))[nothing].max() <= 1
    kept = alpha > 0.7
    lights = luminance(out)[kept], luminance(PHOTO.pixels)[kept]
    assert np.corrcoef(*lights)[0, 1] > 0.5  # of fine structure only the light returns


@pytest.mark.usefixtures("small")
def test_keeping_nothing_gives_the_fine_painting_itself():
    painting = paint(PHOTO, NETWORK.changed(brush=0.11, keep_face=False), models=FineModels())
    assert np.abs(full_size(painting).astype(int) - fine_of(painting)).max() <= 1


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize(("size", "brush"), [((501, 461), 2.2), ((301, 280), 0.11)])
def test_a_coarse_brush_and_a_small_photo_need_no_tiles(size, brush):
    models = FineModels()
    painting = paint(
        Photo(PHOTO.pixels[: size[0], : size[1]]),
        NETWORK.changed(brush=brush, painterly=0.0),
        models=models,
    )
    assert fine_of(painting) is None
    assert models.runs["painter"] == 1


def test_a_long_painting_tells_how_far_it_is_and_can_be_stopped():
    told, cache, models = [], Remembering(), FineModels()

    def stop(progress):
        if progress.stage == "paint":
            told.append(progress)
        if len(told) == 3:
            raise Cancelled

    with pytest.raises(Cancelled):
        paint(LARGE, FINE, models=models, report=stop, cache=cache)
    assert BEGINS["paint"] == told[0].done <= told[1].done < told[2].done < BEGINS["restore"]
    assert models.runs["painter"] == 1
    assert not any(isinstance(value, Scene) for value in cache.values.values())


@pytest.mark.parametrize("painter", ["network", "strokes"])
def test_a_small_result_is_the_mean_of_what_it_shrinks(painter):
    painting = paint(PHOTO, Settings.from_flat(painter=painter), models=PlainModels())
    small = full_size(painting, (167, 154))
    mean = cv2.resize(painting.result, (154, 167), interpolation=cv2.INTER_AREA) * 255
    assert np.abs(small - mean).max() <= 1
