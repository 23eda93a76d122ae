"""Convert decoded pictures to upright 8-bit sRGB, strip by strip.

A large photo is thus held twice at most: as decoded and as converted.
"""

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
# A strip -> its colors (mode L, RGB, CMYK or LAB) and its opacity.
Split = Callable[[Image.Image], tuple[Image.Image, Alpha | None]]
ToRgb = Callable[[Image.Image], Image.Image]

STRIP_ROWS = 128
# Pillow's mode -> ICC's name of the color space.
_SPACES = {"L": "GRAY", "RGB": "RGB ", "CMYK": "CMYK", "LAB": "Lab "}
_PHOTOMETRIC = 262  # TIFF's tag of the photometric interpretation
_WHITE_IS_ZERO = 0  # a value of it
_BITS, _PLANES = 258, 284  # TIFF's tags of the bits a channel, and of how channels are stored
_APART = 2  # a value of the latter: one channel after the other

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
    """Decode an opened picture to upright sRGB pixels, alpha, and notes on what was changed.

    The alpha is None where all pixels are opaque.
    `factor`: the factor by which both sides are reduced; it divides `STRIP_ROWS`.

    Raises: PhotoError: the pixels are 32-bit numbers. Pillow's errors for broken data pass through.
    """
    _say_deep_planes(image)
    layout = str(image.tile)  # holds the stored bit depth; reading the data deletes it
    image.load()
    split = _choose_split(image, layout)
    to_rgb, notes = _choose_conversion(
        split(image.crop((0, 0, 1, 1)))[0].mode, image.info.get("icc_profile")
    )
    if ";16" in layout or ";12" in layout:
        notes.insert(0, "Its colors were reduced to 8 bits a channel.")
    # After load(): that turns a TIFF upright and removes its tag.
    orientation = read_orientation(image)
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


def _say_deep_planes(image: ImageFile) -> None:
    """Tell Pillow that a TIFF's uncompressed channels have 16 bits; it takes all for 8, as noise.

    libtiff, which reads compressed ones, knows it.
    """
    tags: Any = getattr(image, "tag_v2", {})
    if tags.get(_PLANES) != _APART or max(tags.get(_BITS, (1,))) != 16:
        return
    order = "L" if tags.prefix == b"II" else "B"
    image.tile = [
        tile._replace(args=(f"{tile.args[0]};16{order}", *tile.args[1:]))
        if tile.codec_name == "raw" and isinstance(tile.args, tuple)
        else tile
        for tile in image.tile
    ]


def read_orientation(image: Image.Image) -> int:
    """Read the EXIF orientation, 1 (as stored) to 8; 1 where it is missing or invalid."""
    try:
        value = image.getexif().get(Base.Orientation, 1)
    except Exception:  # a broken EXIF block raises anything, and the pixels are fine without it
        return 1
    return value if value in _AS_STORED else 1


def as_stored(upright: NDArray[np.uint8], orientation: int) -> NDArray[np.uint8]:
    """View an upright array (H, W, ...) as its file stores it.

    Writing stored rows into the view turns the picture upright.

    Source: EXIF 2.32, tag 0x0112.
    """
    return _AS_STORED[orientation](upright)


def _choose_split(image: Image.Image, layout: str) -> Split:
    """Choose the function that splits strips of this picture into colors and opacity.

    Raises: PhotoError: the pixels are 32-bit numbers.
    """
    if image.mode.startswith("I;16") or (image.mode == "I" and image.format == "PPM"):
        # Pillow inverts such pictures at 8 bits only.
        white_is_zero = getattr(image, "tag_v2", {}).get(_PHOTOMETRIC) == _WHITE_IS_ZERO
        return _split_deep(
            4095 if "I;12" in layout else 65535,
            image.info.get("transparency"),
            inverted=white_is_zero,
        )
    if image.mode in ("I", "F"):
        raise PhotoError(
            "Wanted a photo of 8 or 16 bits a channel, found 32-bit numbers; export it as a PNG or "
            "JPEG."
        )
    if ";16" in layout and image.mode == "RGB":
        # A 16-bit color key is meaningless for the 8 bits that Pillow keeps.
        image.info.pop("transparency", None)
    return _split_plain


def _split_deep(top: int, key: int | None, *, inverted: bool) -> Split:
    """Make a split for gray of 0 to `top`, scaled to 8 bits; Pillow's own conversion would clip.

    `key`: the value that is transparent, or None.
    """

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
    small = colors.reduce(factor)  # Pillow weights colors by their alpha
    return small.convert(mode), np.asarray(small.getchannel("A"))


def _choose_conversion(mode: str, profile: bytes | None) -> tuple[ToRgb, list[str]]:
    """Choose the conversion of `mode` to sRGB, with notes: the ICC profile's, else the formula."""
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
            "It holds printing inks (CMYK) without a usable color profile; its colors are an "
            "approximation."
        )
    return lambda colors: colors.convert("RGB"), notes


def _convert_by_profile(mode: str, data: bytes) -> tuple[ToRgb, list[str]]:
    """Build the conversion that an ICC profile describes, with notes.

    Raises: ImageCms.PyCMSError, OSError, ValueError: the profile is broken or for another color
    space.
    """
    source = ImageCms.ImageCmsProfile(io.BytesIO(data))
    core: Any = source.profile
    space = core.xcolor_space
    # Gray pictures often carry the RGB profile of the program that saved them.
    if mode == "L" and space == _SPACES["RGB"]:
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
    """Build a relative colorimetric conversion with black point compensation.

    That is the default of photo programs.
    """
    transform = ImageCms.buildTransform(
        source,
        ImageCms.createProfile("sRGB"),
        mode,
        "RGB",
        renderingIntent=ImageCms.Intent.RELATIVE_COLORIMETRIC,
        flags=ImageCms.Flags.BLACKPOINTCOMPENSATION,
    )

    def convert(colors: Image.Image) -> Image.Image:
        converted = ImageCms.applyTransform(colors, transform)
        return colors if converted is None else converted  # None is for in-place transforms only

    return convert
