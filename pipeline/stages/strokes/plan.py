"""Plan the strokes of a painting: broad to fine, where it differs from what is wanted."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import replace
from threading import Lock

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.ops.color import to_lab, to_rgb
from pipeline.ops.filters import blurred
from pipeline.ops.resample import resized, size_of_long
from pipeline.ops.tensor import single
from pipeline.stages.strokes.field import directions
from pipeline.stages.strokes.layers import LAYERS, Layer
from pipeline.stages.strokes.laying import lay, room_for
from pipeline.stages.strokes.lines import line_strokes, lines_in
from pipeline.stages.strokes.motif import USUAL, Brush, Guide, Motif
from pipeline.stages.strokes.one_size import of_one_size
from pipeline.stages.strokes.outline import contrast, regions
from pipeline.stages.strokes.sharpness import form_of_skin, overdone, things_behind
from pipeline.stages.strokes.small_things import standing_alone
from pipeline.stages.strokes.softened import apart, softened
from pipeline.stages.strokes.widths import layer_widths, usual_face
from pipeline.types.strokes import Strokes, joined

Float = NDArray[np.float32]

BIN = float(np.log(1.35))  # strokes of widths within this ratio are sown together
MIDDLE = 128  # the number of the bin of widths of 1 px; 0 is nowhere
NEAR_FEATURES = 0.06  # of a face's height: how far around them eyes and mouth are painted quietly
# CIELAB: how much more than it is the error is where no paint lies yet, so that what the broadest
# strokes happened to leave is filled; gaps that are narrower than a stroke stay.
BARE = 70.0
UNDER_PX = 560  # long side at which the painting is looked at while it is planned
COARSER = 2  # times: widths are found at a fraction of the size
GROUND = (82.0, 2.0, 9.0)  # CIELAB
# L: of a dark picture's ground, which would glare where it is seen.
LIGHTER_GROUND, DARKEST_GROUND = 14.0, 38.0
LOOSELY = 0.55  # how much of the face's detail is lost where it is painted like the rest
DISORDER = 20.0  # L: of the order in which strokes are laid, as a deviation


def plan(
    motif: Motif, rng: np.random.Generator, brush: Brush = USUAL,
    tell: Callable[[float, Float], object] = lambda *_: None, layers: int = len(LAYERS),
    only: NDArray[np.bool_] | None = None,
) -> Strokes:  # fmt: skip
    """Plan the strokes that paint a motif, in painting order; `layers`: only the first so many.

    `only`: where strokes begin, (H, W), somewhere; None: everywhere.

    `tell` is told the share of the layers that are planned, and shown those that are laid, a small
    picture, (H, W, 3) sRGB.

    Source: Hertzmann 1998, "Painterly Rendering with Curved Brush Strokes of Multiple Sizes".
    """
    return plan_by_kind(motif, rng, brush, tell, layers, only)[0]


def plan_by_kind(
    motif: Motif, rng: np.random.Generator, brush: Brush = USUAL,
    tell: Callable[[float, Float], object] = lambda *_: None, layers: int = len(LAYERS),
    only: NDArray[np.bool_] | None = None,
) -> tuple[Strokes, NDArray[np.bool_]]:  # fmt: skip
    """Plan strokes as `plan` does, and tell which of them paint people, (N,)."""
    motif, first, later, wides = _guided(motif, rng, brush)
    tone = np.clip(motif.target[..., 0].mean() + LIGHTER_GROUND, DARKEST_GROUND, GROUND[0])
    ground = to_rgb(np.array([[[tone, *GROUND[1:]]]], np.float32))[0, 0]
    # What is behind is painted first and goes on beneath people, who are set before it: their
    # outlines are whole strokes, and nothing behind is cut into crumbs along them. Neither hides
    # what the other is planned by, so that both are planned at once.
    own = first.region > 0
    asked = np.ones_like(own) if only is None else only
    kinds = [people for people in (False, True) if (asked & (own == people)).any()]
    small = resized(motif.target, size_of_long(motif.size, UNDER_PX))
    so_far = _SoFar(own, kinds, small.shape[:2], ground, tell, layers)

    def of_kind(people: bool, rng: np.random.Generator) -> list[Strokes]:
        where = asked & (own == people)
        canvas = so_far.canvases[people]
        mine = resized(where.astype(np.float32), small.shape[:2]) > 0.5
        room = room_for(canvas, max(canvas.shape[:2]))
        planned: list[Strokes] = []
        for number, layer in enumerate(LAYERS[:layers]):
            guide = later if number else first
            under = to_lab(np.ascontiguousarray(canvas[..., :3]))
            miss = _miss(small, under, (canvas[..., 3] == 0) & mine)
            strokes = _layer(
                motif, guide, layer, where, people, wides[number], under, miss, rng, brush
            )
            strokes.layer[:] = number
            planned.append(strokes)
            if number < len(LAYERS) - 2:  # accents are not set for the finest strokes' errors
                lay(canvas, strokes, room, max(canvas.shape[:2]))
            so_far.tell()
        if found is not None:
            drawn = line_strokes(found.result(), motif, where, rng)
            drawn.layer[:] = len(LAYERS) - 1
            planned.append(drawn)
        return planned

    # Who is told may know by the context whose painting it is.
    with ThreadPoolExecutor(len(kinds) + 1) as pool:
        found = pool.submit(lines_in, motif, first.edge) if layers == len(LAYERS) else None
        jobs = [
            pool.submit(copy_context().run, of_kind, people, own_rng)
            for people, own_rng in zip(kinds, rng.spawn(len(kinds)), strict=True)
        ]
        parts = [job.result() for job in jobs]
    strokes = joined([layer for part in parts for layer in part])
    counts = [sum(map(len, part)) for part in parts]
    size = (motif.size[0] / max(motif.size), motif.size[1] / max(motif.size))
    return replace(strokes, ground=single(ground), size=size), np.repeat(kinds, counts)


def _guided(
    motif: Motif, rng: np.random.Generator, brush: Brush
) -> tuple[Motif, Guide, Guide, list[Float]]:
    """Look at a motif once for all its strokes.

    Return it without fringes, what guides the broadest strokes and all others, and `_wides`.
    """
    subject = motif.subject
    with ThreadPoolExecutor() as pool:
        numbered = pool.submit(regions, subject)
        led = pool.submit(directions, motif.target, motif.calm, subject, rng, brush.flow)
        clean = apart(motif.target, subject)
        form = form_of_skin(clean, subject)
        clean = overdone(clean, form, subject)
        wides = _wides(motif, form, brush)
        soft = softened(clean, subject.person)
        alone = standing_alone(motif.detail, motif.calm)
        shown = contrast(clean, subject.person)
        near = np.clip(3 * blurred(subject.features, NEAR_FEATURES * usual_face(subject)), 0, 1)
        whole, parted = numbered.result()
        # The broadest strokes go over a hairline, so that no ground is bare along it.
        first, later = (
            Guide(*led.result(), *each, whole.edge, soft, alone, shown, subject.people, near, form)
            for each in (whole, parted)
        )
    return replace(motif, target=clean), first, later, wides


def _miss(wanted: Float, under: Float, bare: NDArray[np.bool_]) -> Float:
    """Return how far a canvas is from what is wanted, (H, W, 3) CIELAB; what is bare is farther."""
    miss = wanted - under
    miss[..., 0] += np.where(miss[..., 0] < 0, -BARE, BARE) * bare
    return miss


def _wides(motif: Motif, form: Float, brush: Brush) -> list[Float]:
    """Return the logarithms of each layer's widths away from outlines, (H, W), px."""
    half = (-(-motif.size[0] // COARSER), -(-motif.size[1] // COARSER))
    loosely = 0.0 if motif.loosely is None else LOOSELY * resized(motif.loosely, half)
    subject, calm = motif.subject.at(half), resized(motif.calm, half)
    things = things_behind(resized(motif.target, half), calm, subject)
    widths = layer_widths(
        subject, resized(np.maximum(motif.detail, form), half), calm,
        brush.size, brush.face_detail * (1 - loosely), gray=motif.gray, things=things,
    )  # fmt: skip
    return [resized(np.log(np.float32(COARSER) * each), motif.size) for each in widths]


class _SoFar:
    """The small canvases that what is behind and people are laid on, and who is shown both."""

    def __init__(
        self, own: NDArray[np.bool_], kinds: list[bool], size: tuple[int, int], ground: Float,
        tell: Callable[[float, Float], object], layers: int,
    ) -> None:  # fmt: skip
        blank = np.dstack([np.broadcast_to(ground, (*size, 3)), np.zeros(size)]).astype(np.float32)
        self.canvases = {people: blank.copy() for people in kinds}
        self._own = (resized(own.astype(np.float32), size) > 0.5).view(np.uint8)
        self._done, self._all = 0, len(kinds) * layers
        self._tell, self._lock = tell, Lock()

    def tell(self) -> None:
        """Say that one more layer is laid, and show them."""
        with self._lock:
            self._done += 1
            shown = [np.ascontiguousarray(each[..., :3]) for each in self.canvases.values()]
            shown = cv2.copyTo(shown[-1], self._own, shown[0])
            self._tell(self._done / self._all, shown)


def _layer(
    motif: Motif, guide: Guide, layer: Layer, where: NDArray[np.bool_], people: bool, wide: Float,
    under: Float, miss: Float, rng: np.random.Generator, brush: Brush,
) -> Strokes:  # fmt: skip
    """Plan one layer's strokes of people or of what is behind, in the order of their laying.

    `under`: what is painted already, (h, w, 3) CIELAB, smaller than the motif, and `miss`: by how
    much it misses what is wanted.
    """
    fits = wide
    if people:
        fits = np.minimum(wide, np.maximum(guide.room, wide + np.float32(np.log(layer.narrow))))
    bins = (np.round(fits / BIN) + MIDDLE).astype(np.uint8) * where
    counts = cv2.calcHist([bins], [0], None, [256], [0, 256]).ravel()[1:]
    many = [
        of_one_size(
            motif, guide, layer, people, bins == k, np.exp((k - MIDDLE) * BIN), wide, under, miss,
            rng, brush,
        )
        for k in np.flatnonzero(counts)[::-1] + 1
    ]  # fmt: skip
    laid, order = joined([each for each, _ in many]), np.concatenate([each for _, each in many])
    # As painters do: darks first, lights last, but not strictly. By the light that was wanted:
    # by the paint's own, the lightest would lie on top wherever strokes are many.
    order = order + rng.normal(0, DISORDER, len(laid))
    return laid[np.argsort(order, kind="stable")]
