"""Files <-> pictures. Every way in which a picture can be unusable is found and said here."""

import io
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, UnidentifiedImageError
from PIL.ImageFile import ImageFile

from pipeline.io.atomic import write_whole
from pipeline.io.decode import normalize
from pipeline.io.png_metadata import KEY, describe, parse_settings
from pipeline.io.room import Room
from pipeline.settings import Settings
from pipeline.types import Labels, Photo, PhotoError, Pixels, WeightUse

MAX_PIXELS = 220_000_000
WHOLE_PIXELS = 50_000_000  # beyond it a photo is read at half its sides
MIN_SIDE = 16  # px; below it there is nothing to paint
MAX_ASPECT = 20

_READ = (
    "JPEG",
    "PNG",
    "WEBP",
    "GIF",
    "TIFF",
    "BMP",
    "AVIF",
    "JPEG2000",
    "PPM",
)  # no formats that run programs, such as EPS
_PROGRESSIVE = "progressive JPEG"
# Bytes a pixel that decoding takes at most, measured; of other kinds Pillow's own four.
# A progressive JPEG's are those of decoding it at half its sides.
_HELD = {_PROGRESSIVE: 7, "HEIF": 8, "TIFF": 14, "AVIF": 14, "WEBP": 16, "JPEG2000": 24}
ROOM_BYTES = 1_200_000_000  # for all that is read at once; networks and paintings stand beside it
_ROOM = Room(ROOM_BYTES)
_READ_NAMES = "JPEG, PNG, WebP, HEIC, AVIF, TIFF, GIF or BMP"
_FRAMES = {"GIF": "frames", "PNG": "frames", "WEBP": "frames", "AVIF": "frames", "TIFF": "pages"}
_OPAQUE = (".jpg", ".jpeg")
_PNG_LEVEL = 4  # a third of level 6's time for 7 % more bytes

WRITTEN: dict[str, tuple[str, dict[str, Any]]] = {
    ".png": ("PNG", {"compress_level": _PNG_LEVEL}),
    ".jpg": ("JPEG", {"quality": 95, "subsampling": 0}),
    ".jpeg": ("JPEG", {"quality": 95, "subsampling": 0}),
    ".webp": ("WEBP", {"quality": 95}),
    ".tif": ("TIFF", {"compression": "tiff_deflate"}),
    ".tiff": ("TIFF", {"compression": "tiff_deflate"}),
}
_MAX_SIDE = {"JPEG": 65_500, "WEBP": 16_383}  # px, by format

# background, person, skin, brows, eyes, lips, teeth: EasyPortrait's classes 0-8
LABEL_COLORS = (
    (0, 0, 0), (160, 221, 255), (130, 106, 237), (200, 121, 255), (255, 183, 255),
    (0, 144, 193), (113, 137, 255), (230, 117, 153), (255, 255, 255),
)  # fmt: skip

Image.MAX_IMAGE_PIXELS = MAX_PIXELS  # Pillow refuses twice that by itself
for _category in (UserWarning, Image.DecompressionBombWarning):  # its asides; ours say what matters
    warnings.filterwarnings("ignore", category=_category, module=r"PIL\.")


def read_photo(source: Path | bytes, *, name: str | None = None) -> Photo:
    """Read a picture file of any kind as an upright 8-bit sRGB photo.

    It has the file's full size, or half its sides where that is more than `WHOLE_PIXELS`.

    Raises: PhotoError: the file is missing, no picture, damaged, too large, too small or too narrow.
    """
    label = name or (source.stem if isinstance(source, Path) else "photo")
    with _opened(source) as image:
        kind = _kind_of(image)
        _check_size(*image.size, kind)
        frames = _count_frames(image)
        _check_size(*image.size, kind)  # a decoder may learn its true size at its frames
        found = image.size[0] * image.size[1]
        with _ROOM.taken(_needed(found, kind)):
            pixels, alpha, notes = normalize(image, _draft(image))
    reduced = _say_reduced(found, pixels.shape[0] * pixels.shape[1])
    return Photo(pixels, alpha, label, (*frames, *reduced, *notes))


