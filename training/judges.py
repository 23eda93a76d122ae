"""What judges painted faces while a style is learned from few: heads on features that are fixed.

A discriminator that learns its own features from 15 to 48 portraits knows them by heart at once;
heads on a perceptual network that was trained before cannot. Both pictures of a pair are varied in
the same way before they are looked at, so that the same features say also how far their
distributions are apart.

Source: Sauer et al. 2021, "Projected GANs Converge Faster" (heads on fixed features); Zhao et al.
2020, "Differentiable Augmentation for Data-Efficient GAN Training"; Heitz et al. 2021, "A Sliced
Wasserstein Loss for Neural Texture Synthesis", eq. 4.
"""

from collections import deque
from collections.abc import Mapping

import torch
import torch.nn.functional as F  # noqa: N812 - the field's name for it
from torch import Tensor, nn
from torch.nn.utils.parametrizations import spectral_norm

LAYERS = {"conv1_1": 0.3, "conv2_1": 0.7, "conv3_1": 1.0, "conv4_1": 1.0, "conv5_1": 1.0}
JUDGED = ("conv2_1", "conv3_1", "conv4_1", "conv5_1")
WIDTHS = {"conv1_1": 24, "conv2_1": 48, "conv3_1": 96, "conv4_1": 160, "conv5_1": 160}
HIDDEN = 64
# Places that a layer's distribution is compared by, of all kinds and at least of each, and
# directions that its features are seen from.
PLACES, LEAST_PLACES, DIRECTIONS = 4096, 256, 32
REMEMBERED = 8  # batches
CELLS = 4  # along each side of a view
BRIGHTER, RICHER, STARKER = 0.2, 0.4, 0.25  # most that colors are varied
MOVED, HIDDEN_PART = 0.125, 0.35  # parts of a side: how far pictures are moved, what is hidden


class Judges(nn.Module):
    """Say of fixed features, (B, C, H, W) by layer, place by place whether they are a style's.

    `kinds`: how many kinds of pictures there are, each with its own last layer. The judgments are
    one tensor a layer, (B, h, w): above 0 is the style's, below is made.
    """

    def __init__(self, scales: Mapping[str, Tensor], kinds: int = 1) -> None:
        super().__init__()
        self.scales = {layer: float(scales[layer]) for layer in JUDGED}
        self.heads = nn.ModuleDict({layer: _head(WIDTHS[layer], kinds) for layer in JUDGED})

    def forward(self, maps: Mapping[str, Tensor], kind: Tensor | None = None) -> list[Tensor]:
        found = []
        for layer, head in self.heads.items():
            said = head(maps[layer].float() / self.scales[layer])
            if kind is None:
                found.append(said[:, 0])
            else:
                wanted = kind[:, None, None, None].expand(-1, 1, *said.shape[2:])
                found.append(said.gather(1, wanted)[:, 0])
        return found


def _head(channels: int, kinds: int) -> nn.Sequential:
    return nn.Sequential(
        spectral_norm(nn.Conv2d(channels, HIDDEN, 1)),
        nn.LeakyReLU(0.2),
        spectral_norm(nn.Conv2d(HIDDEN, HIDDEN, 3, padding=1)),
        nn.LeakyReLU(0.2),
        spectral_norm(nn.Conv2d(HIDDEN, kinds, 1)),
    )


def judges_loss(real: list[Tensor], made: list[Tensor]) -> Tensor:
    """Return the hinge loss of judgments of a style's pictures and of painted ones."""
    terms = [F.relu(1 - r).mean() + F.relu(1 + m).mean() for r, m in zip(real, made, strict=True)]
    return torch.stack(terms).mean()


def painter_loss(made: list[Tensor]) -> Tensor:
    """Return what judgments of painted pictures cost their painter."""
    return -torch.stack([each.mean() for each in made]).mean()


