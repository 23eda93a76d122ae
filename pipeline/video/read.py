"""Read films: any that PyAV opens, picture by picture, upright, as they are to be seen."""

from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
from av.container import InputContainer
from av.error import FFmpegError
from av.stream import Disposition
from av.video.stream import VideoStream

from pipeline.ops.hdr import tone_mapped
from pipeline.ops.tensor import to_uint8
from pipeline.types import Film, FilmError, FilmFrame, Pixels

MAX_PIXELS = 4096 * 2304  # of a picture: 4K of any kind
MAX_SECONDS = 3600
READ = "MP4, MOV, WebM, MKV, GIF or animated WebP"
TRANSFERS = {16: "pq", 18: "hlg"}  # of high dynamic range, by H.273's numbers
DEEP = ("10", "12", "16")  # bits a channel, in names of pixel formats


def open_film(path: Path) -> Film:
    """Read what a film's file says of it.

    Raises: FilmError: it is no film, or one that cannot be used.
    """
    with _opened(path) as (container, stream):
        first = next(_decoded(container, stream, path), None)
        if first is None:
            raise FilmError(f"{path.name} holds no picture; take another film ({READ}).")
        seconds = _seconds(container, stream)
        if seconds is not None and seconds > MAX_SECONDS:
            raise FilmError(
                f"{path.name} is {seconds / 60:.0f} minutes long, {MAX_SECONDS // 60} are painted "
                "at most; cut it first."
            )
        notes = []
        if transfer := TRANSFERS.get(int(first.color_trc or 0)):
            notes.append(f"It has a high dynamic range ({transfer.upper()}), which is toned down.")
        elif any(bits in first.format.name for bits in DEEP):
            notes.append("Its 10 bits a color or more become 8.")
        sound = next((each.codec_context.name for each in container.streams.audio), None)
        rate = stream.average_rate or stream.guessed_rate or Fraction(25)
        return Film(
            path, upright(first, stream).shape[:2], Fraction(rate), Fraction(stream.time_base or 1),
            stream.frames or None, seconds, stream.start_time or 0, sound, tuple(notes),
        )  # fmt: skip


def read_frames(film: Film, start: float = 0.0, end: float | None = None) -> Iterator[FilmFrame]:
    """Yield a film's pictures from `start` to before `end`, in seconds; None: all that follow.

    Broken pictures in the middle are left out.

    Raises: FilmError: it cannot be read any more.
    """
    with _opened(film.path) as (container, stream):
        begins, ends = film.pts_at(start), None if end is None else film.pts_at(end)
        if start > 0:
            container.seek(begins, stream=stream, backward=True)
        usual, last = round(1 / (film.rate * film.time_base)), None
        for frame in _decoded(container, stream, film.path):
            pts = frame.pts if frame.pts is not None else 0 if last is None else last + usual
            if last is not None and pts <= last:
                continue
            last = pts
            if pts < begins:
                continue
            if ends is not None and pts >= ends:
                return
            pixels = upright(frame, stream)
            if pixels.shape[:2] != film.size:
                pixels = cv2.resize(pixels, film.size[::-1], interpolation=cv2.INTER_AREA)
            yield FilmFrame(pixels, pts, frame.duration or 0)


def upright(frame: av.VideoFrame, stream: VideoStream) -> Pixels:
    """Return a picture as it is to be seen: turned, with square pixels, in sRGB's range."""
    if transfer := TRANSFERS.get(int(frame.color_trc or 0)):
        deep = np.asarray(frame.to_ndarray(format="rgb48le"), np.float32) / np.float32(65535)
        pixels = to_uint8(tone_mapped(np.asarray(deep, np.float32), transfer))
    else:
        pixels = np.asarray(frame.to_ndarray(format="rgb24"), np.uint8)
    aspect = stream.sample_aspect_ratio or stream.codec_context.sample_aspect_ratio
    if aspect and aspect != 1:
        width = max(1, round(pixels.shape[1] * aspect))
        pixels = cv2.resize(pixels, (width, pixels.shape[0]), interpolation=cv2.INTER_AREA)
    # Degrees counterclockwise, as the file asks players to turn it.
    turns = round(frame.rotation / 90) % 4
    return np.ascontiguousarray(np.rot90(pixels, turns)) if turns else pixels


@contextmanager
def _opened(path: Path) -> Iterator[tuple[InputContainer, VideoStream]]:
    try:
        container = av.open(str(path))
    except FFmpegError as error:
        raise FilmError(
            f"{path.name} is no film that can be read ({error.strerror}); films are {READ}."
        ) from error
    with container:
        stream = next((s for s in container.streams.video if not _is_cover(s)), None)
        if stream is None:
            kind = "only sound" if container.streams.audio else "no picture"
            raise FilmError(f"{path.name} holds {kind}; a film was wanted ({READ}).")
        codec = stream.codec_context
        if codec is None or not codec.width or not codec.height:
            raise FilmError(
                f"{path.name} cannot be decoded: it is encrypted or of an unknown kind; save it as "
                "an ordinary MP4 first."
            )
        if codec.width * codec.height > MAX_PIXELS:
            raise FilmError(
                f"{path.name} is {codec.width} x {codec.height} px, 4096 x 2304 is the most; save "
                "it smaller first."
            )
        stream.thread_type = "AUTO"
        yield container, stream


def _is_cover(stream: VideoStream) -> bool:
    return bool(stream.disposition & Disposition.attached_pic)


def _decoded(container: InputContainer, stream: VideoStream, path: Path) -> Iterator[av.VideoFrame]:
    """Yield a film's pictures; packets that cannot be decoded are passed over."""
    found, broken = 0, None
    try:
        for packet in container.demux(stream):
            try:
                for frame in packet.decode():
                    found += 1
                    yield frame
            except FFmpegError as error:
                broken = error
    except FFmpegError as error:
        broken = error
    if broken and not found:
        raise FilmError(
            f"{path.name} cannot be decoded ({broken.strerror}): it is broken or encrypted; save "
            "it anew as an ordinary MP4."
        ) from broken


def _seconds(container: InputContainer, stream: VideoStream) -> float | None:
    if stream.duration and stream.time_base:
        return float(stream.duration * stream.time_base)
    return container.duration / av.time_base if container.duration else None
