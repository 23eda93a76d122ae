"""Small faces are spotted on a heat map, and a crop verifies them."""

from dataclasses import dataclass

import numpy as np
import pytest

from pipeline.stages.detect import spots as module
from pipeline.stages.detect.from_parsing import (
    ALL_BUT_SURE,
    DOUBTED,
    FAINT,
    HARDLY,
    STEADY,
    SURE,
    detect_faces,
)
from pipeline.stages.detect.spots import LEAST, STEP, spots, spots_at
from pipeline.stages.detect.verify import VERIFY_PX
from pipeline.stages.parse import Parser, Part, likeliest, merged
from tests.faces import blind, drawn_parts, for_each, says

SIDE = 256
EYES_AND_MOUTH = np.float32([[-5, -6], [5, -6], [-4, 6], [4, 6]])  # px from a face's middle


def finder_of(*cells, size=(SIDE, SIDE)):
    """Return a finder that sees a face of `score` at each cell (row, column, score)."""

    def network(batch):
        said = blind(batch)
        assert batch.shape[2:] == size
        for row, column, score in cells:
            said[:, 0, row, column] = score
            said[:, 1:, row, column] = EYES_AND_MOUTH.ravel()
        return said

    return network


@pytest.fixture
def looks(monkeypatch):
    """Let photos be looked at, at other sizes."""
    return lambda *sizes: monkeypatch.setattr(module, "LOOKS_PX", sizes)


