"""The command with the real networks."""

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageFilter

from pipeline.io.image_files import read_photo
from pipeline.weights.catalog import CATALOG
from tests.command import run
from tests.strokes import small

ROOT = Path(__file__).parents[2]
RESTORES = any(
    entry.embedded and entry.role == "restorer" for entry in CATALOG.values()
)  # without a download


@pytest.fixture(scope="module")
def painted(tmp_path_factory):
    """Paint a small portrait, turned by EXIF, and a plain one by the command; return the folder."""
    folder = tmp_path_factory.mktemp("painted")
    with Image.open(ROOT / "examples" / "portrait.jpg") as portrait:
        portrait.thumbnail((301, 301))
        portrait = portrait.filter(
            ImageFilter.GaussianBlur(1.5)
        )  # a sharp face would not be restored
        portrait.save(folder / "me.png")
        turned = Image.Exif()
        turned[0x0112] = 6
        portrait.transpose(Image.Transpose.ROTATE_90).save(folder / "turned.png", exif=turned)
    common = [
        "--weights",
        "embedded",
        "--size",
        "photo",
        "--stages",
        folder / "stages",
        "--report",
        folder / "report.json",
    ]
    photos = folder / "me.png", folder / "turned.png"
    with small(320, 320):  # about the photo's size
        assert run("paint", *photos, "-o", folder / "out", *common) == 0
    return folder


def test_a_real_portrait_is_painted_at_its_own_size(painted):
    photo, result = (
        read_photo(painted / "me.png").pixels,
        read_photo(painted / "out" / "me.png").pixels,
    )
    assert result.shape == photo.shape
    assert np.abs(result.astype(int) - photo).mean() > 4, "this is the photo"
    assert np.corrcoef(result.mean(2).ravel(), photo.mean(2).ravel())[0, 1] > 0.7, (
        "this is another picture"
    )


def test_a_turned_photo_gives_the_same_painting(painted):
    assert (painted / "out" / "me.png").read_bytes() == (
        painted / "out" / "turned.png"
    ).read_bytes()


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
    assert {p.name for p in (painted / "stages" / "me").iterdir()} == {
        "mask.png",
        "parse.png",
        "result.png",
        "styled.png",
    } | restored


def test_parsing_a_real_portrait_finds_a_face(painted):
    assert (
        run("parse", painted / "me.png", "-o", painted / "labels.png", "--weights", "embedded") == 0
    )
    labels = np.asarray(Image.open(painted / "labels.png"))
    assert labels.shape == read_photo(painted / "me.png").pixels.shape[:2]
    assert {0, 1, 2, 5, 6} <= set(np.unique(labels)) <= set(range(9))
