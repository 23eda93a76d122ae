"""Move each slider that acts at once on the page, over a painted photo.

`python -m benchmarks.sliders PHOTO [--megapixels 24] [--steps 7]`

A step is what the page does for it, from the settings to the preview on the disk. The least and the
median time of a step are printed for each slider, and those of a reference: the same photo, resized
to half its sides by area.
"""

import argparse
import tempfile
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from statistics import median

import cv2
import numpy as np

from benchmarks.portrait import markdown
from benchmarks.sizes import resized
from pipeline.io.encode import write_picture
from pipeline.io.image_files import read_photo
from pipeline.settings import Option, Settings
from ui.service import PaintService
from ui.service.painting import show
from ui.service.repainting import blend_again
from ui.widgets import AT_ONCE, OPTIONS

WHO = "benchmark"


def row(name: str, act: Callable[..., object], values: Iterable[object]) -> dict[str, str]:
    """Time an act with each value; return the table's row."""
    spent: list[float] = []
    for value in values:
        began = time.perf_counter()
        act(value)
        spent.append(1000 * (time.perf_counter() - began))
    return {"step": name, "least ms": f"{min(spent):.0f}", "median ms": f"{median(spent):.0f}"}


def values_of(slider: Option, count: int) -> list[Settings]:
    """List settings with a slider at places between its default and its lower end."""
    places = np.linspace(float(slider.default), slider.low or 0.0, count + 2)[1:-1]
    return [Settings.from_flat(**{slider.flag: place}) for place in places.tolist()]


def main() -> None:
    """Print the table."""
    cli = argparse.ArgumentParser(description=__doc__)
    cli.add_argument("photo", type=Path)
    cli.add_argument("--megapixels", type=float, default=24)
    cli.add_argument("--steps", type=int, default=7)
    args = cli.parse_args()
    large, service = resized(read_photo(args.photo), args.megapixels), PaintService()
    half = large.size[1] // 2, large.size[0] // 2
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "large.jpg"
        write_picture(path, large.pixels)
        state = show(service, WHO, path, path.stem, Settings(), lambda done, doing: None)

        def step(wanted: Settings) -> None:
            nonlocal state
            state = blend_again(service, WHO, state, wanted)

        def shrink(again: int) -> None:
            del again
            cv2.resize(large.pixels, half, interpolation=cv2.INTER_AREA)

        sliders = [o for o in OPTIONS if o.flag in AT_ONCE and o.is_number]
        rows = [row(each.flag, step, values_of(each, args.steps)) for each in sliders]
        print(markdown([*rows, row("reference", shrink, range(args.steps))]))
        service.sessions.leave(WHO)


if __name__ == "__main__":
    main()
