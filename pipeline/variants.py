"""List every variant that a person can choose, a line each.

Settings, flags, widgets and steps come from here. Adding a variant is its function, in a file of
its own or beside its like, and its line.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from re import compile as pattern
from typing import Any, TypeVar

FILM_SECONDS = (5.0, 10.0, 60.0)  # how long a painting is seen being painted: least, usual, most


@dataclass(frozen=True)
class Variant:
    """One choice.

    `label`: what a person reads. `function`: where it is, MODULE:NAME in `pipeline.steps`; it is
    imported when it is first wanted, so that naming a variant loads no network. `network`: the
    catalog's name of the weights it needs beside the usual ones.
    """

    key: str
    label: str
    function: str = ""
    network: str | None = None

    def load(self) -> Callable[..., Any]:
        """Import the function."""
        module, _, name = self.function.partition(":")
        return getattr(import_module(f"pipeline.steps.{module}"), name)


@dataclass(frozen=True)
class Painter(Variant):
    """A way to paint the scene: (run, detections) to what was painted.

    `needs_style`: whether it paints like a picture that the person gives. `own`: the settings that
    mean nothing to painters that do not name them. `long`: whether it takes so long that it is
    watched, and can be stopped early. `vector`: whether it paints strokes that can be rendered at
    any size, and are as fine on a face as a face needs, so that they stay on the kept one.
    """

    needs_style: bool = False
    own: tuple[str, ...] = ()
    long: bool = False
    vector: bool = False


@dataclass(frozen=True)
class Mood(Variant):
    """The light and palette that strokes are painted in; `needs_style` as of a painter."""

    needs_style: bool = False


@dataclass(frozen=True)
class Hand:
    """A painter's way with the brush, all times as usual.

    How large and how loose strokes are, how `thick` their paint, how `long` they are, how `wild` in
    direction and how `lively` in color; `flow`: how far those behind people flow around them, 0 to
    1.
    """

    size: float = 1.0
    loose: float = 1.0
    thick: float = 1.0
    long: float = 1.0
    wild: float = 1.0
    lively: float = 1.0
    flow: float = 0.0


@dataclass(frozen=True)
class PortraitStyle(Variant):
    """A painter, or a school, whose portraits a network has learned.

    `brush`: of the strokes that are laid in the colors that are found; None: what the network
    paints has no strokes. `printed`: whether it is made flat and inked as a woodblock print is.
    """

    brush: Hand | None = None
    printed: bool = False


@dataclass(frozen=True)
class Segmenter(Variant):
    """A way to outline people: scene to kept region, (H, W) in [0, 1].

    `promptable`: whether its network can be shown boxes and points. `closer`: whether the parser
    looks closer at each face. `persons_only`: whether it cannot tell a face from the rest of a
    person.
    """

    promptable: bool = False
    closer: bool = True
    persons_only: bool = False


V = TypeVar("V", bound=Variant)


def _table(*variants: V) -> Mapping[str, V]:
    return {variant.key: variant for variant in variants}


PAINTERS = _table(
    Painter(
        "strokes", "Brush strokes", "strokes:by_strokes",
        own=("brush", "mood", "looseness", "impasto", "face_detail", "canvas"), vector=True,
    ),
    Painter(
        "network", "Monet, by a network", "network:by_network",
        own=("brush", "network_mood", "canvas"),
    ),
    Painter(
        "fast", "Like a known picture, at once", "fast_style:by_fast_style",
        own=("brush", "fast_style", "fast_second", "fast_mix", "canvas"),
    ),
    Painter(
        "tps", "Like a painter's portraits", "portrait_styles:by_portrait_style",
        own=("brush", "portrait_style", "canvas"),
    ),
    Painter(
        "portrait-aware", "Like a picture", "style_transfer:by_style_transfer",
        needs_style=True, long=True,
    ),
)  # fmt: skip
# Of the painter `strokes`: which paintings' light and palette.
MOODS = _table(
    Mood("monet", "Monet's"),
    Mood("morning", "Morning"),
    Mood("noon", "Noon"),
    Mood("dusk", "Dusk"),
    Mood("winter", "Winter"),
    Mood("picture", "Of a picture", needs_style=True),
)
# Of the painter `network`: whose network paints; None: the one that the weight policy chooses.
NETWORK_MOODS = _table(
    Variant("monet", "Monet"),
    Variant("mist", "Mist", network="monet_mist"),
    Variant("dusk", "Dusk", network="monet_dusk"),
)
# Of the painter `fast`: the pictures it paints like, as its network knows them.
FAST_STYLES = _table(
    Variant("blue_swirls", "Blue swirls (van Gogh)"),
    Variant("straw_hat", "Straw hat (van Gogh)"),
    Variant("yellow_flowers", "Yellow flowers (van Gogh)"),
    Variant("water_lilies", "Water lilies (Monet)"),
    Variant("burning_garden", "Burning garden (Monet)"),
    Variant("cathedral", "Cathedral (Monet)"),
    Variant("winter", "Winter (Monet)"),
    Variant("old_gold", "Old gold (Rembrandt)"),
    Variant("woodblock", "Woodblock (ukiyo-e)"),
    Variant("yellow_isle", "Yellow isle (Gauguin)"),
    Variant("blue_room", "Blue room (Cezanne)"),
    Variant("summer_garden", "Summer garden (Renoir)"),
)
# Of the painter `tps`: whose portraits it has learned from. Networks that are not embedded are not
# offered.
PORTRAIT_STYLES = _table(
    PortraitStyle(
        "vangogh", "Van Gogh", network="tps_vangogh",
        brush=Hand(size=0.9, loose=1.05, thick=1.5, long=0.8, wild=0.45, lively=1.7, flow=0.8),
    ),
    PortraitStyle("ukiyoe", "Ukiyo-e", network="tps_ukiyoe", printed=True),
    PortraitStyle(
        "rembrandt", "Rembrandt", network="tps_rembrandt", brush=Hand(0.8, 0.5, wild=0.6)
    ),
    PortraitStyle(
        "postimpressionist", "Post-impressionists", network="tps_postimpressionist",
        brush=Hand(size=1.25, loose=0.95, thick=1.5, long=0.8, wild=0.7, lively=1.6),
    ),
)  # fmt: skip
# Photo, parser, own network to detections.
DETECTORS = _table(
    Variant("parse", "Parser", "detect:by_parser"),
    Variant(
        "retinaface_resnet50", "RetinaFace ResNet-50", "detect:by_finder", "retinaface_resnet50"
    ),
    Variant(
        "retinaface_mobilenet", "RetinaFace MobileNet", "detect:by_finder", "retinaface_mobilenet"
    ),
)  # fmt: skip
SEGMENTERS = _table(
    Segmenter("unet", "U-Net, face by face", "segmenters:by_parser"),
    Segmenter("unet_whole", "U-Net, whole photo", "segmenters:by_parser", closer=False),
    Segmenter("sam_light", "SAM light", "segmenters:by_prompts", "sam_light", promptable=True),
    Segmenter("mobile_sam", "MobileSAM", "segmenters:by_prompts", "mobile_sam", promptable=True),
    Segmenter("sam_vit_b", "SAM ViT-B", "segmenters:by_prompts", "sam_vit_b", promptable=True),
    Segmenter("sam_vit_l", "SAM ViT-L", "segmenters:by_prompts", "sam_vit_l", promptable=True),
    Segmenter("sam_vit_h", "SAM ViT-H", "segmenters:by_prompts", "sam_vit_h", promptable=True),
    Segmenter(
        "fcn_resnet50", "FCN ResNet-50", "segmenters:by_persons", "fcn_resnet50", persons_only=True
    ),
    Segmenter(
        "fcn_resnet101", "FCN ResNet-101", "segmenters:by_persons", "fcn_resnet101",
        persons_only=True,
    ),
)  # fmt: skip
# By the setting that chooses among them.
VARIANTS: Mapping[str, Mapping[str, Variant]] = {
    "painter": PAINTERS, "mood": MOODS, "network_mood": NETWORK_MOODS,
    "fast_style": FAST_STYLES, "fast_second": FAST_STYLES, "portrait_style": PORTRAIT_STYLES,
    "detector": DETECTORS, "segmenter": SEGMENTERS,
}  # fmt: skip

# Settings whose choices a person adds to by files of their own, in words, and how these are named.
OPEN = {
    "fast_style": "a style of your own",
    "fast_second": "a style of your own",
    "portrait_style": "a portrait style of your own",
}
OWN_NAME = "[a-z0-9][a-z0-9_-]{0,39}"


def is_own_name(text: str, flag: str = "fast_style") -> bool:
    """Tell whether a file of a person's own may be offered by this name for a setting."""
    return text not in VARIANTS[flag] and pattern(OWN_NAME).fullmatch(text) is not None


def is_choice(flag: str, value: object) -> bool:
    """Tell whether a setting with variants can have a value; an open one's file may be missing."""
    own = flag in OPEN and isinstance(value, str) and is_own_name(value, flag)
    return own or value in tuple(VARIANTS[flag])


def choices_in_words(flag: str, separator: str = ", ") -> str:
    """List what a setting with variants can be."""
    own = [f"the name of {OPEN[flag]}"] if flag in OPEN else []
    return separator.join([*VARIANTS[flag], *own])


def needs_style(painter: str, mood: str) -> bool:
    """Tell whether a picture is wanted that the photo is painted like, or takes its colors from."""
    own = PAINTERS[painter]
    return own.needs_style or ("mood" in own.own and MOODS[mood].needs_style)
