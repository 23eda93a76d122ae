"""Measure which values a parser's convolutions are given, so that 8 bits can hold them.

Run `python -m training.input_ranges ../shared parser` after a parser was exported.

The pipeline looks at photos that it learned from; what it asks the parser is asked again in
PyTorch, and the mean least and the mean largest value of each convolution of the decoder are
written into `manifest.json`. Means clip what single photos alone have; of ways to choose the ends
they changed the fewest pixels' classes. The encoder stays as it is: its depthwise convolutions do
not survive 8 bits, and it takes the smaller part of the time.
"""

import argparse
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from pipeline.io.image_files import read_photo
from pipeline.runtime.build import load_network
from pipeline.runtime.eight_bit import Ranges, convolutions_of
from pipeline.runtime.models import Loaded, Models, WeightPolicy
from pipeline.steps.detect import see_photo
from pipeline.weights.catalog import CATALOG, EMBEDDED, PARSERS
from pipeline.weights.resolve import obtain
from training.checks import photos_in
from training.export import enter, entries_in
from training.faces import pairs_of
from training.street_data import chosen

LEARNED, EACH = ("people_parts", "face_parsing", "portraits_in_the_wild"), 20
ROUNDED = ("decoder.", "segmentation_head.")
MOST, SEED = 120, 0  # looks that are asked again
Look = NDArray[np.float32]


class Heard(Models):
    """Models that note what a network is asked."""

    def __init__(self, name: str) -> None:
        super().__init__("cpu")
        self.name = name
        self.looks: list[Look] = []

    def load(self, role: str, policy: WeightPolicy) -> Loaded:
        """Return a network; the one that is listened to notes its input."""
        loaded = super().load(role, policy)
        if loaded.entry.name != self.name:
            return loaded

        def run(look: Look) -> Look:
            self.looks.append(look.copy())
            return loaded.run(look)

        return replace(loaded, run=run)


def photos_of(data: Path) -> Iterator[Path]:
    """Yield photos that parsers learned from, and landscapes; none that is held out."""
    for kind in LEARNED:
        out = {photo for photo, _ in chosen(data, kind)}
        photos = [photo for photo, _ in pairs_of(data, kind) if photo not in out]
        yield from photos[:: len(photos) // EACH]
    for kind in ("people/images", "photos"):
        yield from photos_in(data / kind)[::40]


def measured(network: nn.Module, looks: list[Look]) -> Ranges:
    """Return the mean least and the mean largest value of each input, zero among them."""
    ends: dict[str, list[tuple[float, float]]] = {}

    def noting(name: str) -> Callable[[nn.Module, tuple[Tensor, ...]], None]:
        def note(module: nn.Module, given: tuple[Tensor, ...]) -> None:
            del module
            ends.setdefault(name, []).append((given[0].min().item(), given[0].max().item()))

        return note

    hooks = [
        each.register_forward_pre_hook(noting(name))
        for name, each in convolutions_of(network).items()
        if name.startswith(ROUNDED)
    ]
    with torch.inference_mode():
        for look in looks:
            network(torch.from_numpy(look))
    for hook in hooks:
        hook.remove()
    means = {name: np.mean(each, 0) for name, each in ends.items()}
    return {n: (min(float(low), 0.0), max(float(high), 0.0)) for n, (low, high) in means.items()}


def main() -> None:
    """Write a parser's ranges into the manifest."""
    cli = argparse.ArgumentParser(description=__doc__)
    cli.add_argument("shared", type=Path)
    cli.add_argument("name", choices=[n for n, each in CATALOG.items() if each.role in PARSERS])
    cli.add_argument("--folder", type=Path, default=EMBEDDED)
    args = cli.parse_args()
    models = Heard(args.name)
    for photo in photos_of(args.shared / "data"):
        see_photo(read_photo(photo), models=models)
    order = np.random.default_rng(SEED).permutation(len(models.looks))[:MOST]
    looks = [models.looks[i] for i in order]
    ranges = measured(load_network(obtain(CATALOG[args.name])), looks)
    rounded = {name: [round(end, 4) for end in ends] for name, ends in ranges.items()}
    enter(args.folder, args.name, {**entries_in(args.folder)[args.name], "ranges": rounded})
    print(f"{args.name}: {len(ranges)} convolutions, by {len(looks)} of {len(models.looks)} looks")


if __name__ == "__main__":
    main()
