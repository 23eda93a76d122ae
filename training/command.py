"""What the commands of all trainings share."""

import argparse
from pathlib import Path


def parser_of(
    about: str | None, *, minutes: float, sample_minutes: float = 10
) -> argparse.ArgumentParser:
    """Make a training's parser: its data, its run, how long it goes on and how often it saves."""
    cli = argparse.ArgumentParser(
        description=about, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    cli.add_argument("shared", type=Path)
    cli.add_argument("run", type=Path, help="the run's folder: log, weights, state")
    cli.add_argument("--minutes", type=float, default=minutes)
    cli.add_argument(
        "--sample-minutes",
        type=float,
        default=sample_minutes,
        help="how often to measure, draw and save",
    )
    return cli
