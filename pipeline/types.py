"""Define the values that pass between stages."""

import hashlib
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from pipeline.settings import Settings

Image = NDArray[np.float32]  # (H, W, 3) sRGB in [0, 1]
Mask = NDArray[np.float32]  # (H, W) in [0, 1], soft; 1 inside the region
Points = NDArray[np.float32]  # (N, 2) x, y in px; the origin is the center of the top-left pixel
Pixels = NDArray[np.uint8]  # (H, W, 3) sRGB, as files hold it
Labels = NDArray[np.uint8]  # (H, W) EasyPortrait classes 0-8
Marks = NDArray[np.uint8]  # (H, W) scribbles of a person: 0 none, else `ADDED` or `TAKEN`
ADDED, TAKEN = 1, 2

Logits = NDArray[np.float32]  # above 0 inside a mask, below outside
StageName = Literal["paint", "parse", "restore", "segment", "blend"]
Network = Callable[[NDArray[np.float32]], NDArray[np.float32]]  # (N, C, H, W) -> (N, C', H', W')
# A whole picture as a batch, at any size -> the network for tiles of it.
Freeze = Callable[[NDArray[np.float32]], Network]
# Embedding (1, 256, 64, 64), points (1, N, 2), labels (1, N), mask (1, 1, 256, 256), has_mask (1,)
# -> logits (1, 4, 256, 256), scores (1, 4)
Decoder = Callable[..., tuple[NDArray[np.float32], NDArray[np.float32]]]


class PhotoError(ValueError):
    """A picture that cannot be used; the message says what was wanted, found, and what to do."""


class PromptError(ValueError):
    """A prompt that lies outside the picture or is malformed; the message states the limits."""


class StopEarly(Exception):  # noqa: N818 - not an error: the person likes what is there
    """Raised by a progress callback to end a search early, with the picture it has reached."""


class Cancelled(Exception):  # noqa: N818 - not an error: the person asked for it
    """Raised by a progress callback to stop a run between stages."""


@dataclass(frozen=True)
class Photo:
    """An upright sRGB photo at its full size.

    `alpha`: (H, W) uint8, or None where the photo is opaque. `notes`: what reading the file
    changed, one sentence each ("Only the first of 12 frames is used.").
    """

    pixels: Pixels
    alpha: NDArray[np.uint8] | None = None
    name: str = "photo"
    notes: tuple[str, ...] = ()

    @property
    def size(self) -> tuple[int, int]:
        """(height, width), px."""
        return self.pixels.shape[0], self.pixels.shape[1]

    @cached_property
    def key(self) -> str:
        """Hash of size and pixels."""
        content = hashlib.blake2b(repr(self.size).encode(), digest_size=16)
        content.update(np.ascontiguousarray(self.pixels).data)
        return content.hexdigest()


@dataclass(frozen=True)
class Face:
    """One face, in photo px.

    `box`: (x0, y0, x1, y1). `eyes`, `mouth`: centers of the eyes and corners of the mouth, (2, 2)
    points each, the one at the picture's left first. `score`: confidence in [0, 1].
    """

    box: tuple[float, float, float, float]
    eyes: Points
    mouth: Points
    score: float

    @property
    def height(self) -> float:
        """Height of the box, px."""
        return self.box[3] - self.box[1]


Click = tuple[float, float, bool]  # x, y in px; True adds what lies there, False takes it away
# x, y in px, and the restoration weight of the face there; None for the settings' weight.
FaceOverride = tuple[float, float, float | None]


@dataclass(frozen=True)
class Drawing:
    """A person's scribbles over the photo, compressed so that a drawing is hashable.

    `size`: (height, width) of the marks. `packed`: `Marks` of that size, deflated.
    """

    size: tuple[int, int]
    packed: bytes

    @property
    def marks(self) -> Marks:
        """The scribbles, (H, W) of `size`, read-only."""
        return np.frombuffer(zlib.decompress(self.packed), np.uint8).reshape(self.size)


def drawing_of(marks: Marks) -> Drawing | None:
    """Pack marks into a drawing; None where nothing is drawn."""
    return (
        Drawing((marks.shape[0], marks.shape[1]), zlib.compress(marks.tobytes(), 1))
        if marks.any()
        else None
    )


