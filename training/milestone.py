"""Keep where a training stands: `python -m training.milestone RUN parser_streets`.

The averaged weights as fp16 shards below 10 MB, and a JSON with steps, figures, data and license,
in `training/milestones/`; what an earlier milestone of that name left is replaced. A later training
starts there: `--start training/milestones/parser_streets-*.safetensors`. With `--over FILES` what
differs from these alone is kept, and a later training starts from both.
"""

import argparse
import csv
import json
from collections.abc import Sequence
from pathlib import Path

import torch
from safetensors.torch import save_file

from training.export import grouped
from training.loop import STATE, half_state, single

FOLDER = Path(__file__).parent / "milestones"
LICENSE = "non-commercial research: CelebAMask-HQ's terms"
DATA = (
    "trained by this project: Clothing Co-Parsing (Apache-2.0), CelebAMask-HQ, "
    "in-the-wild portraits, full-body scenes, YouTube Faces crops, paintings in the public domain"
)


def last_row(file: Path) -> dict[str, float]:
    """Return the last figures that a training wrote into a CSV file; none where there are none."""
    if not file.exists():
        return {}
    with file.open(newline="") as text:
        rows = list(csv.DictReader(text))
    return {key: float(value) for key, value in rows[-1].items()} if rows else {}


def write(
    run: Path, name: str, start: str, folder: Path = FOLDER, over: Sequence[Path] = ()
) -> list[Path]:
    """Write a run's milestone; return its shards.

    `over`: a checkpoint's files; of what is the same there nothing is written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob(f"{name}-*-of-*.safetensors"):
        old.unlink()
    below = half_state(single(*over)) if over else {}
    groups = grouped(
        {
            key: value
            for key, value in half_state(single(run / "average.safetensors")).items()
            if key not in below or not torch.equal(value, below[key])
        }
    )
    shards = []
    for i, group in enumerate(groups, 1):
        shards.append(folder / f"{name}-{i}-of-{len(groups)}.safetensors")
        save_file(group, shards[-1])
    state = torch.load(run / STATE, map_location="cpu", weights_only=True)
    card = {
        "start": start,
        "over": [file.name for file in over],
        "steps": state["step"],
        "minutes": round(state["seconds"] / 60, 2),
        "held_out": last_row(run / "held_out.csv"),
        "data": DATA,
        "license": LICENSE,
        "shards": [shard.name for shard in shards],
    }
    (folder / f"{name}.json").write_text(json.dumps(card, indent=1) + "\n")
    return shards


def main() -> None:
    """Keep one run's averaged weights."""
    cli = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    cli.add_argument("run", type=Path)
    cli.add_argument("name", help="parser_streets or parser_close_streets")
    cli.add_argument("--start", default="", help="what the run started from, for the JSON")
    cli.add_argument("--over", type=Path, nargs="+", default=[], help="a checkpoint's files")
    args = cli.parse_args()
    for shard in write(args.run, args.name, args.start, over=args.over):
        print(f"{shard}: {shard.stat().st_size / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
