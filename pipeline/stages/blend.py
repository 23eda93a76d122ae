"""Set the kept region into the painting so that no seam shows."""

from dataclasses import dataclass, replace

import numpy as np

from pipeline.ops.color import GAIN_LIMITS, harmonized, luminance, repeated
from pipeline.ops.filters import blurred, feathered, local_mean, window_of
from pipeline.ops.parts import Window, around, inside, joined, parts_of, relative, scale_of
from pipeline.ops.structure import fine_structure_in
from pipeline.types import Face, Image, Mask

# Radius, as a fraction of the face's height, of the neighborhood whose color a face's pixel takes.
RADIUS = 0.11
# Likewise, deviation, on skin and on eyes: what is finer is a stroke, not a form.
BRUSHWORK, FINE_BRUSHWORK = 0.0095, 0.003
# How much less of the strokes there is on eyes, and where a face is finely built: in beards and
# wrinkles, which a brush would smear.
EYES, FINELY_BUILT = 0.45, 0.4
# Of white: about how much darker a face's strokes at most are than what they cover. Where they
# leave a gap a dark ground shows, on skin a scratch.
GAP = 0.07
ON = 0.01  # likewise, how softly strokes are finer on eyes
SOFT = 1.5  # widths of the feather: how far from an edge it still changes the mask


@dataclass(frozen=True)
class SoftPart:
    """The part of the kept region that belongs to one face.

    `window`: where it lies in the region's. `mask`, `soft`: the part before and after feathering.
    `height`: the face's height, px.
    """

    window: Window
    mask: Mask
    soft: Mask
    height: float


@dataclass(frozen=True)
class SoftRegion:
    """The kept region with feathered edges: its `window` of the picture, and its parts."""

    window: Window
    parts: tuple[SoftPart, ...]


def soften(
    mask: Mask, faces: tuple[Face, ...], *, feather: float, strands: Mask | None = None,
    outer: Mask | None = None,
) -> SoftRegion | None:  # fmt: skip
    """Feather each face's part of the kept region; None where that is empty.

    `feather`: edge width as a fraction of the face's height; without a face, of the region's size.
    `strands`: how far an edge keeps its own softness instead, (H, W) in [0, 1]; a wide one would
    lose single hairs. `outer`: likewise, where it lies before the scene, onto which nothing of a
    person fades: that would be a glow.
    """
    parts: list[SoftPart] = []
    for part in parts_of(mask, faces, extent=SOFT * feather, default_height=scale_of(mask)):
        soft = feathered(part.mask, feather * part.height)
        if strands is not None:
            soft = np.asarray(soft + strands[part.window] * (part.mask - soft), np.float32)
        if outer is not None:
            beyond = np.maximum(soft - part.mask, 0)
            soft = np.asarray(soft - outer[part.window] * beyond, np.float32)
        if inner := window_of(soft):
            window = inside(part.window, inner)
            parts.append(SoftPart(window, part.mask[inner].copy(), soft[inner].copy(), part.height))
    if not parts:
        return None
    window = around(part.window for part in parts)
    return SoftRegion(
        window, tuple(replace(part, window=relative(part.window, window)) for part in parts)
    )


def set_in(
    styled: Image,
    person: Image,
    region: SoftRegion,
    *,
    strength: float,
    harmony: float,
    brushwork: float = 0.0,
    coarser: float = 1.0,
    eyes: Mask | None = None,
    plain: Mask | None = None,
) -> tuple[Image, Mask]:
    """Set the kept region into the painting; return the result and its alpha, (H, W) in [0, 1].

    The rest is as in `fitted`.
    """
    base = styled[region.window]
    picture, near = fitted(
        base, person, region, strength=strength, harmony=harmony, brushwork=brushwork,
        coarser=coarser, eyes=eyes, plain=plain,
    )  # fmt: skip
    change = picture - base
    change *= repeated(near)
    out, alpha = styled.copy(), np.zeros(styled.shape[:2], np.float32)
    out[region.window] += change
    alpha[region.window] = near
    return out.clip(0, 1, out=out), alpha


