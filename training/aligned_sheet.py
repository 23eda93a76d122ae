"""What a style from a handful of portraits looks like, and its figures on what was held out."""

from pathlib import Path

import cv2
import numpy as np
import torch
from torch import Tensor, nn

from pipeline.nets.tps_generator import TpsGenerator
from pipeline.ops.tensor import to_uint8
from pipeline.types import Pixels
from training.aligned_aims import Aims, noise_for, patch_px
from training.aligned_faces import (
    FINER,
    PARTS,
    bent_patches,
    bent_plain,
    part_patches,
    plain,
    whole,
)
from training.aligned_pairs import Pairs, as_pairs, by_pose, pose, seen
from training.figures import draw_curve, sheet
from training.judges import CELLS, LAYERS, distribution_distance, in_cells
from training.portrait_faces import Portrait

SHOWN, SHOWN_PX, EXTENT = 8, 256, 2.1
MEASURED, MEASURED_EXTENT, SEED = 32, 1.7, 0
MEASURED_STIFFNESS = 0.02  # whatever is learned by, so that figures of all trainings compare


@torch.inference_mode()
def evaluate(
    painter: nn.Module, page: Path, *, photos: list[Portrait], styles: list[Portrait],
    learned: list[Portrait], aims: Aims, side: int,
) -> dict[str, float]:  # fmt: skip
    """Draw a sheet of held-out photos, painted; return figures of them.

    From above: portraits learned from, photos, painted at 256 px, and painted at the size learned
    at. `style`, the same by cells and of parts: how far features of painted faces are from those
    of held-out portraits that are bent to them, in parts of the style's variance; `photos_…`: the
    photos themselves. `identity`: dlib's distance from the photos; below 0.6 it says one person.
    """
    assert isinstance(painter, TpsGenerator)
    device = next(painter.parameters()).device
    _draw(painter, page, photos[:SHOWN], learned, side, device)
    if (page.parent / "log.csv").exists():
        draw_curve(page.parent, page.parent / "loss.png")
    with torch.random.fork_rng(devices=[device] if device.type == "cuda" else []):
        torch.manual_seed(SEED)
        pairs = _measured(photos[:MEASURED], styles, side, device)
        out = _painted(painter, pairs.photos)
        faces = aims.face_distances(out, pairs.photos, pairs.points).sqrt()
        found = style_distances(aims, out, pairs)
        bare = style_distances(aims, pairs.photos, pairs)
    return {
        **found, **{f"photos_{name}": value for name, value in bare.items()},
        "identity": faces.mean().item(), "same_person": (faces < 0.6).float().mean().item(),
    }  # fmt: skip


def style_distances(aims: Aims, out: Tensor, pairs: Pairs) -> dict[str, float]:
    """Compare painted faces, (B, 3, S, S), with portraits bent to them: whole, in cells, parts."""
    side = out.shape[2]
    real = bent_plain(
        pairs.styles, whole(pairs.points, pairs.style_points, side, MEASURED_STIFFNESS)
    )
    px = patch_px(side)
    patches = part_patches(out, pairs.points, px)
    real_patches = bent_patches(
        plain(pairs.styles), pairs.style_points, pairs.points, px, MEASURED_STIFFNESS
    )

    def maps(pictures: Tensor) -> dict[str, Tensor]:
        return aims.features(pictures / 2 + 0.5, tuple(LAYERS))

    def apart(one: dict[str, Tensor], other: dict[str, Tensor], kinds: int = 1) -> float:
        return distribution_distance(one, other, aims.scales, kinds).item()

    whole_maps = maps(out), maps(real)
    cells = [in_cells(each) for each in whole_maps]
    return {
        "style": apart(*whole_maps),
        "style_cells": apart(cells[0], cells[1], CELLS**2),
        "style_parts": apart(maps(patches), maps(real_patches), len(PARTS)),
    }


def _measured(
    photos: list[Portrait], styles: list[Portrait], side: int, device: torch.device
) -> Pairs:
    """Pair each photo with one of the three held-out portraits nearest in pose, in turn."""
    poses = np.stack([pose(each.points) for each in styles])
    chosen = []
    for number, photo in enumerate(photos):
        nearest = by_pose(poses, photo.points)[:3]
        chosen.append(styles[nearest[number % len(nearest)]])
    sizes = ((photos, side), (chosen, FINER * side))
    views = ([seen(each, size, MEASURED_EXTENT) for each in all_] for all_, size in sizes)
    return as_pairs(*views, device)


def _painted(painter: TpsGenerator, photos: Tensor) -> Tensor:
    by = torch.Generator(photos.device).manual_seed(SEED)
    return painter(photos, noise_for(photos, by)).float()


def _draw(
    painter: TpsGenerator, page: Path, photos: list[Portrait], learned: list[Portrait], side: int,
    device: torch.device,
) -> None:  # fmt: skip
    large = [seen(each, SHOWN_PX, EXTENT) for each in photos]
    small = [seen(each, side, EXTENT) for each in photos]
    every = max(1, len(learned) // SHOWN)
    rows = [[seen(each, SHOWN_PX, EXTENT).picture for each in learned[::every][:SHOWN]]]
    rows.append([each.picture for each in large])
    for views in (large, small):
        out = _painted(painter, as_pairs(views, views, device).photos)
        rows.append([_picture(each) for each in out])
    panels = [panel for row in rows for panel in row]
    cv2.imwrite(str(page), sheet(panels, len(photos))[:, :, ::-1], [cv2.IMWRITE_JPEG_QUALITY, 90])


def _picture(out: Tensor) -> Pixels:
    picture = to_uint8((out / 2 + 0.5).permute(1, 2, 0).float().cpu().numpy())
    return cv2.resize(picture, (SHOWN_PX, SHOWN_PX), interpolation=cv2.INTER_CUBIC)
