"""Taking a cast off in a run: where skin and scene show one, said, and the divide shows the own."""

import numpy as np

from pipeline.ops.color import from_light, to_light
from pipeline.ops.tensor import to_float, to_uint8
from pipeline.paint import paint
from pipeline.settings import Settings
from pipeline.steps.balance import BALANCED
from pipeline.steps.colorize import COLORED
from pipeline.types import Photo
from tests.coloring import halves
from tests.test_paint import PlainModels

NETWORK = Settings.from_flat(painter="network")
DAYLIGHT = halves((215, 170, 145), (190, 175, 160))
GREEN = Photo(
    to_uint8(from_light((to_light(to_float(DAYLIGHT.pixels)) * (0.7, 1, 0.7)).astype(np.float32)))
)


def greenness(photo):
    return float(photo.pixels[..., 1].mean() - photo.pixels[..., ::2].mean())


def test_a_photo_with_a_cast_is_painted_without_and_own_is_the_persons():
    painting = paint(GREEN, NETWORK, models=PlainModels())
    assert BALANCED in painting.hints
    assert greenness(painting.photo) < greenness(GREEN) / 2
    assert painting.own is not None
    assert np.allclose(painting.own, GREEN.pixels / np.float32(255))


def test_a_photo_without_one_is_the_very_same():
    painting = paint(DAYLIGHT, NETWORK, models=PlainModels())
    assert painting.photo is DAYLIGHT
    assert BALANCED not in painting.hints


def test_half_of_it_none_and_where_nothing_is_painted():
    whole, half, none = (
        paint(GREEN, NETWORK.changed(color_cast=each), models=PlainModels()) for each in (1, 0.5, 0)
    )
    assert greenness(whole.photo) + 3 < greenness(half.photo) < greenness(GREEN) - 3
    assert none.photo is GREEN
    assert paint(GREEN, Settings.from_flat(paint=False), models=PlainModels()).photo is GREEN


def test_a_photo_whose_cast_is_off_is_not_given_other_colors():
    pixels = np.full((120, 100, 3), 150, np.uint8)
    pixels[:, :8] = (190, 150, 130)
    light = to_light(to_float(pixels)) * (0.75, 1.1, 0.75)
    painting = paint(
        Photo(to_uint8(from_light(light.clip(0, 1).astype(np.float32)))), NETWORK,
        models=PlainModels(),
    )  # fmt: skip
    assert not {BALANCED, COLORED} <= {*painting.hints}
