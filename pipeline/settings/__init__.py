"""Declare every choice once: flags, widgets, API fields and PNG metadata come from here."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Literal, get_args, get_origin

from pydantic import BaseModel, ConfigDict, Field, ValidationError, ValidationInfo, field_validator

from pipeline.variants import VARIANTS

StylePreset = Literal["fast", "paper"]
StyleColors = Literal["picture", "matched", "photo"]
Guidance = Literal["input", "layers"]
Kept = Literal["face", "hair", "person"]
Restored = Literal["all", "largest", "chosen"]
Painter = str  # this and the next three: a key of its table in `variants`
Mood = str
Detector = str
Segmenter = str
COMPARED: tuple[Segmenter, ...] = ("sam_light", "unet")  # unless others are chosen: the paper's two
WeightPolicy = Literal["auto", "embedded", "full"]


def _option(
    default: Any,
    text: str,
    *,
    label: str,
    flag: str,
    unit: str = "",
    names: str = "",
    **limits: Any,
) -> Any:
    """Declare one choice.

    `flag` is its flat name in the command, the API and links; booleans are switched off by
    --no-FLAG. `names`, split by "|", are what a person reads for each of the choices.
    """
    return Field(
        default,
        description=text,
        title=label,
        json_schema_extra={"flag": flag, "unit": unit, "names": names},
        **limits,
    )


class Stage(BaseModel):
    """The choices of one stage; frozen, so that they can be a cache key."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    @field_validator(*VARIANTS, check_fields=False)
    @classmethod
    def _is_known(cls, value: str, info: ValidationInfo) -> str:
        known = VARIANTS[str(info.field_name)]
        if value not in known:
            raise ValueError(f"{info.field_name} is one of {', '.join(known)}, not {value!r}.")
        return value


class PaintSettings(Stage):
    """How the scene is painted."""

    on: bool = _option(True, "Paint the scene.", label="Paint", flag="paint")
    painter: Painter = _option(
        "monet", "Like Monet in a second, or like any picture in a minute: fine strokes behind a "
        "person, coarse ones on the person.",
        label="Painter", flag="painter",
    )  # fmt: skip
    brush: float = _option(
        1.8, "Width of the widest brush stroke; a fine one paints a large photo at its own size, "
        "which takes longer.",
        label="Brush size", flag="brush", unit="% of the short side", ge=0.2, le=4.0,
    )  # fmt: skip
    mood: Mood = _option(
        "monet", "The light of all of Monet's paintings, of the blue and gray ones, or of the "
        "golden ones.",
        label="Mood", flag="mood",
    )  # fmt: skip


class StyleSettings(Stage):
    """How a photo is painted like a picture."""

    preset: StylePreset = _option(
        "fast", "From coarse to fine in a minute, or from noise as the paper does it, which takes "
        "ten times as long.",
        label="Optimization", flag="preset", names="Fast|The paper's",
    )  # fmt: skip
    side: int = _option(
        512, "How large the picture is while it is painted; larger ones take longer and have finer "
        "strokes.",
        label="Painted size", flag="style_px", unit="px, the long side", ge=128, le=2048,
    )  # fmt: skip
    scale: float = _option(
        1.0,
        "How large the picture's strokes become.",
        label="Stroke size",
        flag="style_scale",
        unit="times",
        ge=0.25,
        le=3,
    )
    colors: StyleColors = _option(
        "picture", "Whose colors: the picture's, the picture's matched to the photo's range, or "
        "the photo's own under the picture's light.",
        label="Colors", flag="style_colors", names="The picture's|Matched|The photo's",
    )  # fmt: skip
    guidance: Guidance = _option(
        "layers", "Where a mask hides the person from the background's style: in the photo, as the "
        "paper does it, which leaves a dull rim around the person, or in each layer's maps.",
        label="Mask", flag="guidance", names="In the photo|In every layer",
    )  # fmt: skip
    content: float = _option(
        5.0,
        "How much the photo's content counts.",
        label="Content",
        flag="content_weight",
        ge=0.0,
        le=100.0,
    )
    style: float = _option(
        200.0,
        "How much the coarse style counts, everywhere.",
        label="Style",
        flag="style_weight",
        ge=0.0,
        le=20000.0,
    )
    background: float = _option(
        20000.0,
        "How much the fine style counts, behind the person.",
        label="Background style",
        flag="background_weight",
        ge=0.0,
        le=1e6,
    )
    iterations: int = _option(
        0, "At most so many looks at the picture at its full size; 0: as many as the optimization "
        "wants.",
        label="Iterations", flag="iterations", ge=0, le=2000,
    )  # fmt: skip


