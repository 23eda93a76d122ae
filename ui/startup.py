"""What is done once the page is up: load the networks, paint the examples, bring published weights."""

import logging
import os
import threading
import time

from pipeline.catalog import USUAL
from pipeline.weights import CATALOG, Entry, WeightError, choose, fetch, find, status
from ui.examples import EXAMPLES
from ui.offers import describe_missing
from ui.studio import Studio
from ui.visits import SWEEP_S

log = logging.getLogger("page")
OFFLINE = "HF_HUB_OFFLINE"


def start(studio: Studio, *, bring: bool = True) -> None:
    """Begin the work in the background; the status line follows it."""
    threading.Thread(target=_work, args=(studio, bring), name="startup", daemon=True).start()
    threading.Thread(target=_sweep, args=(studio,), name="sweeper", daemon=True).start()


def _work(studio: Studio, bring: bool) -> None:
    try:
        _make_ready(studio)
        missing = wanted() if bring and not os.environ.get(OFFLINE) else []
        reasons = [reason for entry in missing if (reason := _bring(studio, entry))]
        if len(reasons) < len(missing):
            _make_ready(studio)
        studio.say(describe_weights(), *reasons, describe_missing(), settled=True)
    except Exception:
        log.exception("the networks could not be made ready")
        studio.say("The networks could not be loaded; painting will say why.", settled=True)


def _make_ready(studio: Studio) -> None:
    studio.say("The networks are loading; your first painting may take a little longer.")
    studio.pipeline()[1].warm()
    for example in EXAMPLES:
        studio.examples.paint(example)
    studio.say(describe_weights())


def wanted() -> list[Entry]:
    """Return the published weights on the Hub that every painting would use if they were here, one a role."""
    first: dict[str, Entry] = {}
    for entry in CATALOG.values():
        if entry.role in USUAL and not entry.embedded and any(source.startswith("hf://") for source in entry.sources):
            first.setdefault(entry.role, entry)
    return [entry for entry in first.values() if not find(entry)]


def _bring(studio: Studio, entry: Entry) -> str | None:
    """Fetch a weight; return a short sentence where that failed."""
    studio.say(describe_weights(), f"Fetching {entry.name}.")
    try:
        fetch(entry)
    except WeightError as error:
        log.info("%s", error)
        return f"{entry.name} could not be fetched, so {_instead(entry.role)}."
    return None


def _instead(role: str) -> str:
    """Say what plays a role whose published weight is not here."""
    try:
        return f"{choose(role, 'auto').name} is used"
    except WeightError:
        return f"the {role} is left out"


def describe_weights() -> str:
    """Say in one line which weights work here."""
    states = status()
    here = [f"{known.entry.name} ({known.state})" for known in states if known.state != "missing"]
    return "Weights: " + ", ".join(here) + "." if here else "No weights are here."


def _sweep(studio: Studio) -> None:
    while True:
        time.sleep(SWEEP_S)
        studio.visits.sweep()
