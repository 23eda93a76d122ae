"""Say what ambiguous labels mean: inside a found face its parts, elsewhere a body.

Labels of skin that is a face's or a body's, and of persons whose parts nobody marked, teach a
network little about where a face ends. A closer look at every found face, enlarged, settles it.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.ops import align
from pipeline.stages.detect.landmarks import measure
from pipeline.stages.parse import FaceParse, Part, likeliest, parse_crop
from pipeline.types import Labels, Network, Pixels
from training.face_finder import Found
from training.labels import BARE, FACE, FACELESS, PERSON, UNKNOWN

SIDE = 320  # px of a closer look
SURE, SURE_PART, SURE_ELSE = 0.75, 0.6, 0.85  # a face at all; one of its parts; hair and glasses
# What may be a face's, in distances between eyes and mouth: half a width, half a height.
REACH = (1.25, 1.45)
LEAST_PX = 24.0  # height below which parts of a face cannot be told apart
LEAST_SCORE = 0.72  # of a closer look that shows a face
LEAST_GLASSES, LEAST_LIPS = 0.02, 0.003  # share of a closer look, of a face with hidden eyes
# A figure whose face is not found: the share of it that is head and neck, where it is so many
# times as high as wide.
HEAD, STANDING = 0.2, 1.8
BODY = (1.6, 1.0, 8.0)  # a bystander: half a width, above, below the face, in its heights
STRANGE = 0.7  # probability of a person beyond an annotated one from which on it may be one
UPRIGHT = 1.5  # how many times as high as wide it then is: cars, bags and sofas are not
APART_PX = 12  # how far from the annotated person: nearer, an earlier network mistakes its shadow

PARTS = slice(Part.SKIN, Part.HAIR)  # a bare face's classes


def resolved(photo: Pixels, labels: Labels, faces: list[Found], close: Network) -> Labels:
    """Return labels in which found faces have parts, and what no face reaches is no face.

    `labels`: classes, BARE, PERSON and UNKNOWN, (H, W). `close`: the network of near faces.
    """
    out, reached = labels.copy(), np.zeros(labels.shape, np.bool_)
    for face in faces:
        window, inside, parts = _seen(photo, face, close)
        if parts is None:
            # Too small, or none: nothing is said about a face there.
            out[window][inside & np.isin(labels[window], (0, BARE, PERSON))] = UNKNOWN
        else:
            out[window] = np.where(inside, _settled(labels[window], parts), out[window])
        reached[window] |= inside
    return _elsewhere(out, reached)


def _seen(
    photo: Pixels, face: Found, close: Network
) -> tuple[tuple[slice, slice], NDArray[np.bool_], NDArray[np.float32] | None]:
    """Return a window around a face, what the face may reach in it, and its parts, (h, w, C).

    None for a face that is too small, or that the network does not see.
    """
    view = parse_crop(photo.astype(np.float32) / 255, face.points, close, side=SIDE)
    window = align.window(view.matrix, SIDE, labels_size(photo))
    oval = _oval()
    inside = align.paste_into(window, oval.astype(np.float32), view.matrix) > 0.5
    if face.height < LEAST_PX or not _is_face(view):
        return window, inside, None
    return window, inside, align.paste_into(window, view.parts, view.matrix)


def _is_face(view: FaceParse) -> bool:
    """Say whether a closer look shows eyes, or dark glasses, and a mouth; hands and bags do not."""
    measured = measure(view)
    if measured is not None and measured.score >= LEAST_SCORE:
        return True
    labels = likeliest(view.parts)
    share = [float((labels == part).mean()) for part in (Part.GLASSES, Part.LIPS)]
    return share[0] > LEAST_GLASSES and share[1] > LEAST_LIPS


def labels_size(photo: Pixels) -> tuple[int, int]:
    """Return a photo's (height, width)."""
    return photo.shape[0], photo.shape[1]


def _oval() -> NDArray[np.bool_]:
    """Return what a face may reach in its closer look, (SIDE, SIDE)."""
    points = align.template(SIDE)
    eyes, mouth = points[:2].mean(0), points[2:].mean(0)
    x, y = (eyes + mouth) / 2
    drop = float(np.hypot(*(mouth - eyes)))
    rows, columns = np.mgrid[:SIDE, :SIDE]
    across, down = (columns - x) / (REACH[0] * drop), (rows - y) / (REACH[1] * drop)
    return across**2 + down**2 <= 1


