"""Pictures put together for training.

A face or a whole photo in a square view, other people beside it, another scene behind it. What is
done to a photo here is done to its labels, too.
"""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.types import Labels, Pixels
from training.dyes import dyed, of_other_shades
from training.guesses import in_guessed_colors
from training.labels import FLIPPED, OUTSIDE, UNKNOWN
from training.samples import Sample, read_pixels
from training.shadows import with_shadow
from training.sunglasses import worn
from training.views import VIEWS, Views

Matrix = NDArray[np.float32]  # (2, 3): photo -> view, pixel centers at integers
View = tuple[Pixels, Labels]

MOST_OTHERS = 5
FILM_SEES = (3.0, 5.0, 2.5)  # concentrations of how much red, green and blue a film sees
FILM_GAMMA = 0.25  # standard deviation of the logarithm of its gamma
TONED, SEPIA = 0.4, (0.10, 0.02, -0.10)  # how often it is toned; how much at most, at middle gray
UNSHARP = (0.8, 4.0)  # px: least and most blur of passers-by out of focus


def composed(
    draw: Callable[[], Sample],
    scenes: list[Path],
    side: int,
    rng: np.random.Generator,
    views: Views = VIEWS["any"],
) -> View:
    """Return a (side, side) view of one or several samples with labels.

    `draw` gives a sample, `scenes` are landscapes.
    """
    if scenes and rng.random() < views.empty:
        view = scene(scenes, side, rng), np.zeros((side, side), np.uint8)
        others = rng.integers(0, MOST_OTHERS + 1)
    else:
        view = staged(draw(), scenes, side, rng, views)
        others = rng.choice(len(views.crowds), p=views.crowds)
    for _ in range(others):
        blur = rng.uniform(*UNSHARP) if rng.random() < views.unsharp else 0.0
        view = beside(view, draw(), tilt(rng, views), rng, blur)
    return flipped(view) if rng.random() < 0.5 else view


def staged(
    sample: Sample,
    scenes: list[Path],
    side: int,
    rng: np.random.Generator,
    views: Views = VIEWS["any"],
) -> View:
    """Return a view of a sample, and of a scene where the photo ends or behind the person.

    Now and then clothes are dyed, sunglasses are worn, a shadow is cast, or colors are lost or
    guessed.
    """
    if sample.guess is not None and rng.random() < views.guessed:
        sample = replace(sample, photo=in_guessed_colors(sample.photo, sample.guess))
    photo, labels = framed(sample, chosen_view(sample, side, rng, views), side)
    if scenes and rng.random() < views.dyed:
        photo = dyed(photo, labels, scene(scenes, side, rng), rng)
    if rng.random() < views.dyed:
        photo = of_other_shades(photo, labels, rng)
    if rng.random() < views.shaded:
        photo, labels = worn(photo, labels, rng)
    photo, labels = _before_scene(photo, labels, sample.solid, scenes, rng, views)
    if sample.solid and rng.random() < views.cast:
        photo = with_shadow(photo, labels, rng)
    if rng.random() < views.gray:
        photo = colorless(photo, rng)
    return photo, labels


def colorless(photo: Pixels, rng: np.random.Generator) -> Pixels:
    """Return a photo as films without color see it: often blind to red, often toned by age."""
    weights = rng.dirichlet(FILM_SEES).astype(np.float32)
    light = np.clip(photo.astype(np.float32) @ weights / 255, 0, 1)
    light = light ** np.exp(rng.normal(0, FILM_GAMMA))
    tone = rng.uniform(0, 1) * np.array(SEPIA) if rng.random() < TONED else np.zeros(3)
    toned = light[..., None] + (4 * light * (1 - light))[..., None] * tone
    return (255 * toned).clip(0, 255).astype(np.uint8)


def _before_scene(
    photo: Pixels,
    labels: Labels,
    solid: bool,
    scenes: list[Path],
    rng: np.random.Generator,
    views: Views,
) -> View:
    """Return a view with a scene where the photo ends, now and then behind the whole person."""
    outside = labels == OUTSIDE
    exchanged = solid and rng.random() < (
        0.5 if outside.any() else views.exchanged
    )  # half of the frames shall not show
    if not scenes:
        return photo, np.where(outside, UNKNOWN, labels).astype(np.uint8)
    if not (exchanged or outside.any()):
        return photo, labels
    hidden = (outside | (labels == 0) if exchanged else outside).astype(np.float32)
    alpha = cv2.GaussianBlur(hidden, (0, 0), 1.0) if exchanged else hidden
    behind = scene(scenes, len(labels), rng)
    if exchanged and rng.random() < views.alike:
        behind = alike(behind, photo[hidden == 0], float(rng.uniform(0.4, 1.0)))
    return lerp(photo, behind, alpha), np.where(outside, 0, labels).astype(np.uint8)


def alike(picture: Pixels, colors: Pixels, share: float) -> Pixels:
    """Return a picture whose mean color comes nearer to that of `colors`, (N, 3), by a share."""
    if not len(colors):
        return picture
    shift = share * (colors.mean(0) - picture.mean((0, 1)))
    return (picture + shift).clip(0, 255).astype(np.uint8)


