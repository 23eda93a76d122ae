"""What becomes of the photo before it is looked at: its part, its light, its damage, its color."""

from typing import Literal

from pipeline.settings.stage import Stage, option

Paper = Literal["photo", "2x3", "3x4", "square", "a4"]
Turn = Literal["0", "90", "180", "270"]


class BrightenSettings(Stage):
    """How far a dark photo is brightened."""

    amount: float = option(
        1.0, "How far a photo that is dark is brightened before it is painted; 0 leaves it dark.",
        label="Brighten", flag="brighten", ge=0.0, le=1.0,
    )  # fmt: skip


class MendSettings(Stage):
    """Whether an old photo is mended first."""

    on: bool = option(
        False, "Find the scratches, creases and spots of an old photo, and repair them before it "
        "is painted.",
        label="Mend the photo", flag="mend",
    )  # fmt: skip


class BalanceSettings(Stage):
    """How much of a cast of color is taken off."""

    amount: float = option(
        1.0, "How much of a cast of color, of lamps, shade or age, is taken off before the photo "
        "is painted, where skin and the scene's light both show one; 0 leaves it.",
        label="Color cast", flag="color_cast", ge=0.0, le=1.0,
    )  # fmt: skip


class ColorizeSettings(Stage):
    """How colorful a photo without color becomes."""

    amount: float = option(
        1.0, "How much color a photo in black and white is given before it is painted: 1 as much "
        "as is guessed, 0 none, so that it gets its color from the painting alone.",
        label="Guessed colors", flag="guessed_colors", ge=0.0, le=1.5,
    )  # fmt: skip


class FrameSettings(Stage):
    """Which part of the photo is painted, and on what sheet."""

    paper: Paper = option(
        "photo", "The sheet's shape, upright or lying as the photo is.",
        label="Paper", flag="paper", names="As the photo|2:3|3:4|Square|A4",
    )  # fmt: skip
    turn: Turn = option(
        "0", "Turn a photo that lies on its side.",
        label="Turn", flag="turn",
        names="As it is|A quarter to the right|Upside down|A quarter to the left",
    )  # fmt: skip
    straighten: float = option(
        0.0, "Lean the photo clockwise; the largest part without empty corners is painted.",
        label="Straighten", flag="straighten", unit="degrees", ge=-15.0, le=15.0, step=0.1,
    )  # fmt: skip
    zoom: float = option(
        1.0, "Crop the photo: 2 leaves half of its width and of its height.",
        label="Zoom", flag="zoom", unit="times", ge=1.0, le=4.0,
    )  # fmt: skip
    across: float = option(
        0.5, "Where a crop lies: 0 at the photo's left edge, 1 at its right one.",
        label="Crop, across", flag="across", ge=0.0, le=1.0,
    )  # fmt: skip
    # Heads are near the upper edge: of a 2:3 portrait a square loses 7 % above and 27 % below.
    down: float = option(
        0.2, "Where a crop lies: 0 at the photo's upper edge, near which heads are, 1 at its lower "
        "one.",
        label="Crop, down", flag="down", ge=0.0, le=1.0,
    )  # fmt: skip
    border: float = option(
        0.0, "A plain off-white border around the painting; the paper's shape and the result's "
        "size include it.",
        label="Border", flag="border", unit="% of the short side", ge=0.0, le=20.0,
    )  # fmt: skip
