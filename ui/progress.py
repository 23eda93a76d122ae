"""How far a visitor's run is: the bar, the time left, the picture so far."""

import time
from collections.abc import Callable

from pipeline.ops.tensor import to_uint8
from pipeline.types import Cancelled, Progress, StopEarly
from ui.forecast import Forecast, in_words
from ui.session import Session
from ui.words import later

DOING = {
    "paint": later("Painting the scene"),
    "parse": later("Looking for faces"),
    "restore": later("Restoring faces"),
    "segment": later("Outlining what is kept"),
    "blend": later("Blending"),
}
PREVIEW_S = 0.3  # between two pictures so far
MORE = 0.25  # of the work with brush strokes, after which there is more to see than ground
Bar = Callable[[float, str], object]  # fraction of the work done, what happens now


def reporter(session: Session, bar: Bar) -> Callable[[Progress], None]:
    """Begin the run of a session's photo; return the callback that follows it.

    The callback moves the bar, forecasts the time left, writes the picture so far, and ends the
    run when asked to.
    """
    run = session.run
    stop = session.begin(run)
    forecast = Forecast(time.monotonic())
    previewed: float | None = None

    def report(progress: Progress) -> None:
        nonlocal previewed
        if stop.is_set():
            raise Cancelled
        if progress.enough and run.stop_early.is_set():
            raise StopEarly
        now = time.monotonic()
        left = forecast.left(progress, now)
        if previewed is None:  # a sketch, or the painting before, stays until there is more to see
            due = progress.loss is not None or forecast.share(progress) >= MORE
        else:
            due = now - previewed > PREVIEW_S
        if progress.picture is not None and due:
            session.show_so_far(run, to_uint8(progress.picture))
            previewed = now
        bar(progress.done, str(DOING[progress.stage]) + in_words(left))

    return report
