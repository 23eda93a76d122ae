"""The command: where results go, what is refused, what an interruption leaves."""

import io
import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from pipeline.cli.jobs import number_repeats, plan
from pipeline.cli.progress import sentence_of
from pipeline.io import encode
from pipeline.io.image_files import read_photo
from pipeline.settings import Settings, options
from pipeline.weights.catalog import WeightError
from tests.command import painting_of, run, save

ROOT = Path(__file__).parents[2]

# Where results go


def test_one_photo_goes_to_the_named_file(tmp_path, runs, capsys):
    photo = save(tmp_path / "me.png")
    assert run("paint", photo, "-o", tmp_path / "new" / "out.png", "--size", "photo") == 0
    np.testing.assert_array_equal(
        read_photo(tmp_path / "new" / "out.png").pixels, 255 - read_photo(photo).pixels
    )
    assert capsys.readouterr().out.splitlines() == [str(tmp_path / "new" / "out.png")]


@pytest.mark.parametrize("suffix", ["jpg", "webp", "tiff"])
def test_the_suffix_of_out_chooses_the_format(tmp_path, runs, suffix):
    assert run("paint", save(tmp_path / "me.png"), "-o", tmp_path / f"out.{suffix}") == 0
    assert (
        Image.open(tmp_path / f"out.{suffix}").format
        == {"jpg": "JPEG", "webp": "WEBP", "tiff": "TIFF"}[suffix]
    )


def test_several_photos_go_to_a_folder_and_repeated_names_are_numbered(tmp_path, runs):
    photos = [
        save(tmp_path / "a" / "me.png"),
        save(tmp_path / "b" / "me.jpg"),
        save(tmp_path / "you.png", 50, 70),
    ]
    assert run("paint", *photos, "-o", tmp_path / "out", "--size", "photo") == 0
    assert sorted(p.name for p in (tmp_path / "out").iterdir()) == ["me-2.png", "me.png", "you.png"]
    assert read_photo(tmp_path / "out" / "you.png").pixels.shape == (50, 70, 3)


def test_one_photo_goes_into_a_folder_that_is_there(tmp_path, runs):
    (tmp_path / "out").mkdir()
    assert run("paint", save(tmp_path / "me.jpg"), "-o", tmp_path / "out") == 0
    assert (tmp_path / "out" / "me.png").exists()


@pytest.mark.parametrize(
    ("stems", "names"),
    [
        (["a", "b"], ["a", "b"]),
        (["a", "a", "a"], ["a", "a-2", "a-3"]),
        (["a-2", "a", "a"], ["a-2", "a", "a-3"]),
        (["a", "a", "a-2"], ["a", "a-2", "a-2-2"]),
        (["A", "a"], ["A", "a-2"]),
    ],
)
def test_repeated_names_are_numbered(stems, names):
    assert list(number_repeats(stems)) == names


def test_a_folder_is_needed_for_several_and_a_known_suffix_for_one(tmp_path):
    two = [Path("a.png"), Path("b.png")]
    with pytest.raises(ValueError, match="folder for 2 photos"):
        plan(two, str(tmp_path / "out.png"), suffixes=(".png",))
    with pytest.raises(ValueError, match=r"named \.png or a folder, found '.*out.gif'"):
        plan(two[:1], str(tmp_path / "out.gif"), suffixes=(".png",))
    assert (
        plan(two, str(tmp_path / "v1.2"), suffixes=(".png",))[0].result
        == tmp_path / "v1.2" / "a.png"
    )


# Nothing is lost


def test_nothing_is_overwritten_without_the_flag(tmp_path, runs, capsys):
    photo, out = save(tmp_path / "me.png"), tmp_path / "out.png"
    out.write_text("mine")
    assert run("paint", photo, "-o", out) == 2
    assert out.read_text() == "mine"
    assert runs == [], "painted for nothing"
    assert capsys.readouterr().err.startswith(f"{photo}: {out} is there already")
    assert run("paint", photo, "-o", out, "--overwrite") == 0
    assert read_photo(out)


