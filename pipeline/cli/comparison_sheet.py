"""Draw a comparison as one picture."""

import cv2
import numpy as np
from PIL import Image as Pil
from PIL import ImageDraw, ImageFont

from pipeline.compare import REFERENCE, Comparison
from pipeline.ops.tensor import to_uint8
from pipeline.settings import Segmenter, options
from pipeline.steps.versions import Version
from pipeline.types import Image, Pixels

AREA = 480 * 640  # px; the area of each picture on the sheet
GAP, TEXT_PX, LINES = 12, 17, 4
PAPER, INK, PALE = (250, 248, 244), (30, 30, 34), (105, 105, 112)
NARROWEST = 250  # px; the least width of a column, for its lines of text


def sheet(comparison: Comparison) -> Pixels:
    """Draw a comparison's columns side by side, with lines of text under each, (H, W, 3)."""
    columns = columns_of(comparison)
    pictures = [_shown(picture) for picture, _ in columns]
    width = max(NARROWEST, pictures[0].shape[1])
    height = pictures[0].shape[0]
    paper = Pil.new(
        "RGB",
        (GAP + len(columns) * (width + GAP), height + 2 * GAP + round(1.35 * TEXT_PX * LINES)),
        PAPER,
    )
    draw = ImageDraw.Draw(paper)
    for i, (picture, (_, lines)) in enumerate(zip(pictures, columns, strict=True)):
        left = GAP + i * (width + GAP)
        paper.paste(Pil.fromarray(picture), (left + (width - picture.shape[1]) // 2, GAP))
        for k, line in enumerate(lines):
            draw.text(
                (left, GAP * 1.5 + height + round(1.35 * TEXT_PX) * k),
                line,
                PALE if k else INK,
                ImageFont.load_default(TEXT_PX),
            )
    return np.asarray(paper)


def columns_of(comparison: Comparison) -> list[tuple[Image, tuple[str, ...]]]:
    """List the pictures of a comparison with the lines of text under them.

    They are the original, the photo painted and restored directly, and one for each segmenter.
    """
    direct = "Painted and restored directly" if comparison.restored else "Painted, not restored"
    columns: list[tuple[Image, tuple[str, ...]]] = [
        (comparison.original, ("Original",)),
        (comparison.direct, (direct, "nothing kept")),
    ]
    return columns + [(version.picture, facts(version)) for version in comparison.versions]


def facts(version: Version) -> tuple[str, ...]:
    """Describe a version in lines: name, parameters, seconds, agreement."""
    if version.segmenter == REFERENCE:
        agreement = "what the others are compared with"
    else:
        agreement = "no face" if version.iou is None else f"IoU with the U-Net {version.iou:.3f}"
    return (
        title_of(version.segmenter),
        f"{version.parameters / 1e6:.2f} M parameters",
        f"{version.seconds:.2f} s",
        agreement,
    )


def title_of(segmenter: Segmenter) -> str:
    """Look up a segmenter's name for the person."""
    option = next(option for option in options() if option.flag == "segmenter")
    return option.named[segmenter]


def _shown(picture: Image) -> Pixels:
    h, w = picture.shape[:2]
    k = (AREA / (h * w)) ** 0.5
    how = cv2.INTER_AREA if k < 1 else cv2.INTER_CUBIC
    return cv2.resize(
        to_uint8(picture), (max(1, round(w * k)), max(1, round(h * k))), interpolation=how
    )
