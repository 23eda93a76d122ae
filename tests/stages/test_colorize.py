import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.ops import tiles
from pipeline.ops.color import to_lab
from pipeline.ops.tensor import to_float
from pipeline.stages.colorize import (
    APART,
    MOST,
    MULTIPLE,
    STEP,
    color_of,
    colored,
    colorless,
    colors,
    guessed,
)
from pipeline.stages.parse import Parser, Part
from pipeline.types import Photo
from tests.coloring import all_of, one_person
from tests.faces import blind

RNG = np.random.default_rng(0)
PATCHES = RNG.integers(20, 235, (9, 12, 1), np.uint8).repeat(16, 0).repeat(16, 1)
GRAY = Photo(PATCHES.repeat(3, 2))
SEEN = np.zeros((1 + len(Part), 64, 96), np.float32)


def test_a_photo_in_gray_or_in_one_tone_has_no_color_others_have():
    gray = to_float(GRAY.pixels)
    assert colorless(gray)
    assert colorless(gray * np.array([1, 0.9, 0.75], np.float32))
    other = gray.copy()
    other[:, :90, 2] *= 0.5
    assert not colorless(other)


@given(st.integers(0, len(colors()) - 1))
def test_a_color_that_is_surely_seen_is_given(index):
    ab = color_of(SEEN, lambda batch: all_of(colors()[index], batch))
    assert ab.shape == (64, 96, 2)
    np.testing.assert_allclose(ab, np.broadcast_to(colors()[index], ab.shape), atol=0.01)


def test_of_two_colors_the_likelier_one_counts_more_than_it_is_likely():
    one, other = (np.abs(colors() - ab).sum(1).argmin() for ab in ((0, 0), (24, 0)))

    def seven_of_ten(batch):
        said = np.full((1, len(colors()), 16, 24), -30, np.float32)
        said[:, one], said[:, other] = np.log(0.3), np.log(0.7)
        return said

    a = color_of(SEEN, seven_of_ten)[..., 0]
    assert (a > 0.7 * 24 + 0.5).all()
    assert (a < 24).all()


@pytest.mark.parametrize(("light", "bare", "left"), [(0.5, 0, 0.15), (0.9, 0, 0.9), (0.5, 1, 1)])
def test_a_stain_goes_unless_it_is_of_another_light_or_bare_skin(light, bare, left):
    seen = SEEN.copy()
    seen[0] = 0.5
    stain = np.s_[24:40, 40:56]
    seen[0][stain], seen[1 + Part.BODY_SKIN][stain] = light, bare
    orange = np.array([24, 24], np.float32)

    def network(batch):
        said = np.log(1e-3 + all_of(np.zeros(2), batch).clip(0, 1))
        cells = np.s_[:, :, 6:10, 10:14]
        said[cells] = np.log(1e-3 + all_of(orange, batch).clip(0, 1))[cells]
        return said

    ab = color_of(seen, network)
    assert ab[32, 48].mean() == pytest.approx(24 * left, abs=3.7)
    assert np.abs(ab[4, 4]).max() < 2


def test_the_network_sees_light_and_parts_in_sides_that_it_can_halve():
    asked = []

    def network(batch):
        asked.append(batch)
        return all_of(np.zeros(2), batch)

    ab = guessed(to_float(GRAY.pixels), Parser(one_person, blind, blind, blind), network)
    (batch,) = asked
    assert ab.shape == (*GRAY.size, 2)
    assert batch.shape[1] == 1 + len(Part)
    assert not any(side % MULTIPLE for side in batch.shape[2:])
    light = to_lab(to_float(GRAY.pixels))[..., 0].mean() / 100
    assert batch[0, 0].mean() == pytest.approx(light, abs=0.05)
    assert (batch[0, 1 + Part.PERSON] == 1).all()


