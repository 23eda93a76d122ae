"""Styles that visitors teach to this machine: a private folder each, and the process that learns.

A folder is found by a secret that only its visitor's browser has. The training is the command
`training.own_portrait_style`, in a process of low priority of its own; its progress is read from
the folder. One learns at a time. Folders go after a day.
"""

import atexit
import hashlib
import hmac
import json
import os
import re
import secrets
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from pipeline.runtime.own_files import ENDING
from pipeline.runtime.portrait_style_files import is_name
from pipeline.weights.cache import cache_folder
from training.told_progress import ALIVE, NAMES, STOP, Progress, is_held, read, read_names, tell
from ui.sharing.desk import SPACE
from ui.words import later, say

ROOT = Path(__file__).parents[1]
COMMAND = "training.own_portrait_style"
KEY, PICTURES, RUN, LOG, ASKED = "key", "pictures", "run", "log.txt", "asked.json"
SECRET = re.compile("[0-9a-f]{32}")  # 128 bits
KEPT_S = 24 * 3600
MOST_FOLDERS, MOST_LOOKING = 12, 2
MOST_FILES, MOST_TOTAL = 100, 1_000_000_000  # of one visitor, bytes
NICE = 10
ENDS_S = 10.0  # a process that was asked to end is killed after so long
SWITCH = "PORTRAIT_TRAIN"
OFF = later(
    "On this Space nobody can teach it a style: a training would take its two cores from everybody "
    "else for half an hour. At home it can: <code>python app.py</code>, or <code>python -m "
    "training.own_portrait_style FOLDER --name NAME</code>. A style's file that was made there can "
    "be dropped in here."
)
CROWDED = later("Others' pictures are being looked at now. Try again in a minute.")
FULL_HOUSE = later("The most styles that can be kept are being made now. Try again tomorrow.")


class TrainingError(ValueError):
    """A training that cannot be begun; the message says why, to its visitor."""


def is_off() -> bool:
    """Tell whether nobody may train here: on a Space, unless its owner allows it."""
    return bool(os.environ.get(SPACE)) and os.environ.get(SWITCH) != "1"


@dataclass(frozen=True)
class Asked:
    """What a visitor calls a style, and how long it shall learn, minutes.

    `printed`: whether its portraits are prints or drawings, not painted with a brush.
    """

    label: str
    minutes: float
    printed: bool = False


@dataclass(frozen=True)
class Training:
    """A visitor's folder."""

    folder: Path

    @property
    def run(self) -> Path:
        """Where the command keeps what it does."""
        return self.folder / RUN

    @property
    def given(self) -> list[Path]:
        """The pictures that were added, in their order."""
        inside = sorted((self.folder / PICTURES).iterdir())
        return [file for file in inside if file.name != NAMES]

    @property
    def progress(self) -> Progress | None:
        """How far it is; None before it told."""
        return read(self.run)

    @property
    def asked(self) -> Asked | None:
        """How it was begun; None before."""
        try:
            return Asked(**json.loads((self.folder / ASKED).read_text()))
        except (OSError, ValueError, TypeError):
            return None

    @property
    def file(self) -> Path | None:
        """The style's file, once there is one."""
        return next(iter(sorted(self.folder.glob(f"*{ENDING}"))), None)


