"""Which choices the page offers: those whose weights are here.

The others are named, with their size.
"""

from collections.abc import Mapping

from gradio.i18n import I18nData

from pipeline.runtime.own_styles import own_styles
from pipeline.settings import Option, Settings, options
from pipeline.variants import VARIANTS
from pipeline.weights.catalog import CATALOG
from pipeline.weights.resolve import find
from ui.words import counted, label, later, number, say

# By setting: the network that each of its choices needs, or None.
NEEDS: Mapping[str, Mapping[str, str | None]] = {
    flag: {variant.key: variant.network for variant in variants.values()}
    for flag, variants in VARIANTS.items()
}


def need_of(option: Option, choice: str) -> str | None:
    """Name the network that a choice needs, None where it needs none."""
    return NEEDS.get(option.flag, {}).get(choice)


def is_available(network: str | None) -> bool:
    """Tell whether a network can run without a download."""
    entry = CATALOG.get(network or "")
    return network is None or (entry is not None and (entry.embedded or find(entry) is not None))


def is_light(flag: str, choice: object) -> bool:
    """Tell whether a choice costs little more than a blend.

    That is so where it runs no network that others published.
    """
    network = NEEDS.get(flag, {}).get(str(choice))
    entry = CATALOG.get(network or "")
    return network is None or (entry is not None and entry.embedded)


def available_choices(option: Option) -> list[tuple[I18nData | str, str]]:
    """List the choices of a setting whose weights are here, as (name for people, choice).

    Styles of files come last; which ones are there is looked up anew.
    """
    known = [
        (label(name), choice)
        for name, choice in zip(option.names, option.choices, strict=True)
        if is_available(need_of(option, choice))
    ]
    own = own_styles(option.flag) if option.open else ()
    return known + [(say("{style} (own)", style=style.label), style.name) for style in own]


def with_available_choices(settings: Settings) -> tuple[Settings, list[str]]:
    """Replace choices that are not available by their defaults.

    The settings come from a link or a picture. Return them with a sentence for each replacement.
    """
    flat = settings.flat()
    said: list[str] = []
    for option in options():
        choice = str(flat[option.flag])
        if option.flag not in NEEDS or choice == option.default:  # which nothing could replace
            continue
        if choice not in (value for _, value in available_choices(option)):
            said.append(_missing(option, choice))
            flat[option.flag] = option.default
    return Settings.from_flat(**flat), said


def _missing(option: Option, choice: str) -> str:
    """Say in a sentence that a choice is not here, why, and what is used instead."""
    names = option.named
    usual, setting = later(names[str(option.default)]), later(option.label)
    if choice not in names:  # an open setting's, by the name of a file
        what = {"choice": repr(choice), "usual": usual}
        return say("{setting}: {choice} is not here; {usual} is used.", setting=setting, **what)
    return say(
        "{setting}: {choice} needs {network}, which is not here; {usual} is used.",
        setting=setting, choice=later(names[choice]), network=_size(need_of(option, choice)),
        usual=usual,
    )  # fmt: skip


def describe_missing() -> str:
    """Name, in HTML, the networks that are not here; say nothing where all are."""
    missing = [
        _size(network)
        for needs in NEEDS.values()
        for network in needs.values()
        if not is_available(network)
    ]
    if not missing:
        return ""
    where = say("The command <code>python -m pipeline weights</code> says where they come from.")
    summary = counted(
        "For experts: {n} more network can be installed",
        "For experts: {n} more networks can be installed",
        len(missing),
    )
    return folded(summary, f"{', '.join(missing)}. {where}")


def folded(summary: str, text: str) -> str:
    """Make HTML of which the summary is seen, and the text once it is unfolded."""
    return f"<details><summary>{summary}</summary>{text}</details>"


def _size(network: str | None) -> str:
    entry = CATALOG.get(network or "")
    if not (entry and entry.bytes):
        return str(network)
    return f"{network} ({number(entry.bytes / 1e6)} MB)"
