"""The direction of strokes: along form where form leads, else calm."""

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.ops.distance import distance_to
from pipeline.ops.filters import blurred
from pipeline.ops.resample import resized, size_of_long
from pipeline.ops.smooth import smoothstep
from pipeline.ops.tensor import single
from pipeline.stages.strokes.sharpness import AXES
from pipeline.stages.strokes.subject import FAR, Subject

Float = NDArray[np.float32]

LONG_PX = 384  # long side at which directions are found
PRE_BLUR = 1.0  # px
SCALES = ((2.5, 1.0), (8.0, 0.6), (20.0, 0.2))  # of averaging the structure tensor: sigma, weight
# Likewise on cloth whose form is soft, where slow turns of the light would lead strokes in whorls;
# and the strength of edges, as `_edges` has it, so many px around, from which on form leads as
# closely as elsewhere, and wholly does.
SOFT_SCALES = ((2.5, 0.4), (10.0, 0.8), (28.0, 1.0))
FIRM, FIRM_PX = (25.0, 70.0), 3.0
DARK, DARKEST, FIRMER = 45.0, 20.0, 2.0  # L: in dark cloth a little light is a lapel or a hem
COHERENT = (0.12, 0.55)  # coherence from which form begins to lead, and wholly does
WORN = (0.08, 0.36)  # likewise on people
# Behind people a grain may agree with itself by chance. Form is what stands out of the edges
# around, or agrees for longer, or is strong: from where on, and wholly.
NEAR_PX, LONG_WAY, AROUND_PX = 2.5, 8.0, 20.0  # how far edges are looked at
STANDS_OUT, AGREES, STRONG = (1.15, 1.8), (0.2, 0.45), (25.0, 50.0)
# Radians: the direction of calm strokes behind and on people, and how far both drift.
SLOPE, UPRIGHT, VARIES = -0.12, 1.3, 0.2
DRIFT = (5, 6)  # places down and across between which it drifts
# What lies below heads is ground, or stands on it: strokes are level there. From so far below a
# face on, as `down`, and wholly; where there is none, of the picture's height; how much less they
# drift; and how softly that begins, of the long side.
BELOW, BELOW_NOBODY, STEADIER, LEVEL_SOFT = (2.5, 6.0), (0.35, 0.65), 0.7, 0.03
# How far strokes are held to the way around a face: strictly, they would be rings.
FREER = 0.7
FLOW_SOFT = 0.03  # of the long side: how far the way around people is smoothed
BAND = np.ones((7, 7), np.uint8)  # px around an outline
OUTER = np.ones((15, 15), np.uint8)  # likewise, around people: they do not lead what is behind


def directions(
    lab: Float, calm: Float, subject: Subject, rng: np.random.Generator, flow: float = 0.0
) -> tuple[Float, Float]:
    """Return the unit vectors along which a picture is painted, and how far form leads.

    The first are (H, W, 2) x and y, the second is (H, W) in [0, 1].

    `lab`: (H, W, 3) CIELAB. `calm`: how far the picture is out of focus, (H, W) in [0, 1]; there
    strokes follow a slow direction of their own. What is behind a person does not follow the
    outline, else it would lie around people like a halo; smooth skin goes around the face.

    Source: Kyprianidis and Kang 2011, "Image and Video Abstraction by Coherence-Enhancing
    Filtering": the smoothed structure tensor.
    """
    size = (lab.shape[0], lab.shape[1])
    small = size_of_long(size, LONG_PX)
    soft = cv2.GaussianBlur(resized(lab, small), (0, 0), PRE_BLUR)
    own, skin = (resized(each, small) > 0.5 for each in (subject.person, subject.skin))
    beyond = 1 - cv2.dilate(own.astype(np.uint8), OUTER)
    edges = _edges(soft)
    cloth = own & ~skin & (resized(subject.hair, small) < 0.5)
    double, coherence = _of_people(edges, soft[..., 0], cloth)
    behind = _behind(edges, beyond.astype(np.float32))
    double = np.where(own[..., None], double, behind[0])
    coherence = np.where(own, coherence, behind[1])
    least, most = (
        np.where(own & ~skin, *each).astype(np.float32) for each in zip(WORN, COHERENT, strict=True)
    )
    lead = smoothstep(coherence, least, most) * (1 - 0.85 * resized(calm, small))
    drift = rng.normal(0, VARIES, DRIFT).astype(np.float32)
    drift = cv2.resize(drift, small[::-1], interpolation=cv2.INTER_CUBIC)
    level = _level(subject, small) * ~own
    slope = np.where(own, UPRIGHT, SLOPE * (1 - level)) + drift * (1 - STEADIER * level)
    slow = np.stack([np.cos(2 * slope), np.sin(2 * slope)], -1)
    if flow and own.any():
        slow = slow + (flow * ~own)[..., None] * (_around_people(own) - slow)
    near = resized(np.ascontiguousarray(subject.around), small)
    strength = np.linalg.norm(near, axis=-1, keepdims=True).clip(0, 1)
    slow = slow * (1 - strength) + near
    both = double * lead[..., None] + slow * (1 - 0.85 * lead[..., None]) * 0.7
    both = resized(cv2.GaussianBlur(both.astype(np.float32), (0, 0), 1.2), size)
    angle = 0.5 * np.arctan2(both[..., 1], both[..., 0])
    field = np.stack([np.cos(angle), np.sin(angle)], -1).astype(np.float32)
    return field, resized(np.maximum(lead, FREER * strength[..., 0]), size)


