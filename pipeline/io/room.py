"""Memory that threads share, so that what several of them do at once stays within it."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager


class Room:
    """A number of bytes; who needs more than is free waits until it is."""

    def __init__(self, total: int) -> None:
        self._total = self._free = total
        self._changed = threading.Condition()

    @contextmanager
    def taken(self, needed: int) -> Iterator[None]:
        """Hold so many bytes, or all there are, for as long as this is open."""
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
