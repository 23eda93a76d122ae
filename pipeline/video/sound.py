"""Take a film's sound along: bit for bit where the new file can hold it, else packed anew."""

from collections.abc import Iterator
from contextlib import ExitStack, suppress
from fractions import Fraction
from typing import Any

import av
from av.audio.stream import AudioStream
from av.container import InputContainer, OutputContainer
from av.error import FFmpegError

from pipeline.types import Film
from pipeline.video.packets import demuxed, rising
from pipeline.video.read import open_sound

# Sound that a kind of file holds as it is, and what other sound becomes.
HOLDS = {
    "mp4": {"aac", "mp3", "ac3", "eac3", "alac", "opus", "flac"},
    "webm": {"opus", "vorbis"},
}
BECOMES = {"mp4": "aac", "webm": "libopus"}
LAYOUTS = {1: "mono", 6: "5.1", 8: "7.1"}  # of sound that is encoded, by channels; else stereo
JITTER_SECONDS = 0.02  # by so much times of sound are off where a file rounds them


def add_sound(
    out: OutputContainer, film: Film, start: float, end: float | None, opened: ExitStack
) -> Iterator[av.Packet]:
    """Add a film's sound from `start` to `end` to a file, and yield its packets; none without any.

    Raises: FilmError: the film cannot be read any more.
    """
    if film.sound is None:
        return iter(())
    source, own = opened.enter_context(open_sound(film.path))
    add = _copied if film.sound in HOLDS[out.format.name] else _encoded
    return add(out, source, own, *_span(film, start, end))


def change_of(film: Film, kind: str) -> str | None:
    """Return what has to be said of the sound in a kind of file; None where it is as it was."""
    if film.sound is None or film.sound in HOLDS[kind]:
        return None
    return f"Its sound ({film.sound}) became {BECOMES[kind].removeprefix('lib')}."


def _span(film: Film, start: float, end: float | None) -> tuple[float, float | None]:
    """Return the times of the file between which its sound is taken; all of it for a whole film."""
    begins = float(film.pts_at(start) * film.time_base) if start > 0 else 0.0
    return begins, None if end is None else float(film.pts_at(end) * film.time_base)


def _copied(
    out: OutputContainer, source: InputContainer, own: AudioStream, start: float, end: float | None
) -> Iterator[av.Packet]:
    """Yield a film's packets of sound, bit for bit, between two times; they begin at `start`."""
    stream = out.add_stream_from_template(own)
    unit = Fraction(own.time_base or 1)
    shift = round(start / unit)

    def packets() -> Iterator[av.Packet]:
        for packet in rising(demuxed(source, own)):
            assert packet.pts is not None
            assert packet.dts is not None
            if start > 0 and packet.pts < shift:
                continue
            if end is not None and packet.pts * unit >= end:
                continue
            packet.pts, packet.dts = packet.pts - shift, packet.dts - shift
            packet.stream = stream
            yield packet

    return packets()


def _encoded(
    out: OutputContainer, source: InputContainer, own: AudioStream, start: float, end: float | None
) -> Iterator[av.Packet]:
    """Yield a film's sound between two times, packed anew; it begins at `start`."""
    codec = BECOMES[out.format.name]
    rates = av.Codec(codec, "w").audio_rates or []
    rate = own.codec_context.sample_rate
    stream: Any = out.add_stream(codec, rate=rate if rate in rates else 48000)
    stream.codec_context.layout = LAYOUTS.get(own.codec_context.channels, "stereo")
    resampler = av.AudioResampler(
        stream.codec_context.format, stream.codec_context.layout, stream.codec_context.sample_rate
    )

    def packets() -> Iterator[av.Packet]:
        ended: int | None = None  # of the last piece, in samples
        for frame in _decoded(source, own):
            if frame.time is None or frame.time < start:
                continue
            if end is not None and frame.time >= end:
                break
            begins = round((frame.time - start) * frame.sample_rate)
            if ended is not None and abs(begins - ended) < JITTER_SECONDS * frame.sample_rate:
                begins = ended
            if ended is not None and begins < ended:
                continue
            ended = begins + frame.samples
            frame.pts, frame.time_base = begins, Fraction(1, frame.sample_rate)
            for ready in resampler.resample(frame):
                yield from stream.encode(ready)
        for ready in resampler.resample(None):
            yield from stream.encode(ready)
        yield from stream.encode()

    return packets()


def _decoded(source: InputContainer, own: AudioStream) -> Iterator[av.AudioFrame]:
    """Yield a film's sound; packets that cannot be decoded are passed over."""
    for packet in demuxed(source, own):
        with suppress(FFmpegError):
            yield from packet.decode()