def _level(subject: Subject, size: tuple[int, int]) -> Float:
    """Tell where the ground lies on which people stand, or may, at a size, (H, W) in [0, 1]."""
    height = np.broadcast_to(np.linspace(0, 1, size[0], dtype=np.float32)[:, None], size)
    nobody = resized(subject.away, size) > FAR - 1  # means of it differ in their last digits
    below = smoothstep(resized(subject.down, size), *BELOW)
    ground = np.where(nobody, smoothstep(height, *BELOW_NOBODY), below)
    return cv2.GaussianBlur(ground.astype(np.float32), (0, 0), LEVEL_SOFT * max(size))


def _behind(edges: Float, beyond: Float) -> tuple[Float, Float]:
    """Return what `_averaged` does, of what is `beyond` people, (H, W), and no mere grain."""
    seen = edges * beyond[..., None]
    double, coherence = _averaged(seen)

    def strength(sigma: float) -> Float:
        near, of = (blurred(each, sigma) for each in (seen[..., 2], beyond))
        return np.asarray(near / np.maximum(of, 1e-3), np.float32)

    near, around = strength(NEAR_PX), strength(AROUND_PX)
    long = _averaged(seen, ((LONG_WAY, 1.0),))[1]
    out = single(near / (around + np.float32(1e-3)))
    sure = np.maximum(smoothstep(out, *STANDS_OUT), smoothstep(long, *AGREES))
    return double, coherence * np.maximum(sure, smoothstep(near, *STRONG))


def _around_people(own: NDArray[np.bool_]) -> Float:
    """Return the way around people as doubled-angle unit vectors, (H, W, 2): far off in swirls."""
    far = cv2.GaussianBlur(distance_to(own), (0, 0), FLOW_SOFT * max(own.shape))
    gx, gy = cv2.Sobel(far, cv2.CV_32F, 1, 0), cv2.Sobel(far, cv2.CV_32F, 0, 1)
    around = np.stack([gy * gy - gx * gx, -2 * gx * gy], -1)
    return around / (np.linalg.norm(around, axis=-1, keepdims=True) + np.float32(1e-6))


def _edges(lab: Float) -> Float:
    """Return each pixel's edge, (H, W, 3): its direction as a doubled angle, and its strength."""
    edges = np.zeros((*lab.shape[:2], 3), np.float32)
    for axis, weight in enumerate(AXES):
        plane = np.ascontiguousarray(lab[..., axis]) * np.float32(weight)
        gx, gy = cv2.Scharr(plane, cv2.CV_32F, 1, 0), cv2.Scharr(plane, cv2.CV_32F, 0, 1)
        # The direction is along the edge: the gradient's, turned by 90 degrees.
        edges += np.stack([gy * gy - gx * gx, -2 * gx * gy, gx * gx + gy * gy], -1)
    root = np.sqrt(edges[..., 2:]) + np.float32(1e-3)  # else a few strong edges say everything
    return edges / root


def _of_people(edges: Float, light: Float, cloth: NDArray[np.bool_]) -> tuple[Float, Float]:
    """Return what `_averaged` does; where `cloth` has soft form, of more cloth around.

    `light`: L, (H, W). Neither outlines nor what is behind lead there.
    """
    strength = cv2.GaussianBlur(edges[..., 2], (0, 0), FIRM_PX)
    firm = smoothstep(strength * (1 + FIRMER * smoothstep(-light, -DARK, -DARKEST)), *FIRM)
    soft = np.asarray(cloth * (1 - firm), np.float32)
    inner = cv2.erode(cloth.astype(np.uint8), BAND)[..., None].astype(np.float32)
    close, broad = _averaged(edges), _averaged(edges * inner, SOFT_SCALES)
    double = close[0] + soft[..., None] * (broad[0] - close[0])
    double /= np.linalg.norm(double, axis=-1, keepdims=True) + np.float32(1e-3)
    return double, np.asarray(close[1] + soft * (broad[1] - close[1]), np.float32)


def _averaged(
    edges: Float, scales: tuple[tuple[float, float], ...] = SCALES
) -> tuple[Float, Float]:
    """Return the direction along edges as doubled-angle unit vectors, and their coherence."""
    total = np.zeros_like(edges)
    for sigma, weight in scales:
        total += cv2.GaussianBlur(edges, (0, 0), sigma) * np.float32(weight)
    field = total[..., :2]
    length = np.linalg.norm(field, axis=-1)
    coherence = np.asarray(length / (total[..., 2] + 8.0), np.float32)
    return field / (length[..., None] + 1e-3), coherence
