"""People far away are looked at closer; passers-by behind somebody who is nearer are not."""

import numpy as np
import pytest

from pipeline.ops import align
from pipeline.stages.detect.figures import FAR_PX, MOST, PASSING, parse_figures
from pipeline.stages.detect.fitting import LONG_PX
from pipeline.stages.detect.from_parsing import Detections, limited, looked_closer
from pipeline.stages.parse import Parser, Part
from tests.faces import blind, face_in, for_each

SIZE = (960, 1280)
FAR = 0.9 * FAR_PX * max(SIZE) / LONG_PX


def sees(size):
    """Return a network that calls everything background, and the sizes that it is shown."""

    def network(batch):
        size.append(batch.shape[2:])
        return for_each(batch, np.eye(13, dtype=np.float32)[np.zeros(batch.shape[2:], int)])

    return network


def looked(*faces, shown=None):
    photo = np.zeros((*SIZE, 3), np.float32)
    return parse_figures(photo, faces, sees([] if shown is None else shown))


def test_whoever_is_far_away_is_seen_larger_than_in_the_photo_from_head_to_shoes():
    shown = []
    (figure,) = looked(face_in((600, 300), FAR), shown=shown)
    rows, columns = figure.window
    assert rows.start < 300 - FAR
    assert rows.stop > 300 + 7.5 * FAR
    assert columns.start < 600 - 3 * FAR
    assert columns.stop > 600 + 3 * FAR
    assert max(shown[0]) >= LONG_PX
    assert figure.parts.shape[0] / (rows.stop - rows.start) > 1.3 * LONG_PX / max(SIZE)


def test_whoever_is_near_is_not():
    assert looked(face_in((600, 300), 1.2 * FAR)) == ()
    assert looked() == ()


def test_passers_by_behind_somebody_who_is_nearer_are_not():
    near, far = face_in((600, 300), FAR), face_in((100, 200), 0.8 * PASSING * FAR)
    assert len(looked(near, far)) == 1
    assert len(looked(near, face_in((100, 200), 1.2 * PASSING * FAR))) == 2


def test_two_who_stand_together_are_seen_in_one_look():
    assert len(looked(face_in((600, 300), FAR), face_in((600 + 1.5 * FAR, 310), 0.9 * FAR))) == 1


def test_of_a_crowd_the_largest_are_looked_at():
    crowd = [face_in((40 + 88 * k, 60 + 300 * (k % 3)), 0.3 * FAR) for k in range(14)]
    assert len(looked(*crowd)) == MOST


@pytest.mark.parametrize("center", [(2, 3), (1277, 955), (640, 955)])
def test_a_look_ends_where_the_photo_ends(center):
    (figure,) = looked(face_in(center, FAR))
    for each, length in zip(figure.window, SIZE, strict=True):
        assert 0 <= each.start < each.stop <= length


def test_its_matrix_leads_from_the_photo_into_the_look():
    (figure,) = looked(face_in((600, 300), FAR))
    rows, columns = figure.window
    corners = np.array(
        [
            [columns.start - 0.5, rows.start - 0.5],
            [columns.stop - 0.5, rows.stop - 0.5],
        ],
        np.float32,
    )
    h, w = figure.parts.shape[:2]
    there = align.map_points(figure.matrix, corners)
    np.testing.assert_allclose(there, [[-0.5, -0.5], [w - 0.5, h - 0.5]], atol=1e-2)


def test_a_closer_look_has_no_face_where_none_was_found():
    photo, face = np.zeros((*SIZE, 3), np.float32), face_in((600, 300), FAR)
    skin = np.eye(13, dtype=np.float32)[Part.SKIN]

    def network(batch):
        return for_each(batch, np.broadcast_to(skin, (*batch.shape[2:], 13)))

    whole = np.zeros((4, 4, 13), np.float32)
    looks = Parser(network, blind, blind, blind)
    seen = looked_closer(photo, Detections(whole, (face,), ()), looks)
    (figure,) = seen.figures
    x, y = (
        align.map_points(figure.matrix, np.array([(600, 300)], np.float32))[0].round().astype(int)
    )
    assert figure.parts[y, x, Part.SKIN] == 1
    assert figure.parts[-5, x, Part.PERSON] == 1
    assert figure.parts[-5, x, Part.SKIN] == 0
    free = looked_closer(photo, Detections(whole, (face,), ()), looks, limiting=False)
    assert free.figures[0].parts[-5, x, Part.SKIN] == 1
    assert (limited(free, SIZE).figures[0].parts == figure.parts).all()
