"""Training photos in the colors that are guessed for them made gray, as a gray photo is seen."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pipeline.io.atomic import write_whole
from pipeline.ops.color import luminance, repeated
from pipeline.ops.resample import resized, size_of_long
from pipeline.ops.tensor import to_float
from pipeline.stages.colorize import colored, guessed
from pipeline.stages.parse import Parser
from pipeline.types import Network, Photo, Pixels

Guess = NDArray[np.int8]  # (h, w, 2): CIELAB's a and b

GUESSES = "guesses"  # a folder beside the kept labels
LONG_PX = 128  # colors are smooth


def guess_of(photo: Pixels, parser: Parser, colorizer: Network) -> Guess:
    """Guess the colors of a photo made gray, (H, W, 3)."""
    ab = guessed(to_float(_gray(photo)), parser, colorizer)
    small = resized(ab, size_of_long((ab.shape[0], ab.shape[1]), LONG_PX))
    return np.round(small).clip(-127, 127).astype(np.int8)


def in_guessed_colors(photo: Pixels, guess: Guess) -> Pixels:
    """Return a photo, (H, W, 3), in guessed colors of its light."""
    return colored(Photo(_gray(photo)), guess.astype(np.float32)).pixels


def keep_guess(labels: Path, guess: Guess) -> None:
    """Write a guess beside the kept labels of its photo."""
    file = _beside(labels)
    write_whole(file, lambda out: np.save(out, guess), overwrite=True)


def kept_guess(labels: Path) -> Guess | None:
    """Return what `keep_guess` wrote beside labels; None where nothing was guessed."""
    file = _beside(labels)
    return np.load(file) if file.exists() else None


def _beside(labels: Path) -> Path:
    return labels.parent / GUESSES / f"{labels.stem}.npy"


def _gray(photo: Pixels) -> Pixels:
    return repeated(luminance(photo))
