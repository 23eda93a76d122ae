"""What the small verifier of faces is shown, and how a crop is cut for it."""

import cv2
import numpy as np
import pytest
import torch

from pipeline.nets.light_verifier import LightVerifier
from pipeline.stages.detect.likely import SIDE, likely
from training import verifier
from training.found_faces import FacesOf
from training.verifier import ROOM, Crops, batch_of, crops_of, view

POINTS = np.float32([[-8, -8], [8, -8], [-6, 10], [6, 10]])  # px around a face's middle
KEPT = round(ROOM * SIDE)


def points_at(x, y):
    return POINTS - POINTS.mean(0) + np.float32([x, y])


def face_at(x, y, score):
    """Return a row of faces as YuNet finds them, 40 px high."""
    return np.float32([score, 40, *points_at(x, y).ravel()])


@pytest.fixture
def photo(tmp_path):
    """Write a photo of a plain ground, and return how it is read."""

    def written(folder):
        file = tmp_path / folder / "1.png"
        file.parent.mkdir()
        cv2.imwrite(str(file), np.full((200, 300, 3), 90, np.uint8))
        return file

    return written


def spotting(monkeypatch, *spots):
    """Let the finder see these: x, y, score."""
    found = [verifier.Spot(points_at(x, y), score) for x, y, score in spots]
    monkeypatch.setattr(verifier, "spots", lambda *_: found)


def test_what_the_finder_mistakes_is_no_face_and_what_is_doubtful_is_not_asked(photo, monkeypatch):
    spotting(monkeypatch, (60, 60, 0.9), (150, 60, 0.4), (240, 60, 0.4), (240, 150, 0.9))
    rows = np.stack([face_at(60, 60, 0.9), face_at(150, 60, 0.4)])
    crops, is_face = crops_of(FacesOf(photo("people"), rows, 1.0), lambda batch: batch)
    # YuNet's face and the spot on it; the spot where nobody sees one. What YuNet half sees, and
    # what the finder is sure of among people, may be faces.
    assert is_face == [True, True, False]
    assert all(crop.shape == (KEPT, KEPT, 3) for crop in crops)


def test_in_a_landscape_nothing_is_a_face(photo, monkeypatch):
    spotting(monkeypatch, (60, 60, 0.9), (150, 60, 0.4))
    nobody = np.zeros((0, 10), np.float32)
    assert crops_of(FacesOf(photo("photos"), nobody, 1.0), lambda batch: batch)[1] == [False] * 2


def test_a_batch_has_faces_and_others_as_the_network_takes_them():
    rng = np.random.default_rng(0)
    pixels = np.zeros((4, KEPT, KEPT, 3), np.uint8)
    pixels[:2] = 255
    torch.manual_seed(0)
    views, is_face = batch_of(Crops(pixels, np.array([True, True, False, False])), 20, rng)
    assert views.shape == (20, 3, SIDE, SIDE)
    assert is_face.sum() == 9
    assert views[is_face[:, 0] == 1].mean() > 0.8 > 0.2 > views[is_face[:, 0] == 0].mean()
    assert LightVerifier(4).eval()(views).shape == (20, 1)


def test_a_view_is_near_the_crops_middle():
    crop = np.zeros((KEPT, KEPT, 3), np.uint8)
    crop[KEPT // 2 - 6 : KEPT // 2 + 6, KEPT // 2 - 6 : KEPT // 2 + 6] = 255
    torch.manual_seed(1)
    seen = np.mean([view(crop, np.random.default_rng(i)).mean(-1) for i in range(20)], 0)
    rows, columns = np.mgrid[:SIDE, :SIDE]
    for axis in (rows, columns):
        assert abs((seen * axis).sum() / seen.sum() - (SIDE - 1) / 2) < 6


def test_the_crop_is_upright_whatever_the_head_does():
    photo = np.zeros((300, 300, 3), np.float32)
    points = points_at(150, 150)
    cv2.circle(photo, (150, 138), 5, (1, 1, 1), -1)  # a mark above the face's middle
    turn = np.float32([[0, -1], [1, 0]])
    turned = (points - 150) @ turn.T + 150
    seen = []

    def network(batch):
        seen.append(batch[0])
        return np.full((1, 1), 0.7, np.float32)

    assert likely(photo, points, network) == pytest.approx(0.7)
    lying = np.ascontiguousarray(np.rot90(photo, -1, (0, 1)))
    likely(lying, (turned - np.float32([1, 0])).astype(np.float32), network)
    assert np.abs(seen[0] - seen[1]).mean() < 0.02
