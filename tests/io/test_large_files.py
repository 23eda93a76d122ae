"""Pictures too large to be read whole: they are read at half their sides, in bounded memory."""

import io
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageOps

from pipeline.io import image_files as files
from pipeline.io.image_files import MAX_PIXELS, WHOLE_PIXELS, read_photo
from pipeline.io.room import Room
from pipeline.types import PhotoError
from tests.io.test_image_files import ORIENTATION, matrix_profile, raw_png
from tests.pictures import gradient, saved

ROOT = Path(__file__).parents[2]
SAMSUNG = (16_320, 12_240)  # px, 200 megapixels


@pytest.fixture
def small_limit(monkeypatch):
    """Take every picture of more than 1,000 pixels for a large one."""
    monkeypatch.setattr(files, "WHOLE_PIXELS", 1_000)


def smooth(height=160, width=240):
    small = Image.fromarray(gradient(8, 12))
    return np.asarray(small.resize((width, height), Image.Resampling.BICUBIC))


def halved(pixels):
    return np.asarray(Image.fromarray(pixels).reduce(2)).astype(int)


def apart(one, other):
    return np.abs(one.astype(int) - other.astype(int)).mean()


# Which sizes are read


def test_a_photo_of_200_megapixels_is_not_refused():
    for kind in ("JPEG", "MPO", "PNG"):
        files._check_size(*SAMSUNG, kind)
    assert SAMSUNG[0] * SAMSUNG[1] / 4 < WHOLE_PIXELS


def test_beyond_220_megapixels_a_photo_is_refused_before_its_pixels_are_decoded():
    said = r"at most 220 megapixels, found 20000 x 12000 = 240.0; make it smaller"
    with pytest.raises(PhotoError, match=said):
        read_photo(raw_png(20_000, 12_000, 8, 2, []))


@pytest.mark.parametrize("kind", ["progressive JPEG", "HEIF", "TIFF", "AVIF", "WEBP"])
def test_a_kind_whose_decoder_needs_more_memory_is_refused_earlier_and_told_what_to_do(kind):
    files._check_size(8_000, 6_250, kind)
    said = rf"at most \d+ megapixels in a {kind} file, found 16000 x 10000 = 160.0; .* plain JPEG"
    with pytest.raises(PhotoError, match=said):
        files._check_size(16_000, 10_000, kind)


def test_a_jpeg_is_known_to_be_progressive():
    for progressive in (False, True):
        data = saved(Image.fromarray(smooth()), "JPEG", progressive=progressive)
        kind = files._kind_of(Image.open(io.BytesIO(data)))
        assert kind == ("progressive JPEG" if progressive else "JPEG")


@pytest.mark.parametrize("kind", [*files._READ, *files._HELD, "MPO"])
def test_a_large_picture_of_any_kind_is_read_within_the_memory_that_there_is(kind):
    assert WHOLE_PIXELS <= files.largest(kind) <= MAX_PIXELS
    if files.largest(kind) > WHOLE_PIXELS:
        assert files._needed(files.largest(kind), kind) <= files.ROOM_BYTES


# What they become


def test_a_photo_up_to_the_limit_is_read_whole(monkeypatch):
    monkeypatch.setattr(files, "WHOLE_PIXELS", 40 * 60)
    photo = read_photo(saved(Image.fromarray(gradient())))
    np.testing.assert_array_equal(photo.pixels, gradient())
    assert photo.notes == ()


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "TIFF", "BMP", "WEBP", "AVIF", "PPM", "JPEG2000"])
@pytest.mark.parametrize("size", [(160, 240), (161, 241)])
def test_a_large_photo_is_read_at_half_its_sides(small_limit, kind, size):
    pixels = smooth(*size)
    photo = read_photo(saved(Image.fromarray(pixels), kind, quality=95))
    assert photo.pixels.shape == (80 + size[0] % 2, 120 + size[1] % 2, 3)
    assert apart(photo.pixels, halved(pixels)) < 4
    assert photo.pixels.flags.c_contiguous


