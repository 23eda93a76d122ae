"""Casts of color: what is one, what is skin's own, and what becomes of a photo."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.io.image_files import read_photo
from pipeline.ops.color import LUMINANCE, from_light, to_light
from pipeline.ops.resample import pixels_resized, size_of_long
from pipeline.ops.tensor import to_float, to_uint8
from pipeline.runtime.models import Models
from pipeline.stages.balance import Cast, balanced, cast_of
from pipeline.stages.parse import Part
from pipeline.types import Photo

SKIN, WALL = (205, 160, 135), (150, 150, 150)
PORTRAITS = Path(__file__).parents[3] / "shared/data/portraits"
LAMPS = {"tubes": (0.75, 1.1, 0.75), "faded": (1.1, 0.8, 1.05), "bulb": (1.3, 0.9, 0.45)}
TONES = [(235, 200, 180), SKIN, (150, 100, 75), (85, 55, 42)]


def person(skin=SKIN, wall=WALL, light=(1.0, 1.0, 1.0), alpha=None, hidden=None):
    """Return a photo, 192 x 256: skin on the left, a wall and a white sheet."""
    pixels = np.full((192, 256, 3), wall, np.uint8)
    pixels[:, :80], pixels[:40, 200:] = skin, 225
    lit = from_light(np.clip(to_light(to_float(pixels)) * np.array(light, np.float32), 0, 1))
    pixels = to_uint8(lit)
    if hidden is not None:
        pixels[alpha == 0] = hidden
    return Photo(pixels, alpha=alpha)


def parser(batch):
    """Say that the left third is skin, and all else the scene."""
    parts = np.zeros((len(batch), len(Part), *batch.shape[2:]), np.float32)
    left = round(batch.shape[3] * 80 / 256)
    parts[:, Part.SKIN, :, :left], parts[:, Part.BACKGROUND, :, left:] = 1, 1
    return parts


def nobody(batch):
    """Say that all is the scene."""
    parts = np.zeros((len(batch), len(Part), *batch.shape[2:]), np.float32)
    parts[:, Part.BACKGROUND] = 1
    return parts


def off(light, cast=None):
    """Return how far a light is from white, as logarithms of red and blue over green."""
    logs = np.log(np.array(light) * (1 if cast is None else cast.gains(1)))
    return float(np.hypot(logs[0] - logs[1], logs[2] - logs[1]))


@pytest.mark.parametrize("skin", TONES)
@pytest.mark.parametrize("light", [LAMPS["tubes"], LAMPS["faded"]], ids=["tubes", "faded"])
def test_a_cast_on_skin_of_every_tone_and_on_the_scene_is_taken_off_by_half(light, skin):
    cast = cast_of(person(skin, light=light), parser)
    assert cast is not None
    assert off(light, cast) < off(light) / 2


def test_warm_light_is_taken_off_where_skin_is_beyond_all_skin():
    cast = cast_of(person((150, 100, 75), light=LAMPS["bulb"]), parser)
    assert cast is not None
    assert cast.red > 1 > cast.blue
    assert off(LAMPS["bulb"], cast) < 0.7 * off(LAMPS["bulb"])


@pytest.mark.parametrize("skin", TONES)
def test_skin_of_every_tone_has_no_cast(skin):
    assert cast_of(person(skin), parser) is None


def test_what_only_the_skin_or_only_the_scene_shows_is_no_cast():
    assert cast_of(person(skin=(150, 190, 150)), parser) is None, "a face painted green"
    assert cast_of(person(wall=(90, 160, 90)), parser) is None, "a green wall"
    assert cast_of(person(light=LAMPS["tubes"]), nobody) is None, "a green room without people"


@pytest.mark.parametrize("light", [(1, 0.1, 0.1), (0.2, 1, 0.2)])
def test_of_a_stage_light_no_more_is_taken_off_than_lamps_give(light):
    if cast := cast_of(person(light=light), parser):
        assert cast.gains(1).max() < 2.5


def test_what_is_transparent_does_not_count():
    alpha = np.full((192, 256), 255, np.uint8)
    alpha[:, 160:] = 0
    casts = [
        cast_of(person(light=LAMPS["tubes"], alpha=alpha, hidden=hidden), parser)
        for hidden in ((0, 0, 0), (255, 0, 255), (0, 255, 0))
    ]
    assert casts[0] is not None
    assert casts[0] == casts[1] == casts[2]


@given(st.tuples(*[st.floats(0.5, 2)] * 2), st.integers(0, 9), st.floats(0, 1))
def test_black_and_white_stay_and_none_is_the_photo(shares, seed, amount):
    pixels = np.random.default_rng(seed).integers(0, 256, (300, 7, 3), np.uint8)
    pixels[0], pixels[-1] = 0, 255
    photo, cast = Photo(pixels), Cast(*shares, (0.3, 0.3, 0.3))
    out = balanced(photo, cast, amount).pixels
    assert (out[0] == 0).all()
    assert (out[-1] == 255).all()
    assert (balanced(photo, cast, 0).pixels == pixels).all()


@pytest.mark.parametrize("amount", [0.5, 1.0])
@pytest.mark.parametrize("light", LAMPS.values(), ids=LAMPS)
def test_a_photo_is_as_bright_as_before(light, amount):
    seen = person(wall=(110, 110, 110), light=light)
    cast = cast_of(seen, parser)
    assert cast is not None
    before, after = (
        (to_light(to_float(each.pixels)) @ np.array(LUMINANCE, np.float32)).mean()
        for each in (seen, balanced(seen, cast, amount))
    )
    assert np.isclose(before, after, rtol=0.05)


@pytest.mark.parametrize("size", [(1, 1), (3, 900), (900, 3)])
def test_photos_of_any_size_are_looked_at(size):
    green = Photo(np.full((*size, 3), (90, 160, 90), np.uint8))
    assert cast_of(green, nobody) is None
    assert balanced(green, Cast(0.8, 0.8, (0.1, 0.3, 0.1))).pixels.shape == (*size, 3)


@pytest.mark.skipif(not PORTRAITS.is_dir(), reason="no ../shared")
def test_portraits_under_tubes_and_faded_ones_come_back():
    network = Models("cpu").load("parser", "embedded").run
    before, after = [], []
    for name in ("celebrity_img33", "celebrity_img15", "celebrity_img44"):
        pixels = read_photo(PORTRAITS / f"{name}.jpg").pixels
        photo = to_float(pixels_resized(pixels, size_of_long(pixels.shape[:2], 400)))
        assert cast_of(Photo(to_uint8(photo)), network) is None
        for light in (LAMPS["tubes"], LAMPS["faded"]):
            lit = from_light(np.clip(to_light(photo) * np.array(light, np.float32), 0, 1))
            before.append(off(light))
            after.append(off(light, cast_of(Photo(to_uint8(lit)), network)))
    assert np.mean(after) < 0.55 * np.mean(before)
