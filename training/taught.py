"""Mark parts of unlabelled faces by an earlier parser where it is sure.

The parts are remembered in files.
"""

from pathlib import Path

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import nn

from pipeline.io.atomic import write_whole
from pipeline.stages.parse import MIRRORED, Part, nine_probabilities
from pipeline.types import Labels, Pixels, Points
from training.labels import MEAN, PERSON, STD
from training.samples import Spot, read_mask

SURE = 0.75  # at 0.6 some necks were taught as skin
SIDE, FACE_PX, MIDDLE = (
    256,
    165,
    (128, 140),
)  # the upright crop that the teacher sees, and where its face is


def upright(points: Points) -> tuple[Spot, NDArray[np.float32]]:
    """Return where a face is, and the photo -> upright crop transform.

    The face is given by its 49 points (iBUG without the jaw).
    """
    eyes = points[19:31].reshape(2, 6, 2).mean(1)
    eyes = eyes[np.argsort(eyes[:, 0])]
    down, across = points[31:].mean(0) - eyes.mean(0), eyes[1] - eyes[0]
    height = max(np.linalg.norm(down) * 2.6, np.linalg.norm(across) * 2.4)
    x, y = eyes.mean(0) + 0.35 * down
    angle, scale = np.arctan2(across[1], across[0]), FACE_PX / height
    c, s = np.cos(-angle) * scale, np.sin(-angle) * scale
    matrix = np.array(
        [[c, -s, MIDDLE[0] - c * x + s * y], [s, c, MIDDLE[1] - s * x - c * y]], np.float32
    )
    return (float(x), float(y), float(height)), matrix


def taught(
    teacher: nn.Module | None,
    photo: Pixels,
    labels: Labels,
    matrix: NDArray[np.float32],
    memory: Path,
) -> Labels:
    """Return labels in which what the teacher is sure of replaces PERSON.

    `memory`: the file that keeps them; where it is there, the teacher is not asked. Without a
    teacher labels stay.
    """
    if memory.exists():
        return read_mask(memory)
    if teacher is None:
        return labels
    back, size = cv2.invertAffineTransform(matrix), photo.shape[1::-1]
    parts = cv2.warpAffine(
        _sure_parts(teacher, photo, matrix), back, size, flags=cv2.INTER_NEAREST, borderValue=PERSON
    )
    filled = np.where((labels == PERSON) & (parts > Part.PERSON), parts, labels).astype(np.uint8)
    write_whole(memory, lambda file: Image.fromarray(filled).save(file, "PNG"))
    return filled


@torch.inference_mode()
def _sure_parts(teacher: nn.Module, photo: Pixels, matrix: NDArray[np.float32]) -> Labels:
    """Return skin to teeth in the upright crop.

    It is PERSON where the teacher doubts or sees something else of a person.
    """
    device = next(teacher.parameters()).device
    crop = cv2.warpAffine(
        photo, matrix, (SIDE, SIDE), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT
    )
    x = (torch.from_numpy(crop).permute(2, 0, 1)[None].float() / 255 - MEAN) / STD
    seen, mirror = (
        teacher(torch.cat([x, x.flip(3)]).to(device))
        .float()
        .softmax(1)
        .cpu()
        .permute(0, 2, 3, 1)
        .numpy()
    )
    nine = nine_probabilities((seen + mirror[:, ::-1, list(MIRRORED[: seen.shape[-1]])]) / 2)
    parts, sure = nine.argmax(2).astype(np.uint8), nine.max(2)
    # Hair, headwear, clothes: the teacher does not tell them apart well.
    return np.where((sure < SURE) | (parts == Part.PERSON), PERSON, parts).astype(np.uint8)
