"""The choices of each stage, with their ranges and what a person reads about them."""

from typing import Literal

from pipeline.settings.stage import Stage, option
from pipeline.variants import PAINTERS

StylePreset = Literal["fast", "paper"]
StyleColors = Literal["picture", "matched", "photo"]
Guidance = Literal["input", "layers"]
Kept = Literal["face", "hair", "person"]
ResultSize = Literal["auto", "photo", "2048", "4096", "8192"]
KeptFaces = Literal["all", "largest"]
Restored = Literal["all", "largest", "chosen"]
Proportions = Literal["ukiyoe", "large_eyes"]
Painter = str  # this and the next six: a key of its table in `variants`
Mood = str
NetworkMood = str
FastStyle = str
PortraitStyle = str
Detector = str
Segmenter = str
BRUSH = (0.1, 3.0)  # least and most, times as usual


class PaintSettings(Stage):
    """How the scene is painted."""

    on: bool = option(True, "Paint the scene.", label="Paint", flag="paint")
    painter: Painter = option(
        "strokes", "Like Monet, stroke by stroke or in a second by a network; like a known picture "
        "or a painter's portraits, at once; or like any picture in a minute: fine strokes behind a "
        "person, coarse ones on the person.",
        label="Painter", flag="painter",
    )  # fmt: skip
    brush: float = option(
        1.0, "Width of the brush strokes; fine ones take longer.",
        label="Brush size", flag="brush", unit="times as usual", ge=BRUSH[0], le=BRUSH[1],
        step=0.05,
    )  # fmt: skip
    mood: Mood = option(
        "monet", "Light and palette: of all of Monet's paintings, of those of a morning, a noon, a "
        "dusk or a winter, or of a picture that you give.",
        label="Mood", flag="mood",
    )  # fmt: skip
    looseness: float = option(
        0.5, "0 is careful, 1 is wild: longer strokes, more bent, freer in direction and color.",
        label="Looseness", flag="looseness", ge=0.0, le=1.0,
    )  # fmt: skip
    impasto: float = option(
        1.0, "How thick the paint is; 0 is flat.",
        label="Paint thickness", flag="impasto", unit="times as usual", ge=0.0, le=3.0, step=0.1,
    )  # fmt: skip
    face_detail: float = option(
        1.0, "0 paints faces as broadly as the rest, 1 with a brush as fine as a face needs.",
        label="Face detail", flag="face_detail", ge=0.0, le=1.0,
    )  # fmt: skip
    network_mood: NetworkMood = option(
        "monet", "The network's light: of all of Monet's paintings, of the blue and gray ones, or "
        "of the golden ones.",
        label="Network's mood", flag="network_mood",
    )  # fmt: skip
    fast_style: FastStyle = option(
        "blue_swirls", "Which picture it is painted like.", label="Style", flag="fast_style"
    )
    fast_second: FastStyle = option(
        "water_lilies", "A second picture, to be mixed with the first.",
        label="Second style", flag="fast_second",
    )  # fmt: skip
    fast_mix: float = option(
        0.0, "0 is the first picture alone, 1 the second.",
        label="Mix with the second style", flag="fast_mix", ge=0.0, le=1.0,
    )  # fmt: skip
    portrait_style: PortraitStyle = option(
        "vangogh", "Whose portraits it is painted like; faces are learned from a handful of them.",
        label="Portrait style", flag="portrait_style",
    )  # fmt: skip

    @property
    def meant(self) -> "PaintSettings":
        """The same with the defaults of what means nothing to this painter."""
        others = {flag for painter in PAINTERS.values() for flag in painter.own}
        idle = others.difference(PAINTERS[self.painter].own).intersection(type(self).model_fields)
        defaults = {flag: type(self).model_fields[flag].default for flag in idle}
        return self.model_copy(update=defaults)


class StyleSettings(Stage):
    """How a photo is painted like a picture."""

    preset: StylePreset = option(
        "fast", "From coarse to fine in a minute, or from noise as the paper does it, which takes "
        "ten times as long.",
        label="Optimization", flag="preset", names="Fast|The paper's",
    )  # fmt: skip
    side: int = option(
        512, "How large the picture is while it is painted; larger ones take longer and have finer "
        "strokes.",
        label="Painted size", flag="style_px", unit="px, the long side", ge=128, le=2048,
    )  # fmt: skip
    scale: float = option(
        1.0,
        "How large the picture's strokes become.",
        label="Stroke size",
        flag="style_scale",
        unit="times",
        ge=0.25,
        le=3,
    )
    colors: StyleColors = option(
        "picture", "Whose colors: the picture's, the picture's matched to the photo's range, or "
        "the photo's own under the picture's light.",
        label="Colors", flag="style_colors", names="The picture's|Matched|The photo's",
    )  # fmt: skip
    guidance: Guidance = option(
        "layers", "Where a mask hides the person from the background's style: in the photo, as the "
        "paper does it, which leaves a dull rim around the person, or in each layer's maps.",
        label="Mask", flag="guidance", names="In the photo|In every layer",
    )  # fmt: skip
    content: float = option(
        5.0,
        "How much the photo's content counts.",
        label="Content",
        flag="content_weight",
        ge=0.0,
        le=100.0,
    )
    style: float = option(
        200.0,
        "How much the coarse style counts, everywhere.",
        label="Style",
        flag="style_weight",
        ge=0.0,
        le=20000.0,
    )
    background: float = option(
        20000.0,
        "How much the fine style counts, behind the person.",
        label="Background style",
        flag="background_weight",
        ge=0.0,
        le=1e6,
    )
    iterations: int = option(
        0, "The most looks at the picture at its full size; 0: as many as the optimization "
        "wants.",
        label="Iterations", flag="iterations", ge=0, le=2000,
    )  # fmt: skip


