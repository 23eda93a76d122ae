"""What is kept goes on below a chin, and of a face that no parse shows whatever is there."""

import numpy as np
import pytest

from pipeline.stages.detect.unseen import UNSEEN
from pipeline.stages.parse import Part
from pipeline.stages.segment.skin import throats_of
from pipeline.types import Face

EYES, MOUTH = np.float32([[70, 80], [90, 80]]), np.float32([[73, 102], [87, 102]])
DROP = 22


def parts_of(part):
    return np.eye(len(Part), dtype=np.float32)[np.full((200, 160), part)]


def face(score):
    return Face((60.0, 60.0, 100.0, 120.0), EYES, MOUTH, score)


def reach(throats):
    """Return how far below the mouth a throat goes on, in distances of eyes to mouth."""
    return (throats[102:, 80] > 0.5).sum() / DROP


@pytest.mark.parametrize(
    ("part", "score", "goes_on"),
    [
        (Part.BODY_SKIN, 0.9, True),
        (Part.PERSON, 0.9, True),  # the collar of a small face
        (Part.BACKGROUND, 0.9, False),
        (Part.BACKGROUND, UNSEEN, True),
        (Part.SKIN, UNSEEN, False),  # it is kept already
    ],
)
def test_a_throat_goes_on_below_a_chin(part, score, goes_on):
    assert (reach(throats_of(parts_of(part), (face(score),))) >= 0.9) == goes_on


def test_an_unseen_faces_throat_is_no_wider_than_a_chin():
    throats = throats_of(parts_of(Part.BACKGROUND), (face(UNSEEN),))
    columns = np.nonzero(throats.max(0) > 0.5)[0]
    assert np.ptp(columns) < 1.5 * DROP
    assert throats.max() <= 1


def test_a_network_without_bodies_skin_shows_no_throat():
    assert not throats_of(parts_of(Part.BACKGROUND)[..., :12], (face(UNSEEN),)).any()
