"""Write pictures as a film that every browser and phone plays: H.264 in MP4."""

from collections.abc import Iterable
from fractions import Fraction
from pathlib import Path
from typing import IO

import av
from av.container import OutputContainer
from av.video.reformatter import ColorRange, Colorspace
from av.video.stream import VideoStream

from pipeline.io.atomic import write_whole
from pipeline.types import PhotoError, Pixels

# x264's: 0 is lossless, 51 the worst; paint is all texture, and smaller numbers cost much room.
QUALITY, PRESET = "20", "veryfast"


def check_film(path: Path) -> None:
    """Refuse a name that a film cannot be written by.

    Raises: PhotoError: its suffix is not .mp4.
    """
    if path.suffix.lower() != ".mp4":
        raise PhotoError(
            f"Films are written as .mp4, found {path.suffix or 'no suffix'!r}; "
            f"name it {path.stem}.mp4."
        )


def write_film(
    path: Path, pictures: Iterable[Pixels], fps: int, *, overwrite: bool = False
) -> None:
    """Write pictures, (H, W, 3) of one size with even sides, as a film, whole or not at all.

    What `pictures` raises passes through, and leaves no file.

    Raises: PhotoError: the suffix is not .mp4. FileExistsError: `path` exists.
    """
    check_film(path)
    write_whole(path, lambda file: _encode(file, pictures, fps), overwrite=overwrite)


def _encode(file: IO[bytes], pictures: Iterable[Pixels], fps: int) -> None:
    with av.open(file, "w", format="mp4", options={"movflags": "faststart"}) as film:
        stream = None
        for number, picture in enumerate(pictures):
            if stream is None:
                stream = _stream(film, picture, fps)
            film.mux(stream.encode(frame_of(picture, number, Fraction(1, fps))))
        if stream is not None:
            film.mux(stream.encode())


def _stream(film: OutputContainer, picture: Pixels, fps: int) -> VideoStream:
    stream = film.add_stream("libx264", rate=fps)
    stream.height, stream.width = picture.shape[:2]
    stream.pix_fmt = "yuv420p"
    stream.options = {"crf": QUALITY, "preset": PRESET}
    tag_colors(stream)
    return stream


def frame_of(picture: Pixels, pts: int, time_base: Fraction) -> av.VideoFrame:
    """Make a film's frame of a picture, (H, W, 3), at a time in units of the time base."""
    frame = av.VideoFrame.from_ndarray(picture, format="rgb24").reformat(
        format="yuv420p", dst_colorspace=Colorspace.ITU709, dst_color_range=ColorRange.MPEG
    )
    frame.pts, frame.time_base = pts, time_base
    return frame


def tag_colors(stream: VideoStream) -> None:
    """Say how `frame_of` makes colors, so that players show them as the painting's."""
    codec = stream.codec_context
    codec.color_primaries = codec.color_trc = codec.colorspace = codec.color_range = 1  # BT.709
