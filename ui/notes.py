"""Sentences that the page says of what was done."""

from collections.abc import Sequence
from html import escape


def note(sentences: Sequence[str]) -> str:
    """Make an HTML list of sentences; the page announces its changes to screen readers."""
    items = "".join(f"<li>{escape(sentence)}</li>" for sentence in sentences)
    return f"<ul>{items}</ul>" if items else ""
