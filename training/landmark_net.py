"""Train the small network that finds 68 points of a face, in photos and in paintings.

    python -m training.landmark_net SHARED runs/landmarks --minutes 23.5

`RUN/faces.npz` keeps the faces. A later call with the same run goes on where it stopped.
"""

import argparse
import secrets
from pathlib import Path

import cv2
import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812 - the field's name for it
from numpy.typing import NDArray
from torch import Tensor, nn

from pipeline.nets.landmarks_light import STEP, LightLandmarks, read
from pipeline.ops import align
from pipeline.ops.tensor import to_float, to_uint8
from pipeline.runtime.models import Models
from pipeline.runtime.precision import mixed
from pipeline.stages.landmarks import SIDE, find_landmarks, matrix_at
from pipeline.types import Network, Pixels, Points
from training.command import parser_of
from training.figures import draw_curve
from training.landmark_faces import ROOM, Seen, learned, load_faces, measured
from training.landmark_taught import learned_with
from training.landmark_views import batch_of
from training.likeness_faces import painted
from training.loop import fit_small, single

HEAT_PX = 5.0  # deviation of the heat map that is wanted around a point
HEATS, PLACES = 0.25, 1.0  # how much heat maps and places count in the loss
STRAIGHT_PX = 1.5  # of an error: from there on its loss grows straight
EYES = (36, 45)  # outer corners, whose distance is the unit of errors
SHOWN, SHOWN_PX = 16, 192


def loss_of(network: LightLandmarks, views: Tensor, points: Tensor) -> Tensor:
    """Return what a training lessens, of views (B, 3, 128, 128) with points (B, 68, 2) px.

    Cross-entropy of heat maps and a smooth distance of their means, of the points that are known.
    """
    with mixed("cpu"):
        logits = network.logits(views)
    logits = logits.float()
    known = torch.isfinite(points).all(2)
    at = points.nan_to_num().clamp(0, SIDE - 1)
    astray = F.smooth_l1_loss(read(logits)[..., :2], at, beta=STRAIGHT_PX, reduction="none")
    said = logits.flatten(2).log_softmax(2)
    crossed = -(heats(at, logits.shape[2]).flatten(2) * said).sum(2)
    return (PLACES * astray.sum(2) + HEATS * crossed)[known].mean()


def heats(points: Tensor, cells: int) -> Tensor:
    """Return the heat maps that are wanted of points, (B, N, 2) px: (B, N, cells, cells)."""
    places = torch.arange(cells) * STEP + (STEP - 1) / 2
    x, y = (
        torch.softmax(-0.5 * ((places - points[..., i, None]) / HEAT_PX) ** 2, -1) for i in (0, 1)
    )
    return y[..., :, None] * x[..., None, :]


def error(found: Points, points: Points) -> float:
    """Return the mean distance of points, (68, 2), from the true ones, in that of outer corners.

    Where truth is NaN, nothing is asked.
    """
    unit = np.hypot(*(points[EYES[1]] - points[EYES[0]]))
    return float(np.nanmean(np.linalg.norm(found - points, axis=1)) / unit)


def errors(network: Network, faces: list[Seen]) -> NDArray[np.float64]:
    """Return the error at each face as a pipeline would find its points, (N,)."""
    return np.array(
        [
            error(find_landmarks(to_float(seen.photo), seen.face.points, network)[0], seen.points)
            for seen in faces
        ]
    )


def callable_of(network: nn.Module) -> Network:
    """Return a network as a function of arrays."""

    def run(batch: NDArray[np.float32]) -> NDArray[np.float32]:
        with torch.inference_mode():
            return network(torch.from_numpy(batch)).numpy()

    return run


class HeldOut:
    """Photos of people whom a training does not see, as they are, and painted."""

    def __init__(self, shared: Path) -> None:
        self.photos = list(measured(shared))
        cut = [_near(seen) for seen in self.photos]
        paint = Models("cpu").load("fast_style", "embedded")
        canvases = painted(np.stack([seen.photo for seen in cut]), paint, seed=1)
        self.painted = [
            Seen(canvas, seen.face, seen.points) for canvas, seen in zip(canvases, cut, strict=True)
        ]

    def evaluate(self, network: nn.Module, page: Path) -> dict[str, float]:
        """Return errors, percent of the distance of the eyes' outer corners; draw the worst."""
        run = callable_of(network)
        plain, paint = errors(run, self.photos), errors(run, self.painted)
        worst = [
            *(self.photos[i] for i in np.argsort(-plain)[:SHOWN]),
            *(self.painted[i] for i in np.argsort(-paint)[:SHOWN]),
        ]
        tiles = [_drawn(seen, run) for seen in worst]
        rows = [np.hstack(tiles[i : i + 8]) for i in range(0, len(tiles) - 7, 8)]
        if rows:
            cv2.imwrite(str(page), np.vstack(rows)[:, :, ::-1])
        draw_curve(page.parent, page.parent / "loss.png")
        return {
            "nme": 100 * float(plain.mean()), "median": 100 * float(np.median(plain)),
            "above_8": 100 * float((plain > 0.08).mean()),
            "nme_painted": 100 * float(paint.mean()),
        }  # fmt: skip


def _near(seen: Seen) -> Seen:
    """Cut out what is around a face, at the size at which the network sees it."""
    matrix = matrix_at(seen.face.points, ROOM)
    photo = to_uint8(align.crop(to_float(seen.photo), matrix, round(ROOM * SIDE)))
    four, points = (align.map_points(matrix, each) for each in (seen.face.points, seen.points))
    return Seen(photo, type(seen.face)(four, seen.face.height * align.scale_of(matrix)), points)


def _drawn(seen: Seen, network: Network) -> Pixels:
    """Draw a face, its points in green and those found in red, (S, S, 3)."""
    found, _ = find_landmarks(to_float(seen.photo), seen.face.points, network)
    k = SHOWN_PX / SIDE
    matrix = k * matrix_at(seen.face.points)
    tile = to_uint8(align.crop(to_float(seen.photo), matrix, SHOWN_PX).clip(0, 1))
    for points, color in ((seen.points, (0, 255, 0)), (found, (255, 0, 0))):
        for x, y in np.round(align.map_points(matrix, points)).astype(int).tolist():
            cv2.circle(tile, (x, y), 1, color, -1)
    return tile


def train(args: argparse.Namespace) -> None:
    """Train for a number of minutes, or from where this run stopped."""
    torch.manual_seed(secrets.randbits(32))
    rows = learned(args.shared)
    if args.teacher:
        teacher = LightLandmarks().eval()
        teacher.load_state_dict(single(args.teacher))
        rows = learned_with(args.shared, callable_of(teacher))
    faces, held_out = load_faces(rows, args.run), HeldOut(args.shared)
    network, rng = LightLandmarks(), np.random.default_rng()

    def loss() -> Tensor:
        return loss_of(network, *batch_of(faces, args.batch, rng))

    fit_small(
        "landmarks", network, loss, args, decay=args.decay, steepest=10.0,
        sample=held_out.evaluate,
    )  # fmt: skip


def arguments() -> argparse.ArgumentParser:
    """Return the command's parser."""
    cli = parser_of(__doc__, minutes=23.5, sample_minutes=5)
    cli.add_argument("--start", type=Path, help="a checkpoint to start from")
    cli.add_argument("--teacher", type=Path, help="a checkpoint whose sure points are learned too")
    cli.add_argument("--batch", type=int, default=32, help="views a step")
    cli.add_argument("--rate", type=float, default=2e-3)
    cli.add_argument("--decay", type=float, default=0.02)
    return cli


if __name__ == "__main__":
    train(arguments().parse_args())
