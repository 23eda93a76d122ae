"""Follow processes that read broken inputs, and note what becomes of them."""

import logging
import multiprocessing as mp
import os
import resource
import time
import traceback
import warnings
from collections import Counter
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from tests.fuzz.seeds import FORMATS
from tests.fuzz.targets import case_of, outcome

KINDS = (*FORMATS, "settings", "links")
SLOWEST_S = 20.0
MOST_BYTES = 2_500_000_000
LOADS_S = 180.0  # a process
SLEEPS = 10  # times as long, by the clock, as it may work


@dataclass
class Found:
    """What became of the inputs of a kind."""

    kind: str
    count: int = 0
    read: int = 0
    refused: int = 0
    failures: list[str] = field(default_factory=list)
    slowest_s: float = 0.0
    most_mb: float = 0.0
    said: Counter[str] = field(default_factory=Counter)


def rng_of(kind: str, number: int, seed: int) -> Random:
    """Return what makes an input, by its kind and number alone."""
    return Random(f"{kind} {number} {seed}")


def work(kind: str, numbers: range, seed: int, pipe: Connection) -> None:
    """Give inputs to what reads them, and tell of each before and after."""
    logging.disable(logging.CRITICAL)
    warnings.simplefilter("ignore")
    with TemporaryDirectory() as name:
        folder = Path(name)
        outcome(kind, case_of(kind, rng_of(kind, 0, seed), folder), folder)  # loads libraries
        for number in numbers:
            data = case_of(kind, rng_of(kind, number, seed), folder)
            pipe.send(("begins", number, data))
            began = time.process_time()
            try:
                said, wrong = outcome(kind, data, folder), ""
            except Exception:
                said, wrong = "", traceback.format_exc()
            most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
            pipe.send(("ended", said, wrong, most, time.process_time() - began))
    pipe.send(("done",))


def fuzz(kind: str, count: int, seed: int, out: Path) -> Found:
    """Give `count` inputs of a kind to what reads them, in a process that is watched."""
    found, first = Found(kind), 0
    while first < count:
        first = _watched(found, range(first, count), seed, out)
    return found


def _watched(found: Found, numbers: range, seed: int, out: Path) -> int:
    """Follow a process through inputs; return the number of the one to go on with."""
    here, there = mp.get_context("spawn").Pipe()
    process = mp.get_context("spawn").Process(target=work, args=(found.kind, numbers, seed, there))
    process.start()
    there.close()
    number, data, most_s = numbers.start, b"", LOADS_S
    try:
        while True:
            if _hangs(here, process.pid or 0, most_s):
                _note(found, number, data, out, f"it took longer than {most_s:.0f} s")
                return number + 1
            event = here.recv()
            if event[0] == "done":
                return numbers.stop
            if event[0] == "begins":
                _, number, data = event
                most_s = SLOWEST_S
                continue
            _, said, wrong, size, took_s = event
            found.count += 1
            found.slowest_s = max(found.slowest_s, took_s)
            found.most_mb = max(found.most_mb, size / 1e6)
            if size > MOST_BYTES:
                _note(found, number, data, out, f"it took {size / 1e6:.0f} MB")
                return number + 1
            if wrong:
                _note(found, number, data, out, wrong, counted=True)
            elif said == "read":
                found.read += 1
            else:
                found.refused += 1
                found.said["".join(c for c in said if not c.isdigit())[:100]] += 1
    except EOFError:
        process.join()
        if not data:
            raise RuntimeError(f"Nothing could be read of {found.kind}; see above.") from None
        _note(found, number, data, out, f"its process ended by {process.exitcode}")
        return number + 1
    finally:
        process.kill()
        process.join()


def _hangs(here: Connection, pid: int, most_s: float) -> bool:
    """Wait for a process to tell something; return whether it works too long, or sleeps.

    Its own time counts, for others may work on the machine.
    """
    began, until = _worked_s(pid), time.monotonic() + SLEEPS * most_s
    while not here.poll(1):
        if _worked_s(pid) - began > most_s or time.monotonic() > until:
            return True
    return False


def _worked_s(pid: int) -> float:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:  # it ended, or there is no such folder on this machine
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _note(
    found: Found, number: int, data: bytes, out: Path, why: str, *, counted: bool = False
) -> None:
    found.count += not counted
    found.failures.append(why)
    out.mkdir(parents=True, exist_ok=True)
    (out / f"{found.kind}-{number}.bin").write_bytes(data)
    (out / f"{found.kind}-{number}.txt").write_text(why)
