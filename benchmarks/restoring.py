"""Measure restorers as the app runs them.

`python -m benchmarks.restoring ../shared [WHICH...] [--sheet SHEET.png]`

On the held-out aligned faces, degraded as GFPGAN's were, the same way every time: decibels gained
over the degraded face, distance in features from the truth, cosine of face descriptors with the
sharp face, what becomes of sharp faces, seconds a face on this CPU. WHICH: a weight's name
(`restorer_light`, `gfpgan_v1.4`) or a run's `average.safetensors`; the one that the app would use
where none is named. The light restorer was trained on these very features, the descriptors it has
never seen.
"""

import argparse
import time
from pathlib import Path
from types import ModuleType

import cv2
import numpy as np
from numpy.typing import NDArray

from benchmarks.identifying import measures
from pipeline.runtime.engines import compile_openvino
from pipeline.runtime.models import Models
from pipeline.types import Network, Pixels
from pipeline.weights.cache import digest_of
from pipeline.weights.catalog import Entry
from pipeline.weights.resolve import VerifiedWeights, choose
from training.export import CARDS, restorer
from training.figures import sheet
from training.restore_figures import Outcome, figures, outcome, trials
from training.teachers import Perceptual

LIGHT = "restorer_light"
# What a restorer has to reach; of the identity, what the degraded faces have.
WANTED = {
    "gain_db": "at least 1.5",
    "feature_ratio": "at most 0.75",
    "identity": "more than degraded",
    "sharp_db": "at least 34",
    "seconds": "below 1",
}
SHOWN = 12


class Timed:
    """A network that notes how many seconds each of its runs took."""

    def __init__(self, network: Network) -> None:
        self.network, self.seconds = network, []

    def __call__(self, batch: NDArray[np.float32]) -> NDArray[np.float32]:
        """Run the network."""
        began = time.perf_counter()
        found = self.network(batch)
        self.seconds.append(time.perf_counter() - began)
        return found


def network_of(which: str) -> Network:
    """Return a restorer, compiled for this CPU: by its weight's name, or a run's light one by file.

    Raises: WeightError: it is not here or not what it should be.
    """
    file = Path(which)
    if file.suffix != ".safetensors":
        return Models("cpu").named(which, "auto").run
    card, build = CARDS[LIGHT], restorer([file])[1]
    entry = Entry(
        LIGHT, card["role"], card["license"], card["data"], sha256=None, bytes=None, build=build
    )
    return compile_openvino(VerifiedWeights(entry, (file,), digest_of(file)))


def measured(
    network: Network, faces: list[tuple[Pixels, Pixels]], shared: Path, measure: ModuleType
) -> tuple[dict[str, float], list[Outcome]]:
    """Return a restorer's figures over all faces, and what it made of each."""
    timed, net = Timed(network), measure.FaceNet()
    outcomes = [outcome(sharp, degraded, timed) for sharp, degraded in faces]
    found = figures(outcomes, Perceptual(shared / "weights/vgg19_distilled/5SE.pth"))
    for key, which in (("identity", "restored"), ("identity_degraded", "degraded")):
        cosines = [net.identity(o.sharp, getattr(o, which)) for o in outcomes]
        found[key] = float(np.mean([cosine for cosine in cosines if cosine is not None]))
    return {**found, "seconds": float(np.median(timed.seconds[1:]))}, outcomes


def drawn(outcomes: list[Outcome]) -> Pixels:
    """Return a page of faces, each sharp | degraded | restored."""
    return sheet([np.hstack([o.sharp, o.degraded, o.restored]) for o in outcomes[:SHOWN]])


def main() -> None:
    """Print the figures of every restorer; write a page of faces where one is asked for."""
    cli = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    cli.add_argument("shared", type=Path)
    cli.add_argument("which", nargs="*", metavar="WHICH")
    cli.add_argument(
        "--sheet",
        type=Path,
        help="where to draw faces; with several restorers, one file each, by their number",
    )
    args = cli.parse_args()
    faces, measure = (
        trials(args.shared / "data/face_parsing_test/images"),
        measures(args.shared / "metrics/measure.py"),
    )
    for index, which in enumerate(args.which or [choose("restorer", "auto").name]):
        found, outcomes = measured(network_of(which), faces, args.shared, measure)
        print(f"{which}, {len(faces)} faces")
        for key, value in found.items():
            print(f"  {key} {value:.3f}" + (f" (wanted: {WANTED[key]})" if key in WANTED else ""))
        if args.sheet:
            page = args.sheet.with_stem(f"{args.sheet.stem}-{index + 1}") if index else args.sheet
            cv2.imwrite(str(page), drawn(outcomes)[:, :, ::-1])


if __name__ == "__main__":
    main()
