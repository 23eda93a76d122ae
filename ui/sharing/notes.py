"""What a reviewer leaves: a name and a line, as text and nothing else."""

import unicodedata
from dataclasses import dataclass

from ui.words import say

MOST_NAME, MOST_LINE = 60, 500  # characters
JOINERS = "\u200c\u200d"  # which Persian and emoji need; all else that is unseen goes
UNSEEN = ("Cc", "Cf", "Cs", "Co", "Cn")  # controls, bidi overrides, halves of characters, unknown
MOST_MARKS = 3  # on one letter; more of them would climb over the lines above


class NoteError(ValueError):
    """A note cannot be kept; the message is a sentence for the reviewer."""


@dataclass(frozen=True)
class Note:
    """A reviewer's `name`, which may be empty, and `line`; `at`: seconds since 1970."""

    name: str
    line: str
    at: float


def note_of(name: object, line: object, at: float) -> Note:
    """Make a note of what was written.

    Raises: NoteError: it is empty or too long.
    """
    return Note(_short(name, MOST_NAME), _given(_short(line, MOST_LINE)), at)


def plain(text: str) -> str:
    """Return text on one line without what is unseen or turns the direction of what follows."""
    seen = "".join(c for c in " ".join(text.split()) if c in JOINERS or not _unseen(c))
    kept: list[str] = []
    marks = 0
    for character in unicodedata.normalize("NFC", seen):
        marks = marks + 1 if unicodedata.category(character) in ("Mn", "Me") else 0
        if marks <= MOST_MARKS:
            kept.append(character)
    line = " ".join("".join(kept).split())
    return line if line.strip(f"{JOINERS} ") else ""


def _unseen(character: str) -> bool:
    return unicodedata.category(character) in UNSEEN


def _short(text: object, most: int) -> str:
    if not isinstance(text, str):
        raise NoteError(say("Wanted a name and a note as text, found none; write them again."))
    if len(text) > 4 * most:  # enough for what `plain` drops
        raise NoteError(
            say("At most {most} characters fit here, found more; shorten it.", most=most)
        )
    short = plain(text)
    if len(short) > most:
        raise NoteError(
            say(
                "At most {most} characters fit here, found {found}; shorten it.",
                most=most,
                found=len(short),
            )
        )
    return short


def _given(line: str) -> str:
    if not line:
        raise NoteError(say("Wanted a note, found none; write a line."))
    return line