class IntensitySettings(Stage):
    """How far the painting goes."""

    strength: float = option(
        1.0,
        "0 is the photo, 1 the painting.",
        label="Painting strength",
        flag="strength",
        ge=0.0,
        le=1.0,
    )
    palette: float = option(
        1.0,
        "0 keeps the photo's colors, 1 takes the painter's.",
        label="Palette",
        flag="palette",
        ge=0.0,
        le=1.0,
    )
    canvas: float = option(
        1.0, "How much of the canvas shows through the paint; 1 is as in Monet's paintings.",
        label="Canvas", flag="canvas", ge=0.0, le=3.0,
    )  # fmt: skip


class DetectSettings(Stage):
    """Who finds the faces."""

    detector: Detector = option(
        "parse", "How faces are found: by the eyes and mouths that the parser sees, or by "
        "RetinaFace, which also finds faces whose eyes are hidden; the parser outlines each of "
        "them.",
        label="Detector", flag="detector",
    )  # fmt: skip


class ProportionsSettings(Stage):
    """Whose proportions faces take, and how far."""

    amount: float = option(
        0.0, "0 is the person's own face, 1 moves it by as much as the style's faces differ from "
        "those of photos; hair and background follow softly.",
        label="Proportions", flag="proportions", ge=0.0, le=1.5,
    )  # fmt: skip
    style: Proportions = option(
        "ukiyoe", "Whose proportions a face takes: of Japanese woodcuts, longer and narrower with "
        "a small mouth, or larger eyes over a slender jaw.",
        label="Proportions of", flag="proportions_of", names="Ukiyo-e|Large eyes",
    )  # fmt: skip


class RestoreSettings(Stage):
    """How faces are restored."""

    on: bool = option(
        True,
        "Restore worn or blurred faces (with GFPGAN where it is here).",
        label="Restore",
        flag="restore",
    )
    weight: float = option(
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
    fidelity: float = option(
        0.5, "0 is the restorer's face as it is, 0.5 its detail with the photo's own colors, 1 the "
        "photo's detail, too: nothing changes.",
        label="Fidelity", flag="fidelity", ge=0.0, le=1.0,
    )  # fmt: skip
    faces: Restored = option(
        "all", "Which faces are restored; those that are sharp already are left alone, unless they "
        "are pointed at.",
        label="Restored faces", flag="restored_faces",
        names="All|Only the largest|Only those I point at",
    )  # fmt: skip


class SegmentSettings(Stage):
    """What is kept, and who decides where it ends."""

    segmenter: Segmenter = option(
        "unet", "How the outline is found: by the U-Net's close look at every face or one look at "
        "the whole photo (coarser), by a Segment Anything network that is shown each face, or by a "
        "network that knows whole persons only.",
        label="Segmenter", flag="segmenter",
    )  # fmt: skip
    kept: Kept = option(
        "face",
        "What stays the person's own.",
        label="Keep",
        flag="keep",
        names="Face|Face and hair|Whole person",
    )
    faces: KeptFaces = option(
        "all", "Whose face stays; the others are painted like the rest. A click on a face "
        "decides for it alone.",
        label="Kept faces", flag="kept_faces", names="Everybody's|Only the largest",
    )  # fmt: skip


class ResultSettings(Stage):
    """How large the finished picture is."""

    size: ResultSize = option(
        "auto", "The long side. Auto: the photo's own; strokes and prints have 1600 px at least, "
        "strokes are as crisp at any size.",
        label="Result size", flag="size",
        names="Auto|The photo's|2048 px (17 cm)|4096 px (35 cm)|8192 px (69 cm)",
    )  # fmt: skip


class BlendSettings(Stage):
    """How the kept region meets the painting."""

    on: bool = option(True, "Keep the person's own face.", label="Keep the face", flag="keep_face")
    strength: float = option(
        0.75,
        "0 is the painted face, 1 the face as in the photo.",
        label="Face like the photo",
        flag="face_strength",
        ge=0.0,
        le=1.0,
    )
    feather: float = option(
        0.06,
        "Width of the soft edge.",
        label="Feather",
        flag="feather",
        unit="of the face's height",
        ge=0.0,
        le=0.3,
    )
    painterly: float = option(
        0.75, "How far the kept face is painted, too, with a brush as fine as a face needs.",
        label="Painterly face", flag="painterly", ge=0.0, le=1.0,
    )  # fmt: skip
    harmony: float = option(
        0.9,
        "How far the face takes the painting's light and color.",
        label="Harmony",
        flag="harmony",
        ge=0.0,
        le=1.0,
    )
