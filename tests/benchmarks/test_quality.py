"""The benchmark of quality on a folder of photos, from its command to its figures."""

import re
import sys

import cv2
import numpy as np
import pytest
import torch

from benchmarks import quality
from benchmarks.identifying import WITHOUT, measures, read_descriptor
from benchmarks.quality import NO_STYLE, SHOWN
from pipeline.metrics import style_share
from pipeline.nets.vgg import Perceptual
from pipeline.runtime.models import LoadedFeatures
from pipeline.types import WeightUse
from tests.onnx_files import write_flattening
from tests.test_paint import PlainModels, photo_of

pytestmark = pytest.mark.usefixtures("small_strokes")

FACES = ["N", 3, 112, 112]
MEASURES = "class FaceNet:\n    def identity(self, photo, picture):\n        return 0.25\n"


class Models(PlainModels):
    """Plain networks, one that paints a photo upside down, and one that compares pictures."""

    @staticmethod
    def painter(batch):
        return batch[:, :, ::-1].copy()

    def features(self, policy):
        torch.manual_seed(0)
        network = Perceptual((4, 5, 6, 7, 7), padding="reflect").requires_grad_(False)
        return LoadedFeatures(network, WeightUse("perceptual", "0" * 64), "cpu")


@pytest.fixture
def folder(tmp_path):
    """Return a folder with two photos."""
    photos = tmp_path / "photos"
    photos.mkdir()
    for name, pixels in (("one", photo_of().pixels), ("two", photo_of(180, 200).pixels[::-1])):
        cv2.imwrite(str(photos / f"{name}.png"), pixels)
    return photos


@pytest.fixture
def paintings(tmp_path):
    """Return a folder with eight pictures of noise."""
    folder, rng = tmp_path / "paintings", np.random.default_rng(0)
    folder.mkdir()
    for index in range(8):
        noise = rng.integers(0, 256, (64, 48, 3), np.uint8)
        cv2.imwrite(str(folder / f"{index}.png"), noise)
    return folder


@pytest.fixture
def measured(monkeypatch, capsys):
    """Run the command with networks that are plain arithmetic; return what it says."""

    def run(*arguments, models=Models):
        monkeypatch.setattr(style_share, "SHORT_PX", 64)
        monkeypatch.setattr(quality, "Models", models)
        monkeypatch.setattr(sys, "argv", ["quality", *map(str, arguments)])
        quality.main()
        return capsys.readouterr().out

    return run


def medians(said):
    return {
        m[1]: float(m[2]) for m in re.finditer(r"median ([a-z ]+) (\S+) over 2 portraits", said)
    }


def test_every_figure_is_measured_where_all_that_it_takes_is_given(
    folder, paintings, measured, tmp_path,
):  # fmt: skip
    descriptor, sheet = write_flattening(tmp_path / "face.onnx", FACES), tmp_path / "sheet.png"
    said = measured(
        folder, "--paintings", paintings, "--descriptor", descriptor, "--sheet", sheet,
    )  # fmt: skip
    assert [line.split()[0] for line in said.splitlines()[:2]] == ["one", "two"]
    found = medians(said)
    both = {
        name for each in ("identity", "likeness", "style") for name in (each, f"painted {each}")
    }
    assert found.keys() == {"seam", *both}
    assert found["painted likeness"] <= found["likeness"] <= 1
    assert found["painted identity"] < found["identity"] <= 1
    assert found["seam"] > 0
    assert "median seconds of paint" in said
    assert WITHOUT not in said
    assert NO_STYLE not in said
    assert cv2.imread(str(sheet)).shape == (SHOWN, 2 * 3 * SHOWN, 3)


def test_what_cannot_be_measured_is_left_out_and_said(folder, measured):
    said = measured(folder)
    assert WITHOUT in said
    assert NO_STYLE in said
    assert medians(said).keys() == {"seam", "likeness", "painted likeness"}


def test_a_file_of_measures_takes_the_descriptors_place(folder, measured, tmp_path):
    (tmp_path / "measure.py").write_text(MEASURES)
    found = medians(measured(folder, "--measures", tmp_path / "measure.py"))
    assert found["identity"] == found["painted identity"] == 0.25


def test_a_folder_without_a_face_is_refused(folder, measured):
    with pytest.raises(SystemExit, match=r"one face were wanted; none of 2 is one"):
        measured(folder, models=lambda: Models(face=False))


def test_too_few_paintings_are_named(folder, paintings, measured):
    (paintings / "0.png").unlink()
    with pytest.raises(ValueError, match=r"paintings: 8 paintings or more were wanted, not 7"):
        measured(folder, "--paintings", paintings)


def test_a_descriptor_is_read_and_run(tmp_path):
    network = read_descriptor(write_flattening(tmp_path / "face.onnx", FACES))
    batch = np.random.default_rng(0).random((1, 3, 112, 112), np.float32)
    np.testing.assert_array_equal(network(batch), batch.reshape(1, -1))


def test_what_is_no_descriptor_is_refused_with_what_was_wanted(tmp_path):
    other = write_flattening(tmp_path / "other.onnx", [1, 3, 32, 32])
    with pytest.raises(ValueError, match=r"other\.onnx.*\(1, 3, 112, 112\).*\[1,3,32,32\]"):
        read_descriptor(other)
    (tmp_path / "torn.onnx").write_bytes(b"no network")
    with pytest.raises(ValueError, match=r"torn\.onnx: .*OpenVINO does not take it"):
        read_descriptor(tmp_path / "torn.onnx")
    with pytest.raises(FileNotFoundError, match=r"gone\.onnx: .*no such file"):
        read_descriptor(tmp_path / "gone.onnx")


def test_measures_that_are_not_there_are_named(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"gone\.py: a Python file"):
        measures(tmp_path / "gone.py")