def test_a_photo_is_never_replaced_by_its_painting(tmp_path, runs, capsys):
    photo = save(tmp_path / "me.png")
    before = photo.read_bytes()
    assert run("paint", photo, "-o", tmp_path, "--overwrite") == 2
    assert photo.read_bytes() == before
    assert "is one of the files that are read, and is not replaced" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("flag", "suffix"), [("--report", ".json"), ("--strokes", ".svg"), ("--timelapse", ".mp4")]
)
def test_a_photo_is_never_replaced_by_what_is_written_beside(tmp_path, runs, capsys, flag, suffix):
    photo, same = save(tmp_path / "me.png"), tmp_path / f"same{suffix}"
    same.symlink_to(photo)
    before = photo.read_bytes()
    out = tmp_path / "out.png"
    assert run("paint", photo, "-o", out, "--painter", "strokes", "--overwrite", flag, same) == 2
    assert (photo.read_bytes(), same.read_bytes(), runs) == (before, before, [])
    assert "is one of the files that are read, and is not replaced" in capsys.readouterr().err


def test_stages_and_report_are_not_overwritten_without_the_flag(tmp_path, runs, capsys):
    photo = save(tmp_path / "me.png")
    stages = save(tmp_path / "stages" / "mask.png").parent
    assert run("paint", photo, "-o", tmp_path / "out.png", "--stages", stages) == 2
    assert not (tmp_path / "out.png").exists()
    report = tmp_path / "report.json"
    report.write_text("mine")
    assert run("paint", photo, "-o", tmp_path / "out.png", "--report", report) == 2
    assert report.read_text() == "mine"
    assert "report.json is there already" in capsys.readouterr().err


@pytest.mark.parametrize(
    "two",
    [
        ("-o", "out/result.png", "--stages", "out"),
        ("-o", "out/RESULT.png", "--stages", "out"),
        ("-o", "out.png", "--stages", "out.png"),
        ("-o", "out.png", "--report", "out.png", "--overwrite"),
    ],
)
def test_two_things_are_not_written_to_one_place(tmp_path, runs, capsys, monkeypatch, two):
    monkeypatch.chdir(save(tmp_path / "me.png").parent)
    assert run("paint", "me.png", *two) == 2
    assert runs == [], "painted for nothing"
    assert [each.name for each in tmp_path.iterdir()] == ["me.png"]
    assert "found two for out" in capsys.readouterr().err


@pytest.mark.parametrize("flag", ["-o", "--stages", "--strokes", "--timelapse"])
def test_a_place_that_cannot_be_written_is_said_before_anything_is_painted(
    tmp_path, runs, capsys, flag
):
    (tmp_path / "file").touch()
    name = {"--strokes": "a.svg", "--timelapse": "a.mp4"}.get(flag, "a.png")
    out = () if flag == "-o" else ("-o", tmp_path / "out.png", "--painter", "strokes")
    given = (*out, flag, tmp_path / "file" / name)
    assert run("paint", save(tmp_path / "me.png"), *given) == 2
    assert runs == [], "painted for nothing"
    assert "found " + str(tmp_path / "file") in capsys.readouterr().err


def test_a_folder_of_the_result_s_name_is_said_before_anything_is_painted(tmp_path, runs, capsys):
    (tmp_path / "out" / "me.png").mkdir(parents=True)
    assert run("paint", save(tmp_path / "me.png"), "-o", tmp_path / "out", "--overwrite") == 2
    assert runs == [], "painted for nothing"
    assert "Wanted a file, found the folder" in capsys.readouterr().err


def test_a_side_that_the_format_does_not_hold_is_said_before_anything_is_painted(
    tmp_path, runs, capsys, monkeypatch
):
    monkeypatch.setitem(encode._MAX_SIDE, "WEBP", 2000)
    given = save(tmp_path / "me.png"), "-o", tmp_path / "out.webp", "--size", "2048"
    assert run("paint", *given) == 2
    assert runs == [], "painted for nothing"
    assert "WEBP holds at most 2000 px a side, found 2048" in capsys.readouterr().err


@pytest.mark.parametrize("flag", ["--style", "--style-mask", "--mend-mask"])
def test_no_picture_that_a_flag_names_is_replaced(tmp_path, runs, capsys, flag):
    photo, read = save(tmp_path / "me.png"), save(tmp_path / "read.png")
    before = read.read_bytes()
    others = {"--mend-mask": ("--mend",), "--style-mask": ("--style", photo)}.get(flag, ())
    like = () if flag == "--mend-mask" else ("--painter", "portrait-aware")
    assert run("paint", photo, "-o", read, "--overwrite", *like, *others, flag, read) == 2
    assert (read.read_bytes(), runs) == (before, [])
    assert "is one of the files that are read, and is not replaced" in capsys.readouterr().err


