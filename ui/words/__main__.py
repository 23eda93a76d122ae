"""Bring the catalogs up to date with the code: `python -m ui.words`.

New texts come with an empty translation, those that no code has any more go, the others stay.
"""

import sys
from datetime import UTC, datetime

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po

from ui.words.catalogs import LANGUAGES, file_of, locale_of
from ui.words.texts_in_code import texts_in_code

HEADER = """# What the page says in this language; `python -m ui.words` writes the texts that are
# to be translated. What stands in {braces} and in <angle brackets> stays as it is."""
BEGUN = datetime(2026, 11, 27, tzinfo=UTC)  # always the same, so that a catalog without news stays


def main() -> None:
    """Write every catalog anew, and say what is to be translated."""
    texts = texts_in_code()
    for language in LANGUAGES:
        if language == "en":
            continue
        file = file_of(language)
        after = Catalog(
            locale=locale_of(language), project="Portraits after Monet", header_comment=HEADER,
            version="1", creation_date=BEGUN,
            revision_date=BEGUN, last_translator="the authors; no native speaker has checked it",
            msgid_bugs_address="CONTRIBUTING.md", language_team=language, fuzzy=False,
        )  # fmt: skip
        before = after
        if file.exists():
            with file.open("rb") as opened:
                before = read_po(opened, locale=LANGUAGES[language])
        missing = 0
        for (context, text, plural), files in texts.items():
            known = before.get(text, context or None)
            said = known.string if known else ""
            missing += not said or (isinstance(said, tuple) and not all(said))
            after.add(
                (text, plural) if plural else text,
                said or None,
                locations=[(each, 0) for each in files],
                context=context or None,
            )
        with file.open("wb") as opened:
            write_po(opened, after, width=100, include_lineno=False)
        sys.stdout.write(f"{file.name}: {len(texts)} texts, {missing} to be translated\n")


if __name__ == "__main__":
    main()
