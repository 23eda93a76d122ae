"""Train the small detector of faces on what a larger one finds.

    python -m training.finder SHARED runs/finder --minutes 60

YuNet looks once at every photo, enlarged (a quarter of an hour on one core; `RUN/faces.npz` keeps
what it found). Views show these faces from 10 to 110 px, sharp and out of focus, several photos in
each. A later call with the same run goes on where it stopped.
"""

import argparse
import secrets
from collections.abc import Iterator
from dataclasses import astuple, dataclass
from pathlib import Path

import cv2
import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812 - the field's name for it
from numpy.typing import NDArray
from torch import Tensor, nn

from pipeline.nets.light_finder import REACH, STEP, LightFinder
from pipeline.stages.detect.spots import spots_at
from training.command import small_parser_of
from training.figures import as_network, draw_curve
from training.found_faces import SURE, FacesOf, found_in_photos
from training.loop import fit_small
from training.spot_views import SIDE, Faces, composed, within

KNOWN_PX = (8.0, 140.0)  # faces of other heights may be found or not
SPREAD = 0.13  # of a face's height: how far around its middle cells are nearly right
LEAST_NEAR = 0.4  # of the heat at the middle: where it is, points are learned, too
POINTS_WEIGHT = 20.0  # of the points' distance beside the heat map
MEASURED, SHOWN = 8, 3  # batches of held-out views; of these, those on a sheet


@dataclass(frozen=True)
class Wanted:
    """What the network should say of a view's cells, (C, C).

    `heat`: 1 at a face's middle, falling around it. `counts`: 0 where nothing is known. `points`,
    (8, C, C), in units of `REACH`, and `weight` of theirs, 1 over a face's height in that unit.
    """

    heat: NDArray[np.float32]
    counts: NDArray[np.float32]
    points: NDArray[np.float32]
    weight: NDArray[np.float32]


def wanted(faces: Faces, side: int = SIDE) -> Wanted:
    """Return what a network should say of a view, `side` px wide and high, with these faces."""
    count = side // STEP
    centers = (np.arange(count, dtype=np.float32) + 0.5) * STEP - 0.5
    grid = np.stack(np.meshgrid(centers, centers), 0)  # x, y
    heat, counts = np.zeros((count, count), np.float32), np.ones((count, count), np.float32)
    points, weight = np.zeros((8, count, count), np.float32), np.zeros_like(heat)
    middles = faces[:, 2:].reshape(-1, 4, 2).mean(1)
    sure = (faces[:, 0] >= SURE) & within(faces, (0, 0, side, side))
    sure &= (faces[:, 1] >= KNOWN_PX[0]) & (faces[:, 1] <= KNOWN_PX[1])
    for i in np.argsort(sure, kind="stable"):  # the sure ones last
        height = faces[i, 1]
        far = np.hypot(*(grid - middles[i][:, None, None]))
        if not sure[i]:
            counts[far < max(0.5 * height, STEP)] = 0
            continue
        counts[far < 1.2 * height] = 1  # a large face beneath says nothing of what is laid on it
        near = np.exp(-(far**2) / (2 * max(SPREAD * height, 0.45 * STEP) ** 2)).astype(np.float32)
        near.flat[far.argmin()] = 1
        mine = (near > heat) & (near > LEAST_NEAR)
        heat = np.maximum(heat, near)
        own = faces[i, 2:].reshape(4, 2)
        relative = (own[:, :, None, None] - grid).reshape(8, count, count) / REACH
        points[:, mine] = relative[:, mine]
        weight[mine] = near[mine] * REACH / height
    return Wanted(heat, counts, points, weight)


def loss_of(said: Tensor, heat: Tensor, counts: Tensor, points: Tensor, weight: Tensor) -> Tensor:
    """Compute the focal loss of the heat map and the distance of points, a mean over faces.

    Source: Zhou et al. 2019, "Objects as Points", equation 1.
    """
    logit = said[:, 0]
    likely = logit.sigmoid()
    is_face = (heat >= 1).float()
    hit = is_face * (1 - likely) ** 2 * F.logsigmoid(logit)
    miss = (1 - is_face) * counts * (1 - heat) ** 4 * likely**2 * F.logsigmoid(-logit)
    number = is_face.sum().clamp(min=1)
    off = F.smooth_l1_loss(said[:, 1:], points, reduction="none", beta=0.05).mean(1) * weight
    return POINTS_WEIGHT * off.sum() / weight.gt(0).sum().clamp(min=1) - (hit + miss).sum() / number


def batches(sources: list[FacesOf], batch: int, seed: int) -> Iterator[tuple[Tensor, ...]]:
    """Yield views, (B, 3, SIDE, SIDE) in [0, 1], and what is wanted of them, without end."""
    rng = np.random.default_rng(seed)
    weights = np.array([source.weight for source in sources])
    weights /= weights.sum()
    while True:
        views = [composed(sources, weights, rng) for _ in range(batch)]
        photos = torch.from_numpy(np.stack([view.photo for view in views]))
        targets = zip(*(astuple(wanted(view.faces)) for view in views), strict=True)
        yield (
            photos.permute(0, 3, 1, 2).float().div(255),
            *(torch.from_numpy(np.stack(planes)) for planes in targets),
        )


def evaluate(
    network: nn.Module, measured: list[tuple[Tensor, ...]], page: Path
) -> dict[str, float]:
    """Return the loss on held-out views; draw what is found in some, and the loss's curve."""
    with torch.inference_mode():
        losses = [loss_of(network.logits(photos), *targets).item() for photos, *targets in measured]
    views = [photo for photos, *_ in measured[:SHOWN] for photo in photos]
    rows = [np.hstack([_marked(network, photo) for photo in views[i::4]]) for i in range(4)]
    cv2.imwrite(str(page), np.vstack(rows)[:, :, ::-1])
    draw_curve(page.parent, page.parent / "loss.png")
    return {"loss": float(np.mean(losses))}


def _marked(network: nn.Module, photo: Tensor) -> np.ndarray:
    """Return a view with a dot at each point of what the network finds."""
    picture = photo.permute(1, 2, 0).numpy()
    out = np.ascontiguousarray((picture * 255).astype(np.uint8))
    for spot in spots_at(picture, as_network(network), SIDE):
        for x, y in spot.points:
            cv2.circle(out, (round(float(x)), round(float(y))), 1, (255, 0, 0), -1)
    return out


def train(args: argparse.Namespace) -> None:
    """Train for a number of minutes, or from where this run stopped."""
    torch.manual_seed(secrets.randbits(32))
    sources, held_out = found_in_photos(args.shared, args.run)
    network = LightFinder()
    # Every start sees views of its own; those that are measured stay.
    stream = batches(sources, args.batch, secrets.randbits(62))
    measured = [next(batches(held_out, args.batch, seed)) for seed in range(MEASURED)]

    def loss() -> Tensor:
        photos, *targets = next(stream)
        logits = network.logits(photos.contiguous(memory_format=torch.channels_last))
        return loss_of(logits, *targets)

    fit_small(
        "finder", network, loss, args, decay=1e-3, steepest=10.0,
        sample=lambda net, page: evaluate(net, measured, page),
    )  # fmt: skip


def arguments() -> argparse.ArgumentParser:
    """Return the command's parser."""
    return small_parser_of(__doc__, "finder", "views", minutes=60, batch=8, rate=2e-3)


if __name__ == "__main__":
    train(arguments().parse_args())
