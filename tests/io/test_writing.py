"""Writing pictures: metadata, formats, nothing overwritten and nothing left behind."""

import io
import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from pipeline.io.encode import encode_png, write_labels, write_picture
from pipeline.io.image_files import read_photo, read_settings
from pipeline.settings import Settings
from pipeline.types import PhotoError, WeightUse
from tests.pictures import gradient, saved

SETTINGS = st.builds(
    lambda **flat: Settings.from_flat(**flat),
    brush=st.floats(0.1, 3.0),
    restoration=st.floats(0, 1),
    feather=st.floats(0, 0.3),
    face_strength=st.floats(0, 1),
    keep=st.sampled_from(["face", "hair", "person"]),
    weights=st.sampled_from(["auto", "embedded", "full"]),
    paint=st.booleans(),
    restore=st.booleans(),
    keep_face=st.booleans(),
)


@settings(max_examples=40)
@given(chosen=SETTINGS)
def test_settings_survive_the_png(chosen):
    assert read_settings(
        encode_png(gradient(), settings=chosen, weights=(WeightUse("painter", "ab" * 32),))
    ) == (chosen, ())


@settings(max_examples=30)
@given(
    pixels=arrays(np.uint8, st.tuples(st.integers(16, 40), st.integers(16, 40), st.just(3))),
    seed=st.integers(0, 9),
)
def test_png_keeps_pixels_and_alpha_and_equal_input_gives_equal_bytes(pixels, seed):
    alpha = np.random.default_rng(seed).integers(0, 255, pixels.shape[:2]).astype(np.uint8)
    data = encode_png(pixels, alpha=alpha, settings=Settings())
    assert data == encode_png(pixels.copy(), alpha=alpha.copy(), settings=Settings())
    photo = read_photo(data)
    np.testing.assert_array_equal(photo.pixels, pixels)
    np.testing.assert_array_equal(photo.alpha, alpha)


def test_the_png_names_its_weights():
    text = Image.open(
        io.BytesIO(
            encode_png(gradient(), settings=Settings(), weights=(WeightUse("painter", "ab" * 32),))
        )
    ).text
    assert json.loads(text["portrait-settings"])["weights"] == {"painter": "ab" * 32}


def test_a_picture_of_before_may_say_a_count_with_a_point():
    info = PngInfo()
    info.add_text("portrait-settings", '{"settings": {"style_px": 640.0, "iterations": 20.0}}')
    found, _ = read_settings(saved(Image.fromarray(gradient()), pnginfo=info))
    assert found == Settings.from_flat(painter="network", style_px=640, iterations=20)
    assert isinstance(found.flat()["style_px"], int)


def test_pictures_without_settings_give_none(tmp_path):
    assert read_settings(encode_png(gradient())) == (None, ())
    assert read_settings(saved(Image.fromarray(gradient()), "JPEG")) == (None, ())
    with pytest.raises(PhotoError):
        read_settings(b"nothing")


def hostile_texts():
    yield "not JSON", "{", "damaged"
    yield "deep", "[" * 60_000, "damaged"
    yield "a list", "[1]", "another kind"
    yield "no settings", '{"settings": 3}', "another kind"
    yield "out of range", '{"settings": {"format": 2, "brush": 1000}}', "from 0.1 to 3"
    yield "not a number", '{"settings": {"brush": NaN}}', "from 0.1 to 3"
    yield "a later format", '{"settings": {"format": 3}}', "format 1 to 2, found 3"
    yield "no format", '{"settings": {"format": true}}', "format 1 to 2, found True"
    yield "a part of one", '{"settings": {"iterations": 12.5}}', "whole number from 0 to 2000"
    yield "unknown", '{"settings": {"rm": "-rf"}}', "no setting 'rm'"
    yield "a trap", '{"settings": {"cls": 1}}', "no setting 'cls'"
    yield "wrong kind", '{"settings": {"paint": "yes"}}', "on or off"
    yield "wrong choice", '{"settings": {"keep": ["face"]}}', "one of"
    yield "too long", '{"settings": {}}' + " " * 70_000, "at most"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [pytest.param(text, sentence, id=name) for name, text, sentence in hostile_texts()],
)
def test_settings_in_a_png_are_not_trusted(text, sentence):
    info = PngInfo()
    info.add_text("portrait-settings", text, zip=True)
    with pytest.raises(ValueError, match=sentence):
        read_settings(saved(Image.fromarray(gradient()), pnginfo=info))


