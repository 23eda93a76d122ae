"""Clicks on the photo: where they point, how they and the kept region are drawn."""

from dataclasses import replace
from math import isfinite

import cv2
import numpy as np

from pipeline.ops.color import luminance
from pipeline.types import Click, Painting, Pixels, Prompt
from ui.previews import fit, over_checker
from ui.words import say

MOST_POINTS = 100
# Told apart by color-blind people, too; so are disc and square, + and -.
ADD_COLOR = (0, 96, 190)
TAKE_COLOR = (204, 76, 0)
PAPER = 238  # gray, of 255, that the rest of the photo is mixed with
LINE = (255, 214, 10)
POINT = 0.018  # of the side of a square as large as the preview: a point's radius


def clicked(x: object, y: object, photo: tuple[int, int], *, add: bool) -> Click:
    """Map a point, in fractions of the photo's width and height, to one of the photo.

    `photo`: (height, width) px. Convention: such a point counts from the center of the top-left
    pixel.

    Raises: ValueError: it is none.
    """
    shares = [each for each in (x, y) if isinstance(each, int | float) and isfinite(each)]
    if len(shares) < 2:
        raise ValueError(f"A point is two fractions of the photo, not {str((x, y))[:60]!r}.")
    at = (
        min(max(share * side - 0.5, 0.0), side - 1)
        for share, side in zip(shares, photo[::-1], strict=True)
    )
    left, top = (round(each, 2) for each in at)
    return left, top, add


def with_click(prompt: Prompt, click: Click) -> Prompt:
    """Add a click to a prompt.

    Raises: ValueError: there are too many.
    """
    return replace(prompt, points=few((*prompt.points, click)))


def draw_mask(painting: Painting) -> Pixels:
    """Draw what is kept on the preview: that in color and outlined, the rest pale.

    Each click is a point with its sign.
    """
    pixels = over_checker(fit(painting.original), painting.photo.alpha)
    pale = luminance(pixels)[..., None] * 0.45 + PAPER * 0.55
    h, w = pixels.shape[:2]
    mask = (
        np.zeros((h, w), np.float32)
        if painting.mask is None
        else cv2.resize(painting.mask, (w, h), interpolation=cv2.INTER_AREA)
    )
    drawn = (pale + (pixels - pale) * mask[..., None] + 0.5).astype(np.uint8)
    edges, _ = cv2.findContours(
        (mask > 0.5).astype(np.uint8), cv2.RETR_CCOMP, cv2.CHAIN_APPROX_NONE
    )
    thin = max(1, round(max(h, w) / 500))
    cv2.drawContours(drawn, edges, -1, (20, 20, 20), 2 * thin + 1, cv2.LINE_AA)
    cv2.drawContours(drawn, edges, -1, LINE, thin, cv2.LINE_AA)
    for x, y, add in painting.prompt.resized(painting.photo.pixels.shape[:2], (h, w)).points:
        _draw_point(drawn, (round(x), round(y)), max(4, round(POINT * (h * w) ** 0.5)), add=add)
    return drawn


def _draw_point(drawn: Pixels, at: tuple[int, int], radius: int, *, add: bool) -> None:
    x, y = at
    rim = max(1, radius // 4)
    arm = round(radius * 0.55)
    line = max(1, radius // 3)
    for r, color in ((radius + rim, (255, 255, 255)), (radius, ADD_COLOR if add else TAKE_COLOR)):
        if add:
            cv2.circle(drawn, at, r, color, -1, cv2.LINE_AA)
        else:
            cv2.rectangle(drawn, (x - r, y - r), (x + r, y + r), color, -1)
    cv2.line(drawn, (x - arm, y), (x + arm, y), (255, 255, 255), line)
    if add:
        cv2.line(drawn, (x, y - arm), (x, y + arm), (255, 255, 255), line)


def describe_mask(prompt: Prompt) -> str:
    """Say what the picture to click on shows, for those who do not see it."""
    added = sum(add for _, _, add in prompt.points)
    taken = len(prompt.points) - added
    return say(
        "The photo; what is kept is outlined. Points that add: {added}; that take away: {taken}.",
        added=added, taken=taken,
    )  # fmt: skip


def few(points: tuple[Click, ...]) -> tuple[Click, ...]:
    """Refuse more points than a photo takes.

    Raises: ValueError: there are too many.
    """
    if len(points) > MOST_POINTS:
        raise ValueError(
            say(
                "A photo takes at most {most} points, found {found}; take some away.",
                most=MOST_POINTS,
                found=len(points),
            )
        )
    return points
