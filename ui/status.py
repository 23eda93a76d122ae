"""The page's status line: which weights are here, which are on their way."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager


class StatusLine:
    """One line that all open pages show; safe to use from several threads."""

    def __init__(self) -> None:
        self._said = ("", False)
        self._coming: dict[str, str] = {}
        self._at_work = 0
        self._lock = threading.Lock()

    def say(self, *sentences: str, settled: bool = False) -> None:
        """Set what it says; `settled` means that it will not change any more unless weights arrive."""
        self._said = " ".join(filter(None, sentences)), settled

    def arriving(self, name: str, done: int, total: int | None) -> None:
        """Add how far a weight's download is, in bytes."""
        with self._lock:
            if done == total:
                self._coming[name] = f"Making {name} ready."
            else:
                self._coming[name] = f"Fetching {name}: {done / 1e6:.0f} MB" + (
                    f" of {total / 1e6:.0f}." if total else "."
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
        """Return what it says, and whether it is settled."""
        with self._lock:
            line, settled = self._said
            return " ".join(
                filter(None, (line, *self._coming.values()))
            ), settled and not self._at_work
