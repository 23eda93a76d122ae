"""How sharp and how finely built a picture is, place by place."""

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.ops.filters import blurred
from pipeline.ops.smooth import smoothstep
from pipeline.ops.structure import fine_structure_of
from pipeline.stages.strokes.subject import Subject
from pipeline.stages.strokes.widths import usual_face

Float = NDArray[np.float32]


def out_of_focus(lab: Float, person: Float) -> Float:
    """Estimate how far a picture is out of focus behind a person, (H, W) in [0, 1].

    Sharp is what has as much fine light as most of the person, or as the sharpest tenth where
    nobody is.
    """
    light = np.ascontiguousarray(lab[..., 0])
    scale = max(light.shape) / 1024
    fine = np.abs(light - cv2.GaussianBlur(light, (0, 0), max(2.5 * scale, 0.5)))
    fine = blurred(fine, 12 * scale)
    own = person > 0.5
    usual = np.quantile(fine[own], 0.6) if own.mean() > 1e-3 else np.quantile(fine, 0.9) + 0.2
    sharp = smoothstep(fine / max(float(usual), 1e-3), 0.14, 0.55)
    return np.asarray((1 - person) * (1 - sharp), np.float32)


def fine_structure(lab: Float, subject: Subject) -> Float:
    """Estimate how much structure a picture has that is finer than a face's form, in [0, 1].

    Beards, curls, wrinkles, patterns and seams have it, smooth skin does not. (H, W).
    """
    return fine_structure_of(np.ascontiguousarray(lab[..., 0]), usual_face(subject))
