"""Let each thing keep its own color in another light: hair, skin, reds, cloth."""

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.ops.filters import blurred, local_mean
from pipeline.ops.monochrome import USUAL_SKIN, usual_skin, without_tone
from pipeline.ops.smooth import smoothstep
from pipeline.ops.tensor import single
from pipeline.stages.strokes.subject import Subject
from pipeline.stages.strokes.widths import usual_face

Float = NDArray[np.float32]

BLACK = 13.0  # L; no painting is darker
GRAY = 12.0  # chroma of what counts as gray
LIFT = 7.0  # L; the most that skin gains
# L, L, a and b: the most by which a painter of portraits makes skin lighter, darker, less red, and
# more or less yellow.
MOST = PALER, DARKER, LESS_RED, YELLOWER = 5.0, 8.0, 6.0, 9.0
NEAR_SKIN = 0.6  # of a face's height: so near is what its skin is compared with
# Chroma of skin that is nearly gray, wholly and not: underexposed, or in cold light, of all tones;
# what it gets; and how much less of that eyes and lips do.
NEARLY_GRAY, LEAST_SKIN, LESS_FEATURES = (7.0, 15.0), 13.0, 0.6
OF_SKIN = np.array(USUAL_SKIN / np.linalg.norm(USUAL_SKIN), np.float32)  # a and b, of chroma 1
USUAL_LIPS = np.array([8, -2], np.float32)  # a and b: how lips differ from skin
# How much less of it there is in a beard; how large one is, as a share of a face's height; and how
# far down a face it begins.
BEARD, BEARD_REACH, BEARD_DOWN = 0.55, 0.06, (0.2, 0.45)
# Of a gray photo: how far from skin, in widths of what is near, hands may be; how much darker and
# lighter, L; and how far what may be skin is painted so.
HANDS, LIKE_SKIN, LIGHTER_SKIN, MAYBE_SKIN = 4.0, 18.0, 24.0, 0.85
# Likewise of a photo with color, which says more: how far from skin nearby a color may be, in a and
# b, and in L; how softly it is seen, in widths of what is near; and how much skin is to be near.
SKIN_COLOR, SKIN_LIGHT, SOFTLY, SKIN_NEAR = 12.0, 30.0, 0.03, (0.003, 0.03)
# How sure it is that something is worn, from which on it is painted less like skin; and how much.
WORN, LESS_SKIN = (0.85, 0.99), 0.7
VIVID, VIVID_LIGHT = (15.0, 30.0), 12.0  # chroma of vivid cloth; L by which that may change
CREAM = 0.1  # a over b of the least warm of light grays that are yellow
# L: how dark hair is that is black, and not; by how much it is lighter, and what it takes, a and b,
# as far as its chroma says that it is not brown.
BLACK_HAIR, LESS_BLACK, BLUE = (6.0, 22.0), 3.0, np.array([1.0, -3.5], np.float32)
BROWN_HAIR = (4.0, 9.0)
RED = 0.6  # radians, the hue of red
DARK_CLOTH = np.array([2.0, -8.0], np.float32)  # a and b: what black cloth takes of the air
# Cloth and hair that are nearly black differ by little light, and yet by half of it.
NEARLY_BLACK = (10.0, 26.0)  # L: how dark they are around of which all that is so, and none
DARK = (36.0, 44.0)  # L: how dark a pixel is that changes and counts as around, wholly and not
FORM_REACH = 0.06  # of the short side: what is around
SOFT_FORM, FAINT = 1.2, 1.5  # px: how softly light is seen; L that is added, for black has no half
GRAIN = 0.1  # halvings of light of which nothing is made: grain and JPEG differ, too
FORM, MOST_FORM = 14.0, 13.0  # how much of L a halving becomes, and all of them at most
# Chroma of a color, and how far its hue may turn, degrees.
CHROMAS, TURNS = (4.0, 7.5, 11.0, 17.0, 25.0), (180.0, 65.0, 32.0, 18.0, 12.0)


def own_hair(photo: Float, lab: Float, hair: Float) -> Float:
    """Let hair keep its light and most of its color: dark stays dark, what is black is blue."""
    out, hair = lab.copy(), hair[..., None]
    black = 1 - smoothstep(photo[..., :1], *BLACK_HAIR)
    least = BLACK - 2 + black * LESS_BLACK
    plain = 1 - smoothstep(chroma_of(photo)[..., None], *BROWN_HAIR)
    out[..., :1] += 0.8 * hair * (np.clip(photo[..., :1] * 0.97 + 4, least, 100) - out[..., :1])
    out[..., 1:] += 0.75 * hair * (1.08 * photo[..., 1:] + black * plain * BLUE - out[..., 1:])
    return out


