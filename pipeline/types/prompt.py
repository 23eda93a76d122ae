"""What a person corrects in one photo."""

import zlib
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from pipeline.types.arrays import Marks
from pipeline.types.photo import Style


class PromptError(ValueError):
    """A prompt that lies outside the picture or is malformed; the message states the limits."""


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


@dataclass(frozen=True)
class Prompt:
    """A person's corrections for one photo, and the style pictures they chose.

    `points`: clicks that add to the person's region or remove from it. `box`: (x0, y0, x1, y1)
    around that region. `faces`: restoration weights of single faces. `kept`: single faces that
    stay themselves or, where False, are painted like the rest. All four are in photo px.
    `drawn`: scribbles at any size; they override points and box.
    `styles`: the pictures that style transfer imitates.
    `mended`: scribbles at any size over what is mended of the photo as it is framed: what they add
    is, whatever was found there, and what they take away is not.
    """

    points: tuple[Click, ...] = ()
    box: tuple[float, float, float, float] | None = None
    drawn: Drawing | None = None
    faces: tuple[FaceOverride, ...] = ()
    styles: tuple[Style, ...] = ()
    kept: tuple[Click, ...] = ()
    mended: Drawing | None = None

    def __bool__(self) -> bool:
        """Tell whether the prompt corrects the region or says something of single faces."""
        return self.correcting or bool(self.faces or self.kept)

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
        for drawn in filter(None, (self.drawn, self.mended)):
            drawn_h, drawn_w = drawn.size
            if abs(drawn_h * w - drawn_w * h) > max(h, w):  # one px of rounding is allowed
                raise PromptError(
                    f"A drawing has the shape of the photo, {w} x {h} px; this one is "
                    f"{drawn_w} x {drawn_h} px. Draw anew."
                )
        for x, y, _ in (*self.points, *self.faces, *self.kept):
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

        def scaled(x: float, y: float) -> tuple[float, float]:
            return (x + 0.5) * new[1] / size[1] - 0.5, (y + 0.5) * new[0] / size[0] - 0.5

        return self if size == new else self.moved(scaled)

    def moved(self, to: Callable[[float, float], tuple[float, float] | None]) -> "Prompt":
        """Move the coordinates; what `to` has no place for is left out, drawings stay."""
        box = None
        if self.box is not None:
            one, other = to(*self.box[:2]), to(*self.box[2:])
            box = (*one, *other) if one and other else None
        return replace(
            self,
            points=tuple((*at, add) for x, y, add in self.points if (at := to(x, y))),
            box=box,
            faces=tuple((*at, weight) for x, y, weight in self.faces if (at := to(x, y))),
            kept=tuple((*at, stays) for x, y, stays in self.kept if (at := to(x, y))),
        )