def fitted(
    base: Image,
    person: Image,
    region: SoftRegion,
    *,
    strength: float,
    harmony: float,
    brushwork: float = 0.0,
    coarser: float = 1.0,
    eyes: Mask | None = None,
    plain: Mask | None = None,
    contrast: bool = True,
) -> tuple[Image, Mask]:
    """Fit the kept region to the painting; return its picture and how far that covers the painting.

    `base`, `person`: painting and picture in the region's window, as what is returned: (H, W, 3)
    and (H, W) in [0, 1]. `strength`: 0 is the painting, 1 the person's own. `harmony`: how far the
    region takes the painting's local color statistics, in [0, 1]; `contrast`: whether it takes more
    contrast than its own, too. `brushwork`: how much of the painting's strokes stays on the region,
    in [0, 1]; `coarser`: how many times as wide as usual they are. `eyes`: where they are finer,
    (H, W) in [0, 1]; `plain`: likewise, where it is the person's own whatever else is asked for.
    """
    near = np.zeros(base.shape[:2], np.float32)
    pictures: list[tuple[Window, Image, Mask]] = []
    for part in region.parts:
        own = part.soft * np.float32(strength)
        picture = person[part.window]
        if harmony:
            how = {"radius_px": max(2.0, RADIUS * part.height), "weight": harmony}
            limits = GAIN_LIMITS if contrast else (GAIN_LIMITS[0], 1.0)
            picture = harmonized(picture, base[part.window], part.mask, **how, limits=limits)
        if brushwork:
            own_eyes = np.zeros_like(part.mask) if eyes is None else eyes[part.window]
            picture = _under(base[part.window], picture, part, own_eyes, brushwork, coarser)
        if plain is not None:
            unchanged = plain[part.window]
            back = repeated(unchanged) * (person[part.window] - picture)
            picture = np.asarray(picture + back, np.float32)
            own = np.asarray(own + unchanged * (part.soft - own), np.float32)
        near[part.window] = np.maximum(near[part.window], own)
        pictures.append((part.window, picture, own))
    return joined(person, pictures), near


def on_eyes(eyes: Mask, height: float) -> tuple[Mask, Mask]:
    """Return how near eyes pixels are, and how far on them, of a face so many px high."""
    near = blurred(eyes, ON * height)
    return near, np.minimum(1, 1.5 * near)


def _under(
    painted: Image, person: Image, part: SoftPart, eyes: Mask, amount: float, coarser: float
) -> Image:
    """Give painted strokes the person's form: what is coarser than a stroke comes from `person`."""
    lacking = person - painted
    coarse, close = (
        local_mean(lacking, part.mask, sigma * coarser * part.height)
        for sigma in (BRUSHWORK, FINE_BRUSHWORK)
    )
    near, eye = on_eyes(eyes, part.height)
    form = coarse + repeated(near) * (close - coarse)
    fine = fine_structure_in(person, part.height)
    less = (1 - np.float32(FINELY_BUILT) * fine) * (1 - np.float32(EYES) * eye)
    share = np.asarray(np.float32(amount) * less, np.float32)
    strokes = _without_gaps(np.asarray(form - lacking, np.float32))
    out = np.asarray(person + repeated(share) * strokes, np.float32)
    # Of eyes the color is the person's: strokes of other colors are a stain on their white.
    colored = np.asarray(person + luminance(out - person)[..., None], np.float32)
    out += repeated(np.asarray(amount * eye, np.float32)) * (colored - out)
    return out


def _without_gaps(strokes: Image) -> Image:
    """Bound how much darker strokes, (H, W, 3), are than what they lie on."""
    dark = luminance(strokes).clip(None, 0)
    return strokes + repeated(np.float32(GAP) * np.tanh(dark / np.float32(GAP)) - dark)
