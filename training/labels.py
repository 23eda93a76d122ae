"""What a label may mean: one of the parser's thirteen classes, or less than that."""

import numpy as np
import torch

from pipeline.stages.parse import MIRRORED, Part

CLASSES = len(Part)
MEAN, STD = (torch.tensor(v)[:, None, None] for v in ((0.485, 0.456, 0.406), (0.229, 0.224, 0.225)))

FACELESS = 249  # a person, beyond every face: clothes, bare skin, hair or a hat
BARE = 250  # skin of a face or of a body
FACE = 251  # some part of a bare face
OUTSIDE = 252  # beyond the photo's edge; only while a picture is being put together
NINE_PERSON = 253  # EasyPortrait's person: our person, its bare skin, hair, headwear or glasses
PERSON = 254  # a person's pixel whose part is unknown
UNKNOWN = 255  # anything: no loss

NINE_PERSON_PARTS = (Part.PERSON, Part.HAIR, Part.HEADWEAR, Part.GLASSES, Part.BODY_SKIN)
BARE_FACE = tuple(range(Part.SKIN, Part.HAIR))
MEANINGS = {  # label -> the classes that it may stand for
    FACELESS: (Part.PERSON, Part.HAIR, Part.HEADWEAR, Part.BODY_SKIN),
    BARE: (*BARE_FACE, Part.BODY_SKIN),
    FACE: BARE_FACE,
    NINE_PERSON: NINE_PERSON_PARTS,
}

# CelebAMask-HQ's nineteen indices -> the thirteen classes; people_parts' six and EasyPortrait's
# nine -> labels; the thirteen -> the nine.
CELEBA = np.array([0, 2, 2, 11, 5, 6, 3, 4, 12, 12, 8, 7, 7, 9, 10, 1, 1, 12, 1], np.uint8)
PEOPLE_PARTS = np.array([0, Part.PERSON, BARE, Part.HAIR, Part.HEADWEAR, Part.GLASSES], np.uint8)
EASYPORTRAIT = np.array([0, NINE_PERSON, 2, 3, 4, 5, 6, 7, 8], np.uint8)
NINE = np.array([0, 1, 2, 3, 4, 5, 6, 7, 8, 1, 1, 1, 1], np.uint8)

FLIPPED = np.arange(256, dtype=np.uint8)
FLIPPED[:CLASSES] = MIRRORED


def allowed() -> torch.Tensor:
    """Return (256, 13) bool: the classes that each label may stand for."""
    table = torch.ones(256, CLASSES, dtype=torch.bool)
    table[:CLASSES] = torch.eye(CLASSES, dtype=torch.bool)
    for label, classes in MEANINGS.items():
        table[label] = False
        table[label, list(classes)] = True
    table[PERSON, Part.BACKGROUND] = False
    return table
