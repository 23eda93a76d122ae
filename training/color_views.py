"""What the colorizer learns from: photos in color, their parse without it, and views of both."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.ops.color import luminance, repeated, to_lab
from pipeline.ops.monochrome import skin_toned, without_tone
from pipeline.ops.resample import pixels_resized, resized, size_of_long
from pipeline.ops.tensor import to_float
from pipeline.stages.parse import Part, parse_photo
from pipeline.types import Network, Pixels
from training.checks import photos_in
from training.samples import read_pixels
from training.street_data import chosen
from training.streets import held_out, set_pairs

FILE = "parsed.npz"
LONG_PX = 384  # long side of a photo as it is kept and parsed
FINER = 2  # times: how much smaller a parse is kept
SIDE = 256  # px of a view
# How often a photo is drawn, relative to others; and of some sets only so many-th pictures.
WEIGHTS = {
    "people_parts": 2.0, "people": 2.5, "portraits_in_the_wild": 1.0, "face_parsing": 0.5,
    "photos": 0.6,
}  # fmt: skip
EVERY = {"face_parsing": 2, "photos": 2}
SMALLEST = 0.45  # of a photo's short side: the least that a view shows
# What old photos did: films that hardly saw red, and others; dark and light, flat and hard prints,
# lenses out of focus, grain.
SEEN = np.array([2.0, 4.0, 1.5], np.float32)  # of Dirichlet's distribution over red, green, blue
GAMMA, CONTRAST, BLUR_PX, GRAIN = 0.35, (0.6, 1.15), 1.6, 0.05
# How often a parse misses some of what is bare, as it does without color.
MISSING = 0.5
SKIN_HUE, SKIN_CHROMA = (0.35, 1.3), (9.0, 48.0)  # radians; CIELAB
Float = NDArray[np.float32]


@dataclass(frozen=True)
class Parsed:
    """A photo in color, (H, W, 3), and what the parser says of it without, (h, w, 13) of 255."""

    pixels: Pixels
    parts: NDArray[np.uint8]
    weight: float


@dataclass(frozen=True)
class View:
    """What the network sees, (1 + 13, SIDE, SIDE), and the colors there, (2, SIDE, SIDE).

    `skin`: what of a person has the color of skin, (SIDE, SIDE) in [0, 1].
    """

    seen: Float
    ab: Float
    skin: Float


def parsed_photos(shared: Path, run: Path, parser: Network) -> tuple[list[Parsed], list[Parsed]]:
    """Return the photos to learn from and those held out, parsed; `run` keeps that."""
    data, file = shared / "data", run / FILE
    files = [*_learned(data), *(("held", photo) for photo in _measured(data))]
    if not file.exists():
        run.mkdir(parents=True, exist_ok=True)
        found = {str(photo.relative_to(data)): _parsed(photo, parser) for _, photo in files}
        np.savez(file, **{name: parts for name, parts in found.items() if parts is not None})
    with np.load(file) as kept:
        known = {name: kept[name] for name in kept.files}

    def of(wanted: bool) -> list[Parsed]:
        return [
            Parsed(_small(photo), known[name], WEIGHTS.get(kind, 1.0))
            for kind, photo in files
            if (kind == "held") == wanted and (name := str(photo.relative_to(data))) in known
        ]

    return of(False), of(True)


def view(photo: Parsed, rng: np.random.Generator) -> View:
    """Cut a view from a photo, make it gray as old photos are, and keep its colors."""
    h, w = photo.pixels.shape[:2]
    side = min(h, w) * rng.uniform(SMALLEST, 1.15)
    y, x = rng.uniform(0, 1, 2) * np.maximum(np.array([h, w]) - side, 0)
    scale = SIDE / side
    matrix = np.array([[scale, 0, -x * scale], [0, scale, -y * scale]])
    if rng.random() < 0.5:
        matrix[0] = [-scale, 0, SIDE - 1 + x * scale]
    return shown(
        _warped(photo.pixels, matrix),
        _warped(photo.parts, matrix @ np.diag([FINER, FINER, 1])),
        rng,
    )


def whole(photo: Parsed, rng: np.random.Generator) -> View:
    """Show a whole photo, fitted into a view, gray by its luminance."""
    h, w = photo.pixels.shape[:2]
    scale = SIDE / max(h, w)
    matrix = np.diag([scale, scale, 1])[:2]
    parts = _warped(photo.parts, matrix @ np.diag([FINER, FINER, 1]))
    return shown(_warped(photo.pixels, matrix), parts, rng, plain=True)


def shown(
    pixels: Pixels, parts: NDArray[np.uint8], rng: np.random.Generator, *, plain: bool = False
) -> View:
    """Return what the network sees of a picture and its parse; `plain`: without any damage."""
    picture = to_float(pixels)
    lab = to_lab(picture)
    light, classes = lab[..., 0] / 100, parts.astype(np.float32) / 255
    a, b = lab[..., 1:].transpose(2, 0, 1)
    hue, chroma = np.arctan2(b, a), np.hypot(a, b)
    skin = (1 - classes[..., [Part.BACKGROUND, Part.HAIR]].sum(2)).clip(0, 1)
    for value, (least, most) in ((hue, SKIN_HUE), (chroma, SKIN_CHROMA)):
        skin = skin * (value > least) * (value < most)
    if not plain:
        light, classes = _aged(picture, light, rng), _missed(classes, rng)
    seen = np.concatenate([light[None], classes.transpose(2, 0, 1)])
    return View(seen.astype(np.float32), np.stack([a, b]), skin.astype(np.float32))


def _aged(picture: Float, light: Float, rng: np.random.Generator) -> Float:
    if rng.random() < 0.7:
        gray = picture @ rng.dirichlet(SEEN).astype(np.float32)
        light = to_lab(repeated(gray))[..., 0] / 100
    light = np.clip(light, 0, 1) ** np.exp(rng.normal(0, GAMMA))
    if rng.random() < 0.5:
        contrast = rng.uniform(*CONTRAST)
        light = contrast * light + rng.uniform(0, 1) * (1 - contrast)
    if rng.random() < 0.4:
        light = cv2.GaussianBlur(light, (0, 0), rng.uniform(0.3, BLUR_PX))
    if rng.random() < 0.4:
        light = light + rng.normal(0, rng.uniform(0, GRAIN), light.shape)
    return np.clip(light, 0, 1).astype(np.float32)


def _missed(classes: Float, rng: np.random.Generator) -> Float:
    """Let a parse see less of what is bare, and say it is worn or behind."""
    if rng.random() < MISSING:
        out = classes.copy()
        part, other = Part.BODY_SKIN, rng.choice([Part.PERSON, Part.BACKGROUND])
        lost = rng.uniform(0.4, 1) * out[..., part]
        out[..., part] -= lost
        out[..., other] += lost
        return out
    return classes


def batches(photos: list[Parsed], batch: int, seed: int) -> Iterator[list[View]]:
    """Yield views of photos, without end."""
    rng = np.random.default_rng(seed)
    weights = np.array([photo.weight for photo in photos])
    weights /= weights.sum()
    while True:
        yield [view(photos[i], rng) for i in rng.choice(len(photos), batch, p=weights)]


def _warped(values: NDArray[np.uint8], matrix: NDArray[np.float64]) -> NDArray[np.uint8]:
    flags = cv2.INTER_LINEAR
    if abs(matrix[0, 0]) < 0.6:  # against aliasing
        values = cv2.GaussianBlur(values, (0, 0), 0.4 / abs(matrix[0, 0]))
    planes = [
        cv2.warpAffine(
            np.ascontiguousarray(values[..., i : i + 4]), matrix, (SIDE, SIDE), flags=flags,
            borderMode=cv2.BORDER_REPLICATE,
        ).reshape(SIDE, SIDE, -1)
        for i in range(0, values.shape[2], 4)
    ]  # fmt: skip
    return np.concatenate(planes, -1)


def _learned(data: Path) -> Iterator[tuple[str, Path]]:
    left_out = {*_measured(data)}
    for kind in WEIGHTS:
        alone = kind == "photos"
        photos = photos_in(data / kind) if alone else [p for p, _ in set_pairs(data, kind)]
        yield from (
            (kind, photo) for photo in photos[:: EVERY.get(kind, 1)] if photo not in left_out
        )


def _measured(data: Path) -> list[Path]:
    portraits, faces = (chosen(data, kind) for kind in ("portraits_in_the_wild", "face_parsing"))
    return [photo for photo, _ in (*portraits, *faces, *held_out(data))]


def _small(photo: Path) -> Pixels:
    pixels = read_pixels(photo)
    return pixels_resized(pixels, size_of_long(pixels.shape[:2], LONG_PX))


def _parsed(photo: Path, parser: Network) -> NDArray[np.uint8] | None:
    """Return the parse of a photo without its color; None where it has none."""
    pixels = _small(photo)
    lab = to_lab(to_float(pixels))
    if without_tone(lab) is not None:
        return None
    gray = repeated(luminance(pixels).astype(np.float32) / 255)
    parts = parse_photo(skin_toned(gray), parser, long_px=max(gray.shape[:2]))
    h, w = parts.shape[:2]
    small = resized(parts, (-(-h // FINER), -(-w // FINER)))
    return np.round(255 * small.clip(0, 1)).astype(np.uint8)
