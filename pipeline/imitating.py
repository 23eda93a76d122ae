"""Paint like a picture within a run: what the settings ask for, who is in the photo, what is told on the way."""

from collections.abc import Hashable
from dataclasses import replace

import cv2
import numpy as np

from pipeline.memory import is_memory
from pipeline.ops.resample import resized, shrunk, size_of_long
from pipeline.ops.tensor import lit, to_picture, to_pixels
from pipeline.outline import outline_person
from pipeline.run import Run
from pipeline.runtime import Models
from pipeline.settings import Settings
from pipeline.stages.detect import Seen
from pipeline.styles import NO_STYLE
from pipeline.types import Enough, Image, Mask, Photo, PromptError, Scene, Style

SMALLER = 0.7  # what is painted where memory does not suffice, as a share of the size that was tried
LEAST_PX = 128
NOBODY = "No person was found, so the whole picture is painted with one brush."


def imitate_styles(
    run: Run, photo: Photo, original: Image, seen: Seen, styles: tuple[Style, ...], settings: Settings, models: Models
) -> tuple[Scene, Hashable]:
    """Return the photo painted like pictures, and what that depends on: fine strokes behind a person, coarse ones on the person.

    Raises: PromptError: there is no style, or one that cannot be imitated. WeightError: the perceptual network is not at hand.
    """
    if not styles:
        raise PromptError(NO_STYLE)
    person = outline_person(run, original, seen, settings, models)
    features, use, device = models.features(settings.weights)
    if use not in run.used:
        run.used.append(use)
    key = (settings.paint, settings.style, settings.segment.segmenter, settings.detect, styles, use)
    if person is None:
        run.hints.append(NOBODY)

    def painted() -> tuple[Scene, tuple[str, ...]]:
        return _painted(run, photo, original, None if person is None else 1 - person, styles, settings, features, device)

    scene, said = run.stage("paint", key, painted)
    run.hints += said
    return scene, key


def _painted(
    run: Run, photo: Photo, original: Image, background: Mask | None, styles: tuple[Style, ...], settings: Settings, features: object,
    device: str,
) -> tuple[Scene, tuple[str, ...]]:  # fmt: skip
    """Return the scene and what the person should know; where memory does not suffice, it is tried again one size down."""
    said: list[str] = []
    full = photo.pixels.shape[:2]
    long_px = round(min(settings.style.side, max(full)))
    while True:
        try:
            source = original if long_px <= max(original.shape[:2]) else shrunk(photo.pixels, size_of_long(full, long_px))
            picture, notes = _at(long_px, run, source, background, styles, settings, features, device)
            styled = np.clip(resized(picture, original.shape[:2]), 0, 1)
            fine = None if source is original else cv2.resize(to_pixels(picture), full[::-1], interpolation=cv2.INTER_CUBIC)
            return Scene(styled, fine), (*said, *notes)  # pyright: ignore[reportArgumentType] - OpenCV does not say that bytes stay bytes
        except (MemoryError, RuntimeError) as error:
            if not is_memory(error) or long_px * SMALLER < LEAST_PX:
                raise
            smaller = round(long_px * SMALLER)
            said = [f"There was not enough memory for a painted size of {long_px} px, so it was painted at {smaller} px."]
            long_px = smaller


def _at(
    long_px: int, run: Run, original: Image, background: Mask | None, styles: tuple[Style, ...], settings: Settings, features: object,
    device: str,
) -> tuple[Image, tuple[str, ...]]:  # fmt: skip
    """Return the original painted with a long side of so many px, and what the person should know."""
    from pipeline.imitation import PRESETS, Model, Sight, painted_like
    from pipeline.ops.style import GATYS, PORTRAIT_AWARE
    from pipeline.stages.recolor import matched, with_colors

    how, preset = settings.style, PRESETS[settings.style.preset]
    size = size_of_long(original.shape[:2], long_px)
    photo = np.clip(resized(original, size), 0, 1)
    recipe = replace(
        GATYS if background is None else PORTRAIT_AWARE, content=how.content, style=how.style, masks_layers=how.guidance == "layers",
        background=0.0 if background is None else how.background,
    )  # fmt: skip
    pictures = (lit(style.pixels) if how.colors == "picture" else matched(lit(style.pixels), photo) for style in styles)
    wanted = [Model(p, s.share, None if s.mask is None else lit(s.mask)) for p, s in zip(pictures, styles, strict=True)]

    def tell(sight: Sight) -> bool:
        try:
            shown = to_picture(sight.picture.float().clamp(0, 1).cpu().numpy())
            run.within("paint", sight.done, shown, sight.energy)
        except Enough:
            return True
        return False

    try:
        done = painted_like(
            photo, wanted, None if background is None else np.clip(resized(background, size), 0, 1), features,  # pyright: ignore[reportArgumentType] - torch is not imported before it is needed
            recipe=recipe, preset=replace(preset, looks=round(how.iterations) or preset.looks), scale=how.scale, device=device, tell=tell,
        )  # fmt: skip
    except ValueError as error:
        raise PromptError(str(error)) from error
    picture = with_colors(done.picture, photo) if how.colors == "photo" else done.picture
    notes = []
    if done.diverged:
        notes.append(
            f"The optimization met numbers without end after {done.looks} looks; this is the last good picture. Lower weights help."
        )
    if done.stopped:
        notes.append(f"Stopped after {done.looks} looks; this is the best picture so far.")
    return picture, tuple(notes)
