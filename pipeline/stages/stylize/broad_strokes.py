"""Broaden the strokes of calm places, as painters do: a wide brush for a wall, the fine one for what it stands behind."""

import numpy as np

from pipeline.ops.color import to_lab
from pipeline.ops.filters import blurred
from pipeline.ops.resample import resized
from pipeline.stages.stylize.generator import asked_size, stylize
from pipeline.stages.stylize.scene import change_scene
from pipeline.types import Image, Mask, Network, Scene

WIDER = 2.5  # than the widest of the usual strokes
CALM, LIVELY = (
    1.5,
    6.5,
)  # deviation of CIELAB around a place up to which strokes are broad, and from which on none is
NEAR, AROUND = (
    0.6,
    0.8,
)  # of a broad stroke: what its surroundings are there, and over how much deviations are averaged
OWN = 1.6  # of a broad stroke: what is wider than that is light, which the painting has already


def broad_strokes(
    photo: Image,
    painted: Image,
    network: Network,
    *,
    brush: float,
    stroke_px: float,
    seeded: bool = False,
) -> Image:
    """Return what broad strokes change of a painting where the photo is calm; all (H, W, 3).

    `brush`, `stroke_px` and `seeded` are those of `stylize`.

    Source: Hertzmann 1998, "Painterly Rendering with Curved Brush Strokes of Multiple Sizes": fine ones only where the photo asks for them.
    """
    wide, size = brush * WIDER, photo.shape[:2]
    broad = stylize(photo, network, brush=wide, stroke_px=stroke_px, seeded=seeded)
    return broad_change(
        photo,
        painted,
        broad,
        asked_size(size, brush=wide, stroke_px=stroke_px),
        stroke_px=stroke_px,
    )


def broad_change(
    photo: Image, fine: Image, broad: Image, small: tuple[int, int], *, stroke_px: float
) -> Image:
    """Return what is added to `fine` strokes where the photo is calm, so that they become `broad` ones; all (H, W, 3).

    `small`: the (height, width) at which broad strokes are `stroke_px` wide.
    """
    size = photo.shape[:2]
    own = broad - resized(resized(fine, small), size)
    own -= blurred(own, OWN * stroke_px * size[0] / small[0])
    quiet = calm(resized(photo, small).clip(0, 1), stroke_px)
    return np.asarray(resized(quiet, size).clip(0, 1)[..., None] * own, np.float32)


def calm(photo: Image, stroke_px: float) -> Mask:
    """Return how calm a photo is around each pixel: 1 where it shows nothing that strokes of that width would hide."""
    lab = to_lab(photo)
    differs = ((lab - blurred(lab, NEAR * stroke_px)) ** 2).sum(2)
    deviation = np.sqrt(blurred(differs, AROUND * stroke_px))
    return np.clip((LIVELY - deviation) / (LIVELY - CALM), 0, 1, dtype=np.float32)


def lay_broad_strokes(scene: Scene, strokes: Image, amount: float) -> Scene:
    """Return the painting with so much of what broad `strokes` change."""
    if not amount:
        return scene
    return change_scene(
        scene,
        np.float32(amount) * strokes,
        lambda picture, change: np.clip(picture + change, 0, 1, dtype=np.float32),
    )
