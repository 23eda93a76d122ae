"""Bring pictures of high dynamic range to what an ordinary screen shows."""

import numpy as np
from numpy.typing import NDArray

from pipeline.ops.color import from_light
from pipeline.types import Image

# Constants of PQ and HLG.
PQ_M1, PQ_M2, PQ_C1, PQ_C2, PQ_C3 = 0.1593017578125, 78.84375, 0.8359375, 18.8515625, 18.6875
HLG_A, HLG_B, HLG_C = 0.17883277, 0.28466892, 0.55991073
WHITE = 203.0  # cd/m2 of white paper in pictures of high dynamic range (ITU-R BT.2408)
PEAK = 1000.0  # cd/m2: brighter than this is white
# Linear light of BT.2020's primaries to BT.709's.
TO_709 = np.array(
    [[1.6605, -0.5876, -0.0728], [-0.1246, 1.1329, -0.0083], [-0.0182, -0.1006, 1.1187]],
    np.float32,
)


def tone_mapped(signal: Image, transfer: str) -> Image:
    """Map a picture of "pq" or "hlg" signals with BT.2020's primaries, (H, W, 3), to sRGB.

    Source: ITU-R BT.2100, tables 4 and 5 (signals to light); Reinhard et al. 2002, "Photographic
    Tone Reproduction for Digital Images", eq. 4 (highlights).
    """
    light = (_pq(signal) if transfer == "pq" else _hlg(signal)) / WHITE
    light = np.clip(light @ TO_709.T, 0, None)
    most, brightest = PEAK / WHITE, light.max(2, keepdims=True)
    # By the brightest channel, so that highlights keep their hue.
    mapped = brightest * (1 + brightest / most**2) / (1 + brightest)
    shown = light * (mapped / np.maximum(brightest, 1e-6))
    shown = np.clip(shown * (1 + 1 / most), 0, 1)  # so that white paper stays near white
    return from_light(shown)


def _pq(signal: Image) -> NDArray[np.float32]:
    root = np.clip(signal, 0, 1) ** (1 / PQ_M2)
    light = np.maximum(root - PQ_C1, 0) / (PQ_C2 - PQ_C3 * root)
    return np.asarray(10000 * light ** (1 / PQ_M1), np.float32)


def _hlg(signal: Image) -> NDArray[np.float32]:
    low = signal**2 / 3
    high = (np.exp((np.maximum(signal, 0.5) - HLG_C) / HLG_A) + HLG_B) / 12
    scene = np.where(signal <= 0.5, low, high)
    gray = scene @ np.array([0.2627, 0.6780, 0.0593], np.float32)
    return np.asarray(PEAK * scene * np.maximum(gray, 1e-6)[..., None] ** 0.2, np.float32)
