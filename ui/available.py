"""Which choices the page offers: those whose weights are at hand. The others are named, with their size."""

from collections.abc import Mapping

from pipeline.settings import Option, Settings, options
from pipeline.variants import VARIANTS
from pipeline.weights.catalog import CATALOG
from pipeline.weights.resolve import find

# By setting: the network that each of its choices needs, or None.
NEEDS: Mapping[str, Mapping[str, str | None]] = {
    flag: {variant.key: variant.network for variant in variants.values()}
    for flag, variants in VARIANTS.items()
}


def need_of(option: Option, choice: str) -> str | None:
    """Return the network that a choice needs, or None."""
    return NEEDS.get(option.flag, {}).get(choice)


def is_here(network: str | None) -> bool:
    """Return whether a network can run without a download."""
    entry = CATALOG.get(network or "")
    return network is None or (entry is not None and (entry.embedded or find(entry) is not None))


def is_light(flag: str, choice: object) -> bool:
    """Return whether a choice costs little more than a blend: no network that others published has to run."""
    network = NEEDS.get(flag, {}).get(str(choice))
    entry = CATALOG.get(network or "")
    return network is None or (entry is not None and entry.embedded)


def offered(option: Option) -> list[tuple[str, str]]:
    """Return a setting's choices whose weights are at hand, each with the name that a person reads."""
    return [
        (name, choice)
        for name, choice in zip(option.names, option.choices, strict=True)
        if is_here(need_of(option, choice))
    ]


def within_reach(settings: Settings) -> tuple[Settings, list[str]]:
    """Return settings, from a link or a picture, with the default for what is not offered, and a sentence for each."""
    flat, said = settings.flat(), []
    for option in options():
        choice = str(flat[option.flag])
        if option.flag in NEEDS and choice not in (value for _, value in offered(option)):
            names = dict(zip(option.choices, option.names, strict=True))
            usual = names[str(option.default)]
            said.append(
                f"The {option.label.lower()} {names[choice]} needs {_size(need_of(option, choice))}, which is not here; {usual} is used."
            )
            flat[option.flag] = option.default
    return Settings.from_flat(**flat), said


def describe_missing() -> str:
    """Say, in HTML, which networks are not here, so that what needs them is not offered; nothing where all are."""
    missing = [
        _size(network)
        for needs in NEEDS.values()
        for network in needs.values()
        if not is_here(network)
    ]
    if not missing:
        return ""
    where = "The command <code>python -m pipeline weights</code> says where they come from."
    return f"<details><summary>{len(missing)} networks are not here, so not offered</summary>{', '.join(missing)}. {where}</details>"


def _size(network: str | None) -> str:
    entry = CATALOG.get(network or "")
    return f"{network} ({entry.bytes / 1e6:.0f} MB)" if entry and entry.bytes else str(network)
