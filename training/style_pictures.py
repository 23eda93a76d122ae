"""The pictures of a style: the clear face in each, or why it is left out.

Only embedded networks look at them. Nothing of a file is believed: its size comes first, then its
header, then its pixels.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import cv2
import numpy as np
from PIL import Image as Picture

from pipeline.io.image_files import read_header, read_photo
from pipeline.metrics.likeness import NARROW
from pipeline.ops import align
from pipeline.ops.color import luminance
from pipeline.ops.resample import resized, size_of_long
from pipeline.runtime.models import Models
from pipeline.settings import Settings
from pipeline.stages.detect.likely import likely
from pipeline.stages.detect.spots import each_once, same_face, spots_at
from pipeline.stages.landmarks import eyes_and_mouth, find_landmarks
from pipeline.steps.detect import see_photo
from pipeline.types import Image, Network, Photo, PhotoError, Pixels, Points
from training.portrait_faces import Portrait, cut_out, height

MOST, FEWEST = 50, 5  # pictures that a style is learned from
MOST_BYTES, MOST_PIXELS = 100_000_000, 50_000_000
LOOKED_PX = 1024  # long side at which faces are looked for
LOOKS_PX = (1024, 512, 256, 160)  # of the detector, for faces small and large
MOST_SPOTS, LIKELY = 6, 0.5  # spots that are verified; what the verifier has to say
CUT_PX = 384  # side of a face with what is around it, at most
LEAST_PX = 64  # height of a face, brow to chin
SURE = 0.8  # of 68 points: faces have more, landscapes less
TURNED = 0.08  # how far the nose is from one eye's outer corner, in parts of the other: a profile
HASH_PX, HASH_SIDE, ALIKE = 32, 8, 8  # of a perceptual hash; so many of its 64 bits may differ
# How like each other copies are, from afar: in another light, or saved badly, 0.975 and more.
SAME = 0.97
EXPOSURE, SPEED = 33434, 34855  # EXIF tags that only cameras write
NO_FACE = "no face was found in it, or it is seen from the side"


@dataclass(frozen=True)
class Looked:
    """What was found in a picture.

    `name`: what its owner calls it. `portrait`: its largest face; None where it is left out, for
    `reason`. `warning`: what may be wrong with one that is used.
    """

    name: str
    portrait: Portrait | None = None
    reason: str = ""
    warning: str = ""


class UnfitError(ValueError):
    """A picture that is left out; the message completes "NAME: …"."""


class Faces:
    """Find the 68 points of a picture's largest face by the embedded networks.

    The small detector and its verifier look first, in a second, and find most faces; what they
    miss, broad strokes for instance, the parser may see, in some seconds more.
    """

    @cached_property
    def _models(self) -> Models:
        return Models("cpu", here=frozenset())

    def _run(self, role: str) -> Network:
        return self._models.load(role, "embedded").run

    def __call__(self, picture: Pixels) -> Points:
        """Return the points, (68, 2) px.

        Raises: UnfitError: there is no face, or none that is clear, large and turned to us enough.
        """
        long_px = min(LOOKED_PX, max(picture.shape[:2]))
        small = resized(picture, size_of_long(picture.shape[:2], long_px))
        found = self._spotted(small.astype(np.float32) / 255) or self._parsed(small)
        if not found:
            raise UnfitError(NO_FACE)
        points, sure = max(found, key=lambda each: height(each[0]))
        points = (points + 0.5) * (max(picture.shape[:2]) / long_px) - 0.5
        if sure < SURE:
            raise UnfitError("its face is not clear enough for eyes, nose and mouth to be found")
        if height(points) < LEAST_PX:
            raise UnfitError(
                f"its face is {height(points):.0f} px high; {LEAST_PX} or more were wanted"
            )
        if is_profile(points):
            raise UnfitError("its face is seen from the side")
        return points.astype(np.float32)

    def _spotted(self, picture: Image) -> list[tuple[Points, float]]:
        """Return points of the faces that the detector spots, and how sure they are."""
        every = [s for px in LOOKS_PX for s in spots_at(picture, self._run("finder"), px)]
        surest = each_once(sorted(every, key=lambda s: -s.score), same_face)[:MOST_SPOTS]
        looks = likely(picture, [spot.points for spot in surest], self._run("verifier"))
        found = [
            find_landmarks(picture, corners, self._run("landmarks"))
            for chance, corners in looks
            if chance >= LIKELY
        ]
        return [each for each in found if each[1] >= SURE]

    def _parsed(self, picture: Pixels) -> list[tuple[Points, float]]:
        """Return points of the faces that the parser sees, and how sure they are."""
        settings = Settings.from_flat(weights="embedded")
        original, seen = see_photo(Photo(picture), models=self._models, settings=settings)
        corners = [each.points for each in seen.faces]
        k = max(picture.shape[:2]) / max(original.shape[:2])
        found = [
            find_landmarks(original, each.astype(np.float32), self._run("landmarks"))
            for each in corners
            if np.isfinite(each).all()
        ]
        return [((points + 0.5) * k - 0.5, sure) for points, sure in found]


def is_profile(points: Points) -> bool:
    """Tell whether a face, (68, 2), is turned away so far that one half of it is not seen."""
    corners = eyes_and_mouth(points)
    across = corners[1] - corners[0]
    wide, high = np.linalg.norm(across), align.eyes_to_mouth(corners)
    if wide < NARROW * high:
        return True
    left, right = ((points[30] - points[k]) @ across / wide for k in (36, 45))
    near, far = sorted((left, -right))
    return bool(near < TURNED * far)


def look_at(files: Sequence[tuple[Path, str]], faces: Faces | None = None) -> Iterator[Looked]:
    """Look at pictures, (file, name) each, and yield what was found, in their order.

    Twenty copies of one count as one. More than `MOST` that can be used are left out.
    """
    faces = faces or Faces()
    known: list[tuple[np.ndarray, str]] = []
    used = 0
    for file, name in files:
        try:
            if used == MOST:
                raise UnfitError(f"there are {MOST} already, which is the most that are used")
            picture = read_limited(file)
            mark = fingerprint(picture)
            refuse_copy(mark, known, name)
            points = faces(picture)
        except (UnfitError, PhotoError) as error:
            yield Looked(name, reason=str(error))
            continue
        used += 1
        known.append((mark, name))
        cut = cut_out(picture, points, CUT_PX)
        yield Looked(name, cut, warning=warning_of(file))


def read_limited(file: Path) -> Pixels:
    """Read a picture that is not too large.

    Raises: UnfitError: it is. PhotoError: it cannot be read.
    """
    try:
        size = file.stat().st_size
    except OSError as error:
        raise UnfitError(f"it cannot be read ({error.strerror})") from error
    if size > MOST_BYTES:
        most = f"{MOST_BYTES / 1e6:.0f} MB"
        raise UnfitError(f"it has {size / 1e6:.0f} MB; at most {most} were wanted")
    _, (w, h) = read_header(file)
    if w * h > MOST_PIXELS:
        most = f"{MOST_PIXELS / 1e6:.0f}"
        raise UnfitError(f"it has {w * h / 1e6:.0f} megapixels; at most {most} were wanted")
    return read_photo(file).pixels


def fingerprint(picture: Pixels) -> np.ndarray:
    """Return the light of a picture from afar, and of its mirror image, (2, 32, 32)."""
    small = cv2.resize(picture, (HASH_PX, HASH_PX), interpolation=cv2.INTER_AREA)
    plane = luminance(small.astype(np.float32))
    return np.stack([plane, plane[:, ::-1]])


def are_one(plane: np.ndarray, other: np.ndarray) -> bool:
    """Tell whether two planes of a `fingerprint` are of one picture.

    Drawings of one figure with another face have the same hash, and are not the same.

    Source: Zauner 2010, "Implementation and Benchmarking of Perceptual Image Hash Functions",
    section 3.2.1 (signs of the lowest frequencies of a small picture's cosine transform).
    """
    if int((_signs(plane) != _signs(other)).sum()) > ALIKE:
        return False
    one, two = (each.ravel() - each.mean() for each in (plane, other))
    return float(one @ two) >= SAME * float(np.linalg.norm(one) * np.linalg.norm(two))


def _signs(plane: np.ndarray) -> np.ndarray:
    low = cv2.dct(np.ascontiguousarray(plane))[:HASH_SIDE, :HASH_SIDE].ravel()
    return low > np.median(low[1:])


def refuse_copy(mark: np.ndarray, known: Iterable[tuple[np.ndarray, str]], called: str) -> None:
    """Refuse a picture whose `fingerprint` is that of a known one, or of its mirror image.

    `called`: its name, which may be the other one's, too.

    Raises: UnfitError: it is.
    """
    for other, name in known:
        if any(are_one(mark[0], each) for each in other):
            if name == called:
                raise UnfitError("it is there more than once, under this name, and counts once")
            raise UnfitError(f"it is a copy of {name}")


def warning_of(file: Path) -> str:
    """Say that a picture may be a photo of a person, where a camera says that it took it.

    Nobody can tell that from the pixels of every painting, so that it is used all the same.
    """
    try:
        with Picture.open(file) as image:
            taken = image.getexif().get_ifd(0x8769)
    except Exception:  # it was read before; what a damaged header raises is its decoder's
        return ""
    if not {EXPOSURE, SPEED} & set(taken):
        return ""
    return "a camera took it: a photo of a painting is fine, a photo of a person teaches no style"


def too_few(looked: Sequence[Looked]) -> str:
    """Say why pictures do not suffice for a style; nothing where they do."""
    good = sum(each.portrait is not None for each in looked)
    if good >= FEWEST:
        return ""
    found = f"{good} of {len(looked)} can be used" if looked else "there are none"
    return (
        f"At least {FEWEST} different painted portraits with a clear face were wanted; {found}. "
        "Add more."
    )
