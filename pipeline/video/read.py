"""Read films picture by picture, upright, as they are to be seen."""

from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.error import FFmpegError
from av.stream import Disposition
from av.video.reformatter import Colorspace
from av.video.stream import VideoStream
from PIL import Image

from pipeline.io.shape import check_shape
from pipeline.ops.hdr import tone_mapped
from pipeline.ops.tensor import to_uint8
from pipeline.types import Film, FilmError, FilmFrame, Pixels
from pipeline.video.large import is_large

MAX_PIXELS = 4096 * 2304  # of a picture: 4K of any kind
MAX_SECONDS = 3600
MAX_ASPECT = 20  # of a pixel; others are damage
MAX_WEBP_FRAMES = 3600  # each is decoded before the first is painted
READ = "MP4, MOV, WebM, MKV, GIF or animated WebP"
# Kinds of files that are opened; others, such as lists to play, name files that nobody chose.
OPENED = "mov,matroska,gif,avi,mpegts,mpeg,ogg,asf,flv,wav,mp3,aac,flac"
SEEKABLE = ("mov", "matroska")  # others land on pictures that need earlier ones
WEBP_UNIT = Fraction(1, 1000)
HD_PX = 1280  # the long side from which on colors are BT.709's where the file does not say
TRANSFERS = {16: "pq", 18: "hlg"}  # of high dynamic range, by H.273's numbers
UNTAGGED = 2  # H.273's number of colors of which a file says nothing
DEEP = ("10", "12", "16")  # bits a channel, in names of pixel formats


def open_film(path: Path) -> Film:
    """Read what a film's file says of it.

    Raises: FilmError: it is no film, or one that cannot be used.
    """
    if _is_webp(path):
        return _open_webp(path)
    with _opened(path) as (container, stream):
        first = next(_decoded(container, stream, path), None)
        if first is None:
            raise FilmError(f"{path.name} holds no picture; take another film ({READ}).")
        seconds = _seconds(container, stream)
        _check_seconds(path, seconds)
        notes = []
        if transfer := TRANSFERS.get(int(first.color_trc or 0)):
            notes.append(f"It has a high dynamic range ({transfer.upper()}), which is toned down.")
        elif any(bits in first.format.name for bits in DEEP):
            notes.append("Its 10 bits a color or more become 8.")
        heard = _sound_of(container)
        if heard is None and container.streams.audio:
            notes.append("Its sound is of an unknown kind, and is left out.")
        sound = None if heard is None else heard.codec_context.codec.canonical_name
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
    begins, ends = film.pts_at(start), None if end is None else film.pts_at(end)
    frames = _webp_frames(film.path) if _is_webp(film.path) else _frames(film, begins)
    for frame in frames:
        if ends is not None and frame.pts >= ends:
            return
        if frame.pts >= begins:
            yield frame


def _frames(film: Film, begins: int) -> Iterator[FilmFrame]:
    with _opened(film.path) as (container, stream):
        if begins > film.begins and container.format.name.startswith(SEEKABLE):
            container.seek(begins, stream=stream, backward=True)
        usual, last = round(1 / (film.rate * film.time_base)), None
        for frame in _decoded(container, stream, film.path):
            pts = frame.pts if frame.pts is not None else 0 if last is None else last + usual
            if last is not None and pts <= last:
                continue
            last = pts
            if pts < begins:
                continue
            pixels = upright(frame, stream)
            if pixels.shape[:2] != film.size:
                pixels = cv2.resize(pixels, film.size[::-1], interpolation=cv2.INTER_AREA)
            yield FilmFrame(pixels, pts, frame.duration or 0)


def upright(frame: av.VideoFrame, stream: VideoStream) -> Pixels:
    """Return a picture as it is to be seen: turned, with square pixels, in sRGB's range."""
    # None: what the file says.
    matrix = Colorspace.ITU709 if _is_untagged_hd(frame) else None
    if transfer := TRANSFERS.get(int(frame.color_trc or 0)):
        deep = np.asarray(frame.to_ndarray(format="rgb48le"), np.float32) / np.float32(65535)
        pixels = to_uint8(tone_mapped(np.asarray(deep, np.float32), transfer))
    else:
        pixels = np.asarray(frame.to_ndarray(format="rgb24", src_colorspace=matrix), np.uint8)
    width = _width(frame, stream)
    if width != pixels.shape[1]:
        pixels = cv2.resize(pixels, (width, pixels.shape[0]), interpolation=cv2.INTER_AREA)
    # Degrees counterclockwise, as the file asks players to turn it.
    turns = round(frame.rotation / 90) % 4
    return np.ascontiguousarray(np.rot90(pixels, turns)) if turns else pixels


