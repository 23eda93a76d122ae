"""What a run makes: the painting, and what its stages made on the way."""

from dataclasses import dataclass, field

from pipeline.settings import Settings
from pipeline.types.arrays import Image, Labels, Mask, Pixels
from pipeline.types.photo import Face, Photo
from pipeline.types.prompt import Prompt
from pipeline.types.strokes import Strokes


@dataclass(frozen=True)
class RestorationPlan:
    """What restoration does with one face.

    `weight`: in [0, 1]; 0 leaves the face as it is, 1 is the restored face.
    `why`: the reason where the weight is 0.
    `blur`: the estimated deviation of the face's blur, in px of the aligned face or of the photo,
    whichever are smaller.
    `low_confidence`: the photo shows so little of the face, or restoration changes so much of it,
    that the result may be another person's face.
    """

    weight: float
    why: str = ""
    blur: float = 1.0
    low_confidence: bool = False


@dataclass(frozen=True)
class Restoration:
    """The result of restoration.

    `picture`: the photo with restored faces; None where no face is restored.
    `share`: the weight of the restorer's detail in each pixel, (H, W) in [0, 1].
    `plans`: one a face; empty where restoration could not be planned.
    """

    picture: Image | None = None
    share: Mask | None = None
    plans: tuple[RestorationPlan, ...] = ()


@dataclass(frozen=True)
class Scene:
    """The painting of the whole photo; None in `styled` where painting is off.

    `styled`: the painting at working size. `fine`: the painting at a larger size, where that has
    more to show; it is the photo's, unless strokes are rendered. `grain`: the canvas texture under
    both, as luminance at its cells; None where it is invisible.
    """

    styled: Image | None = None
    fine: Pixels | None = None
    grain: Mask | None = None


@dataclass(frozen=True)
class Painted:
    """A scene as its painter made it, before colors, strength and canvas are applied.

    `canvas`: whether the scene gets a canvas texture. `strokes`: those it is a rendering of.
    """

    scene: Scene
    canvas: bool = False
    strokes: Strokes | None = None


@dataclass(frozen=True)
class WeightUse:
    """A weight that was used for a painting; `unpinned`: no publisher states its hash."""

    name: str
    sha256: str
    unpinned: bool = False


@dataclass(frozen=True)
class Painting:
    """Everything that one run made.

    Pictures are at working size (at most 2 MP); `full_size` makes the result at any other.

    `photo`: what the settings frame of the photo, mended and with the proportions they ask for.
    `original`: the same at working size. `own`: that as the person gave it; None where it is the
    same. `styled`,
    `restored`, `parse`, `mask`: the results of stages; None where the stage did not run, and
    `skipped` says why.
    `result`: the blend. `alpha`: the weight of the person in each of its pixels, (H, W) in [0, 1].
    `painted`: the scene as its painter made it, where it can be had larger than `styled`.
    `likeness`: how much each face is like the photo's, in [0, 1] (`metrics.likeness`); None of one
    too small for it; empty where it was not measured.
    `share`, `plans`: see `Restoration`. `faces`, `prompt`: in photo px.
    `upright`: what `turn` has to be for a face to stand, degrees; None where one does, or none can.
    `seconds`: the time of each stage. `hints`: sentences for the person.
    """

    photo: Photo
    settings: Settings
    original: Image
    result: Image
    alpha: Mask
    styled: Image | None
    restored: Image | None
    parse: Labels | None
    mask: Mask | None
    faces: tuple[Face, ...]
    seconds: dict[str, float] = field(default_factory=dict)
    weights: tuple[WeightUse, ...] = ()
    skipped: dict[str, str] = field(default_factory=dict)
    hints: tuple[str, ...] = ()
    prompt: Prompt = field(default_factory=Prompt)
    painted: Painted | None = None
    share: Mask | None = None
    plans: tuple[RestorationPlan, ...] = ()
    likeness: tuple[float | None, ...] = ()
    own: Image | None = None
    upright: int | None = None

    @property
    def strokes(self) -> Strokes | None:
        """The strokes it is a rendering of; None where it is painted otherwise."""
        return None if self.painted is None else self.painted.strokes
