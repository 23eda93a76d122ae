"""Give grays the colors that a painter sees in them: by their light, their place, who is near."""

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.ops.filters import blurred
from pipeline.ops.smooth import smoothstep
from pipeline.ops.tensor import single
from pipeline.stages.strokes.light import Light
from pipeline.stages.strokes.own_colors import GRAY, chroma_of
from pipeline.stages.strokes.subject import Subject
from pipeline.stages.strokes.widths import usual_face

Float = NDArray[np.float32]

# Colors that grays take by their place, a and b, in shadows and in lights: the mean, and how far
# places are from it. His own are less violet still; as his light is seen, less is too little.
SHADOW = np.array([[0.5, -5], [-9, 11]], np.float32)
LIGHT = np.array([[2, 1.5], [6, 11]], np.float32)
# Chroma of what has no color of its own, wholly and not; as how rose, a over b, a warm evening or a
# blue haze leaves it; from how much of the scene on what all of it has is the camera's; and how
# much of that is taken off: of all of it streets are as blue as they were violet.
NO_COLOR, OTHER_LIGHT, MANY, OFF = (12.0, 20.0), 0.5, (0.25, 0.5), 0.65
# L of what is warm of people in gray photos, and how far around it; and what it takes, a and b.
MIDDLE, AROUND, WARM = 46.0, 20.0, np.array([4.0, 13.0], np.float32)
# How close to them, in heights of a face, things are warm, too; from how much of people around them
# on, and from where on fully; and how much of that warmth they take.
CLOSE, PEOPLE_AROUND, OF_WARMTH = 0.6, (0.05, 0.35), 0.6


def without_rose(lab: Float, subject: Subject) -> Float:
    """Take off most of what is rose of all grays of a scene, where it has many: it is the camera's.

    It would be made richer, and a street violet from edge to edge. (H, W, 3) CIELAB.
    """
    gray = single(1 - smoothstep(chroma_of(lab), *NO_COLOR))
    behind = 1 - subject.person
    weight = gray * behind
    total = float(weight.sum())
    much = np.array([total / max(float(behind.sum()), 1.0)], np.float32)
    a, b = (float((weight * lab[..., i]).sum()) / max(total, 1.0) for i in (1, 2))
    rose = OFF * max(a - OTHER_LIGHT * abs(b), 0) * float(smoothstep(much, *MANY)[0])
    out = lab.copy()
    out[..., 1] -= rose * gray * (1 - np.maximum(subject.skin, subject.hair))
    return out


def aired(
    lab: Float, subject: Subject, light: Light, rng: np.random.Generator, people: float
) -> Float:
    """Let grays take color by place: blue, violet, green in shadows, cream, rose in lights.

    `people`: how much less they take.
    """
    size = (lab.shape[0], lab.shape[1])
    field = sum(
        cv2.resize(
            rng.normal(0, weight, (n, n + 1, 2)).astype(np.float32),
            size[::-1],
            interpolation=cv2.INTER_CUBIC,
        )
        for n, weight in ((4, 0.8), (9, 0.35))
    )
    place = np.tanh(field)
    up = np.clip((lab[..., :1] - 52) / 34, -1, 1)
    dark, pale = (mean + far * place for mean, far in (SHADOW, LIGHT))
    toward_ = np.where(up < 0, -up * dark, up * pale) + (1 - np.abs(up)) * 0.5 * (dark + pale)
    grayness = np.exp(-((chroma_of(lab) / GRAY) ** 2))
    weight = (0.12 + 0.88 * grayness) * light.chroma_at(lab[..., 0]) / 16
    # A coat is of one color; its grays are broken stroke by stroke.
    weight *= 1 - np.maximum(subject.skin, np.maximum(0.8 * subject.hair, people * subject.person))
    out = lab.copy()
    out[..., 1:] += weight[..., None] * toward_
    return out


def warmed(photo: Float, lab: Float, subject: Subject) -> Float:
    """Let the middle lights of people in a gray photo, and what is close to them, be warm.

    Arms and hands that are not seen to be bare, or before a table not to be a person's, would be
    lilac.
    """
    middle = np.exp(-(((photo[..., 0] - MIDDLE) / AROUND) ** 2))
    close = smoothstep(blurred(subject.person, CLOSE * usual_face(subject)), *PEOPLE_AROUND)
    out = lab.copy()
    out[..., 1:] += (middle * np.maximum(subject.person, OF_WARMTH * close))[..., None] * WARM
    return out
