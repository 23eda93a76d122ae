"""The canvas under the paint: where its grain shows, and that a painting has only one canvas."""

import cv2
import numpy as np
import pytest

from pipeline.ops.resample import resized
from pipeline.paint import paint
from pipeline.settings import Settings
from pipeline.stages.stylize.canvas_texture import canvas, lay_canvas, liveliness, textured
from pipeline.steps.full_size import full_size
from pipeline.types import Photo, Scene
from tests.test_paint import PlainModels, photo_of


def rough(amount, h=128, w=96):
    """Return a gray photo that is as rough as that."""
    noise = np.random.default_rng(0).normal(0, amount, (h, w, 1))
    return np.clip(0.5 + np.repeat(noise, 3, 2), 0, 1).astype(np.float32)


def test_it_is_the_same_canvas_at_every_call():
    photo = rough(0.05)
    np.testing.assert_array_equal(*(canvas(photo, (128, 96), brush=8, amount=1) for _ in range(2)))


@pytest.mark.parametrize("size", [(128, 96), (640, 480)])
def test_its_cells_go_with_the_brush_and_none_is_finer_than_a_pixel(size):
    wide, fine = (canvas(rough(0.05), size, brush=brush, amount=1) for brush in (32, 0.5))
    assert wide.shape == tuple(round(n / (0.32 / 8 * min(size))) for n in size)
    assert fine.shape == size
    assert fine.std() < wide.std()  # of many cells in a pixel the mean is seen


def test_more_canvas_is_more_grain_and_a_lively_photo_has_more_than_a_calm_one():
    some, twice = (canvas(rough(0.05), (128, 96), brush=8, amount=amount) for amount in (1, 2))
    np.testing.assert_allclose(twice, 2 * some, rtol=1e-5)
    calm, lively = (canvas(rough(amount), (128, 96), brush=8, amount=1) for amount in (0.02, 0.08))
    assert 1.5 * calm.std() < lively.std()


def test_liveliness_has_limits():
    assert (
        0
        < liveliness(np.full((64, 64, 3), 0.5, np.float32))
        < liveliness(rough(0.05))
        < liveliness(rough(0.5))
        < 4
    )


def test_it_shows_most_under_dark_paint_not_in_black_and_makes_nothing_lighter_in_the_mean():
    grain = resized(canvas(rough(0.05), (128, 96), brush=8, amount=1), (128, 96))
    np.testing.assert_array_equal(textured(np.zeros((128, 96, 3), np.float32), grain), 0)
    dark, light = (np.full((128, 96, 3), value, np.float32) for value in (0.3, 0.75))
    on_dark, on_light = (textured(paint, grain) - paint for paint in (dark, light))
    assert on_dark.std() > 1.2 * on_light.std() > 0
    assert abs(on_dark.mean()) < 0.2 * on_dark.std()
    assert np.ptp(on_dark, axis=2).max() < 1e-6  # light, no color


def test_what_is_painted_finer_lies_on_the_same_canvas():
    styled, fine = np.full((60, 80, 3), 0.5, np.float32), np.full((600, 800, 3), 128, np.uint8)
    grain = canvas(rough(0.1), (600, 800), brush=16, amount=2)  # cells of 12 px
    scene = lay_canvas(Scene(styled, fine), grain)
    shrunk = cv2.resize(scene.fine.astype(np.float32) / 255, (80, 60), interpolation=cv2.INTER_AREA)
    assert np.corrcoef(shrunk[..., 0].ravel(), scene.styled[..., 0].ravel())[0, 1] > 0.9
    assert scene.grain is grain
    assert lay_canvas(Scene(), grain) == Scene()


def grain_in(painting, without):
    """Return the deviation of one result from another, outside and inside of the kept region."""
    apart = (full_size(painting).astype(np.float32) - full_size(without))[..., 1]
    kept = painting.alpha > 0.99 * painting.alpha.max()
    return apart[painting.alpha == 0].std(), apart[kept].std()


def test_it_is_under_the_scene_and_under_the_kept_face_as_far_as_that_is_painted():
    photo = Photo((photo_of().pixels // 2 + 64).astype(np.uint8))
    plain = {"painter": "network", "restore": False, "face_strength": 1.0, "harmony": 0.0}

    def made(canvas, painterly):
        return paint(
            photo,
            Settings.from_flat(**plain, canvas=canvas, painterly=painterly),
            models=PlainModels(),
        )

    scene, face = grain_in(made(3, 1), made(0, 1))
    assert scene > 2
    assert 0.5 * scene < face < 2 * scene
    scene, face = grain_in(made(3, 0), made(0, 0))
    assert scene > 2
    assert face < 0.1  # of 255


def test_no_strength_is_the_photo_without_a_canvas():
    photo = photo_of()
    bare = paint(
        photo,
        Settings.from_flat(painter="network", strength=0, keep_face=False, restore=False, canvas=3),
        models=PlainModels(),
    )
    np.testing.assert_array_equal(full_size(bare), photo.pixels)
