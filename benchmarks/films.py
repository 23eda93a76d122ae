"""Measure painted films: `python -m benchmarks.films FILMS --measures FILE.py [--painter strokes]`.

Each film in the folder FILMS is painted, its first `--pictures`. Warping error and gradient energy
are those of the paintings without what is kept, as parts of those of paintings that know nothing of
one another: of two neighbors every so many pictures, for these take long. Flicker: what changes
between two pictures' faces, cut out alike, as part of what changes in the film; strokes around a
face have more contrast than a film, and so change more where they only move. Kept: likewise, within
what is kept, as far as that covers the painting. Beyond: likewise, of what is left where the
picture before is carried along by the film's motion. Identity: the median over the pictures, and
the lowest mean of a second. Pictures a second, decoded and encoded, without the kept face and with
it.

Source: Lai et al. 2018, "Learning Blind Video Temporal Consistency", section 4.2 (warping error).
"""

import argparse
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from benchmarks.identifying import measures
from pipeline.io.image_files import read_photo
from pipeline.io.style_images import style_of
from pipeline.metrics.steadiness import Motions, gradient_energy, warping_error
from pipeline.ops.flow import Motion, carried
from pipeline.runtime.models import Models
from pipeline.settings import Settings
from pipeline.types import Film, Mask, Pixels
from pipeline.variants import PAINTERS, PORTRAIT_STYLES
from pipeline.video.faces import Keeper
from pipeline.video.job import FilmJob
from pipeline.video.paint import paint_film
from pipeline.video.painters import painter_of
from pipeline.video.read import open_film, read_frames
from pipeline.video.steady import Watch
from pipeline.video.write import pictures_in

Figures = dict[str, float]
USUAL = Settings().paint.portrait_style
CROP = (112, 96)  # px: height and width of a face that is cut out
COLUMNS = (
    "warping", "gradient", "flicker", "kept", "beyond", "identity", "lowest_second", "alone_fps",
    "whole_fps",
)  # fmt: skip


def steadiness(film: Film, job: FilmJob, count: int, every: int) -> Figures:
    """Compare a film's paintings with ones of each picture alone."""
    motions, watch = Motions(), Watch()
    painter = painter_of(job)
    made: dict[str, list[float]] = {"warping": [], "gradient": []}
    alone: dict[str, list[float]] = {"warping": [], "gradient": []}
    last: tuple[Pixels, Pixels] | None = None
    for number, frame in enumerate(islice(read_frames(film), count)):
        painted = painter(frame.pixels, watch(frame.pixels))
        made["gradient"].append(gradient_energy(painted))
        if last is not None:
            motion = motions(last[0], frame.pixels)
            made["warping"].append(warping_error(last[1], painted, motion))
            if number % every == 0:
                pair = [painter_of(job)(pixels, None) for pixels in (last[0], frame.pixels)]
                alone["warping"].append(warping_error(pair[0], pair[1], motion))
                alone["gradient"].append(gradient_energy(pair[1]))
        last = frame.pixels, painted
    return {name: float(np.mean(made[name]) / np.mean(alone[name])) for name in made}


def faces(film: Film, painted: Path, count: int, job: FilmJob, net: Any) -> Figures:  # noqa: ANN401 - a module's
    """Measure the kept face's flicker and identity."""
    source, result, cosines = [], [], []
    motions, left, within = Motions(), np.zeros(2), np.zeros(2)
    watch, keeper = Watch(), Keeper(job.settings, job.models, job.rate)
    last: tuple[Pixels, Pixels] | None = None
    found = None
    for number, (frame, other) in enumerate(
        zip(islice(read_frames(film), count), read_frames(open_film(painted)), strict=False)
    ):
        pixels = other.pixels[: frame.pixels.shape[0], : frame.pixels.shape[1]]
        kept = keeper(frame.pixels, watch(frame.pixels))
        if number % 3 == 0 or found is None:
            seen = net.faces(frame.pixels)
            found = seen[0] if len(seen) else None
        if found is None:
            continue
        cosines.append(float(net.embed(frame.pixels, found) @ net.embed(pixels, found)))
        for picture, crops in ((frame.pixels, source), (pixels, result)):
            crops.append(_cut(picture, found))
        if last is not None:
            motion = motions(last[0], frame.pixels)
            pairs = list(zip(last, (frame.pixels, pixels), strict=True))
            left += [_left(before, after, motion, found) for before, after in pairs]
            if kept is not None:
                within += [_changed(before, after, kept.mask) for before, after in pairs]
        last = frame.pixels, pixels
    if len(cosines) < 2:
        return {}
    rate = max(1, round(film.rate))
    means = [np.mean(cosines[i : i + rate]) for i in range(max(1, len(cosines) - rate + 1))]
    changes = [np.abs(np.diff(np.float32(each), axis=0)).mean() for each in (source, result)]
    return {
        "flicker": float(changes[1] / max(changes[0], 1e-3)),
        "kept": float(within[1] / max(within[0], 1e-3)),
        "beyond": float(left[1] / max(left[0], 1e-3)),
        "identity": float(np.median(cosines)),
        "lowest_second": float(min(means)),
    }


