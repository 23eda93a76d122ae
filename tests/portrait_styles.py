"""Portrait styles of files, for tests: generators that have learned nothing."""

from functools import cache

import numpy as np
import torch

from pipeline.nets.tps_generator import TpsGenerator
from pipeline.runtime.own_files import styles_folder
from pipeline.runtime.portrait_style_files import write
from pipeline.types.portraits import COLORS, GROUND, RANKS, Portraits


@cache
def state(seed=0):
    """Return the state dict of a generator of random weights."""
    torch.manual_seed(seed)
    return TpsGenerator().state_dict()


def put(name="auntie", label="Auntie's portraits", seed=0, **made):
    """Write a style into the folder of styles."""
    file = styles_folder() / f"{name}.safetensors"
    write(file, state(seed), name=name, label=label, **made)
    return file


def portraits(count=5, wall=40.0):
    """Return what so many made-up portraits are like, before walls of a lightness."""
    rng = np.random.default_rng(0)
    quantiles = np.sort(rng.uniform(10, 80, (count, 4, RANKS)), axis=-1)
    quantiles[:, GROUND] = wall + np.linspace(-5, 5, RANKS)
    colors = rng.uniform(-20, 20, (count, 4, COLORS, 3))
    colors[..., 0] = quantiles[..., 2 : 2 + COLORS]
    weights, fall = np.full((count, 4, COLORS), 1 / 4 / COLORS), np.zeros((count, 3))
    return Portraits(*(each.astype(np.float32) for each in (quantiles, colors, weights, fall)))
