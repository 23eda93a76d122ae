"""Measure parsers before they are embedded: checkpoints in place of the embedded networks."""

import argparse
from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pipeline.runtime.engines import compile_openvino
from pipeline.runtime.models import Loaded, Models, assemble
from pipeline.settings import WeightPolicy
from pipeline.stages.parse import Part
from pipeline.types import Network
from pipeline.weights.cache import VerifiedWeights
from pipeline.weights.catalog import CATALOG
from training.loop import single

EMBEDDED = {"parser": "parser", "close_parser": "parser_close", "gray_parser": "parser"}


def add_arguments(cli: argparse.ArgumentParser) -> None:
    """Let a command take checkpoints in place of the embedded networks."""
    cli.add_argument(
        "--parser",
        type=Path,
        nargs="+",
        default=[],
        help="a checkpoint's files, instead of the embedded network",
    )
    cli.add_argument(
        "--gray", type=Path, nargs="+", default=[], help="likewise, of photos without color"
    )
    cli.add_argument(
        "--close", type=Path, nargs="+", default=[], help="likewise, of the network of faces near"
    )


def models_of(args: argparse.Namespace) -> Models:
    """Return models with the checkpoints that a command names, if it names any."""
    given = {
        "parser": tuple(args.parser), "close_parser": tuple(args.close),
        "gray_parser": tuple(args.gray),
    }  # fmt: skip
    return GivenParsers(given) if any(given.values()) else Models()


class GivenParsers(Models):
    """Models whose parsers come from checkpoints' files, by role; all else is embedded."""

    def __init__(self, files: dict[str, tuple[Path, ...]]) -> None:
        super().__init__("cpu")
        self.parsers = {role: _assembled(role, shards) for role, shards in files.items() if shards}

    def load(self, role: str, policy: WeightPolicy) -> Loaded:
        """Return a given parser, or what the embedded one says, with as many outputs."""
        if role in self.parsers:
            return self.parsers[role]
        loaded = super().load(role, policy)
        if self.parsers and role in EMBEDDED:
            return replace(loaded, run=as_wide(loaded.run))
        return loaded


def as_wide(network: Network) -> Network:
    """Return a network that says of the classes it does not know that they are nowhere."""

    def run(batch: NDArray[np.float32]) -> NDArray[np.float32]:
        seen = network(batch)
        missing = len(Part) - seen.shape[1]
        return np.pad(seen, ((0, 0), (0, missing), (0, 0), (0, 0))) if missing else seen

    return run


def _assembled(role: str, shards: tuple[Path, ...]) -> Loaded:
    classes = len(single(*shards)["segmentation_head.0.bias"])
    entry = replace(CATALOG[EMBEDDED[role]], name=f"{role} (given)", build={"classes": classes})
    # Converted networks are kept by this: another checkpoint is another one.
    digest = sha256(b"".join(file.read_bytes() for file in shards)).hexdigest()
    engine: Callable[[VerifiedWeights], Network] = compile_openvino
    loaded = assemble(VerifiedWeights(entry, shards, digest), engine)
    return replace(loaded, run=as_wide(loaded.run))