def test_colors_go_to_the_photos_own_edges():
    """Cells are larger than what is between two things; their light says where it is."""
    light = np.full((480, 480, 3), 60, np.uint8)
    light[:, 231:] = 200
    cell = 480 / (384 / STEP)

    def network(batch):
        left, right = all_of((36, 24), batch), all_of((-24, 36), batch)
        right[..., : round(235 / cell)] = left[..., : round(235 / cell)]
        return right

    ab = guessed(to_float(light), Parser(one_person, blind, blind, blind), network)
    across = ab[240, :, 0]
    assert across[229] > 12
    assert across[233] < 0


@given(st.floats(-15, 20), st.floats(-15, 20))
def test_a_colored_photo_keeps_its_light(a, b):
    photo = Photo(np.clip(GRAY.pixels, 90, 170))
    ab = np.broadcast_to(np.array([a, b], np.float32), (24, 32, 2))
    before, after = (to_lab(to_float(each.pixels)) for each in (photo, colored(photo, ab)))
    np.testing.assert_allclose(after[..., 0], before[..., 0], atol=1.0)
    np.testing.assert_allclose(after[..., 1:].mean((0, 1)), (a, b), atol=1.5)


@given(st.floats(0, 1.5))
def test_a_colored_photo_moves_from_its_own_tone_as_far_as_asked(amount):
    sepia = Photo(np.full((6, 8, 3), (140, 120, 100), np.uint8))
    ab = np.full((3, 4, 2), (-10, -15), np.float32)
    own, seen = (
        to_lab(to_float(each.pixels))[0, 0, 1:] for each in (sepia, colored(sepia, ab, amount))
    )
    np.testing.assert_allclose(seen, own + amount * (ab[0, 0] - own), atol=1.5)


def test_a_large_photo_is_colored_strip_by_strip_as_at_once(monkeypatch):
    ab = RNG.normal(0, 20, (9, 12, 2)).astype(np.float32)
    whole = colored(GRAY, ab).pixels
    monkeypatch.setattr(tiles, "STRIP_ROWS", 5)
    assert np.array_equal(colored(GRAY, ab).pixels, whole)
    assert np.ptp(to_lab(to_float(whole))[..., 1]) > APART


def test_a_photo_of_one_pixel_is_colored():
    speck = Photo(np.full((1, 1, 3), 128, np.uint8))
    ab = guessed(to_float(speck.pixels), Parser(one_person, blind, blind, blind),
                 lambda batch: all_of((24, 24), batch))  # fmt: skip
    red, _, blue = colored(speck, ab).pixels[0, 0]
    assert red > blue


def test_light_hair_is_given_less_color_than_dark_hair():
    """Whether it is blond or white its light does not say."""

    def hair(batch):
        parts = one_person(batch)
        parts[:, Part.PERSON], parts[:, Part.HAIR] = 0, 1
        return parts

    def chroma(light):
        photo = np.full((64, 64, 3), light, np.float32)
        ab = guessed(photo, Parser(hair, blind, blind, blind), lambda x: all_of((12, 24), x))
        return float(np.hypot(*ab.mean((0, 1))))

    assert chroma(0.9) < 0.5 * chroma(0.4)


def test_a_rose_in_a_gray_photo_stays_red():
    pixels = GRAY.pixels.copy()
    pixels[40:52, 60:76] = (200, 30, 40)
    photo = Photo(pixels)
    assert colorless(to_float(pixels))
    ab = guessed(to_float(pixels), Parser(one_person, blind, blind, blind),
                 lambda batch: all_of((-24, 24), batch))  # fmt: skip
    before, after = (to_lab(to_float(each.pixels)) for each in (photo, colored(photo, ab)))
    np.testing.assert_allclose(after[44:48, 66:70], before[44:48, 66:70], atol=12)
    assert after[90:, :, 1].mean() < -15


def test_dark_places_are_less_colorful():
    dark = np.full((64, 64, 3), 0.15, np.float32)
    ab = guessed(dark, Parser(one_person, blind, blind, blind), lambda x: all_of((36, 36), x))
    light = to_lab(dark)[0, 0, 0]
    assert np.hypot(*ab.mean((0, 1))) == pytest.approx(MOST * light, rel=0.02)