def own_skin(photo: Float, lab: Float, subject: Subject, tint: Float | None) -> Float:
    """Let skin keep its hue and contrast; its shadows are cool, its lights cream.

    `tint`: of a gray photo, how much of skin's usual color it takes, (H, W) in [0, 1].
    Each person's skin is compared with what is near: its own median light, as it were.
    """
    skin = subject.skin
    sigma = _near_skin(subject)
    if sigma is None:
        return lab
    alike = _of_skins_color if tint is None else _like_skin
    skin = np.maximum(skin, alike(photo, subject, sigma))
    light = np.stack([photo[..., 0], lab[..., 0]], -1)
    was, now = np.moveaxis(local_mean(light, skin, sigma), -1, 0)
    most = LIFT if tint is None else LIFT / 2  # a gray photo does not say how light a skin is
    lift = np.clip(now - was, -3, np.clip(np.minimum(most, 66 - was), 0, None))
    own = photo[..., 0] + lift * np.clip(photo[..., 0] / 20, 0.3, 1)
    own = np.where(own > 82, 82 + 13 * np.tanh((own - 82) / 13), np.maximum(own, 0.9 * BLACK))
    shade = np.clip((was + lift - own) / 28, -1, 1) * (1 - 0.7 * subject.features)
    ab = photo[..., 1:].copy()
    if tint is not None:
        lips = subject.features * smoothstep(subject.down, *BEARD_DOWN)
        ab = ab + lips[..., None] * USUAL_LIPS
        ab = ab + tint[..., None] * usual_skin(own)
        shade = shade * 1.3
    strong = np.hypot(ab[..., 0], ab[..., 1])
    held = np.where(strong > 40, 40 + 0.5 * (strong - 40), strong)
    ab = ab * (held / np.maximum(strong, 1e-3))[..., None]
    cool, warm = np.array([2.0, -8.0], np.float32), np.array([0.5, 3.0], np.float32)
    ab = ab + np.where(shade[..., None] > 0, shade[..., None] * cool, -shade[..., None] * warm)
    out = np.concatenate([own[..., None], ab], -1)
    return (lab + skin[..., None] * (out - lab)).astype(np.float32)


def living_skin(photo: Float, subject: Subject) -> Float:
    """Let skin that is nearly gray have a little of skin's color; a photo without color stays.

    It is (H, W, 3) CIELAB. Underexposed and in cold light skin of all tones is gray, and more so
    before the colors of a painting. Its light is its own.
    """
    sigma = _near_skin(subject)
    if sigma is None or without_tone(photo) is not None:
        return photo
    near = local_mean(photo, subject.skin, sigma)
    lack = 1 - smoothstep(single(chroma_of(near)), *NEARLY_GRAY)
    share = subject.skin * lack * (1 - LESS_FEATURES * subject.features)
    out = photo.copy()
    out[..., 1:] += share[..., None] * (LEAST_SKIN * OF_SKIN - near[..., 1:])
    return out


def own_tone(
    photo: Float, lab: Float, subject: Subject, detail: Float, how_far: float = 1.0
) -> Float:
    """Let skin become lighter, darker, less red and yellower than a photo's by so much at most.

    Pictures are (H, W, 3) CIELAB. Who has learned from paintings of pale people paints everybody
    pale, who has learned from dark ones lets faces drown. Of a photo without color skin takes its
    usual one; `detail`: how finely a photo is built, (H, W) in [0, 1]. `how_far`: of `MOST`.
    """
    skin = subject.skin
    sigma = _near_skin(subject)
    if sigma is None:
        return lab
    colored = without_tone(photo) is None
    if colored:
        skin = np.maximum(skin, _of_skins_color(photo, subject, sigma))
    most_paler, darkest, least_red, most_yellow = (how_far * each for each in MOST)
    was, now = (local_mean(each, skin, sigma) for each in (photo, lab))
    paler, redder, yellower = np.moveaxis(now - was, -1, 0)
    out = lab.copy()
    out[..., 0] += skin * (paler.clip(-darkest, most_paler) - paler)
    if colored:
        out[..., 1] += skin * np.maximum(-least_red - redder, 0)
        out[..., 2] += skin * (yellower.clip(-most_yellow, most_yellow) - yellower)
    else:
        share = skin * usual_tint(detail, subject)
        out[..., 1:] += share[..., None] * (usual_skin(out[..., 0]) - now[..., 1:])
    return out


