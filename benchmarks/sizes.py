"""Paint one photo at several sizes, each at its own.

`python -m benchmarks.sizes [PHOTO] [--painter style_monet] [--megapixels 1 4 12 24]`

Each size runs in a process of its own and prints seconds, seconds a megapixel and the peak of
memory, from the photo to its full-size painting. For a painter that normalizes by the whole
picture, the last line says how far its tiles are from the picture painted at once.
"""

import argparse
import tempfile
import time
from pathlib import Path

import cv2
import numpy as np

from benchmarks.meter import forget_peak, peak_megabytes
from benchmarks.portrait import apart, markdown, read_or_default, stand_in
from pipeline.nets.receptive_field import generator_measures
from pipeline.settings import Settings
from pipeline.types import Photo
from pipeline.weights.cache import VerifiedWeights
from pipeline.weights.catalog import CATALOG

LIVE_MEGAPIXELS = 1.0
SHRUNK = (1, 2, 4)


def resized(photo: Photo, megapixels: float) -> Photo:
    """Return the photo with so many pixels, three wide to two high."""
    k = (megapixels * 1e6 / 6) ** 0.5
    return Photo(
        cv2.resize(photo.pixels, (round(3 * k), round(2 * k)), interpolation=cv2.INTER_CUBIC),
        name=photo.name,
    )


def measure(photo: Photo, megapixels: float, painter: VerifiedWeights) -> dict[str, str]:
    """Paint the photo at one size as the app does and return the table's row.

    Strokes are as fine as they can be there.
    """
    from pipeline.paint import paint
    from pipeline.runtime.engines import compile_openvino
    from pipeline.runtime.models import Loaded, Models, assemble
    from pipeline.settings.stages import BRUSH
    from pipeline.steps.full_size import full_size
    from pipeline.steps.network import USUAL_WIDTH

    mine = assemble(painter, compile_openvino)

    class Given(Models):
        def load(self, role: str, policy: str) -> Loaded:
            return mine if role == "painter" else super().load(role, "embedded")

    models, large = Given("cpu"), resized(photo, megapixels)
    models.warm()
    finest = (mine.entry.stroke_px or 8) * 100 / min(large.pixels.shape[:2])
    forget_peak()
    brush = min(max(finest / USUAL_WIDTH, BRUSH[0]), BRUSH[1])
    network = Settings.from_flat(painter="network", brush=brush)
    painting = paint(large, network, models=models)
    began = time.perf_counter()
    full_size(painting)
    ended, seconds = time.perf_counter(), painting.seconds["paint"]
    return {
        "megapixels": f"{megapixels:g}",
        "painted": "at once" if painting.painted is None else "in tiles",
        "paint s": f"{seconds:.1f}", "s a megapixel": f"{seconds / megapixels:.2f}",
        "full size s": f"{ended - began:.1f}", "peak MB": f"{peak_megabytes():.0f}",
    }  # fmt: skip


def agreement(photo: Photo, painter: VerifiedWeights) -> list[float]:
    """Return how near a picture painted by frozen statistics is to the network's own, in dB.

    The statistics are measured of the picture shrunk by each of `SHRUNK`.
    """
    from pipeline.ops.tensor import to_batch
    from pipeline.runtime.engines import compile_openvino
    from pipeline.runtime.models import assemble

    mine, large = assemble(painter, compile_openvino), resized(photo, LIVE_MEGAPIXELS).pixels
    h, w = (n // 16 * 16 for n in large.shape[:2])

    def batch(k: int) -> np.ndarray:
        return to_batch(
            cv2.resize(large, (w // k, h // k), interpolation=cv2.INTER_AREA).astype(np.float32)
            / 127.5
            - 1
        )

    live = mine.run(batch(1)).copy()
    return [
        10 * float(np.log10(4 / np.square(mine.freeze(batch(k))(batch(1)) - live).mean()))
        for k in SHRUNK
    ]


def main() -> None:
    """Print the table and, for a painter that measures the whole picture, what freezing costs.

    That is how near frozen statistics are to live ones.
    """
    cli = argparse.ArgumentParser(description=__doc__)
    cli.add_argument("photo", type=Path, nargs="?")
    cli.add_argument(
        "--painter",
        choices=[name for name, entry in CATALOG.items() if entry.role == "painter"],
        default="monet_light",
    )
    cli.add_argument("--megapixels", type=float, nargs="+", default=[1, 4, 12, 24])
    args = cli.parse_args()
    photo, entry = read_or_default(args.photo), CATALOG[args.painter]
    with tempfile.TemporaryDirectory() as folder:
        painter = stand_in(entry, Path(folder))
        print(f"{painter.entry.name}, {photo.name}\n")
        print(
            markdown([apart(measure, photo, megapixels, painter) for megapixels in args.megapixels])
        )
        if generator_measures(**entry.build):
            figures = ", ".join(
                f"{db:.1f} dB at 1/{k}"
                for k, db in zip(SHRUNK, apart(agreement, photo, painter), strict=True)
            )
            print(
                f"\nFrozen against live statistics of {LIVE_MEGAPIXELS:g} MP, "
                f"measured at a part of its size: {figures}"
            )


if __name__ == "__main__":
    main()
