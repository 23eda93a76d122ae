"""One run: what was asked for, how far it is, its stop sign."""

import threading
import time
from collections import deque
from dataclasses import dataclass, field
from pathlib import Path

EASEL, COMPARISON, FILM = range(3)  # the page's tellers


@dataclass
class Run:
    """What a page asked for last in one place, a painting or a film, until it ends.

    `teller`: in which of the page's tellers it is told of.
    `stop`: set to cancel it. `stop_early`: set to go on with the picture so far.
    `preview`: the path of that picture, while there is one. `passing`: those that are on disk, the
    oldest first.
    `doing`: how far it is, 0 to 1, and what happens in it now, once it has begun.
    `awaited`: when it was asked for, by the clock, until it ends; the page follows it.
    `paints`: whether it is one of *Paint*; `dropped`: whether that gave way since. `saves`: whether
    it makes a file or a film of a painting.
    """

    teller: int = EASEL
    stop: threading.Event = field(default_factory=threading.Event)
    stop_early: threading.Event = field(default_factory=threading.Event)
    preview: str | None = None
    passing: deque[Path] = field(default_factory=deque)
    doing: tuple[float, str] | None = None
    awaited: float | None = None
    paints: bool = False
    dropped: bool = False
    saves: bool = False

    def ask(self, teller: int = EASEL, *, paints: bool = False) -> None:
        """Await it anew, told of in one of the page's tellers."""
        self.teller, self.paints = teller, paints
        self.awaited = time.monotonic()
        self.preview = self.doing = None
        self.dropped = False

    def before(self, other: "Run") -> bool:
        """Tell whether this is awaited for longer than another that is awaited."""
        if self.awaited is None or other.awaited is None:
            return False
        return self.awaited < other.awaited

    def begin(self) -> threading.Event:
        """Begin it with nothing asked of it; return the event that cancels it."""
        self.stop.set()
        self.stop = threading.Event()
        self.stop_early = threading.Event()
        self.preview = self.doing = None
        return self.stop

    def cancel(self) -> None:
        """Stop it, and await nothing of it; what begins from now on is not stopped."""
        self.stop.set()
        self.stop = threading.Event()
        self.end()

    def end(self) -> None:
        """Await it no more."""
        # First: whoever sees that nothing is awaited looks no more.
        self.preview = self.doing = None
        self.awaited, self.saves = None, False

    def move(self, done: float, text: str) -> None:
        """Say how far it is, 0 to 1, and what happens in it now."""
        self.doing = done, text

    def show(self, picture: Path) -> None:
        """Make a file the `preview`.

        Of those before it only the last stays, since a browser may be loading it.
        """
        self.passing.append(picture)
        self.preview = str(picture)
        while len(self.passing) > 2:
            self.passing.popleft().unlink(missing_ok=True)
