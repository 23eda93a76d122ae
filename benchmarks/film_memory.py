"""Measure a long film's memory: `python -m benchmarks.film_memory FILM [--pictures 1000]`.

A film is shown again and again, painted with its faces kept, and written; the process's memory is
printed as it goes: the most of it since the line before. `--width` shows it larger, a film of 4K,
say; what the decoder of such a file holds is missing then.
"""

import argparse
from collections.abc import Iterator
from itertools import count, islice
from pathlib import Path
from tempfile import TemporaryDirectory

import cv2

from benchmarks.meter import forget_peak, peak_megabytes
from pipeline.runtime.models import Models
from pipeline.settings import Settings
from pipeline.types import Film, FilmFrame
from pipeline.variants import PAINTERS
from pipeline.video.ahead import ahead, ahead_of
from pipeline.video.job import FilmJob
from pipeline.video.paint import painted_frames
from pipeline.video.read import open_film, read_frames
from pipeline.video.write import PictureWriter

EVERY = 50  # pictures between two lines


def looped(film: Film, width: int | None) -> Iterator[FilmFrame]:
    """Yield a film's pictures without end, at a width in px."""
    for _ in count():
        for frame in read_frames(film):
            if width:
                h, w = frame.pixels.shape[:2]
                size = width, round(h * width / w / 2) * 2
                pixels = cv2.resize(frame.pixels, size, interpolation=cv2.INTER_LINEAR)
                frame = FilmFrame(pixels, frame.pts, frame.duration)
            yield frame


def main() -> None:
    """Print memory after every so many pictures, and the most of it."""
    cli = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    cli.add_argument("film", type=Path)
    cli.add_argument("--pictures", type=int, default=1000)
    cli.add_argument("--painter", choices=PAINTERS, default="fast")
    cli.add_argument("--width", type=int, help="px; else the film's")
    args = cli.parse_args()
    film, settings = open_film(args.film), Settings.from_flat(painter=args.painter)
    shown = looped(film, args.width)
    first = next(shown)
    size = first.pixels.shape[0], first.pixels.shape[1]
    job = FilmJob(settings, Models(), float(film.rate), ahead=ahead_of(size))
    painted = painted_frames(ahead(shown, job.ahead), job)
    with (
        TemporaryDirectory() as folder,
        PictureWriter(Path(folder, "out.mp4"), rate=film.rate, time_base=1 / film.rate) as writer,
    ):
        for number, frame in enumerate(islice(painted, args.pictures), 1):
            writer.write(frame.pixels, number)
            if number % EVERY == 0 or number == args.pictures:
                print(f"{number} pictures: at most {peak_megabytes():.0f} MB", flush=True)
                forget_peak()


if __name__ == "__main__":
    main()
