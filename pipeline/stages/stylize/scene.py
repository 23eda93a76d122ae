"""Change a whole scene alike, at its working size and where it is painted finer than that."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from pipeline.ops.resample import resized, rows_enlarged
from pipeline.ops.tensor import to_float, to_uint8
from pipeline.ops.tiles import strips_of
from pipeline.types import Image, Scene

Field = NDArray[np.float32]


def change_scene(scene: Scene, field: Field, change: Callable[[Image, Field], Image]) -> Scene:
    """Return the scene with `change` applied to its pictures, each with the `field`, (h, w) or (h, w, C), at that picture's size.

    What is painted finer than the working size is done strip by strip.
    """
    if scene.styled is None:
        return scene
    styled = change(scene.styled, resized(field, scene.styled.shape[:2]))
    if scene.fine is None:
        return replace(scene, styled=styled)
    fine = np.empty_like(scene.fine)
    for rows in strips_of(len(fine)):
        fine[rows] = to_uint8(
            change(to_float(scene.fine[rows]), rows_enlarged(field, fine.shape[:2], rows))
        )
    return replace(scene, styled=styled, fine=fine)