def test_a_large_photo_says_at_what_size_it_is_painted(monkeypatch):
    (said,) = files._say_reduced(12_000 * 9_000, 6_000 * 4_500)
    assert said == "It has 108 megapixels; it is painted at 27."
    (said,) = files._say_reduced(50_100_000, 12_525_000)
    assert said == "It has 50.1 megapixels; it is painted at 12.5."
    monkeypatch.setattr(files, "WHOLE_PIXELS", 1_000)
    assert "it is painted at" in read_photo(saved(Image.fromarray(gradient()))).notes[0]


def test_a_large_jpeg_is_never_decoded_whole(small_limit, monkeypatch):
    data, sizes, load = saved(Image.fromarray(smooth()), "JPEG"), [], Image.Image.load
    monkeypatch.setattr(Image.Image, "load", lambda self: sizes.append(self.size) or load(self))
    read_photo(data)
    assert max(sizes) == (120, 80)


def test_a_large_jpeg_with_a_second_picture_behind_it_is_read():
    first, second = Image.fromarray(smooth()), Image.fromarray(smooth(80, 120))
    data = saved(first, "MPO", save_all=True, append_images=[second], quality=95)
    assert Image.open(io.BytesIO(data)).format == "MPO"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(files, "WHOLE_PIXELS", 1_000)
        assert apart(read_photo(data).pixels, halved(smooth())) < 4


def test_a_large_heic_is_read_at_half_its_sides(small_limit):
    pillow_heif = pytest.importorskip("pillow_heif")
    file = io.BytesIO()
    try:
        pillow_heif.from_pillow(Image.fromarray(smooth())).save(file, quality=95)
    except (RuntimeError, OSError) as error:
        pytest.skip(f"this build cannot write HEIC: {error}")
    assert apart(read_photo(file.getvalue()).pixels, halved(smooth())) < 6


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("kind", ["PNG", "TIFF", "JPEG"])
def test_a_large_photo_is_set_upright(small_limit, orientation, kind):
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    data = saved(Image.fromarray(smooth()), kind, exif=exif)
    upright = np.asarray(ImageOps.exif_transpose(Image.open(io.BytesIO(data))).convert("RGB"))
    photo = read_photo(data)
    assert photo.pixels.shape == halved(upright).shape
    assert apart(photo.pixels, halved(upright)) < 2


@pytest.mark.parametrize("mode", ["RGBA", "LA"])
def test_what_is_transparent_does_not_tint_what_is_not(small_limit, mode):
    image = Image.new("RGB", (60, 60), "white").convert(mode)
    pixels = np.array(image)
    pixels[:, ::2] = 0  # every other column is black and cannot be seen
    photo = read_photo(saved(Image.fromarray(pixels, mode)))
    assert (photo.pixels == 255).all()
    assert np.abs(photo.alpha.astype(int) - 128).max() <= 1
    assert photo.alpha.shape == (30, 30)


def test_a_large_palette_mixes_its_colors_and_not_its_numbers(small_limit):
    image = Image.fromarray((np.indices((40, 40)).sum(0) % 2 * 2).astype(np.uint8))  # 0 and 2
    image.putpalette([255, 0, 0, 0, 255, 0, 0, 0, 255])
    assert np.abs(read_photo(saved(image)).pixels.astype(int) - [128, 0, 128]).max() <= 1
    clear = read_photo(saved(image, transparency=0))
    assert (clear.pixels == [0, 0, 255]).all()
    assert np.abs(clear.alpha.astype(int) - 128).max() <= 1


def test_large_black_and_white_dots_become_gray(small_limit):
    dots = np.indices((40, 40)).sum(0) % 2 == 0
    assert np.abs(read_photo(saved(Image.fromarray(dots))).pixels.astype(int) - 128).max() <= 1


