"""The catalogs: a `.po` file for each language but English, whose texts are the keys."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from babel import Locale
from babel.messages.pofile import read_po

HERE = Path(__file__).parent
# By what browsers call a language: what Babel, and `lang` of HTML, call it as it is written here.
LANGUAGES = {"en": "en", "de": "de", "fr": "fr", "es": "es", "zh": "zh_Hans", "ja": "ja"}
PIPELINE = "pipeline"  # the context of sentences that come in English, to be told again
Forms = tuple[str, ...]


@dataclass(frozen=True)
class Catalog:
    """A language's translations, by the English text.

    `forms`: one text, or one for each plural form. `retold`: of the pipeline's sentences.
    """

    forms: dict[str, Forms]
    retold: dict[str, str]


def locale_of(language: str) -> Locale:
    """Return Babel's locale of a language."""
    return Locale.parse(LANGUAGES[language])


def tag_of(language: str) -> str:
    """Return what `lang` of HTML calls a language."""
    return LANGUAGES[language].replace("_", "-")


def file_of(language: str) -> Path:
    """Return the file of a language's catalog."""
    return HERE / f"{language}.po"


@cache
def catalog_of(language: str) -> Catalog:
    """Read a language's catalog, once; English has an empty one."""
    if language == "en":
        return Catalog({}, {})
    with file_of(language).open("rb") as file:
        found = read_po(file, locale=LANGUAGES[language])
    forms: dict[str, Forms] = {}
    retold: dict[str, str] = {}
    for message in found:
        texts = message.string if isinstance(message.string, tuple) else (message.string,)
        if not message.id or message.fuzzy or not all(texts):
            continue
        if message.context == PIPELINE:
            retold[str(message.id)] = texts[0]
        else:
            key = message.id if isinstance(message.id, str) else message.id[0]
            forms[key] = tuple(texts)
    return Catalog(forms, retold)


def known(language: str, text: str) -> str:
    """Look up a text's translation; where there is none it is said in English."""
    return catalog_of(language).forms.get(text, (text,))[0]


def plural(language: str, one: str, many: str, count: float) -> str:
    """Look up the form of a text for a count, by the language's rules (CLDR)."""
    forms = catalog_of(language).forms.get(one)
    if forms is None:
        language, forms = "en", (one, many)
    single = locale_of(language).plural_form(count) == "one"
    return forms[0] if single else forms[-1]
