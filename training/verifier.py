"""Train the small verifier of faces on what the finder spots and a larger detector knows.

    python -m training.verifier SHARED runs/verifier --minutes 20

Of each photo it sees crops: of YuNet's faces, and of what the embedded finder takes for one where
YuNet sees none (hands, wheels, leaves). `RUN/crops.npz` keeps them. A later call with the same run
goes on where it stopped.
"""

import argparse
import secrets
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812 - the field's name for it
from numpy.typing import NDArray
from torch import Tensor, nn
from torchvision import tv_tensors

from pipeline.nets.light_verifier import LightVerifier
from pipeline.ops.tensor import to_uint8
from pipeline.runtime.models import Models
from pipeline.stages.detect.likely import SIDE, crop_at
from pipeline.stages.detect.spots import Spot, spots
from pipeline.steps.run import at_working_size
from pipeline.types import Network, Photo, Pixels
from training.command import parser_of
from training.damage import FAINT, damaged
from training.figures import draw_curve
from training.found_faces import EMPTY, FacesOf, found_in_photos
from training.loop import fit_small
from training.samples import read_pixels
from training.spot_views import SURE

FILE = "crops.npz"
ROOM = 1.5  # times: crops are kept larger, so that views of them may be turned and moved
LEAST_SPOT = 0.12  # the finder's probability from which on a spot is learned from
MOST = 10  # of a photo's spots, the likeliest, that are learned from
SEEN = 0.7  # the finder's score from which on a spot among people may be a face YuNet missed
# Spots are a face's whose size is within this ratio of it, and whose middle is not farther off, in
# its distance from eyes to mouth; an eye or a cheek of a large face is none. The others around it
# are not asked.
ALIKE, ON = 0.67, 0.4
AROUND = 0.6  # of a face's height
LEAST_PX = 9.0  # height of the smallest face that is learned
FAINT_SHARE = 0.35  # of the views, that are as small and blurred as passers-by
TURNED, MOVED, GROWN = 0.2, 0.07, 0.15  # radians, of the side, of the logarithm: deviations
FACES = 0.45  # of the crops in a batch
MEASURED = 0.5  # probability from which on a crop counts as a face in the figures


@dataclass(frozen=True)
class Crops:
    """Crops, (N, S, S, 3), and of each whether it is a face, (N,)."""

    pixels: Pixels
    is_face: NDArray[np.bool_]


def crops_of(source: FacesOf, finder: Network) -> tuple[list[Pixels], list[bool]]:
    """Cut what is learned from one photo."""
    pixels = read_pixels(source.file)
    photo = at_working_size(Photo(pixels))
    k = max(photo.shape[:2]) / max(pixels.shape[:2])
    faces = source.faces.copy()
    faces[:, 1:] *= k
    sure = (faces[:, 0] >= SURE) & (faces[:, 1] >= LEAST_PX)
    points = [face[2:].reshape(4, 2) for face in faces[sure]]
    is_face = [True] * len(points)
    nobody = source.file.parent.name in EMPTY
    for spot in spots(photo, finder, LEAST_SPOT)[:MOST]:
        said = _is_face(spot, faces)
        if said or (said is False and (nobody or spot.score < SEEN)):
            points.append(spot.points)  # as roughly as the finder says where a face is
            is_face.append(said)
    return [to_uint8(crop_at(photo, each, ROOM)) for each in points], is_face


def _is_face(spot: Spot, faces: NDArray[np.float32]) -> bool | None:
    """Say whether a spot is one of YuNet's faces, (N, 10), sure or not; None where nobody knows."""
    points = faces[:, 2:].reshape(-1, 4, 2)
    drops = np.hypot(*(points[:, 2:].mean(1) - points[:, :2].mean(1)).T)
    off = np.hypot(*(points.mean(1) - spot.middle).T)
    ratio = spot.drop / np.maximum(drops, 1e-3)
    on = (off < ON * drops) & (ratio > ALIKE) & (ratio < 1 / ALIKE)
    if (on & (faces[:, 0] >= SURE)).any():
        return True
    near = off < AROUND * np.maximum(faces[:, 1], spot.drop)
    tiny = near & (faces[:, 0] >= SURE) & (ratio < ALIKE / 2)
    return None if (near & ~tiny).any() else False


def load_crops(shared: Path, run: Path) -> tuple[Crops, Crops]:
    """Return the crops to learn from and those held out; `run` keeps them for a later call."""
    file = run / FILE
    if not file.exists():
        finder = Models().load("finder", "embedded").run
        learned, measured = found_in_photos(shared, run)
        own, left_out = (_cut_from(sources, finder) for sources in (learned, measured))
        np.savez(
            file, pixels=own.pixels, is_face=own.is_face, measured_pixels=left_out.pixels,
            measured_is_face=left_out.is_face,
        )  # fmt: skip
    with np.load(file) as kept:
        return (
            Crops(kept["pixels"], kept["is_face"]),
            Crops(kept["measured_pixels"], kept["measured_is_face"]),
        )


