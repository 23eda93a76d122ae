"""The composition: paint the scene, restore and keep the face, blend the two."""

import hashlib
import time
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import Protocol, TypeVar

import cv2
import numpy as np

from pipeline.ops.resample import by_four, rows_enlarged, size_within
from pipeline.runtime import Loaded, Models
from pipeline.settings import Settings
from pipeline.stages.blend import blend
from pipeline.stages.detect import Seen, see
from pipeline.stages.parse import CloseLook, Probabilities, in_photo, labels_of, look_closer, merged, nine_classes, nine_probabilities
from pipeline.stages.restore import restore
from pipeline.stages.segment import segment
from pipeline.stages.stylize import STRUCTURE, stylize
from pipeline.types import Image, Labels, Mask, Painting, Photo, Pixels, Progress, Report, StageName, WeightUse
from pipeline.weights import WeightError

WORKING_PIXELS = 2_000_000
STRIP_ROWS = 256
# Share of the usual run's time that lies behind when a stage begins.
BEGINS: dict[StageName, float] = {"paint": 0.0, "parse": 0.35, "restore": 0.6, "segment": 0.85, "blend": 0.95}

T = TypeVar("T")


class Cache(Protocol):
    """What keeps the value of a stage: `get(key, make)` returns the kept value or makes it."""

    def get(self, key: Hashable, make: Callable[[], T]) -> T: ...


class KeepNothing:
    """The cache of a single run."""

    def get(self, key: Hashable, make: Callable[[], T]) -> T:
        """Return a new value."""
        return make()


def ignore(progress: Progress) -> None:
    """Take no notice of progress."""


@dataclass(frozen=True)
class Outline:
    """Nine classes at working size, and the kept region; None without a face."""

    labels: Labels
    mask: Mask | None


@dataclass
class Run:
    """One run's bookkeeping: progress, time, weights, what was skipped."""

    key: str
    report: Report
    cache: Cache
    seconds: dict[str, float] = field(default_factory=dict)
    used: list[WeightUse] = field(default_factory=list)
    skipped: dict[str, str] = field(default_factory=dict)

    def using(self, loaded: Loaded) -> Loaded:
        """Note that a weight makes part of this painting."""
        self.used.append(loaded.use)
        return loaded

    def stage(self, name: StageName, choices: Hashable, make: Callable[[], T]) -> T:
        """Return a stage's value, kept or new; `choices` is all it depends on beside the photo."""
        self.report(Progress(name, BEGINS[name]))
        began = time.perf_counter()
        value = self.cache.get((self.key, name, choices), make)
        self.seconds[name] = self.seconds.get(name, 0.0) + time.perf_counter() - began
        return value


def paint(
    photo: Photo, settings: Settings | None = None, *, models: Models, report: Report = ignore, cache: Cache | None = None
) -> Painting:
    """Return the photo painted, with the person's own face in it.

    Stages whose choices did not change come from `cache`. A stage that does not run says why in `Painting.skipped`.

    Raises: WeightError: the weights that the settings ask for are not at hand. Cancelled: `report` raised it.
    Source: Lai 2024, "Exploiting Human Face Segmentation for Improving Portrait Image Style Transfer", figure 1.
    """
    settings = settings or Settings()
    run = Run(key_of(photo), report, cache or KeepNothing())
    original = run.cache.get((run.key, "original"), lambda: at_working_size(photo))
    styled = paint_scene(run, original, settings, models)
    seen = see_people(run, original, settings, models)
    restored = restore_faces(run, original, seen, settings, models)
    outline = outline_people(run, original, restored, seen, settings, models)
    result, alpha = blend_people(run, original, styled, restored, seen, outline, settings)
    scale = photo.pixels.shape[0] / original.shape[0]
    return Painting(
        photo=photo, settings=settings, original=original, result=result, detail=detail_of(alpha, styled, restored, outline.mask, settings),
        styled=styled, restored=restored, parse=outline.labels, mask=outline.mask, faces=tuple(in_photo(f, scale) for f in seen.faces),
        seconds=run.seconds, weights=tuple(run.used), skipped=run.skipped,
        hints=() if seen.faces else ("No face was found, so the whole picture is painted.",),
    )  # fmt: skip


