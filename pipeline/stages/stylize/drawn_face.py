"""Draw a face's features in ink, as prints do: lids, nose and mouth, along what the photo shows.

Of this project: lines between the 68 points, moved to what is dark there; where nothing is, they
are faint, or there is none.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.ops.color import to_lab
from pipeline.ops.filters import blurred
from pipeline.ops.flow import sampled
from pipeline.ops.parts import Window
from pipeline.ops.pen import drawn, settled, swelling, through
from pipeline.ops.resample import resized
from pipeline.ops.smooth import smoothstep
from pipeline.types import Image, Mask, Points

Float = NDArray[np.float32]

EYES_PX = 130  # the eyes' distance at which what is dark is looked for
NEAR, GROUND, LEAST = 0.012, 0.045, 0.08  # of the eyes' distance: dark lines, and what is around
SEEN = 0.01  # from how dark on something is seen
SMALL = (28.0, 65.0)  # the eyes' distance, px, from which on a face is drawn, and wholly
OPEN = 0.06  # of the eyes' distance: lips that are so far apart are two lines
CLEAR = (0.5, 0.8)  # of a line, how much lies on the face: from when it is drawn, and wholly
ROOM = 0.3  # of the eyes' distance around the points, in which lines lie
HOLES = 0.3  # of the eyes' distance: eyes and lips are holes of a face's skin, and belong to it


@dataclass(frozen=True)
class _Line:
    """A line to draw: points, (n, 2) px; all lengths are in distances of the eyes.

    `swell`: how wide it is along its way. `least`, `most`: how black it is where nothing is dark
    there, and where something is, by `sure` all the way. `reach`, `stiff`: how freely it moves.
    """

    points: Points
    width: float
    swell: Float
    least: float
    most: float
    reach: float = 0.05
    stiff: float = 0.5
    sure: float = 0.08


def drawn_faces(person: Image, skin: Mask, points: tuple[Points, ...], nose: float = 0.0) -> Mask:
    """Return the ink that draws the features of faces in a picture, (H, W, 3): (H, W) in [0, 1].

    `skin`: where faces show, (H, W) in [0, 1]; a line that lies elsewhere, on hair or a hand, is
    left out. `points`: the 68 of each face, (68, 2) px. `nose`: how black a nose is drawn, and how
    broad, in [0, 1]; a person is known by it most of all.
    """
    ink = np.zeros(person.shape[:2], np.float32)
    for at in points:
        apart = float(np.linalg.norm(at[42:48].mean(0) - at[36:42].mean(0)))
        large = smoothstep(np.array(apart, np.float32), *SMALL)
        if large > 0 and (window := _around(at, apart, ink)):
            own = np.asarray(at - (window[1].start, window[0].start), np.float32)
            for stroke in _strokes(person[window], skin[window], own, apart, nose):
                np.maximum(ink[window], large * stroke, out=ink[window])
    return ink


def _strokes(
    person: Image, skin: Mask, points: Points, apart: float, nose: float
) -> Iterator[Mask]:
    size, k = (person.shape[0], person.shape[1]), min(1.0, EYES_PX / apart)
    small = resized(person, (max(1, round(size[0] * k)), max(1, round(size[1] * k))))
    dark = _dark(small, k * apart)
    shows = _whole(resized(skin, (small.shape[0], small.shape[1])), k * apart)
    lines = list(_eyes_and_lips(points, apart))
    if nose:
        lines.append(_nose(points, apart, dark, k, nose))
    for line in lines:
        found, seen = settled(k * through(line.points), dark, line.reach * k * apart, line.stiff)
        shown = float(smoothstep(np.array(seen, np.float32), SEEN, line.sure))
        there = sampled(shows, found[:, None], border=cv2.BORDER_CONSTANT)
        clear = float(smoothstep(np.array(there.mean(), np.float32), *CLEAR))
        value = np.float32(clear * (line.least + (line.most - line.least) * shown))
        yield value * drawn(size, found / np.float32(k), line.width * apart * line.swell)


def _around(points: Points, apart: float, plane: Mask) -> Window | None:
    """Return the window of a plane that has all a face's lines; None where none is left."""
    room, end = ROOM * apart, np.array(plane.shape[1::-1])
    low = np.maximum(np.floor(points.min(0) - room), 0).astype(int)
    high = np.minimum(np.ceil(points.max(0) + room), end).astype(int)
    return None if (low >= high).any() else np.s_[low[1] : high[1], low[0] : high[0]]


