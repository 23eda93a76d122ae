"""Parse the whole photo at the size that fits its faces."""

import numpy as np

from pipeline.ops.resample import resized
from pipeline.stages.parse import (
    Parser,
    Part,
    Probabilities,
    mean_of,
    parse_photo,
    with_background,
)
from pipeline.types import Face, Image

LONG_PX = 384  # long side of the first parse of the whole photo: it outlines people better than 512
FITTING_PX = 165  # height of the aligned faces that the parser was trained on, at its training size
FITTING_LONG_PX = (256, 768)
NEARLY = 0.35  # how far, relatively, the first parse's size may be from the fitting one
# Long side above which faces are so small that whole figures are in the photo, or many people.
# These are outlined best at the first parse's size.
FIGURES_FROM_PX = 512
FIGURES_WEIGHT = np.float32(0.3)  # of that size's classes beside those of the fitting one
# Height of the largest face in a look from afar, where people are as large as in the street: near
# by, an arm or a shoulder fills all that the network goes by, and could be a sleeve.
AFAR_PX = 55
AFAR_LONG_PX = (96, 336)  # a larger one would show no more than the first parse


def parse_at_fitting_size(
    photo: Image, parser: Parser, faces: tuple[Face, ...], *, first: Probabilities | None = None
) -> Probabilities:
    """Parse the whole photo at the size that fits the largest face.

    The `first` parse is taken where it has nearly that size. Means with a parse of the mirrored
    photo err less, for networks err at different places. Where faces are large, the close network's
    says where the background is. Where they are small, `first` and its mirror image do, at a size
    that fits whole figures, and have a say in the other classes. What is bare a look from afar
    says, too, unless people are as far in the photo itself.
    """
    parts = _at_fitting_size(photo, parser, faces, first)
    if not faces or parts.shape[2] <= Part.BODY_SKIN:
        return parts
    afar_px = max(photo.shape[:2]) * AFAR_PX / faces[0].height
    if afar_px > AFAR_LONG_PX[1]:
        return parts
    long_px = round(max(afar_px, AFAR_LONG_PX[0]))
    return with_skin_of(parts, parse_photo(photo, parser.whole, long_px=long_px, mirrored="no"))


def _at_fitting_size(
    photo: Image, parser: Parser, faces: tuple[Face, ...], first: Probabilities | None
) -> Probabilities:
    """Parse the whole photo as `parse_at_fitting_size`, without the look from afar."""
    long_px = _fitting_px(photo, faces)
    if first is None or abs(long_px / LONG_PX - 1) >= NEARLY:
        parts = parse_photo(photo, parser.whole, long_px=long_px)
    else:
        long_px, parts = LONG_PX, first
    if long_px <= FIGURES_FROM_PX:
        other = parse_photo(photo, parser.close, long_px=long_px, mirrored="only")
        return with_background(parts, mean_of(parts[..., 0], other[..., 0]))
    if first is None:
        first = parse_photo(photo, parser.whole, long_px=LONG_PX)
    mirrored = parse_photo(photo, parser.whole, long_px=LONG_PX, mirrored="only")
    figures, size = mean_of(first, mirrored), parts.shape[:2]
    enlarged = resized(figures, size)
    mixed = np.asarray(parts + FIGURES_WEIGHT * (enlarged - parts), np.float32)
    return with_background(mixed, enlarged[..., 0])


def with_skin_of(parts: Probabilities, afar: Probabilities) -> Probabilities:
    """Let a body be bare where a parse from `afar`, a smaller one, says so; parts (H, W, 13).

    How much of what is clothes or bare is bare, the surer of both says. Nothing else changes.
    """
    size = (parts.shape[0], parts.shape[1])
    skin, worn = (
        resized(np.ascontiguousarray(afar[..., part]), size).clip(0)
        for part in (Part.BODY_SKIN, Part.PERSON)
    )
    body = parts[..., Part.BODY_SKIN] + parts[..., Part.PERSON]
    # Where a look from afar sees neither, it does not say.
    more = skin * body - parts[..., Part.BODY_SKIN] * (skin + worn)
    # Enlarged, it may say more than all.
    more = np.clip(more, 0, parts[..., Part.PERSON].clip(0))
    out = parts.copy(order="K")
    out[..., Part.BODY_SKIN] += more
    out[..., Part.PERSON] -= more
    return out


def _fitting_px(photo: Image, faces: tuple[Face, ...]) -> int:
    """Return the long side, px, at which the largest face has the height of the training faces."""
    if not faces:
        return LONG_PX
    return int(np.clip(max(photo.shape[:2]) * FITTING_PX / faces[0].height, *FITTING_LONG_PX))
