"""Color a photo that has no color, by what its places most likely are."""

from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.ops.alike import mean_of_alike
from pipeline.ops.color import to_lab, to_rgb
from pipeline.ops.filters import blurred, guided
from pipeline.ops.monochrome import skin_toned, without_tone
from pipeline.ops.resample import resized, rows_enlarged, seen_at, size_of_long
from pipeline.ops.smooth import smoothstep
from pipeline.ops.tensor import to_float, to_uint8
from pipeline.ops.tiles import strips_of
from pipeline.stages.brighten import exposure_of
from pipeline.stages.parse import Parser, Part, parse_photo
from pipeline.types import Image, Network, Photo

Float = NDArray[np.float32]

LOOK_PX = 384  # long side at which a photo is looked at
STEP, MULTIPLE = 4, 32  # px between two cells of what is guessed; what sides are a multiple of
APART, SIDE = 12.0, 13  # CIELAB: between two colors of the grid; and colors along a, and along b
# How much likely colors count beyond what they are likely: at 1 it is the mean of all, which is
# grayish, near 0 the likeliest alone, which is blotched.
# Source: Zhang et al. 2016, "Colorful Image Colorization", equation 5.
TEMPERATURE = 0.5
# Places that are alike should agree on their color, or a wall and a coat are stained: how far they
# follow the others, but for bare skin; how near, as a share of the long side; and how alike, in
# light and in how surely they are a part, these are.
AGREED, NEAR, LIGHT_ALIKE, PARTS_ALIKE = 0.9, 0.25, 0.08, 0.15
BARE = Part.SKIN, Part.BODY_SKIN  # a parser may not know the latter
# Light hair is blond or white, and its light does not say which: from which light on, L over 100,
# and fully, it is given less color; and how much less.
LIGHT_HAIR, LESS = (0.5, 0.75), 0.6
MOST = 0.9  # of its light: how colorful a place may be; beards would be rust
# Chroma from which on, and from where on fully, what is in color all the same keeps its own: a rose
# in a gray photo, a skier in the snow; and over how many px that is looked at.
OWN, BLURRED_PX = (7.0, 14.0), 2.0
EDGES, FAINTEST = 0.02, 2e-4  # of the long side: how far colors go to edges; and to how faint ones
GUIDED_PX = 1024


def colors() -> Float:
    """Return the colors that a network tells apart, (SIDE², 2), a and b: a grid about gray."""
    along = APART * (np.arange(SIDE, dtype=np.float32) - SIDE // 2)
    return np.stack(np.meshgrid(along, along, indexing="ij"), -1).reshape(-1, 2)


def color_of(seen: Float, network: Network) -> Float:
    """Return the color, (H, W, 2), a and b, that a picture most likely has.

    `seen`: its light in [0, 1] and what the parser says of it, (1 + 13, H, W); sides are multiples
    of `MULTIPLE`.
    """
    said = _agreed(network(np.ascontiguousarray(seen[None]))[0], seen) / np.float32(TEMPERATURE)
    likely = np.exp(said - said.max(0))
    ab = np.tensordot(likely / likely.sum(0), colors(), (0, 0)).astype(np.float32)
    return cv2.resize(ab, (seen.shape[2], seen.shape[1]), interpolation=cv2.INTER_CUBIC)


def _agreed(said: Float, seen: Float) -> Float:
    """Let places that are alike agree on how likely each color is, (SIDE², h, w) logarithms.

    What is averaged are logarithms: a color that one of them can hardly have is none of all.
    """
    size = (said.shape[2], said.shape[1])
    light, *parts = (cv2.resize(each, size, interpolation=cv2.INTER_AREA) for each in seen)
    said = said - said.max(0)
    said -= np.log(np.exp(said).sum(0))
    looks = np.stack([light / LIGHT_ALIKE, *(each / PARTS_ALIKE for each in parts)])
    bare = sum(each for part, each in zip(Part, parts, strict=False) if part in BARE)
    agreed = said + AGREED * (1 - bare) * (mean_of_alike(said, looks, NEAR) - said)
    return np.asarray(agreed, np.float32)


def colorless(photo: Image) -> bool:
    """Tell whether a photo, (H, W, 3) in [0, 1], has no color, gray or toned.

    Of a dark one that is told as it would look in enough light.
    """
    small = _small(photo, LOOK_PX)
    exposure = exposure_of(Photo(to_uint8(small)))
    return exposure.chroma < 1 if exposure else without_tone(to_lab(small)) is not None


def guessed(photo: Image, parser: Parser, network: Network) -> Float:
    """Guess the colors of a photo without color, (H, W, 3) in [0, 1]; few things may have some.

    Return a and b, (h, w, 2), at a long side of `GUIDED_PX` at most.
    """
    small = _small(photo, GUIDED_PX)
    lab = to_lab(small)
    light = np.asarray(lab[..., 0] / 100, np.float32)
    parts = parse_photo(skin_toned(small), parser.whole, long_px=LOOK_PX)
    ab = _to_edges(resized(_likely(light, parts, network), light.shape), light)
    return _with_own(_at_most(ab, light), lab)


def _likely(light: Float, parts: Float, network: Network) -> Float:
    """Return the likely color of each place, as large as `parts`; light hair is given less."""
    seen, (h, w) = seen_at(light, LOOK_PX, MULTIPLE)
    room = [(0, whole - own) for whole, own in zip(seen.shape, (h, w), strict=True)]
    padded = np.pad(parts.transpose(2, 0, 1), [(0, 0), *room], mode="edge")
    ab = color_of(np.concatenate([seen[None], padded]), network)[:h, :w]
    light_hair = parts[..., Part.HAIR] * smoothstep(seen[:h, :w], *LIGHT_HAIR)
    return np.asarray(ab * (1 - LESS * light_hair)[..., None], np.float32)


def _at_most(ab: Float, light: Float) -> Float:
    chroma, most = np.hypot(ab[..., 0], ab[..., 1]), MOST * 100 * light
    return np.asarray(ab * np.minimum(1, most / np.maximum(chroma, 1e-3))[..., None], np.float32)


def _with_own(ab: Float, lab: Float) -> Float:
    """Let what has a color of its own in a photo, (H, W, 3) CIELAB, keep it."""
    plain = without_tone(lab)
    if plain is not None:
        own = plain[..., 1:]
        stays = smoothstep(blurred(np.hypot(own[..., 0], own[..., 1]), BLURRED_PX), *OWN)
        return np.asarray(ab + stays[..., None] * (own - ab), np.float32)
    return ab


def _small(photo: Image, long_px: int) -> Image:
    return resized(photo, size_of_long((photo.shape[0], photo.shape[1]), long_px)).clip(0, 1)


def _to_edges(ab: Float, light: Float) -> Float:
    reach = EDGES * max(light.shape)
    planes = [
        guided(np.asarray(ab[..., c] / 200 + 0.5, np.float32), light, reach, FAINTEST)
        for c in (0, 1)
    ]
    return (200 * (np.stack(planes, -1) - 0.5)).astype(np.float32)


def colored(photo: Photo, ab: Float, amount: float = 1.0) -> Photo:
    """Return a photo of any size in the colors a and b, (h, w, 2), of its light.

    `amount`: 0 is the photo as it is, 1 as `ab` says.
    """
    out = np.empty_like(photo.pixels)
    for rows in strips_of(photo.size[0]):
        lab = to_lab(to_float(photo.pixels[rows]))
        own, tone = lab[..., 1:], rows_enlarged(ab, photo.size, rows)
        own += amount * (tone - own)
        out[rows] = np.round(255 * to_rgb(lab))
    return replace(photo, pixels=out, guessed=True)