@dataclass(frozen=True, eq=False)
class Style:
    """A style picture; two are equal where their contents are.

    `share`: its weight among several style pictures, above 0.
    `mask`: where its style counts, (H, W) uint8; None where all of it does.
    """

    pixels: Pixels
    share: float = 1.0
    mask: NDArray[np.uint8] | None = None

    @cached_property
    def key(self) -> str:
        """Hash of weight, pixels and mask."""
        parts = [self.pixels] if self.mask is None else [self.pixels, self.mask]
        whole = hashlib.blake2b(repr((self.share, self.pixels.shape)).encode(), digest_size=16)
        for part in parts:
            whole.update(np.ascontiguousarray(part).data)
        return whole.hexdigest()

    def __eq__(self, other: object) -> bool:
        """Compare contents by their hashes."""
        return isinstance(other, Style) and self.key == other.key

    def __hash__(self) -> int:
        """Hash the content, so that equal styles have equal hashes."""
        return hash(self.key)


@dataclass(frozen=True)
class Prompt:
    """A person's corrections for one photo, and the style pictures they chose.

    `points`: clicks that add to the person's region or remove from it. `box`: (x0, y0, x1, y1)
    around that region. `faces`: restoration weights of single faces. All three are in photo px.
    `drawn`: scribbles at any size; they override points and box.
    `styles`: the pictures that style transfer imitates.
    """

    points: tuple[Click, ...] = ()
    box: tuple[float, float, float, float] | None = None
    drawn: Drawing | None = None
    faces: tuple[FaceOverride, ...] = ()
    styles: tuple[Style, ...] = ()

    def __bool__(self) -> bool:
        """Tell whether the prompt corrects the region or the restoration of a face."""
        return self.correcting or bool(self.faces)

    @property
    def correcting(self) -> bool:
        """Whether the prompt changes the person's region."""
        return self.pointing or self.drawn is not None

    @property
    def pointing(self) -> bool:
        """Whether the prompt has points or a box, which a promptable network follows."""
        return bool(self.points) or self.box is not None

    def check(self, size: tuple[int, int]) -> None:
        """Check the prompt against a picture of `size` (height, width).

        Raises: PromptError: a point lies outside the picture, a box outside or without area, a
        weight outside [0, 1], or a drawing has another aspect ratio.
        """
        h, w = size
        if self.drawn:
            drawn_h, drawn_w = self.drawn.size
            if abs(drawn_h * w - drawn_w * h) > max(h, w):  # one px of rounding is allowed
                raise PromptError(
                    f"A drawing has the shape of the photo, {w} x {h} px; this one is "
                    f"{drawn_w} x {drawn_h} px. Draw anew."
                )
        for x, y, _ in (*self.points, *self.faces):
            if not (0 <= x < w and 0 <= y < h):
                raise PromptError(
                    f"A point of this photo has x from 0 to {w - 1} and y from 0 to {h - 1}, "
                    f"not {x:g},{y:g}."
                )
        for _, _, weight in self.faces:
            if weight is not None and not 0 <= weight <= 1:
                raise PromptError(f"A face's restoration is a number from 0 to 1, not {weight:g}.")
        if self.box is None:
            return
        x0, y0, x1, y1 = self.box
        if not (0 <= x0 < x1 <= w and 0 <= y0 < y1 <= h):
            raise PromptError(
                f"A box of this photo is x0,y0,x1,y1 with x0 < x1 in 0 to {w} and y0 < y1 in 0 to "
                f"{h}, not {x0:g},{y0:g},{x1:g},{y1:g}."
            )

    def resized(self, size: tuple[int, int], new: tuple[int, int]) -> "Prompt":
        """Scale the coordinates from a picture of `size` to one of `new`, both (height, width).

        A drawing stays as it is, for it has its own size.
        """

        def moved(x: float, y: float) -> tuple[float, float]:
            return (x + 0.5) * new[1] / size[1] - 0.5, (y + 0.5) * new[0] / size[0] - 0.5

        if size == new:
            return self
        box = None if self.box is None else (*moved(*self.box[:2]), *moved(*self.box[2:]))
        faces = tuple((*moved(x, y), weight) for x, y, weight in self.faces)
        return replace(
            self,
            points=tuple((*moved(x, y), add) for x, y, add in self.points),
            box=box,
            faces=faces,
        )


