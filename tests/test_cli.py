import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageFilter

from pipeline.catalog import CATALOG
from pipeline.cli import main
from pipeline.io import read_photo, read_settings
from pipeline.jobs import number_repeats, plan
from pipeline.settings import Settings, options
from pipeline.types import Care, Face, Painting, Progress, WeightUse

ROOT = Path(__file__).parents[1]
SHA256 = "ab" * 32
RESTORES = any(entry.embedded and entry.role == "restorer" for entry in CATALOG.values())  # without a download


def save(path, height=40, width=60, **options):
    y, x = np.mgrid[0:height, 0:width]
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(np.stack([x * 3 % 256, y * 5 % 256, (x + y) % 256], -1).astype(np.uint8)).save(path, **options)
    return path


def painting_of(photo, settings):
    picture = photo.pixels.astype(np.float32) / 255
    points = np.array([[10, 12], [20, 12]], np.float32)
    return Painting(
        photo=photo, settings=settings, original=picture, result=1 - picture, alpha=np.ones(picture.shape[:2], np.float32),
        styled=1 - picture, restored=None, parse=np.zeros(picture.shape[:2], np.uint8), mask=np.ones(picture.shape[:2], np.float32),
        faces=(Face((5.0, 6.0, 25.0, 30.0), points, points + 8, 0.9),), seconds={"paint": 0.5},
        weights=(WeightUse("painter", SHA256),), skipped={"restore": "Its weights are missing."}, hints=("A hint.",),
    )  # fmt: skip


@pytest.fixture
def runs(monkeypatch):
    """Replace the networks by a negative; return the settings of each run."""
    seen = []

    def paint(photo, settings, *, models, prompt, report, cache=None):
        report(Progress("paint", 0.0))
        seen.append(settings)
        return replace(painting_of(photo, settings), prompt=prompt)

    monkeypatch.setattr("pipeline.paint.paint", paint)
    monkeypatch.setattr("pipeline.paint.parse", lambda photo, *, models, settings: (photo.pixels[..., 0] % 9).astype(np.uint8))
    return seen


def run(*arguments):
    return main([str(a) for a in arguments])


# Where results go


def test_one_photo_goes_to_the_named_file(tmp_path, runs, capsys):
    photo = save(tmp_path / "me.png")
    assert run("paint", photo, "-o", tmp_path / "new" / "out.png") == 0
    np.testing.assert_array_equal(read_photo(tmp_path / "new" / "out.png").pixels, 255 - read_photo(photo).pixels)
    assert capsys.readouterr().out.splitlines() == [str(tmp_path / "new" / "out.png")]


@pytest.mark.parametrize("suffix", ["jpg", "webp", "tiff"])
def test_the_suffix_of_out_chooses_the_format(tmp_path, runs, suffix):
    assert run("paint", save(tmp_path / "me.png"), "-o", tmp_path / f"out.{suffix}") == 0
    assert Image.open(tmp_path / f"out.{suffix}").format == {"jpg": "JPEG", "webp": "WEBP", "tiff": "TIFF"}[suffix]


def test_several_photos_go_to_a_folder_and_repeated_names_are_numbered(tmp_path, runs):
    photos = [save(tmp_path / "a" / "me.png"), save(tmp_path / "b" / "me.jpg"), save(tmp_path / "you.png", 50, 70)]
    assert run("paint", *photos, "-o", tmp_path / "out") == 0
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
    assert plan(two, str(tmp_path / "v1.2"), suffixes=(".png",))[0].result == tmp_path / "v1.2" / "a.png"


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
    assert "is one of the photos" in capsys.readouterr().err


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


# What is written


def test_the_result_carries_its_settings(tmp_path, runs):
    run("paint", save(tmp_path / "me.png"), "-o", tmp_path / "out.png", "--brush", "2.5", "--keep", "hair", "--no-keep")
    assert read_settings(tmp_path / "out.png") == Settings.from_flat(brush=2.5, keep="hair", keep_face=False) == runs[0]


def test_alpha_is_kept_and_jpeg_says_that_it_cannot(tmp_path, runs, capsys):
    image = Image.open(save(tmp_path / "me.png"))
    image.putalpha(Image.linear_gradient("L").resize(image.size))
    image.save(tmp_path / "clear.png")
    assert run("paint", tmp_path / "clear.png", "-o", tmp_path / "out.png") == 0
    np.testing.assert_array_equal(read_photo(tmp_path / "out.png").alpha, np.asarray(image.getchannel("A")))
    assert run("paint", tmp_path / "clear.png", "-o", tmp_path / "out.jpg") == 0
    assert "flattened over white" in capsys.readouterr().err


