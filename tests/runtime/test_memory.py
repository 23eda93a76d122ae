"""Memory that is free goes back to the system."""

import sys
from pathlib import Path

import numpy as np
import pytest

from pipeline.runtime.memory import give_back


def resident_mb() -> float:
    """Return what this process holds in memory."""
    fields = Path("/proc/self/status").read_text()
    return int(fields.split("VmRSS:")[1].split()[0]) / 1024


@pytest.mark.skipif(sys.platform != "linux", reason="memory is counted by Linux")
def test_freed_memory_goes_back_to_the_system() -> None:
    blocks = [np.ones(2**13) for _ in range(4000)]  # 64 KB each: from the heap, 250 MB together
    held = resident_mb()
    last = blocks.pop()  # keeps the heap's end, so that nothing is given back by itself
    blocks.clear()
    give_back()
    assert resident_mb() < held - 150
    assert last.all()
