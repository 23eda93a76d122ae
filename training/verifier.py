"""Train the small verifier of faces on what the finder spots and a larger detector knows.

    python -m training.verifier SHARED runs/verifier --minutes 20

Of each photo it sees crops: of YuNet's faces, and of what the embedded finder takes for one where
YuNet sees none (hands, wheels, leaves). `RUN/crops.npz` keeps them. A later call with the same run
goes on where it stopped.
"""

import argparse
import csv
import secrets
from dataclasses import dataclass, fields
from pathlib import Path

import cv2
import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812 - the field's name for it
from numpy.typing import NDArray
from torch import Tensor, nn
from torchvision import tv_tensors

from pipeline.nets.light_verifier import LightVerifier
from pipeline.ops import align
from pipeline.ops.tensor import to_uint8
from pipeline.runtime.models import Models
from pipeline.stages.detect.likely import SCALE, SIDE, crop_at, matrix_at
from pipeline.stages.detect.spots import Spot, spots
from pipeline.steps.run import at_working_size
from pipeline.types import Image, Network, Photo, Pixels, Points
from training.command import small_parser_of
from training.damage import FAINT, damaged
from training.figures import draw_curve
from training.found_faces import EMPTY, SURE, FacesOf, found_in_photos, times
from training.loop import fit_small
from training.samples import read_pixels

FILE = "crops.npz"
# What was said by eye of crops that YuNet is wrong about, or that nobody can tell: a photo and the
# crop's middle in it, px; whether it is a face, 1 or 0, or nothing.
SAID = Path(__file__).with_name("crops_by_eye.csv")
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
# How much offsets count in the loss, and the size, in sides, from which on it grows straight.
PLACES, STRAIGHT = 4.0, 0.02
MIRRORED = [1, 0, 3, 2]  # points of a mirrored face: each one's counterpart
NOWHERE = np.full((4, 2), np.nan, np.float32)
MEASURED = 0.5  # probability from which on a crop counts as a face in the figures


@dataclass(frozen=True)
class Crop:
    """A crop, (S, S, 3), whether it is a face, where it came from, as `SAID` has it.

    `points`: where its eyes and mouth corners are, (4, 2) px of the crop, or `NOWHERE`.
    """

    pixels: Pixels
    is_face: bool
    points: Points
    place: str


@dataclass(frozen=True)
class Crops:
    """Many of them: (N, S, S, 3), (N,), (N, 4, 2), (N,)."""

    pixels: Pixels
    is_face: NDArray[np.bool_]
    points: Points
    place: NDArray[np.str_]


def crops_of(source: FacesOf, finder: Network) -> list[Crop]:
    """Cut what is learned from one photo."""
    pixels = read_pixels(source.file)
    photo = at_working_size(Photo(pixels))
    k = max(photo.shape[:2]) / max(pixels.shape[:2])
    faces = source.faces.copy()
    faces[:, 1:] *= k
    sure = (faces[:, 0] >= SURE) & (faces[:, 1] >= LEAST_PX)
    true = [face[2:].reshape(4, 2) for face in faces[sure]]
    spotted: list[tuple[Points, Points | None]] = [(points, points) for points in true]
    nobody = source.file.parent.name in EMPTY
    for spot in spots(photo, finder, LEAST_SPOT)[:MOST]:
        said = _is_face(spot, faces)
        if said:  # as roughly as the finder says where a face is
            off = [float(np.hypot(*(points.mean(0) - spot.middle))) for points in true]
            spotted += [(spot.points, true[int(np.argmin(off))])] if off else []
        elif said is False and (nobody or spot.score < SEEN):
            spotted.append((spot.points, None))
    name = "/".join(source.file.parts[-3:])
    return [
        _crop(photo, at, is_at, f"{name} {{:.0f}} {{:.0f}}".format(*at.mean(0) / k))
        for at, is_at in spotted
    ]


def _crop(photo: Image, at: Points, is_at: Points | None, place: str) -> Crop:
    points = NOWHERE
    if is_at is not None:
        points = align.map_points(matrix_at(at, ROOM), is_at)
    return Crop(to_uint8(crop_at(photo, at, ROOM)), is_at is not None, points, place)


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
        sets = [_cut_from(sources, finder) for sources in found_in_photos(shared, run)]
        np.savez(
            file,
            **{
                f"{key}_{i}": kept
                for i, each in enumerate(sets)
                for key, kept in vars(each).items()
            },
        )
    with np.load(file) as kept:
        learned, measured = (
            Crops(*(kept[f"{field.name}_{i}"] for field in fields(Crops))) for i in range(2)
        )
    return corrected(learned, by_eye()), measured


def _cut_from(sources: list[FacesOf], finder: Network) -> Crops:
    crops = [crop for source in sources for crop in crops_of(source, finder)]
    return Crops(
        *(np.array([getattr(crop, field.name) for crop in crops]) for field in fields(Crop))
    )


def by_eye() -> dict[str, bool | None]:
    """Return what was said by eye of crops, by their places; None where nobody can tell."""
    with SAID.open(newline="") as file:
        rows = list(csv.DictReader(file))
    said = {"1": True, "0": False, "": None}
    return {f"{row['photo']} {row['x']} {row['y']}": said[row["face"]] for row in rows}


