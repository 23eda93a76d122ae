"""Films keep their times, and what is painted outlives a crash."""

from fractions import Fraction

import av
import numpy as np
import pytest

from pipeline.types import FilmError
from pipeline.video.write import (
    PictureWriter,
    check_name,
    even,
    finish,
    join_parts,
    made_by,
    pictures_in,
)
from tests.pictures import gradient
from tests.video.films import (
    RATE,
    film_at,
    grays,
    onset,
    part_at,
    rewritten,
    shown,
    sound_at,
)

UNEVEN = [0, 40, 100, 101, 500, 900, 1100, 1103]
THOUSANDTHS = Fraction(1, 1000)


def noisy(count, size=(48, 64)):
    rng = np.random.default_rng(0)
    return [rng.integers(0, 256, (*size, 3), np.uint8) for _ in range(count)]


@pytest.mark.parametrize(("waiting", "ahead"), [(16, b"10"), (1, b"1")])
def test_what_is_in_a_hurry_looks_ahead_less_far_where_pictures_are_large(
    tmp_path, monkeypatch, waiting, ahead
):
    monkeypatch.setattr("pipeline.video.write.ahead_of", lambda size: waiting)
    said = part_at(
        tmp_path / "part.mp4", noisy(3)
    ).read_bytes()  # x264 writes down how it was asked
    assert b"rc_lookahead=" + ahead + b" " in said
    assert b"mbtree=1" in said


@pytest.mark.parametrize("speed", ["careful", "live"])
def test_of_large_pictures_the_encoder_holds_few(tmp_path, monkeypatch, speed):
    monkeypatch.setattr("pipeline.video.write.is_large", lambda size: True)
    said = part_at(tmp_path / "part.mp4", noisy(3), speed=speed).read_bytes()
    assert b"rc_lookahead=2 " in said
    assert b"ref=1 " in said


@pytest.mark.parametrize("uneven", [False, True])
@pytest.mark.parametrize("suffix", [".mp4", ".mkv"])
def test_a_film_keeps_its_pictures_and_their_times(tmp_path, suffix, uneven):
    how = {"times": UNEVEN, "unit": THOUSANDTHS, "rate": 25} if uneven else {}
    source = film_at(tmp_path / f"in{suffix}", **how)
    assert rewritten(source, tmp_path / "out.mp4") is None
    (pictures, times), (_, wanted) = shown(tmp_path / "out.mp4"), shown(source)
    assert times == wanted
    for picture, gray in zip(pictures, grays(), strict=True):
        assert np.abs(picture.astype(int) - gray).max() <= 4


@pytest.mark.parametrize("out", [".mp4", ".webm"])
def test_pictures_that_begin_after_the_sound_do_so_still(tmp_path, out):
    source = film_at(
        tmp_path / "in.mkv", times=[300 + at for at in UNEVEN], unit=THOUSANDTHS, rate=25,
        sound={"silent": 0.5, "codec": "libopus"},
    )  # fmt: skip
    rewritten(source, tmp_path / f"out{out}")
    assert [float(at) for at in shown(tmp_path / f"out{out}")[1]] == pytest.approx(
        [(300 + at) / 1000 for at in UNEVEN], abs=0.0011
    )
    assert onset(tmp_path / f"out{out}") == pytest.approx(0.5, abs=0.02)


def test_a_webm_keeps_times_to_a_thousandth(tmp_path):
    source = film_at(tmp_path / "in.mp4")
    assert rewritten(source, tmp_path / "out.webm") is None
    (pictures, times), (_, wanted) = shown(tmp_path / "out.webm"), shown(source)
    assert np.abs(np.array(times, float) - np.array(wanted, float)).max() <= 0.0005
    assert np.abs(pictures[5].astype(int) - grays()[5]).max() <= 4


def test_a_film_without_sound_has_none_and_says_how_it_was_made(tmp_path):
    for suffix in (".mp4", ".webm"):
        part, out = tmp_path / f"part{suffix}", tmp_path / f"out{suffix}"
        part_at(part, grays(), says='{"so": 1}')
        assert made_by(part) == '{"so": 1}'
        assert finish(out, [part]) is None
        assert made_by(out) == '{"so": 1}'
    with av.open(str(tmp_path / "out.mp4")) as file:
        assert len(file.streams) == 1
        codec = file.streams.video[0].codec_context
        assert (codec.name, codec.pix_fmt) == ("h264", "yuv420p")
        assert (codec.colorspace, codec.color_range) == (1, 1)


def test_odd_sides_become_even_by_repeating_the_edge(tmp_path):
    picture = gradient(21, 31)
    larger = even(picture)
    assert larger.shape == (22, 32, 3)
    np.testing.assert_array_equal(larger[:21, :31], picture)
    np.testing.assert_array_equal(larger[21], larger[20])
    np.testing.assert_array_equal(larger[:, 31], larger[:, 30])
    assert even(larger) is larger
    part_at(tmp_path / "part.mp4", [picture] * 3)
    assert shown(tmp_path / "part.mp4")[0][0].shape == (22, 32, 3)


@pytest.mark.parametrize("suffix", [".mp4", ".webm"])
def test_what_an_error_interrupts_can_be_played(tmp_path, suffix):
    def pictures():
        yield from grays(13)
        raise RuntimeError("out of paint")

    path = tmp_path / f"part{suffix}"
    with pytest.raises(RuntimeError, match="out of paint"):
        part_at(path, pictures())
    assert pictures_in(path) == 13
    found, times = shown(path)
    assert [float(at) for at in times] == pytest.approx(np.arange(13) / 10, abs=0.001)
    assert np.abs(found[12].astype(int) - grays(13)[12]).max() <= 4