def _cut(picture: Pixels, face: np.ndarray) -> Pixels:
    x, y, w, h = face[:4]
    matrix = np.array([[CROP[1] / w, 0, -x * CROP[1] / w], [0, CROP[0] / h, -y * CROP[0] / h]])
    return cv2.warpAffine(picture, matrix, CROP[::-1], flags=cv2.INTER_AREA)


def _changed(before: Pixels, after: Pixels, mask: Mask) -> float:
    """Sum what changes within a mask, (H, W) in [0, 1]."""
    if mask.shape != after.shape[:2]:
        mask = cv2.resize(mask, after.shape[1::-1], interpolation=cv2.INTER_LINEAR)
    return float((cv2.absdiff(after, before).mean(2) * mask).sum())


def _left(before: Pixels, after: Pixels, motion: Motion, face: np.ndarray) -> float:
    """Average what motion leaves of the change of a face, of 255, where it can be trusted."""
    x, y, w, h = face[:4].round().astype(int)
    window = np.s_[max(0, y) : y + h, max(0, x) : x + w]
    apart = cv2.absdiff(after, carried(before, motion.back))[window].mean(2)
    trust = motion.trust[window]
    return float((apart * trust).sum() / max(trust.sum(), 1.0))


def figures_of(film: Film, settings: Settings, models: Models, args: argparse.Namespace) -> Figures:
    """Return a film's figures in one painter."""
    count = min(args.pictures, film.count or args.pictures)
    styles = (style_of(read_photo(args.style)),) if args.style else ()
    job = FilmJob(settings, models, float(film.rate), styles)
    found = steadiness(film, job, count, args.every)
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "painted.mp4"
        for name, keeps in (("alone_fps", False), ("whole_fps", True)):
            how = settings.model_copy(
                update={"blend": settings.blend.model_copy(update={"on": keeps})}
            )
            found[name] = speed_of(film, out, replace(job, settings=how), count)
        if args.measures:
            found |= faces(film, out, count, job, measures(args.measures).FaceNet())
    return found


def speed_of(film: Film, out: Path, job: FilmJob, count: int) -> float:
    """Paint a film's first pictures into a file, decoded and encoded; return how many a second."""
    began = 0.0
    for end in (1, count):  # the first loads the networks
        began = time.perf_counter()
        paint_film(
            film, out, job.settings, job.models, styles=job.styles, end=float(end / film.rate),
            speed="live", overwrite=True,
        )  # fmt: skip
    return pictures_in(out) / (time.perf_counter() - began)


def rows(args: argparse.Namespace) -> Iterator[tuple[str, Figures]]:
    """Yield each film's figures."""
    models = Models()
    settings = Settings.from_flat(
        painter=args.painter, style_px=args.style_px, portrait_style=args.portrait_style
    )
    for file in sorted(args.films.iterdir()):
        yield file.name, figures_of(open_film(file), settings, models, args)


def main() -> None:
    """Print a table."""
    cli = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    cli.add_argument("films", type=Path)
    cli.add_argument("--painter", choices=PAINTERS, default="strokes")
    cli.add_argument("--portrait-style", choices=PORTRAIT_STYLES, default=USUAL, help="of tps")
    cli.add_argument("--style", type=Path, help="the picture that portrait-aware paints like")
    cli.add_argument("--style-px", type=int, default=512, help="the long side it paints at")
    cli.add_argument("--pictures", type=int, default=10_000, help="of each film, at most")
    cli.add_argument("--every", type=int, default=15, help="of the pictures painted alone")
    cli.add_argument("--measures", type=Path, metavar="FILE.py", help="a module that has FaceNet")
    args = cli.parse_args()
    print(f"| {args.painter} | {' | '.join(COLUMNS)} |")
    print(f"|{'---|' * (len(COLUMNS) + 1)}")
    for name, found in rows(args):
        cells = " | ".join(f"{found[c]:.3f}" if c in found else "-" for c in COLUMNS)
        print(f"| {name} | {cells} |", flush=True)


if __name__ == "__main__":
    main()
