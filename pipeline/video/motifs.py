"""What a film's strokes show: its pictures in a mood, or in the light of a painter's portraits."""

from collections.abc import Callable

import numpy as np

from pipeline.ops.parts import largest_height
from pipeline.stages.detect.from_parsing import Detections
from pipeline.stages.strokes.motif import Brush, Motif
from pipeline.stages.strokes.portraits import one_alike
from pipeline.steps.parts import parts_of
from pipeline.steps.portrait_styles import (
    brush_by,
    motif_over,
    painted_by,
    portrait_network,
    portraits_for,
)
from pipeline.steps.run import Keyed, Run, RunCache
from pipeline.steps.strokes import GUIDE_PX, asked_of, motif_of, plain_motif, stays_of
from pipeline.steps.ways import hand_of
from pipeline.types.portraits import Portraits
from pipeline.variants import Hand
from pipeline.video.job import BLANK, FilmJob

FILM_PIXELS = 640 * 480  # that a network paints of a film, at most, like a painter's portraits

# Of a picture's run and who is seen in it, and whether a scene begins there, what is painted of it
# and by which brush. What is drawn by chance comes before the strokes' own.
Motifs = Callable[[Run, Keyed[Detections], bool, np.random.Generator], tuple[Motif, Brush]]


def motifs_of(job: FilmJob) -> Motifs:
    """Return what says what a film's strokes show.

    Raises: WeightError: a portrait style's network is not at hand, or its file.
    """
    hand = hand_of(job.settings.paint)
    return MoodMotifs() if hand is None else PortraitMotifs(job, hand)


class MoodMotifs:
    """Show pictures in Monet's light, in one of its moods, or in a picture's."""

    def __init__(self) -> None:
        self._looks = RunCache()  # at the mood's picture, which is every plan's

    def __call__(
        self, run: Run, seen: Keyed[Detections], anew: bool, rng: np.random.Generator
    ) -> tuple[Motif, Brush]:
        """Return what is painted of a picture."""
        parts, mood, style, portrait, stays, brush = asked_of(run, seen, self._looks)
        like, photo = portrait.value if portrait else None, run.original.value
        motif = motif_of(
            photo, seen.value, parts.value, mood, style, like, stays, rng, looked_at_px(run)
        )
        return motif, brush


class PortraitMotifs:
    """Show pictures in the light of the portrait that the first of their scene is most like."""

    def __init__(self, job: FilmJob, hand: Hand) -> None:
        how = job.settings.paint
        self._network = portrait_network(Run(BLANK, job.settings, job.models))
        self._portraits = portraits_for(how).value
        self._brush = brush_by(hand, how.brush)
        self._portrait: Portraits | None = None
        self._face_px = 0.0

    def __call__(
        self, run: Run, seen: Keyed[Detections], anew: bool, rng: np.random.Generator
    ) -> tuple[Motif, Brush]:
        """Return what is painted of a picture."""
        how, photo = run.settings.paint, run.original.value
        parts, stays = parts_of(run, run.original, seen).value, stays_of(run, seen)
        plain = plain_motif(photo, seen.value, parts, stays, looked_at_px(run))
        # Whoever is seen nearer later is not painted otherwise, while the scene lasts.
        if anew:
            self._portrait, self._face_px = None, 0.0
        self._portrait = self._portrait or one_alike(plain, self._portraits)
        self._face_px = self._face_px or largest_height(seen.value.faces)
        scene = painted_by(photo, self._network, self._face_px, how.brush, FILM_PIXELS)
        return motif_over(plain, scene, self._portrait, self._portraits), self._brush


def looked_at_px(run: Run) -> int:
    """Return the long side at which a film's picture is looked at: it is not shown larger."""
    return min(GUIDE_PX, max(run.original.value.shape[:2]))
