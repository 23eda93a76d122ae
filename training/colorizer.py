"""Train the small network that colors photos without color.

    python -m training.colorizer SHARED runs/colorizer --minutes 90

The embedded parser looks once at every photo without its color (ten minutes on two cores;
`RUN/parsed.npz` keeps what it saw). A later call with the same run goes on where it stopped.
Source: Zhang et al. 2016, "Colorful Image Colorization".
"""

import argparse
import secrets
from pathlib import Path

import cv2
import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812 - the field's name for it
from torch import Tensor, nn

from pipeline.nets.light_colorizer import LightColorizer
from pipeline.ops.color import to_rgb
from pipeline.runtime.models import Models
from pipeline.stages.colorize import APART, SIDE, STEP, color_of
from training.color_views import Parsed, View, batches, parsed_photos, whole
from training.command import small_parser_of
from training.figures import as_network, draw_curve
from training.loop import fit_small

UNIFORM = 0.5  # of how much rare colors count: 0 as often as they are, 1 all alike
SMOOTH = 1.0  # cells of the grid, over which how often a color is is smoothed
COUNTED = 600  # views of which it is counted how often each color is
BARE = 3.0  # how much more skin counts
SHOWN = 24  # held-out photos on a sheet


def balance(photos: list[Parsed]) -> Tensor:
    """Return how much each color counts, (SIDE²,), with a mean of 1 over pixels: rare ones more.

    Source: Zhang et al. 2016, equation 4.
    """
    total = np.zeros(SIDE * SIDE)
    stream = batches(photos, COUNTED // 10, 0)
    for _ in range(10):
        total += shares(_stacked(next(stream))[1]).mean((0, 2, 3)).numpy()
    grid = cv2.GaussianBlur(
        total.reshape(SIDE, SIDE), (0, 0), SMOOTH, borderType=cv2.BORDER_REFLECT
    )
    often = grid.ravel() / grid.sum()
    weight = 1 / ((1 - UNIFORM) * often + UNIFORM / len(often))
    return torch.from_numpy((weight / (often * weight).sum()).astype(np.float32))


def shares(ab: Tensor) -> Tensor:
    """Return by how much each color of the grid is a color, (B, 2, H, W) to (B, SIDE², H, W).

    The four around it share it, each the more the nearer it is; what lies beyond the grid is at its
    border.
    """
    place = (ab / APART + SIDE // 2).clamp(0, SIDE - 1)
    along = torch.arange(SIDE, dtype=ab.dtype, device=ab.device)[None, :, None, None]
    a, b = ((1 - (place[:, c : c + 1] - along).abs()).clamp(min=0) for c in (0, 1))
    return (a[:, :, None] * b[:, None]).flatten(1, 2)


def loss_of(said: Tensor, ab: Tensor, skin: Tensor, counts: Tensor) -> Tensor:
    """Compute the cross entropy of colors' shares; each pixel counts by its color and its skin."""
    wanted = shares(ab)
    weight = (wanted * counts[None, :, None, None]).sum(1) * (1 + BARE * skin)
    lost = -(wanted * F.log_softmax(said, 1)).sum(1)
    return (weight * lost).sum() / weight.sum()


def evaluate(network: nn.Module, held_out: list[Parsed], page: Path) -> dict[str, float]:
    """Return how far colors are off in held-out photos, CIELAB; draw some, and the loss's curve.

    `ab`: the mean distance, `skin`: of what of people has its color, `none`: where all stays gray,
    `chroma`: how colorful they are, as a share of how much the photos are.
    """
    rng, run = np.random.default_rng(0), as_network(network)
    off: dict[str, list[float]] = {"ab": [], "skin": [], "none": [], "chroma": []}
    panels = []
    for index, photo in enumerate(held_out):
        seen = whole(photo, rng)
        ab = seen.ab.transpose(1, 2, 0)
        mine = color_of(seen.seen, run)
        away, bare = np.hypot(*(mine - ab).transpose(2, 0, 1)), seen.skin > 0.5
        chroma = np.hypot(*seen.ab)
        off["ab"].append(float(away.mean()))
        off["none"].append(float(chroma.mean()))
        off["chroma"].append(float(np.hypot(*mine.transpose(2, 0, 1)).mean() / chroma.mean()))
        if bare.any():
            off["skin"].append(float(away[bare].mean()))
        if index % -(-len(held_out) // SHOWN) == 0:
            light = 100 * seen.seen[0][..., None]
            both = [np.concatenate([light, each], -1) for each in (ab, 0 * ab, mine)]
            panels.append(np.hstack([to_rgb(each.astype(np.float32)) for each in both]))
    rows = [np.hstack(panels[i : i + 3]) for i in range(0, len(panels) - 2, 3)]
    cv2.imwrite(str(page), np.round(255 * np.vstack(rows)[:, :, ::-1]).astype(np.uint8))
    draw_curve(page.parent, page.parent / "loss.png")
    return {name: float(np.mean(values)) for name, values in off.items()}


def _stacked(views: list[View]) -> tuple[Tensor, Tensor, Tensor]:
    """Return what the network sees of views, and their colors and skin at its cells."""
    seen = torch.from_numpy(np.stack([view.seen for view in views]))
    ab = F.avg_pool2d(torch.from_numpy(np.stack([view.ab for view in views])), STEP)
    skin = torch.from_numpy(np.stack([view.skin for view in views]))
    return seen, ab, F.avg_pool2d(skin[:, None], STEP)[:, 0]


def train(args: argparse.Namespace) -> None:
    """Train for a number of minutes, or from where this run stopped."""
    torch.manual_seed(secrets.randbits(32))
    parser = Models().load("parser", "embedded").run
    photos, held_out = parsed_photos(args.shared, args.run, parser)
    network, counts = LightColorizer(), balance(photos)
    stream = batches(photos, args.batch, secrets.randbits(62))

    def loss() -> Tensor:
        seen, ab, skin = _stacked(next(stream))
        said = network(seen.contiguous(memory_format=torch.channels_last))
        return loss_of(said, ab, skin, counts)

    fit_small(
        "colorizer", network, loss, args, decay=1e-3, steepest=10.0,
        sample=lambda net, page: evaluate(net, held_out, page),
    )  # fmt: skip


def arguments() -> argparse.ArgumentParser:
    """Return the command's parser."""
    return small_parser_of(__doc__, "colorizer", "views", minutes=90, batch=8, rate=2e-3)


if __name__ == "__main__":
    train(arguments().parse_args())
