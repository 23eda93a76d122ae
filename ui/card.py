"""The card of a kept painting: how it was made, in JSON, as the visitor's browser keeps it.

What comes back from there is not trusted: every value is checked.
"""

import base64
import binascii
import json
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from hashlib import blake2b
from typing import Any

import numpy as np

from pipeline.settings import Settings
from pipeline.types import ADDED, TAKEN, Drawing, PhotoError, Prompt, drawing_of
from ui.drawing import DRAWN_PX
from ui.prompts import prompt_from
from ui.words import later

MOST_CHARACTERS = 1_000_000
LONGEST_NAME = 80
OTHER = later(
    "This painting was kept by another version of the page, or is damaged; paint it anew."
)


@dataclass(frozen=True)
class Card:
    """How a painting was made.

    `photo`: tells its photo from others. `name`: of the photo.
    `size`: (height, width) px of the framed photo in which the corrections, `prompt`, are.
    `like`: what the gallery calls the picture that it was painted like, or nothing.
    """

    photo: str
    name: str
    settings: Settings
    size: tuple[int, int]
    prompt: Prompt = field(default_factory=Prompt)
    like: str = ""

    @property
    def key(self) -> str:
        """The same for the same painting made once more."""
        return _digest(written(self))

    @property
    def way(self) -> str:
        """The same for paintings of one photo that only sliders and corrections tell apart."""
        chosen = {k: v for k, v in self.settings.flat().items() if not _is_number(v)}
        return _digest(json.dumps([self.photo, self.like, chosen]))

    def prompt_in(self, size: tuple[int, int]) -> Prompt:
        """Return the corrections in a framed photo of another size, (height, width) px.

        Raises: PromptError: they lie outside of it.
        """

        def inside(x: float, y: float) -> tuple[float, float]:
            return min(max(x, 0.0), size[1] - 1), min(max(y, 0.0), size[0] - 1)

        moved = self.prompt.resized(self.size, size).moved(inside)
        moved.check(size)
        return moved


def written(card: Card) -> str:
    """Encode a card as JSON; the page's corrections have no box."""
    prompt = card.prompt
    return json.dumps(
        {
            "photo": card.photo,
            "name": card.name,
            "settings": card.settings.written(),
            "size": card.size,
            "like": card.like,
            "points": prompt.points,
            "faces": prompt.faces,
            "kept": prompt.kept,
            "drawn": prompt.drawn and _drawing_written(prompt.drawn),
            "mended": prompt.mended and _drawing_written(prompt.mended),
        }
    )


def read(text: str) -> tuple[Card, tuple[str, ...]]:
    """Decode a card; the second value names what an earlier version wrote, for `say_dropped`.

    Raises: PhotoError: it is none, or holds a value that is unknown or out of range.
    """
    try:
        if len(text) > MOST_CHARACTERS:
            raise ValueError
        content: Any = json.loads(text)
        settings, dropped = Settings.from_written(content["settings"])
        prompt = prompt_from(content["points"], None, content["faces"], content["kept"])
        card = Card(
            photo=_words(content["photo"]),
            name=_words(content["name"]),
            settings=settings,
            size=_size(content["size"]),
            prompt=replace(
                prompt,
                drawn=_drawing(content["drawn"]),
                mended=_drawing(content.get("mended")),  # earlier versions had none
            ),
            like=_words(content["like"]),
        )
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, zlib.error) as error:
        raise PhotoError(OTHER) from error
    return card, dropped


def _digest(text: str) -> str:
    return blake2b(text.encode(), digest_size=12).hexdigest()


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _words(value: object) -> str:
    if not isinstance(value, str):
        raise ValueError("Words were wanted.")
    return value[:LONGEST_NAME]


def _size(value: object) -> tuple[int, int]:
    if not (isinstance(value, list) and len(value) == 2):
        raise ValueError("A size is [height, width].")
    height, width = value
    if not all(isinstance(side, int) and 0 < side <= 2**17 for side in value):
        raise ValueError("A size is two numbers of pixels.")
    return height, width


def _drawing_written(drawn: Drawing) -> Mapping[str, object]:
    return {"size": drawn.size, "packed": base64.b64encode(drawn.packed).decode()}


def _drawing(value: Any) -> Drawing | None:  # noqa: ANN401 - from JSON
    if value is None:
        return None
    height, width = _size(value["size"])
    if max(height, width) > DRAWN_PX:
        raise ValueError("This drawing is too large.")
    try:
        packed = base64.b64decode(value["packed"], validate=True)
    except binascii.Error as error:
        raise ValueError("This drawing is damaged.") from error
    # No more is unpacked than fits, whatever was packed.
    marks = np.frombuffer(zlib.decompressobj().decompress(packed, height * width), np.uint8)
    if marks.size != height * width or not np.isin(marks, (0, ADDED, TAKEN)).all():
        raise ValueError("This drawing is damaged.")
    return drawing_of(marks.reshape(height, width))
