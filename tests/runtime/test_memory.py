"""Memory that is free goes back to the system."""

import subprocess
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


# What is held when of 200 pictures of 2 MB all but every eighth are freed, in a process of its own.
PICTURES = """
import numpy as np
from pipeline.runtime.memory import sparing
from tests.runtime.test_memory import resident_mb

def held():
    made = [np.ones(2**18) for _ in range(200)]
    kept = made[::8]
    made.clear()
    return resident_mb() if kept else 0

np.ones(2**21)  # freed, it tells the C library that such large blocks come and go
before = resident_mb()
with sparing():
    spared = held()
print(spared - before, held() - before)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="memory is counted by Linux")
def test_large_pictures_leave_no_gaps_where_memory_is_spared() -> None:
    said = subprocess.run([sys.executable, "-c", PICTURES], capture_output=True, check=True).stdout
    spared, usual = map(float, said.split())
    assert spared < 100  # 50 of 400 MB are kept
    assert usual > 200  # else nothing is spared
