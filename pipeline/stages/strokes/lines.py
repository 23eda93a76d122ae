"""Draw what is long and thin, each in a stroke or a few: a cane, a mast, a strap, a twig."""

from itertools import pairwise
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.ops.color import to_rgb
from pipeline.ops.filters import blurred
from pipeline.ops.ridges import Ridges, lines_of, ridges_of
from pipeline.ops.smooth import smoothstep
from pipeline.ops.tensor import single
from pipeline.stages.strokes.brushes import DABS, TIPS
from pipeline.stages.strokes.motif import Motif
from pipeline.stages.strokes.trace import POINTS
from pipeline.types.strokes import Strokes

Float = NDArray[np.float32]

WIDTHS = (0.001, 0.0016, 0.0025)  # of the long side: deviations of lines
LEAST_SIGMA = 0.8  # px: what is thinner is a pixel's step
BEGINS, ENDS = 8.0, 3.0  # L: how clear a line is where it is found, and to where it is followed
LONG, SLENDER = 0.042, 12.0  # of the long side, and of its width: as long as a line is at least
AROUND, LINES, SEEN = 0.012, 2.2, 4.5  # of the long side: how near so many lines, L, are a texture
# How likely it is that somebody's skin, hair or face is there: wrinkles and locks are no lines.
OTHERS = 0.3
OUTLINE = 0.005  # of the long side: how near people's outline a photo's fringes lie
PIECE = 22.0  # widths: strokes are no longer
WAVERS = 0.22  # of a stroke's width, as a deviation of its logarithm
CRISP = 1.15  # how much more of a line's contrast is painted
LOST = 5.0  # L: a line is lost where it is less clear, and found again
FAINT, OPAQUE = (4.0, 14.0), (0.55, 0.95)  # L: paint covers more where a line is clearer
THICK = 1.2
SMOOTH = 2.5  # px: deviation by which a line's places are smoothed
VARIES = (4.0, 3.5, 4.0)  # CIELAB: how far colors differ from stroke to stroke


class Lines(NamedTuple):
    """The places along each line, (N, 2) x and y px, one px apart, and what they were found by."""

    places: list[Float]
    ridges: Ridges


def lines_in(motif: Motif, edge: Float) -> Lines:
    """Find the lines of a motif that stand by themselves.

    `edge`: how far people's outline is, (H, W) px.
    """
    light = np.ascontiguousarray(motif.target[..., 0])
    long_px = max(light.shape)
    ridges = ridges_of(light, tuple(max(w * long_px, LEAST_SIGMA) for w in WIDTHS))
    subject = motif.subject
    others = np.maximum.reduce([subject.skin, subject.hair, subject.features]) > OTHERS
    others |= edge < OUTLINE * long_px
    ridges = ridges._replace(clear=np.where(others, 0, ridges.clear).astype(np.float32))
    lines = lines_of(ridges, ENDS, BEGINS, LONG * long_px)
    seen = ridges.crest & (np.abs(ridges.clear) > SEEN)
    side = 2 * max(2, round(AROUND * long_px)) + 1
    many = side * cv2.blur(seen.astype(np.float32), (side, side))  # one line passes `side` pixels
    return Lines([line for line in lines if _alone(line, ridges, many)], ridges)


def _alone(line: Float, ridges: Ridges, many: Float) -> bool:
    slender = len(line) >= SLENDER * _wide(line, ridges)
    return slender and float(many[_pixels(line)].mean()) <= LINES


def line_strokes(
    lines: Lines, motif: Motif, where: NDArray[np.bool_], rng: np.random.Generator
) -> Strokes:
    """Draw those lines of a motif that begin `where`, (H, W)."""
    pieces, ends, clear = _cut(lines, where)
    n, long_px = len(pieces), np.float32(max(motif.size))
    spines = np.array([_spine(piece) for piece in pieces], np.float32).reshape(n, POINTS, 2)
    widths = np.array([_wide(piece, lines.ridges) for piece in pieces], np.float32)
    covers = smoothstep(clear, *FAINT)
    color, streak = _paint(pieces, motif, rng)
    pointed = rng.integers(TIPS - DABS, TIPS, n)
    return Strokes(
        (spines + np.float32(0.5)) / long_px, np.full(n, POINTS, np.int16),
        widths * np.exp(rng.normal(0, WAVERS, n)).astype(np.float32) / long_px, color, streak,
        single(OPAQUE[0] + (OPAQUE[1] - OPAQUE[0]) * covers), np.full(n, THICK, np.float32),
        np.where(ends, pointed, rng.integers(0, TIPS - DABS, n)).astype(np.uint8),
        np.zeros(n, np.uint8), np.zeros(3, np.float32), (1.0, 1.0),
    )  # fmt: skip


def _cut(lines: Lines, where: NDArray[np.bool_]) -> tuple[list[Float], NDArray[np.bool_], Float]:
    """Cut lines that begin `where`, (H, W), into strokes, but for where they are lost.

    Return the strokes' places, which are a line's ends, and how clear they are, L, (N,) each.
    """
    pieces: list[Float] = []
    ends: list[bool] = []
    for line in lines.places:
        if not where[_pixels(line[:1])].all():
            continue
        cut = _pieces(line, _wide(line, lines.ridges))
        cut[0] = cut[0][::-1]  # it is drawn off to the line's end, too
        pieces += cut
        ends += [k in (0, len(cut) - 1) for k in range(len(cut))]
    clear = [float(np.abs(lines.ridges.clear[_pixels(piece)]).mean()) for piece in pieces]
    kept = [k for k, each in enumerate(clear) if each > LOST]
    return (
        [pieces[k] for k in kept],
        np.array([ends[k] for k in kept], np.bool_),
        np.array([clear[k] for k in kept], np.float32),
    )


def _pixels(line: Float) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return the rows and columns of places."""
    j, i = np.round(line).astype(int).T
    return i, j


def _wide(line: Float, ridges: Ridges) -> float:
    return float(np.median(ridges.width[_pixels(line)]))


def _pieces(line: Float, width: float) -> list[Float]:
    """Cut a line into strokes that are about as long, each a width into the next."""
    count = max(1, round(len(line) / (PIECE * width)))
    cuts = np.linspace(0, len(line), count + 1).astype(int)
    over = round(width)
    return [line[max(0, a - over) : b + over] for a, b in pairwise(cuts)]


def _spine(piece: Float) -> Float:
    """Return `POINTS` places along a piece, smoothed: pixels' steps are none of a hand's."""
    smooth = cv2.GaussianBlur(piece, (1, 0), sigmaX=1, sigmaY=SMOOTH, borderType=cv2.BORDER_REFLECT)
    at = np.linspace(0, len(piece) - 1, POINTS)
    return np.stack([np.interp(at, np.arange(len(piece)), smooth[:, k]) for k in (0, 1)], 1)


def _paint(pieces: list[Float], motif: Motif, rng: np.random.Generator) -> tuple[Float, Float]:
    """Return the paint of each piece and what streaks it, (N, 3) sRGB."""
    if not pieces:
        return np.zeros((0, 3), np.float32), np.zeros((0, 3), np.float32)
    around = blurred(motif.target, AROUND * max(motif.size))
    wanted = np.zeros((len(pieces), 3), np.float32)
    for k, piece in enumerate(pieces):
        at = _pixels(piece)
        own, beside = motif.target[at].mean(0), around[at].mean(0)
        wanted[k] = own + (CRISP - 1) * (own - beside)
    both = (wanted + rng.normal(0, 1, wanted.shape) * VARIES for _ in range(2))
    return tuple(to_rgb(lab[None].astype(np.float32))[0].clip(0, 1) for lab in both)
