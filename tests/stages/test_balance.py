"""Casts of color: what is one, what is skin's own, and what becomes of a photo."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.io.image_files import read_photo
from pipeline.ops.color import from_light, to_light
from pipeline.ops.resample import resized, size_of_long
from pipeline.ops.tensor import to_float, to_uint8
from pipeline.runtime.models import Models
from pipeline.stages.balance import Cast, balanced, cast_of
from pipeline.stages.parse import Part
from pipeline.types import Photo

SKIN, WALL = (205, 160, 135), (150, 150, 150)
AS_IT_IS = Cast(1, 1, 1)
PORTRAITS = Path(__file__).parents[3] / "shared/data/portraits"
LAMPS = {"tubes": (0.75, 1.1, 0.75), "faded": (1.2, 0.8, 1.15), "bulb": (1.6, 0.9, 0.3)}


def person(skin=SKIN, wall=WALL, light=(1.0, 1.0, 1.0)):
    """Return a photo, (96, 128, 3) in [0, 1]: skin on the left, a wall and a white sheet."""
    pixels = np.full((96, 128, 3), wall, np.uint8)
    pixels[:, :40], pixels[:20, 100:] = skin, 235
    return from_light(np.clip(to_light(to_float(pixels)) * np.array(light, np.float32), 0, 1))


def parser(batch):
    """Say that the left third is skin, and all else the scene."""
    parts = np.zeros((len(batch), len(Part), *batch.shape[2:]), np.float32)
    left = round(batch.shape[3] * 40 / 128)
    parts[:, Part.SKIN, :, :left], parts[:, Part.BACKGROUND, :, left:] = 1, 1
    return parts


def nobody(batch):
    """Say that all is the scene."""
    parts = np.zeros((len(batch), len(Part), *batch.shape[2:]), np.float32)
    parts[:, Part.BACKGROUND] = 1
    return parts


def off(light, cast=AS_IT_IS):
    """Return how far a light is from white, as logarithms of red and blue over green."""
    logs = np.log(np.array(light) * cast)
    return float(np.hypot(logs[0] - logs[1], logs[2] - logs[1]))


@pytest.mark.parametrize("light", LAMPS.values(), ids=LAMPS)
def test_a_cast_on_skin_and_scene_is_taken_off_by_half_and_more(light):
    cast = cast_of(person(light=light), parser)
    assert cast is not None
    assert off(light, cast) < off(light) / 2


@pytest.mark.parametrize("skin", [(240, 205, 185), SKIN, (150, 100, 75), (85, 55, 42)])
def test_skin_of_every_tone_has_no_cast(skin):
    assert cast_of(person(skin), parser) is None


def test_what_only_the_skin_or_only_the_scene_shows_is_no_cast():
    assert cast_of(person(skin=(150, 190, 150)), parser) is None, "a face painted green"
    assert cast_of(person(wall=(90, 160, 90)), parser) is None, "a green wall"
    assert cast_of(person(light=LAMPS["tubes"]), nobody) is None, "a green room without people"


@given(st.tuples(*[st.floats(0.5, 2)] * 3), st.integers(0, 9))
def test_gray_stays_between_black_and_white_and_none_is_the_photo(gains, seed):
    pixels = np.random.default_rng(seed).integers(0, 256, (9, 7, 3), np.uint8)
    pixels[0] = 0
    photo = Photo(pixels)
    assert (balanced(photo, Cast(*gains)).pixels[0] == 0).all()
    assert np.abs(balanced(photo, Cast(*gains), 0).pixels.astype(int) - pixels).max() <= 1


def test_a_photo_is_as_light_as_before_and_what_is_too_bright_has_no_new_color():
    seen = person(light=LAMPS["faded"])
    cast = cast_of(seen, parser)
    assert cast is not None
    out = balanced(Photo(to_uint8(seen)), cast).pixels
    assert np.isclose(to_light(to_float(out)).mean(), to_light(seen).mean(), rtol=0.1)
    lamp = balanced(Photo(np.full((4, 4, 3), 255, np.uint8)), Cast(2.0, 1.0, 2.0)).pixels[0, 0]
    assert lamp.max() == 255


@pytest.mark.skipif(not PORTRAITS.is_dir(), reason="no ../shared")
def test_portraits_under_tubes_and_faded_ones_come_back():
    network = Models("cpu").load("parser", "embedded").run
    before, after = [], []
    for name in ("celebrity_img33", "celebrity_img15", "celebrity_img44"):
        photo = to_float(read_photo(PORTRAITS / f"{name}.jpg").pixels)
        photo = resized(photo, size_of_long(photo.shape[:2], 400)).clip(0, 1)
        for light in (LAMPS["tubes"], LAMPS["faded"]):
            lit = from_light(np.clip(to_light(photo) * np.array(light, np.float32), 0, 1))
            cast = cast_of(lit, network) or AS_IT_IS
            before.append(off(light))
            after.append(off(light, cast))
    assert np.mean(after) < 0.5 * np.mean(before)