# Bad input


def test_a_bad_file_is_named_in_one_line_and_the_others_are_done(tmp_path, runs, capsys):
    (tmp_path / "empty.jpg").touch()
    photos = [
        tmp_path / "absent.png",
        save(tmp_path / "a.png"),
        tmp_path / "empty.jpg",
        save(tmp_path / "tiny.png", 1, 2),
    ]
    assert run("paint", *photos, save(tmp_path / "b.png"), "-o", tmp_path / "out") == 2
    said = capsys.readouterr()
    for photo in (photos[0], photos[2], photos[3]):
        assert sum(line.startswith(f"{photo}: ") for line in said.err.splitlines()) == 1
    assert [Path(line).name for line in said.out.splitlines()] == ["a.png", "b.png"]
    assert "Traceback" not in said.err


@pytest.mark.parametrize(
    "error",
    [
        RuntimeError("The weights\nare missing."),
        MemoryError(),
        OSError(28, "No space left on device", "out.png"),
        cv2.error("OpenCV(4.11.0): error: (-215:Assertion failed) in function 'resize'"),
        KeyError("nose"),
    ],
)
def test_whatever_goes_wrong_with_a_photo_is_one_line(tmp_path, runs, capsys, monkeypatch, error):
    def fail(*_, **__):
        raise error

    monkeypatch.setattr("pipeline.paint.paint", fail)
    photo = save(tmp_path / "me.png")
    assert run("paint", photo, "-o", tmp_path / "out.png") == 2
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 1
    assert lines[0].startswith(f"{photo}: ")


def test_a_surprise_at_one_photo_does_not_end_the_others(tmp_path, runs, capsys, monkeypatch):
    monkeypatch.setattr("pipeline.paint.paint", surprised_at_a)
    photos = [save(tmp_path / f"{name}.png") for name in "ab"]
    assert run("paint", *photos, "-o", tmp_path / "out") == 2
    assert [each.name for each in (tmp_path / "out").iterdir()] == ["b.png"]
    assert "a.png: There is not enough memory for this picture" in capsys.readouterr().err


def surprised_at_a(photo, settings, **_):
    if photo.name == "a":
        raise cv2.error("(-4:Insufficient memory) Failed to allocate 9000 bytes in function 'x'")
    return painting_of(photo, settings)


def test_a_sentence_that_says_what_to_do_about_memory_stays():
    said = "net could not be loaded (there was not enough memory). Close other programs."
    assert sentence_of(WeightError(said)) == said


def test_a_name_that_stdout_cannot_say_is_escaped(tmp_path, runs, monkeypatch):
    said = io.BytesIO()
    monkeypatch.setattr("sys.stdout", io.TextIOWrapper(said, "cp1252"))
    photos = save(tmp_path / "小明.png"), save(tmp_path / "me.png")
    assert run("paint", *photos, "-o", tmp_path / "out") == 0
    sys.stdout.flush()
    assert [line.rpartition(b"out/")[2] for line in said.getvalue().splitlines()] == [
        rb"\u5c0f\u660e.png",
        b"me.png",
    ]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--brush", "9"], "brush is a number from 0.1 to 3, not 9.0"),
        (["--face-strength", "-0.1"], "face_strength is a number from 0 to 1, not -0.1"),
        (["--restoration", "nan"], "from 0 to 1"),
        (["--feather", "soft"], "from 0 to 0.3, not 'soft'"),
        (["--keep", "nose"], "one of face, hair, person"),
        (["--weights", "best"], "one of auto, embedded, full"),
        (["--sharpen"], "--sharpen"),
        (["--over"], "--over"),
    ],
)
def test_values_out_of_range_are_refused_in_one_line_with_the_range(
    tmp_path, capsys, arguments, sentence
):
    with pytest.raises(SystemExit) as left:
        run("paint", "me.png", "-o", tmp_path / "out.png", *arguments)
    assert left.value.code == 2
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 1
    assert sentence in lines[0]


@pytest.mark.parametrize("arguments", [[], ["paint"], ["paint", "me.png"], ["carve", "me.png"]])
def test_an_incomplete_command_is_refused(arguments, capsys):
    with pytest.raises(SystemExit) as left:
        run(*arguments)
    assert left.value.code == 2
    assert "python -m pipeline" in capsys.readouterr().err


