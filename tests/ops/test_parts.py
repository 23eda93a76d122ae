"""Faces of different sizes in one picture: each is set in by its own."""

import cv2
import numpy as np
import pytest

from pipeline.ops.parts import joined, parts_of
from pipeline.stages.stylize.face_strokes import paint_face_strokes
from pipeline.stages.stylize.generator import MAX_PIXELS
from pipeline.types import Face
from tests.blending import blend

RNG = np.random.default_rng(0)
HOW = {"strength": 1.0, "feather": 0.06, "harmony": 0.9}


def face_at(x, y, height):
    points = np.float32([[x - height / 7, y], [x + height / 7, y]])
    box = (x - 0.38 * height, y - height / 2, x + 0.38 * height, y + height / 2)
    return Face(box, points, points, 0.9)


def disc(size, face):
    middle = int((face.box[0] + face.box[2]) / 2), int((face.box[1] + face.box[3]) / 2)
    axes = int(0.38 * face.height), int(face.height / 2)
    mask = cv2.ellipse(np.zeros(size, np.float32), middle, axes, 0, 0, 360, 1, -1)
    return cv2.GaussianBlur(mask, (0, 0), 1)


def picture(size):
    return cv2.GaussianBlur(RNG.random((*size, 3), np.float32), (0, 0), 2)


def around(face, room=0.0):
    x0, y0, x1, y1 = (int(v) for v in face.box)
    px = int(room * face.height)
    return np.s_[y0 - px : y1 + px, x0 - px : x1 + px]


LARGE, SMALL = face_at(200, 260, 400), face_at(430, 120, 40)
SIZE = (520, 480)


@pytest.fixture(scope="module")
def scene():
    return picture(SIZE), picture(SIZE), np.maximum(disc(SIZE, LARGE), disc(SIZE, SMALL))


def test_a_small_face_beside_a_large_one_stays_as_solid_as_alone(scene):
    styled, person, mask = scene
    _, alpha = blend(styled, person, mask, (LARGE, SMALL), **HOW)
    _, alone = blend(styled, person, disc(SIZE, SMALL), (SMALL,), **HOW)
    inside = disc(SIZE, SMALL) > 0.5
    assert (alone[inside] > 0.9).mean() > 0.75
    assert (alpha[inside] > 0.9).mean() == pytest.approx((alone[inside] > 0.9).mean(), abs=0.01)


@pytest.mark.parametrize("face", [LARGE, SMALL], ids=["large", "small"])
def test_each_of_two_faces_is_set_in_as_if_it_were_alone(scene, face):
    styled, person, mask = scene
    both = blend(styled, person, mask, (LARGE, SMALL), **HOW)
    alone = blend(styled, person, disc(SIZE, face), (face,), **HOW)
    for one, other in zip(both, alone, strict=True):
        np.testing.assert_allclose(one[around(face, 0.05)], other[around(face, 0.05)], atol=0.01)


@pytest.mark.parametrize("face", [LARGE, SMALL], ids=["large", "small"])
def test_each_of_two_faces_gets_strokes_of_its_own_size(scene, face):
    _, person, mask = scene
    seen = []

    def network(batch):
        seen.append(batch.shape[2:])
        return -batch

    both = paint_face_strokes(person, mask, (LARGE, SMALL), network, stroke_px=4.0, seeded=False)
    alone = paint_face_strokes(
        person, disc(SIZE, face), (face,), network, stroke_px=4.0, seeded=False
    )
    assert seen[2] in seen[:2]
    kept = disc(SIZE, face) > 0.9
    np.testing.assert_allclose(both[kept], alone[kept], atol=0.01)


def test_thirty_faces_are_painted_with_no_more_pixels_than_one_region():
    faces = tuple(face_at(60 + 90 * i, 70 + 110 * j, 60) for i in range(6) for j in range(5))
    mask, seen = np.ones((600, 580), np.float32), []

    def network(batch):
        seen.append(batch.size / 3)
        return batch

    paint_face_strokes(picture(mask.shape), mask, faces, network, stroke_px=8.0, seeded=False)
    assert len(seen) == 30
    assert sum(seen) < 1.05 * MAX_PIXELS


