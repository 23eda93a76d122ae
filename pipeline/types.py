"""The values that pass between stages."""

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
Mask = NDArray[np.float32]  # (H, W) in [0, 1], soft; 1 = kept
Points = NDArray[np.float32]  # (N, 2) x, y in px; the origin is the center of the top-left pixel
Pixels = NDArray[np.uint8]  # (H, W, 3) sRGB, as files hold it
Labels = NDArray[np.uint8]  # (H, W) EasyPortrait classes 0-8
Marks = NDArray[np.uint8]  # (H, W) of what a person drew: 0 nothing, else `ADDED` or `TAKEN`
ADDED, TAKEN = 1, 2

Logits = NDArray[np.float32]  # above 0 inside a mask, below outside
StageName = Literal["paint", "parse", "restore", "segment", "blend"]
Network = Callable[[NDArray[np.float32]], NDArray[np.float32]]  # (N, C, H, W) -> (N, C', H', W')
Freeze = Callable[
    [NDArray[np.float32]], Network
]  # a whole picture as a batch, at any size -> the network for tiles of it
# Embedding (1, 256, 64, 64), points (1, N, 2), labels (1, N), mask (1, 1, 256, 256), has_mask (1,)
# -> logits (1, 4, 256, 256), scores (1, 4)
Decoder = Callable[..., tuple[NDArray[np.float32], NDArray[np.float32]]]


class PhotoError(ValueError):
    """A picture that cannot be used; the message says what was wanted, what was found, what to do."""


class PromptError(ValueError):
    """A prompt that points at nothing; the message says the picture's limits."""


class StopEarly(Exception):  # noqa: N818 - not an error: the person likes what is there
    """Raised by a progress callback that was shown a picture, to go on with that picture as it is."""


class Cancelled(Exception):  # noqa: N818 - not an error: the person asked for it
    """Raised by a progress callback to stop a run between stages."""


@dataclass(frozen=True)
class Photo:
    """An upright sRGB photo at its full size.

    `alpha`: (H, W) uint8 or None. `notes`: what reading changed, one sentence each ("Only the first of 12 frames is used.").
    """

    pixels: Pixels
    alpha: NDArray[np.uint8] | None = None
    name: str = "photo"
    notes: tuple[str, ...] = ()

    @property
    def size(self) -> tuple[int, int]:
        """Its (height, width)."""
        return self.pixels.shape[0], self.pixels.shape[1]

    @cached_property
    def key(self) -> str:
        """What its pixels hash to."""
        content = hashlib.blake2b(repr(self.size).encode(), digest_size=16)
        content.update(np.ascontiguousarray(self.pixels).data)
        return content.hexdigest()


@dataclass(frozen=True)
class Face:
    """One face in photo px: `box` (x0, y0, x1, y1); `eyes` and `mouth` (2, 2) points, the picture's left one first."""

    box: tuple[float, float, float, float]
    eyes: Points
    mouth: Points
    score: float

    @property
    def height(self) -> float:
        """Height of the box, px."""
        return self.box[3] - self.box[1]


Click = tuple[float, float, bool]  # x, y in px; True adds what lies there, False takes it away
FaceOverride = tuple[
    float, float, float | None
]  # x, y in px; the restoration weight of the face there, None for the settings'


@dataclass(frozen=True)
class Drawing:
    """What a person painted over a picture of the photo: its (height, width), and `Marks` of that size, packed to be hashed."""

    size: tuple[int, int]
    packed: bytes

    @property
    def marks(self) -> Marks:
        """What was drawn, of `size`; not to be written to."""
        return np.frombuffer(zlib.decompress(self.packed), np.uint8).reshape(self.size)


def drawing_of(marks: Marks) -> Drawing | None:
    """Return marks as a drawing; None where nothing is drawn."""
    return (
        Drawing((marks.shape[0], marks.shape[1]), zlib.compress(marks.tobytes(), 1))
        if marks.any()
        else None
    )


@dataclass(frozen=True, eq=False)
class Style:
    """A picture that a photo is painted like: its share among several, and where its style counts, (H, W) uint8, all of it unless said.

    Two are equal where they hold the same.
    """

    pixels: Pixels
    share: float = 1.0
    mask: NDArray[np.uint8] | None = None

    @cached_property
    def key(self) -> str:
        """What it holds, hashed."""
        parts = [self.pixels] if self.mask is None else [self.pixels, self.mask]
        whole = hashlib.blake2b(repr((self.share, self.pixels.shape)).encode(), digest_size=16)
        for part in parts:
            whole.update(np.ascontiguousarray(part).data)
        return whole.hexdigest()

    def __eq__(self, other: object) -> bool:
        """Say whether the other holds the same."""
        return isinstance(other, Style) and self.key == other.key

    def __hash__(self) -> int:
        """Return a number that equal styles share."""
        return hash(self.key)


