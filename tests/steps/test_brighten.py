"""Brightening in a run: of dark photos that are painted, said, and the divide shows the own one."""

import numpy as np

from pipeline.compare import compare
from pipeline.paint import paint
from pipeline.settings import Settings
from pipeline.steps.brighten import BRIGHTENED
from pipeline.types import Photo
from tests.coloring import halves
from tests.test_paint import PlainModels

NETWORK = Settings.from_flat(painter="network")
DARK = Photo(np.full((120, 100, 3), (60, 40, 30), np.uint8))


def test_a_dark_photo_is_painted_lighter_and_own_is_the_persons():
    painting = paint(DARK, NETWORK, models=PlainModels())
    assert BRIGHTENED in painting.hints
    assert painting.photo.pixels.mean() > 2 * DARK.pixels.mean()
    assert painting.original.mean() > 0.3
    assert painting.own is not None
    assert np.allclose(painting.own, DARK.pixels / np.float32(255))


def test_a_light_photo_is_the_very_same():
    light = halves((200, 180, 150), (150, 180, 200))
    painting = paint(light, NETWORK, models=PlainModels())
    assert painting.photo is light
    assert painting.own is None
    assert BRIGHTENED not in painting.hints


def test_a_photo_that_is_not_painted_stays_as_dark_as_it_is():
    painting = paint(DARK, Settings.from_flat(paint=False), models=PlainModels())
    assert painting.photo is DARK


def test_half_as_far_and_not_at_all():
    dark = halves((60, 45, 30), (30, 50, 60))
    whole, half, none = (
        paint(dark, NETWORK.changed(brighten=each), models=PlainModels()) for each in (1, 0.5, 0)
    )
    assert dark.pixels.mean() + 20 < half.photo.pixels.mean() < whole.photo.pixels.mean() - 20
    assert none.photo is dark
    assert BRIGHTENED not in none.hints


def test_compared_segmenters_see_the_lighter_photo():
    compared = compare(DARK, NETWORK, ["unet"], models=PlainModels())
    assert compared.original.mean() > 0.3
