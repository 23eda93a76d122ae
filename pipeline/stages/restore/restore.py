"""Restore worn faces."""

from dataclasses import replace

import numpy as np

from pipeline.ops import align
from pipeline.ops.filters import blurred
from pipeline.ops.tensor import to_batch, to_picture
from pipeline.stages.restore.fidelity import faithful, shares
from pipeline.types import Face, Image, Mask, Network, Restoration, RestorationPlan

SIDE = 512  # GFPGAN's input
INNER = np.s_[185:415, 135:377]  # of it: brows to lower lip
# How much coarser than its own blur the photo is believed: by 1.5 times a restored face keeps, of what was lost, at least 87 % of each
# frequency; an iris, 22 px of 512, keeps 95 % of its color while the blur is below 3 px.
SPLIT = 1.5
FINER = 1.5  # times the photo's resolution: what is pasted back has at most this
# Deviation of what changes in the photo's own frequencies. Between a sharp face of CelebAMask-HQ and the same one blurred by 1 to 12 px it
# is at most 0.029; between two persons' faces of equal color, aligned, at least 0.049, and 0.064 to 0.12 at the median.
STRAYED = 0.04


def restore(
    photo: Image,
    faces: tuple[Face, ...],
    plans: tuple[RestorationPlan, ...],
    network: Network,
    mask: Mask,
    *,
    fidelity: float,
) -> Restoration:
    """Return the photo with its faces restored as `cares`, one a face, say; `fidelity` 0 is the restored face, 1 the photo's.

    Each face is aligned to the FFHQ template, restored, and warped back onto its own window only; beyond the photo's frame its edge
    is repeated. `mask`, (H, W), says where faces are, so that hair and background around them stay the photo's. A face that becomes
    another one where the photo shows it well is of low confidence.

    Source: Wang et al. 2021, "Towards Real-World Blind Face Restoration with Generative Facial Prior".
    """
    out, share, told = photo.copy(), np.zeros(photo.shape[:2], np.float32), []
    fine = 1 - shares(fidelity)[1]
    for face, plan in zip(faces, plans, strict=True):
        if plan.weight == 0:
            told.append(plan)
            continue
        points = np.concatenate([face.eyes, face.mouth])
        matrix = align.similarity(points, align.template(SIDE))
        crop = align.crop(photo, matrix, SIDE).clip(0, 1)
        restored = (to_picture(network(to_batch(crop * 2 - 1))) / 2 + 0.5).clip(0, 1)
        split_px = SPLIT * plan.blur * max(1.0, align.scale_of(matrix))
        # The difference is warped, not the picture: what the network leaves alone keeps the photo's own sharpness.
        change = plan.weight * (
            faithful(restored, crop, fidelity=fidelity, split_px=split_px) - crop
        )
        strayed = float(blurred(change, split_px)[INNER].std((0, 1)).max()) > STRAYED
        told.append(replace(plan, low_confidence=plan.low_confidence or strayed))
        window = align.window(matrix, SIDE, photo.shape[:2])
        out[window] += mask[window][..., None] * align.paste_into(
            window, *align.no_finer(change, matrix, FINER)
        )
        share[window] = np.maximum(share[window], plan.weight * fine * mask[window])
    return Restoration(out.clip(0, 1), share, tuple(told))
