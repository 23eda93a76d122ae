"""Write films: the pictures first, in pieces that can be played at any time, the sound at the end.

While a film is painted its pictures lie beside the result, in fragments, so that a crash loses a
few seconds at most. When it is whole, pictures and sound are put into one file that begins to play
before it has arrived.
"""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Literal, Self

import av
import cv2
from av.container import InputContainer, OutputContainer
from av.error import FFmpegError
from av.video.stream import VideoStream

from pipeline.io.atomic import write_whole
from pipeline.io.video import frame_of, tag_colors
from pipeline.types import Film, FilmError, Pixels
from pipeline.video.ahead import ahead_of
from pipeline.video.large import is_large
from pipeline.video.packets import demuxed, interleave, rising
from pipeline.video.sound import add_sound, change_of

Speed = Literal["careful", "live"]
KINDS = {".mp4": ("mp4", "libx264"), ".webm": ("webm", "libvpx-vp9")}
# Of x264, by how much time there is: what is painted slowly is packed carefully. What is in a hurry
# looks ahead, too: what stays is then written once and well, where it would shiver else.
PRESETS: Mapping[Speed, Mapping[str, str]] = {
    "careful": {"crf": "16", "preset": "medium", "bf": "0"},
    "live": {"crf": "16", "preset": "veryfast", "bf": "0"},
}
LOOKS_AHEAD = 10  # pictures, of what is in a hurry; fewer of large ones
# Of large pictures: encoders hold each that they look ahead or back at several times.
SPARING = {
    "libx264": {"x264-params": "rc-lookahead=2:ref=1"},
    "libvpx-vp9": {"lag-in-frames": "0"},
}
VP9 = {"crf": "24", "b:v": "0", "deadline": "realtime", "cpu-used": "6", "row-mt": "1"}
KEY_SECONDS = 2.0  # between pictures that need no earlier one: what a crash may lose


def check_name(path: Path) -> None:
    """Refuse a name by which no film can be written.

    Raises: FilmError: its suffix is neither .mp4 nor .webm.
    """
    if path.suffix.lower() not in KINDS:
        raise FilmError(
            f"Films are written as .mp4 or .webm, found {path.suffix or 'no suffix'!r}; name it "
            f"{path.stem}.mp4."
        )


def even(pixels: Pixels) -> Pixels:
    """Repeat the last row and column of a picture where its sides are odd, as H.264 wants."""
    h, w = pixels.shape[:2]
    if h % 2 == w % 2 == 0:
        return pixels
    return cv2.copyMakeBorder(pixels, 0, h % 2, 0, w % 2, cv2.BORDER_REPLICATE)


class PictureWriter:
    """Write a film's pictures into a file that can be played whenever writing ends.

    `made_by`: what says how they were made; it stands in the file's comment.

    Raises: FilmError: the file's name has no known kind.
    """

    def __init__(
        self, path: Path, *, rate: Fraction, time_base: Fraction,
        made_by: str = "", speed: Speed = "careful",
    ) -> None:  # fmt: skip
        check_name(path)
        kind, self._codec = KINDS[path.suffix.lower()]
        # Each piece is on the disk when it is whole; it begins with a picture that needs no other.
        # Times stay as they are though they begin later than 0: other parts come before.
        options = {"flush_packets": "1", "avoid_negative_ts": "disabled"}
        if kind == "mp4":
            options["movflags"] = "frag_keyframe+empty_moov+default_base_moof+frag_discont"
        self._file = av.open(str(path), "w", format=kind, options=options)
        self._file.metadata["comment"] = made_by
        self._rate, self._time_base = rate, time_base
        self._options = VP9 if self._codec == "libvpx-vp9" else PRESETS[speed]
        self._stream: VideoStream | None = None
        self._durations: dict[int, int] = {}

    def write(self, pixels: Pixels, pts: int, duration: int = 0) -> None:
        """Add a picture, (H, W, 3), at a time in units of the time base; all have one size."""
        pixels = even(pixels)
        stream = self._stream = self._stream or self._begun(pixels)
        self._durations[pts] = duration
        self._put(stream.encode(frame_of(pixels, pts, self._time_base)))

    def close(self) -> None:
        """End the file."""
        if self._stream is not None:
            self._put(self._stream.encode())
        self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:  # fmt: skip
        self.close()

    def _put(self, packets: list[av.Packet]) -> None:
        for packet in packets:
            if packet.pts is not None:
                packet.duration = self._durations.pop(packet.pts, 0) or packet.duration
            self._file.mux(packet)

    def _begun(self, pixels: Pixels) -> VideoStream:
        stream: Any = self._file.add_stream(self._codec, rate=self._rate)
        stream.height, stream.width = pixels.shape[:2]
        stream.pix_fmt = "yuv420p"
        stream.time_base = stream.codec_context.time_base = self._time_base
        stream.codec_context.gop_size = max(1, round(KEY_SECONDS * self._rate))
        tag_colors(stream)
        stream.options = dict(self._options)
        size = stream.height, stream.width
        if is_large(size):
            stream.options |= SPARING[self._codec]
        elif self._options is PRESETS["live"]:
            most = min(LOOKS_AHEAD, ahead_of(size))
            stream.options |= {"x264-params": f"mbtree=1:rc-lookahead={most}"}
        return stream


