import subprocess
import sys

import pytest

THREADS = """
import sys, threading
from ui.memory import share_arenas
share_arenas() if sys.argv[1] == "shared" else None
took, go = threading.Barrier(17), threading.Event()
def act():
    kept = [bytes(700) for _ in range(50)]  # of the C heap, not of Python's own
    took.wait(); go.wait()
threads = [threading.Thread(target=act) for _ in range(16)]
[each.start() for each in threads]
took.wait()
print(sum(" ---p " in line for line in open("/proc/self/maps")))
go.set()
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="glibc is Linux's")
def test_many_threads_take_memory_from_few_heaps():
    def heaps(how):
        command = [sys.executable, "-c", THREADS, how]
        return int(subprocess.run(command, capture_output=True, text=True, check=True).stdout)

    assert heaps("shared") < heaps("own") - 4
