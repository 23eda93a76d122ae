"""Say what a network in training is to see of photos.

That is how large its faces are, where, how tilted, and what stands beside and behind them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Framing:
    """One way to show a face in a square view.

    `often`: how often, relative to a view's other framings. `share`: least and most of the view
    that the face is high; equal ratios are equally likely. `middle`: where its middle is, (x, y),
    as shares of the view; `room`: how far from there it may be.
    """

    often: float
    share: tuple[float, float]
    middle: tuple[float, float] = (0.5, 0.5)
    room: float = 0.42

    def draw(self, rng: np.random.Generator) -> tuple[float, NDArray[np.float64]]:
        """Draw a face's height and its middle (x, y), all as shares of the view."""
        share = np.exp(rng.uniform(*np.log(self.share)))
        return float(share), np.array(self.middle) + rng.uniform(-self.room, self.room, 2)


@dataclass(frozen=True)
class Views:
    """What a network is to see.

    `faces`: the framings of a face. `sets`: how much more often than by its own weight a set of
    pictures is drawn; `whole`: the same of whole photos. `tilt`: the standard deviation of a head's
    angle, degrees; `leaning`: how often any angle to 45 degrees takes its place. `exchanged`: how
    often the scene behind a person is another; `crowds`: how often so many others are set into a
    view; `empty`: how often it begins without anybody. `figures`: the framings of whole figures,
    `standing`: how often one of them takes the face's place, and `feet`: how often it is its feet
    that are in the middle. `shaded`: how often a face is
    given sunglasses; `cast`: how often somebody casts a shadow; `alike`: how often another scene
    gets the person's colors; `dyed`: how often clothes get other colors or patterns, and how often
    skin and hair other shades; `unsharp`: how often somebody set in is out of focus; `faint`: how
    often a view has few px and no focus; `gray`: how often it has no colors, as old photos;
    `guessed`: how often it has those that are guessed for it made gray; `toned`: whether all views
    are shown in one tone, as a photo without color is; `damaged`: how often light,
    lens and file are varied.
    """

    faces: tuple[Framing, ...]
    figures: tuple[Framing, ...] = ()
    standing: float = 0.0
    feet: float = 0.0
    sets: Mapping[str, float] = field(default_factory=dict)
    whole: float = 1.0
    tilt: float = 10.0
    leaning: float = 0.2
    exchanged: float = 0.25
    crowds: tuple[float, ...] = (0.70, 0.15, 0.07, 0.04, 0.02, 0.02)
    empty: float = 0.05
    shaded: float = 0.04
    cast: float = 0.0
    alike: float = 0.0
    dyed: float = 0.0
    unsharp: float = 0.0
    faint: float = 0.0
    gray: float = 0.0
    guessed: float = 0.0
    toned: bool = False
    damaged: float = 1.0

    def framing(self, rng: np.random.Generator) -> Framing:
        """Draw one of the faces' framings."""
        return _one_of(self.faces, rng)

    def of_figure(self, rng: np.random.Generator) -> Framing:
        """Draw one of the figures' framings."""
        return _one_of(self.figures, rng)


def _one_of(framings: tuple[Framing, ...], rng: np.random.Generator) -> Framing:
    often = np.array([framing.often for framing in framings])
    return framings[rng.choice(len(often), p=often / often.sum())]


NEAR, SMALL, CUT_OFF = (
    Framing(0.65, (0.5, 0.95), room=0.12),
    Framing(0.26, (0.08, 0.5)),
    Framing(0.09, (0.3, 1.4), room=0.55),
)

