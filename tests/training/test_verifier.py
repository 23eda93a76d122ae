"""What the small verifier of faces is shown, and how a crop is cut for it."""

import cv2
import numpy as np
import pytest
import torch

from pipeline.nets.light_verifier import LightVerifier
from pipeline.ops import align
from pipeline.stages.detect.likely import AT_ONCE, SCALE, SIDE, likely, matrix_at
from training import verifier
from training.found_faces import FacesOf
from training.verifier import (
    ROOM,
    Crops,
    batch_of,
    by_eye,
    corrected,
    crops_of,
    loss_of,
    view,
)

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
    crops = crops_of(FacesOf(photo("people"), rows, 1.0), lambda batch: batch)
    # YuNet's face and the spot on it; the spot where nobody sees one. What YuNet half sees, and
    # what the finder is sure of among people, may be faces.
    assert [crop.is_face for crop in crops] == [True, True, False]
    assert all(crop.pixels.shape == (KEPT, KEPT, 3) for crop in crops)
    assert [crop.place.split()[1:] for crop in crops] == [["60", "60"], ["60", "60"], ["240", "60"]]


def test_a_spot_is_told_where_the_face_is_that_it_lies_on(photo, monkeypatch):
    spotting(monkeypatch, (62, 57, 0.9))
    crops = crops_of(FacesOf(photo("people"), face_at(60, 60, 0.9)[None], 1.0), lambda batch: batch)
    usual = align.template(KEPT, SCALE / ROOM)
    k = align.scale_of(matrix_at(POINTS, ROOM))
    own, spotted = (crop.points.mean(0) - usual.mean(0) for crop in crops)
    assert np.abs(own).max() < 1.5
    assert np.abs(spotted - own - k * np.array([-2, 3])).max() < 0.1


def test_what_was_said_by_eye_replaces_what_was_found():
    crops = Crops(
        np.zeros((4, KEPT, KEPT, 3), np.uint8), np.array([True, True, False, False]),
        np.zeros((4, 4, 2), np.float32), np.array(list("abcd")),
    )  # fmt: skip
    told = corrected(crops, {"a": False, "b": None, "d": True})
    assert list(told.place) == ["a", "c", "d"]
    assert list(told.is_face) == [False, False, True]
    assert list(np.isnan(told.points).all((1, 2))) == [True, True, False]


def test_what_was_said_by_eye_can_be_read():
    assert {type(said) for said in by_eye().values()} <= {bool, type(None)}


def test_in_a_landscape_nothing_is_a_face(photo, monkeypatch):
    spotting(monkeypatch, (60, 60, 0.9), (150, 60, 0.4))
    nobody = np.zeros((0, 10), np.float32)
    crops = crops_of(FacesOf(photo("photos"), nobody, 1.0), lambda batch: batch)
    assert [crop.is_face for crop in crops] == [False] * 2
    assert all(np.isnan(crop.points).all() for crop in crops)


def test_a_batch_has_faces_and_others_as_the_network_takes_them():
    rng = np.random.default_rng(0)
    pixels = np.zeros((4, KEPT, KEPT, 3), np.uint8)
    pixels[:2] = 255
    torch.manual_seed(0)
    points = np.repeat(align.template(KEPT, SCALE / ROOM)[None].astype(np.float32), 4, 0)
    points[2:] = np.nan
    crops = Crops(pixels, np.array([True, True, False, False]), points, np.array(list("abcd")))
    views, is_face, off = batch_of(crops, 20, rng)
    assert (torch.isfinite(off).all(1) == (is_face[:, 0] == 1)).all()
    assert off[torch.isfinite(off)].abs().mean() < 0.2
    assert loss_of(LightVerifier(4), views, is_face, off).isfinite()
    assert views.shape == (20, 3, SIDE, SIDE)
    assert is_face.sum() == 9
    assert views[is_face[:, 0] == 1].mean() > 0.8 > 0.2 > views[is_face[:, 0] == 0].mean()
    assert LightVerifier(4).eval()(views).shape == (20, 9)


def test_a_view_is_near_the_crops_middle_and_points_go_with_it():
    crop = np.zeros((KEPT, KEPT, 3), np.uint8)
    crop[KEPT // 2 - 6 : KEPT // 2 + 6, KEPT // 2 - 6 : KEPT // 2 + 6] = 255
    middle = np.full((4, 2), (KEPT - 1) / 2, np.float32)
    torch.manual_seed(1)
    views = [view(crop, middle, np.random.default_rng(i)) for i in range(20)]
    rows, columns = np.mgrid[:SIDE, :SIDE]
    for seen, points in views:
        light = seen.mean(-1) - np.median(seen)
        light = light * (light > 60)
        at = [(light * axis).sum() / light.sum() for axis in (columns, rows)]
        assert np.abs(points - at).max() < 2
    assert np.abs(np.mean([points[0] for _, points in views], 0) - (SIDE - 1) / 2).max() < 6


def test_points_of_a_mirrored_view_are_their_counterparts():
    points = align.template(KEPT, SCALE / ROOM).astype(np.float32)
    crop = np.full((KEPT, KEPT, 3), 90, np.uint8)
    for i in range(20):
        _, at = view(crop, points, np.random.default_rng(i))
        assert at[0, 0] < at[1, 0]  # the eye on the left comes first
        assert at[2, 0] < at[3, 0]


def test_the_crop_is_upright_whatever_the_head_does():
    photo = np.zeros((300, 300, 3), np.float32)
    points = points_at(150, 150)
    cv2.circle(photo, (150, 138), 5, (1, 1, 1), -1)  # a mark above the face's middle
    turn = np.float32([[0, -1], [1, 0]])
    turned = (points - 150) @ turn.T + 150
    seen = []

    def network(batch):
        seen.append(batch[0])
        return np.float32([[0.7] + 8 * [0]])

    [(chance, own)] = likely(photo, [points], network)
    assert chance == pytest.approx(0.7)
    assert np.abs(own.mean(0) - points.mean(0)).max() < 0.5
    del seen[1:]
    lying = np.ascontiguousarray(np.rot90(photo, -1, (0, 1)))
    likely(lying, [(turned - np.float32([1, 0])).astype(np.float32)], network)
    assert np.abs(seen[0] - seen[1]).mean() < 0.02


def test_where_a_face_lies_is_what_the_second_look_says():
    points, off = points_at(150, 150), np.tile(np.float32([0.1, 0.05]), 4)
    photo = np.zeros((300, 300, 3), np.float32)
    said = [np.float32([[0.2, *off]]), np.float32([[0.9, *off]])]
    [(chance, own)] = likely(photo, [points], lambda _batch: said.pop(0))
    assert chance == pytest.approx(0.9)
    side = SIDE / align.scale_of(matrix_at(points))
    assert np.abs(own.mean(0) - points.mean(0) - 2 * side * off[:2]).max() < 0.05 * side


def test_spots_are_judged_alike_whether_alone_or_among_many():
    photo = np.random.default_rng(0).random((300, 300, 3), np.float32)
    many = [points_at(60 + 2 * k, 150) for k in range(AT_ONCE + 3)]
    sizes = []

    def network(batch):
        sizes.append(len(batch))
        bright = batch.mean((1, 2, 3))[:, None]
        return np.hstack([bright, np.tile(bright - 0.5, 8)])

    together = likely(photo, many, network)
    assert sizes == 2 * [AT_ONCE, 3]
    for points, (chance, own) in zip(many, together, strict=True):
        [(alone, alone_own)] = likely(photo, [points], network)
        assert chance == pytest.approx(alone)
        assert np.allclose(own, alone_own)
    assert likely(photo, [], network) == []
