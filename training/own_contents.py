"""Faces of photos that a style of one's own is learned on, where no set of them is at hand.

Three portraits of `examples/` are all the photos of people that the project has. Each is varied
many times: bent by thin-plate splines toward the proportions of the style's faces, in other colors,
in other light, sharper or less. A folder of more people teaches more.
"""

import random
from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
import torch

from pipeline.ops import align
from pipeline.ops.color import luminance
from pipeline.ops.tps import warp
from pipeline.types import PhotoError, Pixels, Points
from training.aligned_faces import whole
from training.aligned_pairs import alike_in_pose, mirrored, pose
from training.checks import DatasetError, photos_below
from training.portrait_faces import Portrait, cut_out
from training.style_pictures import Faces, UnfitError, read_limited

EXAMPLES = Path(__file__).parents[1] / "examples"
PEOPLE = ("portrait.jpg", "president.jpg", "glasses.jpg")
PHOTO_PX = 256  # side of a face's cut, at most
MOST, FEWEST = 60, 3  # faces of a folder's photos
TRIED = 120  # photos of a folder that are looked at, at most
VIEWS = 96  # faces that are learned on, with all their variants
BENT = (0.0, 0.6)  # how far
TINTED, LIGHTENED, SIDEWAYS = 0.1, 0.25, 0.25  # deviation of the logarithm of colors and of a gamma
RICHNESS = (0.3, 1.3)  # of colors; 0 is gray
SHARP = (0.35, 1.0)  # in parts of the cut's own pixels


def read_people(folder: Path | None, faces: Faces) -> list[Portrait]:
    """Read the faces in a folder of photos and the folders in it, or in the project's examples.

    Of many photos some are drawn, always the same.

    Raises: DatasetError: there are fewer than three.
    """
    files = [EXAMPLES / name for name in PEOPLE] if folder is None else photos_below(folder)
    random.Random(0).shuffle(files)
    found = []
    for file in files[:TRIED]:
        try:
            picture = read_limited(file)
            cut = cut_out(picture, faces(picture), PHOTO_PX)
        except (UnfitError, PhotoError):
            continue
        found.append(Portrait(cut.picture, cut.points, f"{len(found):03}"))
        if len(found) == MOST:
            break
    if len(found) < FEWEST:
        wanted = f"photos of at least {FEWEST} people with a clear face were wanted there"
        raise DatasetError(folder or EXAMPLES, [f"{wanted}; {len(found)} were found"])
    return found


def varied(people: Sequence[Portrait], styles: Sequence[Portrait], seed: int) -> list[Portrait]:
    """Return so many views of people, `VIEWS` or more, that no two are alike.

    Each person comes first as they are. The others are bent toward one of the style's faces that
    looks the same way.
    """
    rng = np.random.default_rng(seed)
    shapes = [each.points for one in styles for each in (one, mirrored(one))]
    poses = np.stack([pose(points) for points in shapes])
    views = list(people)
    while len(views) < VIEWS:
        person = people[len(views) % len(people)]
        person = mirrored(person) if rng.random() < 0.5 else person
        near = alike_in_pose(poses, person.points)
        bent = bent_toward(person, shapes[int(rng.choice(near))], float(rng.uniform(*BENT)))
        views.append(Portrait(recolored(bent.picture, rng), bent.points, person.name))
    return views


def bent_toward(portrait: Portrait, shape: Points, amount: float) -> Portrait:
    """Bend a face toward the proportions of another's points, (68, 2); 0 leaves it, 1 has them.

    Where it is, how large and how tilted stays.
    """
    there = align.map_points(align.similarity(shape, portrait.points), shape)
    points = (portrait.points + amount * (there - portrait.points)).astype(np.float32)
    old, new = (torch.from_numpy(each)[None] for each in (portrait.points, points))
    maps = torch.from_numpy(portrait.picture).permute(2, 0, 1)[None].float()
    seen = warp(maps, whole(new, old, len(portrait.picture)))[0].permute(1, 2, 0)
    return Portrait(seen.round().clamp(0, 255).byte().numpy(), points, portrait.name)


def recolored(picture: Pixels, rng: np.random.Generator) -> Pixels:
    """Show a picture, (H, W, 3), in other colors and light, and less sharp."""
    h, w = picture.shape[:2]
    k = rng.uniform(*SHARP)
    small = cv2.resize(picture, (round(k * w), round(k * h)), interpolation=cv2.INTER_AREA)
    soft = cv2.resize(small, (w, h), interpolation=cv2.INTER_CUBIC).astype(np.float32) / 255
    colored = soft ** np.exp(rng.normal(0, LIGHTENED)) * np.exp(rng.normal(0, TINTED, 3))
    gray = luminance(colored.astype(np.float32))[..., None]
    rich = gray + rng.uniform(*RICHNESS) * (colored - gray)
    x, y = rng.normal(0, SIDEWAYS, 2)
    rows, columns = np.linspace(-1, 1, h)[:, None], np.linspace(-1, 1, w)
    lit = rich * np.exp(x * columns + y * rows)[..., None]
    return (255 * lit.clip(0, 1) + 0.5).astype(np.uint8)
