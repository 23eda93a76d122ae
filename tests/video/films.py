"""Films that tests read, and what files hold."""

from fractions import Fraction

import av
import numpy as np

from pipeline.video.read import open_film, read_frames
from pipeline.video.write import PictureWriter, finish

RATE = Fraction(30000, 1001)
SIZE = (48, 64)


def grays(count=8, size=SIZE):
    """Return pictures that differ: each is brighter than the one before."""
    return [np.full((*size, 3), 30 + 10 * i, np.uint8) for i in range(count)]


def cornered(size=SIZE):
    """Return a gray picture whose upper left corner is red."""
    picture = np.full((*size, 3), 120, np.uint8)
    picture[: size[0] // 3, : size[1] // 3] = 220, 20, 20
    return picture


def film_at(
    path, pictures=None, *, rate=RATE, times=None, unit=None, codec="libx264", pix_fmt="yuv420p",
    turned=0, aspect=None, colors=None, sound=None, options=None, file_options=None,
):  # fmt: skip
    """Write a film by PyAV alone; `times`: when pictures come, in `unit`; `colors`: of a codec."""
    pictures = grays() if pictures is None else pictures
    with av.open(str(path), "w", options=file_options or {}) as file:
        stream = file.add_stream(codec, rate=rate)
        stream.height, stream.width = pictures[0].shape[:2]
        stream.pix_fmt = pix_fmt
        stream.options = {"crf": "4"} if options is None else options
        unit = unit or 1 / Fraction(rate)
        stream.time_base = stream.codec_context.time_base = unit
        if aspect:
            stream.codec_context.sample_aspect_ratio = aspect
        if turned:
            stream.set_display_rotation(turned)
        for name, value in (colors or {}).items():
            setattr(stream.codec_context, name, value)
        packets = []
        tones = [] if sound is None else list(_sound(file, **sound))
        for pts, picture in zip(times or range(len(pictures)), pictures, strict=True):
            frame = _frame(picture, pix_fmt, colors or {})
            frame.pts, frame.time_base = pts, unit
            packets += stream.encode(frame)
        packets += stream.encode()
        for packet in sorted(packets + tones, key=lambda p: p.dts * p.time_base):
            file.mux(packet)
    return path


def sound_at(path, codec="aac", **how):
    """Write a file of sound alone."""
    with av.open(str(path), "w") as file:
        for packet in list(_sound(file, codec, **how)):
            file.mux(packet)
    return path


def _frame(picture, pix_fmt, colors):
    if picture.dtype == np.uint16:
        return av.VideoFrame.from_ndarray(picture, format="rgb48le").reformat(
            format=pix_fmt, dst_colorspace=9, dst_color_range=1
        )
    return av.VideoFrame.from_ndarray(picture, format="rgb24").reformat(
        format=pix_fmt,
        dst_colorspace=colors.get("colorspace", 1),
        dst_color_range=colors.get("color_range", 1),
    )


def _sound(file, codec="aac", layout="stereo", rate=48000, seconds=1.0, silent=0.0):
    """Yield packets of a tone; nothing is heard before `silent` seconds."""
    stream = file.add_stream(codec, rate=rate, layout=layout)
    context = stream.codec_context
    channels = stream.layout.nb_channels
    at = np.arange(int(seconds * rate)) / rate
    tone = np.where(at < silent, 0, 0.5 * np.sin(2 * np.pi * 440 * at)).astype(np.float32)
    size = 960
    resampler = av.AudioResampler(
        context.format, layout, rate, frame_size=context.frame_size or size
    )
    for start in range(0, len(tone), size):
        part = np.repeat(tone[None, start : start + size], channels, 0)
        frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(part), "fltp", layout)
        frame.rate, frame.pts, frame.time_base = rate, start, Fraction(1, rate)
        for ready in resampler.resample(frame):
            yield from stream.encode(ready)
    for ready in resampler.resample(None):
        yield from stream.encode(ready)
    yield from stream.encode()


def shown(path):
    """Return a film's pictures by PyAV alone, and when each comes, in seconds."""
    with av.open(str(path)) as file:
        frames = list(file.decode(video=0))
        return (
            [frame.to_ndarray(format="rgb24") for frame in frames],
            [frame.pts * frame.time_base for frame in frames],
        )


def sounds(path):
    """Return a file's packets of sound, and when each comes, in seconds."""
    with av.open(str(path)) as file:
        packets = [p for p in file.demux(audio=0) if p.size]
        return [bytes(p) for p in packets], [float(p.pts * p.time_base) for p in packets]


def heard(path):
    """Return the first channel of a film's sound from 0 s on, and its samples a second."""
    with av.open(str(path)) as file:
        stream = file.streams.audio[0]
        resampler = av.AudioResampler("fltp", stream.layout, stream.rate)
        parts, first = [], None
        for frame in file.decode(stream):
            first = frame.time if first is None else first
            parts += [ready.to_ndarray()[0] for ready in resampler.resample(frame)]
    before = np.zeros(max(0, round(first * stream.rate)), np.float32)
    return np.concatenate([before, *parts]), stream.rate


def onset(path):
    """Return when a film's tone begins to be heard, in seconds."""
    samples, rate = heard(path)
    return int(np.argmax(np.abs(samples) > 0.2)) / rate


def part_at(path, pictures, *, first=0, rate=10, says="", speed="live"):
    """Write one of a film's parts; its first picture is the film's `first`."""
    with PictureWriter(
        path, rate=Fraction(rate), time_base=Fraction(1, rate), made_by=says, speed=speed
    ) as writer:
        for i, picture in enumerate(pictures, first):
            writer.write(picture, i, 1)
    return path


def rewritten(source, out, *, start=0.0, end=None):
    """Read a film and write it again; return what is said of its sound."""
    film = open_film(source)
    origin = film.pts_at(start) if start > 0 else 0
    part = out.with_stem(f"{out.stem}.part")
    with PictureWriter(part, rate=film.rate, time_base=film.time_base, speed="live") as writer:
        for frame in read_frames(film, start, end):
            writer.write(frame.pixels, frame.pts - origin, frame.duration)
    return finish(out, [part], film, start=start, end=end)