def finish(
    path: Path, parts: list[Path], film: Film | None = None, *, start: float = 0.0,
    end: float | None = None, overwrite: bool = False,
) -> str | None:  # fmt: skip
    """Join parts, one after the other, and a film's sound from `start` to `end`, into one file.

    Return what has to be said of the sound; None where it is as it was, or there is none.

    Raises: FileExistsError: `path` exists. FilmError: a part cannot be read.
    """
    kind, _ = KINDS[path.suffix.lower()]

    def save(file: IO[bytes]) -> None:
        options = {"movflags": "faststart"} if kind == "mp4" else {}
        with ExitStack() as opened, av.open(file, "w", format=kind, options=options) as out:
            pictures = _pictures(out, parts, opened)
            sound = iter(()) if film is None else add_sound(out, film, start, end, opened)
            interleave(out, pictures, sound)

    write_whole(path, save, overwrite=overwrite)
    return None if film is None else change_of(film, kind)


def _pictures(out: OutputContainer, parts: list[Path], opened: ExitStack) -> Iterator[av.Packet]:
    """Add the parts' pictures to a file, and yield their packets."""
    files = [opened.enter_context(_opened(part)) for part in parts]
    out.metadata["comment"] = _comment(files[0])
    first = files[0].streams.video[0]
    stream: Any = out.add_stream_from_template(first)
    stream.time_base = first.time_base

    def packets() -> Iterator[av.Packet]:
        for packet in rising(p for file in files for p in demuxed(file, file.streams.video[0])):
            packet.stream = stream
            yield packet

    return packets()


@contextmanager
def _opened(part: Path) -> Iterator[InputContainer]:
    try:
        container = av.open(str(part))
    except FFmpegError as error:
        raise FilmError(
            f"{part} cannot be read ({error.strerror}); delete it and begin anew."
        ) from error
    with container:
        yield container


def pictures_in(part: Path) -> int:
    """Count a part's pictures; 0 where there is none that can be read."""
    try:
        with _opened(part) as container:
            return sum(1 for _ in rising(demuxed(container, container.streams.video[0])))
    except (FilmError, IndexError):
        return 0


def made_by(part: Path) -> str:
    """Return what a part's comment says of how it was made.

    Raises: FilmError: it cannot be read.
    """
    with _opened(part) as container:
        return _comment(container)


def _comment(file: InputContainer) -> str:
    """Return a file's comment; WebM writes its name in capitals."""
    return file.metadata.get("comment") or file.metadata.get("COMMENT", "")


def join_parts(parts: list[Path], whole: Path) -> None:
    """Join parts into one, which can be one of them.

    Raises: FilmError: a part cannot be read.
    """
    joined = whole.with_stem(f"{whole.stem}.joined")
    finish(joined, parts, overwrite=True)
    # In this order a crash loses no picture; those that are in two files then are taken once.
    joined.replace(whole)
    for part in parts:
        if part != whole:
            part.unlink()
