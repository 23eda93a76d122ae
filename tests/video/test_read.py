"""Films are read as players show them."""

from fractions import Fraction

import av
import numpy as np
import pytest
from PIL import Image

from pipeline.types import FilmError
from pipeline.video.read import open_film, read_frames
from tests.pictures import saved
from tests.video.films import RATE, cornered, film_at, grays, sound_at

PATCHES = [(200, 40, 40), (40, 180, 60), (50, 60, 210), (220, 200, 60)]


def patches(size=(48, 64)):
    """Return a picture of four colors, side by side."""
    return np.repeat(np.repeat(np.uint8([PATCHES]), size[0], 0), size[1] // 4, 1)


def colors_of(pixels):
    h, w = pixels.shape[:2]
    return pixels[h // 2, w // 8 :: w // 4].astype(int)


def seen(path, *span):
    film = open_film(path)
    return film, list(read_frames(film, *span))


def corners(pixels):
    """Name the corners that are red."""
    places = {"upper left": (3, 3), "upper right": (3, -4), "lower left": (-4, 3)}
    places["lower right"] = (-4, -4)
    return [name for name, at in places.items() if np.ptp(pixels[at].astype(int)) > 100]


def test_a_film_says_its_rate_exactly_and_its_pictures_come_in_time(tmp_path):
    film, frames = seen(film_at(tmp_path / "in.mp4"))
    assert (film.rate, film.count, film.size) == (RATE, 8, (48, 64))
    assert film.seconds == pytest.approx(8 / RATE, abs=1e-6)
    assert (film.sound, film.notes) == (None, ())
    assert [frame.pts * film.time_base for frame in frames] == [i / RATE for i in range(8)]
    assert [frame.duration * film.time_base for frame in frames] == [1 / RATE] * 8
    for frame, picture in zip(frames, grays(), strict=True):
        assert np.abs(frame.pixels.astype(int) - picture).max() <= 2


@pytest.mark.parametrize("suffix", [".mp4", ".mkv", ".webm"])
def test_uneven_times_are_kept(tmp_path, suffix):
    times = [0, 40, 100, 101, 500, 900, 1100, 1103]
    vp9 = {"codec": "libvpx-vp9", "options": {"deadline": "realtime", "cpu-used": "8"}}
    path = film_at(
        tmp_path / f"in{suffix}", times=times, unit=Fraction(1, 1000), rate=25,
        **(vp9 if suffix == ".webm" else {}),
    )  # fmt: skip
    film, frames = seen(path)
    assert [frame.pts * film.time_base * 1000 for frame in frames] == times


@pytest.mark.parametrize(
    ("turned", "corner"), [(0, "upper left"), (90, "lower left"), (180, "lower right"),
                           (270, "upper right")]
)  # fmt: skip
def test_a_film_is_turned_counterclockwise_as_it_asks(tmp_path, turned, corner):
    film, frames = seen(film_at(tmp_path / "in.mp4", [cornered()] * 3, turned=turned))
    assert film.size == ((64, 48) if turned % 180 else (48, 64))
    assert frames[0].pixels.shape == (*film.size, 3)
    assert corners(frames[0].pixels) == [corner]


def test_a_film_is_turned_as_its_matrix_carries_its_corners(tmp_path):
    path = film_at(tmp_path / "in.mp4", [cornered()] * 3, turned=270)
    data = path.read_bytes()
    # A track's matrix follows its header's first 40 bytes, as a, b, u, c, d, v in 16.16.
    a, b, _, c, d, _ = np.frombuffer(data, ">i4", 6, data.index(b"tkhd") + 4 + 40) / 65536
    right, down = np.array([a, b]), np.array([c, d])  # where these go; y points down
    # Of the upper left corner: on the side away from where right and down go.
    x, y = -(right + down)
    corner = f"{'lower' if y > 0 else 'upper'} {'right' if x > 0 else 'left'}"
    assert corners(seen(path)[1][0].pixels) == [corner]


def test_pixels_become_square(tmp_path):
    film, frames = seen(film_at(tmp_path / "in.mp4", [cornered()] * 3, aspect=Fraction(2, 1)))
    assert film.size == (48, 128)
    assert frames[0].pixels.shape == (48, 128, 3)
    assert corners(frames[0].pixels) == ["upper left"]


def test_pixels_become_square_before_a_film_is_turned(tmp_path):
    path = film_at(tmp_path / "in.mp4", [cornered()] * 3, aspect=Fraction(2, 1), turned=90)
    assert open_film(path).size == (128, 48)


@pytest.mark.parametrize("limits", [1, 2], ids=["limited", "full"])
@pytest.mark.parametrize("matrix", [1, 5, 6], ids=["BT.709", "BT.470", "BT.601"])
def test_colors_are_what_they_were(tmp_path, matrix, limits):
    path = film_at(
        tmp_path / "in.mp4", [patches()] * 3, colors={"colorspace": matrix, "color_range": limits}
    )
    _, frames = seen(path)
    assert np.abs(colors_of(frames[0].pixels) - PATCHES).max() <= 6


@pytest.mark.parametrize(("size", "matrix"), [((48, 64), 5), ((64, 1280), 1)])
def test_colors_of_which_a_film_says_nothing_are_taken_as_players_take_them(tmp_path, size, matrix):
    path = tmp_path / "in.mkv"
    with av.open(str(path), "w") as file:
        stream = file.add_stream("ffv1", rate=25)
        stream.height, stream.width = size
        stream.pix_fmt = "yuv444p"
        frame = av.VideoFrame.from_ndarray(patches(size), format="rgb24").reformat(
            format="yuv444p", dst_colorspace=matrix, dst_color_range=1
        )
        planes = av.VideoFrame.from_ndarray(frame.to_ndarray(), format="yuv444p")
        file.mux(stream.encode(planes))
        file.mux(stream.encode())
    assert np.abs(colors_of(seen(path)[1][0].pixels) - PATCHES).max() <= 3


def moving(size=(21, 31), count=5):
    """Return pictures of a red square on its way, as Pillow's."""
    pictures = [Image.new("RGB", size[::-1], "navy") for _ in range(count)]
    for i, picture in enumerate(pictures):
        picture.paste("red", (4 * i, 2, 4 * i + 6, 12))
    return pictures


@pytest.mark.parametrize("kind", ["GIF", "WEBP"])
def test_animated_pictures_are_films_with_their_own_times(tmp_path, kind):
    path, lasting = tmp_path / f"in.{kind.lower()}", [100, 50, 200, 100, 100]
    first, *rest = moving()
    how = {"lossless": True} if kind == "WEBP" else {}
    path.write_bytes(saved(first, kind, save_all=True, append_images=rest, duration=lasting, **how))
    film, frames = seen(path)
    assert (film.size, film.count, film.seconds) == ((21, 31), 5, pytest.approx(0.55))
    assert film.rate == Fraction(100, 11)
    assert [frame.pts * film.time_base * 1000 for frame in frames] == [0, 100, 150, 350, 450]
    assert [frame.duration * film.time_base * 1000 for frame in frames] == lasting
    for frame, picture in zip(frames, moving(), strict=True):
        assert np.abs(frame.pixels.astype(int) - np.asarray(picture)).max() <= 2
    _, some = seen(path, 0.1, 0.35)
    assert [frame.pts * film.time_base * 1000 for frame in some] == [100, 150]


@pytest.mark.parametrize("kind", ["GIF", "WEBP"])
def test_what_is_transparent_is_white(tmp_path, kind):
    pictures = [Image.new("RGBA", (32, 24)) for _ in range(3)]
    for i, picture in enumerate(pictures):
        picture.paste((0, 0, 255, 128), (0, 12, 32, 16))  # else Pillow says that all is opaque
        picture.paste("red", (6 * i, 2, 6 * i + 6, 9))
    path, (first, *rest) = tmp_path / "in.any", pictures
    how = {"lossless": True} if kind == "WEBP" else {"disposal": 2}
    path.write_bytes(saved(first, kind, save_all=True, append_images=rest, duration=50, **how))
    _, frames = seen(path)
    assert all((frame.pixels[20, 20] == 255).all() for frame in frames)
    assert frames[1].pixels[5, 8, 1] < 40


def test_a_webm_is_read(tmp_path):
    path = film_at(
        tmp_path / "in.webm", codec="libvpx-vp9", options={"deadline": "realtime", "cpu-used": "8"}
    )
    film, frames = seen(path)
    assert (film.rate, film.count, len(frames)) == (RATE, None, 8)
    assert film.seconds == pytest.approx(8 / RATE, abs=0.01)


def test_ten_bits_a_color_become_eight_and_it_is_said(tmp_path):
    film, frames = seen(film_at(tmp_path / "in.mp4", pix_fmt="yuv420p10le"))
    assert film.notes == ("Its 10 bits a color or more become 8.",)
    assert np.abs(frames[3].pixels.astype(int) - grays()[3]).max() <= 2


@pytest.mark.parametrize(("transfer", "name"), [(16, "PQ"), (18, "HLG")])
def test_a_high_dynamic_range_is_toned_down(tmp_path, transfer, name):
    # BT.2408: a gray card is at 38 % of the signal; white paper at 58 % of PQ's, 75 % of HLG's.
    paper = 0.58 if name == "PQ" else 0.75
    signals = (0, 0.38, paper, 1)
    path = film_at(
        tmp_path / "in.mp4",
        [np.full((48, 64, 3), round(signal * 65535), np.uint16) for signal in signals],
        pix_fmt="yuv420p10le",
        colors={"color_primaries": 9, "color_trc": transfer, "colorspace": 9},
    )
    film, frames = seen(path)
    assert film.notes == (f"It has a high dynamic range ({name}), which is toned down.",)
    black, gray, white, brightest = (frame.pixels.astype(int) for frame in frames)
    assert black.max() <= 3
    assert 85 < gray.min() <= gray.max() < 135
    assert white.min() > 195
    assert brightest.min() >= 253
    assert all(np.ptp(picture, axis=2).max() <= 3 for picture in (black, gray, white, brightest))


def test_a_part_of_a_film_is_read(tmp_path):
    path = film_at(tmp_path / "in.mp4", grays(20), rate=10, options={"crf": "4", "g": "7"})
    film, frames = seen(path, 0.5, 1.3)
    assert [float(frame.pts * film.time_base) for frame in frames] == pytest.approx(
        [0.5, 0.6, 0.7, 0.8, 0.9, 1.0, 1.1, 1.2]
    )
    assert np.abs(frames[0].pixels.astype(int) - grays(20)[5]).max() <= 2
    assert len(seen(path, 0.55)[1]) == 14
    assert len(seen(path, 0.0, 0.31)[1]) == 4
    assert seen(path, 9.0)[1] == []


def test_a_film_that_begins_late_is_cut_by_what_is_seen(tmp_path):
    path = film_at(tmp_path / "in.ts", grays(20), rate=10, times=list(range(30, 50)))
    film, frames = seen(path, 0.5, 1.0)
    assert film.begins > 0
    assert len(frames) == 5
    assert np.abs(frames[0].pixels.astype(int) - grays(20)[5]).max() <= 2


def test_pictures_of_another_size_are_made_alike(tmp_path):
    one, other = (film_at(tmp_path / f"{w}.ts", grays(4, (48, w))) for w in (64, 96))
    both = tmp_path / "both.ts"
    late = film_at(tmp_path / "late.ts", grays(4, (48, 96)), times=list(range(60, 64)))
    both.write_bytes(one.read_bytes() + late.read_bytes())
    assert open_film(other).size == (48, 96)
    assert {frame.pixels.shape for frame in seen(both)[1]} == {(48, 64, 3)}


def of_png(path):
    pictures = [cornered() + i for i in range(6)]
    return film_at(path, pictures, codec="png", pix_fmt="rgb24", options={})


def test_a_broken_picture_in_the_middle_is_passed_over(tmp_path):
    path = of_png(tmp_path / "in.mov")
    with av.open(str(path)) as file:
        third = [bytes(packet) for packet in file.demux(video=0)][2]
    path.write_bytes(path.read_bytes().replace(third, bytes(len(third))))
    film, frames = seen(path)
    assert [round(frame.pts * film.time_base * RATE) for frame in frames] == [0, 1, 3, 4, 5]


def test_a_film_that_breaks_off_is_read_up_to_there(tmp_path):
    path = film_at(tmp_path / "in.mkv", codec="ffv1", options={})
    data = path.read_bytes()
    path.write_bytes(data[: len(data) * 2 // 3])
    assert 2 <= len(seen(path)[1]) < 8


def test_sound_is_named_as_it_is_packed(tmp_path):
    for codec, name in (("aac", "aac"), ("libmp3lame", "mp3"), ("libopus", "opus")):
        assert open_film(film_at(tmp_path / "in.mkv", sound={"codec": codec})).sound == name


def test_sound_of_an_unknown_kind_is_left_out(tmp_path):
    path = film_at(tmp_path / "in.mov", sound={"codec": "pcm_s16le"})
    path.write_bytes(path.read_bytes().replace(b"sowt", b"mine"))
    film, frames = seen(path)
    assert (film.sound, len(frames)) == (None, 8)
    assert film.notes == ("Its sound is of an unknown kind, and is left out.",)


def text(folder):
    (folder / "in.txt").write_text("Dear diary,\n" * 40)
    return folder / "in.txt"


def empty(folder):
    (folder / "in.mp4").touch()
    return folder / "in.mp4"


def without_its_index(folder):
    path = film_at(folder / "in.mp4")
    path.write_bytes(path.read_bytes()[: path.read_bytes().index(b"moov") - 4])
    return path


def without_its_end(folder):
    first, *rest = moving()
    data = saved(first, "WEBP", save_all=True, append_images=rest, duration=50)
    (folder / "in.webp").write_bytes(data[:-40])
    return folder / "in.webp"


def with_a_cover(folder):
    """Return music with a picture of its cover, as MP3 holds it."""
    path = sound_at(folder / "in.mp3", "libmp3lame")
    data = path.read_bytes()
    cover = b"\x00image/png\x00\x03\x00" + saved(Image.new("RGB", (40, 40), "red"))
    tag = b"APIC" + len(cover).to_bytes(4, "big") + bytes(2) + cover
    length = bytes(len(tag) >> 7 * i & 127 for i in (3, 2, 1, 0))
    path.write_bytes(b"ID3\x03\x00\x00" + length + tag + data[data.index(b"\xff\xfb") :])
    with av.open(str(path)) as file:
        assert len(file.streams.video) == 1
    return path


def a_list(folder):
    film_at(folder / "other.ts")
    (folder / "in.m3u8").write_text(
        "#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:1,\nother.ts\n#EXT-X-ENDLIST\n"
    )
    return folder / "in.m3u8"


def another_list(folder):
    film_at(folder / "other.ts")
    (folder / "in.mp4").write_text("ffconcat version 1.0\nfile other.ts\n")
    return folder / "in.mp4"


def single(folder):
    (folder / "in.webp").write_bytes(saved(moving()[0], "WEBP"))
    return folder / "in.webp"


def photo(folder):
    (folder / "in.png").write_bytes(saved(moving()[0]))
    return folder / "in.png"


@pytest.mark.parametrize(
    ("made", "sentence"),
    [
        (lambda folder: folder / "none.mp4", "No such file"),
        (lambda folder: folder, "Is a directory"),
        (text, "is no film that can be read"),
        (empty, "is no film that can be read"),
        (without_its_index, "is no film that can be read"),
        (without_its_end, "is no film that can be read"),
        (a_list, "is no film that can be read"),
        (another_list, "is no film that can be read"),
        (photo, "is no film that can be read"),
        (single, "is a single picture"),
        (lambda folder: sound_at(folder / "in.wav", "pcm_s16le"), "holds only sound"),
        (lambda folder: sound_at(folder / "in.m4a"), "holds only sound"),
        (with_a_cover, "holds only sound"),
    ],
    ids=["none", "a folder", "text", "empty", "without its index", "without its end", "a list",
         "another list", "a photo", "a single picture", "sound", "more sound", "music"],
)  # fmt: skip
def test_what_is_no_film_is_refused_in_one_line(tmp_path, made, sentence):
    with pytest.raises(FilmError, match=sentence) as error:
        open_film(made(tmp_path))
    assert "\n" not in str(error.value)
    assert "MP4, MOV, WebM, MKV, GIF or animated WebP" in str(error.value)


def animated(folder):
    first, *rest = moving()
    (folder / "in.webp").write_bytes(saved(first, "WEBP", save_all=True, append_images=rest))
    return folder / "in.webp"


@pytest.mark.parametrize("made", [lambda folder: film_at(folder / "in.mp4"), animated])
def test_a_film_too_large_or_too_long_is_refused(tmp_path, monkeypatch, made):
    path = made(tmp_path)
    open_film(path)
    monkeypatch.setattr("pipeline.video.read.MAX_SECONDS", 0)
    with pytest.raises(FilmError, match="minutes long, 0 are painted at most; cut it first"):
        open_film(path)
    monkeypatch.setattr("pipeline.video.read.MAX_PIXELS", 600)
    with pytest.raises(FilmError, match=r"in\.\w+ is \d+ x \d+ px, .* is the most"):
        open_film(path)


def thin_gif(folder):
    path = folder / "in.gif"
    first, *rest = moving((2, 2048))
    path.write_bytes(saved(first, "GIF", save_all=True, append_images=rest, duration=50))
    return path


@pytest.mark.parametrize(
    ("made", "sentence"),
    [
        (thin_gif, "at least 16 px on each side, found 2048 x 2; choose a larger one"),
        (lambda folder: film_at(folder / "in.mp4", grays(size=(16, 336))), "at most 20 times"),
        (lambda folder: film_at(folder / "in.mp4", grays(size=(64, 64)), aspect=Fraction(1, 8)),
         "found 8 x 64"),
    ],
    ids=["too small", "too thin", "too small as it is shown"],
)  # fmt: skip
def test_a_film_too_small_or_too_thin_is_refused(tmp_path, made, sentence):
    with pytest.raises(FilmError, match=sentence):
        open_film(made(tmp_path))


def test_a_film_of_which_nothing_can_be_decoded_is_refused(tmp_path):
    path = of_png(tmp_path / "in.mov")
    path.write_bytes(path.read_bytes().replace(b"\x89PNG", b"none"))
    with pytest.raises(FilmError, match="cannot be decoded"):
        open_film(path)


def test_a_film_of_an_unknown_kind_is_refused(tmp_path):
    path = film_at(tmp_path / "in.mp4")
    path.write_bytes(path.read_bytes().replace(b"avc1", b"none"))
    with pytest.raises(FilmError, match=r"encrypted or of an unknown kind|cannot be decoded"):
        open_film(path)
