"""What the portraits that a style of one's own is learned from are like, part by part.

A painting in the style goes to the light and the colors of the one that its photo is most like. It
is measured once in a run, by the embedded networks, in whole pictures.
"""

from collections.abc import Iterable
from pathlib import Path

import numpy as np

from pipeline.io.atomic import write_whole
from pipeline.runtime.models import Models
from pipeline.steps.run import RunCache
from pipeline.steps.strokes import portrait_in
from pipeline.types import Style
from pipeline.types.portraits import Portraits, joined
from training.style_folder import pictures_in
from training.style_pictures import read_limited
from training.told_progress import looks_in

LIGHT = "light.npz"


def light_of(run: Path, pictures: Path) -> Portraits | None:
    """Return what the pictures with a clear face are like; None where the parser sees nobody.

    `run`: what was said of each of them lies there, and what is measured is kept there.
    """
    file = run / LIGHT
    if not file.exists():
        looks = looks_in(run)
        given = zip(pictures_in(pictures), looks, strict=False)
        found = measured(path for path, look in given if look["tile"])
        arrays = {} if found is None else vars(found)
        write_whole(file, lambda to: np.savez(to, **arrays))
    with np.load(file, allow_pickle=False) as kept:
        return Portraits(**{name: kept[name] for name in kept.files}) if kept.files else None


def measured(files: Iterable[Path]) -> Portraits | None:
    """Measure the portraits in which a face is seen; None where there is none."""
    models = Models("cpu", here=frozenset())
    looks = (portrait_in(models, Style(read_limited(file)), RunCache()).value for file in files)
    found = [each for each in looks if each]
    return joined(found) if found else None
