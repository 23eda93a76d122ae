"""Count what a portrait style computes, and time it: `python -m benchmarks.portrait_styles`.

One picture of 512 x 512 px, the network alone, on all cores that the process may use (`taskset`).
Each round also runs the fast painter: on a machine that does other things, too, only the ratio of
both says something, and the time of a core. Weights are random ones: equally fast.
"""

import argparse
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import NamedTuple

import numpy as np
import torch
from torch.utils.flop_counter import FlopCounterMode

from benchmarks.portrait import markdown
from pipeline.nets.cyclegan import Generator
from pipeline.nets.johnson import Johnson
from pipeline.nets.tps_generator import TpsGenerator
from pipeline.nets.tps_shape import FOLD, NOISE
from pipeline.runtime.engines import compile_openvino, count_cores
from pipeline.runtime.portrait_style_files import read, verified, write
from pipeline.runtime.stroke_noise import stroke_noise
from pipeline.weights.catalog import CATALOG
from pipeline.weights.resolve import obtain

SIDE = 512
MINE, FAST, LARGE = "portrait style", "fast_style", "CycleGAN 64/9"
MOST_GFLOP, LEAST_RATE = 4.0, 30.0  # wanted


class Spent(NamedTuple):
    """Seconds of one run: by the clock, and of all cores together."""

    clock: float
    cores: float


def operations(network: Callable[[], torch.nn.Module], *shapes: tuple[int, ...]) -> float:
    """Return the billions of floating-point operations of a network on inputs of some shapes."""
    with torch.device("meta"), torch.inference_mode(), FlopCounterMode(display=False) as counter:
        network()(*(torch.empty(shape) for shape in shapes))
    return counter.get_total_flops() / 1e9


def counted() -> dict[str, float]:
    """Return the billions of operations of each network on one picture."""
    picture, places = (1, 3, SIDE, SIDE), (1, 4, SIDE // 4, SIDE // 4)
    build = CATALOG[FAST].build
    return {
        MINE: operations(TpsGenerator, picture, places),
        FAST: operations(lambda: Johnson(**build), picture, (1, build["styles"]), places),
        LARGE: operations(lambda: Generator(64, 9), picture),
    }


def runs(folder: Path) -> dict[str, Callable[[], object]]:
    """Make a run of each network on one picture, as the page runs it."""
    picture = np.random.default_rng(0).uniform(-1, 1, (1, 3, SIDE, SIDE)).astype(np.float32)
    noise = stroke_noise(picture[0], (SIDE // FOLD, SIDE // FOLD, NOISE)).transpose(2, 0, 1)[None]
    one = np.eye(CATALOG[FAST].build["styles"], dtype=np.float32)[:1]
    file = folder / "random.safetensors"
    write(file, TpsGenerator().state_dict(), name="random", label="Random")
    with verified(read(file)) as weights:
        mine = compile_openvino(weights)
    fast = compile_openvino(obtain(CATALOG[FAST]))
    return {MINE: lambda: mine(picture, noise), FAST: lambda: fast(picture, one, noise)}


def timed(acts: dict[str, Callable[[], object]], rounds: int) -> dict[str, list[Spent]]:
    """Time each act, all of them once a round, after a round that is not timed."""
    spent: dict[str, list[Spent]] = {name: [] for name in acts}
    for number in range(rounds + 1):
        for name, act in acts.items():
            began, worked = time.perf_counter(), time.process_time()
            act()
            if number:
                took = time.perf_counter() - began
                spent[name].append(Spent(took, time.process_time() - worked))
    return spent


def main() -> None:
    """Print the table, and what was wanted."""
    cli = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    cli.add_argument("--rounds", type=int, default=30)
    rounds = cli.parse_args().rounds
    work = counted()
    with tempfile.TemporaryDirectory() as folder:
        spent = timed(runs(Path(folder)), rounds)
    middle = {name: Spent(*map(median, zip(*each, strict=True))) for name, each in spent.items()}
    rows = [
        {
            "network": name,
            "GFLOP": f"{work[name]:.2f}",
            f"of {LARGE}": _part(work, name),
            "ms": f"{1e3 * each.clock:.1f}",
            "ms of a core": f"{1e3 * each.cores:.1f}",
            "pictures/s": f"{1 / each.clock:.1f}",
            f"of {FAST}'s time": f"{each.clock / middle[FAST].clock:.2f}",
            "of a core's": f"{each.cores / middle[FAST].cores:.2f}",
        }
        for name, each in middle.items()
    ]
    cores = count_cores()
    print(f"{SIDE} x {SIDE} px, {cores} cores, {rounds} rounds, medians\n\n{markdown(rows)}\n")
    print(
        f"GFLOP: {work[MINE]:.2f} (at most {MOST_GFLOP:g} wanted), {_part(work, MINE)} of {LARGE}"
    )
    alone = cores / middle[MINE].cores
    rate = f"{1 / middle[MINE].clock:.1f}, at most {alone:.0f} with the cores for itself"
    print(f"pictures/s: {rate} ({LEAST_RATE:g} wanted)")


def _part(work: dict[str, float], name: str) -> str:
    return f"1/{work[LARGE] / work[name]:.0f}"


if __name__ == "__main__":
    main()
