"""How often a visitor may ask for something: token buckets, in memory."""

import ipaddress
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass

MOST_VISITORS = 10_000  # whose buckets are remembered, the last seen ones


@dataclass(frozen=True)
class Rate:
    """So many at once, and then so many a second."""

    burst: float
    per_second: float


class Buckets:
    """A token bucket for each visitor."""

    def __init__(self, rate: Rate, clock: Callable[[], float] = time.monotonic) -> None:
        self._rate = rate
        self._clock = clock
        self._levels: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, visitor: str) -> float:
        """Take one token; return 0, or the seconds until there is one where there is none."""
        now = self._clock()
        level, before = self._levels.pop(visitor, (self._rate.burst, now))
        level = min(self._rate.burst, level + (now - before) * self._rate.per_second)
        waits = 0.0 if level >= 1 else (1 - level) / self._rate.per_second
        self._levels[visitor] = (level if waits else level - 1, now)
        while len(self._levels) > MOST_VISITORS:
            self._levels.popitem(last=False)
        return waits


def visitor_of(client: str, forwarded: Iterable[str]) -> str:
    """Tell who asks, by address: the caller's own, or the one that a proxy of ours saw.

    `forwarded`: the values of X-Forwarded-For. Whoever asks may write anything in front of what
    proxies append, so the last public address counts.
    """
    if _is_public(client):
        return client
    hops = [hop.strip() for value in forwarded for hop in value.split(",")]
    return next((hop for hop in reversed(hops) if _is_public(hop)), client)


def _is_public(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_global
    except ValueError:
        return False
