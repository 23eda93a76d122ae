"""Limit the memory that several threads use at the same time."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager


class Room:
    """A semaphore of bytes: a thread that needs more than is free waits."""

    def __init__(self, total: int) -> None:
        self._total = self._free = total
        self._changed = threading.Condition()

    @contextmanager
    def taken(self, needed: int) -> Iterator[None]:
        """Hold `needed` bytes, at most all, while the context is open."""
        needed = min(needed, self._total)
        with self._changed:
            self._changed.wait_for(lambda: self._free >= needed)
            self._free -= needed
        try:
            yield
        finally:
            with self._changed:
                self._free += needed
                self._changed.notify_all()
