"""Measure the embedded promptable segmenter as the app runs it.

`python -m benchmarks.prompting ../shared`

On the held-out faces at full size: mean IoU of the face after its true box, after a click where the
answer is most wrong, and so on; and after the prompt that the app itself gives, box, eyes and
mouth.
"""

import argparse
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.parsing import pairs
from pipeline.metrics.iou import region_iou
from pipeline.runtime.models import Loaded, Models
from pipeline.stages.segment.sam import best, embed, prompted
from pipeline.steps.run import at_working_size
from pipeline.steps.segment import POINTER
from pipeline.types import Photo, Pixels, Prompt
from training.clicks import ADD, box_of, correction
from training.evaluate_segmenters import CELEBA_FACE

POINTED = ((4,), (5,), (11, 12))  # CelebAMask-HQ's indices: eyes, lips
CLICKS = 5


def follow(pixels: Pixels, mask: NDArray[np.uint8], pointer: Loaded) -> list[float]:
    """Return IoU for one photo: by the app's prompt, by the box, after each click."""
    decoder = pointer.prompt
    if decoder is None:
        raise ValueError(f"{POINTER} has no decoder; export it again.")
    truth, embedding = (
        np.isin(mask, CELEBA_FACE),
        embed(at_working_size(Photo(pixels)), pointer.run, side=pointer.entry.side),
    )
    x0, y0, x1, y1 = box_of(truth).ravel().tolist()
    box, anywhere = (x0, y0, x1, y1), np.ones_like(truth)
    spots = [np.nonzero(np.isin(mask, part)) for part in POINTED]
    own = Prompt(tuple((float(x.mean()), float(y.mean()), True) for y, x in spots if len(y)), box)
    found = [region_iou(best(prompted(embedding, decoder, own), embedding, own) > 0, truth)]
    prompt = Prompt(box=box)
    seen = best(prompted(embedding, decoder, prompt), embedding, prompt)
    found.append(region_iou(seen > 0, truth))
    for _ in range(CLICKS):
        if click := correction(truth, seen, anywhere):
            ((x, y),), kind = click[0].tolist(), click[1]
            prompt = Prompt((*prompt.points, (x, y, kind == ADD)), box)
            answer = prompted(embedding, decoder, prompt, (seen > 0).astype(np.float32))
            seen = best(answer, embedding, prompt, corrected=True)
        found.append(region_iou(seen > 0, truth))
    return found


def main() -> None:
    """Print the means."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("shared", type=Path)
    args = parser.parse_args()
    pointer = Models().named(POINTER, "embedded")
    rows = [
        follow(pixels, mask, pointer)
        for _, pixels, mask in pairs(args.shared / "data", "face_parsing", held_out=False)
    ]
    own, *followed = np.mean(rows, 0)
    print(
        f"face IoU by box, eyes and mouth {own:.3f}; by the box alone, then after each click:",
        *(f"{v:.3f}" for v in followed),
    )


if __name__ == "__main__":
    main()
