"""What is kept is set into a film's paintings, at their size, without a seam."""

from dataclasses import replace

import cv2
import numpy as np
import pytest

from pipeline.settings import Settings
from pipeline.types import Face
from pipeline.video import faces as faces_module
from pipeline.video import keep as keep_module
from pipeline.video.faces import Keeper, Kept
from pipeline.video.keep import Keep, composed, enlarged
from tests.test_paint import photo_of
from tests.video.models import FilmModels
from tests.video.test_faces import moved_by

SIZE = (160, 120)
EYES, MOUTH = np.float32([[50, 70], [70, 70]]), np.float32([[52, 92], [68, 92]])
FACE = Face((38, 50, 82, 110), EYES, MOUTH, 0.99)
RNG = np.random.default_rng(0)


def kept_at(left=38):
    mask = np.zeros(SIZE, np.float32)
    mask[50:110, left : left + 44] = 1
    return Kept(mask, (FACE,))


def keep(**changes):
    return Keep(Settings.from_flat(painter="fast", restore=False, **changes), FilmModels())


def test_nothing_of_a_face_fades_onto_the_scene():
    film, painted = np.full((*SIZE, 3), 250, np.uint8), np.zeros((*SIZE, 3), np.uint8)
    known = replace(kept_at(), outer=1 - kept_at().mask)
    glow, none = (
        keep(face_strength=1.0, harmony=0.0)(painted, film, kept, None)
        for kept in (kept_at(), known)
    )
    beside = np.s_[60:100, 83:]
    assert glow[beside].max() > 30
    assert none[beside].max() == 0


def test_a_face_is_the_films_own_and_the_rest_is_painted():
    film, painted = RNG.integers(0, 256, (2, *SIZE, 3), np.uint8)
    out = keep(face_strength=1.0, harmony=0.0)(painted, film, kept_at(), None)
    inner = np.s_[60:100, 46:74]
    assert np.array_equal(out[inner], film[inner])
    assert np.array_equal(out[:40], painted[:40])
    assert np.array_equal(out[:, 90:], painted[:, 90:])


def test_less_paint_stays_on_a_face_than_in_a_photo_and_all_of_it_where_that_is_asked_for():
    film, painted = np.full((*SIZE, 3), 40, np.uint8), np.full((*SIZE, 3), 240, np.uint8)
    shares = []
    for strength in (0.0, 0.5, 1.0):
        out = keep(face_strength=strength, harmony=0.0)(painted, film, kept_at(), None)
        shares.append((240 - float(out[80, 60, 0])) / 200)
    assert shares[0] == 0
    assert shares[1] == pytest.approx(0.875, abs=0.01)
    assert shares[2] == 1


def test_no_seam_is_left_where_the_kept_region_grows():
    film = np.full((*SIZE, 3), 20, np.uint8)
    painted = np.full((*SIZE, 3), 220, np.uint8)
    set_in = keep(face_strength=1.0, harmony=0.0)
    set_in(painted, film, kept_at(38), None)
    out = set_in(painted, film, kept_at(36), moved_by(SIZE, 0)).astype(int)
    row = out[80, :60, 0]
    assert (np.diff(row) <= 0).all(), "from the painting to the face it only gets darker"


def test_a_face_takes_no_more_contrast_than_its_own():
    rows, columns = np.mgrid[: SIZE[0], : SIZE[1]]
    film = np.repeat((120 + 6 * np.sin(columns / 2))[..., None], 3, 2).astype(np.uint8)
    painted = np.repeat((120 + 60 * np.sin(rows / 2))[..., None], 3, 2).astype(np.uint8)
    out = keep(face_strength=1.0, harmony=1.0)(painted, film, kept_at(), None)
    inner = np.s_[65:95, 50:70]
    across = [each[inner].astype(float).mean(0).std() for each in (film, out)]
    assert across[1] < 1.15 * across[0]


def test_a_high_face_is_fitted_in_half_the_size_and_looks_the_same(monkeypatch):
    film = cv2.GaussianBlur(RNG.integers(0, 256, (*SIZE, 3), np.uint8), (0, 0), 2)
    painted = 170 + film // 4
    whole = keep()(painted, film, kept_at(), None)
    monkeypatch.setattr(keep_module, "FITTED_PX", 20)
    halved = keep()
    made = halved(painted, film, kept_at(), None)
    assert halved._halved == 1
    inner = np.s_[60:100, 46:74]
    like, taken = (np.abs(whole[inner].astype(int) - each[inner]).mean() for each in (made, film))
    assert like < 3
    assert taken > 30, "the painting's light"


def test_after_a_picture_with_nobody_everything_begins_anew():
    film, painted = RNG.integers(0, 256, (2, *SIZE, 3), np.uint8)
    once, again = keep(), keep()
    first = once(painted, film, kept_at(), None)
    again(film, 255 - film, kept_at(), None)
    assert again(painted, film, None, moved_by(SIZE, 0)) is painted
    assert np.array_equal(again(painted, film, kept_at(), moved_by(SIZE, 0)), first)


def test_a_large_picture_is_set_in_at_its_own_size(monkeypatch):
    picture = photo_of().pixels
    monkeypatch.setattr(faces_module, "KEPT_PX", picture[..., 0].size // 4)
    kept = Keeper(Settings(), FilmModels(), 10.0)(picture, None)
    assert kept.mask.shape == tuple(n // 2 for n in picture.shape[:2])
    painted = np.zeros_like(picture)
    out = keep(face_strength=1.0, harmony=0.0)(painted, picture, kept, None)
    mask = cv2.resize(kept.mask, picture.shape[1::-1])
    face = cv2.erode(mask, np.ones((25, 25))) > 0.99
    assert face.any()
    assert np.abs(out[face].astype(int) - picture[face]).max() <= 1
    assert not out[cv2.dilate(mask, np.ones((41, 41))) == 0].any()


def test_strips_of_an_enlarged_layer_are_the_layer_enlarged():
    layer = np.zeros((40, 30, 4), np.float32)
    layer[12:28, 9:21] = RNG.random((16, 12, 4), np.float32)
    inner = layer[10:30, 7:23]
    out = np.zeros((700, 520, 4), np.float32)
    for part, near in enlarged(inner, (slice(10, 30), slice(7, 23)), (40, 30), (700, 520)):
        out[part] = near
    whole = cv2.resize(layer, (520, 700), interpolation=cv2.INTER_LINEAR)
    np.testing.assert_allclose(out, whole, atol=0.03)  # OpenCV warps by 32nds of a pixel


def test_a_layer_that_covers_nothing_leaves_the_painting():
    film, painted = RNG.integers(0, 256, (2, *SIZE, 3), np.uint8)
    window = slice(20, 60), slice(30, 70)
    out = composed(painted, film, np.zeros((40, 40, 4), np.float32), window, SIZE)
    assert np.array_equal(out, painted)
