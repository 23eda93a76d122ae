"""Measure a parser in training on held-out street photos, at one look without rules."""

from pathlib import Path

import numpy as np

from pipeline.ops.resample import resized
from pipeline.stages.parse import Part, likeliest, nine_classes, parse_photo
from pipeline.types import Labels, Network
from training.labels import BARE_FACE, FACE
from training.samples import read_mask, read_pixels
from training.street_figures import counts, figures
from training.streets import HELD_OUT_SET, held_out, kept

LOOK_PX = 384


class HeldOutStreets:
    """Held-out photos of people_parts, with the parts of faces that teachers see in them."""

    def __init__(self, shared: Path, memory: Path) -> None:
        files = {
            pair: memory / HELD_OUT_SET / f"{pair[0].stem}.png"
            for pair in held_out(shared / "data")
        }
        self.known = {pair: kept(file) for pair, file in files.items() if file.exists()}

    def __call__(self, network: Network) -> dict[str, float]:
        """Return `street_figures.figures`, and how much of lower faces is called a face."""
        all_of, lower = [], np.zeros(2)
        if not self.known:
            return {}
        for (photo, mask), (labels, faces) in self.known.items():
            pixels, truth = read_pixels(photo), read_mask(mask)
            parts = parse_photo(pixels.astype(np.float32) / 255, network, long_px=LOOK_PX)
            parts = resized(parts, (truth.shape[0], truth.shape[1]))
            nine = nine_classes(parts)
            all_of.append(counts(truth, likeliest(parts[..., 1:]) + 1, nine))
            if faces:
                below = _lower_face(labels, float(faces[0].points[2:, 1].mean()))
                lower += (below & (nine >= Part.SKIN)).sum(), below.sum()
        return {**figures(all_of), "lower_face": float(lower[0] / max(lower[1], 1))}


def _lower_face(labels: Labels, mouth: float) -> np.ndarray:
    """Return the pixels of a face below its mouth's row."""
    below = np.isin(labels, (*BARE_FACE, FACE))
    below[: max(0, int(mouth))] = False
    return below
