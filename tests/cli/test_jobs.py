"""What the command writes beside a painting: its settings, stages and report."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from pipeline.cli.jobs import alike, expanded, photos_in
from pipeline.io.image_files import read_photo, read_settings
from pipeline.settings import Settings
from pipeline.types import RestorationPlan
from tests.command import SHA256, painting_of, run, save


def test_the_result_carries_its_settings(tmp_path, runs):
    run(
        "paint",
        save(tmp_path / "me.png"),
        "-o",
        tmp_path / "out.png",
        "--brush",
        "2.5",
        "--keep",
        "hair",
        "--no-keep",
    )
    assert (
        read_settings(tmp_path / "out.png")
        == (Settings.from_flat(brush=2.5, keep="hair", keep_face=False), ())
        == (runs[0], ())
    )


def test_alpha_is_kept_and_jpeg_says_that_it_cannot(tmp_path, runs, capsys):
    image = Image.open(save(tmp_path / "me.png"))
    image.putalpha(Image.linear_gradient("L").resize(image.size))
    image.save(tmp_path / "clear.png")
    own = ("--size", "photo")
    assert run("paint", tmp_path / "clear.png", "-o", tmp_path / "out.png", *own) == 0
    np.testing.assert_array_equal(
        read_photo(tmp_path / "out.png").alpha, np.asarray(image.getchannel("A"))
    )
    assert run("paint", tmp_path / "clear.png", "-o", tmp_path / "out.jpg") == 0
    assert "flattened over white" in capsys.readouterr().err


def test_stages_are_written_and_a_skipped_one_is_not(tmp_path, runs):
    photo, stages = save(tmp_path / "me.png"), tmp_path / "stages"
    assert run("paint", photo, "-o", tmp_path / "out.png", "--stages", stages) == 0
    assert sorted(p.name for p in stages.iterdir()) == [
        "mask.png",
        "parse.png",
        "result.png",
        "styled.png",
    ]
    assert Image.open(stages / "parse.png").mode == "P"
    assert Image.open(stages / "mask.png").mode == "L"
    save(stages / "restored.png")  # left by a run that did restore
    assert run("paint", photo, "-o", tmp_path / "out.png", "--stages", stages, "--overwrite") == 0
    assert not (stages / "restored.png").exists()


def test_stages_of_several_photos_go_to_a_folder_each(tmp_path, runs):
    photos = [save(tmp_path / "a" / "me.png"), save(tmp_path / "b" / "me.png")]
    assert run("paint", *photos, "-o", tmp_path / "out", "--stages", tmp_path / "stages") == 0
    assert sorted(p.name for p in (tmp_path / "stages").iterdir()) == ["me", "me-2"]


def test_the_report_says_what_became_of_each_photo(tmp_path, runs):
    good, bad, report = save(tmp_path / "me.png"), tmp_path / "bad.png", tmp_path / "report.json"
    bad.write_text("not a picture")
    assert (
        run("paint", bad, good, "-o", tmp_path / "out", "--report", report, "--feather", "0.1") == 2
    )
    failed, done = json.loads(report.read_text())
    keys = [
        "photo",
        "result",
        "settings",
        "seconds",
        "weights",
        "faces",
        "prompt",
        "skipped",
        "error",
    ]
    assert list(failed) == list(done) == keys
    assert failed["photo"] == str(bad)
    assert failed["result"] is None
    assert "not a picture" in failed["error"]
    assert done["result"] == str(tmp_path / "out" / "me.png")
    assert done["error"] is None
    assert done["settings"]["feather"] == 0.1
    assert done["seconds"]["paint"] == 0.5
    assert done["weights"] == [{"name": "painter", "sha256": SHA256, "unpinned": False}]
    assert done["skipped"] == {"restore": "Its weights are missing."}
    face = {
        "box": [5, 6, 25, 30],
        "eye_centers": [[10, 12], [20, 12]],
        "mouth_corners": [[18, 20], [28, 20]],
        "score": 0.9,
    }
    assert done["faces"] == [face]
    assert failed["prompt"] is None
    assert done["prompt"] == {"points": [], "box": None, "faces": [], "kept": []}


def test_the_report_says_what_was_done_with_each_face(tmp_path, monkeypatch):
    plans = (
        RestorationPlan(0.5, blur=7.123, low_confidence=True),
        RestorationPlan(0.0, "sharp already", 1.2),
        RestorationPlan(1.0),
    )

    def paint(photo, settings, **_):
        painting = painting_of(photo, settings)
        alike = (0.93456, 0.2, None)
        return replace(painting, faces=painting.faces * 3, plans=plans, likeness=alike)

    monkeypatch.setattr("pipeline.paint.paint", paint)
    report = tmp_path / "report.json"
    assert (
        run("paint", save(tmp_path / "me.png"), "-o", tmp_path / "out.png", "--report", report) == 0
    )
    keys = ("restoration", "left_alone", "blur_px", "confidence")
    faces = json.loads(report.read_text())[0]["faces"]
    assert [tuple(face[key] for key in keys) for face in faces] == [
        (0.5, None, 7.12, "low confidence"),
        (0, "sharp already", 1.2, None),
        (1, None, 1, "high"),
    ]
    assert [face.get("likeness") for face in faces] == [0.935, 0.2, None]


def test_likenesses_are_said_in_words():
    assert list(alike(())) == list(alike((None,))) == []
    assert list(alike((0.934,))) == ["Likeness of the face to the photo's: 0.93."]
    (said,) = alike((None, 0.02))
    assert said == "Likeness of face 2 of 2 to the photo's: 0.02, perhaps somebody else's by now."


def test_the_report_says_what_was_pointed_at(tmp_path, runs):
    photo, report = save(tmp_path / "me.png"), tmp_path / "report.json"
    assert (
        run(
            "paint",
            photo,
            "-o",
            tmp_path / "out.png",
            "--report",
            report,
            "--points",
            "7,8,-",
            "--box",
            "1,2,30,31",
        )
        == 0
    )
    assert json.loads(report.read_text())[0]["prompt"] == {
        "points": [[7.0, 8.0, False]], "box": [1.0, 2.0, 30.0, 31.0], "faces": [], "kept": [],
    }  # fmt: skip


def test_hints_notes_and_skipped_stages_are_said(tmp_path, runs, capsys):
    frames = [Image.new("RGB", (40, 40), color) for color in ("red", "blue")]
    frames[0].save(tmp_path / "me.gif", save_all=True, append_images=frames[1:])
    assert run("paint", tmp_path / "me.gif", "-o", tmp_path / "out.png") == 0
    said = capsys.readouterr().err
    for sentence in (
        "Only the first of its 2 frames is used.",
        "A hint.",
        "skipped restore: Its weights are missing.",
    ):
        assert f"{tmp_path / 'me.gif'}: {sentence}\n" in said


def test_parse_writes_an_index_picture_of_the_photo_s_size(tmp_path, runs, capsys):
    photo = save(tmp_path / "me.png", 41, 63)
    assert run("parse", photo, "-o", tmp_path / "labels.png") == 0
    image = Image.open(tmp_path / "labels.png")
    assert (image.mode, image.size) == ("P", (63, 41))
    np.testing.assert_array_equal(np.asarray(image), read_photo(photo).pixels[..., 0] % 9)
    assert run("parse", photo, "-o", tmp_path / "labels.jpg") == 2
    assert "named .png or a folder" in capsys.readouterr().err


def test_a_folder_stands_for_its_pictures_in_order(tmp_path):
    for name in ("b.JPG", "a.png", "notes.txt", ".hidden.png", "c.heic", "d.jfif", "e.JPE"):
        (tmp_path / name).touch()
    (tmp_path / "deeper.png").mkdir()
    alone = Path("alone.jpg")
    found = photos_in([alone, tmp_path])
    names = ("a.png", "b.JPG", "c.heic", "d.jfif", "e.JPE")
    assert found == [alone, *(tmp_path / name for name in names)]


def test_a_folder_without_pictures_is_said(tmp_path):
    with pytest.raises(ValueError, match="found none in"):
        photos_in([tmp_path])


def test_a_pattern_that_the_shell_leaves_is_expanded(tmp_path):
    folder = tmp_path / "of [2024]"
    folder.mkdir()
    for name in ("b1.jpg", "a1.jpg", "a2.png", "what?.png"):
        (folder / name).touch()
    assert expanded([folder / "*.jpg"]) == [folder / "a1.jpg", folder / "b1.jpg"]
    assert expanded([folder / "a?.*"]) == [folder / "a1.jpg", folder / "a2.png"]
    for itself in (folder / "what?.png", folder / "*.tif", folder):
        assert expanded([itself]) == [itself]


@pytest.mark.parametrize("command", ["paint", "parse"])
def test_nothing_is_written_into_a_folder_that_stands_for_its_photos(
    tmp_path, runs, capsys, command
):
    photo = save(tmp_path / "me.jpg")
    assert run(command, tmp_path, "-o", tmp_path / "other" / "..") == 2
    assert [each.name for each in tmp_path.iterdir()] == ["me.jpg"]
    assert "Wanted another folder than the photos'" in capsys.readouterr().err
    assert run(command, photo, "-o", tmp_path) == 0  # where photos are named, they are no others
