"""What the small detector of faces is shown, and what it should say of it."""

import cv2
import numpy as np
import pytest
import torch

from pipeline.nets.light_finder import REACH, STEP, LightFinder
from tests.training_sets import shared, write_pair
from training import found_faces, spot_views
from training.face_finder import Found
from training.finder import loss_of, wanted
from training.found_faces import FacesOf, found_in_photos
from training.spot_views import SIDE, composed, piece

POINTS = np.float32([[-8, -8], [8, -8], [-6, 10], [6, 10]])
CELL = STEP / 2 - 0.5  # where the first cell's center is


def face_at(x, y, *, score=0.9, height=40.0):
    """Return a row of `Faces`, eyes and mouth around (x, y), which is a cell's center or not."""
    return np.float32([score, height, *(POINTS - POINTS.mean(0) + (x, y)).ravel()])


def said_as(target):
    """Return what a network that is right says, as logits and points in units of REACH."""
    likely = torch.from_numpy(target.heat)[None].clamp(1e-4, 1 - 1e-4)
    return torch.cat([torch.logit(likely)[:, None], torch.from_numpy(target.points)[None]], 1)


def loss(said, target):
    planes = (target.heat, target.counts, target.points, target.weight)
    return loss_of(said, *(torch.from_numpy(plane)[None] for plane in planes)).item()


def test_a_sure_face_is_a_peak_with_its_points():
    x, y = CELL + 10 * STEP, CELL + 7 * STEP
    target = wanted(np.stack([face_at(x, y)]))
    assert target.heat[7, 10] == 1
    assert (target.heat == 1).sum() == 1
    found = target.points[:, 7, 10].reshape(4, 2) * REACH + (x, y)
    np.testing.assert_allclose(found, POINTS - POINTS.mean(0) + (x, y), atol=1e-3)
    assert target.counts.all()


def test_nothing_is_asked_where_a_face_is_doubtful_cut_off_or_of_another_size():
    doubtful, cut = face_at(100, 100, score=0.4), face_at(SIDE - 2, 200)
    tiny, large = face_at(200, 60, height=6), face_at(60, 200, height=200)
    for row in (doubtful, cut, tiny, large):
        target = wanted(np.stack([row]))
        assert target.heat.max() == 0
        assert (target.counts == 0).any()


def test_who_says_what_is_wanted_loses_less_than_who_is_wrong():
    target = wanted(np.stack([face_at(100, 100), face_at(200, 160, height=24)]))
    right = said_as(target)
    nothing, moved = right.clone(), right.clone()
    nothing[:, 0] = -8
    moved[:, 1:] += 0.5
    assert loss(right, target) < min(loss(nothing, target), loss(moved, target))


def photo_with_face(folder):
    """Write a gray photo with a red square where its only face is."""
    pixels = np.full((200, 300, 3), 128, np.uint8)
    pixels[60:100, 130:170] = (255, 0, 0)
    file = folder / "photo.png"
    cv2.imwrite(str(file), pixels[:, :, ::-1])
    return FacesOf(file, np.stack([face_at(149.5, 79.5)]), 1.0)


def redness(photo):
    return photo[..., 0].astype(float) - photo[..., 1]


def test_a_pieces_faces_lie_where_they_are_seen(tmp_path):
    source, seen = photo_with_face(tmp_path), 0
    for seed in range(40):
        view = piece(source, (160, 160), np.random.default_rng(seed))
        red = redness(view.photo)
        ys, xs = np.nonzero(red > red.max() / 2)
        h, w = red.shape
        if xs.min() > 0 and xs.max() < w - 1 and ys.min() > 0 and ys.max() < h - 1:
            middle = view.faces[0, 2:].reshape(4, 2).mean(0)
            room = 1 + 0.06 * view.faces[0, 1]
            assert np.abs(middle - (xs.mean(), ys.mean())).max() < room
            seen += 1
    assert seen > 10


def test_a_face_that_another_piece_covers_is_not_asked_for(tmp_path, monkeypatch):
    monkeypatch.setattr(spot_views, "damaged", lambda photo: photo)  # which may make it gray
    source = photo_with_face(tmp_path)
    for seed in range(10):
        view = composed([source], np.ones(1), np.random.default_rng(seed))
        assert view.photo.shape == (SIDE, SIDE, 3)
        sure = view.faces[view.faces[:, 0] > 0]
        for x, y in sure[:, 2:].reshape(-1, 4, 2).mean(1):
            if 0 <= x < SIDE and 0 <= y < SIDE:
                assert redness(view.photo)[int(y), int(x)] > 20


def test_each_face_is_kept_once_and_held_out_photos_apart(tmp_path, monkeypatch):
    looked = []

    class Detector:
        def __init__(self, _shared, long_px, _least):
            self.long_px = long_px

        def __call__(self, photo):
            looked.append(self.long_px)
            return [Found(POINTS + 20, 30.0, 0.7 + self.long_px / 1e5)]

    monkeypatch.setattr(found_faces, "FaceFinder", Detector)
    data = shared(tmp_path / "data", 3)
    for i in range(3):
        figure = np.zeros((96, 48), np.uint8)
        write_pair(data / "people_parts/images", data / "people_parts/masks", f"p{i}", figure)
    learned, measured = found_in_photos(tmp_path, tmp_path / "run")
    assert {source.file for source in learned}.isdisjoint(source.file for source in measured)
    with_faces = [source for source in learned if len(source.faces)]
    assert with_faces
    assert all(source.faces.shape == (1, 10) for source in with_faces)  # two looks, one face
    assert with_faces[0].faces[0, 0] == pytest.approx(0.7 + max(found_faces.LOOKS_PX) / 1e5)
    count = len(looked)
    again, _ = found_in_photos(tmp_path, tmp_path / "run")
    assert len(looked) == count  # what was found is kept
    np.testing.assert_array_equal(again[0].faces, learned[0].faces)


def test_a_networks_answer_has_a_cell_for_every_eight_pixels():
    network = LightFinder(4).eval()
    with torch.inference_mode():
        said = network(torch.rand(2, 3, 64, 96))
    assert said.shape == (2, 9, 8, 12)
    assert said[:, 0].min() >= 0
    assert said[:, 0].max() <= 1
