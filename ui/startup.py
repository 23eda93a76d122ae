"""What is done once the page is up: load the networks and paint the examples.

Where that is asked for, published weights are fetched, too.
"""

import logging
import os
import threading
import time
from collections.abc import Collection
from functools import partial
from pathlib import Path

from gradio.utils import get_upload_folder

from pipeline.runtime.models import zero_gpu
from pipeline.settings import WeightPolicy
from pipeline.steps.strokes import warm as warm_strokes
from pipeline.weights.catalog import USUAL, Entry, WeightError
from pipeline.weights.fetch import fetch
from pipeline.weights.resolve import choose, find, status
from ui.available import describe_missing, folded
from ui.examples import EXAMPLES
from ui.private_folder import sweep
from ui.service import PaintService
from ui.sessions import IDLE_S, SWEEP_S
from ui.words import Text, later, say

log = logging.getLogger("page")
OFFLINE = "HF_HUB_OFFLINE"


def start(service: PaintService, policy: WeightPolicy, kept: Collection[Path] = ()) -> None:
    """Begin the work in the background; the status line follows it.

    `kept`: the page's own files among visitors'.
    """
    threading.Thread(target=prepare, args=(service, policy), name="startup", daemon=True).start()
    sweep_always(service, kept)


def sweep_always(service: PaintService, kept: Collection[Path] = ()) -> None:
    """Remove, now and again and again in the background, what is over; `kept`: as in `start`."""
    threading.Thread(target=_sweep, args=(service, kept), name="sweeper", daemon=True).start()


def prepare(service: PaintService, policy: WeightPolicy) -> None:
    """Load what is here and paint the examples.

    Under `full`, then fetch what every painting may need.

    What is fetched changes nothing under `auto`, so that nobody's work goes on with other networks
    than it began with. Whoever wants it chooses `full`, as the status line says.
    """
    try:
        _make_ready(service)
        said = _fetch_all(service) if policy == "full" else []
        weights = partial(describe_weights, service.here)
        service.line.say(weights, *said, describe_missing, settled=True)
    except Exception:
        log.exception("the networks could not be made ready")
        service.line.say(
            later("The networks could not be loaded; painting will say why."), settled=True
        )


def _make_ready(service: PaintService) -> None:
    service.line.say(
        later("The networks are loading; your first painting may take a little longer.")
    )
    service.pipeline()[1].warm()
    warm_strokes()
    service.line.say(later("The networks are ready; the examples are being painted."))
    for example in () if zero_gpu() else EXAMPLES:  # there a card is lent to visitors only
        service.examples.paint(example)
    service.line.say(partial(describe_weights, service.here))


def _fetch_all(service: PaintService) -> list[Text]:
    if os.environ.get(OFFLINE):
        return [later("{switch} is set, so nothing is fetched.", switch=OFFLINE)]
    said = [_fetch(service, entry) for entry in wanted()]
    unpinned = [entry.name for entry in chosen_by_full() if entry.unpinned and not find(entry)]
    return [
        *filter(None, said),
        *(
            later("Full also fetches {name}, which is unpinned: nobody states its hash.", name=name)
            for name in unpinned
        ),
    ]


def _fetch(service: PaintService, entry: Entry) -> Text | None:
    """Fetch a weight and make its network ready; return what became of it."""
    try:
        with service.line.working():
            fetch(entry, partial(service.line.arriving, entry.name))
            service.pipeline()[1].load(entry.role, "full")
    except WeightError as error:
        log.info("%s", error)
        return later(
            "{name} could not be fetched, so painting goes on without it.", name=entry.name
        )
    if entry.name in service.here:
        return None
    return later(
        "{name} is here now: choose the weights Full, under Fine-tune, to paint with it.",
        name=entry.name,
    )


def chosen_by_full() -> list[Entry]:
    """List the published weights that every painting may need under `full`, one a role."""
    return [entry for role in USUAL if not (entry := choose(role, "full")).embedded]


def wanted() -> list[Entry]:
    """List those of them that may be fetched unasked: their hash is published."""
    return [entry for entry in chosen_by_full() if not entry.unpinned]


def describe_weights(here: frozenset[str]) -> str:
    """Say in HTML, folded, which weights paint here unless others are chosen."""
    states = status()
    used = [
        f"{known.entry.name} ({known.state})"
        for known in states
        if known.entry.embedded or known.entry.name in here
    ]
    if not used:
        return say("No weights are here.")
    return folded(
        say("For experts: what paints here"), say("Weights: {names}.", names=", ".join(used))
    )


def _sweep(service: PaintService, kept: Collection[Path]) -> None:
    while True:
        service.desk.sweep()
        time.sleep(SWEEP_S)
        sweep_once(service, kept)


def sweep_once(service: PaintService, kept: Collection[Path], idle_s: float = IDLE_S) -> None:
    """Leave what was idle too long: sessions, then files that belong to none."""
    try:
        service.sessions.sweep(idle_s)
        service.trainings.sweep()
        sweep(Path(get_upload_folder()), {*kept, *service.sessions.folders()}, idle_s)
    except OSError:
        log.exception("old files could not be removed")
