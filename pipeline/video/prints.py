"""Print a film: each picture from the same blocks, with the same ground, while a scene lasts."""

from dataclasses import replace
from functools import partial

from pipeline.ops.parts import largest_height
from pipeline.ops.tensor import to_float, to_uint8
from pipeline.runtime.stroke_noise import stroke_noise
from pipeline.stages.stylize.blocks import Float, block_colors, followed
from pipeline.stages.stylize.generator import stylize_at
from pipeline.stages.stylize.ink import by_chance
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


class PrintFilm:
    """Print one picture of a film after the other.

    Which print's ground is taken, and how fine the blocks are, is decided where a scene begins.
    """

    def __init__(self, job: FilmJob) -> None:
        self._job, self._steady = job, Steady()
        self._network = portrait_network(Run(BLANK, job.settings, job.models))
        self._portraits = portraits_for(job.settings.paint).value
        self._follow = PartsFollower(job, FILM_PIXELS)
        self._noise, self._chance = CarriedNoise(), CarriedNoise()
        self._press: Press | None = None
        self._colors: Float | None = None  # of blocks behind people

    def __call__(self, pixels: Pixels, moved: Moved | None) -> Pixels:
        """Return a picture's print, (H, W, 3)."""
        original, how = to_float(pixels), self._job.settings
        size = (original.shape[0], original.shape[1])
        seen, parts = self._follow(pixels, moved)
        face = largest_height(seen.faces) * size[0] / parts.shape[0]
        motif = plain_motif(original, seen, parts, (True,) * len(seen.faces), max(parts.shape[:2]))
        if self._press is None or moved is None or moved.cut:
            self._colors = None
            ground = ground_for(motif, self._portraits)
            self._press = Press(face, self._portraits, ground, how.intensity.canvas)

        def chance(size: tuple[int, int]) -> Mask:
            return self._chance(_drawn, (*size, 1), moved)[..., 0]

        def colors(lab: Float, behind: Mask) -> Float:
            known = self._colors
            self._colors = (
                followed(known, lab, behind) if known is not None else block_colors(lab, behind)
            )
            return self._colors

        working = size_for(size, self._press.face_px, how.paint.brush, FILM_PIXELS)
        places = self._network.noise_size(working)
        field = self._noise(
            partial(stroke_noise, 2 * original.transpose(2, 0, 1) - 1), places, moved
        )
        painting = stylize_at(original, self._network.seeded(field), working)
        print_ = pressed(
            replace(self._press, chance=chance, colors=colors), original, painting, motif, parts
        )
        return self._steady(to_uint8(print_), moved)


def _drawn(size: Size) -> Mask:
    return by_chance(size[:2])[..., None]