def parse(photo: Photo, *, models: Models, settings: Settings | None = None) -> Labels:
    """Return EasyPortrait's nine classes for every pixel of the photo, (H, W) uint8.

    Raises: WeightError: the parser's weights are not at hand.
    """
    original, seen = see_photo(photo, models=models, settings=settings)
    return labels_at(merged(seen.whole, seen.views, original.shape[:2]), photo.pixels.shape[:2])


def see_photo(photo: Photo, *, models: Models, settings: Settings | None = None) -> tuple[Image, Seen]:
    """Return the photo at working size, and what the parser sees in it.

    Raises: WeightError: the parser's weights are not at hand.
    """
    original = at_working_size(photo)
    return original, see_people(Run(key_of(photo), ignore, KeepNothing()), original, settings or Settings(), models)


def labels_at(parts: Probabilities, size: tuple[int, int]) -> Labels:
    """Return the nine classes of the parts at a (height, width), made strip by strip."""
    nine = nine_probabilities(parts)
    return np.vstack([labels_of(by_four(lambda p, at=rows: rows_enlarged(p, size, at), nine)) for rows in strips_of(size[0])])


def full_size(painting: Painting) -> Pixels:
    """Return the result at the photo's own size, (H, W, 3) uint8, made strip by strip.

    What the working size lost of the photo's light comes back: all of it where the person is kept, part of it in the painting.
    """
    photo, size = painting.photo.pixels, painting.photo.pixels.shape[:2]
    if painting.original.shape[:2] == size:
        return to_pixels(painting.result)
    out = np.empty_like(photo)
    for rows in strips_of(size[0]):
        lost = (photo[rows].astype(np.float32) / 255 - rows_enlarged(painting.original, size, rows)).mean(2)
        detail = rows_enlarged(painting.detail, size, rows) * lost
        out[rows] = to_pixels(rows_enlarged(painting.result, size, rows) + detail[..., None])
    return out


def key_of(photo: Photo) -> str:
    """Return what the photo's pixels hash to."""
    return hashlib.blake2b(np.ascontiguousarray(photo.pixels).data, digest_size=16).hexdigest() + str(photo.pixels.shape)


def at_working_size(photo: Photo) -> Image:
    """Return the photo with at most `WORKING_PIXELS`, float."""
    size = size_within(photo.pixels.shape[:2], WORKING_PIXELS)
    if size == photo.pixels.shape[:2]:
        return photo.pixels.astype(np.float32) / np.float32(255)
    # Shrunk as bytes: a large photo is never held as float.
    return cv2.resize(photo.pixels, size[::-1], interpolation=cv2.INTER_AREA).astype(np.float32) / 255


def to_pixels(picture: Image) -> Pixels:
    """Return [0, 1] as 8 bit, rounded."""
    return (picture.clip(0, 1) * 255 + 0.5).astype(np.uint8)


def strips_of(height: int) -> list[slice]:
    """Return the row ranges in which full-size work is done."""
    return [slice(y, min(height, y + STRIP_ROWS)) for y in range(0, height, STRIP_ROWS)]


def paint_scene(run: Run, original: Image, settings: Settings, models: Models) -> Image | None:
    """Paint the whole photo, unless that is switched off."""
    if not settings.paint.on:
        run.skipped["paint"] = "Painting is switched off."
        return None
    painter = run.using(models.load("painter", settings.weights))
    stroke_px, seeded = painter.entry.stroke_px or 8.0, painter.entry.seeded
    choices = (settings.paint, painter.use)
    brush = settings.paint.brush
    return run.stage("paint", choices, lambda: stylize(original, painter.run, brush=brush, stroke_px=stroke_px, seeded=seeded))


