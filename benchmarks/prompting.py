"""Measure the embedded promptable segmenter as the app runs it: `python -m benchmarks.prompting ../shared`.

On the held-out faces at full size: mean IoU of the face after its true box, after a click where the answer is most wrong, and so on;
and after the prompt that the app itself gives, box, eyes and mouth.
"""

import argparse
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from benchmarks.parsing import pairs
from pipeline.outline import POINTER
from pipeline.paint import at_working_size
from pipeline.runtime import Loaded, Models
from pipeline.stages.prompt import best, embed, prompted
from pipeline.types import Click, Photo, Pixels, Prompt

Region = NDArray[np.bool_]
FACE = (1, 2, 3, 4, 5, 6, 7, 10, 11, 12)  # CelebAMask-HQ's indices: with glasses, without ears
POINTED = ((4,), (5,), (11, 12))  # eyes, lips
CLICKS = 5


def wrongest(seen: Region, truth: Region) -> Click | None:
    """Return a click in the middle of the largest piece that is wrong; None where nothing is."""
    clicks: list[tuple[int, Click]] = []
    for wrong, add in ((truth & ~seen, True), (seen & ~truth, False)):
        count, marks, stats, _ = cv2.connectedComponentsWithStats(wrong.astype(np.uint8))
        if count > 1:
            largest = 1 + int(stats[1:, cv2.CC_STAT_AREA].argmax())
            depth = cv2.distanceTransform(np.pad(marks == largest, 1).astype(np.uint8), cv2.DIST_L2, 3)[1:-1, 1:-1]
            y, x = np.unravel_index(depth.argmax(), depth.shape)
            clicks.append((int(stats[largest, cv2.CC_STAT_AREA]), (float(x), float(y), add)))
    return max(clicks)[1] if clicks else None


def iou(one: Region, other: Region) -> float:
    """Return the intersection over the union."""
    return np.count_nonzero(one & other) / max(1, np.count_nonzero(one | other))


def follow(pixels: Pixels, mask: NDArray[np.uint8], pointer: Loaded) -> list[float]:
    """Return IoU for one photo: by the app's prompt, by the box, after each click."""
    decoder = pointer.prompt
    if decoder is None:
        raise ValueError(f"{POINTER} has no decoder; export it again.")
    truth, embedding = np.isin(mask, FACE), embed(at_working_size(Photo(pixels)), pointer.run, side=pointer.entry.side)
    ys, xs = np.nonzero(truth)
    box = float(xs.min()), float(ys.min()), float(xs.max()), float(ys.max())
    spots = [np.nonzero(np.isin(mask, part)) for part in POINTED]
    own = Prompt(tuple((float(x.mean()), float(y.mean()), True) for y, x in spots if len(y)), box)
    found = [iou(best(prompted(embedding, decoder, own), embedding, own) > 0, truth)]
    prompt = Prompt(box=box)
    seen = best(prompted(embedding, decoder, prompt), embedding, prompt) > 0
    found.append(iou(seen, truth))
    for _ in range(CLICKS):
        if click := wrongest(seen, truth):
            prompt = Prompt((*prompt.points, click), box)
            answer = prompted(embedding, decoder, prompt, seen.astype(np.float32))
            seen = best(answer, embedding, prompt, corrected=True) > 0
        found.append(iou(seen, truth))
    return found


def main() -> None:
    """Print the means."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("shared", type=Path)
    args = parser.parse_args()
    pointer = Models().named(POINTER, "embedded")
    rows = [follow(pixels, mask, pointer) for _, pixels, mask in pairs(args.shared / "data/face_parsing_test")]
    own, *followed = np.mean(rows, 0)
    print(f"face IoU by box, eyes and mouth {own:.3f}; by the box alone, then after each click:", *(f"{v:.3f}" for v in followed))


if __name__ == "__main__":
    main()
