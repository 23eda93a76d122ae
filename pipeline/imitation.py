"""Paint a photo in the style of any picture, by optimization: fine brush behind a person, coarse brush on the person.

Source: Xing et al. 2018, "Portrait-Aware Artistic Style Transfer".
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch

from pipeline.ops.resample import resized, size_of_short
from pipeline.ops.style import Features, Recipe, aims, energy
from pipeline.ops.tensor import to_batch, to_picture
from pipeline.stages.imitate import Look, imitate
from pipeline.types import Image, Mask

LEAST_PX = 32  # short side of a photo and of a style: what conv5_1 sees is a sixteenth of it


@dataclass(frozen=True)
class Preset:
    """How an energy is lowered: in how many looks at most, from noise or from the photo, and whether it goes on where little is gained."""

    looks: int
    from_noise: bool
    patient: bool


# `fast` begins where `paper` arrives: a photo has its own content, and its style changes in a tenth of the looks.
PRESETS: Mapping[str, Preset] = {"paper": Preset(1000, from_noise=True, patient=True), "fast": Preset(95, from_noise=False, patient=False)}


@dataclass(frozen=True)
class Imitated:
    """A photo in another picture's style, its energy, and how many looks it took; `diverged`: it ended early, at the last good picture."""

    picture: Image
    energy: float
    looks: int
    diverged: bool


def painted_like(
    photo: Image, styles: Sequence[tuple[Image, float]], background: Mask | None, features: Features, *, recipe: Recipe, preset: Preset,
    scale: float = 1.0, tell: Callable[[Look], bool | None] = lambda look: None,
) -> Imitated:  # fmt: skip
    """Return the photo in the style of pictures, each with its share.

    `background`: how much of each pixel is background, (H, W) in [0, 1]; None: there is no person, and the recipe's background does not
    count. `scale`: how large the styles' strokes become; at 1 a style is as high or wide as the photo on its short side. `tell` is told
    every look, and returns True to end with the best picture so far.

    Raises: ValueError: no style, a share that is not positive, or a picture below 32 px.
    """
    if not styles or any(share <= 0 for _, share in styles):
        raise ValueError(f"One style picture at least was wanted, each with a share above 0; found shares {[s for _, s in styles]}.")
    short = round(min(photo.shape[:2]) * scale)
    for name, side in (("The photo", min(photo.shape[:2])), ("The style at this scale", short)):
        if side < LEAST_PX:
            raise ValueError(f"{name} has a short side of {side} px; {LEAST_PX} px at least were wanted. Take a larger one.")
    shown = torch.from_numpy(to_batch(photo))
    wanted = aims(
        shown,
        [
            (torch.from_numpy(to_batch(np.clip(resized(style, size_of_short(style.shape[:2], short, 1)), 0, 1))), share)
            for style, share in styles
        ],
        None if background is None else torch.from_numpy(np.ascontiguousarray(background, np.float32))[None, None],
        features,
        recipe,
    )
    start = torch.rand(shown.shape, generator=torch.Generator().manual_seed(0)) if preset.from_noise else shown
    done = imitate(start, lambda picture: energy(picture, wanted, features, recipe), looks=preset.looks, patient=preset.patient, tell=tell)
    return Imitated(to_picture(done.picture.clamp(0, 1).numpy()), done.energy, done.looks, done.diverged)