def _width(frame: av.VideoFrame, stream: VideoStream) -> int:
    """Return how wide a picture is when its pixels are square."""
    aspect = stream.sample_aspect_ratio or stream.codec_context.sample_aspect_ratio
    if not aspect or not 1 / MAX_ASPECT <= aspect <= MAX_ASPECT:
        return frame.width
    return max(1, round(frame.width * aspect))


def _is_untagged_hd(frame: av.VideoFrame) -> bool:
    """Tell whether players take a picture's colors to be BT.709's though no file says it."""
    return int(frame.colorspace) == UNTAGGED and max(frame.width, frame.height) >= HD_PX


def _container(path: Path) -> InputContainer:
    try:
        return av.open(str(path), container_options={"format_whitelist": OPENED})
    except FFmpegError as error:
        raise _unread(path, error.strerror) from error


@contextmanager
def _opened(path: Path) -> Iterator[tuple[InputContainer, VideoStream]]:
    with _container(path) as container:
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
        _check_size(path, codec.width, codec.height)
        codec.options = {"max_pixels": str(MAX_PIXELS * 11 // 10)}  # a picture in the middle, too
        stream.thread_type = "SLICE" if is_large((codec.height, codec.width)) else "AUTO"
        yield container, stream


@contextmanager
def open_sound(path: Path) -> Iterator[tuple[InputContainer, AudioStream]]:
    """Open a film that has sound, for its sound.

    Raises: FilmError: it cannot be read any more.
    """
    with _container(path) as container:
        stream = _sound_of(container)
        if stream is None:
            raise FilmError(f"{path.name} has no sound any more; has it changed meanwhile?")
        yield container, stream


def _sound_of(container: InputContainer) -> AudioStream | None:
    """Return the first sound of a file that can be decoded; PyAV gives others no codec."""
    return next((s for s in container.streams.audio if s.codec_context is not None), None)


def _is_cover(stream: VideoStream) -> bool:
    return bool(stream.disposition & Disposition.attached_pic)


def _decoded(container: InputContainer, stream: VideoStream, path: Path) -> Iterator[av.VideoFrame]:
    """Yield a film's pictures; packets that cannot be decoded are passed over."""
    found, broken = 0, None
    try:
        for packet in container.demux(stream):
            try:
                for frame in packet.decode():
                    _check_size(path, _width(frame, stream), frame.height)
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


def _check_size(path: Path, width: int, height: int) -> None:
    if width * height > MAX_PIXELS:
        raise FilmError(
            f"{path.name} is {width} x {height} px, 4096 x 2304 is the most; save it smaller first."
        )
    check_shape(width, height, FilmError)


def _check_seconds(path: Path, seconds: float | None) -> None:
    if seconds is not None and seconds > MAX_SECONDS:
        raise FilmError(
            f"{path.name} is {seconds / 60:.0f} minutes long, {MAX_SECONDS // 60} are painted "
            "at most; cut it first."
        )


def _unread(path: Path, why: object) -> FilmError:
    return FilmError(f"{path.name} is no film that can be read ({why}); films are {READ}.")


def _is_webp(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            start = file.read(12)
    except OSError as error:
        raise _unread(path, error.strerror) from error
    return start[:4] == b"RIFF" and start[8:] == b"WEBP"


def _open_webp(path: Path) -> Film:
    """Read what an animated WebP says of itself, which PyAV cannot decode."""
    count, seconds, size = 0, 0.0, (0, 0)
    for frame in _webp_frames(path):
        count, seconds = count + 1, (frame.pts + frame.duration) / 1000
        size = frame.pixels.shape[:2]
    _check_seconds(path, seconds)
    rate = Fraction(count * 1000, round(seconds * 1000))
    return Film(path, size, rate, WEBP_UNIT, count, seconds)


def _webp_frames(path: Path) -> Iterator[FilmFrame]:
    try:
        with Image.open(path, formats=("WEBP",)) as image:
            _check_size(path, *image.size)
            count = int(getattr(image, "n_frames", 1))
            if count > MAX_WEBP_FRAMES:
                raise FilmError(
                    f"{path.name} has {count} pictures, an animated WebP may have "
                    f"{MAX_WEBP_FRAMES}; save it as an MP4 first."
                )
            if count == 1:
                raise FilmError(f"{path.name} is a single picture; a film was wanted ({READ}).")
            pts = 0
            for number in range(count):
                image.seek(number)
                paper = Image.new("RGBA", image.size, "white")
                paper.alpha_composite(image.convert("RGBA"))
                duration = max(1, image.info["duration"])
                yield FilmFrame(np.asarray(paper.convert("RGB")), pts, duration)
                pts += duration
    except (OSError, Image.DecompressionBombError) as error:
        raise _unread(path, error) from error
