"""Restore worn faces."""

import numpy as np

from pipeline.ops import align
from pipeline.ops.tensor import to_batch, to_picture
from pipeline.types import Face, Image, Mask, Network

SIDE = 512  # GFPGAN's input


def restore(photo: Image, faces: tuple[Face, ...], network: Network, mask: Mask, *, weight: float) -> Image:
    """Return the photo with every face restored; `weight` 0 is the photo's face, 1 the restored one.

    Each face is aligned to the FFHQ template, restored, and warped back onto its own window only. `mask`, (H, W), says where
    faces are, so that hair and background around them stay the photo's.

    Source: Wang et al. 2021, "Towards Real-World Blind Face Restoration with Generative Facial Prior".
    """
    out = photo.copy()
    for face in faces:
        points = np.concatenate([face.eyes, face.mouth])
        matrix = align.similarity(points, align.template(SIDE))
        crop = align.crop(photo, matrix, SIDE).clip(0, 1)
        restored = (to_picture(network(to_batch(crop * 2 - 1))) / 2 + 0.5).clip(0, 1)
        window = align.window(matrix, SIDE, photo.shape[:2])
        # The difference is warped, not the picture: what the network leaves alone keeps the photo's own sharpness.
        change = align.paste_into(window, restored - crop, matrix)
        out[window] += weight * mask[window][..., None] * change
    return out.clip(0, 1)
