"""Keep the values of steps, so that a changed slider repeats only what depends on it.

What is kept is bounded in bytes, for each visitor and in all.
"""

import dataclasses
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator
from mmap import mmap
from typing import Any, TypeVar, cast

import numpy as np

T = TypeVar("T")

OWNER_BYTES = (
    384 * 2**20
)  # all that a run keeps of the largest photo, and another photo's beside it
TOTAL_BYTES = 2 * 2**30
ENTRY_BYTES = (
    1024  # what an entry costs besides its arrays, so that small ones cannot pile up without end
)


class StageCache:
    """Keep values of several owners, and drop the least recently used first; safe in threads."""

    def __init__(self, *, owner_bytes: int = OWNER_BYTES, total_bytes: int = TOTAL_BYTES) -> None:
        self._owner_bytes = owner_bytes
        self._total_bytes = total_bytes
        self._kept: OrderedDict[tuple[str, Hashable], tuple[object, int]] = OrderedDict()
        self._views: dict[str, object] = {}  # what the views of an owner share until it is dropped
        self._lock = threading.Lock()

    def of(self, owner: str) -> "OwnerCache":
        """Return the view of one owner, who never sees another's values."""
        with self._lock:
            return OwnerCache(self, owner, self._views.setdefault(owner, object()))

    def drop(self, owner: str) -> None:
        """Forget all that one owner keeps; what its views make from now on is kept no more."""
        with self._lock:
            self._views.pop(owner, None)
            for key in self._keys_of(owner):
                del self._kept[key]

    def size(self, owner: str | None = None) -> int:
        """Return the bytes that one owner keeps, or all do."""
        with self._lock:
            return self._size(owner)

    def get(self, owner: str, view: object, key: Hashable, make: Callable[[], T]) -> T:
        """Return the value kept under `key`, or make it, and keep it where it fits.

        What `make` raises passes through.

        `view`: what the owner's view was given by `of`; one from before a `drop` keeps nothing.
        """
        with self._lock:
            if (owner, key) in self._kept:
                self._kept.move_to_end((owner, key))
                return cast(T, self._kept[owner, key][0])
        value = make()  # outside the lock: it takes seconds, and others must not wait for it
        size = ENTRY_BYTES + measure_bytes(value)
        if size <= min(self._owner_bytes, self._total_bytes):
            with self._lock:
                if self._views.get(owner) is view:
                    self._kept.pop((owner, key), None)
                    self._kept[owner, key] = value, size
                    self._make_room(owner)
        return value

    def _make_room(self, owner: str) -> None:
        while self._size(owner) > self._owner_bytes:
            del self._kept[self._keys_of(owner)[0]]
        while self._size(None) > self._total_bytes:
            self._kept.popitem(last=False)

    def _keys_of(self, owner: str) -> list[tuple[str, Hashable]]:
        return [key for key in self._kept if key[0] == owner]

    def _size(self, owner: str | None) -> int:
        return sum(size for (whose, _), (_, size) in self._kept.items() if owner in (None, whose))


@dataclasses.dataclass(frozen=True)
class OwnerCache:
    """One owner's view of a StageCache."""

    shared: StageCache
    owner: str
    view: object

    def get(self, key: Hashable, make: Callable[[], T]) -> T:
        """Return the value kept under `key`, or make it and keep it where it fits."""
        return self.shared.get(self.owner, self.view, key, make)


def measure_bytes(value: object) -> int:
    """Sum the bytes of the arrays in tuples, lists, dicts and dataclasses, each buffer once."""
    return sum({id(array): array.nbytes for array in _find_buffers(value)}.values())


def _find_buffers(value: object) -> Iterator[np.ndarray[Any, Any]]:
    if isinstance(value, np.ndarray):
        while isinstance(value.base, np.ndarray):  # a view keeps the whole of what it looks at
            value = value.base
        if not isinstance(value.base, mmap):  # what lies on a disk takes no memory
            yield value
    elif isinstance(value, dict):
        yield from _find_buffers(tuple(value.values()))
    elif isinstance(value, (tuple, list)):
        for part in value:
            yield from _find_buffers(part)
    elif dataclasses.is_dataclass(value) and not isinstance(value, type):
        yield from _find_buffers(
            tuple(getattr(value, field.name) for field in dataclasses.fields(value))
        )