def read_header(source: Path | bytes) -> tuple[str, tuple[int, int]]:
    """Return Pillow's name of a picture's format, and the (width, height) that its header states.

    Raises: PhotoError: it is no picture.
    """
    with _opened(source) as image:
        return image.format or "", image.size


def largest(kind: str) -> int:
    """Return how many pixels a picture of this kind may have; `ROOM_BYTES` suffice for them."""
    return max(WHOLE_PIXELS, min(MAX_PIXELS, ROOM_BYTES // (_HELD.get(kind, 4) + 1)))


def read_settings(source: Path | bytes) -> Settings | None:
    """Return the settings that a PNG made here carries, None for any other picture.

    Raises: ValueError: it carries settings that are damaged or out of range. PhotoError: it is no picture.
    """
    with _opened(source) as image:
        text = image.info.get(KEY) if image.format == "PNG" else None
    return parse_settings(text) if isinstance(text, str) else None


def encode_png(
    pixels: Pixels,
    *,
    alpha: NDArray[np.uint8] | None = None,
    settings: Settings | None = None,
    weights: tuple[WeightUse, ...] = (),
) -> bytes:
    """Encode pixels (H, W, 3) and their alpha (H, W) as a lossless PNG that carries the settings and weights that made it."""
    file = io.BytesIO()
    _join(pixels, alpha).save(
        file, "PNG", pnginfo=describe(settings, weights), compress_level=_PNG_LEVEL
    )
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
    """Write pixels (H, W, 3) or (H, W) in the format of `path`'s suffix, whole or not at all; return notes for the person.

    Raises: PhotoError: a suffix that is not written, a side the format cannot hold. FileExistsError: `path` is there already.
    """
    kind, options = format_of(path)
    longest = max(pixels.shape[:2])
    if longest > _MAX_SIDE.get(kind, longest):
        raise PhotoError(
            f"{kind} holds at most {_MAX_SIDE[kind]} px a side, found {longest}; choose .png or .tiff."
        )
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
    """Write classes (H, W) 0-8 as an 8-bit index PNG: its numbers are the classes, its palette shows them.

    Raises: PhotoError: another suffix. FileExistsError: `path` is there already.
    """
    if path.suffix.lower() != ".png":
        raise PhotoError(
            f"Classes are written as .png only, found {path.suffix or 'no suffix'!r}; name it {path.stem}.png."
        )
    picture = Image.fromarray(labels)
    picture.putpalette([value for color in LABEL_COLORS for value in color])
    write_whole(path, lambda file: picture.save(file, "PNG", bits=8), overwrite=overwrite)


def format_of(path: Path) -> tuple[str, dict[str, Any]]:
    """Return Pillow's name of the format that `path`'s suffix chooses, and how it is saved.

    Raises: PhotoError: a suffix that is not written.
    """
    try:
        return WRITTEN[path.suffix.lower()]
    except KeyError:
        raise PhotoError(
            f"Wanted a result named {', '.join(WRITTEN)}, found {path.suffix or 'no suffix'!r}; rename it."
        ) from None


@contextmanager
def _opened(source: Path | bytes) -> Iterator[ImageFile]:
    """Open a picture for as long as it is read; whatever its decoder raises becomes a PhotoError."""
    try:
        with _open(source) as image:
            yield image
    except (PhotoError, MemoryError):
        raise
    except Exception as error:  # decoders raise whatever a broken byte leads them to
        if isinstance(error, OSError) and error.errno is not None:
            raise PhotoError(
                f"The file cannot be read ({error.strerror}); check its permissions and its disk."
            ) from error
        reason = (str(error) or type(error).__name__).splitlines()[0][:120]
        raise PhotoError(
            f"The picture is damaged or cut off ({reason}); save or download it again."
        ) from error


def _open(source: Path | bytes) -> ImageFile:
    """Open a picture without decoding its pixels."""
    if isinstance(source, Path):
        _check_file(source)
    elif not source:
        raise PhotoError("The file is empty (0 bytes); choose another.")
    try:
        return _identify(source, _READ)
    except Image.DecompressionBombError:
        raise _too_large(
            f"more than {2 * (Image.MAX_IMAGE_PIXELS or MAX_PIXELS) / 1e6:.0f}"
        ) from None
    except UnidentifiedImageError:
        pass
    if _is_heif(source):
        import pillow_heif  # slow to load and seldom needed

        pillow_heif.register_heif_opener()
        try:
            return _identify(source, ("HEIF",))
        except UnidentifiedImageError:
            pass
    raise PhotoError(
        f"This is not a picture that can be read, or only its beginning; choose a {_READ_NAMES} file."
    )


def _identify(source: Path | bytes, formats: tuple[str, ...]) -> ImageFile:
    return Image.open(source if isinstance(source, Path) else io.BytesIO(source), formats=formats)


def _check_file(path: Path) -> None:
    if not path.exists():
        raise PhotoError("There is no such file; check its name and folder.")
    if not path.is_file():
        raise PhotoError("Wanted a picture file, found a folder or a device; name the file itself.")
    if path.stat().st_size == 0:
        raise PhotoError("The file is empty (0 bytes); choose another.")


def _is_heif(source: Path | bytes) -> bool:
    if isinstance(source, bytes):
        return source[4:8] == b"ftyp"
    with source.open("rb") as file:
        return file.read(8)[4:] == b"ftyp"


def _kind_of(image: ImageFile) -> str:
    """Return the picture's format, and whether its decoder has to hold the whole of it."""
    return _PROGRESSIVE if image.info.get("progressive") else image.format or ""


def _check_size(width: int, height: int, kind: str = "") -> None:
    """Refuse sizes that cannot be painted, before a pixel is decoded."""
    if width * height > largest(kind):
        raise _too_large(f"{width} x {height} = {width * height / 1e6:.1f}", kind)
    if min(width, height) < MIN_SIDE:
        raise PhotoError(
            f"Wanted at least {MIN_SIDE} px on each side, found {width} x {height}; choose a larger picture."
        )
    if max(width, height) > MAX_ASPECT * min(width, height):
        raise PhotoError(
            f"Wanted at most {MAX_ASPECT} times as long as wide, found {width} x {height}; crop it first."
        )


def _too_large(found: str, kind: str = "") -> PhotoError:
    limit = largest(kind)
    wanted = f"Wanted at most {limit / 1e6:.0f} megapixels"
    if limit == MAX_PIXELS:
        return PhotoError(f"{wanted}, found {found}; make it smaller first.")
    advice = "make it smaller, or save it as a plain JPEG"
    return PhotoError(f"{wanted} in a {kind} file, found {found}; {advice}.")


def _needed(pixels: int, kind: str) -> int:
    """Return how many bytes reading so many pixels takes: the decoder's, the photo's, its alpha's."""
    kept = pixels if pixels <= WHOLE_PIXELS else -(-pixels // 4)
    return pixels * _HELD.get(kind, 4) + kept * 4


def _draft(image: ImageFile) -> int:
    """Make a decoder that can do so read a large picture at half its sides.

    Return how many times smaller the sides of what it reads have to become, 1 or 2.
    """
    width, height = image.size
    if width * height <= WHOLE_PIXELS:
        return 1
    image.draft(None, (width // 2, height // 2))
    return 2 if image.size == (width, height) else 1


def _say_reduced(found: int, painted: int) -> list[str]:
    """Say so where a picture of `found` pixels is read with fewer."""
    if painted >= found:
        return []
    return [f"It has {found / 1e6:.3g} megapixels; it is painted at {painted / 1e6:.3g}."]


def _count_frames(image: ImageFile) -> list[str]:
    """Say so where only the first of several frames or pages is used."""
    count = getattr(image, "n_frames", 1)
    if count == 1 or image.format not in _FRAMES:
        return []
    image.seek(0)
    return [f"Only the first of its {count} {_FRAMES[image.format]} is used."]


def _join(pixels: Pixels, alpha: NDArray[np.uint8] | None) -> Image.Image:
    picture = Image.fromarray(pixels)
    if alpha is not None:
        picture.putalpha(Image.fromarray(alpha))
    return picture


def _flatten(pixels: Pixels, alpha: NDArray[np.uint8]) -> Pixels:
    """Lay pixels over white by their alpha."""
    white = Image.new("RGB", (pixels.shape[1], pixels.shape[0]), (255, 255, 255))
    white.paste(Image.fromarray(pixels), mask=Image.fromarray(alpha))
    return np.asarray(white)
