"""Paint one picture of a film after the other, each kept still by the one before."""

from collections.abc import Callable
from functools import partial

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.ops.parts import largest_height
from pipeline.ops.resample import pixels_resized
from pipeline.ops.seed_noise import Field, seeds
from pipeline.ops.tensor import to_float, to_uint8
from pipeline.runtime.stroke_noise import stroke_noise
from pipeline.stages.stylize.generator import MAX_PIXELS, stylize, working_size
from pipeline.steps.detect import detect
from pipeline.steps.fast_style import FAST_STRIDE, mix_of
from pipeline.steps.network import network_of, strokes_of, width_of
from pipeline.steps.portrait_styles import portrait_network, size_for
from pipeline.steps.run import Run
from pipeline.steps.ways import in_strokes, is_printed
from pipeline.types import Mask, Photo, Pixels
from pipeline.video.job import BLANK, FilmJob
from pipeline.video.motifs import FILM_PIXELS
from pipeline.video.noise import CarriedNoise, Size
from pipeline.video.prints import PrintFilm
from pipeline.video.steady import Moved, Steady
from pipeline.video.strokes import StrokeFilm
from pipeline.video.style_transfer import StyleTransferFilm

# A picture of a film, (H, W, 3), and how it came from the one before, to its painting.
FramePainter = Callable[[Pixels, Moved | None], Pixels]
Make = Callable[[FilmJob], FramePainter]
Batch = NDArray[np.float32]
# Short side at which the fast painter paints at the usual brush, so that strokes are the same part
# of a film of any size; where `MAX_PIXELS` do not suffice for that, they are wider. A film that is
# smaller by less than so many times is painted as it is.
FAST_PX, ENLARGED = 400, 1.25


def painter_of(job: FilmJob) -> FramePainter:
    """Return what paints a film as its settings ask for; it remembers what it painted before.

    Raises: PromptError: a style is missing. WeightError: a network is not at hand.
    """
    return FILM_PAINTERS[job.settings.paint.painter](job)


def _by_fast_style(job: FilmJob) -> FramePainter:
    settings, models = job.settings, job.models
    network, steady = models.load("fast_style", settings.weights), Steady()
    noise = CarriedNoise() if network.entry.noise else None
    run = network.styled(mix_of(settings.paint, network.entry.styles))
    short = FAST_PX / settings.paint.brush

    def paint(pixels: Pixels, moved: Moved | None) -> Pixels:
        h, w = pixels.shape[:2]
        scale = min(short / min(h, w), (MAX_PIXELS / (h * w)) ** 0.5)
        if 1 < scale < ENLARGED:
            scale = 1.0
        size = tuple(max(FAST_STRIDE, round(n * scale / FAST_STRIDE) * FAST_STRIDE) for n in (h, w))
        batch = _batch(pixels, (size[0], size[1]))
        drawn, places = partial(stroke_noise, batch[0]), network.noise_size((size[0], size[1]))
        field = noise(drawn, places, moved) if noise else None
        painted = _pixels(run(batch, field))
        # Held still before it is enlarged: there is nothing finer in it, and less to do.
        return pixels_resized(steady(painted, moved), (h, w))

    return paint


def _by_portrait_style(job: FilmJob) -> FramePainter:
    how = job.settings.paint
    if is_printed(how):
        return PrintFilm(job)
    return StrokeFilm(job) if in_strokes(how) else PortraitStyleFilm(job)


class PortraitStyleFilm:
    """Paint a film as a portrait style's network does.

    Its size, at which faces are seen best, is that of a scene: faces are looked for in its first
    picture, and, while none is there, after one second, two, four and so on.
    """

    def __init__(self, job: FilmJob) -> None:
        self._job, self._noise, self._steady = job, CarriedNoise(), Steady()
        self._network = portrait_network(Run(BLANK, job.settings, job.models))
        self._face, self._wait, self._next = 0.0, max(1, round(job.rate)), 0

    def __call__(self, pixels: Pixels, moved: Moved | None) -> Pixels:
        """Return a picture's painting, (H, W, 3)."""
        if moved is None or moved.cut:
            self._face, self._wait, self._next = 0.0, max(1, round(self._job.rate)), 0
        if self._face == 0:
            self._look(pixels)
        h, w = pixels.shape[:2]
        size = size_for((h, w), self._face, self._job.settings.paint.brush, pixels=FILM_PIXELS)
        batch = _batch(pixels, size)
        places = self._network.noise_size(size)
        field = self._noise(partial(stroke_noise, batch[0]), places, moved)
        painted = _pixels(self._network.seeded(field)(batch))
        return pixels_resized(self._steady(painted, moved), (h, w))

    def _look(self, pixels: Pixels) -> None:
        if self._next == 0:
            run = Run(Photo(pixels), self._job.settings, self._job.models)
            k = pixels.shape[0] / run.original.value.shape[0]
            self._face = k * largest_height(detect(run).value.faces)
            self._next, self._wait = self._wait, 2 * self._wait
        self._next -= 1


def _batch(pixels: Pixels, size: tuple[int, int]) -> Batch:
    """Make a painter's input of a picture at a (height, width): (1, 3, H, W) in [-1, 1]."""
    small = pixels_resized(pixels, size)
    return cv2.dnn.blobFromImage(small, 1 / 127.5, mean=(127.5, 127.5, 127.5))


def _pixels(painted: Batch) -> Pixels:
    return np.asarray(cv2.merge([_in_bytes(plane) for plane in painted[0]]), np.uint8)


def _in_bytes(plane: Mask) -> NDArray[np.uint8]:
    """Convert a channel in [-1, 1], (H, W), to bytes, rounded and clipped, in one pass."""
    return np.asarray(cv2.addWeighted(plane, 127.5, plane, 0, 127.5, dtype=cv2.CV_8U), np.uint8)


def _by_network(job: FilmJob) -> FramePainter:
    settings, models = job.settings, job.models
    network = network_of(Run(BLANK, settings, models))
    how, brush, steady = strokes_of(network), width_of(settings.paint), Steady()
    noise = CarriedNoise() if how.pop("seeded") else None

    def paint(pixels: Pixels, moved: Moved | None) -> Pixels:
        working = working_size((pixels.shape[0], pixels.shape[1]), brush=brush, **how)
        field = noise(soft, (*working, 3), moved) if noise else None
        painted = stylize(to_float(pixels), network.run, brush=brush, noise=field, **how)
        return steady(to_uint8(painted), moved)

    return paint


def soft(size: Size) -> Field:
    """Draw smooth noise, (H, W, 3)."""
    return seeds(size[:2], np.random.default_rng(0))


FILM_PAINTERS: dict[str, Make] = {
    "fast": _by_fast_style,
    "network": _by_network,
    "portrait-aware": StyleTransferFilm,
    "strokes": StrokeFilm,
    "tps": _by_portrait_style,
}
