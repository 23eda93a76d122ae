"""What reads what visitors give, and what must become of it: the right thing, or one sentence."""

import json
from collections.abc import Callable
from pathlib import Path
from random import Random
from urllib.parse import parse_qsl

import numpy as np

from pipeline.io.image_files import MAX_PIXELS, read_photo, read_settings
from pipeline.io.png_metadata import parse_settings
from pipeline.io.strokes_files import read_strokes
from pipeline.runtime.style_files import read_style
from pipeline.types import MIN_SIDE, PhotoError
from pipeline.video.read import MAX_PIXELS as FILM_PIXELS
from pipeline.video.read import open_film, read_frames
from pipeline.weights.catalog import WeightError
from tests.fuzz.mutations import mutated, mutated_json, mutated_text
from tests.fuzz.seeds import files_of, links, packed, random_arrays, settings_texts

TOLD = (PhotoError, ValueError, WeightError)  # what the page turns into a sentence
MOST_FRAMES = 50  # of a film, that are looked at
LONGEST = 1000  # characters of a sentence
FILMS = ("mp4", "gif", "webp")


class WrongError(AssertionError):
    """What came of an input is neither right nor one sentence."""


def case_of(kind: str, rng: Random, folder: Path) -> bytes:
    """Make a changed file, or a changed text, of a kind."""
    if kind == "settings":
        make = mutated_text if rng.random() < 0.5 else mutated_json
        return make(rng.choice(settings_texts()), rng).encode("utf-8", "surrogatepass")
    if kind == "links":
        return mutated_text(rng.choice(links()), rng).encode("utf-8", "surrogatepass")
    if kind == "npz" and rng.random() < 0.5:
        return packed(random_arrays(rng))
    return mutated(rng.choice(files_of(kind, folder)), rng)


def outcome(kind: str, data: bytes, folder: Path) -> str:
    """Read an input as the page would; return "read", or the sentence by which it was refused.

    Raises: WrongError: what came of it is wrong. Anything else: nobody would tell it in a sentence.
    """
    try:
        _READ.get(kind, _picture)(kind, data, folder)
    except TOLD as error:
        return sentence_in(error)
    return "read"


def sentence_in(error: Exception) -> str:
    """Return what an error says.

    Raises: WrongError: that is not one sentence.
    """
    said = str(error)
    if not said or len(said) > LONGEST or len(said.splitlines()) != 1 or "Traceback" in said:
        raise WrongError(f"wanted one sentence, found {said[:200]!r}") from error
    return said


def _file(kind: str, data: bytes, folder: Path) -> Path:
    name = "quilt.safetensors" if kind == "style" else f"case.{kind}"
    path = folder / name
    path.write_bytes(data)
    return path


def _picture(kind: str, data: bytes, folder: Path) -> None:
    """Read a picture twice: what it becomes depends on its file alone."""
    path = _file(kind, data, folder)
    if kind in FILMS:
        try:
            _film(path)
        except TOLD as error:
            sentence_in(error)
    _photo(path)


def _photo(path: Path) -> None:
    one, other = read_photo(path), read_photo(path)
    h, w, channels = one.pixels.shape
    if not (one.pixels.dtype == np.uint8 and channels == 3 and min(h, w) >= MIN_SIDE):
        raise WrongError(f"wanted a photo, found {one.pixels.shape} {one.pixels.dtype}")
    if h * w > MAX_PIXELS or (one.alpha is not None and one.alpha.shape != (h, w)):
        raise WrongError(f"wanted a photo's size, found {one.pixels.shape}")
    if not np.array_equal(one.pixels, other.pixels):
        raise WrongError("wanted the same picture twice, found two: memory was shown")
    read_settings(path)


def _film(path: Path) -> None:
    film = open_film(path)
    for _, frame in zip(range(MOST_FRAMES), read_frames(film), strict=False):
        if frame.pixels.shape[:2] != film.size or frame.pixels.dtype != np.uint8:
            raise WrongError(f"wanted pictures of {film.size}, found {frame.pixels.shape}")
        if frame.pixels.size > 3 * FILM_PIXELS:
            raise WrongError(f"wanted a film's size, found {frame.pixels.shape}")


def _film_only(kind: str, data: bytes, folder: Path) -> None:
    _film(_file(kind, data, folder))


def _strokes(kind: str, data: bytes, folder: Path) -> None:
    strokes = read_strokes(_file(kind, data, folder))
    if not np.isfinite(strokes.points).all():
        raise WrongError("wanted finite strokes")


def _style(kind: str, data: bytes, folder: Path) -> None:
    style = read_style(_file(kind, data, folder))
    if not (style.label.isprintable() and np.isfinite(style.numbers).all()):
        raise WrongError(f"wanted a style, found {style.label!r}")


def _settings(kind: str, data: bytes, folder: Path) -> None:
    settings, _ = parse_settings(data.decode("utf-8", "surrogatepass"))
    if parse_settings(json.dumps({"settings": settings.written()}))[0] != settings:
        raise WrongError("wanted settings that are written as they are read")


def _links(kind: str, data: bytes, folder: Path) -> None:
    from ui import style_box
    from ui.notes import note
    from ui.widgets import from_link

    query = dict(parse_qsl(data.decode("utf-8", "surrogatepass"), keep_blank_values=True))
    settings, bad = from_link(query)
    _, missing = style_box.from_link(query, settings)
    for sentence in [*bad, *missing]:
        if len(sentence.splitlines()) > 1 or len(sentence) > LONGEST:
            raise WrongError(f"wanted one sentence, found {sentence[:200]!r}")
    if "<script" in note([*bad, *missing]):
        raise WrongError("wanted text, found HTML")


_READ: dict[str, Callable[[str, bytes, Path], None]] = {
    "mp4": _film_only, "npz": _strokes, "style": _style, "settings": _settings, "links": _links,
}  # fmt: skip