@dataclass(frozen=True)
class RestorationPlan:
    """What restoration does with one face.

    `weight`: in [0, 1]; 0 leaves the face as it is, 1 is the restored face.
    `why`: the reason where the weight is 0.
    `blur`: the estimated deviation of the face's blur, in px of the aligned face or of the photo,
    whichever are smaller.
    `low_confidence`: the photo shows so little of the face, or restoration changes so much of it,
    that the result may be another person's face.
    """

    weight: float
    why: str = ""
    blur: float = 1.0
    low_confidence: bool = False


@dataclass(frozen=True)
class Restoration:
    """The result of restoration.

    `picture`: the photo with restored faces; None where no face is restored.
    `share`: the weight of the restorer's detail in each pixel, (H, W) in [0, 1].
    `plans`: one a face; empty where restoration could not be planned.
    """

    picture: Image | None = None
    share: Mask | None = None
    plans: tuple[RestorationPlan, ...] = ()


# Fraction of a usual run's time that has passed when a stage begins.
BEGINS: dict[StageName, float] = {
    "parse": 0.0,
    "paint": 0.25,
    "restore": 0.6,
    "segment": 0.85,
    "blend": 0.95,
}
# Likewise, where the painter takes long.
BEGINS_LONG: dict[StageName, float] = {
    "parse": 0.0,
    "paint": 0.04,
    "restore": 0.94,
    "segment": 0.97,
    "blend": 0.99,
}


@dataclass(frozen=True)
class Progress:
    """How far a run is.

    `stage`: the stage that begins or runs. `done`: the fraction of the work that is finished, in
    [0, 1]. `ends`: that fraction at the stage's end. `picture`, `loss`: the current picture of a
    long stage and its loss.
    """

    stage: StageName
    done: float
    picture: "Image | None" = None
    loss: float | None = None
    ends: float = 1.0


Report = Callable[[Progress], None]  # may raise Cancelled


@dataclass(frozen=True)
class Scene:
    """The painting of the whole photo; None in `styled` where painting is off.

    `styled`: the painting at working size. `fine`: the painting at the photo's size, where the
    brush needs more pixels than the working size has. `grain`: the canvas texture under both, as
    luminance at its cells; None where it is invisible.
    """

    styled: Image | None = None
    fine: Pixels | None = None
    grain: Mask | None = None


@dataclass(frozen=True)
class Painted:
    """A scene as its painter made it, before colors, strength and canvas are applied.

    `broad`: the change by broad strokes, (H, W, 3) at working size; None where there are none.
    `canvas`: whether the scene gets a canvas texture.
    """

    scene: Scene
    broad: Image | None = None
    canvas: bool = False


@dataclass(frozen=True)
class WeightUse:
    """A weight that was used for a painting; `unpinned`: no publisher states its hash."""

    name: str
    sha256: str
    unpinned: bool = False


@dataclass(frozen=True)
class Painting:
    """Everything that one run made.

    Pictures are at working size (at most 2 MP); `full_size` makes the result at the photo's size.

    `original`: the photo at working size. `styled`, `restored`, `parse`, `mask`: the results of
    stages; None where the stage did not run, and `skipped` says why.
    `result`: the blend. `alpha`: the weight of the person in each of its pixels, (H, W) in [0, 1].
    `painted`: the scene as its painter made it, where that has more pixels than `styled`.
    `share`, `plans`: see `Restoration`. `faces`, `prompt`: in photo px.
    `seconds`: the time of each stage. `hints`: sentences for the person.
    """

    photo: Photo
    settings: Settings
    original: Image
    result: Image
    alpha: Mask
    styled: Image | None
    restored: Image | None
    parse: Labels | None
    mask: Mask | None
    faces: tuple[Face, ...]
    seconds: dict[str, float] = field(default_factory=dict)
    weights: tuple[WeightUse, ...] = ()
    skipped: dict[str, str] = field(default_factory=dict)
    hints: tuple[str, ...] = ()
    prompt: Prompt = Prompt()
    painted: Painted | None = None
    share: Mask | None = None
    plans: tuple[RestorationPlan, ...] = ()
