"""Compile a function of loops to machine code."""

import logging
from collections.abc import Callable
from typing import ParamSpec, TypeVar

from numba import njit

P = ParamSpec("P")
R = TypeVar("R")

log = logging.getLogger(__name__)


def compiled(function: Callable[P, R]) -> Callable[P, R]:
    """Compile a function when it is first called, to run without Python's lock.

    The machine code is kept beside the source, or in the user's cache; where neither can be
    written, every process compiles anew.
    """
    try:
        return njit(function, cache=True, fastmath=True, nogil=True)
    except RuntimeError as error:  # no folder for it
        log.info("compiled code is not kept: %s", error)
        return njit(function, fastmath=True, nogil=True)