def beside(
    view: View, other: Sample, angle: float, rng: np.random.Generator, blur: float = 0.0
) -> View:
    """Set another sample's person into a view, small, before or behind who is there.

    It is tilted by `angle`, radians, and out of focus by `blur`, px. Nothing is set where it cannot
    be cut out.
    """
    photo, labels = view
    side = len(labels)
    if not other.solid or other.face is None:
        return view
    standing = other.figure is not None and rng.random() < 0.5
    (x, y, size), share = (
        (other.figure, (0.2, 1.1)) if other.figure and standing else (other.face, (0.07, 0.4))
    )
    scale = side * np.exp(rng.uniform(*np.log(share))) / size
    matrix = placed((x, y), rng.uniform(0.05, 0.95, 2) * side, (scale, scale), angle)
    theirs, parts = framed(other, matrix, side)
    person = _cut_out(parts)
    if rng.random() < 0.5:
        person &= labels == 0
    if blur:
        theirs = cv2.GaussianBlur(theirs, (0, 0), blur)
    alpha = cv2.GaussianBlur(person.astype(np.float32), (0, 0), max(0.7, blur))
    return lerp(photo, theirs, alpha), np.where(person, parts, labels).astype(np.uint8)


def _cut_out(parts: Labels) -> NDArray[np.bool_]:
    """Return where a person is, (H, W), with the small places in it that are unknown."""
    known = (parts != 0) & (parts != OUTSIDE) & (parts != UNKNOWN)
    closed = (
        cv2.morphologyEx(known.astype(np.uint8), cv2.MORPH_CLOSE, np.ones((7, 7), np.uint8)) > 0
    )
    return known | (closed & (parts == UNKNOWN))


def chosen_view(
    sample: Sample, side: int, rng: np.random.Generator, views: Views = VIEWS["any"]
) -> Matrix:
    """Choose what a view shows: a face near, far or cut off, or the whole photo.

    It is tilted, and a little stretched.
    """
    h, w = sample.labels.shape
    if sample.figure and rng.random() < views.standing:
        x, y, size = sample.figure
        share, middle = views.of_figure(rng).draw(rng)
        # Of a figure larger than the view any part may be seen, the feet more often.
        off = 0.5 if rng.random() < views.feet else rng.uniform(-0.5, 0.5)
        y += off * size * min(1.0, share)
        scale, target = share * side / size, middle * side
    elif sample.face and rng.random() >= sample.whole * views.whole:
        x, y, size = sample.face
        share, middle = views.framing(rng).draw(rng)
        scale, target = share * side / size, middle * side
    else:
        scale = side / max(h, w) * np.exp(rng.uniform(np.log(0.8), np.log(1.9)))
        # Of a photo larger than the view any part may be seen; a smaller one stands near the
        # middle.
        x, y = (v / 2 + rng.uniform(-0.5, 0.5) * max(0.1 * v, v - side / scale) for v in (w, h))
        target = np.full(2, side / 2)
    stretch = np.exp(rng.normal(0, 0.05))
    return placed((x, y), target, (scale * stretch, scale / stretch), tilt(rng, views))


def tilt(rng: np.random.Generator, views: Views) -> float:
    """Choose an angle, radians.

    It is mostly as people hold their heads, now and then anything up to 45 degrees.
    """
    return float(
        np.deg2rad(
            rng.uniform(-45, 45) if rng.random() < views.leaning else rng.normal(0, views.tilt)
        )
    )


def placed(
    center: tuple[float, float],
    target: NDArray[np.float64],
    scale: tuple[float, float],
    angle: float,
) -> Matrix:
    """Return the map that scales, turns and then moves a picture.

    It scales by (across, down), turns by `angle` and puts `center` on `target`, both (x, y).
    """
    c, s = np.cos(angle), np.sin(angle)
    linear = np.array([[c, -s], [s, c]]) @ np.diag(scale)
    return np.column_stack([linear, target - linear @ center]).astype(np.float32)


def framed(sample: Sample, matrix: Matrix, side: int) -> View:
    """Return the sample's photo and labels seen through a map.

    Labels are OUTSIDE where the photo ends.
    """
    labels = cv2.warpAffine(
        sample.labels, matrix, (side, side), flags=cv2.INTER_NEAREST, borderValue=OUTSIDE
    )
    photo, scale = sample.photo, float(np.sqrt(abs(np.linalg.det(matrix[:, :2]))))
    if scale < 0.6:  # a warp takes single pixels: average them first
        h, w = photo.shape[:2]
        small = max(1, round(w * 1.4 * scale)), max(1, round(h * 1.4 * scale))
        photo = cv2.resize(photo, small, interpolation=cv2.INTER_AREA)
        back = np.array(
            [
                [w / small[0], 0, 0.5 * w / small[0] - 0.5],
                [0, h / small[1], 0.5 * h / small[1] - 0.5],
                [0, 0, 1],
            ]
        )
        matrix = (matrix @ back).astype(np.float32)
    return cv2.warpAffine(
        photo, matrix, (side, side), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    ), labels


def scene(scenes: list[Path], side: int, rng: np.random.Generator) -> Pixels:
    """Return a (side, side) part of a landscape."""
    photo = read_pixels(scenes[rng.integers(len(scenes))])
    short = min(photo.shape[:2])
    cut = rng.integers(3 * short // 8, short + 1) if rng.random() < 0.5 else short
    y, x = (rng.integers(0, n - cut + 1) for n in photo.shape[:2])
    return cv2.resize(photo[y : y + cut, x : x + cut], (side, side), interpolation=cv2.INTER_LINEAR)


def lerp(photo: Pixels, other: Pixels, alpha: NDArray[np.float32]) -> Pixels:
    """Return `other` where alpha, (H, W), is 1 and `photo` where it is 0."""
    weight = np.ascontiguousarray(alpha)
    return cv2.blendLinear(photo, other, 1 - weight, weight)


def flipped(view: View) -> View:
    """Return the mirror image; left and right parts change places."""
    photo, labels = view
    return np.ascontiguousarray(photo[:, ::-1]), FLIPPED[labels[:, ::-1]]
