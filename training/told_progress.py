"""What a training in another process tells of itself: files in its folder, each whole or not there.

Whoever follows it, as the page does, reads `progress.json`; to stop it early, and keep what is
there, it makes the file `stop`. Locks say whether it lives: they go with a process, however it
ends.
"""

import json
import signal
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from filelock import FileLock, Timeout

from pipeline.io.atomic import write_whole

PROGRESS, STOP, ALIVE = "progress.json", "stop", "alive.lock"
LOOKS = "looked.json"  # what was said of each picture
NAMES = "names.json"  # in a folder of pictures: what their owner calls them, by file
TOLD_S = 1.0  # between two reports
PACE_S = 90.0  # of the last so many seconds the pace is taken, since others come and go
KNOWN_S = 8.0  # before that no pace is known


@dataclass(frozen=True)
class Progress:
    """How far a training is.

    `phase`: looking, looked, learning, kept or failed. `done`: in [0, 1]. `left_s`: seconds by the
    clock, None where that is not known yet. `said`: a sentence, of what failed.
    """

    phase: str
    done: float = 0.0
    left_s: float | None = None
    said: str = ""
    steps: int = 0


def tell(run: Path, progress: Progress) -> None:
    """Write how far it is; a disk that is full changes nothing."""
    text = json.dumps(asdict(progress))
    try:
        write_whole(run / PROGRESS, lambda file: file.write(text.encode()), overwrite=True)
    except OSError:
        return


def read(run: Path) -> Progress | None:
    """Read how far a training is; None where it told nothing that can be read."""
    try:
        return Progress(**json.loads((run / PROGRESS).read_text()))
    except (OSError, ValueError, TypeError):
        return None


def looks_in(run: Path) -> list[dict[str, str]]:
    """Read what was said of the pictures: name, reason, warning and tile of each; none at first."""
    try:
        return json.loads((run / LOOKS).read_text())
    except (OSError, ValueError):
        return []


def read_names(pictures: Path) -> dict[str, str]:
    """Read what a folder's pictures are called, by file; empty where they have their own names."""
    try:
        return json.loads((pictures / NAMES).read_text())
    except (OSError, ValueError):
        return {}


def held(lock: Path) -> FileLock | None:
    """Take a lock that nobody else has, until the process ends; None where somebody has it."""
    lock.parent.mkdir(parents=True, exist_ok=True)
    taken = FileLock(lock)
    try:
        taken.acquire(timeout=0)
    except Timeout:
        return None
    return taken


def is_held(lock: Path) -> bool:
    """Tell whether a process has a lock."""
    if not lock.exists():
        return False
    taken = held(lock)
    if taken is not None:
        taken.release()
    return taken is None


def hold(lock: Path, until: ExitStack) -> bool:
    """Take a lock until a stack ends; return whether nobody else has it."""
    taken = held(lock)
    if taken is not None:
        until.callback(taken.release)
    return taken is not None


@contextmanager
def stopping() -> Iterator[Callable[[], bool]]:
    """End early at the first Ctrl-C or SIGTERM, at once at the second; tell whether one came."""
    came = []

    def note(number: int, frame: object) -> None:
        del frame
        came.append(number)
        signal.signal(number, signal.SIG_DFL)

    before = {number: signal.signal(number, note) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield lambda: bool(came)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


class Watcher:
    """Tell a schedule's progress, and say whether it was asked to end early.

    `asked`: what else may ask for that, a signal.
    """

    def __init__(self, run: Path, asked: Callable[[], bool]) -> None:
        self.run, self.asked = run, asked
        self.seen: deque[tuple[float, float]] = deque()  # clock and progress
        self.told = 0.0
        self.last = 0.0, 0  # progress and steps

    def __call__(self, progress: float, steps: int) -> bool:
        """Take note of a step; return whether it shall be the last."""
        now = time.monotonic()
        self.last = progress, steps
        self.seen.append((now, progress))
        while now - self.seen[0][0] > PACE_S:
            self.seen.popleft()
        if now - self.told >= TOLD_S:
            self.told = now
            tell(self.run, Progress("learning", min(progress, 1.0), self.left(), steps=steps))
        return self.asked() or (self.run / STOP).exists()

    def left(self) -> float | None:
        """Forecast the seconds that are left, by the pace of late."""
        (began, before), (now, progress) = self.seen[0], self.seen[-1]
        if now - began < KNOWN_S or progress <= before:
            return None
        return (1 - progress) * (now - began) / (progress - before)