@pytest.mark.parametrize("suffix", [".mp4", ".webm"])
def test_a_killed_run_leaves_all_but_its_last_seconds(tmp_path, suffix):
    path, copy = tmp_path / f"part{suffix}", tmp_path / f"copy{suffix}"
    with PictureWriter(path, rate=Fraction(10), time_base=Fraction(1, 10), speed="live") as writer:
        for i, picture in enumerate(noisy(100)):
            writer.write(picture, i, 1)
        copy.write_bytes(path.read_bytes())
    count = pictures_in(copy)
    assert 50 <= count < 100
    assert count == len(shown(copy)[0])
    finish(tmp_path / f"out{suffix}", [copy])
    assert pictures_in(tmp_path / f"out{suffix}") == count


@pytest.mark.parametrize("suffix", [".mp4", ".webm"])
def test_a_part_that_breaks_off_counts_its_whole_pictures(tmp_path, suffix):
    path, cut = tmp_path / f"part{suffix}", tmp_path / f"cut{suffix}"
    data = part_at(path, noisy(45)).read_bytes()
    counts = []
    for share in np.linspace(0.15, 0.97, 12):
        cut.write_bytes(data[: int(len(data) * share)])
        counts.append(pictures_in(cut))
        finish(tmp_path / f"out{suffix}", [cut], overwrite=True)
        assert len(shown(tmp_path / f"out{suffix}")[0]) == counts[-1] > 0
    assert counts == sorted(counts)


def test_what_holds_no_picture_counts_none(tmp_path):
    (tmp_path / "text.mp4").write_text("nothing")
    (tmp_path / "empty.mp4").touch()
    part_at(tmp_path / "begun.mp4", [])
    sound_at(tmp_path / "sound.m4a")
    for name in ("text.mp4", "empty.mp4", "begun.mp4", "sound.m4a", "none.mp4"):
        assert pictures_in(tmp_path / name) == 0
    with pytest.raises(FilmError, match=r"text\.mp4 cannot be read"):
        made_by(tmp_path / "text.mp4")


@pytest.mark.parametrize("suffix", [".mp4", ".webm"])
def test_parts_are_joined_in_order(tmp_path, suffix):
    pictures, whole = grays(20), tmp_path / f"earlier{suffix}"
    part_at(whole, pictures[:7], says="so")
    parts = [whole]
    for first, last in ((7, 8), (8, 20)):
        parts.append(tmp_path / f"part {first}{suffix}")
        part_at(parts[-1], pictures[first:last], first=first, says="so")
    join_parts(parts, whole)
    assert [path.name for path in tmp_path.iterdir()] == [whole.name]
    assert (pictures_in(whole), made_by(whole)) == (20, "so")
    found, times = shown(whole)
    assert [float(at) for at in times] == pytest.approx(np.arange(20) / 10, abs=0.001)
    assert all(
        np.abs(one.astype(int) - two).max() <= 4 for one, two in zip(found, pictures, strict=True)
    )


def test_parts_with_uneven_times_are_joined(tmp_path):
    paths = [tmp_path / "a.mp4", tmp_path / "b.mp4"]
    for path, span in zip(paths, (slice(0, 3), slice(3, 8)), strict=True):
        with PictureWriter(path, rate=RATE, time_base=THOUSANDTHS) as writer:
            for picture, pts in zip(grays()[span], UNEVEN[span], strict=True):
                writer.write(picture, pts)
    join_parts(paths, tmp_path / "whole.mp4")
    assert [at * 1000 for at in shown(tmp_path / "whole.mp4")[1]] == UNEVEN


def test_pictures_that_two_parts_hold_are_taken_once(tmp_path):
    part_at(tmp_path / "a.mp4", grays(12))
    part_at(tmp_path / "b.mp4", grays(12)[8:], first=8)
    join_parts([tmp_path / "a.mp4", tmp_path / "b.mp4"], tmp_path / "a.mp4")
    assert pictures_in(tmp_path / "a.mp4") == len(shown(tmp_path / "a.mp4")[0]) == 12


def test_a_part_that_cannot_be_read_is_named_and_nothing_is_lost(tmp_path):
    part_at(tmp_path / "a.mp4", grays())
    (tmp_path / "b.mp4").write_text("nothing")
    with pytest.raises(FilmError, match=r"b\.mp4 cannot be read .* delete it"):
        join_parts([tmp_path / "a.mp4", tmp_path / "b.mp4"], tmp_path / "a.mp4")
    assert pictures_in(tmp_path / "a.mp4") == 8
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.mp4", "b.mp4"]


def test_nothing_is_overwritten_unless_told(tmp_path):
    part, out = part_at(tmp_path / "part.mp4", grays()), tmp_path / "out.mp4"
    out.write_text("mine")
    with pytest.raises(FileExistsError, match="there already"):
        finish(out, [part])
    assert out.read_text() == "mine"
    finish(out, [part], overwrite=True)
    assert pictures_in(out) == 8
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out.mp4", "part.mp4"]


def test_a_film_begins_to_play_before_it_has_arrived(tmp_path):
    rewritten(film_at(tmp_path / "in.mp4", sound={}), tmp_path / "out.mp4")
    data = (tmp_path / "out.mp4").read_bytes()
    assert data.index(b"moov") < data.index(b"mdat")
    assert b"moof" not in data


@pytest.mark.parametrize("name", ["out.avi", "out", "out.gif"])
def test_a_film_has_its_name(tmp_path, name):
    with pytest.raises(FilmError, match=r"as \.mp4 or \.webm, found .* name it out\.mp4"):
        check_name(tmp_path / name)
    with pytest.raises(FilmError):
        PictureWriter(tmp_path / name, rate=RATE, time_base=1 / RATE)
    assert list(tmp_path.iterdir()) == []
    check_name(tmp_path / "out.MP4")
    check_name(tmp_path / "out.webm")