@pytest.mark.parametrize("suffix", [".png", ".jpg", ".JPEG", ".webp", ".tif", ".tiff"])
def test_the_suffix_chooses_the_format(suffix, tmp_path):
    path = tmp_path / f"out{suffix}"
    assert write_picture(path, gradient()) == []
    photo = read_photo(path)
    assert np.abs(photo.pixels.astype(int) - gradient()).mean() < 3
    assert [f.name for f in tmp_path.iterdir()] == [path.name]


def test_an_unknown_suffix_is_refused_with_the_list(tmp_path):
    with pytest.raises(
        PhotoError, match=r"\.png, \.jpg, \.jpeg, \.webp, \.tif, \.tiff, found '.gif'"
    ):
        write_picture(tmp_path / "out.gif", gradient())


def test_nothing_is_overwritten_unless_told(tmp_path):
    path = tmp_path / "out.png"
    path.write_text("mine")
    with pytest.raises(FileExistsError, match="there already"):
        write_picture(path, gradient())
    assert path.read_text() == "mine"
    write_picture(path, gradient(), overwrite=True)
    np.testing.assert_array_equal(read_photo(path).pixels, gradient())


@pytest.mark.parametrize("overwrite", [True, False])
def test_a_failed_write_leaves_nothing_behind(tmp_path, monkeypatch, overwrite):
    def fail(self, file, *_, **__):
        file.write(b"half")
        raise KeyboardInterrupt

    monkeypatch.setattr(Image.Image, "save", fail)
    with pytest.raises(KeyboardInterrupt):
        write_picture(tmp_path / "out.png", gradient(), overwrite=overwrite)
    assert list(tmp_path.iterdir()) == []


def test_jpeg_flattens_alpha_over_white_and_says_so(tmp_path):
    alpha = np.zeros((40, 60), np.uint8)
    assert write_picture(tmp_path / "out.jpg", gradient(), alpha=alpha) == [
        "JPEG has no transparency: flattened over white."
    ]
    assert read_photo(tmp_path / "out.jpg").pixels.min() > 250


@pytest.mark.parametrize("suffix", [".png", ".webp", ".tiff"])
def test_other_formats_keep_alpha(suffix, tmp_path):
    alpha = gradient()[..., 1]
    assert write_picture(tmp_path / f"out{suffix}", gradient(), alpha=alpha) == []
    np.testing.assert_array_equal(read_photo(tmp_path / f"out{suffix}").alpha, alpha)


def test_a_side_the_format_cannot_hold_is_refused(tmp_path):
    with pytest.raises(PhotoError, match="WEBP holds at most 16383"):
        write_picture(tmp_path / "out.webp", np.zeros((20, 16_400, 3), np.uint8))


def test_labels_are_written_as_indices(tmp_path):
    labels = (np.indices((21, 33)).sum(0) % 9).astype(np.uint8)
    write_labels(tmp_path / "labels.png", labels)
    image = Image.open(tmp_path / "labels.png")
    assert image.mode == "P"
    np.testing.assert_array_equal(np.asarray(image), labels)
    assert len(np.unique(np.asarray(image.convert("RGB")).reshape(-1, 3), axis=0)) == 9
    with pytest.raises(PhotoError, match=r"\.png only"):
        write_labels(tmp_path / "labels.jpg", labels)
