"""What a style that is learned paints by now: photos above, paintings below."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, partial
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
from pipeline.steps.portrait_styles import brush_by, planned_over
from pipeline.steps.prints import painting_of, printed_over
from pipeline.steps.run import Run
from pipeline.steps.strokes import stays_of
from pipeline.steps.ways import OWN_HAND
from pipeline.types import Image, Photo, Scene
from pipeline.types.portraits import Portraits
from training.aligned_aims import noise_for
from training.aligned_pairs import as_pairs, seen
from training.portrait_faces import Portrait

SHOWN, SIDE, EXTENT, GAP = 3, 320, 2.1, 6
PLANNED_PX = 640  # long side at which strokes are planned: samples come often
CPU = torch.device("cpu")
InPhoto = tuple[Image, Detections, Probabilities, tuple[bool, ...]]  # and who stays


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
        views = self._views
        photos = as_pairs(views, views, CPU).photos
        out = painter(photos, noise_for(photos, torch.Generator().manual_seed(0))).float()
        painted = (out / 2 + 0.5).clamp(0, 1).permute(0, 2, 3, 1).numpy()
        if self.portraits:
            made = partial(self._made, self.portraits)
            painted = [made(*each) for each in zip(self._in_photos, painted, strict=True)]
        columns = [
            np.vstack([each.picture, np.full((GAP, SIDE, 3), 255, np.uint8), to_uint8(below)])
            for each, below in zip(views, painted, strict=True)
        ]
        gap = np.full((len(columns[0]), GAP, 3), 255, np.uint8)
        sheet = np.hstack([part for column in columns for part in (column, gap)][:-1])
        data = cv2.imencode(".png", np.ascontiguousarray(sheet[:, :, ::-1]))[1].tobytes()
        write_whole(page, lambda file: file.write(data), overwrite=True)

    @cached_property
    def _views(self) -> list[Portrait]:
        return [seen(each, SIDE, EXTENT) for each in self.people[:SHOWN]]

    @cached_property
    def _in_photos(self) -> list[InPhoto]:
        """Look at the photos, once: they stay the same."""
        models, found = Models("cpu", here=frozenset()), []
        for view in self._views:
            run = Run(Photo(view.picture), Settings(), models)
            faces = detect(run)
            parts = parts_of(run, run.original, faces).value
            found.append((run.original.value, faces.value, parts, stays_of(run, faces)))
        return found

    def _made(self, portraits: Portraits, photo: InPhoto, painted: np.ndarray) -> Image:
        """Make of what is seen in a photo and what the network paints of it what is painted."""
        (original, *who), canvas = photo, IntensitySettings().canvas
        inputs = original, Scene(painted), *who, portraits
        if self.printed:
            return painting_of(printed_over(*inputs, (), canvas).scene)
        strokes = planned_over(
            *inputs, brush_by(OWN_HAND, 1.0), tell=lambda done, so_far: None,
            long_px=PLANNED_PX,
        )  # fmt: skip
        return to_float(render(strokes, (SIDE, SIDE), Surface(OWN_HAND.thick, canvas)))
