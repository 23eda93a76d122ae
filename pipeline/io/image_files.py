"""Read picture files; unusable pictures are refused here, with a PhotoError each."""

import io
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from PIL import Image, UnidentifiedImageError
from PIL.ImageFile import ImageFile

from pipeline.io.decode import normalize
from pipeline.io.png_metadata import KEY, parse_settings
from pipeline.io.room import Room
from pipeline.io.shape import check_shape
from pipeline.settings import Settings
from pipeline.types import Photo, PhotoError

MAX_PIXELS = 220_000_000
WHOLE_PIXELS = 50_000_000  # a photo of more pixels is read at half its sides

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
_FRAMES = ("GIF", "PNG", "WEBP", "AVIF", "TIFF")  # formats of files that may hold several

Image.MAX_IMAGE_PIXELS = MAX_PIXELS  # Pillow refuses twice that by itself
for _category in (UserWarning, Image.DecompressionBombWarning):  # its asides; ours say what matters
    warnings.filterwarnings("ignore", category=_category, module=r"PIL\.")


def read_photo(source: Path | bytes, *, name: str | None = None) -> Photo:
    """Read a picture file of any kind as an upright 8-bit sRGB photo.

    It has the file's full size, or half its sides where that is more than `WHOLE_PIXELS`.

    Raises: PhotoError: the file is missing, no picture, damaged, too large, too small or too
    narrow.
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
    """Read Pillow's name of a picture's format, and the (width, height) in its header.

    Raises: PhotoError: it is no picture.
    """
    with _opened(source) as image:
        return image.format or "", image.size


def largest(kind: str) -> int:
    """Return how many pixels a picture of this kind may have; `ROOM_BYTES` suffice for them."""
    return max(WHOLE_PIXELS, min(MAX_PIXELS, ROOM_BYTES // (_HELD.get(kind, 4) + 1)))


def read_settings(source: Path | bytes) -> tuple[Settings | None, tuple[str, ...]]:
    """Read the settings in a PNG that this project wrote; None for any other picture.

    The second value names what an earlier version wrote that is dropped, for `say_dropped`.

    Raises: ValueError: the settings are damaged or out of range. PhotoError: it is no picture.
    """
    with _opened(source) as image:
        text = image.info.get(KEY) if image.format == "PNG" else None
    return parse_settings(text) if isinstance(text, str) else (None, ())


@contextmanager
def _opened(source: Path | bytes) -> Iterator[ImageFile]:
    """Open a picture while it is read; any error of its decoder becomes a PhotoError."""
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
        raise PhotoError("The picture is damaged or cut off; save or download it again.") from error


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
        "This is not a picture that can be read, or only its beginning; choose a "
        f"{_READ_NAMES} file."
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
    check_shape(width, height)


def _too_large(found: str, kind: str = "") -> PhotoError:
    limit = largest(kind)
    wanted = f"Wanted at most {limit / 1e6:.0f} megapixels"
    if limit == MAX_PIXELS:
        return PhotoError(f"{wanted}, found {found}; make it smaller first.")
    advice = "make it smaller, or save it as a plain JPEG"
    return PhotoError(f"{wanted} in a {kind} file, found {found}; {advice}.")


def _needed(pixels: int, kind: str) -> int:
    """Sum the bytes that reading so many pixels takes: the decoder's, the photo's, its alpha's."""
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
    """Make the note that a picture of `found` pixels was read with fewer; none where it was not."""
    if painted >= found:
        return []
    return [f"It has {found / 1e6:.3g} megapixels; it is painted at {painted / 1e6:.3g}."]


def _count_frames(image: ImageFile) -> list[str]:
    """Choose the first of several frames or pages, with a note that says so."""
    count = getattr(image, "n_frames", 1)
    if count == 1 or image.format not in _FRAMES:
        return []
    image.seek(0)
    if image.format == "TIFF":
        return [f"Only the first of its {count} pages is used."]
    return [f"Only the first of its {count} frames is used."]