def see_people(run: Run, original: Image, settings: Settings, models: Models) -> Seen:
    """Parse the photo and find its faces."""
    parser = run.using(models.load("parser", settings.weights))
    return run.stage("parse", parser.use, lambda: see(original, parser.run))


def restore_faces(run: Run, original: Image, seen: Seen, settings: Settings, models: Models) -> Image | None:
    """Restore every face, or say why not."""
    if reason := _no_restoration(seen, settings):
        run.skipped["restore"] = reason
        return None
    try:
        restorer = run.using(models.load("restorer", settings.weights))
    except WeightError as missing:
        if settings.weights == "full":
            raise
        run.skipped["restore"] = str(missing)
        return None

    def restored() -> Image:
        mask = segment(original, merged(seen.whole, seen.views, original.shape[:2]), seen.faces, kept="face")
        return restore(original, seen.faces, restorer.run, mask, weight=settings.restore.weight)

    return run.stage("restore", (settings.restore, restorer.use), restored)


def _no_restoration(seen: Seen, settings: Settings) -> str | None:
    if not settings.restore.on:
        return "Restoration is switched off."
    if not seen.faces:
        return "No face was found."
    return "The restoration weight is 0." if settings.restore.weight == 0 else None


def outline_people(run: Run, original: Image, restored: Image | None, seen: Seen, settings: Settings, models: Models) -> Outline:
    """Parse the restored faces again and decide what is kept, as the paper does: after restoration."""
    parser = models.load("parser", settings.weights)
    person = original if restored is None else restored
    made_by = _person_key(run, restored, settings)

    def look_again() -> tuple[CloseLook, ...]:
        return tuple(look_closer(person, np.concatenate([f.eyes, f.mouth]), parser.run) for f in seen.faces)

    def outline() -> Outline:
        views = ()
        if settings.segment.segmenter == "unet":
            views = seen.views if restored is None else run.cache.get((run.key, "look again", made_by), look_again)
        parts = merged(seen.whole, views, original.shape[:2])
        mask = segment(person, parts, seen.faces, kept=settings.segment.kept) if seen.faces else None
        return Outline(nine_classes(parts), mask)

    if not seen.faces:
        run.skipped["segment"] = "No face was found."
    return run.stage("segment", (settings.segment, made_by, parser.use), outline)


def blend_people(
    run: Run, original: Image, styled: Image | None, restored: Image | None, seen: Seen, outline: Outline, settings: Settings
) -> tuple[Image, Mask]:
    """Set the kept region into the painting, or say why not; return the result and how much of the person each pixel has."""
    person = original if restored is None else restored
    nothing = np.zeros(original.shape[:2], np.float32)
    if styled is None:
        run.skipped["blend"] = "Nothing is painted, so there is nothing to blend into."
        return person, nothing
    if outline.mask is None or not settings.blend.on:
        run.skipped["blend"] = "Keeping the face is switched off." if seen.faces else "No face was found."
        return styled, nothing
    mask, how = outline.mask, settings.blend
    choices = (settings.paint, settings.segment, how, tuple(run.used), _person_key(run, restored, settings))
    return run.stage(
        "blend", choices,
        lambda: blend(styled, person, mask, seen.faces, strength=how.strength, feather=how.feather, harmony=how.harmony),
    )  # fmt: skip


def _person_key(run: Run, restored: Image | None, settings: Settings) -> Hashable:
    """Return what the person's picture depends on beside the photo."""
    return None if restored is None else (settings.restore, tuple(run.used))


def detail_of(alpha: Mask, styled: Image | None, restored: Image | None, mask: Mask | None, settings: Settings) -> Mask:
    """Return how much of the photo's fine structure the full-size result gets back; restored skin does not get its damage back."""
    detail = np.ones_like(alpha) if styled is None else STRUCTURE + (1 - STRUCTURE) * alpha
    return detail if restored is None or mask is None else detail * (1 - settings.restore.weight * mask)
