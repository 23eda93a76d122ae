"""Paint like a picture: what the settings ask for, who is in the photo, what is told on the way."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import cv2
import numpy as np

from pipeline.io.style_images import NO_STYLE
from pipeline.ops.resample import resized, shrunk, size_of_long
from pipeline.ops.tensor import to_float, to_picture, to_uint8
from pipeline.runtime.memory import is_memory
from pipeline.runtime.models import LoadedFeatures
from pipeline.settings import StyleSettings
from pipeline.stages.detect.from_parsing import Detections
from pipeline.steps.run import Keyed, Run
from pipeline.steps.segment import segment_persons
from pipeline.types import Image, Mask, Painted, Photo, PromptError, Scene, StopEarly, Style

SMALLER = 0.7  # what is painted where memory does not suffice, as a part of the size that was tried
LEAST_PX = 128
NOBODY = "No person was found, so the whole picture is painted with one brush."

Tell = Callable[
    [float, Image, float], object
]  # part of the work done, the picture so far, its loss


@dataclass(frozen=True)
class Transfer:
    """A photo painted like pictures, and what the person should know of it."""

    scene: Scene
    notes: tuple[str, ...] = ()


def by_style_transfer(run: Run, seen: Keyed[Detections]) -> Keyed[Painted]:
    """Paint the photo like pictures: fine strokes behind a person, coarse ones on the person.

    Raises: PromptError: there is no style, or one that cannot be painted like. WeightError: the
    perceptual network is not at hand.
    """
    styles = run.prompt.styles
    if not styles:
        raise PromptError(NO_STYLE)
    person = segment_persons(run, seen)
    features = run.features()
    if person.value is None:
        run.hints.append(NOBODY)
    done = run.stage(
        "paint", _transfer, run.photo, run.original, person, styles, features, run.settings.style,
        told=True,
    )  # fmt: skip
    run.hints += done.value.notes
    return Keyed(Painted(done.value.scene), done.key)


def _transfer(
    photo: Photo, original: Image, person: Mask | None, styles: tuple[Style, ...],
    features: LoadedFeatures, how: StyleSettings, *, tell: Tell,
) -> Transfer:  # fmt: skip
    """Paint; where memory does not suffice, try again one size down."""
    background, notes = None if person is None else 1 - person, ()
    long_px = min(how.side, max(photo.size))
    while True:
        try:
            source = original
            if long_px > max(original.shape[:2]):
                source = shrunk(photo.pixels, size_of_long(photo.size, long_px))
            picture, said = _at(long_px, source, background, styles, features, how, tell)
            return Transfer(_scene_of(picture, photo, original, source), (*notes, *said))
        except (MemoryError, RuntimeError) as error:
            if not is_memory(error) or long_px * SMALLER < LEAST_PX:
                raise
            smaller = round(long_px * SMALLER)
            notes = (
                f"There was not enough memory for a painted size of {long_px} px, so it was painted at {smaller} px.",
            )
            long_px = smaller


def _scene_of(picture: Image, photo: Photo, original: Image, source: Image) -> Scene:
    styled = np.clip(resized(picture, original.shape[:2]), 0, 1)
    if source is original:
        return Scene(styled)
    size = photo.size[::-1]
    fine = cv2.resize(to_uint8(picture), size, interpolation=cv2.INTER_CUBIC)
    return Scene(styled, np.asarray(fine, np.uint8))


def _at(
    long_px: int, source: Image, background: Mask | None, styles: tuple[Style, ...],
    features: LoadedFeatures, how: StyleSettings, tell: Tell,
) -> tuple[Image, tuple[str, ...]]:  # fmt: skip
    """Return the source painted at a long side of so many px, and what the person should know."""
    from pipeline.stages.style_transfer.color import matched, with_colors
    from pipeline.stages.style_transfer.losses import GATYS, PORTRAIT_AWARE
    from pipeline.stages.style_transfer.transfer import (
        PRESETS,
        StyleImage,
        TransferProgress,
        transfer_style,
    )

    preset, size = PRESETS[how.preset], size_of_long(source.shape[:2], long_px)
    photo = np.clip(resized(source, size), 0, 1)
    loss_weights = replace(
        GATYS if background is None else PORTRAIT_AWARE, content=how.content, style=how.style,
        masks_layers=how.guidance == "layers",
        background=0.0 if background is None else how.background,
    )  # fmt: skip
    pictures = (
        to_float(style.pixels)
        if how.colors == "picture"
        else matched(to_float(style.pixels), photo)
        for style in styles
    )
    wanted = [
        StyleImage(picture, style.share, None if style.mask is None else to_float(style.mask))
        for picture, style in zip(pictures, styles, strict=True)
    ]

    def watch(sight: TransferProgress) -> bool:
        try:
            shown = to_picture(sight.picture.float().clamp(0, 1).cpu().numpy())
            tell(sight.done, shown, sight.energy)
        except StopEarly:
            return True
        return False

    try:
        done = transfer_style(
            photo, wanted, None if background is None else np.clip(resized(background, size), 0, 1),
            features.network, loss_weights=loss_weights, scale=how.scale, device=features.device, tell=watch,
            preset=replace(preset, evaluations=how.iterations or preset.evaluations),
        )  # fmt: skip
    except ValueError as error:
        raise PromptError(str(error)) from error
    notes = []
    if done.diverged:
        notes.append(
            f"The optimization met numbers without end after {done.evaluations} looks; this is the last good picture. Lower weights help."
        )
    if done.stopped:
        notes.append(f"Stopped after {done.evaluations} looks; this is the best picture so far.")
    picture = with_colors(done.picture, photo) if how.colors == "photo" else done.picture
    return picture, tuple(notes)