def test_thirty_faces_each_keep_their_own_edge():
    places = [(i, j) for i in range(6) for j in range(5)]
    faces = tuple(face_at(60 + 90 * i, 70 + 110 * j, 30 + 2 * (5 * i + j)) for i, j in places)
    size, discs = (600, 580), [disc((600, 580), face) for face in faces]
    styled, person = picture(size), picture(size)
    _, alpha = blend(styled, person, np.max(discs, 0), faces, **HOW)
    for face, mask in zip(faces, discs, strict=True):
        _, alone = blend(styled, person, mask, (face,), **HOW)
        np.testing.assert_allclose(alpha[around(face)], alone[around(face)], atol=0.01)


def test_faces_of_one_size_in_one_piece_leave_no_seam_between_them():
    faces, mask = (face_at(100, 100, 100), face_at(170, 100, 100)), np.zeros((200, 270), np.float32)
    mask[30:170, 40:230] = 1
    styled, person = picture(mask.shape), picture(mask.shape)
    _, alpha = blend(styled, person, mask, faces, **HOW)
    _, one = blend(styled, person, mask, faces[:1], **HOW)
    np.testing.assert_allclose(alpha, one, atol=0.01)


def test_a_large_and_a_small_face_in_one_piece_leave_no_seam_between_them():
    mask = np.zeros(SIZE, np.float32)
    mask[60:480, 40:470] = 1
    _, alpha = blend(picture(SIZE), picture(SIZE), mask, (LARGE, SMALL), **HOW)
    assert alpha[90:450, 70:440].min() > 0.99


def test_a_body_belongs_to_the_head_on_it_also_beside_a_large_face():
    small, mask = face_at(430, 120, 40), disc(SIZE, LARGE)
    mask[100:400, 415:445] = 1
    owned = {
        part.height: part for part in parts_of(mask, (LARGE, small), extent=0.1, default_height=1)
    }
    assert owned[40].window[1].start > 300
    assert owned[40].mask.sum() == pytest.approx(300 * 30)
    assert owned[400].mask.sum() == pytest.approx(disc(SIZE, LARGE).sum())


def test_what_has_no_face_belongs_to_the_nearest_in_heights_of_that_face():
    mask = np.zeros(SIZE, np.float32)
    mask[120:140, 412:424] = 1
    mask[480:500, 200:220] = 1
    parts = {
        part.height: part for part in parts_of(mask, (LARGE, SMALL), extent=0.0, default_height=1)
    }
    assert parts[40].mask.sum() == 20 * 12
    assert parts[400].mask.sum() == 20 * 20


def test_the_parts_of_a_mask_are_all_of_it(scene):
    mask = scene[2] * 0.4  # soft everywhere
    whole = np.zeros_like(mask)
    for part in parts_of(mask, (LARGE, SMALL), extent=0.05, default_height=1):
        whole[part.window] = np.maximum(whole[part.window], part.mask)
    np.testing.assert_array_equal(whole, mask)


@pytest.mark.parametrize("faces", [(), (LARGE,)])
def test_without_a_second_face_the_mask_stays_whole(scene, faces):
    (part,) = parts_of(scene[2], faces, extent=0.1, default_height=70.0)
    assert part.mask is scene[2]
    assert part.height == (400 if faces else 70)


def test_nothing_kept_has_no_parts():
    assert (
        list(parts_of(np.zeros(SIZE, np.float32), (LARGE, SMALL), extent=0.1, default_height=1))
        == []
    )


def test_pictures_are_joined_by_weight_where_they_overlap_and_are_themselves_elsewhere():
    base, ones = np.zeros((4, 9, 3), np.float32), np.ones((4, 5, 3), np.float32)
    left, right = (slice(0, 4), slice(0, 5)), (slice(0, 4), slice(3, 8))
    weights = np.ones((4, 5), np.float32)
    light, dark = ones * np.float32(0.7), ones * np.float32(0.1)
    out = joined(base, [(left, dark, weights), (right, light, 3 * weights)])
    np.testing.assert_array_equal(out[:, :3], np.float32(0.1))
    np.testing.assert_allclose(out[:, 3:5], 0.55, rtol=1e-6)
    np.testing.assert_array_equal(out[:, 5:8], np.float32(0.7))
    np.testing.assert_array_equal(out[:, 8:], 0)
