"""Paint a photo in the style of any picture, by optimization.

Strokes are fine on the background and coarse on the person.

Source: Xing et al. 2018, "Portrait-Aware Artistic Style Transfer".
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812 - the field's name for it
from torch import Tensor

from pipeline.ops.resample import resized, size_of_short
from pipeline.ops.tensor import to_batch, to_picture
from pipeline.stages.style_transfer.losses import Features, LossWeights, losses_of, targets_of
from pipeline.stages.style_transfer.optimize import Evaluation, Optimized, optimize
from pipeline.types import Image, Mask

LEAST_PX = 32  # short side of a photo and of a style image: conv5_1 has a sixteenth of it


@dataclass(frozen=True)
class Preset:
    """How the loss is lowered.

    `evaluations`: the most at the photo's own size. `from_noise`: whether it starts from noise;
    else from the photo. `coarser`: smaller sizes that come before, each as a fraction of the
    photo's size with its most evaluations. `history`, `coarse`, `patient`: as in `optimize`.
    """

    evaluations: int
    from_noise: bool
    patient: bool
    history: int
    coarser: tuple[tuple[float, int], ...] = ()
    coarse: float = 0.0


PRESETS: Mapping[str, Preset] = {
    "paper": Preset(1000, from_noise=True, patient=True, history=20),
    # It starts from the photo, whose content loss is 0 already, and paints the large strokes at a
    # quarter of its size, where an evaluation costs a sixteenth.
    "fast": Preset(
        67, from_noise=False, patient=False, history=30, coarser=((0.25, 45), (0.5, 45)), coarse=0.2
    ),
}


@dataclass(frozen=True)
class StyleImage:
    """A picture whose style a photo takes.

    `picture`: of any size. `weight`: relative to the other style images'. `mask`: how much each
    pixel counts, (H, W) in [0, 1]; None: all the same.
    """

    picture: Image
    weight: float = 1.0
    mask: Mask | None = None


@dataclass(frozen=True)
class TransferProgress:
    """One evaluation on the way.

    `done`: the fraction of the whole work that is done. `loss`: the total. `picture`: (1, 3, H, W).
    """

    done: float
    loss: float
    picture: Tensor


@dataclass(frozen=True)
class TransferResult:
    """A photo in the style of other pictures, its total loss, and the number of evaluations.

    `diverged`: it ended early at a loss that was not finite. `stopped`: the caller ended it.
    """

    picture: Image
    loss: float
    evaluations: int
    diverged: bool = False
    stopped: bool = False


Tell = Callable[[TransferProgress], bool | None]  # returns True to end with the best picture so far


def transfer_style(
    photo: Image,
    style_images: Sequence[StyleImage],
    background: Mask | None,
    features: Features,
    *,
    loss_weights: LossWeights,
    preset: Preset,
    scale: float = 1.0,
    device: str = "cpu",
    tell: Tell = lambda progress: None,
    begin: Image | None = None,
) -> TransferResult:
    """Paint the photo in the style of other pictures.

    `background`: how much of each pixel is background, (H, W) in [0, 1]; None: there is no person,
    and the background's loss is 0. `scale`: the size of a style image's strokes; at 1 its short
    side is resized to the photo's. `begin`: the picture to start from, of the photo's size; no
    smaller sizes come before it.

    Raises: ValueError: no style image, a weight that is not positive, a mask that shows nothing, or
        a picture below 32 px.
    """
    check(photo, style_images, scale)
    before, found, evaluations = None, None, 0
    if begin is not None:
        preset = replace(preset, coarser=(), from_noise=False)
    for level in _levels(preset, min(photo.shape[:2]), scale):
        small = _batch(photo, level.short_px).to(device)
        side = level.short_px * scale
        styles = [
            (_batch(style.picture, side).to(device), style.weight, _mask(style.mask, side, device))
            for style in style_images
        ]
        targets = targets_of(
            small, styles, _mask(background, level.short_px, device), features, loss_weights
        )
        if begin is not None:
            start = _batch(begin, level.short_px).to(device)
        elif found is not None and before is not None:
            # What changed in the smaller photo is the first guess of what changes in this one.
            changed, size = found.picture - before, (small.shape[2], small.shape[3])
            start = small + F.interpolate(changed, size=size, mode="bicubic")
        else:
            start = _noise_like(small) if preset.from_noise else small
        found = optimize(
            start,
            lambda x, targets=targets: losses_of(x, targets, features, loss_weights),
            evaluations=level.evaluations,
            history=preset.history,
            patient=preset.patient,
            coarse=preset.coarse,
            tell=lambda evaluation, level=level: tell(_progress(level, evaluation)),
        )
        evaluations += found.evaluations
        before = small
        if found.diverged or found.stopped:
            break
    return _result(found, photo.shape[:2], evaluations)


def _noise_like(picture: Tensor) -> Tensor:
    seeded = torch.Generator().manual_seed(0)
    return torch.rand(picture.shape, generator=seeded).to(picture.device)


@dataclass(frozen=True)
class _Level:
    """One size that a photo is painted at.

    `short_px`: its short side. `evaluations`: the most there. `before` and `within`: the fractions
    of the whole work that come before this size and at it.
    """

    short_px: float
    evaluations: int
    before: float
    within: float

    def done(self, evaluations: int) -> float:
        """Return the fraction of the whole work that is done after so many evaluations here."""
        return self.before + self.within * evaluations / self.evaluations


def _progress(level: _Level, evaluation: Evaluation) -> TransferProgress:
    return TransferProgress(
        level.done(evaluation.count), evaluation.losses.total.item(), evaluation.picture
    )


def _levels(preset: Preset, short_px: int, scale: float) -> list[_Level]:
    """List the sizes at which a photo of this short side is painted, the smallest first.

    An evaluation's work is taken to grow with the number of its pixels.
    """
    steps = [
        (fraction, evaluations)
        for fraction, evaluations in preset.coarser
        if short_px * fraction * min(scale, 1) >= LEAST_PX
    ] + [(1.0, preset.evaluations)]
    ends = np.cumsum([0, *(evaluations * fraction**2 for fraction, evaluations in steps)])
    ends /= ends[-1]
    return [
        _Level(short_px * fraction, evaluations, *map(float, (a, b - a)))
        for (fraction, evaluations), a, b in zip(steps, ends, ends[1:], strict=False)
    ]


def check(photo: Image, style_images: Sequence[StyleImage], scale: float) -> None:
    """Refuse a photo or style images that style transfer cannot work with.

    Raises: ValueError: what was wanted, what was found, and what to do.
    """
    if not style_images or any(not style.weight > 0 for style in style_images):
        raise ValueError(
            "One style picture at least was wanted, each with a share above 0; "
            f"found shares {[style.weight for style in style_images]}."
        )
    if any(style.mask is not None and style.mask.max() < 0.5 for style in style_images):
        raise ValueError(
            "A style's mask shows nothing: wanted white where the style counts. "
            "Draw it anew, or leave it out."
        )
    sides = [
        ("The photo", min(photo.shape[:2])),
        *(("A style picture", min(style.picture.shape[:2])) for style in style_images),
    ]
    for name, side in (
        *sides,
        ("A style picture at this scale", round(min(photo.shape[:2]) * scale)),
    ):
        if side < LEAST_PX:
            raise ValueError(
                f"{name} has a short side of {side} px; {LEAST_PX} px at least were wanted. "
                "Take a larger one."
            )


def _result(found: Optimized | None, size: tuple[int, int], evaluations: int) -> TransferResult:
    if found is None:
        raise ValueError("One size to paint at was wanted; none was found.")
    picture = to_picture(found.picture.float().clamp(0, 1).cpu().numpy())
    return TransferResult(
        np.clip(resized(picture, size), 0, 1),
        found.loss,
        evaluations,
        found.diverged,
        found.stopped,
    )


def _batch(picture: Image, short_px: float) -> Tensor:
    """Resize a picture to a short side, as a batch (1, 3, H, W)."""
    return torch.from_numpy(
        to_batch(np.clip(resized(picture, size_of_short(picture.shape[:2], short_px, 1)), 0, 1))
    )


def _mask(mask: Mask | None, short_px: float, device: str) -> Tensor | None:
    """Resize a mask to a short side, (1, 1, H, W)."""
    if mask is None:
        return None
    small = np.clip(resized(mask, size_of_short(mask.shape[:2], short_px, 1)), 0, 1)
    return torch.from_numpy(np.ascontiguousarray(small, np.float32))[None, None].to(device)