def scales_of(maps: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Return the deviation of each layer's features of a style, scalars."""
    return {layer: maps[layer].float().var((0, 2, 3)).mean().sqrt() for layer in LAYERS}


class Memory:
    """Features of the last batches, painted and real, (kinds, C, N) by layer.

    Of four pictures at a time, always others, the nearest a painter can come is their mean: all
    walls one olive. With those of before they are a style as a whole.
    """

    def __init__(self) -> None:
        self._past: dict[str, deque[tuple[Tensor, Tensor]]] = {}

    def joined(self, layer: str, one: Tensor, other: Tensor) -> tuple[Tensor, Tensor]:
        """Return both with those of before behind them, and keep them for later."""
        past = self._past.setdefault(layer, deque(maxlen=REMEMBERED))
        ones, others = [one, *(a for a, _ in past)], [other, *(b for _, b in past)]
        past.append((one.detach(), other.detach()))
        return torch.cat(ones, 2), torch.cat(others, 2)


def distribution_distance(
    made: Mapping[str, Tensor], real: Mapping[str, Tensor], scales: Mapping[str, Tensor],
    kinds: int = 1, memory: Memory | None = None,
) -> Tensor:  # fmt: skip
    """Compare the features of painted and real pictures, (B * kinds, C, H, W), kind by kind.

    All pictures of a kind count together: a style is what they have in common and how they differ,
    not one portrait. It is in parts of the style's own variance, and a scalar. With a `memory`
    painted pictures take their places among those of before, and are compared by these.
    """
    total = made["conv1_1"].new_zeros((), dtype=torch.float32)
    for layer, weight in LAYERS.items():
        one, other = _pooled(made[layer], real[layer], kinds)
        now = one.shape[2]
        if memory:
            one, other = memory.joined(layer, one, other)
        directions = torch.randn(DIRECTIONS, one.shape[1], device=one.device)
        directions = F.normalize(directions, dim=1)
        with torch.no_grad():
            wanted = (directions @ other).sort(2).values
        found, place = (directions @ one).sort(2)
        apart = ((found - wanted) / scales[layer]).square()
        total = total + weight * apart[place < now].mean()
    return total / sum(LAYERS.values())


def in_cells(maps: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Cut maps, (B, C, H, W), into 4 x 4 cells, (B * 16, C, H / 4, W / 4).

    Where faces are aligned, a cell has the same part of a face: its colors and strokes are compared
    with those that a style has there. Compared all over, cheeks took a background's green.
    """
    found = {}
    for layer, each in maps.items():
        h, w = (n - n % CELLS for n in each.shape[2:])
        cells = each[:, :, :h, :w].unflatten(3, (CELLS, -1)).unflatten(2, (CELLS, -1))
        found[layer] = cells.permute(0, 2, 4, 1, 3, 5).flatten(0, 2)
    return found


def _pooled(one: Tensor, other: Tensor, kinds: int) -> tuple[Tensor, Tensor]:
    """Take the same places of both, of all pictures of a kind together, (kinds, C, N)."""
    both = [
        maps.float().unflatten(0, (-1, kinds)).permute(1, 2, 0, 3, 4).flatten(2)
        for maps in (one, other)
    ]
    count = both[0].shape[2]
    most = max(LEAST_PLACES, PLACES // kinds)
    if count > most:
        places = torch.randperm(count, device=one.device)[:most]
        both = [maps[:, :, places] for maps in both]
    return both[0], both[1]


def varied(groups: tuple[Tensor, ...], by: Tensor) -> tuple[Tensor, ...]:
    """Vary pictures in [-1, 1], (B, 3, H, W): color, place, a hidden square; all groups alike.

    `by`: what decides, (B, 7), uniform in [0, 1]; at 0.5 nothing changes but the hidden square.
    """
    bright, rich, stark, x, y, cx, cy = (2 * by - 1)[:, :, None, None, None].unbind(1)
    h, w = groups[0].shape[2:]
    rows = torch.linspace(-1, 1, h, device=by.device)[:, None]
    columns = torch.linspace(-1, 1, w, device=by.device)
    shown = ((rows - cy).abs() > HIDDEN_PART) | ((columns - cx).abs() > HIDDEN_PART)
    theta = torch.eye(2, 3, device=by.device).repeat(len(by), 1, 1)
    theta[:, :, 2] = 2 * MOVED * torch.cat([x, y], 1)[:, :, 0, 0]
    grid = F.affine_grid(theta, [len(by), 3, h, w], align_corners=False)
    result = []
    for pictures in groups:
        gray = pictures.mean(1, keepdim=True)
        mean = gray.mean((2, 3), keepdim=True)
        colored = (pictures - gray) * (1 + RICHER * rich) + (gray - mean) * (1 + STARKER * stark)
        moved = F.grid_sample(
            colored + mean + BRIGHTER * bright, grid,
            padding_mode="reflection", align_corners=False,
        )  # fmt: skip
        result.append(moved * shown)
    return tuple(result)
