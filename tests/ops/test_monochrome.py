"""Photos without color are looked at in skin's; photos with color are left alone."""

from pathlib import Path

import numpy as np
import pytest

from pipeline.io.image_files import read_photo
from pipeline.ops.color import to_lab
from pipeline.ops.monochrome import USUAL_SKIN, skin_toned, usual_skin
from pipeline.ops.tensor import to_float

OLD = Path(__file__).parents[2] / "examples" / "old.jpg"
SEPIA = np.array([1.0, 0.92, 0.78], np.float32)


def gray(height=60, width=80):
    light = np.random.default_rng(0).uniform(0.1, 0.9, (height, width, 1)).astype(np.float32)
    return np.repeat(light, 3, axis=2)


@pytest.mark.parametrize("tone", [np.ones(3, np.float32), SEPIA])
def test_a_photo_without_color_gets_skins_and_keeps_its_light(tone):
    photo = gray() * tone
    before, after = to_lab(photo), to_lab(skin_toned(photo))
    middle = np.abs(before[..., 0] - 50) < 10
    np.testing.assert_allclose(after[..., 0], before[..., 0], atol=0.5)
    np.testing.assert_allclose(after[middle][:, 1:].mean(0), USUAL_SKIN / 2, atol=0.6)


def test_a_photo_with_color_is_as_it_was():
    photo = np.random.default_rng(1).uniform(0, 1, (60, 80, 3)).astype(np.float32)
    assert skin_toned(photo) is photo


@pytest.mark.parametrize("size", [(1, 1), (1, 900), (700, 3)])
def test_any_size_is_toned(size):
    toned = skin_toned(gray(*size))
    assert toned.shape == (*size, 3)
    assert toned.dtype == np.float32
    assert 0 <= toned.min() <= toned.max() <= 1


def test_skin_has_most_color_at_middle_light():
    light = np.array([[0, 58, 100]], np.float32)
    dark, middle, pale = np.linalg.norm(usual_skin(light)[0], axis=-1)
    assert dark < middle
    assert pale < middle
    np.testing.assert_allclose(usual_skin(light)[0, 1], USUAL_SKIN)


STRONG, SUNSET = np.float32([1.0, 0.87, 0.62]), np.float32([1.0, 0.55, 0.15])


def test_a_strong_tone_is_told_through_grain_and_scratches():
    rng = np.random.default_rng(2)
    photo = gray(192, 256) * STRONG
    photo += rng.normal(0, 0.05, photo.shape).astype(np.float32)  # of a color each, as a file's
    photo[::24] = 0.95
    assert skin_toned(photo.clip(0, 1)) is not photo
    old = to_float(read_photo(OLD).pixels)
    assert skin_toned(old) is not old


def test_a_light_of_one_strong_hue_is_a_color():
    photo = gray(192, 256) * SUNSET
    assert skin_toned(photo) is photo


def test_little_color_in_whole_places_is_color():
    photo = gray(192, 256) * SEPIA
    photo[60:130, 90:170] *= np.float32([1.1, 0.95, 0.9])  # a face
    photo[130:, 60:200] *= np.float32([0.88, 1.0, 1.14])
    assert skin_toned(photo) is photo
