"""Run work that needs torch in a worker process.

Memory of torch and of copied weights is freed when the worker ends. The serving process stays small
and responsive.
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

REFUSED, WRONG = 3, 4  # exit codes for WeightError and WrongFileError; the message is on stdout
Work = Callable[["VerifiedWeights", Path], None]


class WorkerError(RuntimeError):
    """A worker process that failed; the message is the last line of its stderr."""


def run_worker(module: str, weights: "VerifiedWeights", to: Path) -> None:
    """Run `python -m MODULE`, which calls `answer`, to write its result for these weights at `to`.

    Raises: WeightError: the weights cannot be used. WorkerError: the process failed otherwise.
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
    """Do the work that `run_worker` started this process for, then exit with its code."""
    try:
        work(pickle.load(sys.stdin.buffer), Path(sys.argv[1]))
    except WeightError as error:
        sys.stdout.write(f"{error}\n")
        sys.exit(WRONG if isinstance(error, WrongFileError) else REFUSED)
