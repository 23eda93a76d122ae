"""What the page shows of a painting: a small 8-bit preview of each stage."""

from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.io.atomic import write_whole
from pipeline.io.encode import LABEL_COLORS
from pipeline.io.image_files import read_header
from pipeline.ops.color import luminance
from pipeline.ops.resample import size_of_long
from pipeline.ops.tensor import to_uint8
from pipeline.settings import Settings
from pipeline.stages.border import around, inside, lay
from pipeline.types import Image, Labels, Mask, Painting, Photo, Pixels
from ui.words import later, number, retold

PREVIEW_PX = 1600
FIELD_PX = 1000  # of a photo in its field, which is 300 px high
BROWSERS_SHOW = ("JPEG", "MPO", "PNG", "WEBP", "GIF", "BMP", "AVIF")
CHECKER_PX = 12
CANVAS = (240, 237, 230)
MASK, RESULT = "segment", "blend"
TITLES = {
    "paint": later("Painted"),
    "parse": later("What was seen in the photo"),
    "restore": later("Faces restored"),
    MASK: later("What stays the person's"),
    RESULT: later("Result"),
}
NOT_BLENDED, NONE, SKIPPED = later("not blended"), later("none"), later("skipped")
# A fifth of a PNG's bytes, in half the time; no eye tells the two apart.
WELL = (
    *(cv2.IMWRITE_JPEG_QUALITY, 93),
    *(cv2.IMWRITE_JPEG_SAMPLING_FACTOR, cv2.IMWRITE_JPEG_SAMPLING_FACTOR_444),
)
WELL_WEBP = (cv2.IMWRITE_WEBP_QUALITY, 93)
PALETTE = np.array(LABEL_COLORS, np.uint8)


def fit(picture: NDArray[np.generic], longest: int = PREVIEW_PX) -> Pixels:
    """Scale a picture down to at most `longest` px a side, as uint8; floats are [0, 1]."""
    size = size_of_long((picture.shape[0], picture.shape[1]), longest)
    if size != picture.shape[:2]:
        picture = cv2.resize(picture, size[::-1], interpolation=cv2.INTER_AREA)
    if picture.dtype == np.uint8:
        return picture
    return to_uint8(np.asarray(picture, np.float32))


def over_checker(pixels: Pixels, alpha: NDArray[np.uint8] | None) -> Pixels:
    """Lay a preview with transparency over a checkerboard.

    The downloaded file keeps its transparency.
    """
    if alpha is None:
        return pixels
    height, width = pixels.shape[:2]
    rows, columns = np.arange(height)[:, None] // CHECKER_PX, np.arange(width)[None] // CHECKER_PX
    board = np.where((rows + columns) % 2, 255, 232).astype(np.float32)[..., None]
    opacity = (
        cv2.resize(alpha, (width, height), interpolation=cv2.INTER_AREA)[..., None].astype(
            np.float32
        )
        / 255
    )
    return (pixels * opacity + board * (1 - opacity) + 0.5).astype(np.uint8)


def over_white(painting: Painting) -> Pixels | None:
    """Make the preview of a transparent result over white; None where it is opaque."""
    alpha = painting.photo.alpha
    if alpha is None:
        return None
    picture = fit(result_shown(painting))
    height, width = picture.shape[:2]
    opacity = cv2.resize(alpha, (width, height), interpolation=cv2.INTER_AREA)[..., None] / 255
    flat = picture * opacity + 255 * (1 - opacity)
    return bordered((flat + 0.5).astype(np.uint8), painting.settings)


def for_field(path: Path, photo: Photo) -> Pixels | None:
    """Make the preview that stands for a photo in its field.

    Return None where browsers can show its file, and it is not too large for them.
    """
    kind, (width, height) = read_header(path)
    rows, columns = photo.pixels.shape[:2]
    if kind in BROWSERS_SHOW and rows * columns == width * height:
        return None
    return over_checker(fit(photo.pixels, FIELD_PX), photo.alpha)


