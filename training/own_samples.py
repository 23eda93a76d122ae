"""What a style that is learned paints by now: photos above, paintings below."""

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
import torch

from pipeline.io.atomic import write_whole
from pipeline.nets.tps_generator import TpsGenerator
from pipeline.ops.tensor import to_uint8
from training.aligned_aims import noise_for
from training.aligned_pairs import as_pairs, seen
from training.portrait_faces import Portrait

SHOWN, SIDE, EXTENT, GAP = 4, 256, 2.1, 6
CPU = torch.device("cpu")


@torch.inference_mode()
def draw(painter: TpsGenerator, people: Sequence[Portrait], page: Path) -> None:
    """Write a PNG, whole or not at all, of some people's photos and how they are painted."""
    views = [seen(each, SIDE, EXTENT) for each in people[:SHOWN]]
    photos = as_pairs(views, views, CPU).photos
    out = painter(photos, noise_for(photos, torch.Generator().manual_seed(0))).float()
    painted = to_uint8((out / 2 + 0.5).permute(0, 2, 3, 1).numpy())
    columns = [
        np.vstack([each.picture, np.full((GAP, SIDE, 3), 255, np.uint8), made])
        for each, made in zip(views, painted, strict=True)
    ]
    gap = np.full((len(columns[0]), GAP, 3), 255, np.uint8)
    sheet = np.hstack([part for column in columns for part in (column, gap)][:-1])
    data = cv2.imencode(".png", np.ascontiguousarray(sheet[:, :, ::-1]))[1].tobytes()
    write_whole(page, lambda file: file.write(data), overwrite=True)