# Interruption


def test_an_interrupted_run_keeps_what_is_finished(tmp_path, runs, capsys, monkeypatch):
    def paint(photo, settings, **_):
        if photo.name == "b":
            raise KeyboardInterrupt
        return painting_of(photo, settings)

    monkeypatch.setattr("pipeline.paint.paint", paint)
    photos = [save(tmp_path / f"{name}.png") for name in "abc"]
    assert (
        run("paint", *photos, "-o", tmp_path / "out", "--report", tmp_path / "report.json") == 130
    )
    assert [p.name for p in (tmp_path / "out").iterdir()] == ["a.png"]
    assert [record["photo"] for record in json.loads((tmp_path / "report.json").read_text())] == [
        str(photos[0])
    ]
    assert "Interrupted" in capsys.readouterr().err


# Flags and start-up


def test_every_setting_has_its_flag_in_the_help(capsys):
    with pytest.raises(SystemExit):
        run("paint", "--help")
    said = " ".join(capsys.readouterr().out.split())  # wherever lines break
    for option in options():
        switch = f"--{'no-' if option.default else ''}{option.flag.split('_')[0]}"
        assert (switch if option.kind is bool else f"--{option.flag.replace('_', '-')}") in said
        if option.is_number:
            assert f"{option.low:g} to {option.high:g}" in said


def test_a_count_is_whole(tmp_path, runs, capsys):
    me = save(tmp_path / "me.png")
    run("paint", me, "-o", tmp_path / "out.png", "--style-px", "640.0", "--iterations", 12)
    assert runs == [Settings.from_flat(style_px=640, iterations=12)]
    with pytest.raises(SystemExit):
        run("paint", me, "-o", tmp_path / "other.png", "--iterations", 12.5)
    assert "iterations is a whole number from 0 to 2000, not 12.5" in capsys.readouterr().err


def test_the_switches_switch_off(tmp_path, runs):
    run(
        "paint",
        save(tmp_path / "me.png"),
        "-o",
        tmp_path / "out.png",
        "--no-paint",
        "--no-restore",
        "--no-keep",
    )
    assert runs == [Settings.from_flat(paint=False, restore=False, keep_face=False)]


@pytest.mark.parametrize(("upright", "said"), [(90, True), (0, True), (None, False)])
def test_how_a_photo_that_lies_is_turned_is_told(tmp_path, capsys, monkeypatch, upright, said):
    monkeypatch.setattr(
        "pipeline.paint.paint",
        lambda photo, settings, **_: replace(painting_of(photo, settings), upright=upright),
    )
    run("paint", save(tmp_path / "me.png"), "-o", tmp_path / "out.png")
    assert (f"--turn {upright} turns it." in capsys.readouterr().err) == said


def test_what_is_off_by_default_is_switched_on_and_offered_where_it_would_help(
    tmp_path, runs, capsys, monkeypatch
):
    me = save(tmp_path / "me.png")
    monkeypatch.setattr("pipeline.steps.mend.seems_worn", lambda photo: True)
    run("paint", me, "-o", tmp_path / "out.png")
    assert "seems to have scratches or spots. --mend repairs them." in capsys.readouterr().err
    run("paint", me, "-o", tmp_path / "mended.png", "--mend")
    assert "--mend" not in capsys.readouterr().err
    assert [settings.mend.on for settings in runs] == [False, True]


def test_help_imports_nothing_heavy():
    code = """
import sys
from pipeline.weights.catalog import CATALOG
from pipeline.cli.main import main
try:
    main(["paint", "--help"])
except SystemExit:
    pass
heavy = {"torch", "openvino", "cv2", "scipy", "gradio", "huggingface_hub"} & set(sys.modules)
heavy |= {"segmentation_models_pytorch"} & set(sys.modules)
sys.exit(f"imported {heavy}" if heavy else 0)
"""
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_weights_are_listed(capsys):
    from pipeline.weights.resolve import CATALOG

    assert run("weights") == 0
    said = capsys.readouterr().out
    for entry in CATALOG.values():
        assert f"{entry.name} ({entry.role}): " in said
    for word in ("embedded", "missing", "bytes", "sha256", "license", "source"):
        assert word in said
