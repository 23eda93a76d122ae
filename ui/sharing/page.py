"""The page that a reviewer opens: photo and painting under one divide, settings, a note.

It is small, of its own, and needs none of Gradio: a phone has it at once, and its policy allows no
script but the two files that it comes with.
"""

from html import escape
from pathlib import Path
from string import Template
from urllib.parse import urlencode

from pipeline.settings import Settings
from ui import viewer
from ui.links import in_words, query_of
from ui.sharing.notes import MOST_LINE, MOST_NAME
from ui.sharing.store import Share
from ui.words import language, say
from ui.words.catalogs import tag_of
from ui.words.templates import SCRIPT as SAY
from ui.words.templates import spoken, words_for
from ui.words.texts import lasting

HERE = Path(__file__)
VIEWER = viewer.HERE
CSS = VIEWER.with_suffix(".css").read_text() + HERE.with_suffix(".css").read_text()
# What the viewer's program finds around it on the other page: its element, and what it shows.
SCRIPT = "\n".join(
    (
        SAY.read_text(),
        "(() => {",
        "const element = document.querySelector('.viewer');",
        "if (!element) return;",
        "const wall = document.querySelector('#wall');",
        "wall.style.setProperty('--wide', wall.dataset.ratio);",
        "const place = location.pathname.replace(/\\/$/, '');",
        "const props = {value: {before: `${place}/photo.jpg`, after: `${place}/painting.jpg`,",
        "  photo: place, names: [say('Photo'), say('Painting')]}};",
        "const trigger = () => {}, watch = () => {};",
        *((VIEWER.parent / script).read_text() for script in viewer.SCRIPTS),
        "})();",
        HERE.with_suffix(".js").read_text(),
    )
)
WHOLE = HERE.with_suffix(".html").read_text()
ENDED = HERE.with_name("ended.html").read_text()
UNITS = ((86_400, "day", 2), (3600, "hour", 1), (60, "minute", 1))  # and the least of them
NEARLY = 0.05  # what may lack: an hour that has just begun is one


def of(share: Share, now: float) -> str:
    """Write the page of a share, HTML."""
    settings = _settings(share)
    rows = "".join(
        f"<div><dt>{escape(label)}</dt><dd>{escape(value)}</dd></div>"
        for label, value in in_words(settings)
    )
    usual = escape(say("At the usual settings."))
    lasts = say(
        "Somebody shows you a photo and its painting. The link works for {time} more.",
        time=left(share.expires - now),
    )
    return Template(spoken(WHOLE)).substitute(
        lang=tag_of(language()),
        lasts=escape(lasts),
        settings=f"<dl>{rows}</dl>" if rows else f"<p>{usual}</p>",
        query=escape(urlencode(query_of(settings))),
        ratio=f"{share.ratio:.4f}",
        viewer=spoken(VIEWER.with_suffix(".html").read_text()),
        words=words_for(SCRIPT),
        most_name=MOST_NAME,
        most_line=MOST_LINE,
    )


def ended(words: str) -> str:
    """Write the page of a link that leads nowhere, HTML."""
    return Template(spoken(ENDED)).substitute(lang=tag_of(language()), words=escape(words))


def left(seconds: float) -> str:
    """Say how long something still lasts: `2 days`, `1 hour`."""
    counts = [(int(seconds / size + NEARLY), size, unit, least) for size, unit, least in UNITS]
    found = ((n * size, unit) for n, size, unit, least in counts if n >= least)
    return lasting(*next(found, (60, "minute")))


def _settings(share: Share) -> Settings:
    try:
        return Settings.from_written(share.settings)[0]
    except ValueError:  # of another version
        return Settings()
