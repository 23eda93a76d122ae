"""Time a parse, a click and Segment Anything's encoders in one run.

`python -m benchmarks.outlining [PHOTO...] [--largest vit_h]`

Photos are shown at 1024 x 768; what the rest is compared with is the median of their parses. SAM's
weights are random where they are not at hand: as fast as the published ones. Its encoder runs in
PyTorch float32, as the package runs it.
"""

import argparse
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np

from benchmarks.meter import forget_peak, median_seconds, peak_megabytes
from pipeline.io.image_files import read_photo
from pipeline.runtime.models import Models
from pipeline.stages.segment.sam import embed, prompted
from pipeline.steps.detect import parse
from pipeline.steps.run import at_working_size
from pipeline.steps.segment import POINTER
from pipeline.types import Photo, Prompt
from pipeline.weights.catalog import PARSERS

EXAMPLE = Path(__file__).parents[1] / "examples/portrait.jpg"
SIZE = (1024, 768)  # long and short side
ENCODERS = ("vit_b", "vit_l", "vit_h")


def at_size(photo: Photo) -> Photo:
    """Return the photo stretched to `SIZE`, lying or standing as it does."""
    h, w = photo.pixels.shape[:2]
    return Photo(
        cv2.resize(photo.pixels, SIZE if w > h else SIZE[::-1], interpolation=cv2.INTER_AREA)
    )


def encode(variant: str) -> Callable[[], object]:
    """Return a run of one of SAM's encoders with random weights."""
    import torch  # no part of a parse, whose memory is measured before

    from pipeline.nets.sam import SIDE, ImageEncoder

    network = ImageEncoder(variant).eval().requires_grad_(False)
    picture = torch.rand(1, 3, SIDE, SIDE)

    def run() -> object:
        with torch.inference_mode():
            return network(picture)

    return run


def main() -> None:
    """Print seconds, and how many parses fit into each."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("photos", nargs="*", type=Path, default=[EXAMPLE])
    parser.add_argument(
        "--largest",
        choices=ENCODERS,
        default=ENCODERS[-1],
        help="the last encoder to time; each larger one takes longer",
    )
    args = parser.parse_args()
    models, photos = Models(), [at_size(read_photo(file)) for file in args.photos]
    for role in PARSERS:
        models.load(role, "embedded")
    forget_peak()
    parses = [
        median_seconds(lambda photo=photo: parse(photo, models=models), 7) for photo in photos
    ]
    print(
        f"peak of a parse: {peak_megabytes():.0f} MB in all; "
        f"slowest: {max(parses):.3f} s, {args.photos[int(np.argmax(parses))].name}"
    )
    rows, photo = (
        {f"parse, closer looks included, of {len(photos)}": float(np.median(parses))},
        photos[0],
    )
    pointer, original = models.named(POINTER, "embedded"), at_working_size(photo)
    rows[f"{POINTER}: embed the photo"] = median_seconds(
        lambda: embed(original, pointer.run, side=pointer.entry.side), 7
    )
    embedding, decoder = embed(original, pointer.run, side=pointer.entry.side), pointer.prompt
    if decoder is not None:
        prompt = Prompt(((SIZE[1] / 2, SIZE[1] / 2, True),))
        rows[f"{POINTER}: one prompt"] = median_seconds(
            lambda: prompted(embedding, decoder, prompt), 15
        )
    for variant in ENCODERS[: ENCODERS.index(args.largest) + 1]:
        rows[f"SAM {variant}: embed the photo, PyTorch float32"] = median_seconds(
            encode(variant), 1, warm=False
        )
    base = next(iter(rows.values()))
    for name, spent in rows.items():
        print(f"{name:50} {spent:8.3f} s {spent / base:8.2f} x a parse")


if __name__ == "__main__":
    main()