def test_stages_are_written_and_a_skipped_one_is_not(tmp_path, runs):
    photo, stages = save(tmp_path / "me.png"), tmp_path / "stages"
    assert run("paint", photo, "-o", tmp_path / "out.png", "--stages", stages) == 0
    assert sorted(p.name for p in stages.iterdir()) == ["mask.png", "parse.png", "result.png", "styled.png"]
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
    assert run("paint", bad, good, "-o", tmp_path / "out", "--report", report, "--feather", "0.1") == 2
    failed, done = json.loads(report.read_text())
    keys = ["photo", "result", "settings", "seconds", "weights", "faces", "prompt", "skipped", "error"]
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
    face = {"box": [5, 6, 25, 30], "eye_centers": [[10, 12], [20, 12]], "mouth_corners": [[18, 20], [28, 20]], "score": 0.9}
    assert done["faces"] == [face]
    assert failed["prompt"] is None
    assert done["prompt"] == {"points": [], "box": None, "faces": []}


def test_the_report_says_what_was_done_with_each_face(tmp_path, monkeypatch):
    cares = (Care(0.5, blur=7.123, low_confidence=True), Care(0.0, "sharp already", 1.2), Care(1.0))

    def paint(photo, settings, **_):
        painting = painting_of(photo, settings)
        return replace(painting, faces=painting.faces * 3, cares=cares)

    monkeypatch.setattr("pipeline.paint.paint", paint)
    report = tmp_path / "report.json"
    assert run("paint", save(tmp_path / "me.png"), "-o", tmp_path / "out.png", "--report", report) == 0
    keys = ("restoration", "left_alone", "blur_px", "confidence")
    assert [tuple(face[key] for key in keys) for face in json.loads(report.read_text())[0]["faces"]] == [
        (0.5, None, 7.12, "low confidence"), (0, "sharp already", 1.2, None), (1, None, 1, "high"),
    ]  # fmt: skip


def test_the_report_says_what_was_pointed_at(tmp_path, runs):
    photo, report = save(tmp_path / "me.png"), tmp_path / "report.json"
    assert run("paint", photo, "-o", tmp_path / "out.png", "--report", report, "--points", "7,8,-", "--box", "1,2,30,31") == 0
    assert json.loads(report.read_text())[0]["prompt"] == {
        "points": [[7.0, 8.0, False]], "box": [1.0, 2.0, 30.0, 31.0], "faces": [],
    }  # fmt: skip


def test_hints_notes_and_skipped_stages_are_said(tmp_path, runs, capsys):
    frames = [Image.new("RGB", (40, 40), color) for color in ("red", "blue")]
    frames[0].save(tmp_path / "me.gif", save_all=True, append_images=frames[1:])
    assert run("paint", tmp_path / "me.gif", "-o", tmp_path / "out.png") == 0
    said = capsys.readouterr().err
    for sentence in ("Only the first of its 2 frames is used.", "A hint.", "skipped restore: Its weights are missing."):
        assert f"{tmp_path / 'me.gif'}: {sentence}\n" in said


def test_parse_writes_an_index_picture_of_the_photo_s_size(tmp_path, runs, capsys):
    photo = save(tmp_path / "me.png", 41, 63)
    assert run("parse", photo, "-o", tmp_path / "labels.png") == 0
    image = Image.open(tmp_path / "labels.png")
    assert (image.mode, image.size) == ("P", (63, 41))
    np.testing.assert_array_equal(np.asarray(image), read_photo(photo).pixels[..., 0] % 9)
    assert run("parse", photo, "-o", tmp_path / "labels.jpg") == 2
    assert "named .png or a folder" in capsys.readouterr().err


# Bad input


def test_a_bad_file_is_named_in_one_line_and_the_others_are_done(tmp_path, runs, capsys):
    (tmp_path / "empty.jpg").touch()
    photos = [tmp_path / "absent.png", save(tmp_path / "a.png"), tmp_path / "empty.jpg", save(tmp_path / "tiny.png", 1, 2), tmp_path]
    assert run("paint", *photos, save(tmp_path / "b.png"), "-o", tmp_path / "out") == 2
    said = capsys.readouterr()
    for photo in (photos[0], photos[2], photos[3], photos[4]):
        assert sum(line.startswith(f"{photo}: ") for line in said.err.splitlines()) == 1
    assert [Path(line).name for line in said.out.splitlines()] == ["a.png", "b.png"]
    assert "Traceback" not in said.err


@pytest.mark.parametrize(
    "error", [RuntimeError("The weights\nare missing."), MemoryError(), OSError(28, "No space left on device", "out.png")]
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


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--brush", "9"], "brush is a number from 0.2 to 4, not 9.0"),
        (["--face-strength", "-0.1"], "face_strength is a number from 0 to 1, not -0.1"),
        (["--restoration", "nan"], "from 0 to 1"),
        (["--feather", "soft"], "from 0 to 0.3, not 'soft'"),
        (["--keep", "nose"], "one of face, hair, person"),
        (["--weights", "best"], "one of auto, embedded, full"),
        (["--sharpen"], "--sharpen"),
        (["--over"], "--over"),
    ],
)
def test_values_out_of_range_are_refused_in_one_line_with_the_range(tmp_path, capsys, arguments, sentence):
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
    assert run("paint", *photos, "-o", tmp_path / "out", "--report", tmp_path / "report.json") == 130
    assert [p.name for p in (tmp_path / "out").iterdir()] == ["a.png"]
    assert [record["photo"] for record in json.loads((tmp_path / "report.json").read_text())] == [str(photos[0])]
    assert "Interrupted" in capsys.readouterr().err


