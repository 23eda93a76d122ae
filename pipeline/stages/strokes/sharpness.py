"""How sharp and how finely built a picture is, place by place."""

from collections.abc import Callable

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.ops.filters import blurred, local_mean
from pipeline.ops.smooth import smoothstep
from pipeline.ops.structure import fine_structure_of
from pipeline.stages.strokes.subject import PURE, Subject
from pipeline.stages.strokes.widths import usual_face

Float = NDArray[np.float32]

# Of a face's height: what is narrower is a finger's form; it counts so far around. Its contrast, L,
# from which on it is seen, and is clear.
FINGER, AROUND = 0.045, 0.06
SEEN, CLEAR = 1.5, 4.5
OVERDONE, AT_MOST = 1.3, 8.0  # by how much of itself it is overdone; and L, the most of it
# Of the short side: what is finer is grain, what is broader any stroke shows; it counts so far
# around, but not so near to people. Its contrast, CIELAB, from which on it tells of a thing.
GRAIN, THING, THINGS_AROUND, BESIDE_PEOPLE = 0.003, 0.014, 0.02, 0.012
TELLS, TELLS_ALL = 2.5, 7.0
FARTHER, FAR = 1e-3, 8.0  # how much what is so many times as far counts in a mean of a region
AXES = (1.0, 0.7, 0.7)  # how much L, a and b count where a form is told


def out_of_focus(lab: Float, person: Float) -> Float:
    """Estimate how far a picture is out of focus behind a person, (H, W) in [0, 1].

    Sharp is what has as much fine light as most of the person, or as the sharpest tenth where
    nobody is.
    """
    light = np.ascontiguousarray(lab[..., 0])
    scale, own = max(light.shape) / 1024, person > 0.5

    def fine(mean: Callable[[Float, float], Float]) -> Float:
        return mean(np.abs(light - mean(light, max(2.5 * scale, 0.5))), 12 * scale)

    if own.mean() > 1e-3:
        usual = np.quantile(fine(blurred)[own], 0.6)
        behind = fine(_mean_of(_behind(person)))
    else:
        behind = fine(blurred)
        usual = np.quantile(behind, 0.9) + 0.2
    sharp = smoothstep(behind / max(float(usual), 1e-3), 0.14, 0.55)
    return np.asarray((1 - person) * (1 - sharp), np.float32)


def fine_structure(lab: Float, subject: Subject) -> Float:
    """Estimate how much structure a picture has that is finer than a face's form, in [0, 1].

    Beards, curls, wrinkles, patterns and seams have it, smooth skin does not, nor has a wall beside
    somebody's outline. (H, W).
    """
    light, face, person = np.ascontiguousarray(lab[..., 0]), usual_face(subject), subject.person
    of_all = fine_structure_of(light, face)
    if not (person > 0.5).any():
        return of_all
    behind = fine_structure_of(light, face, _mean_of(_behind(person)))
    return np.asarray(behind + person * (of_all - behind), np.float32)


def _behind(person: Float) -> Float:
    """Return what is behind people, (H, W) in [0, 1], but for what is near and may be theirs."""
    side = 2 * max(1, round(BESIDE_PEOPLE * min(person.shape))) + 1
    return np.asarray(1 - cv2.dilate(person, np.ones((side, side), np.uint8)), np.float32)


def _mean_of(region: Float) -> Callable[[Float, float], Float]:
    """Return a function that averages what is in a region, (H, W) in [0, 1], within so many px.

    Where nothing of it is so near, as in a gap between arms, what is farther away counts.
    """
    sure = np.asarray(region**PURE, np.float32)

    def mean(values: Float, sigma: float) -> Float:
        weights = sure.reshape(*sure.shape, *[1] * (values.ndim - 2))
        total, weight = np.zeros_like(values), np.zeros_like(sure)
        for step in range(3):
            share, reach = np.float32(FARTHER**step), sigma * FAR**step
            total += share * blurred(values * weights, reach)
            weight += share * blurred(sure, reach)
        return np.asarray(total / np.maximum(weight, 1e-9).reshape(weights.shape), np.float32)

    return mean


def form_of_skin(lab: Float, subject: Subject) -> Float:
    """Estimate where a body's bare skin has form as fine as fingers, (H, W) in [0, 1].

    Hands, knees and collarbones have it; an arm does not, whose light passes slowly. Faces are
    left out.
    """
    skin = subject.skin
    if not (skin > 0.5).any():
        return np.zeros(skin.shape, np.float32)
    form = local_mean(np.abs(_fingers(lab, subject)), skin, AROUND * usual_face(subject))
    beyond = smoothstep(subject.away, 0.95, 1.8)
    return np.asarray(skin * beyond * smoothstep(form, SEEN, CLEAR), np.float32)


def overdone(lab: Float, form: Float, subject: Subject) -> Float:
    """Overdo bare skin's `form` as fine as fingers, (H, W): strokes lose most of the lines there.

    The picture is (H, W, 3) CIELAB.
    """
    if not form.any():
        return lab
    out = lab.copy()
    by = OVERDONE * _fingers(lab, subject)
    out[..., 0] += form * np.float32(AT_MOST) * np.tanh(by / AT_MOST)
    return out


def _fingers(lab: Float, subject: Subject) -> Float:
    """Return by how much light differs from that of bare skin as near as fingers, (H, W)."""
    light = np.ascontiguousarray(lab[..., 0])
    return light - local_mean(light, subject.skin, FINGER * usual_face(subject))


def things_behind(lab: Float, calm: Float, subject: Subject) -> Float:
    """Estimate where lines tell what is behind people, (H, W) in [0, 1].

    Windows, a guitar, a table's cloth, leaves: broad strokes lose them, and with them the place. A
    plain or grainy wall has none, nor has what is out of focus, `calm`. The fewer people there are,
    the less counts as behind them.
    """
    short = min(calm.shape)
    behind = _behind(subject.person)
    mean = _mean_of(behind)
    lines = np.abs(blurred(lab, GRAIN * short) - mean(lab, THING * short))
    lines = mean(lines, THINGS_AROUND * short) @ np.array(AXES, np.float32)
    told = smoothstep(np.asarray(lines, np.float32), TELLS, TELLS_ALL)
    return np.asarray(subject.people * behind * (1 - calm) * told, np.float32)
