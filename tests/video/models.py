"""Networks that are plain functions, for films."""

from dataclasses import dataclass
from fractions import Fraction
from types import SimpleNamespace

import numpy as np

from pipeline.runtime.models import Loaded
from pipeline.types import WeightUse
from pipeline.variants import FAST_STYLES
from pipeline.video.write import PictureWriter
from tests.test_paint import PlainModels


@dataclass
class FilmModels(PlainModels):
    """The same, with a fast painter that inverts pictures and notes what it is asked for."""

    def load(self, role, policy):
        if role != "fast_style":
            return super().load(role, policy)
        entry = SimpleNamespace(styles=tuple(FAST_STYLES), noise=2, build={"fold": 4})
        use = WeightUse(role, "0" * 64)
        return Loaded(self.inverted, use, entry, submodule=lambda which: None)

    def inverted(self, batch, mix, noise):
        self.runs["fast_style"] = self.runs.get("fast_style", 0) + 1
        self.size, self.mix, self.noise = batch.shape[2:], mix, noise
        return -batch


def pictures(count, size=(64, 96), step=0, seed=0):
    """Make pictures of colored noise, (H, W, 3), each moved by `step` px from the one before."""
    rng = np.random.default_rng(seed)
    wide = rng.integers(0, 256, (size[0] // 4, (size[1] + step * count) // 4 + 2, 3), np.uint8)
    wide = wide.repeat(4, 0).repeat(4, 1)
    return [
        np.ascontiguousarray(wide[: size[0], n * step : n * step + size[1]]) for n in range(count)
    ]


def film_file(path, rate, count):
    """Write a film of so many pictures, evenly in time; return its path."""
    step = 1000 // rate
    with PictureWriter(path, rate=Fraction(rate), time_base=Fraction(1, 1000)) as writer:
        for number, picture in enumerate(pictures(count)):
            writer.write(picture, number * step, step)
    return path
