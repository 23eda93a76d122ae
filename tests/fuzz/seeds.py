"""Small good files of each format, from which broken ones are made."""

import io
import json
from collections.abc import Callable
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
from PIL import Image

from pipeline.io.strokes_files import ARRAYS, FORMAT
from pipeline.io.video import write_film
from pipeline.runtime.style_files import painter_entry, write_style
from pipeline.runtime.styles import known_styles
from pipeline.settings import Settings
from pipeline.weights.resolve import obtain

SIZE = (72, 96)


def _picture(seed: int = 0) -> Image.Image:
    rng = np.random.default_rng(seed)
    small = Image.fromarray(rng.integers(0, 256, (9, 12, 3), np.uint8))
    return small.resize(SIZE[::-1], Image.Resampling.BICUBIC)


def _saved(picture: Image.Image, kind: str, **how: Any) -> bytes:
    file = io.BytesIO()
    picture.save(file, kind, **how)
    return file.getvalue()


def _frames() -> dict[str, Any]:
    return {"save_all": True, "append_images": [_picture(n) for n in (1, 2, 3)], "duration": 80}


def _jpeg() -> list[bytes]:
    exif = Image.Exif()
    exif[0x0112], exif[0x010E] = 6, "<b>me</b>"
    return [
        _saved(_picture(), "JPEG", quality=80, exif=exif),
        _saved(_picture(), "JPEG", progressive=True),
        _saved(_picture().convert("CMYK"), "JPEG"),
    ]


def _png() -> list[bytes]:
    from PIL.PngImagePlugin import PngInfo

    info = PngInfo()
    info.add_text("portrait-settings", settings_texts()[0])
    info.add_text("note", "x" * 5000, zip=True)
    deep = Image.fromarray(np.arange(72 * 96, dtype=np.uint16).reshape(SIZE) * 9)
    return [
        _saved(_picture(), "PNG", pnginfo=info),
        _saved(_picture().convert("P"), "PNG", transparency=3),
        _saved(deep, "PNG"),
        _saved(_picture(), "PNG", **_frames()),
    ]


def _webp() -> list[bytes]:
    return [
        _saved(_picture(), "WEBP"),
        _saved(_picture().convert("RGBA"), "WEBP", lossless=True),
        _saved(_picture(), "WEBP", **_frames()),
    ]


def _gif() -> list[bytes]:
    return [_saved(_picture(), "GIF"), _saved(_picture(), "GIF", **_frames())]


def _bmp() -> list[bytes]:
    return [_saved(_picture(), "BMP"), _saved(_picture().convert("P"), "BMP")]


def _tiff() -> list[bytes]:
    ways = [None, "tiff_lzw", "tiff_adobe_deflate", "jpeg", "packbits"]
    pages = _saved(_picture(), "TIFF", save_all=True, append_images=[_picture(1)])
    return [*(_saved(_picture(), "TIFF", compression=way) for way in ways), pages]


def _heic() -> list[bytes]:
    import pillow_heif

    file = io.BytesIO()
    pillow_heif.from_pillow(_picture()).save(file, quality=60)
    return [file.getvalue()]


def _mp4(folder: Path) -> list[bytes]:
    path = folder / "seed.mp4"
    write_film(path, (np.asarray(_picture(n)) for n in range(8)), 8, overwrite=True)
    return [path.read_bytes()]


def _npz() -> list[bytes]:
    return [packed(strokes_arrays())]


def strokes_arrays() -> dict[str, np.ndarray]:
    """Return the arrays of six strokes, as their file holds them."""
    rng, sides = np.random.default_rng(0), {"N": 6, "P": 4}
    arrays: dict[str, np.ndarray] = {"format": np.asarray(FORMAT, np.int64)}
    for name, (kind, shape) in ARRAYS.items():
        size = tuple(sides[side] if isinstance(side, str) else side for side in shape)
        arrays[name] = rng.random(size).astype(kind)
    arrays["counts"] += 2
    arrays["size"] = np.array([0.75, 1.0])
    return arrays


def packed(arrays: dict[str, np.ndarray]) -> bytes:
    """Pack arrays as .npz."""
    file = io.BytesIO()
    np.savez_compressed(file, **arrays)  # pyright: ignore[reportArgumentType]
    return file.getvalue()


def _style(folder: Path) -> list[bytes]:
    path, styles = folder / "quilt.safetensors", known_styles(obtain(painter_entry()))
    write_style(path, "Grandma's quilt", styles.numbers[3], styles.late)
    return [path.read_bytes()]


_BY_FORMAT: dict[str, Callable[..., list[bytes]]] = {
    "jpeg": _jpeg, "png": _png, "webp": _webp, "gif": _gif, "bmp": _bmp, "tiff": _tiff,
    "avif": lambda: [_saved(_picture(), "AVIF")], "heic": _heic, "mp4": _mp4, "npz": _npz,
    "style": _style,
}  # fmt: skip
_WITH_FILES = ("mp4", "style")
FORMATS = tuple(_BY_FORMAT)


@cache
def files_of(kind: str, folder: Path) -> list[bytes]:
    """Return good files of a format; `folder` is for making them."""
    make = _BY_FORMAT[kind]
    return make(folder) if kind in _WITH_FILES else make()


def random_arrays(rng: Random) -> dict[str, np.ndarray]:
    """Return strokes' arrays of which some are of another kind or shape, or hold odd numbers."""
    arrays = strokes_arrays()
    for name in rng.sample(list(arrays), rng.choice((1, 1, 2, 4))):
        array, way = arrays[name], rng.randrange(6)
        if way == 0:
            arrays[name] = np.asarray(array.flat[0])
        elif way == 1:
            arrays[name] = array.astype(rng.choice(("f8", "i1", "c8", "U3", "?", "V4", "M8[s]")))
        elif way == 2:
            arrays[name] = np.resize(array, rng.choice(((0,), (1, 1, 1, 1), (7, 4), (6, 0, 2))))
        elif way == 3:
            odd = rng.choice((np.nan, np.inf, -1, 1e9, 2**15, 0))
            with np.errstate(all="ignore"):
                arrays[name] = np.full_like(array.astype("f8"), odd).astype(array.dtype)
        elif way == 4:
            del arrays[name]
        else:
            arrays[name] = np.array([None, {}], object)
    return arrays


@cache
def settings_texts() -> list[str]:
    """Return the texts of settings that a PNG carries."""
    return [
        json.dumps({"version": 1, "settings": each.written(), "weights": {"a": "0" * 64}})
        for each in (Settings(), Settings.from_flat(painter="strokes", size="photo"))
    ]


@cache
def links() -> list[str]:
    """Return what follows the question mark of links."""
    return [
        "painter=strokes&mood=dusk&size=photo&border=3",
        "painter=portrait-aware&like=night&style_strength=0.5",
        "painter=fast&fast_style=water_lilies&fast_mix=0.4&weights=auto",
    ]
