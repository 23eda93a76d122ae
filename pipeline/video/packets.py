"""Take packets of pictures and sound out of films, and put them into others in order."""

from collections.abc import Iterator
from contextlib import suppress
from fractions import Fraction

import av
from av.audio.stream import AudioStream
from av.container import InputContainer, OutputContainer
from av.error import FFmpegError
from av.video.stream import VideoStream


def demuxed(file: InputContainer, stream: VideoStream | AudioStream) -> Iterator[av.Packet]:
    """Yield a file's packets up to where it is broken."""
    with suppress(FFmpegError):
        yield from file.demux(stream)


def rising(packets: Iterator[av.Packet]) -> Iterator[av.Packet]:
    """Leave out packets that broke off, or whose times lie before others: no file holds them."""
    last: Fraction | None = None
    for packet in packets:
        if packet.dts is None or packet.pts is None or packet.time_base is None:
            continue
        if packet.is_corrupt:
            continue
        at = packet.dts * packet.time_base
        if last is None or at > last:
            last = at
            yield packet


def interleave(
    out: OutputContainer, pictures: Iterator[av.Packet], sound: Iterator[av.Packet]
) -> None:
    """Put packets of both into a file in the order of their times."""
    picture, tone = next(pictures, None), next(sound, None)
    while picture is not None or tone is not None:
        if tone is None or (picture is not None and _time(picture) <= _time(tone)):
            assert picture is not None
            out.mux(picture)
            picture = next(pictures, None)
        else:
            out.mux(tone)
            tone = next(sound, None)


def _time(packet: av.Packet) -> float:
    at = packet.dts if packet.dts is not None else packet.pts or 0
    return float(at * (packet.time_base or 0))
