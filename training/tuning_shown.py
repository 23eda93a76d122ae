"""What is seen of a style's tuning while it runs: lines of progress, a sheet, the loss curve."""

import time
from pathlib import Path

import cv2
import numpy as np

from pipeline.nets.johnson import Johnson
from pipeline.types import Pixels
from training.fast_style import paint
from training.figures import draw_curve, sheet
from training.styled_contents import Content

SAID_S = 20.0  # between two lines of progress
SHOWN, SHOWN_PX, PAINTED_PX = 4, 320, 448  # photos on a sheet, their side there, painted at


class Teller:
    """Says now and then how many steps are done, how fast, and the loss, its mean over them."""

    def __init__(self) -> None:
        self._began, self._losses = time.monotonic(), list[float]()

    def __call__(self, loss: float) -> None:
        self._losses.append(loss)
        spent = time.monotonic() - self._began
        if spent >= SAID_S:
            count = len(self._losses)
            print(
                f"{count / spent:.2f} steps a second, loss {sum(self._losses) / count:.3f}",
                flush=True,
            )
            self._began, self._losses = time.monotonic(), []


def draw(network: Johnson, picture: Pixels, held_out: list[Content], page: Path) -> None:
    """Draw the picture and some held-out photos, painted like it and as they are."""
    known = [content for content in held_out if content.five is not None]
    photos = [content.photo for content in (known or held_out)[:SHOWN]]
    painted = [paint(network, _at(photo, PAINTED_PX), 0) for photo in photos]
    white = np.full((SHOWN_PX, SHOWN_PX, 3), 255, np.uint8)
    panels = [_square(picture), *map(_square, painted), white, *map(_square, photos)]
    cv2.imwrite(str(page), sheet(panels, len(photos) + 1)[:, :, ::-1])
    draw_curve(page.parent, page.parent / "loss.png")


def _at(picture: Pixels, short: int) -> Pixels:
    scale = short / min(picture.shape[:2])
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    return cv2.resize(picture, None, fx=scale, fy=scale, interpolation=how)


def _square(picture: Pixels) -> Pixels:
    h, w = picture.shape[:2]
    side = min(h, w)
    y, x = (h - side) // 4, (w - side) // 2
    return _at(picture[y : y + side, x : x + side], SHOWN_PX)