class IntensitySettings(Stage):
    """How far the painting goes."""

    strength: float = _option(
        1.0,
        "0 is the photo, 1 the painting.",
        label="Painting strength",
        flag="strength",
        ge=0.0,
        le=1.0,
    )
    palette: float = _option(
        1.0,
        "0 keeps the photo's colors, 1 takes Monet's.",
        label="Palette",
        flag="palette",
        ge=0.0,
        le=1.0,
    )
    broad: float = _option(
        1.0, "How much calm places are painted in strokes that are two and a half times as broad "
        "as the brush; 0: nowhere.",
        label="Broad strokes", flag="broad", ge=0.0, le=2.0,
    )  # fmt: skip
    canvas: float = _option(
        1.0, "How much grain of the canvas shows through Monet's paint; 1 is as in his paintings.",
        label="Canvas", flag="canvas", ge=0.0, le=3.0,
    )  # fmt: skip


class DetectSettings(Stage):
    """Who finds the faces."""

    detector: Detector = _option(
        "parse", "How faces are found: by the eyes and mouths that the parser sees, or by "
        "RetinaFace, which also finds faces whose eyes are hidden; the parser draws each of them.",
        label="Detector", flag="detector",
    )  # fmt: skip


class RestoreSettings(Stage):
    """How faces are restored."""

    on: bool = _option(
        True,
        "Restore worn or blurred faces (with GFPGAN where it is here).",
        label="Restore",
        flag="restore",
    )
    weight: float = _option(
        0.5,
        "0 is the photo's face, 1 the restored one.",
        label="Restoration",
        flag="restoration",
        ge=0.0,
        le=1.0,
    )
    # A restorer is trusted with what a photo lost, its detail, and not with what it still shows,
    # its colors: of 25 faces, blurred by 2 to 6 px and restored perfectly but for a cast of 0.06
    # red, 0.5 brings the error of color from 0.047 to at most 0.007 and keeps 98 % of the detail
    # that was won; 0.25 leaves 0.023 of it, 0.75 keeps 71 %.
    fidelity: float = _option(
        0.5, "0 is the restorer's face as it is, 0.5 its detail with the photo's own colors, 1 the "
        "photo's detail, too: nothing changes.",
        label="Fidelity", flag="fidelity", ge=0.0, le=1.0,
    )  # fmt: skip
    faces: Restored = _option(
        "all", "Which faces are restored; those that are sharp already are left alone, unless they "
        "are pointed at.",
        label="Restored faces", flag="restored_faces",
        names="All|Only the largest|Only those I point at",
    )  # fmt: skip


class SegmentSettings(Stage):
    """What is kept, and who decides where it ends."""

    segmenter: Segmenter = _option(
        "unet", "How the outline is found: by the U-Net's close look at every face or one look at "
        "the whole photo (coarser), by a Segment Anything network that is shown each face, or by a "
        "network that knows whole persons only.",
        label="Segmenter", flag="segmenter",
    )  # fmt: skip
    kept: Kept = _option(
        "face",
        "What stays the person's own.",
        label="Keep",
        flag="keep",
        names="Face|Face and hair|Whole person",
    )


class BlendSettings(Stage):
    """How the kept region meets the painting."""

    on: bool = _option(True, "Keep the person's own face.", label="Keep the face", flag="keep_face")
    strength: float = _option(
        0.75,
        "0 is the painted face, 1 the person's own.",
        label="Face strength",
        flag="face_strength",
        ge=0.0,
        le=1.0,
    )
    feather: float = _option(
        0.06,
        "Width of the soft edge.",
        label="Feather",
        flag="feather",
        unit="of the face's height",
        ge=0.0,
        le=0.3,
    )
    painterly: float = _option(
        0.75, "How far the kept face is painted, too, with a brush as fine as a face needs.",
        label="Painterly face", flag="painterly", ge=0.0, le=1.0,
    )  # fmt: skip
    harmony: float = _option(
        0.9,
        "How far the face takes the painting's light and color.",
        label="Harmony",
        flag="harmony",
        ge=0.0,
        le=1.0,
    )


