"""Print a film: each picture from the same blocks, with the same ground, while a scene lasts."""

from dataclasses import replace

from pipeline.ops.parts import largest_height
from pipeline.ops.resample import pixels_resized, size_within
from pipeline.ops.seed_noise import Field
from pipeline.ops.tensor import to_float, to_uint8
from pipeline.runtime.stroke_noise import stroke_noise
from pipeline.stages.parse import in_photo
from pipeline.stages.stylize.blocks import block_colors, followed
from pipeline.stages.stylize.generator import stylize_at
from pipeline.stages.stylize.ink import by_chance
from pipeline.steps.landmarks import sure_points
from pipeline.steps.portrait_styles import portrait_network, portraits_for, size_for
from pipeline.steps.prints import Press, ground_for, pressed
from pipeline.steps.run import Run
from pipeline.steps.strokes import plain_motif
from pipeline.types import Mask, Pixels
from pipeline.video.job import BLANK, FilmJob
from pipeline.video.motifs import FILM_PIXELS
from pipeline.video.noise import CarriedNoise, Size
from pipeline.video.parts import PartsFollower
from pipeline.video.steady import Moved, Steady

PRINT_PX = 1_000_000  # of a picture that are printed, at most: a larger one is enlarged
FOLLOWS = 0.7  # how far the colors of blocks follow a film in a second


class PrintFilm:
    """Print one picture of a film after the other.

    Which print's ground is taken, and how fine the blocks are, is decided where a scene begins, and
    where somebody comes into one that had nobody.
    """

    def __init__(self, job: FilmJob) -> None:
        self._job, self._steady = job, Steady()
        self._network = portrait_network(Run(BLANK, job.settings, job.models))
        self._point = job.models.load("landmarks", job.settings.weights)
        self._portraits = portraits_for(job.settings.paint).value
        self._follow = PartsFollower(job, FILM_PIXELS)
        self._noise, self._chance = CarriedNoise(), CarriedNoise()
        self._press: Press | None = None
        self._size = (0, 0)
        self._colors: Field | None = None  # of blocks behind people
        self._share = 1 - (1 - FOLLOWS) ** (1 / job.rate)

    def __call__(self, pixels: Pixels, moved: Moved | None) -> Pixels:
        """Return a picture's print, (H, W, 3)."""
        full, how = (pixels.shape[0], pixels.shape[1]), self._job.settings
        size = size_within(full, PRINT_PX)
        pixels = pixels_resized(pixels, size)
        original, moved = to_float(pixels), None if moved is None else moved.to(size)
        seen, parts = self._follow(pixels, moved)
        face = largest_height(seen.faces) * size[0] / parts.shape[0]
        motif = plain_motif(original, seen, parts, (True,) * len(seen.faces), max(parts.shape[:2]))
        press, cut = self._press, moved is None or moved.cut or size != self._size
        if press is None or cut or (face and not press.face_px):
            ground = ground_for(motif, self._portraits)
            press = Press(face, self._portraits, ground, how.intensity.canvas)
            self._press, self._colors, self._size = press, None, size

        def chance(size: tuple[int, int]) -> Mask:
            return self._chance(_drawn, (*size, 1), moved)[..., 0]

        def colors(lab: Field, behind: Mask) -> Field:
            known = self._colors
            if known is None or not len(known):
                self._colors = block_colors(lab, behind)
            else:
                self._colors = followed(known, lab, behind, self._share)
            return self._colors

        def streaks(size: Size) -> Field:
            small = pixels_resized(pixels, working)
            return stroke_noise(2 * to_float(small).transpose(2, 0, 1) - 1, size)

        working = size_for(size, press.face_px, how.paint.brush, FILM_PIXELS)
        places = self._network.noise_size(working)
        field = self._noise(streaks, places, moved)
        painting = stylize_at(original, self._network.seeded(field), working)
        press = replace(press, chance=chance, colors=colors)
        faces = (in_photo(each, size[0] / parts.shape[0]) for each in seen.faces)
        points = sure_points(original, tuple(faces), self._point.run)
        made = pressed(press, original, painting, motif, parts, points)
        made = self._steady(to_uint8(made), moved)
        return pixels_resized(made, full)


def _drawn(size: Size) -> Field:
    return by_chance(size[:2])[..., None]
