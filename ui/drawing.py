"""Drawing on the photo: the picture to draw on, strokes as the editor shows them, and what they say."""

from collections.abc import Sequence

import cv2
import numpy as np
from gradio.components.image_editor import EditorDataBlobs
from numpy.typing import NDArray

from pipeline.types import ADDED, TAKEN, Drawing, Marks, Painting, Pixels, drawing_of
from ui.pointing import ADD_COLOR, TAKE_COLOR, outlined

Layer = NDArray[np.uint8]  # (H, W, 4) sRGB and alpha, as the editor holds it

DRAWN_PX = 1000  # no side is longer: after each stroke the page sends the whole picture
OPACITY = 0.6  # of a stroke, so that the photo under it can be seen
SOLID = 127  # alpha above which a pixel is painted


def picture_to_draw_on(painting: Painting) -> Pixels:
    """Return the photo with what is kept before anything is drawn, no side over `DRAWN_PX`."""
    picture = outlined(painting, painting.undrawn)
    h, w = picture.shape[:2]
    scale = min(1, DRAWN_PX / max(h, w))
    return cv2.resize(picture, (max(1, round(w * scale)), max(1, round(h * scale))), interpolation=cv2.INTER_AREA).astype(np.uint8)


def strokes_of(drawing: Drawing | None, size: tuple[int, int]) -> Layer:
    """Return a drawing as the editor's layer of a (height, width) picture."""
    marks = np.zeros(size, np.uint8)
    if drawing:
        marks = cv2.resize(drawing.marks, size[::-1], interpolation=cv2.INTER_NEAREST_EXACT)
    palette = np.zeros((3, 4), np.uint8)
    palette[ADDED], palette[TAKEN] = ((*color, round(255 * OPACITY)) for color in (ADD_COLOR, TAKE_COLOR))
    return palette[marks]


def drawing_from(layers: Sequence[Layer], size: tuple[int, int], before: Drawing | None = None) -> Drawing | None:
    """Return what is painted on a (height, width) picture; `before` where the editor does not hold that picture yet.

    Raises: ValueError: something is painted on a picture of another size.
    """
    for layer in layers:
        if layer.shape[:2] != size and (layer[..., 3] > SOLID).any():
            wanted, found = (f"{w} x {h} px" for h, w in (size, layer.shape[:2]))
            raise ValueError(f"The picture to draw on has {wanted}, what was drawn on {found}. Press Clear and draw anew.")
    layers = [layer for layer in layers if layer.shape[:2] == size]
    if not layers:
        return before
    marks = np.zeros(size, np.uint8)
    for layer in layers:
        marks = np.where(layer[..., 3] > SOLID, _nearer(layer), marks)
    return drawing_of(marks)


def _nearer(layer: Layer) -> Marks:
    """Return for each pixel which of the two colors it is nearer to."""
    to_add, to_take = (np.square(layer[..., :3].astype(np.int32) - color).sum(2) for color in (ADD_COLOR, TAKE_COLOR))
    return np.where(to_add <= to_take, ADDED, TAKEN).astype(np.uint8)


class Uploads(dict[str, EditorDataBlobs]):
    """Strokes that pages have sent and no event has asked for yet.

    The editor's own store forgets none, holds the photo as well, and where the parts of one arrive at once, may lose one.
    """

    most = 64

    def get(self, key: str, default: EditorDataBlobs | None = None) -> EditorDataBlobs | None:  # pyright: ignore[reportIncompatibleMethodOverride]
        """Return what was sent, or from now on the default."""
        return super().get(key) if default is None else self.setdefault(key, default)

    def __setitem__(self, key: str, sent: EditorDataBlobs) -> None:
        sent.background = sent.composite = None
        super().__setitem__(key, sent)
        for oldest in list(self)[: -self.most]:
            self.pop(oldest, None)
