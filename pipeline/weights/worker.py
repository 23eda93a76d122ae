"""Work that needs torch, in a process of its own.

torch and the copies of the weights leave with that process: the one that serves people stays small, and answers meanwhile.
"""

import pickle
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.weights.catalog import WeightError, WrongFileError

if TYPE_CHECKING:
    from pipeline.weights.cache import VerifiedWeights

REFUSED, WRONG = 3, 4  # exit codes: the weights are to blame, the sentence is on stdout
Work = Callable[["VerifiedWeights", Path], None]


class WorkerError(RuntimeError):
    """A process that could not do its work; the message is its last word."""


def run_worker(module: str, weights: "VerifiedWeights", to: Path) -> None:
    """Let `python -m MODULE`, which ends in `answer`, write what it makes of weights.

    Raises: WeightError; ApartError.
    """
    command = [sys.executable, "-m", module, str(to.resolve())]
    done = subprocess.run(
        command,
        input=pickle.dumps(weights),
        capture_output=True,
        cwd=Path(__file__).parents[2],
        check=False,
    )
    if done.returncode in (REFUSED, WRONG):
        refusal = WrongFileError if done.returncode == WRONG else WeightError
        raise refusal(done.stdout.decode().strip())
    if done.returncode:
        lines = done.stderr.decode(errors="replace").strip().splitlines() or [
            f"exit code {done.returncode}"
        ]
        raise WorkerError(lines[-1])


def answer(work: Work) -> None:
    """Do the work that `run_apart` asks this process for."""
    try:
        work(pickle.load(sys.stdin.buffer), Path(sys.argv[1]))
    except WeightError as error:
        sys.stdout.write(f"{error}\n")
        sys.exit(WRONG if isinstance(error, WrongFileError) else REFUSED)
