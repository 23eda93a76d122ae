"""What a decoder delivers -> upright 8-bit sRGB, strip by strip: a big photo is held once as decoded and once as we want it."""

import io
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageCms
from PIL.ExifTags import Base
from PIL.ImageFile import ImageFile

from pipeline.types import PhotoError, Pixels

Alpha = NDArray[np.uint8]
Split = Callable[
    [Image.Image], tuple[Image.Image, Alpha | None]
]  # a strip -> its colors (L, RGB, CMYK or LAB), its opacity
ToRgb = Callable[[Image.Image], Image.Image]

STRIP_ROWS = 128
_SPACES = {
    "L": "GRAY",
    "RGB": "RGB ",
    "CMYK": "CMYK",
    "LAB": "Lab ",
}  # Pillow's mode -> ICC's name of the color space
_WHITE_IS_ZERO = 0
_PHOTOMETRIC = 262

_AS_STORED: dict[int, Callable[[NDArray[np.uint8]], NDArray[np.uint8]]] = {
    1: lambda upright: upright,
    2: lambda upright: upright[:, ::-1],
    3: lambda upright: upright[::-1, ::-1],
    4: lambda upright: upright[::-1],
    5: lambda upright: upright.swapaxes(0, 1),
    6: lambda upright: np.rot90(upright, 1),
    7: lambda upright: upright[::-1, ::-1].swapaxes(0, 1),
    8: lambda upright: np.rot90(upright, -1),
}


