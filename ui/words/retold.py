"""Sentences of the pipeline, which speaks English, told again in the visitor's language."""

import re
from functools import cache

from ui.words.catalogs import catalog_of
from ui.words.visitors import language

# What joins the parts of a list, some of them counted: "sharp already (2), not pointed at (1)".
_JOINT = re.compile(r"(, | \(\d+\))")


def retold(sentence: str) -> str:
    """Tell a sentence in the language that is spoken now, if the catalog has its like.

    What stands in its {places}, or in a list, is told again, too, where the catalog has it, and
    else taken over as it is.
    """
    spoken = language()
    catalog = catalog_of(spoken)
    if sentence in catalog.retold:
        return catalog.retold[sentence]
    for pattern, text in _patterns(spoken):
        if found := pattern.fullmatch(sentence):
            values = {place: retold(said) for place, said in found.groupdict().items()}
            return text.format_map(values)
    parts = _JOINT.split(sentence)
    if len(parts) == 1:
        return sentence
    return "".join(part if at % 2 else retold(part) for at, part in enumerate(parts))


@cache
def _patterns(spoken: str) -> tuple[tuple[re.Pattern[str], str], ...]:
    """Make a pattern of each sentence with {places}, the one with the most words first."""
    with_places = (item for item in catalog_of(spoken).retold.items() if "{" in item[0])
    longest = sorted(with_places, key=lambda item: -len(re.sub(r"\{\w+\}", "", item[0])))
    return tuple((_pattern(text), translated) for text, translated in longest)


def _pattern(text: str) -> re.Pattern[str]:
    parts = re.split(r"\{(\w+)\}", text)
    made, seen = "", set[str]()
    for at, part in enumerate(parts):
        if at % 2 == 0:
            made += re.escape(part)
        elif part in seen:
            made += f"(?P={part})"
        else:
            made += f"(?P<{part}>.+?)"
            seen.add(part)
    return re.compile(made, re.DOTALL)
