"""How often one visitor, and all of them together, may do something in an hour."""

import threading
from collections import deque
from dataclasses import dataclass, field
from math import ceil

from ui.words import counted

HOUR_S = 3600.0


class LimitError(ValueError):
    """It was done too often; the message is a sentence for the visitor."""


@dataclass
class Hourly:
    """Counts what was done within the last hour, in memory.

    `each`: how often one visitor may; `together`: how often all may, which bounds the memory, too.
    """

    each: int
    together: int
    _done: deque[tuple[float, str]] = field(default_factory=deque)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def take(self, visitor: str, now: float) -> None:
        """Count once more for a visitor; `now`: a clock's seconds that never go back.

        Raises: LimitError: the visitor, or all together, did it too often; it is not counted.
        """
        with self._lock:
            while self._done and self._done[0][0] <= now - HOUR_S:
                self._done.popleft()
            mine = [at for at, who in self._done if who == visitor]
            if len(mine) >= self.each:
                raise LimitError(_later(mine[0], now))
            if len(self._done) >= self.together:
                raise LimitError(_later(self._done[0][0], now))
            self._done.append((now, visitor))


def _later(first: float, now: float) -> str:
    minutes = max(1, ceil((first + HOUR_S - now) / 60))
    return counted(
        "That is too often within an hour; try again in {n} minute.",
        "That is too often within an hour; try again in {n} minutes.",
        minutes,
    )
