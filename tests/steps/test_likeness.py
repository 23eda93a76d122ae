"""Which faces a likeness is told of, and that it falls with the face; the network is arithmetic."""

from dataclasses import replace

import numpy as np
import pytest

from pipeline.ops.tensor import to_float, to_uint8
from pipeline.paint import paint
from pipeline.settings import Settings
from pipeline.stages.detect.from_parsing import Detections
from pipeline.steps import likeness as step
from pipeline.steps.likeness import likenesses
from pipeline.steps.run import Keyed, Run
from pipeline.types import Photo
from pipeline.weights.catalog import WeightError
from tests.faces import drawn_parts
from tests.stages.restore.test_select_faces import face_in, textured
from tests.test_paint import PlainModels, photo_of

pytestmark = pytest.mark.usefixtures("small_strokes")

FACES = (face_in(110, 110, 150), face_in(300, 110, 100))
SEEN = Detections(drawn_parts((220, 400), [(110, 110)], 150, 0), FACES, ())
PHOTO = to_uint8(textured(220, 400))


class Without(PlainModels):
    def load(self, role, policy):
        if role == "descriptor":
            raise WeightError("It is not here.")
        return super().load(role, policy)


def told(result=None, seen=SEEN, models=None):
    run = Run(Photo(PHOTO), Settings(), models or PlainModels())
    return likenesses(run, Keyed(seen, "seen"), to_float(PHOTO) if result is None else result)


def test_each_face_is_compared_with_the_photos():
    assert min(told()) > 0.99
    darker = to_float(PHOTO)
    darker[:, :210] *= 0.2
    first, second = told(darker)
    assert first < 0.9
    assert second > 0.99


def test_a_small_face_has_none_and_does_not_ask_for_the_network():
    small = replace(SEEN, faces=(FACES[0], face_in(300, 110, 20)))
    first, second = told(seen=small)
    assert first > 0.99
    assert second is None
    models = PlainModels()
    assert told(seen=replace(SEEN, faces=small.faces[1:]), models=models) == (None,)
    assert "descriptor" not in models.runs


def test_of_a_crowd_the_largest_are_compared(monkeypatch):
    monkeypatch.setattr(step, "MOST", 1)
    first, second = told()
    assert first > 0.99
    assert second is None


def test_a_painting_without_the_network_is_the_same_but_for_the_figure():
    photo = photo_of()
    with_it, without = (paint(photo, models=models) for models in (PlainModels(), Without()))
    assert np.array_equal(with_it.result, without.result)
    assert without.likeness == ()
    assert len(with_it.likeness) == len(with_it.faces) == 1
    assert "descriptor" not in [use.name for use in with_it.weights]
