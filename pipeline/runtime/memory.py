"""Recognize errors that are caused by too little memory, and give back what is free."""

import ctypes
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

# Parts of such errors' messages, in lower case.
PHRASES = (
    "allocate memory", "out of memory", "not enough memory", "insufficient memory", "bad_alloc",
    "bad allocation", "failed to allocate",
)  # fmt: skip

# Of glibc's `mallopt`: what is larger than so many bytes has pages of its own. Left alone, it comes
# to lie at 32 MB in a process that frees what is large.
MMAP_THRESHOLD, SPARING_BYTES, USUAL_BYTES = -3, 1 << 20, 32 << 20


def is_memory(error: BaseException) -> bool:
    """Tell whether an error is caused by too little memory, by its class or its message."""
    text = str(error).lower()
    return isinstance(error, MemoryError) or any(phrase in text for phrase in PHRASES)


def give_back() -> None:
    """Return freed memory to the system, where the C library can (glibc).

    It keeps what threads have freed otherwise: after 40 paintings by as many threads a process
    holds half as much again as it uses. It takes 5 to 20 ms.
    """
    trim = _of_c("malloc_trim")
    if trim is not None:
        trim(0)


@contextmanager
def sparing() -> Iterator[None]:
    """Give what is large pages of its own meanwhile, which go back when it is freed (glibc).

    On shared pages large pictures of different sizes leave gaps: a film of 4K took half a gigabyte
    more than it used. New pages cost time, a tenth of that film's.
    """
    tune = _of_c("mallopt")
    if tune is None:
        yield
        return
    tune(MMAP_THRESHOLD, SPARING_BYTES)
    try:
        yield
    finally:
        tune(MMAP_THRESHOLD, USUAL_BYTES)


@lru_cache
def _of_c(name: str) -> Any:  # noqa: ANN401 - a function of the C library
    try:
        return getattr(ctypes.CDLL(None), name)
    except (AttributeError, OSError, TypeError):  # not glibc; Windows, where None is no library
        return None
