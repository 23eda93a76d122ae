"""Take a cast of color off a photo in which skin has a color that no skin has."""

from dataclasses import replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from pipeline.ops.color import LUMINANCE, from_light, to_light
from pipeline.ops.resample import pixels_resized, scaled_to_long
from pipeline.ops.smooth import smoothstep
from pipeline.ops.tensor import to_float
from pipeline.ops.tiles import strips_of
from pipeline.stages.parse import Part, parse_photo
from pipeline.types import Network, Photo

Float = NDArray[np.float32]

LOOK_PX = 256  # long side at which a photo is looked at
# Of linear light, logarithms of red and of blue over green are turned into two axes: warm, and
# magenta. Skin's median on them, in 495 photos of faces, portraits and streets; its deviation in
# streets in daylight; and within how many of these skin is believed. Skin of all tones lies along
# the first axis, as warm light does: little is a cast there.
WARM_MAGENTA = np.array([[1, -1], [1, 1]], np.float32) / np.sqrt(np.float32(2))
SKIN, DEVIATION, BELIEVED = (0.67, 0.18), (0.28, 0.12), (2.5, 1.5)
BARE, LEAST_SKIN = 0.8, 0.002  # how sure the parser is of skin, and the least share of the photo
# Linear light: the color of what is brighter, or darker in its brightest or darkest channel, cannot
# be trusted; and how much of the skin at least has to have one that can.
CLIPPED, DARK, BLACK, CLEAR = 0.97, 0.01, 0.002, 0.25
# A cast is on everything. The light of a scene is the mean of the fourth power of what is not
# skin; where it leans the other way, or hardly, skin's color is its own.
# Source: Finlayson and Trezzi 2004, "Shades of Gray and Colour Constancy", equation 6.
POWER, LEANS = 4, 0.05
# How much of skin's way to the usual is taken off, if the scene leans as far: but no more than so
# many times what is beyond what is believed, nor less than is seen, nor more than lamps, tubes and
# age do: what is on a stage is meant to be red.
OFF, TIMES, LEAST, MOST = 0.75, 4.0, 0.06, 0.8
WHITE = (0.8, 1.0)  # linear light of the darkest channel: what was too bright shows no cast


class Cast(NamedTuple):
    """By how much too red and too blue a photo's linear light is, over green, as shares.

    `light`: the mean of its red, green and blue.
    """

    red: float
    blue: float
    light: tuple[float, float, float]

    def gains(self, amount: float) -> Float:
        """Return by what to multiply red, green and blue, (3,), that the photo is as bright."""
        off = np.array([self.red**-amount, 1, self.blue**-amount])
        weights = np.array(LUMINANCE) * self.light
        return np.asarray(off * weights.sum() / (weights @ off), np.float32)


def cast_of(photo: Photo, parser: Network) -> Cast | None:
    """Return the cast of a photo of any size; None where none is sure, as in nearly all."""
    small, shown = _seen_at(photo, scaled_to_long(photo.size, LOOK_PX))
    light = to_light(small)
    if not shown.any() or np.abs(_scene(light, shown)).max() < LEANS:
        return None
    parts = parse_photo(small, parser, long_px=LOOK_PX)
    skin = parts[..., Part.SKIN] + parts[..., Part.BODY_SKIN :].sum(-1)  # not all know a body's
    bare = (skin > BARE) & shown
    most, least = light.max(-1), light.min(-1)
    clear = bare & (most < CLIPPED) & (most > DARK) & (least > BLACK)
    if clear.sum() < max(LEAST_SKIN * shown.sum(), CLEAR * bare.sum(), 1):
        return None
    off = np.median(_axes(light[clear]), 0) - np.array(SKIN, np.float32)
    leans = _scene(light, shown & (skin < 1 - BARE))
    beyond = np.abs(off) - np.array(BELIEVED, np.float32) * np.array(DEVIATION, np.float32)
    far = np.minimum(np.minimum(OFF * np.abs(off), np.abs(leans)), TIMES * beyond).clip(0)
    cast = np.sign(off) * far * (off * leans > 0)
    length = float(np.hypot(*cast))
    if length < LEAST:
        return None
    red, blue = np.exp(cast @ WARM_MAGENTA * min(1.0, MOST / length))
    means = light[shown].mean(0)
    return Cast(float(red), float(blue), (float(means[0]), float(means[1]), float(means[2])))


def balanced(photo: Photo, cast: Cast, amount: float = 1.0) -> Photo:
    """Return a photo of any size without its cast, as bright as before.

    `amount`: how much of it is taken off: 0 none, 1 all that is sure.
    """
    change = cast.gains(amount) - 1
    out = np.empty_like(photo.pixels)
    for rows in strips_of(photo.size[0]):
        light = to_light(to_float(photo.pixels[rows]))
        stays = smoothstep(light.min(-1, keepdims=True), *WHITE)
        light *= 1 + (1 - stays) * change
        light /= np.maximum(light.max(-1, keepdims=True), 1)
        out[rows] = np.round(255 * from_light(light))
    return replace(photo, pixels=out)


def _seen_at(photo: Photo, size: tuple[int, int]) -> tuple[Float, NDArray[np.bool_]]:
    """Return a photo at a (height, width), in [0, 1], and where it is not transparent."""
    small = to_float(pixels_resized(photo.pixels, size))
    if photo.alpha is None:
        return small, np.ones(size, np.bool_)
    return small, pixels_resized(photo.alpha, size) > 0


def _axes(light: Float) -> Float:
    """Return how warm and how magenta colors, (..., 3) linear light, are, (..., 2)."""
    logs = np.log(np.maximum(light, 1e-4))
    ratios = np.stack([logs[..., 0] - logs[..., 1], logs[..., 2] - logs[..., 1]], -1)
    return np.asarray(ratios @ WARM_MAGENTA.T, np.float32)


def _scene(light: Float, where: NDArray[np.bool_]) -> Float:
    """Return how warm and how magenta the light of a scene seems to be somewhere, (2,)."""
    counted = where & (light.max(-1) < 0.98)
    if not counted.any():
        return np.zeros(2, np.float32)
    return _axes((light[counted] ** POWER).mean(0) ** (1 / POWER))