VIEWS = {
    "any": Views((NEAR, SMALL, CUT_OFF)),
    # A parse's closer looks: the face in FFHQ's framing, then its brows, eyes and mouth. Both stand
    # as upright as the points found.
    "close": Views(
        (
            Framing(0.55, (0.56, 0.86), (0.5, 0.54), 0.05),
            Framing(0.45, (0.88, 1.2), (0.5, 0.41), 0.06),
        ),
        sets={"face_parsing": 2.0, "portraits_in_the_wild": 0.6, "people": 0.0},
        whole=0.0,
        tilt=4.0,
        leaning=0.05,
        exchanged=0.12,
        crowds=(1.0,),
        empty=0.0,
        shaded=0.08,
        damaged=0.4,
    ),
    # A parse's first looks: people rather than their faces.
    "far": Views(
        (
            Framing(0.35, (0.3, 0.75), room=0.2),
            Framing(0.5, (0.08, 0.5)),
            Framing(0.15, (0.3, 1.4), room=0.55),
        ),
        sets={"portraits_in_the_wild": 2.0, "people": 2.0},
        whole=1.4,
        exchanged=0.4,
        damaged=0.8,
    ),
    # People as they stand before a camera: from head to shoes, in pieces, many, far away.
    "streets": Views(
        (
            Framing(0.4, (0.25, 0.8), room=0.25),
            Framing(0.45, (0.06, 0.3)),
            Framing(0.15, (0.3, 1.4), room=0.55),
        ),
        (
            Framing(0.55, (0.45, 1.2), room=0.25),
            Framing(0.2, (0.1, 0.45)),
            Framing(0.25, (1.2, 3.0), room=0.3),
        ),
        sets={"portraits_in_the_wild": 1.4, "people": 1.6},
        standing=0.62,
        feet=0.25,
        tilt=7.0,
        leaning=0.08,
        exchanged=0.3,
        crowds=(0.66, 0.16, 0.08, 0.05, 0.03, 0.02),
        empty=0.05,
        shaded=0.03,
        cast=0.25,
        alike=0.3,
        dyed=0.3,
        unsharp=0.4,
        damaged=0.6,
    ),
    # The same faces as closer looks show them: with collars, hats and hands, and somebody else
    # beside them.
    "street_heads": Views(
        (
            Framing(0.65, (0.5, 0.86), (0.5, 0.54), 0.06),
            Framing(0.35, (0.88, 1.2), (0.5, 0.41), 0.06),
        ),
        sets={
            "face_parsing": 4.0,
            "portraits_in_the_wild": 1.2,
            "people": 0.3,
            "people_parts": 0.7,
            "swapped": 0.5,
        },
        whole=0.0,
        tilt=4.0,
        leaning=0.05,
        exchanged=0.15,
        crowds=(0.8, 0.15, 0.05),
        empty=0.01,
        shaded=0.06,
        dyed=0.2,
        faint=0.25,
        damaged=0.5,
    ),
    # The same as most photos are: one person before the scene that was there, little damaged. A
    # training's last hour.
    "usual": Views(
        (
            Framing(0.75, (0.3, 0.75), room=0.2),
            Framing(0.15, (0.12, 0.5)),
            Framing(0.1, (0.3, 1.4), room=0.55),
        ),
        sets={"portraits_in_the_wild": 4.0, "people": 1.5, "face_parsing": 0.6},
        whole=2.0,
        tilt=6.0,
        leaning=0.08,
        exchanged=0.15,
        crowds=(0.88, 0.08, 0.04),
        empty=0.02,
        damaged=0.35,
    ),
}
# Of the same people, those near more often, from the head to the hips: as most are photographed.
VIEWS["near"] = replace(
    VIEWS["streets"],
    sets={"portraits_in_the_wild": 3.0, "people": 2.0},
    standing=0.55,
    exchanged=0.25,
    crowds=(0.78, 0.12, 0.05, 0.03, 0.02),
    dyed=0.45,
    gray=0.2,
    guessed=0.2,
    damaged=0.5,
)
# The same without color, for a parser of such photos alone.
VIEWS["gray"] = replace(VIEWS["near"], dyed=0.25, gray=1.0, guessed=0.0, toned=True)
