"""Photos without color are looked at in skin's; photos with color are left alone."""

import numpy as np
import pytest

from pipeline.ops.color import to_lab
from pipeline.ops.monochrome import USUAL_SKIN, skin_toned, usual_skin

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
