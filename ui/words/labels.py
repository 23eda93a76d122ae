"""Texts of components, which Gradio's page puts into the visitor's language (`gr.I18n`).

Its own choice of a language looks at the browser's first one only, and knows nothing of ours. So
each visitor is sent the words of one language, as those that it falls back to.
"""

from typing import Any

import gradio as gr
from gradio.i18n import I18nData

from ui.words.catalogs import catalog_of, tag_of
from ui.words.texts import Text, later
from ui.words.visitors import language

FALLBACK = "en"  # where Gradio looks for what its own languages do not have
TAG = "lang"  # under which the page's script finds the language
_composed: dict[str, Text] = {}  # labels that have values, by what they are in English


class Label(I18nData):
    """The text of a component; it equals its English."""

    def __eq__(self, other: object) -> bool:
        return self.key == (other.key if isinstance(other, I18nData) else other)

    def __hash__(self) -> int:
        return hash(self.key)


class Words(gr.I18n):
    """The texts that a visitor's page may show, by their English."""

    @property
    def translations_dict(self) -> dict[str, Any]:
        """The words in the language that is spoken now; plurals have several forms."""
        spoken = language()
        forms = catalog_of(spoken).forms
        words = {text: each[0] if len(each) == 1 else each for text, each in forms.items()}
        composed = {key: text.spoken(spoken) for key, text in _composed.items()}
        return {FALLBACK: {TAG: tag_of(spoken), **words, **composed}}


WORDS = Words()


def label(text: str, /, **values: object) -> Label:
    """Make the text of a component, which each visitor's page shows in its language."""
    made = later(text, **values)
    key = made.spoken("en")
    if values:
        _composed[key] = made
    return Label(key)


class Spoken(gr.Blocks):
    """Blocks of which each visitor is sent the words in one language."""

    @property
    def config(self) -> Any:  # noqa: ANN401 - Gradio's
        """What Gradio sends to the page."""
        titled = later(str(self._sent.get("title", ""))).spoken(language())
        return {**self._sent, "title": titled, "i18n_translations": WORDS.translations_dict}

    @config.setter
    def config(self, sent: dict[str, Any]) -> None:
        self._sent = sent
