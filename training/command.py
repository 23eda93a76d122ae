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


def small_parser_of(
    about: str | None, network: str, shown: str, *, minutes: float, batch: int, rate: float,
    sample_minutes: float = 10,
) -> argparse.ArgumentParser:  # fmt: skip
    """Make the parser of a training by `loop.fit_small`; `shown`: what a batch is of."""
    cli = parser_of(about, minutes=minutes, sample_minutes=sample_minutes)
    cli.add_argument("--start", type=Path, help=f"a {network}'s checkpoint to start from")
    cli.add_argument("--batch", type=int, default=batch, help=f"{shown} a step")
    cli.add_argument("--rate", type=float, default=rate)
    return cli
