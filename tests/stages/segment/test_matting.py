"""Strands of hair before a scene: a mask as soft as they are."""

import cv2
import numpy as np

from pipeline.stages.segment.matting import with_strands

RNG = np.random.default_rng(0)
HEIGHT = 200.0  # of the face
DARK, LIGHT = np.float32([0.15, 0.1, 0.08]), np.float32([0.8, 0.85, 0.9])


def hair_before_a_wall():
    """Return dark hair that ends in strands before a light wall, and how much of each pixel it is.

    It is a half plane with strands of 2 px.
    """
    true = np.zeros((200, 300), np.float32)
    true[:, :150] = 1
    for row in range(5, 195, 10):
        cv2.line(true, (150, row), (160, row + 3), 1.0, 2, cv2.LINE_AA)
    photo = LIGHT + true[..., None] * (DARK - LIGHT) + RNG.normal(0, 0.01, (200, 300, 3))
    return photo.astype(np.float32), true


def coarse(true):
    return cv2.GaussianBlur(np.float32(np.arange(true.shape[1]) < 152), (0, 0), 4)[None].reshape(
        1, -1
    ) * np.ones_like(true)


def test_strands_are_kept_and_the_scene_between_them_is_not():
    photo, true = hair_before_a_wall()
    mask = coarse(true)
    hair = np.where(np.arange(300) < 150, 1, 0) * np.ones_like(true)
    out = with_strands(photo, mask, hair, HEIGHT)
    near = np.s_[:, 140:165]
    before, after = (np.abs(m - true)[near].mean() for m in (mask, out))
    assert after < 0.5 * before
    assert out.min() >= 0
    assert out.max() <= 1


def test_far_from_the_outline_nothing_changes():
    photo, true = hair_before_a_wall()
    mask = coarse(true)
    hair = np.where(np.arange(300) < 150, 1, 0) * np.ones_like(true)
    out = with_strands(photo, mask, hair, HEIGHT)
    assert np.array_equal(out[:, :110], mask[:, :110])
    assert np.array_equal(out[:, 190:], mask[:, 190:])


def test_hair_as_bright_as_the_wall_keeps_the_mask():
    photo = np.full((200, 300, 3), 0.5, np.float32)
    photo += RNG.normal(0, 0.05, photo.shape).astype(np.float32)
    mask = coarse(np.zeros((200, 300), np.float32))
    out = with_strands(photo, mask, np.ones_like(mask), HEIGHT)
    assert np.abs(out - mask).max() < 0.05


def test_without_hair_the_mask_is_the_same():
    photo, true = hair_before_a_wall()
    mask = coarse(true)
    assert with_strands(photo, mask, np.zeros_like(mask), HEIGHT) is mask
