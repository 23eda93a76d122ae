"""Ctrl-C: at a painter that takes long it keeps the picture so far; else it ends the command."""

import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pipeline.types import Progress

SAID = "\nThe picture is kept as it is after this look. Ctrl-C once more ends the command.\n"


class Interrupts:
    """What Ctrl-C means now; `watch` is to see all progress, and raises what was asked for."""

    def __init__(self) -> None:
        self._looking = False  # whether there is a picture that can be kept
        self._enough = False

    def watch(self, progress: "Progress") -> None:
        """Take notice of progress.

        Raises: StopEarly: there is a picture, and Ctrl-C was pressed since the one before.
        """
        from pipeline.types import StopEarly

        self._looking = progress.enough
        if not self._looking:
            self._enough = False
        elif self._enough:
            raise StopEarly

    def handle(self, number: int, frame: FrameType | None) -> None:
        """Handle the signal.

        Raises: KeyboardInterrupt: there is nothing to keep, or it is the second time.
        """
        if not self._looking or self._enough:
            signal.default_int_handler(number, frame)
        self._enough = True
        sys.stderr.write(SAID)


@contextmanager
def interrupts() -> Iterator[Interrupts]:
    """Yield what handles Ctrl-C meanwhile, where nobody else does."""
    found, main = Interrupts(), threading.current_thread() is threading.main_thread()
    if not main or signal.getsignal(signal.SIGINT) is not signal.default_int_handler:
        yield found
        return
    signal.signal(signal.SIGINT, found.handle)
    try:
        yield found
    finally:
        signal.signal(signal.SIGINT, signal.default_int_handler)
