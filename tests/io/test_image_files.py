"""Reading pictures: kinds, colors, orientation, memory; what is refused."""

import io
import struct
import tracemalloc
import warnings
import zlib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from PIL import Image, ImageCms, ImageOps

from pipeline.io import image_files as files
from pipeline.io.decode import as_stored
from pipeline.io.image_files import MAX_PIXELS, read_photo
from pipeline.types import PhotoError
from tests.pictures import gradient, saved

EXIF = Path(__file__).resolve().parents[3] / "shared" / "data" / "exif"
ORIENTATION = 0x0112


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def raw_png(width, height, depth, color, rows, *extra):
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, color, 0, 0, 0))
    pixels = chunk(b"IDAT", zlib.compress(b"".join(b"\0" + row.tobytes() for row in rows)))
    return b"\x89PNG\r\n\x1a\n" + header + b"".join(extra) + pixels + chunk(b"IEND", b"")


# Bad input


def bad_files():
    photo = Image.fromarray(np.random.default_rng(0).integers(0, 256, (64, 64, 3), np.uint8))
    yield "text", b"hello, this is not a picture", "not a picture"
    yield "zero bytes", b"", "empty"
    yield (
        "a postscript program",
        b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 100 100\n",
        "not a picture",
    )
    yield "HEIC header only", b"\0\0\0\x18ftypheic" + b"\0" * 40, "picture"
    yield "1 x 1", saved(photo.resize((1, 1))), "at least 16 px"
    yield "20,000 x 10", saved(Image.new("RGB", (20_000, 10))), "at least 16 px"
    yield "20,000 x 100", saved(Image.new("RGB", (20_000, 100))), "at most 20 times"
    yield (
        "240 megapixels",
        raw_png(20_000, 12_000, 1, 0, []),
        "at most 220 megapixels, found 20000 x 12000 = 240.0",
    )
    yield "a bomb of 10 gigapixels", raw_png(100_000, 100_000, 8, 2, []), "at most 220 megapixels"
    yield "32-bit numbers", saved(Image.fromarray(np.zeros((20, 20), np.float32)), "TIFF"), "32-bit"
    for kind in ("PNG", "JPEG", "WEBP", "GIF", "TIFF", "BMP", "AVIF"):
        data = saved(photo, kind)
        yield f"half a {kind}", data[: len(data) // 2], "damaged|not a picture"
        yield f"the first bytes of a {kind}", data[:16], "damaged|not a picture"


@pytest.mark.parametrize(
    ("data", "sentence"),
    [pytest.param(data, sentence, id=name) for name, data, sentence in bad_files()],
)
def test_a_bad_picture_is_refused_in_one_sentence(data, sentence, tmp_path):
    path = tmp_path / "photo.dat"
    path.write_bytes(data)
    for source in (data, path):
        with pytest.raises(PhotoError, match=sentence) as caught:
            read_photo(source)
        assert "\n" not in str(caught.value)


def test_a_missing_file_and_a_folder_are_refused(tmp_path):
    with pytest.raises(PhotoError, match="no such file"):
        read_photo(tmp_path / "absent.png")
    with pytest.raises(PhotoError, match="folder"):
        read_photo(tmp_path)


def test_a_bomb_is_refused_before_its_pixels_are_decoded(monkeypatch):
    data = raw_png(20_000, 12_000, 1, 0, [])
    monkeypatch.setattr(Image.Image, "load", lambda self: pytest.fail("decoded"))
    with warnings.catch_warnings(record=True), pytest.raises(PhotoError, match="220 megapixels"):
        read_photo(data)


def test_a_picture_of_just_the_limit_is_not_too_large():
    files._check_size(MAX_PIXELS // 5000, 5000)
    with pytest.raises(PhotoError):
        files._check_size(MAX_PIXELS // 5000 + 1, 5000)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "GIF", "TIFF", "BMP"])
@settings(max_examples=40)
@given(data=st.data())
def test_any_broken_byte_gives_a_photo_or_a_sentence(kind, data):
    content = bytearray(saved(Image.fromarray(gradient()), kind))
    for at, value in data.draw(
        st.lists(
            st.tuples(st.integers(0, len(content) - 1), st.integers(0, 255)), min_size=1, max_size=8
        )
    ):
        content[at] = value
    try:
        photo = read_photo(bytes(content))
    except PhotoError:
        return
    assert photo.pixels.dtype == np.uint8
    assert photo.pixels.shape[2] == 3


# Kinds of pictures


@pytest.mark.parametrize(
    ("kind", "options"),
    [("PNG", {}), ("TIFF", {}), ("BMP", {}), ("WEBP", {"lossless": True}), ("PPM", {})],
)
@pytest.mark.parametrize("size", [(16, 16), (17, 31), (131, 257), (300, 19)])
def test_lossless_pictures_keep_every_pixel_and_odd_sizes(kind, options, size):
    pixels = gradient(*size)
    photo = read_photo(saved(Image.fromarray(pixels), kind, **options))
    np.testing.assert_array_equal(photo.pixels, pixels)
    assert photo.alpha is None
    assert photo.notes == ()
    assert photo.pixels.flags.c_contiguous


@pytest.mark.parametrize("kind", ["JPEG", "AVIF", "WEBP", "JPEG2000"])
def test_lossy_pictures_look_the_same(kind):
    pixels = gradient()
    assert (
        np.abs(
            read_photo(saved(Image.fromarray(pixels), kind, quality=95)).pixels.astype(int) - pixels
        ).mean()
        < 4
    )


def test_heic_is_read_upright():
    pillow_heif = pytest.importorskip("pillow_heif")
    pixels = gradient(48, 64)
    file = io.BytesIO()
    try:
        pillow_heif.from_pillow(Image.fromarray(pixels)).save(file, quality=95)
    except (RuntimeError, OSError) as error:
        pytest.skip(f"this build cannot write HEIC: {error}")
    photo = read_photo(file.getvalue())
    assert photo.pixels.shape == pixels.shape
    assert np.abs(photo.pixels.astype(int) - pixels).mean() < 6


def test_the_first_frame_of_an_animation_is_used_and_said():
    first, second = Image.fromarray(gradient()), Image.new("RGB", (60, 40), "red")
    for kind, options in (("GIF", {}), ("WEBP", {"lossless": True}), ("PNG", {})):
        photo = read_photo(
            saved(first, kind, save_all=True, append_images=[second, second.rotate(5)], **options)
        )
        assert photo.notes == ("Only the first of its 3 frames is used.",)
        assert np.abs(photo.pixels.astype(int) - gradient()).mean() < 8  # a GIF has 256 colors


def test_gray_gives_three_equal_channels():
    gray = gradient()[..., 0]
    np.testing.assert_array_equal(
        read_photo(saved(Image.fromarray(gray))).pixels, np.stack([gray] * 3, -1)
    )


def test_black_and_white_becomes_0_and_255():
    dots = np.indices((20, 20)).sum(0) % 2 == 0
    np.testing.assert_array_equal(
        read_photo(saved(Image.fromarray(dots))).pixels[..., 1], dots * 255
    )


@pytest.mark.parametrize("mode", ["RGBA", "LA", "PA"])
def test_alpha_is_kept(mode):
    alpha = gradient()[..., 1]
    image = Image.fromarray(gradient()[..., 0] if mode == "LA" else gradient())
    image.putalpha(Image.fromarray(alpha))
    photo = read_photo(saved(image, "TIFF" if mode == "PA" else "PNG"))
    np.testing.assert_array_equal(photo.alpha, alpha)
    np.testing.assert_array_equal(photo.pixels[..., 0], gradient()[..., 0])


def test_alpha_that_hides_nothing_is_dropped():
    assert read_photo(saved(Image.fromarray(gradient()).convert("RGBA"))).alpha is None


def test_a_palette_keeps_its_colors_and_its_transparency():
    image = Image.fromarray(np.repeat(np.arange(20, dtype=np.uint8)[None] % 3, 20, 0))
    image.putpalette([255, 0, 0, 0, 255, 0, 0, 0, 255])
    photo = read_photo(saved(image, transparency=1))
    np.testing.assert_array_equal(photo.pixels[0, :3], [[255, 0, 0], [0, 255, 0], [0, 0, 255]])
    np.testing.assert_array_equal(photo.alpha[0, :3], [255, 0, 255])
    assert read_photo(saved(image)).alpha is None


def test_a_transparent_color_becomes_alpha():
    pixels = gradient()
    photo = read_photo(
        saved(Image.fromarray(pixels), transparency=tuple(int(v) for v in pixels[5, 7]))
    )
    assert photo.alpha[5, 7] == 0
    assert photo.alpha.mean() > 250


@pytest.mark.parametrize("kind", ["PNG", "TIFF", "PPM"])
def test_sixteen_bit_gray_is_scaled_not_clipped(kind):
    deep = np.linspace(0, 65535, 40 * 60).reshape(40, 60).round().astype(np.uint16)
    photo = read_photo(saved(Image.fromarray(deep), kind))
    np.testing.assert_array_equal(photo.pixels[..., 0], (deep / 257).round())
    assert any("8 bits" in note for note in photo.notes)


@pytest.mark.parametrize(("channels", "color"), [(3, 2), (4, 6), (2, 4)])
def test_sixteen_bit_color_is_scaled(channels, color):
    deep = np.random.default_rng(1).integers(0, 65536, (20, 24, channels)).astype(">u2")
    photo = read_photo(raw_png(24, 20, 16, color, deep))
    assert np.abs(photo.pixels[..., 0].astype(float) - deep[..., 0] / 257).max() <= 1
    assert (photo.alpha is not None) == (channels in (2, 4))
    if photo.alpha is not None:
        assert np.abs(photo.alpha.astype(float) - deep[..., -1] / 257).max() <= 1


def test_a_sixteen_bit_color_key_hides_gray_and_does_not_spoil_color():
    gray = np.full((20, 24), 5000, ">u2")
    gray[3, 4] = 700
    photo = read_photo(raw_png(24, 20, 16, 0, gray, chunk(b"tRNS", struct.pack(">H", 700))))
    assert (photo.alpha == 0).sum() == 1
    color = np.full((20, 24, 3), 20, ">u2")
    assert (
        read_photo(
            raw_png(24, 20, 16, 2, color, chunk(b"tRNS", struct.pack(">HHH", 0, 0, 0)))
        ).alpha
        is None
    )


def test_a_sixteen_bit_tiff_with_white_as_zero_is_not_a_negative():
    deep = np.full((20, 20), 65535, np.uint16)
    data = saved(Image.fromarray(deep), "TIFF", tiffinfo={262: 0})
    assert Image.open(io.BytesIO(data)).tag_v2[262] == 0
    assert read_photo(data).pixels.max() == 0


@pytest.mark.parametrize("order", ["<", ">"])
def test_a_sixteen_bit_tiff_of_one_channel_after_the_other_is_no_noise(order):
    deep = np.random.default_rng(1).integers(0, 65536, (20, 24, 3)).astype(f"{order}u2")
    photo = read_photo(planar_tiff(deep, order))
    assert np.abs(photo.pixels - deep / 257).max() <= 1
    assert any("8 bits" in note for note in photo.notes)


def planar_tiff(deep, order):
    """Write 16-bit colors as an uncompressed TIFF that has one channel after the other."""
    height, width, count = deep.shape
    size, body = width * height * 2, deep.transpose(2, 0, 1).tobytes()
    known = {256: width, 257: height, 259: 1, 262: 2, 277: count, 278: height, 284: 2}
    head = len(body) + 8
    lists = head + 2 + 12 * 10 + 4
    starts = struct.pack(f"{order}{count}I", *(8 + size * i for i in range(count)))
    sizes, bits = struct.pack(f"{order}{count}I", *[size] * count), [16] * count
    entries = {tag: struct.pack(f"{order}HHIHH", tag, 3, 1, v, 0) for tag, v in known.items()}
    entries |= {
        tag: struct.pack(f"{order}HHII", tag, kind, count, lists + at)
        for tag, kind, at in ((273, 4, 0), (279, 4, len(starts)), (258, 3, 2 * len(starts)))
    }
    begin = {"<": b"II*\0", ">": b"MM\0*"}[order] + struct.pack(f"{order}I", head)
    listed = b"".join(entries[tag] for tag in sorted(entries)) + bytes(4)
    end = starts + sizes + struct.pack(f"{order}{count}H", *bits)
    return begin + body + struct.pack(f"{order}H", len(entries)) + listed + end


def test_cmyk_without_a_profile_is_read_and_said():
    photo = read_photo(saved(Image.new("CMYK", (20, 20), (0, 255, 255, 0)), "TIFF"))
    assert photo.pixels[0, 0].tolist() == [255, 0, 0]
    assert any("CMYK" in note for note in photo.notes)


def test_a_cmyk_jpeg_is_not_a_negative():
    photo = read_photo(saved(Image.new("CMYK", (32, 32), (0, 0, 0, 0)), "JPEG"))
    assert photo.pixels.min() > 250


def test_lab_is_read():
    lab = ImageCms.profileToProfile(
        Image.new("RGB", (20, 20), (200, 30, 40)),
        ImageCms.createProfile("sRGB"),
        ImageCms.createProfile("LAB"),
        outputMode="LAB",
    )
    assert (
        np.abs(read_photo(saved(lab, "TIFF")).pixels[0, 0].astype(int) - [200, 30, 40]).max() <= 4
    )


# Color profiles


def matrix_profile(swap=False):
    """An sRGB profile, or one whose red and green primaries are swapped."""
    data = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    if swap:
        red, green = data.index(b"rXYZ"), data.index(b"gXYZ")
        data[red : red + 4], data[green : green + 4] = b"gXYZ", b"rXYZ"
        for old, new in (
            (b"sRGB built-in", b"made up space"),
            ("sRGB built-in".encode("utf-16-be"), "made up space".encode("utf-16-be")),
        ):
            data = bytearray(bytes(data).replace(old, new))
    return bytes(data)


def test_an_srgb_profile_changes_nothing():
    photo = read_photo(saved(Image.fromarray(gradient()), icc_profile=matrix_profile()))
    np.testing.assert_array_equal(photo.pixels, gradient())
    assert photo.notes == ()


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "P"])
def test_another_profile_is_converted_to_srgb_and_said(mode):
    image = Image.new("RGB", (20, 20), (255, 0, 0)).convert(mode)
    photo = read_photo(saved(image, icc_profile=matrix_profile(swap=True)))
    assert np.abs(photo.pixels[0, 0].astype(int) - [0, 255, 0]).max() <= 3
    assert any("made up space to sRGB" in note for note in photo.notes)


@pytest.mark.parametrize(
    "broken",
    [b"not a profile", matrix_profile()[:200], b"\0" * 500],
    ids=["text", "cut off", "zeros"],
)
def test_a_broken_profile_is_said_and_ignored(broken):
    photo = read_photo(saved(Image.fromarray(gradient()), icc_profile=broken))
    np.testing.assert_array_equal(photo.pixels, gradient())
    assert photo.notes == ("Its color profile is broken and was ignored.",)


def test_gray_with_an_rgb_profile_and_cmyk_with_a_wrong_one_are_read():
    gray = gradient()[..., 0]
    np.testing.assert_array_equal(
        read_photo(saved(Image.fromarray(gray), icc_profile=matrix_profile())).pixels[..., 2], gray
    )
    inks = Image.new("CMYK", (20, 20), (0, 255, 255, 0))
    photo = read_photo(saved(inks, "TIFF", icc_profile=matrix_profile()))
    assert photo.pixels[0, 0].tolist() == [255, 0, 0]
    assert "Its color profile is broken and was ignored." in photo.notes


# Orientation


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("kind", ["PNG", "TIFF", "JPEG", "WEBP", "AVIF"])
def test_every_orientation_is_set_upright_as_pillow_does_it(orientation, kind):
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    data = saved(Image.fromarray(gradient(34, 50)), kind, exif=exif)
    expected = ImageOps.exif_transpose(Image.open(io.BytesIO(data))).convert("RGB")
    np.testing.assert_array_equal(read_photo(data).pixels, np.asarray(expected))


@given(
    pixels=arrays(np.uint8, st.tuples(st.integers(1, 5), st.integers(1, 5), st.just(3))),
    orientation=st.integers(1, 8),
)
def test_writing_into_the_stored_view_turns_the_picture(pixels, orientation):
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    image = Image.fromarray(pixels)
    image.info["exif"] = exif.tobytes()
    np.testing.assert_array_equal(
        as_stored(np.asarray(ImageOps.exif_transpose(image)), orientation), pixels
    )


def test_alpha_is_turned_with_its_picture():
    exif = Image.Exif()
    exif[ORIENTATION] = 6
    image = Image.fromarray(gradient())
    image.putalpha(Image.fromarray(gradient()[..., 0]))
    photo = read_photo(saved(image, exif=exif))
    np.testing.assert_array_equal(photo.alpha, photo.pixels[..., 0])
    assert photo.alpha.shape == (60, 40)


@pytest.mark.parametrize(
    "exif",
    [
        b"Exif\0\0garbage",
        b"Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x63\0\0",
        b"\xff" * 64,
    ],
)
def test_exif_that_makes_no_sense_is_passed_over(exif):
    np.testing.assert_array_equal(
        read_photo(saved(Image.fromarray(gradient()), exif=exif)).pixels, gradient()
    )


@pytest.mark.skipif(not EXIF.is_dir(), reason=f"needs the photos of all orientations in {EXIF}")
@pytest.mark.parametrize("subject", ["Landscape", "Portrait"])
def test_photos_of_all_orientations_come_out_the_same(subject):
    upright = read_photo(EXIF / f"{subject}_1.jpg").pixels
    assert (upright.shape[1] > upright.shape[0]) == (subject == "Landscape")
    small = np.asarray(Image.fromarray(upright).resize((60, 60))).astype(int)
    for orientation in range(9):
        pixels = read_photo(EXIF / f"{subject}_{orientation}.jpg").pixels
        assert pixels.shape == upright.shape
        assert (
            np.abs(np.asarray(Image.fromarray(pixels).resize((60, 60))).astype(int) - small).mean()
            < 3
        ), orientation


# Memory


def test_a_big_photo_is_held_once_as_pixels():
    data = saved(Image.fromarray(gradient(1500, 2000)), "JPEG")
    read_photo(data)
    tracemalloc.start()
    photo = read_photo(data)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 1.5 * photo.pixels.nbytes  # Pillow's own copy is not traced
