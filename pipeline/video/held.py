"""Hold still what is added to a film's pictures, so that nothing flickers but the film itself."""

import cv2
import numpy as np

from pipeline.ops.color import repeated
from pipeline.ops.flow import grid_of, sampled
from pipeline.ops.parts import Window
from pipeline.types import Image
from pipeline.video.steady import Moved

HELD = 0.97  # of what was added before, where the motion is trusted


class Held:
    """Carry along what was added to a picture, and mix it with what is added to the next."""

    def __init__(self) -> None:
        self._last: tuple[Window, Image] | None = None

    def __call__(self, added: Image, window: Window, moved: Moved | None) -> Image:
        """Return what is added, (h, w, 3), in a window of the next picture, held still.

        What was outside of the window before, or is of another scene, begins anew.
        """
        if self._last is not None and moved is not None and not moved.cut:
            (rows, columns), last = self._last
            back, trust = moved.within(window)
            places = cv2.add(grid_of(*moved.size)[window], back)
            places -= np.array([columns.start, rows.start], np.float32)
            end = last.shape[1] - 1, last.shape[0] - 1
            known = cv2.inRange(places, (0, 0), end)  # 0 or 255
            weight = np.asarray(known * trust * np.float32(HELD / 255), np.float32)
            mixed = added + repeated(weight) * (sampled(last, places) - added)
            added = np.asarray(mixed, np.float32)
        self._last = window, added
        return added

    def forget(self) -> None:
        """Begin anew with the next picture."""
        self._last = None
