"""Take the mean of two trainings of one network.

`python -m training.soup ONE... --other OTHER... --share 0.3 --out OUT`

Between two checkpoints of one line of training lie networks that keep something of both.
Source: Wortsman et al. 2022, "Model soups".
"""

import argparse
from pathlib import Path

from safetensors.torch import save_file
from torch import Tensor

from training.loop import half_state, single


def lerp(one: dict[str, Tensor], other: dict[str, Tensor], share: float) -> dict[str, Tensor]:
    """Return the weights of `one` with a `share` in [0, 1] of the `other`'s.

    Counters are the other's.

    Raises: ValueError: the two are not checkpoints of one network.
    """
    if {k: v.shape for k, v in one.items()} != {k: v.shape for k, v in other.items()}:
        raise ValueError(
            "Two checkpoints of one network were wanted; these differ in their names or shapes."
        )
    return {
        k: v.lerp(other[k], share) if v.is_floating_point() else other[k] for k, v in one.items()
    }


def main() -> None:
    """Write the mean of two checkpoints, fp16."""
    cli = argparse.ArgumentParser(description=__doc__)
    cli.add_argument("one", type=Path, nargs="+", help="a checkpoint's files")
    cli.add_argument("--other", type=Path, nargs="+", required=True, help="the other's files")
    cli.add_argument("--share", type=float, default=0.5, help="the other's share, 0 to 1")
    cli.add_argument("--out", type=Path, required=True)
    args = cli.parse_args()
    save_file(half_state(lerp(single(*args.one), single(*args.other), args.share)), args.out)


if __name__ == "__main__":
    main()