def _whole(skin: Mask, apart_px: float) -> Mask:
    """Return a face's skin, (H, W), with the eyes and lips in it, but not what hides it."""
    px = max(3, round(HOLES * apart_px))
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (px, px))
    return np.asarray(cv2.morphologyEx(skin, cv2.MORPH_CLOSE, kernel), np.float32)


def _dark(person: Image, apart_px: float) -> Mask:
    light = np.ascontiguousarray(to_lab(person.clip(0, 1))[..., 0] / 100, np.float32)
    near, ground = (blurred(light, by * apart_px) for by in (NEAR, GROUND))
    return np.asarray(np.maximum(0, (ground - near) / (ground + LEAST)), np.float32)


def _eyes_and_lips(at: Points, apart: float) -> Iterator[_Line]:
    up = _up(at)
    for eye, outer in ((at[36:42], 0.35), (at[42:48], 0.65)):
        first = outer < 0.5  # the picture's left one, whose outer corner is the first point
        upper = list(eye[:4])
        tail = 1.16 * (upper[0] - upper[3]) if first else 1.16 * (upper[3] - upper[0])
        beyond = (upper[3] if first else upper[0]) + tail + 0.02 * apart * up
        lid = [beyond, *upper] if first else [*upper, beyond]
        yield _Line(np.stack(lid), 0.06, swelling(outer, 0.6), 0.4, 0.85)
        below = np.stack([eye[0], eye[5], eye[4], eye[3]])
        yield _Line(below, 0.022, swelling(0.3 if first else 0.7), 0.1, 0.55, reach=0.03)
    yield from _lips(at, apart)


def _lips(at: Points, apart: float) -> Iterator[_Line]:
    sides, upper, lower = (at[48], at[54]), at[61:64], at[67:64:-1]
    if np.linalg.norm(upper[1] - lower[1]) < OPEN * apart:
        middle = np.stack([sides[0], *(upper + lower) / 2, sides[1]])
        corners = np.abs(np.linspace(-1, 1, len(swelling(0.5)), dtype=np.float32))
        swell = (0.45 + 0.55 * corners) * swelling(0.5, 0.35)
        yield _Line(middle, 0.045, np.asarray(swell, np.float32), 0.45, 0.85)
    else:
        for lip, width, least in ((upper, 0.034, 0.4), (lower, 0.022, 0.1)):
            line = np.stack([sides[0], *lip, sides[1]])
            yield _Line(line, width, swelling(0.5, 0.5), least, 0.85, reach=0.04)


def _nose(at: Points, apart: float, dark: Mask, k: float, how_far: float) -> _Line:
    """Return a nose's line: down its darker flank, around the wing and below the tip, in one.

    `how_far`: how black it is, and how broad, in (0, 1].
    """
    black, wide = 0.9 * how_far, 0.017 * (1 + how_far)
    bridge, tip, low, flanks = at[27], at[30], at[31:36], []
    for wing, inner, brow, eye in (
        (low[0], low[1], at[21], at[39]),
        (low[4], low[3], at[22], at[42]),
    ):
        down = np.stack([
            0.5 * (brow + eye) + 0.35 * (bridge - eye), 0.35 * eye + 0.65 * bridge,
            0.66 * at[28] + 0.2 * eye + 0.14 * wing, 0.62 * at[29] + 0.38 * wing,
            0.3 * tip + 0.7 * wing, 0.75 * wing + 0.25 * inner, 0.5 * (inner + low[2]), low[2],
        ])  # fmt: skip
        _, seen = settled(k * through(down), dark, 0.06 * k * apart, 1.0)
        flank = _Line(down, wide, swelling(0.75), 0.0, black, reach=0.06, stiff=1.0, sure=0.16)
        flanks.append((seen, flank))
    return max(flanks, key=lambda found: found[0])[1]


def _up(at: Points) -> Points:
    """Return which way a face's forehead is, (2,), of length 1."""
    up = at[27] - at[33]
    return np.asarray(up / max(float(np.linalg.norm(up)), 1e-6), np.float32)