def corrected(crops: Crops, said: dict[str, bool | None]) -> Crops:
    """Return the crops as `said` by their places, without those that nobody can tell."""
    is_face = np.array(
        [
            said.get(place, bool(is_face))
            for place, is_face in zip(crops.place, crops.is_face, strict=True)
        ],
        object,
    )
    told = np.array([each is not None for each in is_face])
    points = np.where((is_face == True)[:, None, None], crops.points, NOWHERE)  # noqa: E712 - or None
    return Crops(
        crops.pixels[told], is_face[told].astype(np.bool_), points[told], crops.place[told]
    )


def view(crop: Pixels, points: Points, rng: np.random.Generator) -> tuple[Pixels, Points]:
    """Return a crop turned, moved and scaled a little, mirrored, and as cameras show it.

    `points`, (4, 2) px, go with it.
    """
    side, out = crop.shape[0], SIDE
    turn, grow = rng.normal(0, TURNED), float(np.exp(rng.normal(0, GROWN)))
    matrix = cv2.getRotationMatrix2D(((side - 1) / 2, (side - 1) / 2), np.degrees(turn), grow)
    matrix[:, 2] += (out - side) / 2 + rng.normal(0, MOVED * out, 2)
    seen = cv2.warpAffine(crop, matrix, (out, out), borderMode=cv2.BORDER_REPLICATE)
    at = align.map_points(matrix, points)
    if rng.random() < 0.5:
        seen = np.ascontiguousarray(seen[:, ::-1])
        at = np.float32([out - 1, 0]) + at[MIRRORED] * np.float32([-1, 1])
    return damaged(seen), at


def batch_of(crops: Crops, size: int, rng: np.random.Generator) -> tuple[Tensor, Tensor, Tensor]:
    """Draw views, (B, 3, SIDE, SIDE) in [0, 1], whether they are faces, (B, 1), and where.

    The last are offsets as the network gives them, (B, 8), NaN where there is none.
    """
    faces, others = np.flatnonzero(crops.is_face), np.flatnonzero(~crops.is_face)
    often, count = times(crops.points[faces]), round(size * FACES)
    chosen = np.concatenate(
        [rng.choice(faces, count, p=often / often.sum()), rng.choice(others, size - count)]
    )
    seen = [view(crops.pixels[i], crops.points[i], rng) for i in chosen]
    views = torch.from_numpy(np.stack([pixels for pixels, _ in seen]))
    views = views.permute(0, 3, 1, 2).contiguous()
    small = torch.from_numpy(rng.random(size) < FAINT_SHARE)
    for i in torch.nonzero(small).ravel().tolist():
        views[i] = FAINT(tv_tensors.Image(views[i]))
    off = _offsets(np.stack([points for _, points in seen]))
    is_face = torch.from_numpy(crops.is_face[chosen]).float()[:, None]
    return views.float().div(255), is_face, torch.from_numpy(off)


def _offsets(points: Points) -> NDArray[np.float32]:
    """Return how far points, (N, 4, 2) px of views, are off a usual face's, (N, 8) sides."""
    off = (points - align.template(SIDE, SCALE)) / SIDE
    return off.reshape(len(points), -1).astype(np.float32)


def loss_of(network: LightVerifier, views: Tensor, is_face: Tensor, off: Tensor) -> Tensor:
    """Return what a training lessens, of one batch."""
    logits, placed = network.compared(views.contiguous(memory_format=torch.channels_last))
    known = torch.isfinite(off)
    astray = F.smooth_l1_loss(placed[known], off[known], beta=STRAIGHT)
    return F.binary_cross_entropy_with_logits(logits, is_face) + PLACES * astray


def evaluate(network: nn.Module, crops: Crops, page: Path) -> dict[str, float]:
    """Return how many held-out faces are known, and other things taken for one; draw the errors."""
    inner = (crops.pixels.shape[1] - SIDE) // 2
    seen = crops.pixels[:, inner : inner + SIDE, inner : inner + SIDE]
    with torch.inference_mode():
        out = np.concatenate([
            network(torch.from_numpy(part).permute(0, 3, 1, 2).float() / 255).numpy()
            for part in np.array_split(seen, max(1, len(seen) // 64))
        ])  # fmt: skip
    said = out[:, 0]
    off = np.abs(out[:, 1:] - _offsets(crops.points - inner))[crops.is_face]
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
        "astray_px": float(SIDE * np.nanmean(off)),
    }  # fmt: skip


def train(args: argparse.Namespace) -> None:
    """Train for a number of minutes, or from where this run stopped."""
    torch.manual_seed(secrets.randbits(32))
    learned, measured = load_crops(args.shared, args.run)
    network, rng = LightVerifier(), np.random.default_rng()

    def loss() -> Tensor:
        return loss_of(network, *batch_of(learned, args.batch, rng))

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
    return small_parser_of(
        __doc__, "verifier", "crops", minutes=20, batch=64, rate=1e-3, sample_minutes=5
    )


if __name__ == "__main__":
    train(arguments().parse_args())
