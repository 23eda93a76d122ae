"""A person's colors without the scene's."""

import cv2
import numpy as np

from pipeline.stages.decontaminate import at_scene, decontaminated

HEIGHT = 200.0
RED, BLUE = np.float32([0.7, 0.3, 0.2]), np.float32([0.2, 0.4, 0.9])


def soft_edge():
    """Return a red person with a soft edge before a blue scene, and how far it is the person."""
    part = cv2.GaussianBlur(np.float32(np.arange(300) < 150), (0, 0), 4).reshape(1, -1)
    part = part * np.ones((200, 1), np.float32)
    return (BLUE + part[..., None] * (RED - BLUE)).astype(np.float32), part


def test_no_scene_is_left_in_a_soft_edge_or_a_little_beyond():
    photo, part = soft_edge()
    out = decontaminated(photo, part, 1 - part, HEIGHT)
    assert np.abs(out[:, 140:158] - RED).max() < 0.1
    assert np.abs(photo[:, 140:158] - RED).max() > 0.4


def test_the_person_away_from_the_scene_is_the_same():
    photo, part = soft_edge()
    out = decontaminated(photo, part, 1 - part, HEIGHT)
    assert np.abs(out[:, :120] - photo[:, :120]).max() < 2e-3


def test_an_edge_on_the_persons_own_is_no_scene():
    scene = np.zeros((200, 300), np.float32)
    scene[:, 250:] = 1
    near = at_scene(scene, HEIGHT)
    assert near[:, :200].max() == 0
    assert near[:, 248:].min() > 0.9
