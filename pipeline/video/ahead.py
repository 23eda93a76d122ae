"""Work ahead: make the next values in a thread while the last ones are used."""

import queue
import threading
from collections.abc import Iterator
from typing import TypeVar

from pipeline.video.large import is_large

T = TypeVar("T")
AHEAD = 4  # values that wait at most: it bounds the memory
# Pictures that wait at most: so many px of them, and so many in number. As many as are painted
# while faces are looked for are enough.
WAITING_PX, MOST_WAIT = 8_000_000, 16
STEP_SECONDS = 0.2  # how often a thread that waits looks whether anybody still wants more


def ahead_of(size: tuple[int, int]) -> int:
    """Return how many of a film's pictures of a (height, width) may wait between two steps."""
    return 0 if is_large(size) else min(MOST_WAIT, WAITING_PX // (size[0] * size[1]))


def ahead(values: Iterator[T], most: int = AHEAD) -> Iterator[T]:
    """Yield values that a thread makes, `most` of them ahead; what it raises is raised here.

    When nobody wants more, the thread ends, and closes what it iterates. Where none may wait, they
    are made when they are asked for, without a thread.
    """
    if most <= 0:
        yield from values
        return
    waiting: queue.Queue[tuple[bool, T | BaseException | None]] = queue.Queue(most)
    stop = threading.Event()

    def put(ended: bool, value: T | BaseException | None) -> bool:
        while not stop.is_set():
            try:
                waiting.put((ended, value), timeout=STEP_SECONDS)
            except queue.Full:
                continue
            return True
        return False

    def work() -> None:
        try:
            for value in values:
                if not put(False, value):
                    break
            else:
                put(True, None)
        except BaseException as error:
            put(True, error)
        finally:
            getattr(values, "close", lambda: None)()

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    try:
        while True:
            ended, value = waiting.get()
            if not ended:
                yield value  # pyright: ignore[reportReturnType] - not ended: a value
            elif value is None:
                return
            else:
                raise value  # pyright: ignore[reportGeneralTypeIssues] - an error
    finally:
        stop.set()
        thread.join()
