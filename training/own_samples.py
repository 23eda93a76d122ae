"""What a style that is learned paints by now: photos above, paintings below."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import cv2
import numpy as np
import torch

from pipeline.io.atomic import write_whole
from pipeline.nets.tps_generator import TpsGenerator
from pipeline.ops.tensor import to_float, to_uint8
from pipeline.runtime.models import Models
from pipeline.settings import IntensitySettings, Settings
from pipeline.stages.detect.from_parsing import Detections
from pipeline.stages.parse import Probabilities
from pipeline.stages.strokes.render import Surface, render
from pipeline.steps.detect import detect
from pipeline.steps.parts import parts_of
from pipeline.steps.portrait_styles import brush_by, painting_of, planned_over, printed_over
from pipeline.steps.run import Run
from pipeline.steps.strokes import stays_of
from pipeline.steps.ways import OWN_HAND
from pipeline.types import Photo, Pixels, Scene
from pipeline.types.portraits import Portraits
from training.aligned_aims import noise_for
from training.aligned_pairs import as_pairs, seen
from training.portrait_faces import Portrait

SHOWN, SIDE, EXTENT, GAP = 3, 320, 2.1, 6
PLANNED_PX = 640  # long side at which strokes are planned: samples come often
CPU = torch.device("cpu")
Looked = tuple[Portrait, Detections, Probabilities, tuple[bool, ...]]


@dataclass(frozen=True)
class Samples:
    """Some people, and how a style of one's own makes pictures of what its network paints.

    `portraits`, `printed`: as in a style's file; without portraits its network's picture is all.
    """

    people: Sequence[Portrait]
    portraits: Portraits | None = None
    printed: bool = False

    @torch.inference_mode()
    def draw(self, painter: TpsGenerator, page: Path) -> None:
        """Write a PNG, whole or not at all, of some people's photos and how they are painted."""
        views = [view for view, *_ in self._looked]
        photos = as_pairs(views, views, CPU).photos
        out = painter(photos, noise_for(photos, torch.Generator().manual_seed(0))).float()
        painted = (out / 2 + 0.5).clamp(0, 1).permute(0, 2, 3, 1).numpy()
        columns = [
            np.vstack([each.picture, np.full((GAP, SIDE, 3), 255, np.uint8), made])
            for each, made in zip(views, map(self._made, self._looked, painted), strict=True)
        ]
        gap = np.full((len(columns[0]), GAP, 3), 255, np.uint8)
        sheet = np.hstack([part for column in columns for part in (column, gap)][:-1])
        data = cv2.imencode(".png", np.ascontiguousarray(sheet[:, :, ::-1]))[1].tobytes()
        write_whole(page, lambda file: file.write(data), overwrite=True)

    @cached_property
    def _looked(self) -> list[Looked]:
        """Return what is seen in the photos: they stay the same."""
        models, found = Models("cpu", here=frozenset()), []
        for each in self.people[:SHOWN]:
            view = seen(each, SIDE, EXTENT)
            run = Run(Photo(view.picture), Settings(), models)
            faces = detect(run)
            parts = parts_of(run, run.original, faces).value
            found.append((view, faces.value, parts, stays_of(run, faces)))
        return found

    def _made(self, looked: Looked, painted: np.ndarray) -> Pixels:
        """Make of a photo and what the network paints of it, (S, S, 3), what is painted of it."""
        if self.portraits is None:
            return to_uint8(painted)
        (view, *seen_there), canvas = looked, IntensitySettings().canvas
        inputs = to_float(view.picture), Scene(painted), *seen_there
        if self.printed:
            made = printed_over(*inputs, self.portraits.palettes, canvas)
            return to_uint8(painting_of(made.scene))
        strokes = planned_over(
            *inputs, self.portraits, brush_by(OWN_HAND, 1.0), tell=lambda done, so_far: None,
            long_px=PLANNED_PX,
        )  # fmt: skip
        return render(strokes, (SIDE, SIDE), Surface(OWN_HAND.thick, canvas))
