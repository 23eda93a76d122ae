"""Plan which photo is written to which file, and report the outcome of each."""

import glob
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from itertools import zip_longest
from pathlib import Path
from typing import Any

from pipeline.io.atomic import check_places, refuse_taken, write_whole
from pipeline.settings import Settings
from pipeline.types import Face, Painting, PhotoError, Prompt, RestorationPlan

DOUBTFUL = 0.05  # a likeness below it: of a hundred pairs of one person's photos, five have less
# What a folder has for photos.
PICTURES = (
    *(".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".webp", ".heic", ".heif", ".avif", ".tif"),
    *(".tiff", ".gif", ".bmp", ".jp2", ".ppm"),
)
STAGES = ("styled", "restored", "parse", "mask", "result")


@dataclass(frozen=True)
class Job:
    """One photo, the file for its result, and the folder for its stages (None: not written)."""

    photo: Path
    result: Path
    stages: Path | None = None

    def stage(self, name: str) -> Path:
        """Name the file for one stage's picture."""
        return (self.stages or self.result.parent) / f"{name}.png"

    @property
    def wanted(self) -> list[Path]:
        """The files that it writes."""
        return [self.result, *(self.stage(name) for name in STAGES if self.stages)]

    def refuse_taken(self, sources: Sequence[Path], *, overwrite: bool) -> None:
        """Refuse, before any work, a job whose files exist or cannot be written.

        Raises: FileExistsError: a file exists and `overwrite` is False. PhotoError: one of
        `sources` would be replaced. OSError: a file cannot be written.
        """
        check_places(self.wanted, sources, overwrite=overwrite)


def expanded(given: Iterable[Path]) -> list[Path]:
    """Return the paths that are named; * and ? stand for any characters, which cmd.exe leaves in.

    A pattern that nothing fits stays, and is refused as a file that is not there.
    """
    return [path for each in given for path in _fitting(each)]


def _fitting(pattern: Path) -> list[Path]:
    found = [] if pattern.exists() else glob.glob(str(pattern).replace("[", "[[]"))
    return [Path(name) for name in sorted(found)] or [pattern]


def photos_in(given: Iterable[Path]) -> list[Path]:
    """Return the photos that are named; a folder stands for the pictures in it, in their order.

    Raises: ValueError: a folder has none.
    """
    return [photo for path in given for photo in (_pictures(path) if path.is_dir() else [path])]


def _pictures(folder: Path) -> list[Path]:
    """List a folder's pictures by their names' suffixes; hidden ones and folders stay out."""
    found = sorted(
        file
        for file in folder.iterdir()
        if file.suffix.lower() in PICTURES and not file.name.startswith(".") and file.is_file()
    )
    if not found:
        raise ValueError(f"Wanted a folder with photos, found none in {folder}; name another.")
    return found


def refuse_read_folders(jobs: Iterable[Job], given: Iterable[Path]) -> None:
    """Refuse to write pictures into a folder whose photos are read: they are photos next time.

    Raises: PhotoError.
    """
    read = {path.resolve() for path in given if path.is_dir()}
    for path in (path for job in jobs for path in job.wanted):
        if path.parent.resolve() in read:
            raise PhotoError(
                f"Wanted another folder than the photos', found {path.parent} for both; "
                "the next run would take paintings for photos. Name another."
            )


def plan(
    photos: list[Path], out: str, *, suffixes: tuple[str, ...], stages: Path | None = None
) -> list[Job]:
    """Make a job for each photo.

    `out`: a file for one photo, a folder for several; in the folder repeated names are numbered.

    Raises: ValueError: `out` is a file where a folder is needed, or its suffix is not in
    `suffixes`.
    """
    if len(photos) == 1 and not _is_folder(out):
        if Path(out).suffix.lower() not in suffixes:
            raise ValueError(
                f"Wanted a result named {', '.join(suffixes)} or a folder, found {out!r}; "
                "rename it."
            )
        return [Job(photos[0], Path(out), stages)]
    folder = Path(out)
    if folder.is_file() or (
        len(photos) > 1 and folder.suffix.lower() in suffixes and not folder.is_dir()
    ):
        raise ValueError(
            f"Wanted a folder for {len(photos)} photos, found the file name {out!r}; name a folder."
        )
    names = list(number_repeats(photo.stem for photo in photos))
    several = stages if len(photos) > 1 else None
    return [
        Job(photo, folder / f"{name}.png", several / name if several else stages)
        for photo, name in zip(photos, names, strict=True)
    ]


def number_repeats(stems: Iterable[str]) -> Iterator[str]:
    """Yield each stem, repeated ones as STEM-2, STEM-3, …; they differ not only in case."""
    taken: set[str] = set()
    for stem in stems:
        name, number = stem, 1
        while name.casefold() in taken:
            number += 1
            name = f"{stem}-{number}"
        taken.add(name.casefold())
        yield name


def _is_folder(out: str) -> bool:
    return out.endswith(("/", "\\")) or Path(out).is_dir() or not Path(out).suffix


@dataclass
class Ledger:
    """The report: a JSON list with one object a photo.

    The file is rewritten after each photo, so that an interrupted run keeps what is finished.
    """

    path: Path | None
    settings: Settings
    records: list[dict[str, Any]] = field(default_factory=list)

    def open(self, sources: Sequence[Path], *, overwrite: bool) -> None:
        """Write the empty list, to check before any work that the file can be written.

        Raises: OSError: it cannot, or exists and `overwrite` is False. PhotoError: one of `sources`
        would be replaced.
        """
        if self.path:
            refuse_taken(self.path, sources, overwrite=overwrite)
            self._write()

    def add(
        self,
        job: Job,
        painting: Painting | None = None,
        seconds: dict[str, float] | None = None,
        error: str | None = None,
    ) -> None:
        """Add the outcome of one photo, and write the file."""
        self.records.append(
            record(
                str(job.photo),
                str(job.result) if painting else None,
                self.settings,
                painting,
                seconds=seconds,
                error=error,
            )
        )
        self._write()

    def _write(self) -> None:
        if self.path:
            text = json.dumps(self.records, indent=2, ensure_ascii=False) + "\n"
            write_whole(
                self.path, lambda file: file.write(text.encode("utf-8", "replace")), overwrite=True
            )


def record(
    photo: str,
    result: str | None,
    settings: Settings,
    painting: Painting | None,
    *,
    seconds: dict[str, float] | None = None,
    error: str | None = None,
) -> dict[str, Any]:
    """Describe the outcome of one photo in JSON's types."""
    return {
        "photo": photo,
        "result": result,
        "settings": settings.written(),
        "seconds": {stage: round(spent, 4) for stage, spent in (seconds or {}).items()},
        "weights": [asdict(use) for use in painting.weights] if painting else [],
        "faces": [
            describe_face(*each)
            for each in zip_longest(painting.faces, painting.plans, painting.likeness)
        ]
        if painting
        else [],
        "prompt": _describe_prompt(painting.prompt) if painting else None,
        "skipped": painting.skipped if painting else {},
        "error": error,
    }


def _describe_prompt(prompt: Prompt) -> dict[str, Any]:
    return {
        "points": [list(point) for point in prompt.points],
        "box": prompt.box,
        "faces": [list(override) for override in prompt.faces],
        "kept": [list(face) for face in prompt.kept],
    }


def describe_face(
    face: Face, plan: RestorationPlan | None = None, likeness: float | None = None
) -> dict[str, Any]:
    """Describe a face, in photo px, what became of it and its restoration in JSON's types."""
    return {
        "box": [round(float(v), 2) for v in face.box],
        "eye_centers": [[round(float(v), 2) for v in point] for point in face.eyes],
        "mouth_corners": [[round(float(v), 2) for v in point] for point in face.mouth],
        "score": round(float(face.score), 4),
        **({} if likeness is None else {"likeness": round(likeness, 3)}),
        **({} if plan is None else _describe_plan(plan)),
    }


def alike(likeness: tuple[float | None, ...]) -> Iterator[str]:
    """Yield how much each face is like the photo's, in sentences."""
    for number, share in enumerate(likeness, 1):
        if share is not None:
            which = "the face" if len(likeness) == 1 else f"face {number} of {len(likeness)}"
            doubt = "" if share >= DOUBTFUL else ", perhaps somebody else's by now"
            yield f"Likeness of {which} to the photo's: {share:.2f}{doubt}."


def _describe_plan(plan: RestorationPlan) -> dict[str, Any]:
    confidence = "low confidence" if plan.low_confidence else "high"
    return {
        "restoration": plan.weight,
        "left_alone": plan.why or None,
        "blur_px": round(plan.blur, 2),
        "confidence": confidence if plan.weight else None,
    }
