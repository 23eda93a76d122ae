"""Bring a picture part by part to the light and the colors of one of a painter's portraits.

A portrait's ground, cloth, hair and skin each have a light and a palette of their own: a mean of
all of them is a brown that nobody painted.
"""

import numpy as np
from numpy.typing import NDArray

from pipeline.ops.filters import blurred, local_mean
from pipeline.ops.resample import resized
from pipeline.ops.smooth import smoothstep
from pipeline.ops.tensor import single
from pipeline.stages.strokes.color import by_rank, quarter, soft_shift, tone_of, transport
from pipeline.stages.strokes.light import main_colors
from pipeline.stages.strokes.own_colors import chroma_of
from pipeline.stages.strokes.portraits import enough, parts_of, places, pure_of, ranked
from pipeline.stages.strokes.subject import Subject
from pipeline.stages.strokes.widths import usual_face
from pipeline.types.portraits import CLOTH, COLORS, GROUND, HAIR, SKIN, Portraits

Float = NDArray[np.float32]

# How far each part goes to the portrait's light and colors; cloth and hair stay the person's, skin
# has its own light.
LIGHT, COLOR = (0.9, 0.2, 0.1, 0.6), (0.9, 0.25, 0.15, 0.5)
# A bare wall may become anything: how far the light and the colors of a place go, but to the dark,
# in which all may lie.
OF_A_PLACE = (0.15, 0.3)
RICHER = 1.6  # times: the most by which chroma grows
DARKER = 12.0  # L: the most by which skin is painted darker, before `LIGHT`
OF_ONE = 0.4  # how far skin goes to one portrait's, of the way to that of all of a painter's
GAIN = (0.5, 1.6)  # of the contrast of what is small
# How far from its edge, in heights of a face, ground may be seen through hair; how much of it is
# to be around; how far on the way from hair's color to the ground's; and how far apart these are.
NEAR_EDGE, NEAR_GROUND, ALONG, TOLD_APART = 0.06, (0.02, 0.15), (0.35, 0.75), (18.0, 35.0)
# Likewise farther from it, by a and b alone.
FAR_EDGE, FAR_ALONG, FAR_APART = 0.3, (0.45, 0.75), (9.0, 15.0)
AMONG_HAIR = (0.3, 0.5)  # share of hair around what lies among its strands
BLUR = 14.0  # of the plan by which colors go to a palette, CIELAB squared


def like_a_portrait(
    lab: Float, subject: Subject, bare: float, portrait: Portraits, all_of: Portraits | None
) -> Float:
    """Bring a picture, (H, W, 3) CIELAB, to the light and colors of one portrait, part by part.

    `bare`: how far its ground is a bare wall, in [0, 1]. `all_of`: all portraits of the painter:
    their skin says what light does on it. One portrait's may be a sick man's: where nothing is
    known of others, skin goes less far to it.

    Source: Reinhard et al. 2001, "Color Transfer between Images", by ranks and by parts; Cuturi
    2013, "Sinkhorn Distances", for palettes.
    """
    size = (lab.shape[0], lab.shape[1])
    seen = quarter(lab)
    small = (seen.shape[0], seen.shape[1])
    look, tone = subject.at(small), tone_of(seen)
    parts, fine = parts_of(subject), lab[..., 0] - resized(tone, size)
    through = seen_through(lab, subject)
    parts[..., GROUND] += through * (parts[..., HAIR] + parts[..., CLOTH])
    parts[..., [CLOTH, HAIR]] *= (1 - through)[..., None]
    theirs = all_of or portrait
    out = np.zeros_like(lab)
    for part, pure in enumerate(pure_of(resized(parts, small))):
        own = lab
        known = (theirs if part == SKIN else portrait).shares[:, part].any()
        if known and enough(pure):
            free = bare if part == GROUND else 1.0
            sloped = _sloped(tone, look, portrait) if part == GROUND else tone
            moves = (
                _of_skin(seen, tone, pure, theirs, 1.0 if all_of else OF_ONE)
                if part == SKIN
                else _of_part(seen, tone, sloped, pure, free, portrait, part)
            )
            light, gain, *_ = np.moveaxis(whole := resized(moves, size), -1, 0)
            own = np.dstack([light + gain * fine, lab[..., 1:] + whole[..., 2:]])
        out += parts[..., part, None] * own
    out[..., 0] = out[..., 0].clip(0, 100)
    return out


