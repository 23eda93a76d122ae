"""The page's status line: which weights are here, which are on their way."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from ui.words import Text, later

Said = Text | Callable[[], str]  # what is said in the language of whoever reads it


class StatusLine:
    """One line that all open pages show; safe to use from several threads."""

    def __init__(self) -> None:
        self._said: tuple[tuple[Said, ...], bool] = ((), False)
        self._coming: dict[str, Text] = {}
        self._at_work = 0
        self._lock = threading.Lock()

    def say(self, *sentences: Said, settled: bool = False) -> None:
        """Set what it says; once `settled`, it changes only while weights arrive."""
        self._said = sentences, settled

    def arriving(self, name: str, done: int, total: int | None) -> None:
        """Add how far a weight's download is, in bytes."""
        with self._lock:
            if done == total:
                self._coming[name] = later("Making {name} ready.", name=name)
            else:
                megabytes = {"name": name, "done": round(done / 1e6)}
                self._coming[name] = (
                    later(
                        "Fetching {name}: {done} MB of {all}.", all=round(total / 1e6), **megabytes
                    )
                    if total
                    else later("Fetching {name}: {done} MB.", **megabytes)
                )

    @contextmanager
    def working(self) -> Iterator[None]:
        """Keep it unsettled while weights may arrive; afterward none are on their way."""
        with self._lock:
            self._at_work += 1
        try:
            yield
        finally:
            with self._lock:
                self._at_work -= 1
                if not self._at_work:
                    self._coming.clear()

    def read(self) -> tuple[str, bool]:
        """Read what it says, and whether it is settled."""
        with self._lock:
            sentences, settled = self._said
            said = (each() if callable(each) else str(each) for each in sentences)
            words = (*said, *map(str, self._coming.values()))
            return " ".join(filter(None, words)), settled and not self._at_work