@pytest.mark.parametrize("kind", ["PNG", "TIFF"])
def test_large_sixteen_bit_gray_is_scaled_not_clipped(small_limit, kind):
    deep = np.linspace(0, 65535, 40 * 60).reshape(40, 60).round().astype(np.uint16)
    photo = read_photo(saved(Image.fromarray(deep), kind))
    expected = (deep / 257).reshape(20, 2, 30, 2).mean((1, 3))
    assert np.abs(photo.pixels[..., 0] - expected).max() <= 1
    assert any("8 bits" in note for note in photo.notes)


def test_large_sixteen_bit_color_is_scaled(small_limit):
    deep = np.random.default_rng(1).integers(0, 65536, (40, 60, 3)).astype(">u2")
    photo = read_photo(raw_png(60, 40, 16, 2, deep))
    assert np.abs(photo.pixels - (deep / 257).reshape(20, 2, 30, 2, 3).mean((1, 3))).max() <= 2


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "TIFF"])
def test_the_colors_of_a_large_photo_follow_its_profile(small_limit, kind):
    red = Image.new("RGB", (60, 40), (255, 0, 0))
    photo = read_photo(saved(red, kind, icc_profile=matrix_profile(swap=True)))
    assert np.abs(photo.pixels.astype(int) - [0, 255, 0]).max() <= 3
    assert any("made up space to sRGB" in note for note in photo.notes)


def test_a_large_picture_in_lab_is_mixed_around_gray(small_limit):
    lab = np.zeros((40, 40, 3), np.int8)
    lab[..., 0], lab[:, ::2, 1], lab[:, 1::2, 1] = 100, 20, -20  # as much red as green: gray
    photo = read_photo(saved(Image.fromarray(lab.view(np.uint8), "LAB"), "TIFF"))
    assert photo.pixels.std((0, 1)).max() < 1
    assert np.ptp(photo.pixels[0, 0].astype(int)) <= 3


def test_half_a_large_jpeg_is_damaged(small_limit):
    noise = np.random.default_rng(0).integers(0, 256, (160, 240, 3), np.uint8)
    data = saved(Image.fromarray(noise), "JPEG")
    with pytest.raises(PhotoError, match="damaged or cut off"):
        read_photo(data[: len(data) // 2])


# Memory


def test_a_large_jpeg_takes_less_memory_than_its_pixels_would(tmp_path):
    path = tmp_path / "large.jpg"
    Image.new("RGB", (6_000, 4_000), "teal").save(path)
    code = (
        "import sys; from pathlib import Path; from pipeline.io import image_files as io\n"
        "from benchmarks.meter import peak_megabytes\n"
        "io.WHOLE_PIXELS = int(sys.argv[2]); start = peak_megabytes()\n"
        "photo = io.read_photo(Path(sys.argv[1]))\n"
        "print(photo.pixels.shape[0], peak_megabytes() - start)"
    )
    taken = {}
    for limit, rows in ((12_000_000, 2_000), (24_000_000, 4_000)):
        command = [sys.executable, "-c", code, str(path), str(limit)]
        run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
        found, taken[rows] = map(float, run.stdout.split())
        assert found == rows
    assert taken[2_000] < 24 * 3 < 24 * 7 < taken[4_000]  # bytes a pixel, in MB


def test_who_needs_more_memory_than_is_free_waits_until_it_is():
    room, inside = Room(100), threading.Event()

    def work():
        with room.taken(60):
            inside.set()

    with room.taken(50), room.taken(50):
        threading.Thread(target=work, daemon=True).start()
        assert not inside.wait(0.1)
    assert inside.wait(5)


def test_memory_is_given_back_when_a_picture_is_damaged():
    room = Room(100)
    with pytest.raises(PhotoError), room.taken(100):
        raise PhotoError("damaged")
    with room.taken(1_000):  # all there is, where more is asked for
        pass