def _cut_from(sources: list[FacesOf], finder: Network) -> Crops:
    pixels: list[Pixels] = []
    is_face: list[bool] = []
    for source in sources:
        more, said = crops_of(source, finder)
        pixels += more
        is_face += said
    return Crops(np.stack(pixels), np.array(is_face))


def view(crop: Pixels, rng: np.random.Generator) -> Pixels:
    """Return a crop turned, moved and scaled a little, mirrored, and as cameras show it."""
    side, out = crop.shape[0], SIDE
    turn, grow = rng.normal(0, TURNED), float(np.exp(rng.normal(0, GROWN)))
    matrix = cv2.getRotationMatrix2D(((side - 1) / 2, (side - 1) / 2), np.degrees(turn), grow)
    matrix[:, 2] += (out - side) / 2 + rng.normal(0, MOVED * out, 2)
    seen = cv2.warpAffine(crop, matrix, (out, out), borderMode=cv2.BORDER_REPLICATE)
    return damaged(np.ascontiguousarray(seen[:, ::-1]) if rng.random() < 0.5 else seen)


def batch_of(crops: Crops, size: int, rng: np.random.Generator) -> tuple[Tensor, Tensor]:
    """Draw views, (B, 3, SIDE, SIDE) in [0, 1], and whether they are faces, (B, 1)."""
    kinds = [np.flatnonzero(crops.is_face), np.flatnonzero(~crops.is_face)]
    count = round(size * FACES)
    chosen = np.concatenate([rng.choice(kinds[0], count), rng.choice(kinds[1], size - count)])
    views = torch.from_numpy(np.stack([view(crops.pixels[i], rng) for i in chosen]))
    views = views.permute(0, 3, 1, 2).contiguous()
    small = torch.from_numpy(rng.random(size) < FAINT_SHARE)
    for i in torch.nonzero(small).ravel().tolist():
        views[i] = FAINT(tv_tensors.Image(views[i]))
    return views.float().div(255), torch.from_numpy(crops.is_face[chosen]).float()[:, None]


def evaluate(network: nn.Module, crops: Crops, page: Path) -> dict[str, float]:
    """Return how many held-out faces are known, and other things taken for one; draw the errors."""
    inner = (crops.pixels.shape[1] - SIDE) // 2
    seen = crops.pixels[:, inner : inner + SIDE, inner : inner + SIDE]
    with torch.inference_mode():
        said = np.concatenate([
            network(torch.from_numpy(part).permute(0, 3, 1, 2).float() / 255).numpy()[:, 0]
            for part in np.array_split(seen, max(1, len(seen) // 64))
        ])  # fmt: skip
    wrong = np.flatnonzero((said >= MEASURED) != crops.is_face)[:64]
    rows = [np.hstack(seen[wrong[i : i + 8]]) for i in range(0, len(wrong) - 7, 8)]
    if rows:
        cv2.imwrite(str(page), np.vstack(rows)[:, :, ::-1])
    draw_curve(page.parent, page.parent / "loss.png")
    faces, others = said[crops.is_face], said[~crops.is_face]
    return {
        "known": float((faces >= MEASURED).mean()),
        "mistaken": float((others >= MEASURED).mean()),
        "at_0.9": float((faces >= 0.9).mean()), "mistaken_at_0.9": float((others >= 0.9).mean()),
    }  # fmt: skip


def train(args: argparse.Namespace) -> None:
    """Train for a number of minutes, or from where this run stopped."""
    torch.manual_seed(secrets.randbits(32))
    learned, measured = load_crops(args.shared, args.run)
    network, rng = LightVerifier(), np.random.default_rng()

    def loss() -> Tensor:
        views, is_face = batch_of(learned, args.batch, rng)
        logits = network.logits(views.contiguous(memory_format=torch.channels_last))
        return F.binary_cross_entropy_with_logits(logits, is_face)

    fit_small(
        "verifier",
        network,
        loss,
        args,
        decay=1e-2,
        sample=lambda net, page: evaluate(net, measured, page),
    )


def arguments() -> argparse.ArgumentParser:
    """Return the command's parser."""
    cli = parser_of(__doc__, minutes=20, sample_minutes=5)
    cli.add_argument("--start", type=Path, help="a verifier's checkpoint to start from")
    cli.add_argument("--batch", type=int, default=64, help="crops a step")
    cli.add_argument("--rate", type=float, default=1e-3)
    return cli


if __name__ == "__main__":
    train(arguments().parse_args())
