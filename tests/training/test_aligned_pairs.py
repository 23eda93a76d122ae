"""What photos are shown like, and styles without, before they are paired."""

import cv2
import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.training.test_aligned_faces import face
from training.aligned_pairs import relit
from training.portrait_faces import Portrait, without_grain


def portrait_of(picture):
    return Portrait(picture, (40 * face() + 48).astype(np.float32), "one")


@settings(max_examples=20)
@given(st.integers(0, 2**31))
def test_other_light_keeps_the_order_of_every_color(seed):
    ramp = np.repeat(np.arange(256, dtype=np.uint8)[None, :, None], 3, 2)
    portrait = portrait_of(np.repeat(ramp, 4, 0))
    shown = relit(portrait, np.random.default_rng(seed))
    assert np.all(np.diff(shown.picture.astype(int), axis=1) >= 0)
    assert shown.picture.shape == portrait.picture.shape
    assert shown.picture[0, 0].max() == 0
    assert np.array_equal(shown.points, portrait.points)


def test_grain_goes_and_a_line_stays():
    rng = np.random.default_rng(0)
    clean = np.full((96, 96, 3), 150, np.uint8)
    cv2.line(clean, (10, 48), (86, 48), (40, 20, 20), 3)
    grainy = np.clip(clean + rng.normal(0, 5, clean.shape), 0, 255).astype(np.uint8)
    found = without_grain(portrait_of(grainy)).picture.astype(float)
    wall = (slice(0, 40), slice(0, 96))
    assert found[wall].std() < 0.5 * grainy[wall].std()
    assert np.abs(found[47:50, 20:76] - clean[47:50, 20:76]).mean() < 6  # not blurred, R not B
