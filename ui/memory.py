"""Bound the memory that a server keeps: what some threads gave back, others use."""

import ctypes
import sys

M_ARENA_MAX = -8  # glibc's mallopt(3)
ARENAS = 2


def share_arenas() -> bool:
    """Let all threads take memory from a few heaps; tell whether this system can.

    glibc gives threads heaps of their own, eight for each core, and each keeps the most that a
    painting ever took there. It has to come before the threads.
    """
    if not sys.platform.startswith("linux"):
        return False
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)  # musl has none
    return mallopt is not None and bool(mallopt(M_ARENA_MAX, ARENAS))
