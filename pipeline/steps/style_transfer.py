"""Paint the photo in the style of other pictures: settings in, a scene and notes out."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

import cv2
import numpy as np

from pipeline.io.style_images import NO_STYLE
from pipeline.ops.resample import resized, shrunk, size_of_long
from pipeline.ops.tensor import to_float, to_picture, to_uint8
from pipeline.runtime.memory import is_memory
from pipeline.runtime.models import LoadedFeatures
from pipeline.settings import StyleSettings
from pipeline.stages.detect.from_parsing import Detections
from pipeline.stages.style_transfer import transfer
from pipeline.stages.style_transfer.color import matched, with_colors
from pipeline.stages.style_transfer.losses import GATYS, PORTRAIT_AWARE, LossWeights
from pipeline.steps.run import Keyed, Run
from pipeline.steps.segment import segment_persons
from pipeline.types import Image, Mask, Painted, Photo, PromptError, Scene, StopEarly, Style

SMALLER = 0.7  # of the size that was tried and took too much memory: the size that is tried next
LEAST_PX = 128  # long side, px: below it nothing smaller is tried
# Of a picture, how much has to be background for its loss to count at all, and in full. It is of
# its mean, so that a sliver beside a close-up would say how all of it is painted.
SLIVER, ENOUGH = 0.01, 0.1
NOBODY = "No person was found, so the whole picture is painted with one brush."

# The fraction of the work that is done, the picture so far, its loss.
Tell = Callable[[float, Image, float], object]


@dataclass(frozen=True)
class Transfer:
    """A photo in the style of other pictures, and what the person should know of it."""

    scene: Scene
    notes: tuple[str, ...] = ()


def by_style_transfer(run: Run, detections: Keyed[Detections]) -> Keyed[Painted]:
    """Paint the photo like pictures: fine strokes on the background, coarse ones on the person.

    Raises: PromptError: there is no style, or one that cannot be painted like. WeightError: the
        perceptual network is not available.
    """
    styles = run.prompt.styles
    if not styles:
        raise PromptError(NO_STYLE)
    person = segment_persons(run, detections)
    features = run.features()
    if person.value is None:
        run.hints.append(NOBODY)
    done = run.stage(
        "paint",
        _transfer,
        run.photo,
        run.original,
        person,
        styles,
        features,
        run.settings.style,
        told=True,
    )
    run.hints += done.value.notes
    return Keyed(Painted(done.value.scene), done.key)


def _transfer(
    photo: Photo,
    original: Image,
    person: Mask | None,
    styles: tuple[Style, ...],
    features: LoadedFeatures,
    how: StyleSettings,
    *,
    tell: Tell,
) -> Transfer:
    """Paint the photo; where memory does not suffice, try again one size down."""
    background = None if person is None else 1 - person
    notes = ()
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
                f"There was not enough memory for a painted size of {long_px} px, "
                f"so it was painted at {smaller} px.",
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
    long_px: int,
    source: Image,
    background: Mask | None,
    styles: tuple[Style, ...],
    features: LoadedFeatures,
    how: StyleSettings,
    tell: Tell,
) -> tuple[Image, tuple[str, ...]]:
    """Paint the source at a long side of `long_px`; also return what the person should know."""
    size = size_of_long(source.shape[:2], long_px)
    photo = np.clip(resized(source, size), 0, 1)
    preset = transfer.PRESETS[how.preset]
    try:
        done = transfer.transfer_style(
            photo,
            [style_image(style, photo, how) for style in styles],
            None if background is None else np.clip(resized(background, size), 0, 1),
            features.network,
            loss_weights=loss_weights_of(how, background),
            scale=how.scale,
            device=features.device,
            tell=partial(_watch, tell),
            preset=replace(preset, evaluations=how.iterations or preset.evaluations),
        )
    except ValueError as error:
        raise PromptError(str(error)) from error
    picture = with_colors(done.picture, photo) if how.colors == "photo" else done.picture
    return picture, _notes_of(done)


def style_image(style: Style, photo: Image, how: StyleSettings) -> transfer.StyleImage:
    """Return a style as it is painted like: with its own colors, or the photo's range of them."""
    picture = to_float(style.pixels)
    if how.colors != "picture":
        picture = matched(picture, photo)
    mask = None if style.mask is None else to_float(style.mask)
    return transfer.StyleImage(picture, style.share, mask)


def loss_weights_of(how: StyleSettings, background: Mask | None) -> LossWeights:
    """Return what each loss counts as the settings say.

    `background`: how much of each pixel is background, (H, W); None: nobody is there.
    """
    share = 0.0 if background is None else float(background.mean())
    counts = min(1.0, share / ENOUGH) if share >= SLIVER else 0.0
    return replace(
        GATYS if background is None else PORTRAIT_AWARE,
        content=how.content,
        style=how.style,
        masks_layers=how.guidance == "layers",
        background=how.background * counts,
    )


def _watch(tell: Tell, progress: transfer.TransferProgress) -> bool:
    """Tell how far it is; return whether the person wants the picture as it is."""
    try:
        shown = to_picture(progress.picture.float().clamp(0, 1).cpu().numpy())
        tell(progress.done, shown, progress.loss)
    except StopEarly:
        return True
    return False


def _notes_of(done: transfer.TransferResult) -> tuple[str, ...]:
    notes = []
    if done.diverged:
        notes.append(
            f"The optimization diverged after {done.evaluations} evaluations; "
            "this is the last good picture. Lower weights help."
        )
    if done.stopped:
        notes.append(
            "Stopped early: this is the best picture so far, softer and less like its style than a "
            "finished one. Paint it again, to the end, for that."
        )
    return tuple(notes)
