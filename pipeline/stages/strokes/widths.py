"""How wide strokes are, layer by layer: fine at eyes and mouth, broad behind up to an outline."""

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.ops.filters import blurred
from pipeline.ops.resample import resized
from pipeline.ops.smooth import smoothstep
from pipeline.stages.strokes.small_things import standing_alone
from pipeline.stages.strokes.subject import NO_FACE, Subject

Float = NDArray[np.float32]

# Layer by layer: of what is behind and of clothes as shares of the short side, of hair, skin and
# features as shares of the face's height.
BACK = (0.100, 0.060, 0.036, 0.020, 0.012, 0.0105)
CLOTHES = (0.065, 0.037, 0.0215, 0.0125, 0.0085, 0.0085)
HAIR = (0.16, 0.085, 0.046, 0.027, 0.017, 0.014)
SKIN = (0.13, 0.080, 0.050, 0.0315, 0.015, 0.014)
FEATURES = (0.05, 0.028, 0.016, 0.0085, 0.0048, 0.0048)
# Layer by layer, how much finer strokes are where there is much detail; and how far that counts
# behind, on clothes, hair, skin and features; and the most that all of it makes them finer.
FINER = (0.0, 0.0, 0.2, 0.35, 0.45, 0.3)
COUNTS = (0.4, 0.6, 1.0, 1.0, 0.0)
FINEST = 0.8
DRAWN = 1.3  # how much more it counts behind in small things before a calm ground
BROADER = 0.4  # how much broader strokes are behind where the picture is out of focus
# Layer by layer, how wide they are, as a share, where lines tell what is behind people.
TELLING = (1.0, 0.7, 0.5, 0.5, 0.5, 0.5)
COARSE_FACE = 3.0  # how much wider a face's strokes can be wanted
LEAST = 0.004  # of the short side: no brush behind or on clothes is chosen smaller
LARGEST_FACE = 0.6  # of the short side
# Where nobody is: of the strokes' width behind people; and how far detail counts behind, there and
# in gray photos, where some people may not be told from the ground.
NOBODY, NOBODYS_COUNTS = 0.68, 1.0
HEAD = 0.6  # of a face's height: how far from hair or a hat its head may reach


def usual_face(subject: Subject) -> float:
    """Return the height of most faces, px; where there are none, as large as one might be."""
    short = min(subject.away.shape)
    near = subject.away < 1.2
    if not near.any():
        return NO_FACE * short
    return float(np.median(np.minimum(subject.face[near], LARGEST_FACE * short)))


def layer_widths(
    subject: Subject, detail: Float, calm: Float, size: float = 1.0,
    face_detail: float | Float = 1.0,
    *, gray: bool = False, things: float | Float = 0.0,
) -> list[Float]:  # fmt: skip
    """Return each layer's widths of strokes, (H, W) px; `size`: a factor, behind and of clothes.

    `detail`, `calm`: how much fine structure there is, and how far the picture is out of focus, (H,
    W) in [0, 1]. `face_detail`, of all or (H, W): at 0 faces are
    painted as broadly as the rest, at 1 as finely as a face needs. `gray`: whether the photo has no
    color. `things`: as `things_behind` says.
    """
    short = min(subject.away.shape)
    face = np.minimum(subject.face, LARGEST_FACE * short)
    near = subject.away < 1.2
    typical = usual_face(subject)
    # Where faces are small or large, so are the people and what is around them.
    behind, worn = (
        float(np.clip(typical / short / at, low, high))
        for at, low, high in ((0.15, 0.65, 1.15), (0.2, 0.5, 1.3))
    )
    alone = not near.any()
    if alone:  # a landscape is about what is elsewhere behind
        behind = NOBODY
    smallest = (LEAST * short, LEAST * short, 0.0, 0.0, 0.0)
    tables = (BACK, CLOTHES, HAIR, SKIN, FEATURES)
    coarse = (1 - face_detail) * np.float32(np.log(COARSE_FACE))
    shares = _shares(subject, typical)
    counted = (NOBODYS_COUNTS, *COUNTS[1:]) if alone or gray else COUNTS
    fine = detail * sum(share * counts for share, counts in zip(shares, counted, strict=True))
    small = standing_alone(detail, calm)
    fine = fine + DRAWN * shares[0] * small
    told = things * (1 - small)  # what is small is drawn finely enough

    def scales(layer: int) -> tuple[float | Float, ...]:
        telling = np.float32(TELLING[layer]) ** told
        return short * size * behind * telling, short * size * worn, face, face, face

    return [
        np.exp(
            sum(
                share * np.log(np.maximum(np.float32(table[layer]) * scale, least))
                for share, table, scale, least in zip(
                    shares, tables, scales(layer), smallest, strict=True
                )
            )
            + coarse * (shares[3] + shares[4])
            + np.log1p(-np.minimum(FINER[layer] * fine, FINEST))
            + shares[0] * np.log1p(BROADER * calm)
        ).astype(np.float32)
        for layer in range(len(BACK))
    ]


def _shares(subject: Subject, face: float) -> tuple[Float, ...]:
    """Return what each place counts as: behind, clothes, hair, skin, features; they sum to 1."""
    grown = cv2.dilate(subject.features, np.ones((3, 3)), iterations=max(1, round(0.012 * face)))
    features = blurred(np.asarray(grown, np.float32), 0.02 * face)
    behind = (1 - blurred(subject.person, 0.01 * face)) * smoothstep(subject.away, 0.85, 1.15)
    # A head without a found face, seen from behind or in shadow, is as fine as its hair.
    worn = smoothstep(subject.away, 1.35, 3.0) * (1 - 0.7 * _around(subject.hair, HEAD * face))
    worn = worn * (1 - 0.9 * blurred(subject.skin, 0.03 * face))  # hands, too
    beside = smoothstep(subject.away, 0.8, 1.3)
    rest = 1 - behind
    inner = rest * (1 - worn)
    bare = inner * (1 - beside)
    return behind, rest * worn, inner * beside, bare * (1 - features), bare * features


def _around(region: Float, reach: float) -> Float:
    """Grow a region, (H, W), by `reach`, px, with a soft edge."""
    h, w = region.shape
    k = min(1.0, 8 / max(reach, 1.0))
    small = resized(region, (max(1, round(h * k)), max(1, round(w * k))))
    side = 2 * max(1, round(reach * k)) + 1
    grown = cv2.dilate(small, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side)))
    return resized(blurred(np.asarray(grown, np.float32), 0.15 * reach * k), (h, w))