@dataclass(frozen=True)
class Prompt:
    """What a person says about one photo: what is kept, how far which face is restored, and which pictures it is painted like.

    `points` add or take away, `box` (x0, y0, x1, y1) is around what is kept, `faces` are pointed at, all in photo px. `drawn`, of any
    size, has the last word.
    """

    points: tuple[Click, ...] = ()
    box: tuple[float, float, float, float] | None = None
    drawn: Drawing | None = None
    faces: tuple[FaceOverride, ...] = ()
    styles: tuple[Style, ...] = ()

    def __bool__(self) -> bool:
        """Say whether anything is said about the person."""
        return self.correcting or bool(self.faces)

    @property
    def correcting(self) -> bool:
        """Say whether what is kept is to change."""
        return self.pointing or self.drawn is not None

    @property
    def pointing(self) -> bool:
        """Say whether there is something for a network to follow."""
        return bool(self.points) or self.box is not None

    def check(self, size: tuple[int, int]) -> None:
        """Refuse what lies outside a (height, width) picture, a box without area, a weight that is none, and a drawing of another shape.

        Raises: PromptError: with the picture's limits.
        """
        h, w = size
        if self.drawn and abs(self.drawn.size[0] * w - self.drawn.size[1] * h) > max(
            h, w
        ):  # a px of rounding
            drawn_h, drawn_w = self.drawn.size
            raise PromptError(
                f"A drawing has the shape of the photo, {w} x {h} px; this one is {drawn_w} x {drawn_h} px. Draw anew."
            )
        for x, y, _ in (*self.points, *self.faces):
            if not (0 <= x < w and 0 <= y < h):
                raise PromptError(
                    f"A point of this photo has x from 0 to {w - 1} and y from 0 to {h - 1}, not {x:g},{y:g}."
                )
        for _, _, weight in self.faces:
            if weight is not None and not 0 <= weight <= 1:
                raise PromptError(f"A face's restoration is a number from 0 to 1, not {weight:g}.")
        if self.box is None:
            return
        x0, y0, x1, y1 = self.box
        if not (0 <= x0 < x1 <= w and 0 <= y0 < y1 <= h):
            raise PromptError(
                f"A box of this photo is x0,y0,x1,y1 with x0 < x1 in 0 to {w} and y0 < y1 in 0 to {h}, not {x0:g},{y0:g},{x1:g},{y1:g}."
            )

    def resized(self, size: tuple[int, int], new: tuple[int, int]) -> "Prompt":
        """Return the prompt for a picture of another size, both (height, width)."""

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

    `weight`: 0 leaves it alone, and `why` says why, 1 is the restored face; `blur`: its deviation, px of the aligned face or, where
    those are finer, of the photo. `low_confidence`: so little of the face is seen, or so much of it changes, that it may become
    another person's.
    """

    weight: float
    why: str = ""
    blur: float = 1.0
    low_confidence: bool = False


@dataclass(frozen=True)
class Restoration:
    """The photo with restored faces, None where none is; `share`, (H, W) in [0, 1]: how much of each pixel's detail is the restorer's.

    `cares`: one a face; none where it is not known what could be done.
    """

    picture: Image | None = None
    share: Mask | None = None
    plans: tuple[RestorationPlan, ...] = ()


# Share of the usual run's time that lies behind when a stage begins.
BEGINS: dict[StageName, float] = {
    "parse": 0.0, "paint": 0.25, "restore": 0.6, "segment": 0.85, "blend": 0.95,
}  # fmt: skip


@dataclass(frozen=True)
class Progress:
    """Where a run stands: the stage that begins, and the share of the whole work done before it, in [0, 1].

    Of a stage that takes long also the `picture` so far, and its `loss`.
    """

    stage: StageName
    done: float
    picture: "Image | None" = None
    loss: float | None = None


Report = Callable[[Progress], None]  # may raise Cancelled


@dataclass(frozen=True)
class Scene:
    """The whole photo painted; None where painting is off.

    `styled`: at working size. `fine`: at the photo's own size, where the brush asks for more than the working size holds. `grain`: of the
    canvas that both are painted on, light at its cells; None where it does not show.
    """

    styled: Image | None = None
    fine: Pixels | None = None
    grain: Mask | None = None


@dataclass(frozen=True)
class Painted:
    """A scene as its painter leaves it, before colors, strength and canvas are chosen.

    `broad`: what broad strokes change, (H, W, 3) at working size, where they are wanted.
    `canvas`: whether it lies on a canvas.
    """

    scene: Scene
    broad: Image | None = None
    canvas: bool = False


@dataclass(frozen=True)
class WeightUse:
    """A weight that made a painting; `unpinned`: nobody states what its bytes should be."""

    name: str
    sha256: str
    unpinned: bool = False


@dataclass(frozen=True)
class Painting:
    """Everything one run made. Pictures are at working size (at most 2 MP); `full_size` makes the result at the photo's.

    `original` is the photo at working size; `styled`, `restored`, `mask` are None where their stage did not run, and
    `skipped` then says why. `result` is the blend, `alpha` how much of the person each of its pixels has, (H, W) in [0, 1].
    `painted` is the scene as its painter left it, where that has more pixels than `styled`. `share` and `cares`: see `Restoration`.
    `faces` and `prompt` are in photo px. `hints`: sentences for the person.
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
