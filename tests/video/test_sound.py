"""A film's sound goes along with its pictures, as it is where the file can hold it."""

import av
import numpy as np
import pytest

from pipeline.types import FilmError
from pipeline.video.read import open_film
from pipeline.video.write import finish
from tests.video.films import film_at, grays, heard, onset, part_at, rewritten, shown, sounds


@pytest.mark.parametrize(
    ("suffix", "sound", "out"),
    [
        (".mp4", {"layout": "mono"}, ".mp4"),
        (".mp4", {"layout": "stereo", "rate": 44100}, ".mp4"),
        (".mkv", {"layout": "5.1"}, ".mp4"),
        (".mkv", {"codec": "libmp3lame"}, ".mp4"),
        (".mov", {"codec": "alac"}, ".mp4"),
        (".mkv", {"codec": "libopus"}, ".mp4"),
        (".mkv", {"codec": "libopus"}, ".webm"),
    ],
)
def test_sound_is_copied_bit_for_bit(tmp_path, suffix, sound, out):
    source, to = film_at(tmp_path / f"in{suffix}", sound=sound), tmp_path / f"out{out}"
    assert rewritten(source, to) is None
    (packets, times), (wanted, then) = sounds(to), sounds(source)
    assert packets == wanted
    assert len(packets) > 10
    assert times == pytest.approx(then, abs=0.001)
    assert open_film(to).sound == open_film(source).sound


@pytest.mark.parametrize(
    ("suffix", "sound", "out"),
    [
        (".mov", {"codec": "pcm_s16le"}, ".mp4"),
        (".mkv", {"codec": "pcm_s16le"}, ".mp4"),
        (".mkv", {"codec": "pcm_s16le", "layout": "5.1"}, ".mp4"),
        (".mov", {"codec": "pcm_s16le", "rate": 96000}, ".webm"),
        (".mov", {"codec": "pcm_s16le", "rate": 192000}, ".mp4"),
        (".mkv", {"codec": "ac3", "layout": "5.1(side)"}, ".webm"),
        (".mp4", {"layout": "mono"}, ".webm"),
        (".mov", {"codec": "pcm_s16le", "layout": "quad"}, ".mp4"),
    ],
)
def test_other_sound_is_packed_anew_and_it_is_said(tmp_path, suffix, sound, out):
    how = {"silent": 0.5, **sound}
    source, to = film_at(tmp_path / f"in{suffix}", sound=how), tmp_path / f"out{out}"
    became = "aac" if out == ".mp4" else "opus"
    assert rewritten(source, to) == f"Its sound ({sound.get('codec', 'aac')}) became {became}."
    assert open_film(to).sound == became
    assert onset(to) == pytest.approx(0.5, abs=0.02)
    samples, rate = heard(to)
    assert len(samples) / rate == pytest.approx(1.0, abs=0.06)
    assert 0.15 < np.abs(samples[int(0.6 * rate) : int(0.9 * rate)]).max() < 0.9
    channels = {"mono": 1, "5.1": 6, "5.1(side)": 6}.get(sound.get("layout"), 2)
    with av.open(str(to)) as file:
        assert file.streams.audio[0].codec_context.channels == channels


@pytest.mark.parametrize(
    ("suffix", "codec", "out"),
    [(".mp4", "aac", ".mp4"), (".mov", "pcm_s16le", ".mp4"), (".mkv", "libopus", ".webm"),
     (".mp4", "aac", ".webm"), (".ts", "aac", ".mp4")],
)  # fmt: skip
def test_a_part_of_a_film_has_its_own_sound(tmp_path, suffix, codec, out):
    sound = {"codec": codec, "seconds": 2.0, "silent": 1.0}
    source = film_at(tmp_path / f"in{suffix}", grays(20), rate=10, sound=sound)
    to = tmp_path / f"out{out}"
    rewritten(source, to, start=0.6, end=1.5)
    pictures, times = shown(to)
    assert [float(at) for at in times] == pytest.approx(np.arange(9) / 10)
    assert np.abs(pictures[0].astype(int) - grays(20)[6]).max() <= 4
    begun, (first, *_) = onset(source), sounds(to)[1]
    if suffix != ".ts":  # whose sound begins elsewhere than its pictures
        assert onset(to) == pytest.approx(begun - 0.6, abs=0.02)
    assert -0.03 <= first <= 0.03
    samples, rate = heard(to)
    assert len(samples) / rate == pytest.approx(0.9, abs=0.06)


def test_sound_that_breaks_off_or_goes_back_in_time_spoils_no_film(tmp_path):
    one = film_at(tmp_path / "one.ts", sound={})
    for name, data in (("twice", one.read_bytes() * 2), ("half", one.read_bytes()[:-4000])):
        source = tmp_path / f"{name}.ts"
        source.write_bytes(data)
        for suffix in (".mp4", ".webm"):
            rewritten(source, tmp_path / f"{name}{suffix}")
            assert len(shown(tmp_path / f"{name}{suffix}")[0]) == 8
            assert open_film(tmp_path / f"{name}{suffix}").sound


def test_broken_sound_is_passed_over(tmp_path):
    source = film_at(tmp_path / "in.mkv", sound={"codec": "flac"})
    tenth = sounds(source)[0][4]
    source.write_bytes(source.read_bytes().replace(tenth, bytes(len(tenth))))
    assert rewritten(source, tmp_path / "out.webm") == "Its sound (flac) became opus."
    assert len(sounds(tmp_path / "out.webm")[0]) > 30


def test_a_film_that_is_gone_or_has_no_sound_any_more_is_named(tmp_path):
    film = open_film(film_at(tmp_path / "in.mp4", sound={}))
    part = part_at(tmp_path / "part.mp4", grays())
    film_at(tmp_path / "in.mp4")
    with pytest.raises(FilmError, match=r"in\.mp4 has no sound any more"):
        finish(tmp_path / "out.mp4", [part], film)
    film.path.unlink()
    with pytest.raises(FilmError, match=r"in\.mp4 .*No such file"):
        finish(tmp_path / "out.mp4", [part], film)
    assert [path.name for path in tmp_path.iterdir()] == ["part.mp4"]