# Flags and start-up


def test_every_setting_has_its_flag_in_the_help(capsys):
    with pytest.raises(SystemExit):
        run("paint", "--help")
    said = " ".join(capsys.readouterr().out.split())  # wherever lines break
    for option in options():
        flag = f"--no-{option.flag.split('_')[0]}" if option.kind is bool else f"--{option.flag.replace('_', '-')}"
        assert flag in said
        if option.kind is float:
            assert f"{option.low:g} to {option.high:g}" in said


def test_the_switches_switch_off(tmp_path, runs):
    run("paint", save(tmp_path / "me.png"), "-o", tmp_path / "out.png", "--no-paint", "--no-restore", "--no-keep")
    assert runs == [Settings.from_flat(paint=False, restore=False, keep_face=False)]


def test_help_imports_nothing_heavy():
    code = """
import sys
from pipeline.catalog import CATALOG
from pipeline.cli import main
try:
    main(["paint", "--help"])
except SystemExit:
    pass
heavy = {"torch", "openvino", "cv2", "scipy", "gradio", "huggingface_hub", "segmentation_models_pytorch"} & set(sys.modules)
sys.exit(f"imported {heavy}" if heavy else 0)
"""
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_weights_are_listed(capsys):
    from pipeline.weights import CATALOG

    assert run("weights") == 0
    said = capsys.readouterr().out
    for entry in CATALOG.values():
        assert f"{entry.name} ({entry.role}): " in said
    for word in ("embedded", "missing", "bytes", "sha256", "license", "source"):
        assert word in said


# With the real networks


@pytest.fixture(scope="module")
def painted(tmp_path_factory):
    """Return the folder in which the command painted a small portrait, turned by EXIF, and a plain one."""
    folder = tmp_path_factory.mktemp("painted")
    with Image.open(ROOT / "examples" / "portrait.jpg") as portrait:
        portrait.thumbnail((301, 301))
        portrait = portrait.filter(ImageFilter.GaussianBlur(1.5))  # a sharp face would not be restored
        portrait.save(folder / "me.png")
        turned = Image.Exif()
        turned[0x0112] = 6
        portrait.transpose(Image.Transpose.ROTATE_90).save(folder / "turned.png", exif=turned)
    common = ["--weights", "embedded", "--stages", folder / "stages", "--report", folder / "report.json"]
    assert run("paint", folder / "me.png", folder / "turned.png", "-o", folder / "out", *common) == 0
    return folder


def test_a_real_portrait_is_painted_at_its_own_size(painted):
    photo, result = read_photo(painted / "me.png").pixels, read_photo(painted / "out" / "me.png").pixels
    assert result.shape == photo.shape
    assert np.abs(result.astype(int) - photo).mean() > 4, "this is the photo"
    assert np.corrcoef(result.mean(2).ravel(), photo.mean(2).ravel())[0, 1] > 0.7, "this is another picture"


def test_a_turned_photo_gives_the_same_painting(painted):
    assert (painted / "out" / "me.png").read_bytes() == (painted / "out" / "turned.png").read_bytes()


def test_the_real_report_finds_one_face_and_names_the_weights(painted):
    for record in json.loads((painted / "report.json").read_text()):
        assert len(record["faces"]) == 1
        assert {"box", "eye_centers", "mouth_corners", "score"} <= set(record["faces"][0])
        assert all(len(weight["sha256"]) == 64 for weight in record["weights"])
        assert len(record["weights"]) >= 2
        assert ("restore" in record["skipped"]) is not RESTORES
        assert {"read", "paint", "parse", "segment", "blend", "write"} <= set(record["seconds"])


def test_the_real_stages_are_there(painted):
    restored = {"restored.png"} if RESTORES else set()
    assert {p.name for p in (painted / "stages" / "me").iterdir()} == {"mask.png", "parse.png", "result.png", "styled.png"} | restored


def test_parsing_a_real_portrait_finds_a_face(painted):
    assert run("parse", painted / "me.png", "-o", painted / "labels.png", "--weights", "embedded") == 0
    labels = np.asarray(Image.open(painted / "labels.png"))
    assert labels.shape == read_photo(painted / "me.png").pixels.shape[:2]
    assert {0, 1, 2, 5, 6} <= set(np.unique(labels)) <= set(range(9))