def test_what_two_looks_see_is_one_face(looks):
    looks(SIDE, SIDE // 2)
    photo = np.zeros((SIDE, SIDE, 3), np.float32)

    def twice(batch):
        larger = batch.shape[2] == SIDE
        return finder_of((10, 20, 0.6) if larger else (5, 10, 0.8), size=batch.shape[2:])(batch)

    (found,) = spots(photo, twice)
    assert found.score == pytest.approx(0.8)


def middle_of(row, column):
    return np.array([(column + 0.5) * STEP - 0.5, (row + 0.5) * STEP - 0.5])


def test_a_peak_is_a_face_whose_points_are_in_the_photos_px():
    photo = np.zeros((SIDE, SIDE, 3), np.float32)
    (found,) = spots_at(photo, finder_of((10, 20, 0.9)), SIDE)
    np.testing.assert_allclose(found.points, EYES_AND_MOUTH + middle_of(10, 20), atol=1e-4)
    assert found.score == pytest.approx(0.9)


def test_a_photo_of_another_size_is_looked_at_in_the_finders():
    photo = np.zeros((4 * SIDE, 2 * SIDE, 3), np.float32)
    (found,) = spots_at(photo, finder_of((10, 5, 0.9), size=(SIDE, SIDE // 2)), SIDE)
    expected = (EYES_AND_MOUTH + middle_of(10, 5) + 0.5) * 4 - 0.5
    np.testing.assert_allclose(found.points, expected, atol=1e-3)


def test_the_likeliest_come_first_and_of_neighbors_the_peak_counts(looks):
    looks(SIDE)
    photo = np.zeros((SIDE, SIDE, 3), np.float32)
    cells = ((4, 4, 0.5), (4, 5, 0.45), (20, 20, 0.8), (10, 10, LEAST - 0.01))
    scores = [spot.score for spot in spots(photo, finder_of(*cells))]
    assert scores == [pytest.approx(0.8), pytest.approx(0.5)]


def test_where_no_face_is_there_are_no_spots():
    assert spots(np.zeros((SIDE, SIDE, 3), np.float32), blind) == []


def skin(batch):
    """Return what a parser says that sees a face's skin everywhere in crops: one out of focus."""
    parts = np.zeros((*batch.shape[2:], 12), np.float32)
    parts[..., Part.SKIN] = batch.shape[2] == batch.shape[3]
    return for_each(batch, parts)


@pytest.mark.parametrize(
    ("shrunk", "score", "sure", "found"),
    [(3, 0.5, 1, 1), (3, 0.3, 1, 1), (3, 0.5, 0.99, 0), (4, 0.5, 1, 0)],
)
def test_what_no_parse_shows_is_a_tiny_face_where_all_are_sure(looks, shrunk, score, sure, found):
    looks(SIDE)
    photo = np.random.default_rng(0).random((SIDE // shrunk - 20, SIDE // shrunk, 3), np.float32)
    size = (round(photo.shape[0] * SIDE / photo.shape[1] / 32 + 0.5) * 32, SIDE)
    finder = finder_of((12, 16, score), size=size)  # 4 or 3 px between eyes and mouth
    faces = detect_faces(photo, Parser(skin, skin, finder, says(sure))).faces
    assert len(faces) == found
    assert all(10 <= face.height < 16 for face in faces)


def test_a_face_that_no_parse_shows_is_as_large_as_faces_are(looks):
    looks(SIDE)
    photo = np.random.default_rng(0).random((SIDE, SIDE + 64, 3), np.float32)

    finder = finder_of((12, 16, 0.5), size=(224, SIDE))
    seen = detect_faces(photo, Parser(skin, skin, finder, says(1)))
    (face,) = seen.faces
    drop = face.mouth[:, 1].mean() - face.eyes[:, 1].mean()
    assert 2 * drop < face.height < 4 * drop
    # Eyes and mouth are where the finder says.
    labels = likeliest(merged(seen.whole, seen.views, photo.shape[:2]))
    spots_of = (*face.eyes, face.mouth.mean(0))
    at = [labels[round(float(y)), round(float(x))] for x, y in spots_of]
    assert at == [Part.RIGHT_EYE, Part.LEFT_EYE, Part.LIPS]


@dataclass
class Crops:
    """Networks that see a face in upright crops of one, and none in whole photos.

    `whole` sees it in its crop, too, or leaves the decision to who spotted it.
    """

    whole_sees: bool
    close_sees: bool = True

    def whole(self, batch):
        return self.crop(batch, batch.shape[2:] == (VERIFY_PX, VERIFY_PX) and self.whole_sees)

    def close(self, batch):
        return self.crop(batch, batch.shape[2] == batch.shape[3] and self.close_sees)

    def crop(self, batch, seen):
        h, w = batch.shape[2:]
        return for_each(batch, drawn_parts((h, w), [(w / 2, h / 2)] if seen else [], 0.6 * h, 0))


@pytest.mark.parametrize(
    ("chance", "whole", "close", "found"),
    [
        (1, True, True, 1),
        (1, False, True, 1),  # out of focus, say: the verifier alone is sure
        (SURE - 0.01, False, True, 0),
        (SURE - 0.01, True, True, 1),
        (DOUBTED / 2, True, True, 0),  # a hand, say
        (1, False, False, 0),  # without parts there is nothing to keep
    ],
)
def test_a_spot_is_a_face_where_a_crop_shows_one(looks, chance, whole, close, found):
    looks(SIDE)
    photo = np.random.default_rng(0).random((SIDE, SIDE + 64, 3), np.float32)
    seen = Crops(whole, close)
    finder = finder_of((12, 16, 0.5), size=(224, SIDE))
    faces = detect_faces(photo, Parser(seen.whole, seen.close, finder, says(chance))).faces
    assert len(faces) == found
    for face in faces:
        assert np.abs(face.eyes.mean(0) - (middle_of(12, 16) + 0.5) * 1.25).max() < face.height


def wavering(chance, later):
    """Return a verifier that says `chance` in its two looks at a spot, and `later` beside it."""
    looked = iter([chance, chance])
    return lambda batch: says(next(looked, later))(batch)


@pytest.mark.parametrize(
    ("chance", "whole", "found"),
    [
        (1, True, 1),  # dark skin under a hat, say
        (1, False, 0),  # what the finder hardly sees, both parsers have to see
        (ALL_BUT_SURE - 0.01, True, 0),
    ],
)
def test_a_faint_spot_is_a_face_where_all_see_one(looks, chance, whole, found):
    assert len(faces_at(looks, FAINT - 0.02, wavering(chance, 0.9), Crops(whole))) == found


@pytest.mark.parametrize(("later", "found"), [(1, 1), (STEADY - 0.01, 0)])
def test_what_is_hardly_spotted_is_a_face_if_it_is_one_from_beside_and_in_a_mirror(
    looks, later, found
):
    verifier = wavering(1, later)
    assert len(faces_at(looks, HARDLY - 0.05, verifier, Crops(whole_sees=False))) == found


def faces_at(looks, score, verifier, seen):
    """Return the faces in a photo with one spot of a score."""
    looks(SIDE)
    photo = np.random.default_rng(0).random((SIDE, SIDE + 64, 3), np.float32)
    finder = finder_of((12, 16, score), size=(224, SIDE))
    return detect_faces(photo, Parser(seen.whole, seen.close, finder, verifier)).faces
