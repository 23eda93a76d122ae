"""What a style from a handful of portraits is learned by: all losses of one step."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import torch
import torch.nn.functional as F  # noqa: N812 - the field's name for it
from torch import Tensor, nn

from pipeline.nets.tps_generator import FOLD, NOISE, TpsGenerator, bent
from pipeline.nets.vgg import Perceptual
from pipeline.ops.tps import Spline, scaled, warp
from pipeline.runtime.precision import mixed
from training.aligned_calm import contours, eye_colors, tinted_grain
from training.aligned_faces import (
    PARTS,
    bent_patches,
    bent_plain,
    chip_matrices,
    part_patches,
    plain,
    whole,
)
from training.aligned_pairs import Pairs
from training.face_descriptor import Descriptor, chips
from training.fast_losses import centered, specks, streaks
from training.judges import (
    CELLS,
    LAYERS,
    Judges,
    Memory,
    distribution_distance,
    in_cells,
    judges_loss,
    painter_loss,
    scales_of,
    varied,
)

ALIGNED = ("none", "global", "local", "both")
CONTENT = "conv3_1"
# Weights, chosen by eye.
WEIGHTS = {
    "style": 8.0, "parts": 5.0, "judged": 0.8, "judged_parts": 0.5, "content": 1.5, "face": 4.0,
    "bent": 3.0, "specks": 700.0, "contours": 1500.0, "grain": 100.0, "eyes": 4.0,
}  # fmt: skip


@dataclass(frozen=True)
class Shown:
    """What a step compares: painted pictures, real ones of the style, and photos beneath.

    All are (B, 3, S, S) in [-1, 1]. `points` are the painted ones', `real_points` those of `real`,
    `raw_points` those of `raw`, which are the style's portraits as they are; (B, 68, 2) px.
    """

    made: Tensor
    real: Tensor
    raw: Tensor
    photos: Tensor
    points: Tensor
    real_points: Tensor
    raw_points: Tensor


@dataclass(frozen=True)
class Aims:
    """What painted photos are compared by; `aligned` is of `ALIGNED`."""

    features: Perceptual
    descriptor: nn.Module
    scales: Mapping[str, Tensor]  # of each layer's features
    judges: Judges
    part_judges: Judges
    aligned: str
    weights: Mapping[str, float]
    memory: Memory = field(default_factory=Memory)
    part_memory: Memory = field(default_factory=Memory)

    def losses(self, painter: TpsGenerator, pairs: Pairs) -> tuple[dict[str, Tensor], Tensor]:
        """Return the painter's losses of a batch, each with its weight, and the judges' loss."""
        shown, out, bends = self._shown(painter, pairs)
        side, count = out.shape[2], len(out)
        by = torch.rand(count, 7, device=out.device)
        made, real, photos = varied((shown.made, shown.real, shown.photos), by)
        made_maps = self._maps(made)
        with torch.no_grad():
            real_maps, photo_maps = self._maps(real), self._maps(photos, (CONTENT,))
        patches = part_patches(shown.made, shown.points, patch_px(side))
        with torch.no_grad():
            real_patches = self._real_patches(shown, patch_px(side))
        colors = 0.5 + (torch.rand(len(patches), 7, device=out.device) - 0.5) * 0.5
        patches, real_patches = varied((patches, real_patches), colors)
        patch_maps = self._maps(patches)
        with torch.no_grad():
            real_patch_maps = self._maps(real_patches)
        kind = torch.arange(len(PARTS), device=out.device).repeat(count)
        wanted = centered(photo_maps[CONTENT])
        apart = F.mse_loss(centered(made_maps[CONTENT]), wanted) / wanted.square().mean()
        found = {
            "style": distribution_distance(
                in_cells(made_maps), in_cells(real_maps), self.scales, CELLS**2, self.memory
            ),
            "parts": distribution_distance(
                patch_maps, real_patch_maps, self.scales, len(PARTS), self.part_memory
            ),
            "judged": painter_loss(self.judges(made_maps)),
            "judged_parts": painter_loss(self.part_judges(patch_maps, kind)),
            "content": apart,
            "face": self.face_distances(out, pairs.photos, pairs.points).mean(),
            "specks": specks(out, pairs.photos),
            "contours": contours(out, pairs.photos),
            "grain": tinted_grain(out),
            "eyes": eye_colors(out, pairs.photos, pairs.points),
            **bends,
        }
        judged = judges_loss(self.judges(real_maps), self.judges(_still(made_maps)))
        judged = judged + judges_loss(
            self.part_judges(real_patch_maps, kind), self.part_judges(_still(patch_maps), kind)
        )
        return {name: self.weights[name] * value for name, value in found.items()}, judged

    def face_distances(self, out: Tensor, photos: Tensor, points: Tensor) -> Tensor:
        """Return the squared distances of painted faces from the photos', dlib's, (B,)."""
        matrices = chip_matrices(points)
        with torch.no_grad():
            wanted = self.descriptor(chips(photos / 2 + 0.5, matrices))
        return (self.descriptor(chips(out / 2 + 0.5, matrices)) - wanted).square().sum(1)

    def _shown(
        self, painter: TpsGenerator, pairs: Pairs
    ) -> tuple[Shown, Tensor, dict[str, Tensor]]:
        """Paint photos, and bend what is to be compared.

        Where whole faces are aligned, the first half of a batch is compared in the photos'
        geometry, the portraits bent, and the second in the portraits', the painter's maps bent.
        Painted again from a bent photo, and decoded from bent maps, a photo shall look as the
        painting does when it is bent itself.
        """
        x, y, p, q = pairs.photos, plain(pairs.styles), pairs.points, pairs.style_points
        noise = noise_for(x)
        device = x.device.type
        with mixed(device):
            maps = painter.encode(x, noise)
            out = painter.decode(maps)
        out = out.float()
        if self.aligned not in ("global", "both"):
            return Shown(out, y, y, x, p, q, q), out, {}
        side, half = x.shape[2], (len(x) + 1) // 2
        to_photo, to_style = whole(p, q, side), whole(q, p, side)
        with torch.no_grad():
            bent_style, bent_photo = bent_plain(pairs.styles, to_photo), warp(x, to_style)
            bent_noise = warp(noise, scaled(to_style, 1 / FOLD), every=2)
        with mixed(device):
            by_maps = painter.decode(bent(maps, lambda m, k: _bent_map(m, to_style, k))).float()
            by_photo = painter(bent_photo, bent_noise).float()
        bent_out = warp(out, to_style)
        bends = (by_maps - bent_out).abs().mean() + (by_photo - bent_out).abs().mean()
        shown = Shown(
            _halves(out, by_maps, half), _halves(bent_style, y, half), y,
            _halves(x, bent_photo, half), *(2 * [_halves(p, q, half)]), q,
        )  # fmt: skip
        return shown, out, {"bent": bends}

    def _real_patches(self, shown: Shown, px: int) -> Tensor:
        if self.aligned in ("local", "both"):
            return bent_patches(shown.raw, shown.raw_points, shown.points, px)
        return part_patches(shown.real, shown.real_points, px)

    def _maps(self, pictures: Tensor, layers: tuple[str, ...] = tuple(LAYERS)) -> dict[str, Tensor]:
        return self.features(pictures / 2 + 0.5, layers)


def noise_for(photos: Tensor, by: torch.Generator | None = None) -> Tensor:
    """Draw the noise that strokes grow from, (B, 4, H / 4, W / 4)."""
    return streaks(photos, FOLD, NOISE, by)


@torch.no_grad()
def style_scales(features: Perceptual, styles: Tensor) -> dict[str, Tensor]:
    """Return the deviation of each layer's features of a style's views, (B, 3, S, S)."""
    return scales_of(features(styles / 2 + 0.5, tuple(LAYERS)))


def described(shared: Path, device: torch.device) -> nn.Module:
    """Load dlib's descriptor; it is not learned."""
    return Descriptor(shared).to(device).requires_grad_(False)


def _bent_map(maps: Tensor, spline: Spline, scale: float) -> Tensor:
    return warp(maps, scaled(spline, scale), every=max(1, round(8 * scale)))


def _halves(one: Tensor, other: Tensor, half: int) -> Tensor:
    return torch.cat([one[:half], other[half:]])


def _still(maps: Mapping[str, Tensor]) -> dict[str, Tensor]:
    return {name: each.detach() for name, each in maps.items()}


def patch_px(side: int) -> int:
    """Return the side of parts' patches, px, of views of `side` px."""
    return max(32, 3 * side // 8)  # the coarsest features have two places a side