class Settings(Stage):
    """All choices of one painting, by stage."""

    paint: PaintSettings = PaintSettings()
    style: StyleSettings = StyleSettings()
    intensity: IntensitySettings = IntensitySettings()
    detect: DetectSettings = DetectSettings()
    restore: RestoreSettings = RestoreSettings()
    segment: SegmentSettings = SegmentSettings()
    blend: BlendSettings = BlendSettings()
    weights: WeightPolicy = _option(
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
                    f"There is no setting {flag!r}; the settings are {', '.join(known)}."
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

    def flat(self) -> dict[str, bool | float | str]:
        """Return every choice by its flat name."""
        return {o.flag: o.of(self) for o in options()}


@dataclass(frozen=True)
class Option:
    """One choice as the command, the page and the API see it.

    `kind` is bool, int, float or str; `choices` and their `names` only for str; `low` and `high`
    only for numbers. An int is what is counted; 512.0 is one, too.
    """

    flag: str
    path: tuple[str, ...]
    kind: type
    default: bool | float | str
    label: str
    help: str
    unit: str
    low: float | None = None
    high: float | None = None
    choices: tuple[str, ...] = ()
    names: tuple[str, ...] = ()

    @property
    def is_number(self) -> bool:
        """Whether it has a range."""
        return self.kind in (int, float)

    def of(self, settings: Settings) -> bool | float | str:
        """Return this option's value in `settings`."""
        value: Any = settings
        for step in self.path:
            value = getattr(value, step)
        return value

    def check(self, value: object) -> None:
        """Refuse a value of the wrong kind or out of range, naming the range.

        Raises: ValueError.
        """
        if self.kind is bool and not isinstance(value, bool):
            raise ValueError(f"{self.flag} is on or off (true or false), not {value!r}.")
        if self.kind is str and value not in self.choices:
            raise ValueError(f"{self.flag} is one of {', '.join(self.choices)}, not {value!r}.")
        if self.is_number and not self._allows(value):
            kind, low, high = "whole number" if self.kind is int else "number", self.low, self.high
            raise ValueError(f"{self.flag} is a {kind} from {low:g} to {high:g}, not {value!r}.")

    def _allows(self, number: object) -> bool:
        if isinstance(number, bool) or not isinstance(number, int | float):
            return False
        if self.low is None or self.high is None:
            return False
        return self.low <= number <= self.high and (self.kind is float or number == int(number))

    def read(self, text: str) -> bool | float | str:
        """Read a value from text, as links carry it.

        Text that is no such value comes back as it is, for `check` to refuse.
        """
        if self.kind is bool:
            return {"true": True, "false": False}.get(text.lower(), text)
        if self.is_number:
            with suppress(ValueError):
                number = float(text)
                return int(number) if self.kind is int and number.is_integer() else number
        return text

    @property
    def range_text(self) -> str:
        """Say what values are allowed, for help texts."""
        if self.is_number:
            return f"{self.low:g} to {self.high:g}" + (f" {self.unit}" if self.unit else "")
        return " | ".join(self.choices) if self.kind is str else "on | off"


def options(model: type[BaseModel] = Settings, path: tuple[str, ...] = ()) -> Iterator[Option]:
    """Yield every choice in `model`, stages in order."""
    for name, info in model.model_fields.items():
        kind = info.annotation
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            yield from options(kind, (*path, name))
            continue
        extra: Any = info.json_schema_extra
        limits = {k: getattr(m, k) for m in info.metadata for k in ("ge", "le") if hasattr(m, k)}
        choices, names = _choices(extra["flag"], kind, extra["names"])
        plain: Any = str if choices else kind
        yield Option(
            flag=extra["flag"], path=(*path, name), kind=plain, default=info.default,
            label=info.title or name, help=info.description or "", unit=extra["unit"],
            low=limits.get("ge"), high=limits.get("le"), choices=choices, names=names,
        )  # fmt: skip


def _choices(flag: str, kind: object, names: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the values that a setting can have and their labels; none where it is no choice."""
    if variants := VARIANTS.get(flag):
        return tuple(variants), tuple(variant.label for variant in variants.values())
    if get_origin(kind) is Literal:
        return get_args(kind), tuple(names.split("|"))
    return (), ()
