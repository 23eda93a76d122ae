"""Print one color behind people: a bare wall takes that of a print."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.ops.color import repeated
from pipeline.ops.filters import blurred, local_mean
from pipeline.ops.smooth import smoothstep
from pipeline.types import Mask

Float = NDArray[np.float32]

# How bare a ground is, as `bareness` has it, from which on it begins to be a print's, and is.
BARE = (0.3, 0.6)
# How lively its light is, as `fine_contrast` has it, from which on it is no wall, and surely.
LIVELY = (0.04, 0.075)
# By which it is found: deviations, of the long side, of what is fine and of what is around it, and
# L below which dark is all one.
FINE, NEAR, DARKEST = 0.002, 0.012, 8.0
# Its color is one that is lighter, L, and farther from hair's light, and in a and b from skin's,
# than these, at all and surely: before mustard skin is khaki.
GROUND_LIGHT, FROM_HAIR, FROM_SKIN = (35.0, 55.0), (8.0, 25.0), (10.0, 30.0)
MOST_CHROMA = 40.0  # of a ground: people are in front of it
# How a ground is shaded at its top, CIELAB, and down to which share of the height.
SHADED, SHADED_TO = (-12.0, -6.0, -24.0), 0.45

# From how far off the wall around, CIELAB, on what is seen may be a hand that nobody told, and is
# surely no wall. Shadows fall on it, so that L counts less. How far around, and how softly, of the
# long side. And how far off skin's color, in a and b, a hand may be, and is none.
NO_WALL, SHADOWS, AROUND, SOFT, OF_SKIN = (8.0, 16.0), 0.35, 0.15, 0.002, (12.0, 22.0)


@dataclass(frozen=True)
class Ground:
    """A print's ground: its color, (3,) CIELAB, and how far it takes the place of a photo's.

    `skin`: that of the people before it, (3,) CIELAB.
    """

    color: Float
    share: float
    skin: Float


def ground_color(colors: Float, weights: Float, hair: float, skin: Float) -> Float:
    """Choose a print's color for a ground, (3,) CIELAB, before which people are seen.

    `colors`: those of its own ground, (N, 3), and how much of it each is, (N,). `hair`: its light,
    L; `skin`: its color, (3,) CIELAB.
    """
    told = smoothstep(np.abs(colors[:, 0] - np.float32(hair)), *FROM_HAIR)
    told *= smoothstep(np.hypot(*(colors - skin)[:, 1:].T), *FROM_SKIN)
    fits = weights * (told * smoothstep(colors[:, 0], *GROUND_LIGHT) + np.float32(1e-3))
    light, *hue = colors[np.argmax(fits)]
    paler = min(1.0, MOST_CHROMA / max(float(np.hypot(*hue)), 1e-3))
    return np.array([light, *(paler * each for each in hue)], np.float32)


def like_the_wall(photo: Float, behind: Mask, skin: Float) -> Mask:
    """Return where a photo, (H, W, 3) CIELAB, shows a wall and no hand before it, (H, W).

    `behind`: where nobody is, (H, W) in [0, 1]. `skin`: its color, (3,). What else is on a wall,
    shadows and lettering, is the wall's.
    """
    long = max(photo.shape[:2])
    seen = blurred(photo, SOFT * long)
    off = seen - local_mean(photo, behind, AROUND * long)
    off[..., 0] *= np.float32(SHADOWS)
    hand = smoothstep(np.linalg.norm(off, axis=-1), *NO_WALL)
    hand *= 1 - smoothstep(np.linalg.norm((seen - skin)[..., 1:], axis=-1), *OF_SKIN)
    return behind * (1 - hand)


def fine_contrast(light: Float, behind: Mask) -> float:
    """Return how much light, L, (H, W), changes within short ways, as a part of itself.

    `behind`: where nobody is, (H, W) in [0, 1]. Leaves at night are of one color, like a wall.
    """
    long = max(light.shape)
    fine, near = blurred(light, FINE * long), local_mean(light, behind, NEAR * long)
    change = np.abs(fine - near) / (near + np.float32(DARKEST))
    return float((behind * change).sum() / max(float(behind.sum()), 1.0))


def on_ground(lab: Float, where: Mask, color: Float) -> Float:
    """Print one color, (3,) CIELAB, in a region, (H, W) in [0, 1], shaded at the picture's top."""
    height = lab.shape[0]
    down = (np.arange(height, dtype=np.float32) + 0.5) / height
    shaded = 1 - smoothstep(down, 0.0, SHADED_TO)
    tone = color + shaded[:, None, None] * np.array(SHADED, np.float32)
    return np.asarray(lab + repeated(where) * (tone - lab), np.float32)