def _near_skin(subject: Subject) -> float | None:
    """Return how near, px, is what skin is compared with; None where nobody is bare."""
    bare = subject.skin > 0.5
    return NEAR_SKIN * float(np.median(subject.face[bare])) if bare.any() else None


def _like_skin(photo: Float, subject: Subject, sigma: float) -> Float:
    """Guess where a person of a gray photo is bare, too, (H, W) in [0, 1]: about as light as skin.

    Without color, hands and ears are hardly told from cloth; cloth may be of skin's color, but
    a hand may not be lilac.
    """
    light, near = np.ascontiguousarray(photo[..., 0]), blurred(subject.skin, HANDS * sigma)
    usual = blurred(light * subject.skin, HANDS * sigma) / np.maximum(near, 1e-3)
    off = blurred(light, 0.1 * sigma) - usual
    alike = np.exp(-((off / np.where(off > 0, LIGHTER_SKIN, LIKE_SKIN)) ** 2)) * subject.person
    worn = subject.person - np.maximum(subject.skin, subject.hair)
    alike *= 1 - LESS_SKIN * smoothstep(worn, *WORN)
    return single(MAYBE_SKIN * alike * (1 - subject.hair))


def _of_skins_color(photo: Float, subject: Subject, sigma: float) -> Float:
    """Tell where people have the color of skin nearby, (H, W) in [0, 1]: a hand called cloth.

    What is worn and has it keeps its own tone likewise, which is no harm.
    """
    near = blurred(subject.skin, HANDS * sigma)
    usual = local_mean(photo, subject.skin, HANDS * sigma)
    off = single(blurred(photo, SOFTLY * sigma) - usual)
    alike = np.exp(-((chroma_of(off) / SKIN_COLOR) ** 2) - (off[..., 0] / SKIN_LIGHT) ** 2)
    alike *= smoothstep(near, *SKIN_NEAR) * subject.person * (1 - subject.hair)
    return single(MAYBE_SKIN * alike)


def usual_tint(detail: Float, subject: Subject) -> Float:
    """Return how much of skin's usual color a gray photo's takes, (H, W) in [0, 1]: less in beards.

    A beard is guessed where skin below the nose is finely built all over, `detail`, (H, W).
    """
    reach, bare = BEARD_REACH * usual_face(subject), subject.skin * (1 - subject.features)
    all_over = blurred(single(detail * bare), reach) / np.maximum(blurred(bare, reach), 1e-3)
    below = smoothstep(subject.down, *BEARD_DOWN) * (1 - subject.features)
    return single(1 - BEARD * (smoothstep(single(all_over), 0.6, 0.9) * below))


def own_hue(photo: Float, lab: Float) -> Float:
    """Hold every hue near the photo's, the nearer the more vivid it was; vivid stays vivid."""
    was = cv2.GaussianBlur(photo[..., 1:], (0, 0), 1.0)
    chroma, hue = np.hypot(was[..., 0], was[..., 1]), np.arctan2(was[..., 1], was[..., 0])
    now, turn = chroma_of(lab), np.arctan2(lab[..., 2], lab[..., 1]) - hue
    turn = (turn + np.pi) % (2 * np.pi) - np.pi
    # A dark green that is lifted is seen to be green.
    rise = np.clip(lab[..., 0] / np.maximum(photo[..., 0], 8), 1, 2.2) ** 0.7
    most = np.deg2rad(np.interp(chroma * rise, CHROMAS, TURNS))
    kept = np.where(most > 2.5, turn, most * np.tanh(turn / most))
    # What would have turned far goes through gray instead.
    now = now * np.where(
        np.abs(turn) > most, np.clip(1.15 - 0.25 * (np.abs(turn) - most), 0.6, 1), 1
    )
    least = 0.95 * np.minimum(chroma, 30 + 0.8 * np.maximum(chroma - 30, 0))
    now = now + np.clip((chroma - 14) / 14, 0, 1) * np.maximum(least - now, 0)
    planes = (lab[..., 0], now * np.cos(hue + kept), now * np.sin(hue + kept))
    return np.stack(planes, -1).astype(np.float32)


def own_cloth(photo: Float, lab: Float, cloth: Float) -> Float:
    """Let vivid cloth keep its hue, and its light by so much; `cloth`: how far, (H, W).

    What is nearly gray has no hue of its own: held to it, it would be stained.
    """
    held = own_hue(photo, lab)
    vivid = smoothstep(single(chroma_of(cv2.GaussianBlur(photo, (0, 0), 1.0))), *VIVID)
    light = photo[..., 0]
    held[..., 0] = lab[..., 0].clip(light - VIVID_LIGHT, light + VIVID_LIGHT)
    return single(lab + (cloth * vivid)[..., None] * (held - lab))