class Trainings:
    """All trainings of this machine, by their folders in the cache folder."""

    def __init__(self) -> None:
        self._processes: dict[Path, subprocess.Popen[bytes]] = {}

    @property
    def _root(self) -> Path:
        return cache_folder() / "trainings"

    def open(self) -> tuple[Training, str]:
        """Make a new folder that only this machine's user can read; return its secret with it.

        Raises: TrainingError: there are as many as there may be.
        """
        self.sweep()
        if len(list(self._all())) >= MOST_FOLDERS:
            raise TrainingError(FULL_HOUSE)
        secret = secrets.token_hex(16)
        folder = self._root / secrets.token_hex(8)
        folder.mkdir(parents=True, mode=0o700)
        for name in (PICTURES, RUN):
            (folder / name).mkdir()
        (folder / KEY).write_text(_digest(secret))
        return Training(folder), secret

    def find(self, secret: str) -> Training | None:
        """Find a visitor's folder by its secret, compared in constant time."""
        if not SECRET.fullmatch(secret or ""):
            return None
        digest, found = _digest(secret), None
        for training in self._all():
            if hmac.compare_digest((training.folder / KEY).read_text(), digest):
                found = training
        return found

    def add(self, training: Training, files: Sequence[Path]) -> None:
        """Add pictures, and look at all that there are.

        Raises: TrainingError: they are too many, or others' are being looked at.
        """
        pictures = training.folder / PICTURES
        before = training.given
        if len(before) + len(files) > MOST_FILES:
            raise TrainingError(
                say(
                    "{n} files were given; at most {most} are looked at.",
                    n=len(before) + len(files),
                    most=MOST_FILES,
                )
            )
        if sum(file.stat().st_size for file in (*before, *files)) > MOST_TOTAL:
            raise TrainingError(
                say(
                    "Together at most {most} GB of pictures fit here.", most=round(MOST_TOTAL / 1e9)
                )
            )
        looking = [each for each in self._all() if self.is_alive(each)]
        if len([e for e in looking if e.folder != training.folder]) > MOST_LOOKING:
            raise TrainingError(CROWDED)
        self._end(training)
        shutil.rmtree(training.run, ignore_errors=True)
        training.run.mkdir()
        names = read_names(pictures)
        for number, file in enumerate(files, len(before)):
            own = f"{number:03}"  # nothing of a visitor's name becomes a path
            shutil.copyfile(file, pictures / own)
            names[own] = file.name[-80:]
        (pictures / NAMES).write_text(json.dumps(names))
        self._launch(training, "--name", "style", "--look")

    def learn(self, training: Training, name: str, asked: Asked) -> None:
        """Begin to learn, or go on; the style's file is called `name`.

        Raises: TrainingError: another style is being learned.
        """
        for other in self._all():
            progress = other.progress
            if progress and progress.phase == "learning" and self.is_alive(other):
                raise TrainingError(_busy(progress))
        if (before := self._processes.get(training.folder)) is not None:
            before.wait(ENDS_S)  # it told that it is done, and is about to end
        (training.run / STOP).unlink(missing_ok=True)
        (training.folder / ASKED).write_text(json.dumps(asdict(asked)))
        tell(training.run, Progress("learning", _done(training.progress)))
        out = training.folder / f"{name}{ENDING}"
        for old in training.folder.glob(f"*{ENDING}"):
            if old != out:
                old.rename(out)
        self._launch(
            training, "--name", name, "--label", asked.label, "--minutes", f"{asked.minutes:g}",
            "--out", str(out), *(["--printed"] if asked.printed else []),
        )  # fmt: skip

    def stop(self, training: Training) -> None:
        """Ask a training to end at its next step, and to keep what is there."""
        (training.run / STOP).touch()

    def discard(self, training: Training) -> None:
        """End a training and delete its folder."""
        self._end(training)
        shutil.rmtree(training.folder, ignore_errors=True)

    def is_alive(self, training: Training) -> bool:
        """Tell whether a process works for it, of this server or of one before."""
        process = self._processes.get(training.folder)
        if process is not None:
            return process.poll() is None
        return is_held(training.run / ALIVE)

    def sweep(self) -> None:
        """Delete folders that nothing has happened in for a day."""
        for training in list(self._all()):
            marks = (training.folder, training.run, training.run / "progress.json")
            last = max((each.stat().st_mtime for each in marks if each.exists()), default=0.0)
            if time.time() - last > KEPT_S and not self.is_alive(training):
                self.discard(training)

    def end(self) -> None:
        """Ask all of this server's trainings to end; each can be gone on with."""
        for process in self._processes.values():
            process.terminate()

    def _all(self) -> Iterator[Training]:
        if self._root.is_dir():
            found = (each for each in sorted(self._root.iterdir()) if (each / KEY).is_file())
            yield from map(Training, found)

    def _launch(self, training: Training, *given: str) -> None:
        if not self._processes:
            atexit.register(self.end)
        cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 2
        few = {"OMP_NUM_THREADS": str(max(1, cores - 1))}  # one core is left to those who paint
        command = [sys.executable, "-m", COMMAND, str(training.folder / PICTURES)]
        with (training.folder / LOG).open("ab") as log:
            process = subprocess.Popen(
                [*command, "--run", str(training.run), *given],
                cwd=ROOT, env={**os.environ, **few}, stdin=subprocess.DEVNULL, stdout=log,
                stderr=log, start_new_session=True,
            )  # fmt: skip
        if hasattr(os, "setpriority"):  # it lowers its own, too, once it is loaded
            with suppress(OSError):
                os.setpriority(os.PRIO_PROCESS, process.pid, NICE)
        self._processes[training.folder] = process

    def _end(self, training: Training) -> None:
        process = self._processes.pop(training.folder, None)
        if process is None:
            _end_orphans(training)
            return
        process.kill()
        process.wait(ENDS_S)


def _end_orphans(training: Training) -> None:
    """End what a server before, which was killed, has begun for a training.

    Its command names the folder. Where commands cannot be read it ends at its next step.
    """
    (training.run / STOP).touch()
    for entry in Path("/proc").glob("[0-9]*"):
        with suppress(OSError, ValueError):
            if str(training.folder / PICTURES) in (entry / "cmdline").read_text().split("\0"):
                os.kill(int(entry.name), signal.SIGKILL)
    until = time.monotonic() + ENDS_S
    while is_held(training.run / ALIVE) and time.monotonic() < until:
        time.sleep(0.05)


def slug(label: str) -> str:
    """Make a style's name of what its visitor calls it: a-z, 0-9, _ and -, at most 36."""
    plain = re.sub("[^a-z0-9_-]+", "-", label.lower()).strip("-_")[:36].strip("-_") or "my-style"
    return plain if is_name(plain) else f"{plain}-own"


def _done(progress: Progress | None) -> float:
    return progress.done if progress and progress.phase in ("learning", "kept") else 0.0


def _busy(progress: Progress) -> str:
    left = progress.left_s
    if left is None:
        return say(
            "Another style is being learned here, one at a time. Yours stays as it is for a day: "
            "begin later."
        )
    return say(
        "Another style is being learned here for about {n} more min, one at a time. Yours stays as "
        "it is for a day: begin later.",
        n=max(1, round(left / 60)),
    )


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
