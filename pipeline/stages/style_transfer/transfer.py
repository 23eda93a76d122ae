"""Paint a photo in the style of any picture, by optimization: fine brush behind a person, coarse brush on the person.

Source: Xing et al. 2018, "Portrait-Aware Artistic Style Transfer".
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812 - the field's name for it
from torch import Tensor

from pipeline.ops.resample import resized, size_of_short
from pipeline.ops.tensor import to_batch, to_picture
from pipeline.stages.style_transfer.losses import Features, LossWeights, energy, targets_of
from pipeline.stages.style_transfer.optimize import Optimized, optimize
from pipeline.types import Image, Mask

LEAST_PX = 32  # short side of a photo and of a style: what conv5_1 sees is a sixteenth of it


@dataclass(frozen=True)
class Preset:
    """How an energy is lowered.

    `looks`: at most, at the photo's own size; `coarser`: shares of that size, and how many looks are taken at each before. `history`: past
    steps from which L-BFGS knows how the energy bends. `coarse`: how much pixels move together, too. `patient`: whether it goes on where
    little is gained.
    """

    evaluations: int
    from_noise: bool
    patient: bool
    history: int
    coarser: tuple[tuple[float, int], ...] = ()
    coarse: float = 0.0


PRESETS: Mapping[str, Preset] = {
    "paper": Preset(1000, from_noise=True, patient=True, history=20),
    # It begins with the photo, whose content is reached already, and learns the large strokes where a look costs a sixteenth.
    "fast": Preset(
        67, from_noise=False, patient=False, history=30, coarser=((0.25, 45), (0.5, 45)), coarse=0.2
    ),
}


@dataclass(frozen=True)
class StyleImage:
    """What a photo is to look like: a picture of any size, its share among several, and how much of each pixel counts, (H, W) in [0, 1]."""

    picture: Image
    share: float = 1.0
    mask: Mask | None = None


@dataclass(frozen=True)
class TransferProgress:
    """What is seen on the way: the share of the whole work done, the energy, and the picture, (1, 3, H, W)."""

    done: float
    energy: float
    picture: Tensor


@dataclass(frozen=True)
class TransferResult:
    """A photo in another picture's style, its energy, how many looks it took, and why it ended early: `diverged` or `stopped`, or not."""

    picture: Image
    energy: float
    evaluations: int
    diverged: bool = False
    stopped: bool = False


Tell = Callable[[TransferProgress], bool | None]  # returns True to end with the best picture so far


def transfer_style(
    photo: Image, models: Sequence[StyleImage], background: Mask | None, features: Features, *, loss_weights: LossWeights, preset: Preset,
    scale: float = 1.0, device: str = "cpu", tell: Tell = lambda sight: None,
) -> TransferResult:  # fmt: skip
    """Return the photo in the style of models.

    `background`: how much of each pixel is background, (H, W) in [0, 1]; None: there is no person, and the recipe's background does not
    count. `scale`: how large the models' strokes become; at 1 a model is as high or wide as the photo on its short side.

    Raises: ValueError: no model, a share that is not positive, a mask that shows nothing, or a picture below 32 px.
    """
    check(photo, models, scale)
    picture, before, evaluations, found = None, None, 0, None
    for level in _levels(preset, min(photo.shape[:2]), scale):
        shown = _batch(photo, level.short_px).to(device)
        side = level.short_px * scale
        styles = [
            (_batch(m.picture, side).to(device), m.share, _mask(m.mask, side, device))
            for m in models
        ]
        wanted = targets_of(
            shown, styles, _mask(background, level.short_px, device), features, loss_weights
        )
        start = (
            shown
            if not preset.from_noise
            else torch.rand(shown.shape, generator=torch.Generator().manual_seed(0)).to(device)
        )
        if (
            picture is not None and before is not None
        ):  # what it changed in the smaller photo, it changes in this one
            start = shown + F.interpolate(
                picture - before, size=(shown.shape[2], shown.shape[3]), mode="bicubic"
            )
        found = optimize(
            start, lambda seen, wanted=wanted: energy(seen, wanted, features, loss_weights), evaluations=level.evaluations, history=preset.history,
            patient=preset.patient, coarse=preset.coarse,
            tell=lambda look, at=level: tell(TransferProgress(at.done(look.count), look.energy.total.item(), look.picture)),
        )  # fmt: skip
        evaluations += found.evaluations
        picture, before = found.picture, shown
        if found.diverged or found.stopped:
            break
    return _result(found, photo.shape[:2], evaluations)


@dataclass(frozen=True)
class _Level:
    """One size that a photo is painted at: its short side, at most so many looks, and the shares of the whole work before and in it."""

    short_px: float
    evaluations: int
    before: float
    within: float

    def done(self, evaluations: int) -> float:
        """Return the share of the whole work that is done after so many of its looks."""
        return self.before + self.within * evaluations / self.evaluations


def _levels(preset: Preset, short_px: int, scale: float) -> list[_Level]:
    """Return the sizes at which a photo of this short side is painted, the smallest first; a look costs what its pixels do."""
    steps = [
        (share, evaluations)
        for share, evaluations in preset.coarser
        if short_px * share * min(scale, 1) >= LEAST_PX
    ] + [(1.0, preset.evaluations)]
    ends = np.cumsum([0, *(evaluations * share**2 for share, evaluations in steps)])
    ends /= ends[-1]
    return [
        _Level(short_px * share, evaluations, *map(float, (a, b - a)))
        for (share, evaluations), a, b in zip(steps, ends, ends[1:], strict=False)
    ]


def check(photo: Image, models: Sequence[StyleImage], scale: float) -> None:
    """Refuse what cannot be imitated, or be made to imitate.

    Raises: ValueError.
    """
    if not models or any(not model.share > 0 for model in models):
        raise ValueError(
            f"One style picture at least was wanted, each with a share above 0; found shares {[m.share for m in models]}."
        )
    if any(model.mask is not None and model.mask.max() < 0.5 for model in models):
        raise ValueError(
            "A style's mask shows nothing: wanted white where the style counts. Draw it anew, or leave it out."
        )
    sides = [
        ("The photo", min(photo.shape[:2])),
        *(("A style picture", min(model.picture.shape[:2])) for model in models),
    ]
    for name, side in (
        *sides,
        ("A style picture at this scale", round(min(photo.shape[:2]) * scale)),
    ):
        if side < LEAST_PX:
            raise ValueError(
                f"{name} has a short side of {side} px; {LEAST_PX} px at least were wanted. Take a larger one."
            )


def _result(found: Optimized | None, size: tuple[int, int], evaluations: int) -> TransferResult:
    if found is None:
        raise ValueError("There was nothing to look at.")
    picture = to_picture(found.picture.float().clamp(0, 1).cpu().numpy())
    return TransferResult(
        np.clip(resized(picture, size), 0, 1),
        found.energy,
        evaluations,
        found.diverged,
        found.stopped,
    )


def _batch(picture: Image, short_px: float) -> Tensor:
    """Return a picture at a short side, (1, 3, H, W)."""
    return torch.from_numpy(
        to_batch(np.clip(resized(picture, size_of_short(picture.shape[:2], short_px, 1)), 0, 1))
    )


def _mask(mask: Mask | None, short_px: float, device: str) -> Tensor | None:
    """Return a mask at a short side, (1, 1, H, W)."""
    if mask is None:
        return None
    small = np.clip(resized(mask, size_of_short(mask.shape[:2], short_px, 1)), 0, 1)
    return torch.from_numpy(np.ascontiguousarray(small, np.float32))[None, None].to(device)
