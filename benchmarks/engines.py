"""Time each network as PyTorch runs it in float32 and as this package does.

`python -m benchmarks.engines [NAME...]`

Both in one run, on all cores; the median of several. Beside it stands how near each comes to what
the machine can multiply: the floating-point operations of the network over its seconds, as a share
of the fastest of several large matrix products in the same precision. Where published weights are
not at hand, random ones stand in: equally fast.
"""

import argparse
import tempfile
import time
from pathlib import Path

import numpy as np
import torch
from torch.utils.flop_counter import FlopCounterMode

from benchmarks.meter import median_seconds
from benchmarks.portrait import markdown, stand_in
from pipeline.runtime.build import load_network
from pipeline.runtime.engines import compile_openvino, precision, run_torch
from pipeline.weights.catalog import CATALOG

SIDE = 512
USUAL = ("gfpgan_v1.4", "style_monet", "monet_light", "parser")
LIGHT, PUBLISHED = "monet_light", "style_monet"
MATRIX, TIMES = 3072, 7


def multiplied(kind: torch.dtype) -> float:
    """Return the operations a second, in billions, of the fastest of several large matrix products.

    Operations are floating-point ones.
    """
    one, other = (torch.randn(MATRIX, MATRIX).to(kind) for _ in range(2))
    spent = []
    with torch.inference_mode():
        for _ in range(TIMES):
            began = time.perf_counter()
            torch.mm(one, other)
            spent.append(time.perf_counter() - began)
    return 2 * MATRIX**3 / min(spent) / 1e9


def operations(network: torch.nn.Module) -> float:
    """Return the billions of floating-point operations of a network on one picture of `SIDE` px."""
    with torch.inference_mode(), FlopCounterMode(display=False) as counter:
        network(torch.zeros(1, 3, SIDE, SIDE))
    return counter.get_total_flops() / 1e9


def main() -> None:
    """Print the table, and how the embedded painter compares with the published one."""
    cli = argparse.ArgumentParser(description=__doc__)
    cli.add_argument(
        "names",
        nargs="*",
        default=list(USUAL),
        metavar="NAME",
        help=f"weights by their catalog names; {', '.join(USUAL)}",
    )
    names: list[str] = cli.parse_args().names
    import openvino as ov

    ours = precision(ov.Core())
    peaks = {"f32": multiplied(torch.float32), "bf16": multiplied(torch.bfloat16)}
    print(
        "matrix products: "
        f"{', '.join(f'{kind} {peak:.0f} GFLOP/s' for kind, peak in peaks.items())}; "
        f"networks run in {ours}\n"
    )
    picture, rows, plain_seconds, our_seconds = np.zeros((1, 3, SIDE, SIDE), np.float32), [], {}, {}
    with tempfile.TemporaryDirectory() as folder:
        for name in names:
            weights = stand_in(CATALOG[name], Path(folder))
            work = operations(load_network(weights))
            plain, engine = run_torch(weights, "cpu"), compile_openvino(weights)
            plain_seconds[name] = median_seconds(lambda run=plain: run(picture), TIMES)
            our_seconds[name] = median_seconds(lambda run=engine: run(picture), TIMES)
            rows.append({
                "network": weights.entry.name, "GFLOP": f"{work:.0f}",
                "PyTorch float32 s": f"{plain_seconds[name]:.3f}",
                "of its peak": f"{work / plain_seconds[name] / peaks['f32']:.2f}",
                "ours s": f"{our_seconds[name]:.3f}",
                "of its peak ": f"{work / our_seconds[name] / peaks[ours]:.2f}",
                "ours / PyTorch": f"{our_seconds[name] / plain_seconds[name]:.3f}",
            })  # fmt: skip
    print(markdown(rows))
    if {LIGHT, PUBLISHED} <= set(names):
        print(
            f"\n{LIGHT} takes 1/{plain_seconds[PUBLISHED] / our_seconds[LIGHT]:.0f} "
            f"of {PUBLISHED} in PyTorch float32"
        )


if __name__ == "__main__":
    main()