def tint(photo: Image, labels: Labels) -> Pixels:
    """Draw the parse in colors over the photo in gray."""
    pixels = fit(photo)
    size = pixels.shape[1], pixels.shape[0]
    classes = cv2.resize(labels, size, interpolation=cv2.INTER_NEAREST)
    gray = luminance(pixels)[..., None]
    mixed = (PALETTE[classes].astype(np.uint16) * 3 + gray * 2) // 5
    return np.where(classes[..., None] > 0, mixed, gray).astype(np.uint8)


def show_mask(mask: Mask) -> Pixels:
    """Draw a mask in [0, 1] as a gray picture."""
    return cv2.cvtColor(fit(mask), cv2.COLOR_GRAY2RGB)


def result_shown(painting: Painting) -> Image | Pixels:
    """Return the result as it is looked at: of a small photo as large as its strokes are fine."""
    from pipeline.steps.full_size import painted_at, result_size

    if painting.strokes is None:
        return painting.result
    percent = painting.settings.frame.border
    size = inside(result_size(painting.photo.size, painting.settings), percent)
    size = size_of_long(size, PREVIEW_PX)
    return painted_at(painting, size) if max(size) > max(painting.result.shape) else painting.result


_MAKERS: dict[str, Callable[[Painting], Pixels | None]] = {
    "photo": lambda p: fit(p.original if p.own is None else p.own),
    "paint": lambda p: None if p.styled is None else fit(p.styled),
    "parse": lambda p: None if p.parse is None else tint(p.original, p.parse),
    "restore": lambda p: None if p.restored is None else fit(p.restored),
    MASK: lambda p: None if p.mask is None else show_mask(p.mask),
    RESULT: lambda p: fit(result_shown(p)),
}


def preview_of(painting: Painting, stage: str) -> Pixels | None:
    """Make a stage's preview, the result's with its border; None where the stage was skipped."""
    picture = _MAKERS[stage](painting)
    if picture is None:
        return None
    seen = over_checker(picture, painting.photo.alpha)
    return bordered(seen, painting.settings) if stage == RESULT else seen


def bordered(picture: Pixels, settings: Settings) -> Pixels:
    """Lay the border of the settings around a preview."""
    return lay(picture, around((picture.shape[0], picture.shape[1]), settings.frame.border))


def caption_of(painting: Painting, stage: str) -> str:
    """Say what a stage's picture shows; where it was skipped, why."""
    title, reason = TITLES[stage], painting.skipped.get(stage)
    if reason:
        unneeded = is_unneeded(painting, stage)
        what = NOT_BLENDED if stage == RESULT else NONE if unneeded else SKIPPED
        return f"{title}: {what}. {retold(brief(reason))}"
    # A stage that came from the cache took none worth saying.
    seconds = painting.seconds.get(stage, 0.0)
    return f"{title}, {number(seconds, 1)} s" if seconds >= 0.05 else str(title)


def is_unneeded(painting: Painting, stage: str) -> bool:
    """Tell whether a stage had nothing to do: every face was looked at, and none needs it."""
    return stage == "restore" and bool(painting.plans)


def brief(reason: str) -> str:
    """Take the first sentence of a reason; the others tell the machine's owner what to do."""
    return reason.partition(". ")[0].rstrip(".") + "."


def blank(shape: tuple[int, ...]) -> Pixels:
    """Make the empty canvas that stands for a skipped stage."""
    return np.full(shape, CANVAS, np.uint8)


def write_preview(path: Path, pixels: Pixels, alpha: NDArray[np.uint8] | None = None) -> Path:
    """Write a JPEG: what is only looked at has to arrive soon, also by a phone's connection.

    `path`: its suffix is .jpg, or .webp where there is an `alpha`, (H, W).

    Raises: OSError: the disk refused.
    """
    stored = cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR)
    if alpha is not None:
        stored = np.dstack([stored, alpha])
    made, data = cv2.imencode(path.suffix, stored, WELL if alpha is None else WELL_WEBP)
    if not made:
        raise ValueError(f"Wanted a {path.suffix} of {pixels.shape}, and OpenCV refused.")
    write_whole(path, lambda file: file.write(data.data))
    return path
