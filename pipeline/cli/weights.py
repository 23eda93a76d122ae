"""Define the command `python -m pipeline weights`."""

import argparse
import sys
from collections.abc import Callable, Iterable
from functools import partial
from typing import TYPE_CHECKING, Any

from pipeline.cli.progress import bars

if TYPE_CHECKING:
    from pipeline.weights.cache import VerifiedWeights
    from pipeline.weights.catalog import Entry
    from pipeline.weights.resolve import Status

ALL = "all"
BAD_WEIGHTS = 2
TEXT = "List the weights: embedded, cached or missing. Nothing is downloaded unless it is named."


def add_weights(commands: "argparse._SubParsersAction[Any]") -> None:
    """Add the command `weights`."""
    command = commands.add_parser(
        "weights",
        help="List, download or verify the weights.",
        description=TEXT,
        allow_abbrev=False,
    )
    what = command.add_mutually_exclusive_group()
    what.add_argument(
        "--fetch",
        nargs="+",
        metavar="NAME",
        help=f"download these, or {ALL} whose sha256 is published; each is verified",
    )
    what.add_argument(
        "--verify",
        action="store_true",
        help="compare every byte of the weights that are here with what it should be",
    )
    command.set_defaults(run=run)


def run(chosen: argparse.Namespace) -> int:
    """Run the command; return 0, or 2 where a weight is unavailable or damaged."""
    if chosen.fetch:
        return for_each(asked_for(chosen.fetch), _fetched)
    if chosen.verify:
        return for_each(here(), _compared)
    return list_all()


def asked_for(names: list[str]) -> list["Entry"]:
    """Look up the published weights of these names.

    "all" stands for those whose sha256 is published; the others are fetched by name only.

    Raises: ValueError: there is no such weight.
    """
    from pipeline.weights.catalog import PUBLISHED

    published = {entry.name: entry for entry in PUBLISHED}
    if unknown := [name for name in names if name not in published and name != ALL]:
        raise ValueError(
            f"There is no weight {', '.join(unknown)} to download; there are "
            f"{', '.join(published)}, and {ALL}."
        )
    pinned = [entry.name for entry in PUBLISHED if entry.sha256] if ALL in names else []
    return [published[name] for name in dict.fromkeys([*names, *pinned]) if name != ALL]


def here() -> list["Entry"]:
    """List the weights whose files are on this machine."""
    from pipeline.weights.resolve import status

    return [known.entry for known in status() if known.state != "missing"]


def for_each(entries: Iterable["Entry"], act: "Callable[[Entry], VerifiedWeights]") -> int:
    """Fetch or verify each weight and print its files or its error; return the exit code."""
    from pipeline.weights.catalog import WeightError

    code = 0
    for entry in entries:
        try:
            verified = act(entry)
        except WeightError as error:
            code = BAD_WEIGHTS
            sys.stderr.write(f"{entry.name}: {error}\n")
            continue
        unpinned = " (unpinned: recorded here, its publisher states none)" if entry.unpinned else ""
        files = "".join(f"  {file}\n" for file in verified.files)
        sys.stdout.write(f"{entry.name}: verified, sha256 {verified.sha256}{unpinned}\n{files}")
    return code


def _fetched(entry: "Entry") -> "VerifiedWeights":
    from pipeline.weights.fetch import fetch

    return fetch(entry, partial(bars(), entry.name))


def _compared(entry: "Entry") -> "VerifiedWeights":
    from pipeline.weights.resolve import obtain

    return obtain(entry)  # it is here, so nothing is downloaded


def list_all() -> int:
    """Print the facts of each weight; return the exit code."""
    from pipeline.runtime.own_styles import found_styles
    from pipeline.weights.resolve import status

    sys.stdout.write("\n".join(describe(known) for known in status()))
    good, refused = found_styles()
    own = [f"{style.name}: a style of your own, {style.label}" for style in good]
    sys.stdout.write("".join(f"\n{line}" for line in [*own, *refused]))
    sys.stdout.write("\n" if own or refused else "")
    return 0


def describe(known: "Status") -> str:
    """Describe a weight, one fact a line."""
    entry = known.entry
    recorded = f"{known.sha256} (recorded here)" if known.sha256 else "fetched by name only"
    sources = [shard.file for shard in entry.shards] or list(entry.sources)
    facts = {
        "for": entry.purpose,
        "paper": entry.paper,
        "origin": entry.origin,
        "license": entry.license,
        "bytes": f"{entry.bytes:,} ({entry.bytes / 1e6:.1f} MB)"
        if entry.bytes
        else "not published",
        "sha256": f"not published: unpinned, {recorded}" if entry.unpinned else str(entry.sha256),
        "source": f"\n  {'':8} ".join(sources),
    }
    return f"{entry.name} ({entry.role}): {known.state}\n" + "".join(
        f"  {name:8} {fact}\n" for name, fact in facts.items() if fact
    )
