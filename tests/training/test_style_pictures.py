"""The pictures of a style: what is used of them, and why others are left out."""

from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from tests.painted import SIDE, StandIn, paint, picture
from tests.training.test_aligned_faces import face
from training import style_pictures
from training.style_pictures import (
    FEWEST,
    MOST,
    Faces,
    UnfitError,
    are_one,
    fingerprint,
    is_profile,
    look_at,
    read_limited,
    refuse_copy,
    too_few,
)

EXAMPLES = Path(__file__).parents[2] / "examples"


def looked(files):
    return list(look_at([(file, file.name) for file in files], StandIn()))


def test_each_picture_is_used_or_left_out_with_its_reason(tmp_path, monkeypatch):
    monkeypatch.setattr(style_pictures, "MOST_BYTES", 300_000)
    monkeypatch.setattr(style_pictures, "MOST_PIXELS", 500 * 500)
    files = paint(tmp_path, 3)
    letter, black, large, heavy, none = (
        tmp_path / name for name in ("letter.jpg", "black.png", "large.jpg", "heavy.png", "none")
    )
    letter.write_text("Dear Theo")
    cv2.imwrite(str(black), np.zeros((SIDE, SIDE, 3), np.uint8))
    cv2.imwrite(str(large), picture(9, 700))
    heavy.write_bytes(bytes(400_000))
    found = looked([*files, letter, black, large, heavy, none])
    assert [bool(each.portrait) for each in found] == [True] * 3 + [False] * 5
    reasons = [each.reason for each in found[3:]]
    for reason, said in zip(
        reasons,
        ("not a picture", "no face", "0 megapixels; at most", "MB; at most", "cannot be read"),
        strict=True,
    ):
        assert said in reason
    assert found[0].portrait.points.shape == (68, 2)


def test_twenty_copies_of_one_count_as_one(tmp_path):
    (first,) = paint(tmp_path, 1)
    copies = []
    for number in range(19):
        side = SIDE - 3 * number
        copy = cv2.resize(picture(0), (side, side), interpolation=cv2.INTER_AREA)
        copies.append(tmp_path / f"copy{number}.jpg")
        cv2.imwrite(str(copies[-1]), copy[:, ::-1] if number % 2 else copy)
    found = looked([first, *copies])
    assert sum(each.portrait is not None for each in found) == 1
    assert {each.reason for each in found[1:]} == {"it is a copy of 000.png"}
    assert "1 of 20 can be used" in too_few(found)


def test_a_copy_of_the_same_name_is_said_to_be_there_more_than_once(tmp_path):
    (file,) = paint(tmp_path, 1)
    first, again = look_at([(file, "anna.png"), (file, "anna.png")], StandIn())
    assert first.portrait
    assert again.reason == "it is there more than once, under this name, and counts once"


@given(st.integers(0, 10_000), st.integers(10_001, 20_000))
def test_other_pictures_are_no_copies(one, other):
    marks = fingerprint(picture(one, 64)), fingerprint(picture(other, 64))
    refuse_copy(marks[1], [(marks[0], "first")], "second")
    assert not any(are_one(marks[1][0], each) for each in marks[0])


def test_a_figure_with_another_face_is_no_copy_and_one_in_another_light_is():
    figure = np.full((64, 64, 3), 230, np.uint8)
    cv2.ellipse(figure, (32, 30), (20, 26), 0, 0, 360, (90, 90, 90), -1)
    other = figure.copy()
    for x in (25, 39):
        cv2.circle(other, (x, 26), 4, (250, 250, 250), -1)
    lit = (255 * (figure / 255.0) ** 1.4).astype(np.uint8)
    mark = fingerprint(figure)
    refuse_copy(fingerprint(other), [(mark, "first")], "second")
    with pytest.raises(UnfitError, match="copy of first"):
        refuse_copy(fingerprint(lit), [(mark, "first")], "second")


def test_more_than_fifty_are_left_out(tmp_path, monkeypatch):
    monkeypatch.setattr(style_pictures, "MOST", 4)
    found = looked(paint(tmp_path, 6))
    assert ["4 already" in each.reason for each in found] == [False] * 4 + [True] * 2
    assert MOST == 50


def test_fewer_than_five_do_not_suffice(tmp_path):
    found = looked(paint(tmp_path, FEWEST))
    assert too_few(found) == ""
    assert "4 of 4 can be used. Add more." in too_few(found[:4])
    assert "there are none" in too_few([])


def test_what_a_camera_took_is_used_with_a_warning(tmp_path):
    exif = Image.Exif()
    exif.get_ifd(0x8769)[style_pictures.EXPOSURE] = 0.01
    file = tmp_path / "taken.jpg"
    Image.fromarray(picture(1)).save(file, exif=exif)
    plain = paint(tmp_path, 1)
    taken, other = looked([file, *plain])
    assert taken.portrait
    assert "a camera took it" in taken.warning
    assert not other.warning


@pytest.mark.parametrize(("squeezed", "turned", "profile"), [(1, 0, False), (0.4, 0, True)])
def test_faces_from_the_side_are_told(squeezed, turned, profile):
    points = 100 * face(0)
    points[:, 0] *= squeezed
    assert is_profile(points) is profile


def test_a_nose_beside_an_eye_is_a_profile():
    points = 100 * face(0)
    points[30, 0] = points[45, 0]
    assert is_profile(points)


def test_a_missing_file_is_unfit(tmp_path):
    with pytest.raises(UnfitError, match="cannot be read"):
        read_limited(tmp_path / "none.png")


def test_embedded_networks_find_faces_and_see_none_in_a_scene():
    faces = Faces()
    points = faces(read_limited(EXAMPLES / "portrait.jpg"))
    eyes, mouth = points[36:48].mean(0), points[48:].mean(0)
    assert eyes[1] < points[30, 1] < mouth[1]
    with pytest.raises(UnfitError, match="no face"):
        faces(read_limited(EXAMPLES / "scene.jpg"))
