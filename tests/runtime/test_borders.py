"""No line stands along the borders of what networks paint."""

import cv2
import numpy as np
import pytest

from pipeline.runtime.models import Models
from pipeline.runtime.stroke_noise import stroke_noise
from pipeline.settings import Settings
from pipeline.variants import PORTRAIT_STYLES

RNG = np.random.default_rng(0)
SOFT = cv2.resize(RNG.random((8, 8, 3), np.float32), (192, 192), interpolation=cv2.INTER_CUBIC)
BATCH = np.ascontiguousarray(2 * SOFT.clip(0, 1).transpose(2, 0, 1)[None] - 1)


def line(painted: np.ndarray) -> float:
    """Return by how much light, of 255, the first row stands out from those below."""
    light = 127.5 * painted[0].mean(0)
    return float(np.abs(light[0] - 2 * light[2] + light[4]).mean())


def border(painted: np.ndarray) -> float:
    """Return the most that one of the four borders stands out."""
    return max(line(np.rot90(painted, k, (2, 3))) for k in range(4))


@pytest.mark.parametrize("name", sorted(style.network for style in PORTRAIT_STYLES.values()))
def test_portrait_styles_paint_no_line_along_borders(name: str) -> None:
    network = Models().named(name, Settings().weights)
    noise = stroke_noise(BATCH[0], network.noise_size((192, 192)))
    grown = np.ascontiguousarray(noise.transpose(2, 0, 1)[None])
    bare, painted = network.run(BATCH, grown), network.seeded(noise)(BATCH)
    assert painted.shape == BATCH.shape
    assert border(painted) < 0.6 * border(bare)
