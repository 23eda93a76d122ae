"""Write pictures in the formats of files, with settings and weights as metadata."""

import io
import zlib
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from pipeline.io.atomic import write_whole
from pipeline.io.png_metadata import describe
from pipeline.settings import Settings
from pipeline.types import Labels, PhotoError, Pixels, WeightUse

_OPAQUE = (".jpg", ".jpeg")
# Paint does not repeat itself: higher levels take much longer for few bytes, and where nothing but
# runs of a byte is looked for, it is faster and smaller.
_PNG = {"compress_level": 1, "compress_type": zlib.Z_RLE}
DPI = (300, 300)  # as prints have

WRITTEN: dict[str, tuple[str, dict[str, Any]]] = {
    ".png": ("PNG", {**_PNG, "dpi": DPI}),
    ".jpg": ("JPEG", {"quality": 95, "subsampling": 0, "dpi": DPI}),
    ".jpeg": ("JPEG", {"quality": 95, "subsampling": 0, "dpi": DPI}),
    ".webp": ("WEBP", {"quality": 95}),
    ".tif": ("TIFF", {"compression": "tiff_deflate", "dpi": DPI}),
    ".tiff": ("TIFF", {"compression": "tiff_deflate", "dpi": DPI}),
}
_MAX_SIDE = {"JPEG": 65_500, "WEBP": 16_383}  # px, by format

# background, person, skin, brows, eyes, lips, teeth: EasyPortrait's classes 0-8
LABEL_COLORS = (
    (0, 0, 0),
    (160, 221, 255),
    (130, 106, 237),
    (200, 121, 255),
    (255, 183, 255),
    (0, 144, 193),
    (113, 137, 255),
    (230, 117, 153),
    (255, 255, 255),
)


def encode_png(
    pixels: Pixels,
    *,
    alpha: NDArray[np.uint8] | None = None,
    settings: Settings | None = None,
    weights: tuple[WeightUse, ...] = (),
) -> bytes:
    """Encode pixels (H, W, 3) and alpha (H, W) as PNG, with settings and weights as metadata."""
    file = io.BytesIO()
    _join(pixels, alpha).save(file, "PNG", pnginfo=describe(settings, weights), dpi=DPI, **_PNG)
    return file.getvalue()


def write_picture(
    path: Path,
    pixels: Pixels,
    *,
    alpha: NDArray[np.uint8] | None = None,
    settings: Settings | None = None,
    weights: tuple[WeightUse, ...] = (),
    overwrite: bool = False,
) -> list[str]:
    """Write pixels, (H, W, 3) or (H, W), in the format of `path`'s suffix, whole or not at all.

    Returns notes for the person. `settings` and `weights` are written into PNGs only.

    Raises: PhotoError: the suffix is not supported, or a side is too long for the format.
    FileExistsError: `path` exists.
    """
    kind, options = format_of(path)
    check_sides(path, pixels.shape)
    notes: list[str] = []
    if alpha is not None and path.suffix.lower() in _OPAQUE:
        pixels, alpha = _flatten(pixels, alpha), None
        notes.append("JPEG has no transparency: flattened over white.")
    picture = _join(pixels, alpha)
    if kind == "PNG":
        options = {**options, "pnginfo": describe(settings, weights)}
    write_whole(path, lambda file: picture.save(file, kind, **options), overwrite=overwrite)
    return notes


def write_labels(path: Path, labels: Labels, *, overwrite: bool = False) -> None:
    """Write classes, (H, W) in 0-8, as an 8-bit index PNG whose palette is `LABEL_COLORS`.

    Raises: PhotoError: the suffix is not .png. FileExistsError: `path` exists.
    """
    if path.suffix.lower() != ".png":
        raise PhotoError(
            f"Classes are written as .png only, found {path.suffix or 'no suffix'!r}; "
            f"name it {path.stem}.png."
        )
    picture = Image.fromarray(labels)
    picture.putpalette([value for color in LABEL_COLORS for value in color])
    write_whole(path, lambda file: picture.save(file, "PNG", bits=8), overwrite=overwrite)


def format_of(path: Path) -> tuple[str, dict[str, Any]]:
    """Look up Pillow's name of the format of `path`'s suffix, and the options for saving.

    Raises: PhotoError: the suffix is not supported.
    """
    try:
        return WRITTEN[path.suffix.lower()]
    except KeyError:
        raise PhotoError(
            f"Wanted a result named {', '.join(WRITTEN)}, found {path.suffix or 'no suffix'!r}; "
            "rename it."
        ) from None


def check_sides(path: Path, size: tuple[int, ...]) -> None:
    """Refuse a (height, width, …) that the format of `path`'s suffix does not hold.

    Raises: PhotoError: a side is too long, or the suffix is not supported.
    """
    kind, _ = format_of(path)
    longest = max(size[:2])
    if longest > _MAX_SIDE.get(kind, longest):
        raise PhotoError(
            f"{kind} holds at most {_MAX_SIDE[kind]} px a side, found {longest}; "
            "choose .png or .tiff."
        )


def _join(pixels: Pixels, alpha: NDArray[np.uint8] | None) -> Image.Image:
    picture = Image.fromarray(pixels)
    if alpha is not None:
        picture.putalpha(Image.fromarray(alpha))
    return picture


def _flatten(pixels: Pixels, alpha: NDArray[np.uint8]) -> Pixels:
    """Composite pixels over white by their alpha."""
    white = Image.new("RGB", (pixels.shape[1], pixels.shape[0]), (255, 255, 255))
    white.paste(Image.fromarray(pixels), mask=Image.fromarray(alpha))
    return np.asarray(white)
