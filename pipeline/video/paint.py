"""Paint a film: every picture painted, the kept faces set in, what is still held still."""

import json
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

from pipeline.io.atomic import refuse_taken
from pipeline.ops.resample import pixels_resized, size_of_long
from pipeline.runtime.memory import give_back, sparing
from pipeline.runtime.models import Models
from pipeline.settings import Settings
from pipeline.steps.own_styles import own_of
from pipeline.types import Film, FilmError, FilmFrame, Pixels, Style
from pipeline.video.ahead import ahead, ahead_of
from pipeline.video.faces import Keeper, Kept
from pipeline.video.job import FilmJob
from pipeline.video.keep import Keep
from pipeline.video.painters import FramePainter, painter_of
from pipeline.video.read import read_frames
from pipeline.video.steady import Moved, Watch
from pipeline.video.write import (
    PictureWriter,
    Speed,
    check_name,
    finish,
    join_parts,
    made_by,
    pictures_in,
)

WARM_UP = 5  # pictures before the first new one, where painting goes on after a stop
GIVE_BACK_PX = 16_000_000  # of pictures after which freed memory is given back

MENDING = "Films are not mended; only photos are."
PROPORTIONS = "Films leave proportions as they are; only photos follow that slider."


@dataclass(frozen=True)
class FilmProgress:
    """How far a film is: pictures painted, of how many (None: unknown), and the last painting."""

    done: int
    count: int | None
    picture: Pixels


Tell = Callable[[FilmProgress], object]


@dataclass(frozen=True)
class Seen:
    """A picture of a film, how it came from the one before, and what is kept of it."""

    frame: FilmFrame
    moved: Moved | None
    kept: Kept | None


def painted_frames(frames: Iterator[FilmFrame], job: FilmJob) -> Iterator[FilmFrame]:
    """Yield each picture's painting, with its time.

    Looking, painting and keeping faces go on at once, each a few pictures ahead of the next.

    Raises: PromptError: a style is missing. WeightError: a network is not at hand.
    """
    settings, painter = job.settings, painter_of(job)
    keeps = settings.blend.on and settings.blend.strength > 0
    keeper = Keeper(settings, job.models, job.rate) if keeps else None
    keep = Keep(settings, job.models)
    looked = ahead(_seen(frames, keeper), job.ahead)
    freed = 0
    with nullcontext() if job.ahead else sparing():
        for seen, painted in ahead(_painted(looked, painter), job.ahead):
            painted = keep(painted, seen.frame.pixels, seen.kept, seen.moved)
            yield replace(seen.frame, pixels=painted)
            freed += painted.shape[0] * painted.shape[1]
            if freed >= GIVE_BACK_PX:
                give_back()
                freed = 0


def _seen(frames: Iterator[FilmFrame], keeper: Keeper | None) -> Iterator[Seen]:
    watch = Watch()
    for frame in frames:
        moved = watch(frame.pixels)
        yield Seen(frame, moved, keeper(frame.pixels, moved) if keeper else None)


def _painted(seen: Iterator[Seen], painter: FramePainter) -> Iterator[tuple[Seen, Pixels]]:
    for each in seen:
        yield each, painter(each.frame.pixels, each.moved)


def paint_film(
    film: Film, out: Path, settings: Settings, models: Models, *, styles: tuple[Style, ...] = (),
    start: float = 0.0, end: float | None = None, tell: Tell = lambda _: None,
    speed: Speed = "careful", overwrite: bool = False, resume: bool = False,
    long_px: int | None = None,
) -> tuple[str, ...]:  # fmt: skip
    """Paint a film from `start` to before `end`, in seconds, into a file; return what is to say.

    Pictures keep their number and times, the sound is copied. What `tell` raises, or a crash,
    leaves what is painted so far in files beside `out`, from which `resume` goes on. `long_px`: of
    their long side, at most, for a first look.

    Raises: FilmError: it cannot be painted. PromptError: a style is missing. FileExistsError: `out`
    exists. PhotoError: the film would be replaced. WeightError: a network, or a style's file, is
    not at hand.
    """
    check_name(out)
    refuse_taken(out, [film.path], overwrite=overwrite)
    for each in parts_of(out):  # they are written over, whoever left them
        refuse_taken(each, [film.path], overwrite=True)
    how = json.dumps(
        {
            "settings": settings.model_dump(mode="json"),
            "start": start,
            "end": end,
            "styles": [style.key for style in (*styles, *own_of(settings.paint))],
            "long_px": long_px,
        }
    )
    earlier, part = parts_of(out)
    before = _left(earlier, part, how) if resume else 0
    origin = film.pts_at(start) if start > 0 else 0
    again = min(before, WARM_UP)
    frames, size = islice(read_frames(film, start, end), before - again, None), film.size
    if long_px is not None:
        size = size_of_long(size, long_px)
        frames = _shrunk(frames, size)
    job = FilmJob(settings, models, float(film.rate), styles, ahead_of(size))
    painted = ahead(painted_frames(ahead(frames, job.ahead), job), job.ahead)
    done, count = before, _count(film, start, end)
    with PictureWriter(
        part, rate=film.rate, time_base=film.time_base, made_by=how, speed=speed
    ) as writer:
        for frame in islice(painted, again, None):
            writer.write(frame.pixels, frame.pts - origin, frame.duration)
            done += 1
            tell(FilmProgress(done, count, frame.pixels))
    parts = [each for each in (earlier, part) if pictures_in(each)]
    if not parts:
        part.unlink(missing_ok=True)
        raise FilmError(f"{film.path.name} has no picture from {start:g} s on; start earlier.")
    said = finish(out, parts, film, start=start, end=end, overwrite=overwrite)
    for each in (earlier, part):
        each.unlink(missing_ok=True)
    left_out = (PROPORTIONS,) if settings.proportions.amount else ()
    left_out += (MENDING,) if settings.mend.on else ()
    return (*film.notes, *left_out) if said is None else (*film.notes, *left_out, said)


def _shrunk(frames: Iterator[FilmFrame], size: tuple[int, int]) -> Iterator[FilmFrame]:
    for frame in frames:
        yield replace(frame, pixels=pixels_resized(frame.pixels, size))


def parts_of(out: Path) -> tuple[Path, Path]:
    """Name the files that hold a film's pictures until it is whole: of runs before, of this one."""
    return tuple(out.with_name(f"{out.stem}.{name}{out.suffix}") for name in ("earlier", "part"))  # pyright: ignore[reportReturnType] - two


def _left(earlier: Path, part: Path, how: str) -> int:
    """Bring what stopped runs left into `earlier`; return how many pictures it has.

    Raises: FilmError: it was painted in another way.
    """
    left = [each for each in (earlier, part) if pictures_in(each)]
    if any(made_by(each) != how for each in left):
        raise FilmError(
            f"{part.name} was painted with other settings; delete it, or go on with the same ones."
        )
    if left:
        join_parts(left, earlier)
    return pictures_in(earlier)


def _count(film: Film, start: float, end: float | None) -> int | None:
    """Estimate how many pictures are painted."""
    if start == 0 and end is None and film.count:
        return film.count
    if film.seconds is None:
        return None
    last = film.seconds if end is None else min(end, film.seconds)
    return max(1, round((last - start) * film.rate))