def _settled(labels: Labels, parts: NDArray[np.float32]) -> Labels:
    """Return labels within a face's reach; what the look is unsure of stays as it was."""
    best, highest = likeliest(parts), parts.max(2)
    bare = parts[..., PARTS].sum(2)
    is_face = bare >= SURE
    part = np.where((highest >= SURE_PART) & (best < Part.HAIR), best, FACE)
    other = 1 - bare - parts[..., Part.BACKGROUND]
    covered = other - parts[..., Part.PERSON] >= 0.5  # by hair, a hat or glasses
    elsewhere = parts[..., Part.PERSON] + parts[..., Part.HAIR] >= SURE
    sure = highest >= SURE_ELSE
    worn = sure & np.isin(best, (Part.HAIR, Part.GLASSES))
    is_body = parts[..., Part.PERSON] >= SURE

    out = labels.copy()
    skin, person = labels == BARE, labels == PERSON
    out[skin & covered] = UNKNOWN  # strands, glass that was not marked
    out[skin & is_body] = Part.BODY_SKIN
    out[person & worn] = best[person & worn]
    out[person & elsewhere & ~worn] = FACELESS
    fits = is_face & (skin | person | (labels == UNKNOWN))
    out[fits] = part[fits]
    # Outlines made of superpixels are coarse: the look knows better where they cross a face.
    out[np.isin(labels, (Part.HAIR, Part.GLASSES)) & is_face] = UNKNOWN
    out[(labels == Part.BACKGROUND) & (1 - parts[..., Part.BACKGROUND] >= SURE)] = UNKNOWN
    return out


def _elsewhere(labels: Labels, reached: NDArray[np.bool_]) -> Labels:
    """Return labels in which skin and persons beyond all faces' reach have no face."""
    out = labels.copy()
    figure = ((labels != Part.BACKGROUND) & (labels != UNKNOWN)).astype(np.uint8)
    count, marks, stats, _ = cv2.connectedComponentsWithStats(figure)
    for mark in range(1, count):
        piece = (marks == mark) & ~reached
        if not (marks[reached] == mark).any():
            # Nobody found its face: it may have one, but not far below a standing figure's top.
            top, height = stats[mark, cv2.CC_STAT_TOP], stats[mark, cv2.CC_STAT_HEIGHT]
            stands = height > STANDING * stats[mark, cv2.CC_STAT_WIDTH]
            piece[: round(top + HEAD * height) if stands else None] = False
        out[piece & (labels == BARE)] = Part.BODY_SKIN
        out[piece & (labels == PERSON)] = FACELESS
    return out


def with_bystanders(labels: Labels, faces: list[Found], person: NDArray[np.float32]) -> Labels:
    """Return labels with UNKNOWN, not background, where somebody else may stand.

    `person`: what an earlier network takes for a person, (H, W) in [0, 1]. `faces`: the photo's.
    """
    out = labels.copy()
    near = cv2.dilate((labels != Part.BACKGROUND).astype(np.uint8), _disc(APART_PX)) > 0
    free = (labels == Part.BACKGROUND) & ~near
    out[_upright(free & (person > STRANGE))] = UNKNOWN
    h, w = labels.shape
    for face in faces:
        x, y = face.middle
        if labels[int(np.clip(y, 0, h - 1)), int(np.clip(x, 0, w - 1))] != Part.BACKGROUND:
            continue
        room, above, below = (share * face.height for share in BODY)
        box = np.s_[
            max(0, int(y - above)) : max(0, int(y + below)),
            max(0, int(x - room)) : max(0, int(x + room)),
        ]
        out[box][free[box]] = UNKNOWN
    return out


def _upright(region: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return the pieces of a region that are as high as somebody who stands."""
    _, marks, stats, _ = cv2.connectedComponentsWithStats(region.astype(np.uint8))
    stands = stats[:, cv2.CC_STAT_HEIGHT] > UPRIGHT * stats[:, cv2.CC_STAT_WIDTH]
    stands[0] = False
    return stands[marks]


def with_edges_unknown(labels: Labels, mask: Labels) -> Labels:
    """Return labels with UNKNOWN within a pixel of every border in a mask of superpixels.

    Borders that only the labels have, around eyes and lips, stay: they are not coarse.
    """
    edge = cv2.dilate(mask, np.ones((3, 3))) != cv2.erode(mask, np.ones((3, 3)))
    return np.where(edge, UNKNOWN, labels).astype(np.uint8)


def _disc(px: int) -> NDArray[np.uint8]:
    return cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * px + 1, 2 * px + 1))
