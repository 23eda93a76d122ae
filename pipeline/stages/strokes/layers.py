"""Say how each layer of a painting is laid, from the broadest strokes to the last accents."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Layer:
    """How one layer's strokes are laid.

    `spacing`: how far apart seeds are, in widths times the root of the length. `wanted`: the error,
    CIELAB over three axes, from which on a stroke is laid; `anyway`: how often one is laid where it
    is less; `left`: how much more of it is left where the photo is out of focus. `still`: how much
    less colors vary there. `ends`: `trace`'s tolerance. `thick`: of the paint. `wilder`: of the
    direction; `steady`: how much less so on a calm ground behind people. `long`: of the strokes.
    `lively`: how far their color varies, and `lights`: how far their light does, as a share of it;
    `held`: how far both are held on bare skin. `narrow`: the least width along an outline, as a
    share of the layer's.
    """

    spacing: float
    wanted: float
    anyway: float
    left: float
    still: float
    ends: float
    thick: float
    narrow: float
    wilder: float = 1.0
    steady: float = 0.6
    long: float = 1.0
    lively: float = 1.0
    lights: float = 1.0
    held: float = 1.0
    opacity: float = 0.93
    lost: float = 0.0  # how many strokes of people pass their outline where it hardly shows
    accents: bool = False  # dabs that gather in some places
    wisps: float = 0.0  # how many of the strokes along hair's outline leave it


UNDERPAINTING = Layer(
    spacing=0.74, wanted=0, anyway=1, left=0, still=0.35, ends=30, thick=0.7, narrow=0.3, opacity=1,
    steady=0,
)  # fmt: skip  # it fills the canvas's tooth, and its strokes cross: little ground is left bare
LAYERS = (
    UNDERPAINTING,
    Layer(spacing=0.66, wanted=5, anyway=0.35, left=0.1, still=0.35, ends=24, thick=1, narrow=0.5),
    Layer(
        spacing=0.6, wanted=9, anyway=0.12, left=0.3, still=0.45, ends=18, thick=1.2, narrow=0.45,
        lost=0.25,
    ),
    Layer(
        spacing=0.62, wanted=11, anyway=0.05, left=0.8, still=0.6, ends=14, thick=1.3, narrow=0.45,
        wilder=1.2, long=0.9, lost=0.25,
    ),
    Layer(
        spacing=0.68, wanted=13, anyway=0.02, left=1.5, still=0.7, ends=12, thick=1.3, narrow=0.5,
        wilder=1.3, long=0.8, lively=0.9, held=0.9, lost=0.25,
    ),
    # Few and quiet: livelier ones lie nearer to Monet's measures, and are confetti to the eye.
    Layer(
        spacing=0.75, wanted=13, anyway=0.1, left=1.5, still=0.55, ends=12, thick=1.5, narrow=0.5,
        wilder=1.3, long=0.8, lively=0.9, lights=0.7, held=1.1, lost=0.25, accents=True,
        wisps=0.35,
    ),
)  # fmt: skip
