"""What a face loses on its way into an old or careless picture.

It loses focus, pixels, light, and what JPEG leaves out.

Source: Wang et al. 2021, "Towards Real-World Blind Face Restoration with Generative Facial Prior",
section 4.1; the kernels as in the authors' released training: half of them round, half of them
longer than wide, 41 px.
"""

from dataclasses import dataclass
from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.types import Pixels

KERNEL = 41  # px
BLUR = (0.2, 10.0)  # deviations of the Gaussian, px
SHRINK = (1.0, 8.0)  # times smaller
NOISE = (0.0, 15.0)  # deviation, of 255
QUALITY = (60, 100)  # JPEG's

Enlarging = Literal["linear", "cubic"]
ENLARGING: dict[Enlarging, int] = {"linear": cv2.INTER_LINEAR, "cubic": cv2.INTER_CUBIC}


@dataclass(frozen=True)
class Degradation:
    """The damage of one picture.

    `blur`: deviations along the kernel's two axes, px; `angle`: of the first axis, radians;
    `shrink`: times smaller; `noise`: deviation, of 255; `quality`: JPEG's; `enlarging`: how it
    comes back to its size; `seed`: of the noise.
    """

    blur: tuple[float, float]
    angle: float
    shrink: float
    noise: float
    quality: int
    enlarging: Enlarging
    seed: int


def drawn(rng: np.random.Generator, enlarging: tuple[Enlarging, ...] = ("cubic",)) -> Degradation:
    """Return a damage drawn evenly from the published ranges."""
    first, second = rng.uniform(*BLUR, 2)
    return Degradation(
        blur=(float(first), float(second if rng.random() < 0.5 else first)),
        angle=float(rng.uniform(-np.pi, np.pi)),
        shrink=float(rng.uniform(*SHRINK)), noise=float(rng.uniform(*NOISE)),
        quality=int(rng.integers(*QUALITY, endpoint=True)),
        enlarging=enlarging[rng.integers(len(enlarging))], seed=int(rng.integers(1 << 62)),
    )  # fmt: skip


def degrade(face: Pixels, damage: Degradation) -> Pixels:
    """Return the face, (H, W, 3), damaged, at its own size; always the same for the same damage.

    Source: equation 10, then brought back to its size: [(y * k) shrunk + n] JPEG.
    """
    h, w = face.shape[:2]
    blurred = cv2.filter2D(face.astype(np.float32), -1, kernel(damage.blur, damage.angle))
    size = max(1, round(w / damage.shrink)), max(1, round(h / damage.shrink))
    small = cv2.resize(blurred, size, interpolation=cv2.INTER_LINEAR)
    noisy = small + damage.noise * np.random.default_rng(damage.seed).standard_normal(
        small.shape, np.float32
    )
    saved = compressed((noisy.clip(0, 255) + 0.5).astype(np.uint8), damage.quality)
    return cv2.resize(saved, (w, h), interpolation=ENLARGING[damage.enlarging])


def compressed(picture: Pixels, quality: int) -> Pixels:
    """Return what JPEG leaves of a picture."""
    file = cv2.imencode(".jpg", picture[:, :, ::-1], [cv2.IMWRITE_JPEG_QUALITY, quality])[1]
    return cv2.imdecode(file, cv2.IMREAD_COLOR)[:, :, ::-1]


def kernel(blur: tuple[float, float], angle: float) -> NDArray[np.float32]:
    """Return a Gaussian, (KERNEL, KERNEL), whose sum is 1.

    Its deviations are `blur`, the first one along `angle`.
    """
    y, x = np.mgrid[:KERNEL, :KERNEL] - KERNEL // 2
    c, s = np.cos(angle), np.sin(angle)
    density = np.exp(-0.5 * (((c * x + s * y) / blur[0]) ** 2 + ((c * y - s * x) / blur[1]) ** 2))
    return (density / density.sum()).astype(np.float32)
