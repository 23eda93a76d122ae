"""Restore the worn faces of a film; what restoring changes is held still from picture to picture.

Whether a face needs it is decided when it comes into the film, once: a face that is restored in
some pictures only would blink.
"""

import numpy as np

from pipeline.ops import align
from pipeline.ops.parts import Window, around
from pipeline.ops.tensor import to_float, to_uint8
from pipeline.runtime.models import Loaded, Models
from pipeline.settings import Settings, WeightPolicy
from pipeline.stages.restore.restore import SIDE, restore
from pipeline.stages.restore.select_faces import choose
from pipeline.stages.segment.skin import band, zone_around
from pipeline.steps.restore import restorer_at_hand
from pipeline.types import Face, Image, Mask, Pixels, RestorationPlan
from pipeline.video.faces import Kept, shifted
from pipeline.video.held import Held
from pipeline.video.steady import Moved

# A face's zone, in the larger of the distances between its eyes and from them to its mouth: aside
# of its middle, above and below its eyes. It ends well within the crop that a restorer is given.
ZONE = (1.5, 1.1, 2.0)
EDGE_PX = 8  # around what a restorer is given, which is read between pixels


class FilmRestorer:
    """Restore the kept faces in one picture after the other, as far as the settings ask for it."""

    def __init__(self, settings: Settings, models: Models) -> None:
        how = settings.restore
        self._how, self._models = how, models
        self._policy: WeightPolicy = settings.weights
        self._on = how.on and how.fidelity < 1
        self._network: Loaded | None = None
        self._plans: tuple[RestorationPlan, ...] = ()
        self._held = Held()

    def __call__(self, pixels: Pixels, kept: Kept, moved: Moved | None) -> Pixels:
        """Return a picture, (H, W, 3), with its faces restored; itself where none needs it.

        `kept` is in its px; `moved` may be of it at another size.

        Raises: WeightError: there is no restorer, and the settings ask for published weights only.
        """
        anew = moved is None or moved.cut
        if self._on and (anew or len(self._plans) != len(kept.faces)):
            self._plans = self._planned(pixels, kept.faces)
        if not self._on or not any(plan.weight for plan in self._plans):
            self._held.forget()
            return pixels
        window = window_of(kept.faces, kept.mask.shape)
        photo, there = to_float(pixels[window]), None if moved is None else moved.to(kept.size)
        faces = tuple(shifted(face, window) for face in kept.faces)
        mask = faces_of(Kept(kept.mask[window], faces))
        change = self._held(self._restored(photo, faces, mask) - photo, window, there)
        out = pixels.copy()
        out[window] = to_uint8(photo + change)
        return out

    def _planned(self, pixels: Pixels, faces: tuple[Face, ...]) -> tuple[RestorationPlan, ...]:
        how, window = self._how, window_of(faces, pixels.shape)
        photo = to_float(pixels[window])
        faces = tuple(shifted(face, window) for face in faces)
        plans = choose(photo, faces, (), which=how.faces, weight=how.weight)
        if self._network is None and any(plan.weight for plan in plans):
            self._network = restorer_at_hand(self._models, self._policy)
            self._on = self._network is not None
        return plans

    def _restored(self, photo: Image, faces: tuple[Face, ...], mask: Mask) -> Image:
        if self._network is None:
            return photo
        fidelity = self._how.fidelity
        made = restore(photo, faces, self._plans, self._network.run, mask, fidelity=fidelity)
        return photo if made.picture is None else made.picture


def window_of(faces: tuple[Face, ...], size: tuple[int, ...]) -> Window:
    """Bound what restorers are given of faces in a picture of a (height, width)."""
    if not faces:
        return slice(0, 0), slice(0, 0)
    crops = (align.similarity(face.points, align.template(SIDE)) for face in faces)
    bounds = around(align.window(crop, SIDE, (size[0], size[1])) for crop in crops)
    rows, columns = (
        slice(max(0, span.start - EDGE_PX), min(n, span.stop + EDGE_PX))
        for span, n in zip(bounds, size, strict=False)
    )
    return rows, columns


def faces_of(kept: Kept) -> Mask:
    """Mark the faces in what is kept, (H, W) in [0, 1], falling softly to 0 around them."""
    mask = np.zeros_like(kept.mask)
    for face in kept.faces:
        window, near = zone_around(face, mask.shape, band(*ZONE))
        mask[window] = np.maximum(mask[window], near)
    return np.asarray(mask * kept.mask, np.float32)
