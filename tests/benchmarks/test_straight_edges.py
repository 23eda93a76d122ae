"""Straight pieces of a kept region's outline are found, and only those that nothing explains."""

import cv2
import numpy as np
import pytest

from benchmarks.straight_edges import straight_pieces

GRAY = np.full((200, 200, 3), 120, np.uint8)


def soft(mask: np.ndarray) -> np.ndarray:
    return cv2.GaussianBlur(mask.astype(np.float32), (0, 0), 2)


def box(top: int, bottom: int, left: int, right: int) -> np.ndarray:
    mask = np.zeros((200, 200), np.float32)
    mask[top:bottom, left:right] = 1
    return mask


def test_a_box_has_four_straight_sides():
    pieces = straight_pieces(soft(box(50, 150, 60, 140)), GRAY, faces=[(100, 100, 100)])
    assert len(pieces) == 4
    assert sorted(round(p.length / 10) * 10 for p in pieces) == pytest.approx(
        [70, 70, 90, 90], abs=10
    )


def test_a_face_has_none():
    mask = cv2.ellipse(np.zeros((200, 200), np.float32), (100, 100), (40, 60), 20, 0, 360, 1, -1)
    assert straight_pieces(soft(mask), GRAY, faces=[(100, 100, 120)]) == []


def test_a_tilted_side_is_not_parallel():
    turned = cv2.warpAffine(
        box(50, 150, 60, 140), cv2.getRotationMatrix2D((100, 100), 8, 1), (200, 200)
    )
    assert straight_pieces(soft(turned), GRAY, faces=[(100, 100, 100)]) == []


def test_the_border_of_the_picture_and_an_edge_of_the_photo_explain_a_side():
    assert straight_pieces(box(0, 200, 0, 200), GRAY, faces=[(100, 100, 100)]) == []
    photo = GRAY.copy()
    photo[50:150, 60:140] = 250
    assert straight_pieces(soft(box(50, 150, 60, 140)), photo, faces=[(100, 100, 100)]) == []


def test_a_piece_is_measured_by_the_nearest_face():
    mask = soft(box(60, 90, 20, 50))
    near, far = (35, 75, 100), (180, 180, 500)
    assert len(straight_pieces(mask, GRAY, [near, far])) == 4
    assert straight_pieces(mask, GRAY, [(35, 75, 500), (180, 180, 100)]) == []
