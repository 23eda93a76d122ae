"""Damage is found where it is, not where a scene has lines, and repaired from what is around."""

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.ops.tensor import to_float, to_uint8
from pipeline.stages.mend.find import find_damage
from pipeline.stages.mend.repair import filled, repaired
from pipeline.stages.mend.ridges import LONG, ridges_of
from pipeline.stages.mend.spare import without_features
from pipeline.stages.mend.spots import find_spots
from pipeline.types import Face, Photo


def calm(height=300, width=400):
    """Return a gray wall that grows lighter, with a little grain."""
    ramp = np.linspace(0.3, 0.5, width, dtype=np.float32)[None].repeat(height, 0)
    grain = np.random.default_rng(0).normal(0, 0.01, (height, width)).astype(np.float32)
    return np.repeat((ramp + grain)[..., None], 3, 2)


def scratched(picture, start, end, value=0.95, width=2):
    return cv2.line(picture.copy(), start, end, (value,) * 3, width, cv2.LINE_AA)


@pytest.mark.parametrize(("sign", "value"), [(0, 0.95), (1, 0.0)])
def test_a_line_is_a_ridge_of_its_own_sign_along_its_direction(sign, value):
    ridges = ridges_of(scratched(calm(), (60, 150), (340, 150), value))
    y, x = 75, 100
    assert ridges.share[sign, y, x] > 0.9
    assert ridges.longer[sign, y, x] > 0.9
    assert ridges.direction[sign, y, x] in (0, 15)
    assert ridges.share[1 - sign, y, x] < 0.2
    assert ridges.share[:, 20, 100].max() < 0.3


def test_an_edge_is_no_ridge():
    edge = calm()
    edge[:, 200:] += 0.4
    middle = slice(LONG, -LONG)
    assert ridges_of(edge).share[:, middle, 90:110].max() < 0.4


def test_a_long_scratch_is_found_and_a_clean_wall_is_left_alone():
    clean = cv2.resize(calm(), (1024, 768))
    worn = scratched(clean, (100, 200), (800, 620), width=3)
    assert find_damage(clean).mean() < 1e-3
    found = find_damage(worn)
    truth = np.abs(worn - clean).max(2) > 0.1
    assert found[truth].mean() > 0.9
    near = cv2.dilate(truth.astype(np.uint8), np.ones((15, 15))) > 0
    assert (found & ~near).mean() < 1e-3


def test_dust_is_found_and_a_mole_a_soft_light_and_a_pattern_are_not():
    wall = np.full((400, 400, 3), 0.5, np.float32)
    dusty = wall.copy()
    cv2.circle(dusty, (100, 100), 3, (0.95, 0.95, 0.95), -1)
    cv2.circle(dusty, (300, 300), 3, (0.02, 0.02, 0.02), -1)
    found = find_spots(dusty)
    assert found[100, 100]
    assert found[300, 300]
    assert found.sum() < 150
    mole = wall.copy()
    cv2.circle(mole, (200, 200), 4, (0.28, 0.2, 0.17), -1)
    soft = wall.copy()
    cv2.circle(soft, (200, 200), 4, (1, 1, 1), -1)
    soft = cv2.GaussianBlur(soft, (0, 0), 4)
    dots = wall.copy()
    for x in range(30, 390, 18):
        for y in range(30, 390, 18):
            cv2.circle(dots, (x, y), 3, (0.95, 0.95, 0.95), -1)
    for picture in (wall, mole, soft, dots):
        assert not find_spots(picture).any()


@settings(max_examples=15)
@given(st.integers(0, 10_000), st.sampled_from([1.0, 1.7, 3.0]))
def test_a_repair_changes_nothing_but_what_is_damaged_at_any_size(seed, scale):
    rng = np.random.default_rng(seed)
    small = cv2.resize(rng.random((9, 8, 3), np.float32), (64, 72))
    damaged = np.zeros((72, 64), bool)
    y, x = rng.integers(10, 50, 2)
    damaged[y : y + 4, x : x + 10] = True
    size = round(64 * scale), round(72 * scale)
    photo = Photo(to_uint8(cv2.resize(small, size)))
    mended = repaired(photo, filled(small, damaged), damaged)
    far = cv2.dilate(damaged.astype(np.uint8), np.ones((11, 11)))
    far = cv2.resize(far, size, interpolation=cv2.INTER_NEAREST) == 0
    np.testing.assert_array_equal(mended.pixels[far], photo.pixels[far])
    assert mended.size == photo.size


def test_a_repair_is_nearer_to_the_photo_than_the_damage():
    clean = calm()
    worn = scratched(clean, (50, 60), (350, 220))
    damaged = cv2.dilate((np.abs(worn - clean).max(2) > 0.05).astype(np.uint8), np.ones((3, 3))) > 0
    mended = to_float(repaired(Photo(to_uint8(worn)), filled(worn, damaged), damaged).pixels)
    assert np.abs(mended - clean)[damaged].mean() < 0.1 * np.abs(worn - clean)[damaged].mean()


def test_the_line_of_a_mouth_is_spared_and_a_scratch_across_it_is_not():
    eyes = np.array([[80.0, 80], [120, 80]])
    face = Face((60, 50, 140, 150), eyes, np.array([[85.0, 125], [115, 125]]), 1.0)
    damaged = np.zeros((200, 200), np.uint8)
    cv2.line(damaged, (88, 125), (112, 125), 1, 2)
    mouth = damaged > 0
    cv2.line(damaged, (20, 60), (180, 90), 1, 2)
    found = without_features(damaged > 0, [face])
    assert not found[mouth].any()
    np.testing.assert_array_equal(found, (damaged > 0) & ~mouth)
    np.testing.assert_array_equal(without_features(mouth, []), mouth)
