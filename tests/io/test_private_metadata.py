"""Where, when and by whom a photo was taken is written into no file that is made of it."""

import io
import json

import numpy as np
import pytest
from PIL import Image
from PIL.ExifTags import IFD

from pipeline.io.encode import WRITTEN, encode_png, write_picture
from pipeline.io.image_files import read_photo
from pipeline.settings import Settings
from pipeline.steps.cache import StageCache
from pipeline.types import WeightUse
from tests.private_photo import MARKS, PRIVATE, private_jpeg
from ui.album import copy_of
from ui.previews import write_preview
from ui.sessions import Sessions


@pytest.fixture(scope="module")
def given():
    return private_jpeg()


@pytest.fixture
def photo(given):
    return read_photo(given, name="holiday")


def found_in(data):
    return [word for word in (*PRIVATE, *MARKS) if word in data]


def check_plain(data):
    picture = Image.open(io.BytesIO(data))
    assert found_in(data) == []
    assert not dict(picture.getexif())
    assert not picture.getexif().get_ifd(IFD.GPSInfo)
    assert {*picture.info} <= {
        "dpi", "jfif", "jfif_version", "jfif_unit", "jfif_density", "portrait-settings",
        "compression", "loop", "background", "timestamp", "duration",
    }  # fmt: skip


def test_the_photo_carries_what_must_not_be_written(given):
    assert set(found_in(given)) >= {b"Secretcam", b"WGS-84", b"Hidden Street", b"Photoshop 3.0"}
    assert Image.open(io.BytesIO(given)).getexif().get_ifd(IFD.GPSInfo)


@pytest.mark.parametrize("suffix", sorted({*WRITTEN} - {".tif", ".tiff"}))
def test_no_file_carries_it(photo, tmp_path, suffix):
    path = tmp_path / f"painted{suffix}"
    uses = (WeightUse("stand-in", "0" * 64),)
    write_picture(path, photo.pixels, settings=Settings(), weights=uses)
    check_plain(path.read_bytes())


@pytest.mark.parametrize("suffix", [".tif", ".tiff"])
def test_nor_does_a_tiff_which_has_its_size_as_tags(photo, tmp_path, suffix):
    path = tmp_path / f"painted{suffix}"
    write_picture(path, photo.pixels)
    assert found_in(path.read_bytes()) == []
    assert not Image.open(path).getexif().get_ifd(IFD.GPSInfo)


def test_the_download_carries_settings_and_weights_alone(photo):
    data = encode_png(photo.pixels, settings=Settings())
    check_plain(data)
    text = json.loads(Image.open(io.BytesIO(data)).info["portrait-settings"])
    assert {*text} == {"version", "settings", "weights"}


def test_nor_do_previews_and_what_the_browser_keeps(photo, tmp_path, monkeypatch):
    monkeypatch.setenv("GRADIO_TEMP_DIR", str(tmp_path))
    check_plain(write_preview(tmp_path / "seen.jpg", photo.pixels).read_bytes())
    alpha = np.full(photo.size, 128, np.uint8)
    check_plain(write_preview(tmp_path / "seen.webp", photo.pixels, alpha).read_bytes())
    _, copy = copy_of(Sessions(StageCache()).of("anna"), tmp_path / "holiday.jpg", photo)
    check_plain(copy.read_bytes())
