"""Save and load paintings as files of arrays and JSON; without pickles, reading runs no code."""

import dataclasses
import json
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from pipeline.settings import Settings, say_dropped
from pipeline.types import (
    Drawing,
    Face,
    Painted,
    Painting,
    Photo,
    Prompt,
    RestorationPlan,
    Scene,
    Strokes,
    Style,
    WeightUse,
)

KINDS = {
    kind.__name__: kind
    for kind in (
        Painting,
        Painted,
        Scene,
        Photo,
        Face,
        RestorationPlan,
        Prompt,
        Drawing,
        Strokes,
        Style,
        WeightUse,
    )
}
GONE = {"Painted": {"broad"}}  # fields that files of earlier versions have
# Fields that files of earlier versions lack, of which the default says what they meant.
NEW = {
    "Prompt": {"kept", "mended"},
    "Painting": {"likeness", "own", "upright"},
    "Photo": {"guessed"},
}
TEXT = "json"  # name of the array that holds the JSON, as UTF-8 bytes
Arrays = dict[str, NDArray[Any]]


def save_painting(painting: Painting, file: IO[bytes]) -> None:
    """Write a painting as .npz.

    Raises: TypeError: it holds a value of a class that `KINDS` lacks.
    """
    arrays: Arrays = {}
    text = json.dumps(_plain(painting, arrays))
    np.savez(file, allow_pickle=False, **{TEXT: np.frombuffer(text.encode(), np.uint8)}, **arrays)


def load_painting(file: IO[bytes]) -> Painting:
    """Read what `save_painting` wrote, now or in earlier versions; a hint says what was dropped.

    Raises: ValueError: the file is damaged, or something else.
    """
    try:
        with np.load(file, allow_pickle=False) as arrays:
            plain = json.loads(bytes(arrays[TEXT]).decode())
            painting = _value(plain, arrays)
    except Exception as error:  # damaged archives fail in a dozen ways
        raise ValueError(f"A painting was wanted, something else was found ({error!r}).") from error
    if not isinstance(painting, Painting):
        raise ValueError(f"A painting was wanted, {type(painting).__name__} was found.")
    _, dropped = Settings.from_written(plain["Painting"]["settings"]["settings"])
    return dataclasses.replace(painting, hints=(*painting.hints, *say_dropped(dropped)))


def _plain(value: object, arrays: Arrays) -> object:
    """Convert a value to JSON's types; arrays are put into `arrays` and replaced by their names."""
    if isinstance(value, np.ndarray):
        arrays[str(len(arrays))] = value
        return {"array": str(len(arrays) - 1)}
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, Settings):
        return {"settings": value.written()}
    if isinstance(value, bytes):
        return {"bytes": value.hex()}
    if isinstance(value, tuple):
        return [_plain(part, arrays) for part in value]
    if isinstance(value, dict):
        return {"dict": {key: _plain(part, arrays) for key, part in value.items()}}
    if kind := KINDS.get(type(value).__name__):
        names = [field.name for field in dataclasses.fields(kind)]
        return {kind.__name__: {name: _plain(getattr(value, name), arrays) for name in names}}
    if value is None or isinstance(value, bool | int | float | str):
        return value
    raise TypeError(f"A painting's file has no place for {type(value).__name__}; add it to KINDS.")


def _value(plain: Any, arrays: Any) -> Any:  # noqa: ANN401 - whatever a painting holds
    """Convert a value of JSON's types back: the inverse of `_plain`."""
    if isinstance(plain, list):
        return tuple(_value(part, arrays) for part in plain)
    if not isinstance(plain, dict):
        return plain
    ((kind, content),) = plain.items()
    if kind == "array":
        return arrays[content]
    if kind == "settings":
        return Settings.from_written(content)[0]
    if kind == "bytes":
        return bytes.fromhex(content)
    gone = GONE.get(kind, ())
    values = {name: _value(part, arrays) for name, part in content.items() if name not in gone}
    if kind == "dict":
        return values
    # Another default would hide that the file is older than a field.
    wanted = {field.name for field in dataclasses.fields(KINDS[kind])} - NEW.get(kind, set())
    missing = wanted - set(values)
    if missing:
        raise ValueError(f"{kind} lacks {', '.join(sorted(missing))}")
    return KINDS[kind](**values)
