"""A stand-in for the training's command: it looks at once, and learns until it is asked to stop."""

import sys
import time
from pathlib import Path

from training.told_progress import ALIVE, STOP, Progress, held, tell


def main() -> None:
    given = sys.argv[1:]
    run = Path(given[given.index("--run") + 1])
    alive = held(run / ALIVE)
    assert alive
    if "--look" in given:
        tell(run, Progress("looked", 1.0))
        return
    tell(run, Progress("learning", 0.5, 90.0, steps=3))
    while not (run / STOP).exists():
        time.sleep(0.02)
    Path(given[given.index("--out") + 1]).write_bytes(b"a style")
    tell(run, Progress("kept", 0.6, steps=4))


main()
