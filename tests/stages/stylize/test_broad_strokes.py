"""Broad strokes: where they lie, where they do not, and that they change what is painted finer, too."""

import cv2
import numpy as np
import pytest

from pipeline.paint import paint
from pipeline.settings import Settings
from pipeline.stages.stylize.broad_strokes import broad_strokes, calm, lay_broad_strokes
from pipeline.steps.full_size import full_size
from pipeline.types import Photo, Scene
from tests.test_paint import PlainModels, Remembering

SIZE = (240, 320)


def half_calm():
    """Return a photo whose left half is a wall and whose right half is fine stripes."""
    photo = np.full((*SIZE, 3), 0.6, np.float32)
    photo[:, 160::8] = 0.1
    photo[:, 161::8] = 0.1
    return photo


def dabs(batch, px=8):
    """Return a painter's picture, [-1, 1]: the photo with dabs of so many px, that differ by 0.1."""
    h, w = batch.shape[2:]
    noise = (
        np.random.default_rng(0).choice([-0.1, 0.1], (h // px + 1, w // px + 1)).astype(np.float32)
    )
    return batch + np.kron(noise, np.ones((px, px), np.float32))[None, None, :h, :w]


class Dabbing(PlainModels):
    """Networks of which the painter makes dabs as wide as it says."""

    @staticmethod
    def painter(batch):
        return dabs(batch, 1)


def strokes_of(photo, brush=4.0):
    return broad_strokes(photo, photo, dabs, brush=brush, stroke_px=8)


def test_a_wall_is_calm_and_stripes_are_not():
    quiet = calm(half_calm(), 12)
    assert quiet[:, :120].min() == 1
    assert quiet[:, 190:].max() == 0


def test_they_lie_on_the_wall_and_leave_stripes_alone():
    strokes = strokes_of(half_calm())
    assert strokes[:, :110].std() > 0.03
    assert np.abs(strokes[:, 200:]).max() < 1e-3


def test_a_photo_too_small_for_them_is_painted_at_its_own_size():
    assert strokes_of(half_calm(), brush=0.2).shape[:2] == SIZE


def test_they_neither_lighten_nor_tint_a_wall():
    strokes = strokes_of(half_calm())[:, :120]
    assert np.abs(strokes.mean((0, 1))).max() < 0.2 * strokes.std()


@pytest.mark.parametrize("amount", [0.5, 1.0])
def test_so_much_of_them_changes_the_painting_at_both_sizes(amount):
    styled, fine = np.full((*SIZE, 3), 0.5, np.float32), np.full((480, 640, 3), 128, np.uint8)
    strokes = strokes_of(half_calm())
    scene = lay_broad_strokes(Scene(styled, fine), strokes, amount)
    np.testing.assert_allclose(scene.styled, styled + amount * strokes, atol=1e-5)
    finer = cv2.resize(
        scene.fine.astype(np.float32) / 255, SIZE[::-1], interpolation=cv2.INTER_AREA
    )
    assert np.corrcoef(finer.ravel(), scene.styled.ravel())[0, 1] > 0.95


def test_none_of_them_changes_nothing():
    scene = Scene(half_calm())
    assert lay_broad_strokes(scene, strokes_of(half_calm()), 0) is scene
    assert lay_broad_strokes(Scene(), strokes_of(half_calm()), 1) == Scene()


def test_a_painting_has_as_many_as_are_asked_for():
    photo = Photo((half_calm() * 255).astype(np.uint8))

    models, cache = Dabbing(), Remembering()

    def made(amount):
        plain = {"restore": False, "keep_face": False, "canvas": 0.0, "brush": 0.5}
        return full_size(
            paint(photo, Settings.from_flat(**plain, broad=amount), models=models, cache=cache)
        ).astype(np.float32)

    none, some, many = made(0), made(1), made(2)
    assert models.runs["painter"] == 2  # once finely, once broadly
    wall, stripes = np.s_[:, :110], np.s_[:, 200:]
    assert 3 < np.abs(some - none)[wall].mean() < np.abs(many - none)[wall].mean()
    assert np.abs(many - none)[stripes].mean() < 0.3 * np.abs(many - none)[wall].mean()
