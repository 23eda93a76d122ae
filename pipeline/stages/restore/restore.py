"""Restore damaged or blurred faces."""

from dataclasses import replace

import numpy as np

from pipeline.ops import align
from pipeline.ops.filters import blurred
from pipeline.ops.tensor import to_batch, to_picture
from pipeline.stages.restore.fidelity import faithful, photo_weights
from pipeline.types import Face, Image, Mask, Network, Restoration, RestorationPlan

SIDE = 512  # GFPGAN's input
INNER = np.s_[185:415, 135:377]  # its rows and columns from brows to lower lip
# Where the photo's and the restorer's frequencies are split, in times the photo's own blur. At 1.5
# a restored face has at least 87 % of each frequency that the photo lost, and an iris, 22 px of
# 512, keeps 95 % of its color while the blur is below 3 px.
SPLIT = 1.5
FINER = 1.5  # times the photo's resolution: the most that the pasted change has
# Standard deviation, from which on the face may be another one, of the change in the frequencies
# that the photo shows. Between a sharp face of CelebAMask-HQ and the same one blurred by 1 to 12 px
# it is at most 0.029; between two persons' faces of equal color, aligned, at least 0.049, and 0.064
# to 0.12 at the median.
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
    """Restore the photo's faces as `plans`, one a face, say.

    `fidelity`: 0 is the restored face, 1 the photo's. `mask`: (H, W) in [0, 1], where faces are;
    hair and background around them stay the photo's. Each face is aligned to the FFHQ template,
    restored, and warped back into its window; beyond the photo's frame its edge is repeated. A face
    that changes much in the frequencies that the photo shows gets a plan of low confidence.

    Source: Wang et al. 2021, "Towards Real-World Blind Face Restoration with Generative Facial
    Prior".
    """
    out = photo.copy()
    restored_weight = np.zeros(photo.shape[:2], np.float32)
    done = []
    fine = 1 - photo_weights(fidelity)[1]
    for face, plan in zip(faces, plans, strict=True):
        if plan.weight == 0:
            done.append(plan)
            continue
        matrix = align.similarity(face.points, align.template(SIDE))
        crop = align.crop(photo, matrix, SIDE).clip(0, 1)
        restored = (to_picture(network(to_batch(crop * 2 - 1))) / 2 + 0.5).clip(0, 1)
        split_px = SPLIT * plan.blur * max(1.0, align.scale_of(matrix))
        # The change is warped, not the picture: what the network leaves alone stays as sharp as it
        # is in the photo.
        change = plan.weight * (
            faithful(restored, crop, fidelity=fidelity, split_px=split_px) - crop
        )
        strayed = float(blurred(change, split_px)[INNER].std((0, 1)).max()) > STRAYED
        done.append(replace(plan, low_confidence=plan.low_confidence or strayed))
        window = align.window(matrix, SIDE, photo.shape[:2])
        out[window] += mask[window][..., None] * align.paste_into(
            window, *align.no_finer(change, matrix, FINER)
        )
        restored_weight[window] = np.maximum(
            restored_weight[window], plan.weight * fine * mask[window]
        )
    return Restoration(out.clip(0, 1), restored_weight, tuple(done))
