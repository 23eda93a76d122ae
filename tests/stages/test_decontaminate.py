"""A person's colors without the scene's."""

import cv2
import numpy as np

from pipeline.stages.decontaminate import at_scene, decontaminated
from pipeline.types import Face

HEIGHT = 200.0
RED, BLUE = np.float32([0.7, 0.3, 0.2]), np.float32([0.2, 0.4, 0.9])
FACE = Face((10, 0, 150, HEIGHT), np.zeros((2, 2)), np.zeros((2, 2)), 1.0)


def soft_edge():
    """Return a red person with a soft edge before a blue scene, and how far it is the person."""
    part = cv2.GaussianBlur(np.float32(np.arange(300) < 150), (0, 0), 4).reshape(1, -1)
    part = part * np.ones((200, 1), np.float32)
    return (BLUE + part[..., None] * (RED - BLUE)).astype(np.float32), part


def test_no_scene_is_left_in_a_soft_edge_or_a_little_beyond():
    photo, part = soft_edge()
    out = decontaminated(photo, part, 1 - part, 0 * part, (FACE,)).picture
    assert np.abs(out[:, 140:158] - RED).max() < 0.1
    assert np.abs(photo[:, 140:158] - RED).max() > 0.4


def test_the_person_away_from_the_scene_is_the_same():
    photo, part = soft_edge()
    out = decontaminated(photo, part, 1 - part, 0 * part, (FACE,)).picture
    assert np.abs(out[:, :120] - photo[:, :120]).max() < 2e-3


def test_an_edge_on_the_persons_own_is_no_scene():
    scene = np.zeros((200, 300), np.float32)
    scene[:, 250:] = 1
    near = at_scene(scene, HEIGHT)
    assert near[:, :200].max() == 0
    assert near[:, 248:].min() > 0.9


def test_a_pet_that_is_kept_is_no_scene():
    photo, part = soft_edge()
    everything = np.ones_like(part)
    out = decontaminated(photo, np.ones_like(part), everything, 0 * part, ()).picture
    assert np.abs(out - photo).max() < 1e-6


def test_an_outline_is_strands_where_hair_meets_the_scene():
    photo, part = soft_edge()
    hair = part.copy()
    hair[100:] = 0
    own = decontaminated(photo, part, 1 - part, hair, (FACE,))
    strands = own.strands
    assert strands[20:80, 146:154].min() > 0.5
    assert strands[130:].max() < 0.1
    assert strands[:, :100].max() < 0.1
    assert own.outer[20:180, 148:152].min() > 0.5
    assert own.outer[:, :100].max() < 0.1
