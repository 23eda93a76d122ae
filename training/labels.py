"""What a label may mean: one of the parser's twelve classes, or less than that."""

import numpy as np
import torch

from pipeline.stages.parse import MIRRORED, Part

CLASSES = len(Part)
MEAN, STD = (torch.tensor(v)[:, None, None] for v in ((0.485, 0.456, 0.406), (0.229, 0.224, 0.225)))

OUTSIDE = 252  # beyond the photo's edge; only while a picture is being put together
NINE_PERSON = 253  # EasyPortrait's person: our person, hair, headwear or glasses
PERSON = 254  # a person's pixel whose part is unknown
UNKNOWN = 255  # anything: no loss

NINE_PERSON_PARTS = (Part.PERSON, Part.HAIR, Part.HEADWEAR, Part.GLASSES)

# CelebAMask-HQ's nineteen indices -> the twelve classes; EasyPortrait's nine -> labels; the twelve -> the nine.
CELEBA = np.array([0, 2, 2, 11, 5, 6, 3, 4, 1, 1, 8, 7, 7, 9, 10, 1, 1, 1, 1], np.uint8)
EASYPORTRAIT = np.array([0, NINE_PERSON, 2, 3, 4, 5, 6, 7, 8], np.uint8)
NINE = np.array([0, 1, 2, 3, 4, 5, 6, 7, 8, 1, 1, 1], np.uint8)

FLIPPED = np.arange(256, dtype=np.uint8)
FLIPPED[:CLASSES] = MIRRORED


def allowed() -> torch.Tensor:
    """Return (256, 12) bool: the classes that each label may stand for."""
    table = torch.ones(256, CLASSES, dtype=torch.bool)
    table[:CLASSES] = torch.eye(CLASSES, dtype=torch.bool)
    table[NINE_PERSON] = False
    table[NINE_PERSON, list(NINE_PERSON_PARTS)] = True
    table[PERSON, Part.BACKGROUND] = False
    return table