def own_reds(photo: Float, lab: Float, skin: Float) -> Float:
    """Let deep reds keep their light: lifted at the same hue they would be seen as orange."""
    was = cv2.GaussianBlur(photo, (0, 0), 1.0)
    hue = np.arctan2(was[..., 2], was[..., 1])
    red = (
        np.clip((chroma_of(was) - 25) / 15, 0, 1)
        * np.exp(-(((hue - RED) / 0.35) ** 2))
        * (1 - skin)
    )
    out = lab.copy()
    out[..., 0] += 0.85 * red * np.minimum(was[..., 0] + 4 - lab[..., 0], 0)
    turn = np.arctan2(out[..., 2], out[..., 1]) - hue
    back = 0.8 * red * np.clip(turn, 0, np.pi)
    cos, sin = np.cos(back), np.sin(back)
    a, b = out[..., 1].copy(), out[..., 2].copy()
    out[..., 1], out[..., 2] = a * cos + b * sin, b * cos - a * sin
    return out


def without_lime(photo: Float, lab: Float) -> Float:
    """Let light grays become cream or rose where they would be lime: no wall of his is."""
    soft = cv2.GaussianBlur(photo, (0, 0), 2)
    gray = np.exp(-((chroma_of(soft) / GRAY) ** 2)) * np.clip((lab[..., 0] - 45) / 20, 0, 1)
    out = lab.copy()
    warm = CREAM * np.maximum(lab[..., 2], 0)
    out[..., 1] += gray * np.maximum(warm - lab[..., 1], 0) * np.clip(lab[..., 2] / 4, 0, 1)
    return out


def white_cloth(photo: Float, lab: Float, subject: Subject) -> Float:
    """Let white cloth stay white, with a breath of color."""
    soft = cv2.GaussianBlur(photo, (0, 0), 2)
    white = np.clip((soft[..., 0] - 66) / 14, 0, 1) * np.clip((13 - chroma_of(soft)) / 6, 0, 1)
    white = white * subject.person * (1 - subject.skin)
    out, chroma = lab.copy(), chroma_of(lab)
    out[..., 1:] *= (1 - white * (1 - np.minimum(chroma, 7) / np.maximum(chroma, 1e-3)))[..., None]
    return out


def dark_cloth(photo: Float, lab: Float, subject: Subject) -> Float:
    """Let dark cloth stay dark, and its color no stronger than it was; what has none is violet."""
    soft = cv2.GaussianBlur(photo, (0, 0), 2)
    cloth = subject.person * (1 - np.maximum(subject.skin, subject.hair))
    dark = np.clip((38 - soft[..., 0]) / 16, 0, 1) * cloth
    out, chroma, most = lab.copy(), chroma_of(lab), np.maximum(chroma_of(soft), 7)
    own = np.maximum(photo[..., 0] + 4, BLACK)
    out[..., 0] += 0.6 * dark * np.minimum(own - out[..., 0], 0)
    out[..., 1:] *= (1 - dark * (1 - np.minimum(chroma, most) / np.maximum(chroma, 1e-3)))[
        ..., None
    ]
    dull = (
        np.clip((52 - soft[..., 0]) / 28, 0, 1) * np.exp(-((chroma_of(soft) / GRAY) ** 2)) * cloth
    )
    out[..., 1:] += dull[..., None] * DARK_CLOTH
    return out


def dark_form(photo: Float, lab: Float, subject: Subject) -> Float:
    """Let cloth and hair that are nearly black show their form: lapels, folds, buttons, locks."""
    plain = np.ascontiguousarray(photo[..., 0])
    dark = single(1 - smoothstep(plain, *DARK))
    light = local_mean(plain, dark, SOFT_FORM)  # a white collar does not lighten a coat
    level = np.log2(np.maximum(light, 0) + FAINT)
    covered = single(subject.person * (1 - subject.skin))
    around = local_mean(single(level), covered * dark, FORM_REACH * min(light.shape))
    form = level - around
    form = np.sign(form) * np.maximum(np.abs(form) - GRAIN, 0)
    black = covered * dark * (1 - smoothstep(single(2**around - FAINT), *NEARLY_BLACK))
    out = lab.copy()
    out[..., 0] += black * MOST_FORM * np.tanh(FORM * form / MOST_FORM)
    out[..., 0] = np.maximum(out[..., 0], np.minimum(lab[..., 0], BLACK - 2))
    return out


def chroma_of(lab: Float) -> Float:
    """Return how colorful a picture is, (H, W)."""
    return np.hypot(lab[..., 1], lab[..., 2])
