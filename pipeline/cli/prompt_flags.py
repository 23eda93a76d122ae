"""Read a prompt from flags of the command."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pipeline.types import Drawing, Prompt

POINTS = "x,y or x,y,- for each, px of the photo from its top left"
BOX = "x0,y0,x1,y1, px of the photo"
FACES = "x,y or x,y,restoration from 0 to 1 for each, px of the photo from its top left"


def add_prompt(command: argparse.ArgumentParser) -> None:
    """Add the flags that point at things in one photo."""
    group = command.add_argument_group(
        "what else is kept, and which faces are restored, of one photo, cropped as it is painted"
    )
    group.add_argument(
        "--points",
        metavar="'X,Y X,Y,- …'",
        help=f"add what lies at a point, or take it away (-): {POINTS}",
    )
    group.add_argument("--box", metavar="X0,Y0,X1,Y1", help=f"keep what is in a box: {BOX}")
    about = (
        "point at faces: each gets its own restoration, or --restoration, sharp or not; "
        "--restored-faces chosen restores no others"
    )
    group.add_argument(
        "--kept",
        metavar="'X,Y X,Y,- …'",
        help=f"point at faces that stay themselves, or are painted like the rest (-): {POINTS}",
    )
    group.add_argument("--faces", metavar="'X,Y X,Y,0.8 …'", help=f"{about}: {FACES}")
    group.add_argument(
        "--mend-mask",
        type=Path,
        metavar="FILE",
        help="with --mend: a picture of the photo's shape; what is white in it is mended, and "
        "nothing else, whatever is found",
    )


def prompt_of(chosen: argparse.Namespace) -> "Prompt":
    """Build the prompt from the parsed flags.

    Raises: PromptError: a flag is malformed, or there are several photos. PhotoError: the mask
    cannot be read.
    """
    from pipeline.types import Prompt, PromptError

    prompt = Prompt(
        points=tuple(_point(text) for text in (chosen.points or "").split()),
        box=chosen.box and _box(chosen.box),
        faces=tuple(_face(text) for text in (chosen.faces or "").split()),
        kept=tuple(_point(text) for text in (chosen.kept or "").split()),
        mended=chosen.mend_mask and _mask(chosen.mend_mask),
    )
    if prompt.mended and not getattr(chosen, "mend", False):
        raise PromptError("--mend-mask says what --mend mends; add --mend.")
    if (prompt or prompt.mended) and len(chosen.photos) > 1:
        raise PromptError(
            "--points, --box, --kept, --faces and --mend-mask are about one photo; "
            f"{len(chosen.photos)} were given. Paint them one by one."
        )
    return prompt


def _mask(file: Path) -> "Drawing | None":
    """Read what is white in a picture as what is added, all else as what is taken away."""
    import numpy as np

    from pipeline.io.image_files import read_photo
    from pipeline.types import ADDED, TAKEN, PhotoError, drawing_of

    try:
        pixels = read_photo(file).pixels
    except PhotoError as error:
        raise PhotoError(f"{file}: {error}") from error
    white = np.asarray(pixels).min(2) > 127
    return drawing_of(np.where(white, ADDED, TAKEN).astype(np.uint8))


def _point(text: str) -> tuple[float, float, bool]:
    x, y = _numbers("A point", text.removesuffix(",-"), 2, POINTS)
    return x, y, not text.endswith(",-")


def _box(text: str) -> tuple[float, float, float, float]:
    x0, y0, x1, y1 = _numbers("A box", text, 4, BOX)
    return x0, y0, x1, y1


def _face(text: str) -> tuple[float, float, float | None]:
    x, y, *weight = _numbers("A face", text, 2 + (text.count(",") > 1), FACES)
    return x, y, weight[0] if weight else None


def _numbers(what: str, text: str, count: int, wanted: str) -> list[float]:
    from pipeline.types import PromptError

    try:
        numbers = [float(part) for part in text.split(",")]
    except ValueError:
        numbers = []
    if len(numbers) != count:
        raise PromptError(f"{what} is {wanted}, not {text!r}.")
    return numbers
