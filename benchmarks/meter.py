"""Seconds and peak memory of the parts of a run."""

import resource
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

STATUS, RESET = Path("/proc/self/status"), Path("/proc/self/clear_refs")


@dataclass
class Meter:
    """Measure parts, each called as a context manager around it.

    `seconds` and `megabytes` (resident, at the part's peak) are by the part's name.
    """

    seconds: dict[str, float] = field(default_factory=dict)
    megabytes: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def __call__(self, name: str) -> Iterator[None]:
        """Measure one part."""
        forget_peak()
        began = time.perf_counter()
        yield
        self.seconds[name] = time.perf_counter() - began
        self.megabytes[name] = peak_megabytes()


def forget_peak() -> None:
    """Begin a new peak; where the system cannot, peaks only grow."""
    if RESET.exists():
        RESET.write_text("5")


def peak_megabytes() -> float:
    """Return the largest resident size since the last `forget_peak`, MB."""
    if STATUS.exists():
        line = next(li for li in STATUS.read_text().splitlines() if li.startswith("VmHWM"))
        return int(line.split()[1]) / 1e3
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (
        1e6 if sys.platform == "darwin" else 1e3
    )


def median_seconds(act: Callable[[], object], times: int, *, warm: bool = True) -> float:
    """Return the median time of an act, warmed up first."""
    if warm:
        act()
    spent = []
    for _ in range(times):
        began = time.perf_counter()
        act()
        spent.append(time.perf_counter() - began)
    return median(spent)
