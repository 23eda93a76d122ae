"""Declare every choice once: flags, widgets, API fields and PNG metadata come from here."""

from collections.abc import Iterator, Mapping
from typing import Any, Literal

from pydantic import ValidationError

from pipeline.settings.formats import FORMAT as FORMAT
from pipeline.settings.formats import NUMBER as NUMBER
from pipeline.settings.formats import opened
from pipeline.settings.formats import say_dropped as say_dropped
from pipeline.settings.options import Option as Option
from pipeline.settings.options import options_of
from pipeline.settings.photo import (
    BalanceSettings,
    BrightenSettings,
    ColorizeSettings,
    MendSettings,
)
from pipeline.settings.photo import FrameSettings as FrameSettings
from pipeline.settings.short import short
from pipeline.settings.stage import Stage, option
from pipeline.settings.stages import (
    BlendSettings,
    DetectSettings,
    IntensitySettings,
    PaintSettings,
    ProportionsSettings,
    RestoreSettings,
    ResultSettings,
    SegmentSettings,
    StyleSettings,
)
from pipeline.settings.stages import Kept as Kept
from pipeline.settings.stages import KeptFaces as KeptFaces
from pipeline.settings.stages import Restored as Restored
from pipeline.settings.stages import Segmenter as Segmenter

WeightPolicy = Literal["auto", "embedded", "full"]
COMPARED: tuple[Segmenter, ...] = ("sam_light", "unet")  # unless others are chosen: the paper's two


class Settings(Stage):
    """All choices of one painting, by stage."""

    paint: PaintSettings = PaintSettings()
    style: StyleSettings = StyleSettings()
    intensity: IntensitySettings = IntensitySettings()
    brighten: BrightenSettings = BrightenSettings()
    mend: MendSettings = MendSettings()
    balance: BalanceSettings = BalanceSettings()
    colorize: ColorizeSettings = ColorizeSettings()
    detect: DetectSettings = DetectSettings()
    proportions: ProportionsSettings = ProportionsSettings()
    restore: RestoreSettings = RestoreSettings()
    segment: SegmentSettings = SegmentSettings()
    blend: BlendSettings = BlendSettings()
    frame: FrameSettings = FrameSettings()
    result: ResultSettings = ResultSettings()
    weights: WeightPolicy = option(
        "auto", "auto: published weights that are at hand at the start; embedded: none of them; "
        "full: published only, downloaded where they are missing.",
        label="Weights", flag="weights", names="Auto|Embedded|Full",
    )  # fmt: skip

    @classmethod
    def from_flat(cls, /, **values: object) -> "Settings":
        """Build settings from flat option names (`brush=2`); what is not named keeps its default.

        Raises: ValueError: a name that is unknown or a value out of range, with the range.
        """
        known = {o.flag: o for o in options()}
        nested: dict[str, Any] = {}
        for flag, value in values.items():
            if flag not in known:
                raise ValueError(
                    f"There is no setting {short(flag)}; the settings are {', '.join(known)}."
                )
            known[flag].check(value)
            target = nested
            for step in known[flag].path[:-1]:
                target = target.setdefault(step, {})
            target[known[flag].path[-1]] = value
        try:
            return cls.model_validate(nested)
        except ValidationError as error:  # every field was checked above; this is the net below it
            raise ValueError(str(error)) from error

    def changed(self, **values: object) -> "Settings":
        """Return these settings with other values for some flat option names.

        Raises: ValueError: as `from_flat`.
        """
        return Settings.from_flat(**(self.flat() | values))

    @classmethod
    def from_written(cls, values: Mapping[str, object]) -> "tuple[Settings, tuple[str, ...]]":
        """Build settings from what `written` returns now or did in earlier versions.

        The second value names what was dropped, for `say_dropped`.

        Raises: ValueError: as `from_flat`, and where the format is unknown.
        """
        flat, dropped = opened(values)
        return cls.from_flat(**flat), dropped

    def written(self) -> dict[str, bool | float | str]:
        """Return every choice by its flat name, with the number of their format."""
        return {NUMBER: FORMAT, **self.flat()}

    def flat(self) -> dict[str, bool | float | str]:
        """Return every choice by its flat name."""
        return {o.flag: o.of(self) for o in options()}


def options() -> Iterator[Option]:
    """Yield every choice, stages in order."""
    return options_of(Settings)
