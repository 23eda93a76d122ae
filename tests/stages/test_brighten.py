import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.ops.color import from_light, to_lab, to_light
from pipeline.ops.monochrome import without_tone
from pipeline.ops.tensor import to_float, to_uint8
from pipeline.stages.brighten import LIGHT, MOST, WANTED, Exposure, brightened, exposure_of
from pipeline.stages.colorize import colorless
from pipeline.types import Photo
from tests.coloring import halves


def scene(brightest: float, *, colored: bool = True, seed: int = 0) -> Photo:
    """A photo of patches, the brightest hundredth of which has this in its largest channel."""
    rng = np.random.default_rng(seed)
    patches = rng.uniform(0.2, 1, (12, 9, 3 if colored else 1)).repeat(8, 0).repeat(8, 1)
    patches = np.broadcast_to(patches, (96, 72, 3)).astype(np.float32)
    most = np.quantile(patches.max(2), 0.99)
    return Photo(np.round(255 * (patches * brightest / most).clip(0, 1)).astype(np.uint8))


def brightest_of(photo: Photo) -> float:
    return float(np.quantile(photo.pixels.max(2), 0.99)) / 255


@given(st.floats(LIGHT + 0.02, 0.95))
def test_a_photo_with_enough_light_stays(brightest):
    assert exposure_of(scene(brightest)) is None


@given(st.floats(0.15, 0.42))
def test_a_dark_photo_becomes_as_light_as_others_are(brightest):
    photo = scene(brightest)
    exposure = exposure_of(photo)
    assert exposure is not None
    assert brightest_of(brightened(photo, exposure)) == pytest.approx(WANTED, abs=0.04)


def test_the_darker_a_photo_the_more_and_near_enough_light_hardly():
    gains = [exposure_of(scene(each)).gain for each in (0.63, 0.6, 0.5, 0.4, 0.3, 0.2)]
    assert gains == sorted(gains)
    assert gains[0] < 1.1


def test_a_black_photo_is_multiplied_no_more_than_its_levels_allow():
    black = Photo(np.zeros((40, 40, 3), np.uint8))
    assert exposure_of(black).gain == MOST
    assert not brightened(black, exposure_of(black)).pixels.any()


def test_hues_stay():
    photo = Photo(np.full((40, 40, 3), (90, 60, 40), np.uint8))
    exposure = exposure_of(photo)
    before, after = (
        to_lab(each.pixels[:1, :1].astype(np.float32) / 255)[0, 0]
        for each in (photo, brightened(photo, exposure))
    )
    assert after[0] > before[0] + 20
    assert np.arctan2(after[2], after[1]) == pytest.approx(
        np.arctan2(before[2], before[1]), abs=0.15
    )


def test_the_tone_of_a_photo_without_color_stays_faint():
    gray = scene(0.3, colored=False)
    toned = Photo((gray.pixels * np.array([1, 0.97, 0.9])).astype(np.uint8))
    exposure = exposure_of(toned)
    assert exposure.chroma < 0.5
    chromas = [
        np.hypot(*np.moveaxis(to_lab(each.pixels.astype(np.float32) / 255)[..., 1:], 2, 0)).max()
        for each in (toned, brightened(toned, exposure))
    ]
    assert chromas[1] < chromas[0] + 1
    assert exposure_of(scene(0.3)).chroma == 1


def test_only_what_is_seen_counts():
    dark = scene(0.3).pixels.copy()
    dark[:, :36] = 255
    alpha = np.zeros((96, 72), np.uint8)
    assert exposure_of(Photo(dark)) is None
    alpha[:, 36:] = 255
    assert exposure_of(Photo(dark, alpha)) is not None


def test_alpha_name_and_size_stay():
    photo = Photo(scene(0.3).pixels, np.full((96, 72), 9, np.uint8), "anna")
    lit = brightened(photo, Exposure(3.0, 1.0))
    assert (lit.name, lit.size) == ("anna", photo.size)
    assert lit.alpha is photo.alpha


def test_a_very_dark_photo_in_color_is_not_taken_for_one_without():
    """In the dark colors are near gray: a sixteenth of the light leaves a third of them."""
    shaded = np.linspace(0.5, 1, 48, dtype=np.float32)[:, None, None]
    light = shaded * to_float(halves((205, 183, 170), (175, 188, 205), (48, 64)).pixels)
    dark = Photo(to_uint8(from_light(to_light(light) / 16)))
    lit = to_float(brightened(dark, exposure_of(dark)).pixels)
    assert without_tone(to_lab(to_float(dark.pixels))) is not None
    assert exposure_of(dark).chroma == 1
    assert not colorless(to_float(dark.pixels))
    np.testing.assert_allclose(lit / lit.max(), light / light.max(), atol=0.08)
