"""Take a cast of color off a photo in which skin has a color that no skin has."""

from dataclasses import replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from pipeline.ops.color import LUMINANCE, from_light, to_light
from pipeline.ops.resample import resized, size_of_long
from pipeline.ops.tensor import to_float
from pipeline.ops.tiles import strips_of
from pipeline.stages.parse import Part, parse_photo
from pipeline.types import Image, Network, Photo

Float = NDArray[np.float32]

LOOK_PX = 256  # long side at which a photo is looked at
# Of linear light, logarithms of red and of blue over green are turned into two axes: warm, and
# magenta. Skin's median on them, in 495 photos of faces, portraits and streets; its deviation in
# streets in daylight; and within how many of these skin is believed. Skin of all tones lies along
# the first axis, as warm light does: little is a cast there.
WARM_MAGENTA = np.array([[1, -1], [1, 1]], np.float32) / np.sqrt(np.float32(2))
SKIN, DEVIATION, BELIEVED = (0.67, 0.18), (0.28, 0.12), (2.5, 1.5)
BARE, LEAST_SKIN = 0.8, 0.002  # how sure the parser is of skin, and the least share of the photo
CLIPPED, DARK = 0.9, 0.01  # linear light: what is beyond has no color that can be trusted
# A cast is on everything. The light of a scene is the mean of the fourth power of what is not
# skin; where it leans the other way, or hardly, skin's color is its own, or the light's by intent.
# Source: Finlayson and Trezzi 2004, "Shades of Gray and Colour Constancy", equation 6.
POWER, LEANS = 4, 0.05
# How far skin is beyond what is believed where that is sure to be a cast; how much of its way to
# usual skin is then taken off, if the scene leans as far; and the least that is worth it.
SURE_BEYOND, OFF, LEAST = 0.1, 0.75, 0.03


class Cast(NamedTuple):
    """By what a photo's red, green and blue linear light are to be multiplied."""

    red: float
    green: float
    blue: float


def cast_of(photo: Image, parser: Network) -> Cast | None:
    """Return how to take the cast off a photo, (H, W, 3) in [0, 1]; None where none is sure."""
    small = resized(photo, size_of_long((photo.shape[0], photo.shape[1]), LOOK_PX)).clip(0, 1)
    leans = _scene(to_light(small))
    if np.abs(leans).max() < LEANS:
        return None  # most photos; nobody has to look for skin
    parts = parse_photo(small, parser, long_px=LOOK_PX)
    light = to_light(resized(photo, (parts.shape[0], parts.shape[1])).clip(0, 1))
    skin = parts[..., Part.SKIN]
    if parts.shape[2] > Part.BODY_SKIN:
        skin = skin + parts[..., Part.BODY_SKIN]
    clear = (light.max(-1) < CLIPPED) & (light.min(-1) > DARK)
    bare = (skin > BARE) & clear
    if bare.mean() < LEAST_SKIN:
        return None
    off = np.median(_axes(light[bare]), 0) - np.array(SKIN, np.float32)
    bound = np.array(BELIEVED, np.float32) * np.array(DEVIATION, np.float32)
    leans = _scene(light, skin < 1 - BARE)
    sure = np.clip((np.abs(off) - bound) / SURE_BEYOND, 0, 1) * (off * leans > 0)
    cast = sure * np.sign(off) * np.minimum(OFF * np.abs(off), np.abs(leans))
    if np.hypot(*cast) < LEAST:
        return None
    red, blue = np.exp(-(cast @ WARM_MAGENTA))
    level = light.mean((0, 1))
    weights = np.array(LUMINANCE, np.float32) * level
    kept = weights.sum() / (weights @ np.array([red, 1, blue], np.float32))
    return Cast(float(kept * red), float(kept), float(kept * blue))


def balanced(photo: Photo, cast: Cast, amount: float = 1.0) -> Photo:
    """Return a photo of any size without its cast.

    `amount`: how much of it is taken off: 0 none, 1 all that is sure.
    """
    gain = np.array(cast, np.float32) ** np.float32(amount)
    out = np.empty_like(photo.pixels)
    for rows in strips_of(photo.size[0]):
        light = to_light(to_float(photo.pixels[rows])) * gain
        # What would be brighter than white goes to white, not to another color.
        over = np.maximum(light.max(-1, keepdims=True), 1)
        out[rows] = np.round(255 * from_light(np.minimum(light / over, 1)))
    return replace(photo, pixels=out)


def _axes(light: Float) -> Float:
    """Return how warm and how magenta colors, (..., 3) linear light, are, (..., 2)."""
    logs = np.log(np.maximum(light, 1e-4))
    ratios = np.stack([logs[..., 0] - logs[..., 1], logs[..., 2] - logs[..., 1]], -1)
    return np.asarray(ratios @ WARM_MAGENTA.T, np.float32)


def _scene(light: Float, where: NDArray[np.bool_] | None = None) -> Float:
    """Return how warm and how magenta the light of a scene seems to be, (2,)."""
    counted = light.max(-1) < 0.98
    if where is not None:
        counted &= where
    if not counted.any():
        return np.zeros(2, np.float32)
    return _axes((light[counted] ** POWER).mean(0) ** (1 / POWER))
