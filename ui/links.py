"""A link to the page: what it carries, and what an opened one has set, in words."""

import json
from pathlib import Path

from pipeline.settings import FORMAT, NUMBER, Option, Settings
from pipeline.variants import PAINTERS, needs_style
from ui.available import available_choices
from ui.frame_box import OF_ONE_PHOTO
from ui.style_box import GALLERY, NAME
from ui.widgets import MOOD, OPTIONS, PAINTER, is_for
from ui.words import counted, later, say, written

CARRIED = [option for option in OPTIONS if option.flag not in OF_ONE_PHOTO]
MOST_NAMED = 8  # settings in one sentence; the others are counted
SCRIPT = Path(__file__).with_suffix(".js")
FORGET = "() => [say('Copy link to settings'), '']"  # what was said of the link holds no longer
WHOM = "fast_style", "portrait_style"  # the flags of what a painter paints like
LIKE = later("the picture to paint like")


def carried(settings: Settings) -> dict[str, bool | float | str]:
    """Return what a link carries: the settings that are not the usual ones, by flag.

    Those that were chosen for one photo alone are left out.
    """
    return {o.flag: o.of(settings) for o in CARRIED if o.of(settings) != o.default}


def query_of(settings: Settings) -> dict[str, str]:
    """Return a link's parameters; the usual settings need none."""
    values = {
        flag: value if isinstance(value, str) else json.dumps(value)
        for flag, value in carried(settings).items()
    }
    return {NUMBER: str(FORMAT), **values} if values else {}


def in_words(settings: Settings) -> list[tuple[str, str]]:
    """List labels and values, for people, of the settings that are not the usual ones.

    Those that mean nothing to the painter are left out; whom one paints like is always said.
    """
    said = {*carried(settings), *WHOM}
    return [
        (say(option.label), _value(option, option.of(settings)))
        for option in OPTIONS
        if option.flag in said and is_for(option.flag, settings.paint.painter)
    ]


def describe_opened(settings: Settings, picture: str = "") -> list[str]:
    """Say in a sentence what an opened link has set; say nothing where that is nothing.

    `picture`: the name of the gallery's picture that it brought along.
    """
    parts = [f"{label}: {value}" for label, value in in_words(settings)]
    if picture in GALLERY:
        parts.append(f"{LIKE}: {say(GALLERY[picture].title)}")
    if not parts:
        return []
    left = len(parts) - MOST_NAMED
    more = [counted("{n} more", "{n} more", left)] if left > 0 else []
    listed = "; ".join([*parts[:MOST_NAMED], *more])
    return [
        say("Your link has set {settings}. Add a photo, and it is painted so.", settings=listed)
    ]


def copy_link() -> str:
    """Write the script that copies the page's address with what is not usual, and says so.

    It takes the controls' values in the order of `OPTIONS`, then the name of the gallery's picture.
    It returns what the button says, and what the link carries, as HTML.
    """
    known = {
        "options": [
            {
                "flag": option.flag,
                "label": option.label,
                "usual": option.default,
                "always": option.flag in WHOM,
                "unit": option.unit,
                "names": _names(option),
                "painters": [painter for painter in PAINTERS if is_for(option.flag, painter)],
            }
            for option in OPTIONS
        ],
        "own": list(OF_ONE_PHOTO),
        "number": [NUMBER, FORMAT],
        "picture": NAME,
        "gallery": {name: style.title for name, style in GALLERY.items()},
        "wanting": [  # painter and mood
            [painter, mood]
            for painter in PAINTERS
            for mood in _option(MOOD).choices
            if needs_style(painter, mood)
        ],
        "chosen": [[o.flag for o in OPTIONS].index(flag) for flag in (PAINTER, MOOD)],
        "most": MOST_NAMED,
    }
    return f"(...values) => ({SCRIPT.read_text()})({json.dumps(known)}, values)"


def _option(flag: str) -> Option:
    return next(option for option in OPTIONS if option.flag == flag)


def _names(option: Option) -> dict[str, str]:
    """Return the names for people of a setting's choices, files' own styles with them."""
    own = (
        {c: str(n) for n, c in available_choices(option) if c not in option.choices}
        if option.open
        else {}
    )
    return option.named | own


def _value(option: Option, value: bool | float | str) -> str:
    """Say a value as a person would; a number without the float's long tail."""
    if isinstance(value, bool):
        return say("on") if value else say("off")
    if isinstance(value, str):
        return say(_names(option).get(value, value))
    said = float(f"{value:.4g}")
    if not option.unit:
        return written(said)
    return say("{value} {unit}", value=said, unit=later(option.unit))
