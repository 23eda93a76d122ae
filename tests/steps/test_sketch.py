"""The first strokes of a photo, before anything is known of it."""

import numpy as np
import pytest

from pipeline.settings import Settings
from pipeline.steps.strokes import SKETCH_PX, sketch
from pipeline.types import Photo
from tests.test_paint import photo_of


def test_a_sketch_has_the_photos_shape_and_its_lights_and_darks():
    pixels = np.full((120, 160, 3), 40, np.uint8)
    pixels[:, 80:] = (230, 220, 180)
    drawn = sketch(Photo(pixels, "halves"), Settings())
    assert drawn.shape == (SKETCH_PX * 3 // 4, SKETCH_PX, 3)
    dark, light = drawn[:, : SKETCH_PX // 3].mean(), drawn[:, -SKETCH_PX // 3 :].mean()
    assert light > dark + 80


def test_it_is_of_what_is_framed():
    drawn = sketch(photo_of(120, 160), Settings.from_flat(paper="square", turn="90"))
    assert drawn.shape == (SKETCH_PX, SKETCH_PX, 3)


@pytest.mark.parametrize("size", [(16, 16), (8, 160), (2000, 1)])
def test_small_and_narrow_pictures_have_one(size):
    drawn = sketch(Photo(np.full((*size, 3), 120, np.uint8), "small"), Settings())
    assert drawn is not None
    assert max(drawn.shape) == SKETCH_PX


@pytest.mark.parametrize(
    "other", [{"painter": "network"}, {"mood": "picture"}, {"painter": "portrait-aware"}]
)
def test_other_painters_have_none(other):
    assert sketch(photo_of(60, 60), Settings.from_flat(**other)) is None


def test_a_dark_photos_sketch_is_as_light_as_its_painting_will_be():
    light = photo_of(120, 160)
    dark = Photo((light.pixels * 0.3).astype(np.uint8))
    one, other = (sketch(photo, Settings()).mean() for photo in (light, dark))
    assert other > 0.75 * one