def normalize(image: ImageFile, factor: int = 1) -> tuple[Pixels, Alpha | None, list[str]]:
    """Decode an opened picture: upright sRGB pixels, their alpha (None where all is opaque), notes on what was changed.

    `factor`: how many pixels, in a row and in a column, become one; it divides `STRIP_ROWS`.

    Raises: PhotoError: numbers that are no photo. Whatever Pillow raises for broken data passes through.
    """
    layout = str(image.tile)  # the depth as stored is known only until the data is read
    image.load()
    split = _choose_split(image, layout)
    to_rgb, notes = _choose_conversion(
        split(image.crop((0, 0, 1, 1)))[0].mode, image.info.get("icc_profile")
    )
    if ";16" in layout or ";12" in layout:
        notes.insert(0, "Its colors were reduced to 8 bits a channel.")
    orientation = read_orientation(
        image
    )  # after load: Pillow turns a TIFF by itself and then forgets the tag
    width, height = image.size
    across, down = -(-width // factor), -(-height // factor)
    size = (across, down) if orientation >= 5 else (down, across)
    pixels = np.empty((*size, 3), np.uint8)
    alpha = np.full(size, 255, np.uint8) if image.has_transparency_data else None
    stored_alpha = None if alpha is None else as_stored(alpha, orientation)
    stored_pixels = as_stored(pixels, orientation)
    for top in range(0, height, STRIP_ROWS):
        strip = image.crop((0, top, width, min(top + STRIP_ROWS, height)))
        colors, opacity = _reduced(*split(strip), factor)
        rows = slice(top // factor, top // factor + colors.height)
        stored_pixels[rows] = np.asarray(to_rgb(colors))
        if stored_alpha is not None and opacity is not None:
            stored_alpha[rows] = opacity
    opaque = alpha is None or bool(alpha.min() == 255)
    return pixels, None if opaque else alpha, notes


def read_orientation(image: Image.Image) -> int:
    """Return the EXIF orientation, 1 (as stored) to 8; 1 where it is missing or makes no sense."""
    try:
        value = image.getexif().get(Base.Orientation, 1)
    except Exception:  # a broken EXIF block raises anything, and the pixels are fine without it
        return 1
    return value if value in _AS_STORED else 1


def as_stored(upright: NDArray[np.uint8], orientation: int) -> NDArray[np.uint8]:
    """View an upright array (H, W, ...) as its file stores it, so that writing into the view turns the picture.

    Source: EXIF 2.32, tag 0x0112.
    """
    return _AS_STORED[orientation](upright)


def _choose_split(image: Image.Image, layout: str) -> Split:
    """Return how strips of this picture become colors and opacity."""
    if image.mode.startswith("I;16") or (image.mode == "I" and image.format == "PPM"):
        white_is_zero = (
            getattr(image, "tag_v2", {}).get(_PHOTOMETRIC) == _WHITE_IS_ZERO
        )  # Pillow inverts these at 8 bits only
        return _split_deep(
            4095 if "I;12" in layout else 65535,
            image.info.get("transparency"),
            inverted=white_is_zero,
        )
    if image.mode in ("I", "F"):
        raise PhotoError(
            "Wanted a photo of 8 or 16 bits a channel, found 32-bit numbers; export it as a PNG or JPEG."
        )
    if ";16" in layout and image.mode == "RGB":
        image.info.pop(
            "transparency", None
        )  # a 16-bit color key means nothing in the 8 bits that Pillow leaves
    return _split_plain


def _split_deep(top: int, key: int | None, *, inverted: bool) -> Split:
    """Scale gray of 0..`top` to 8 bits, which Pillow's own conversion would clip; `key` is the transparent value."""

    def split(strip: Image.Image) -> tuple[Image.Image, Alpha | None]:
        deep = np.asarray(strip).astype(np.uint32)
        gray = ((deep * 255 + top // 2) // top).astype(np.uint8)
        opacity = None if key is None else np.where(deep == key, 0, 255).astype(np.uint8)
        return Image.fromarray(255 - gray if inverted else gray), opacity

    return split


def _split_plain(strip: Image.Image) -> tuple[Image.Image, Alpha | None]:
    if strip.mode == "LA":
        return strip.getchannel("L"), np.asarray(strip.getchannel("A"))
    if strip.has_transparency_data:
        strip = strip.convert("RGBA")
        return strip.convert("RGB"), np.asarray(strip.getchannel("A"))
    if strip.mode in _SPACES:
        return strip, None
    return strip.convert("L" if strip.mode == "1" else "RGB"), None


def _reduced(
    colors: Image.Image, opacity: Alpha | None, factor: int
) -> tuple[Image.Image, Alpha | None]:  # fmt: skip
    """Make one pixel of each `factor` x `factor`; what cannot be seen adds nothing to its color."""
    if factor == 1:
        return colors, opacity
    if opacity is None:
        return colors.reduce(factor), None
    mode = colors.mode
    colors.putalpha(Image.fromarray(opacity))
    small = colors.reduce(factor)  # Pillow weighs colors by their alpha
    return small.convert(mode), np.asarray(small.getchannel("A"))


def _choose_conversion(mode: str, profile: bytes | None) -> tuple[ToRgb, list[str]]:
    """Return how colors of `mode` become sRGB, and notes: by their ICC profile where it works, else by the plain formula."""
    notes: list[str] = []
    if profile:
        try:
            return _convert_by_profile(mode, profile)
        except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
            notes.append("Its color profile is broken and was ignored.")
    if mode == "LAB":
        return _transform(ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")), "LAB"), notes
    if mode == "CMYK":
        notes.append(
            "It holds printing inks (CMYK) without a usable color profile; its colors are an approximation."
        )
    return lambda colors: colors.convert("RGB"), notes


def _convert_by_profile(mode: str, data: bytes) -> tuple[ToRgb, list[str]]:
    """Return the conversion that an ICC profile describes.

    Raises: ImageCms.PyCMSError, OSError, ValueError: a profile that is broken or of another color space.
    """
    source = ImageCms.ImageCmsProfile(io.BytesIO(data))
    core: Any = source.profile
    space = core.xcolor_space
    if (
        mode == "L" and space == _SPACES["RGB"]
    ):  # gray pictures often carry the RGB profile of the program that saved them
        by_rgb = _transform(source, "RGB")
        return lambda colors: by_rgb(colors.convert("RGB")), []
    if space != _SPACES[mode]:
        raise ValueError(f"wanted a profile of {_SPACES[mode].strip()}, found {space.strip()}")
    name = ImageCms.getProfileDescription(source).strip()
    notes = (
        []
        if "sRGB" in name
        else [f"Its colors were converted from {name[:60] or 'its own profile'} to sRGB."]
    )
    return _transform(source, mode), notes


def _transform(source: ImageCms.ImageCmsProfile, mode: str) -> ToRgb:
    """Return relative colorimetric conversion with black point compensation, what photo programs do by default."""
    transform = ImageCms.buildTransform(
        source, ImageCms.createProfile("sRGB"), mode, "RGB",
        renderingIntent=ImageCms.Intent.RELATIVE_COLORIMETRIC, flags=ImageCms.Flags.BLACKPOINTCOMPENSATION,
    )  # fmt: skip

    def convert(colors: Image.Image) -> Image.Image:
        converted = ImageCms.applyTransform(colors, transform)
        return colors if converted is None else converted  # None is for in-place transforms only

    return convert