def _of_part(
    seen: Float, tone: Float, sloped: Float, pure: NDArray[np.bool_], free: float,
    portrait: Portraits, part: int,
) -> Float:  # fmt: skip
    """Say how a picture moves to the light and colors of one part of a portrait, (H, W, 4).

    That is its light, how much of what is fine it keeps, and what is added to a and b. `free`: how
    far it is nothing of its own, in [0, 1].
    """
    low = min(0.0, float(sloped.min()))  # what falls off may leave L's range
    own, aim = ranked(sloped[pure]), portrait.quantiles[0, part]
    lightens, colors = (least + (1 - least) * free for least in OF_A_PLACE)
    how_far = LIGHT[part] * (lightens if aim.mean() > own.mean() else 1)
    light, gain = by_rank(sloped - low, own - low, aim, how_far)
    gain = gain.clip(*GAIN)
    lit = single(np.dstack([light + gain * (seen[..., 0] - tone), seen[..., 1:]]))
    centers, share = main_colors(lit[pure], COLORS)
    goes, _ = transport(
        centers[None], share[None], portrait.colors[:, part],
        portrait.weights[:, part] / portrait.shares[:, part, None] + np.float32(1e-4),
        blur=BLUR, rounds=40,
    )  # fmt: skip
    shift = soft_shift(lit, centers, np.float32(COLOR[part] * colors) * (goes[0] - centers))
    # What was averaged over all that a network knows is paler than anything that was painted.
    paler = _chroma(portrait, part) / max(float(chroma_of(lit + shift)[pure].mean()), 1e-3)
    richer = float(np.clip(paler, 1, RICHER)) ** COLOR[part]
    return np.dstack([light, gain, richer * (seen + shift)[..., 1:] - seen[..., 1:]])


def _of_skin(
    seen: Float, tone: Float, pure: NDArray[np.bool_], portraits: Portraits, how_far: float
) -> Float:
    """Say likewise how skin takes the play of light and the tint of all portraits' skin.

    It is not made lighter. `how_far`: of the usual way.
    """
    ranks, (light, tint) = ranked(tone[pure]), portraits.skin
    darker = float(np.clip(light.mean() - ranks.mean(), -DARKER, 0))
    moved, gain = by_rank(
        tone, ranks, light - light.mean() + ranks.mean() + darker, how_far * LIGHT[SKIN]
    )
    shift = how_far * COLOR[SKIN] * (tint - seen[pure, 1:].mean(0))
    return np.dstack([moved, gain.clip(*GAIN), np.broadcast_to(shift, (*tone.shape, 2))])


def _chroma(portrait: Portraits, part: int) -> float:
    return float((portrait.weights * chroma_of(portrait.colors))[0, part].sum()) / float(
        portrait.shares[0, part]
    )


def _sloped(tone: Float, subject: Subject, portrait: Portraits) -> Float:
    """Let the light of a ground fall off as the portrait's does: a bare wall has no other light."""
    own = subject.person > 0.5
    if not own.any():
        return tone
    return np.asarray(tone + places(own) @ portrait.fall[0], np.float32)


def seen_through(lab: Float, subject: Subject) -> Float:
    """Return how far what is seen in hair is what is behind it, (H, W) in [0, 1], along its edge.

    That is where colors are those of the ground nearby rather than of the hair nearby; left as they
    are, they would be a rim of the old ground before the new one.
    """
    ground = (subject.person < 0.5).astype(np.float32)
    hair = (subject.hair > 0.5).astype(np.float32)
    # Light plays on hair, so that farther from its edge color alone tells what is behind.
    ways = (NEAR_EDGE, lab, ALONG, TOLD_APART), (FAR_EDGE, lab[..., 1:], FAR_ALONG, FAR_APART)
    face = usual_face(subject)
    # What shows between strands is often called cloth.
    gap = smoothstep(blurred(hair, NEAR_EDGE * face), *AMONG_HAIR)
    gap *= (subject.person > 0.5) & (subject.skin < 0.5)
    body, found = np.maximum(hair, gap), np.zeros_like(hair)
    for edge, seen, told, apart in ways:
        reach = edge * face
        behind, own = (local_mean(seen, of, 2 * reach) for of in (ground, hair))
        way = behind - own
        contrast = np.linalg.norm(way, axis=-1)
        along = ((seen - own) * way).sum(-1) / np.maximum(contrast, 1) ** 2
        near = body * smoothstep(blurred(ground, reach), *NEAR_GROUND)
        found = np.maximum(found, near * smoothstep(along, *told) * smoothstep(contrast, *apart))
    return single(found)
