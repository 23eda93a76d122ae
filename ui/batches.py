"""What is painted of many photos, by secrets that only their visitors' browsers have."""

import threading
import time
from contextvars import copy_context
from pathlib import Path
from typing import Protocol


class Work(Protocol):
    """What is worked at in a folder of its own: a `ui.service.many.Batch`."""

    key: str
    folder: Path
    used: float

    def run(self) -> None:
        """Do it, to its end."""

    def drop(self) -> None:
        """End it, and delete what is made."""


class Batches:
    """All batches that are painted, and those that still may be asked for."""

    def __init__(self) -> None:
        self._all: dict[str, Work] = {}
        self._lock = threading.Lock()

    def begin(self, batch: Work, before: Work | None = None) -> None:
        """Begin a batch in a thread of its own, in the language that is spoken.

        The one before goes once this one is made.
        """
        with self._lock:
            self._all[batch.key] = batch

        def run() -> None:
            batch.run()
            self.drop(before)

        threading.Thread(target=copy_context().run, args=(run,), daemon=True).start()

    def find(self, key: str) -> Work | None:
        """Find a batch by its secret."""
        with self._lock:
            return self._all.get(key)

    def drop(self, batch: Work | None) -> None:
        """End a batch, and delete what is made."""
        if batch is not None:
            with self._lock:
                self._all.pop(batch.key, None)
            batch.drop()

    def folders(self) -> list[Path]:
        """List their folders."""
        with self._lock:
            return [batch.folder for batch in self._all.values()]

    def sweep(self, idle_s: float) -> None:
        """Drop those that no page has asked for so long, seconds."""
        now = time.monotonic()
        with self._lock:
            idle = [batch for batch in self._all.values() if now - batch.used > idle_s]
        for batch in idle:
            self.drop(batch)
