"""Pages that the server makes itself, of the templates that Gradio fills in the browser."""

import json
import re
from html import escape
from pathlib import Path

from ui.words.catalogs import catalog_of, tag_of
from ui.words.labels import TAG
from ui.words.texts import say
from ui.words.visitors import language

SCRIPT = Path(__file__).with_name("say.js")
# A text in a script or a template; `counted` has a second one.
SAID = re.compile(r"""\b(?:say|counted)\(\s*(?:'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)")""")
_PLACE = re.compile(r"\$\{say\('((?:[^'\\]|\\.)*)'\)\}")


def spoken(template: str) -> str:
    """Fill a template's `${say('…')}`, as HTML."""
    return _PLACE.sub(lambda found: escape(say(plain(found[1]))), template)


def plain(literal: str) -> str:
    """Return the text that a literal of a script stands for."""
    return re.sub(r"\\(.)", r"\1", literal)


def texts_in(script: str) -> list[str]:
    """List the texts, in English, that a script or a template says."""
    return [plain(single or double) for single, double in SAID.findall(script)]


def words_for(script: str) -> str:
    """Write what `say.js` reads on a page of the server's own, HTML: the words of its script."""
    now = language()
    forms = catalog_of(now).forms
    words = {text: forms[text] for text in texts_in(script) if text in forms}
    found = {text: each[0] if len(each) == 1 else each for text, each in words.items()}
    data = json.dumps({TAG: tag_of(now), **found}, ensure_ascii=False).replace("<", "\\u003c")
    return f'<script type="application/json" id="words">{data}</script>'
