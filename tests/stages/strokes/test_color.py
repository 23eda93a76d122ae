"""Monet's light: nothing is black, grays take color, each thing keeps its hue."""

from dataclasses import replace

import numpy as np
import pytest

from pipeline.ops.monochrome import usual_skin, without_tone
from pipeline.stages.strokes.color import (
    cast,
    crisp,
    in_monets_light,
    in_palette,
    transport,
)
from pipeline.stages.strokes.light import (
    LIGHTS,
    QUANTILES,
    TABLE,
    light_of,
    monet,
)
from pipeline.stages.strokes.own_colors import (
    BLACK,
    DARKER,
    LESS_RED,
    PALER,
    VIVID_LIGHT,
    YELLOWER,
    own_cloth,
    own_tone,
    without_lime,
)
from pipeline.stages.strokes.portraits import portraits_by
from pipeline.variants import MOODS
from tests.stages.strokes.motifs import nobody

HUES = np.deg2rad([30, 90, 140, 210, 290, 350])


def lit(lab, subject=None):
    rng = np.random.default_rng(0)
    plain = np.zeros(lab.shape[:2], np.float32)
    return in_monets_light(lab, subject or nobody(lab.shape[:2]), plain, monet(), rng)[0]


def chroma(lab):
    return np.hypot(lab[..., 1], lab[..., 2])


def test_the_table_is_small_and_of_paintings():
    light = monet()
    assert TABLE.stat().st_size < 1_000_000
    assert light.quantiles.shape == (QUANTILES,)
    assert (np.diff(light.quantiles) > 0).all()
    assert len(light.palettes) > 1000
    np.testing.assert_allclose(light.weights.sum(1), 1, atol=0.01)
    assert (light.chroma_at(np.array(LIGHTS, np.float32)) > 3).all()


def test_moods_differ_as_their_names_say():
    moods = {name: monet(name) for name in MOODS if name != "picture"}
    assert not moods["monet"].cast.any()
    median = {name: light.quantiles[QUANTILES // 2] for name, light in moods.items()}
    assert median["dusk"] < median["noon"] < median["winter"]
    assert (
        moods["winter"].chroma.mean() < moods["monet"].chroma.mean() < moods["noon"].chroma.mean()
    )
    yellow = {name: light.hues[3, 1] for name, light in moods.items()}
    assert yellow["morning"] < yellow["monet"] < yellow["dusk"]
    with pytest.raises(ValueError, match="no mood"):
        monet("midnight")


def test_a_picture_comes_nearer_to_a_palette_people_least():
    lab = np.zeros((64, 64, 3), np.float32)
    lab[..., 0], lab[:, 32:, 0] = 40, 70
    palettes, none = portraits_by("ukiyoe").palettes, nobody(lab.shape[:2])
    moved, palette = in_palette(lab, none, palettes)
    assert palette.shape[1] == 4
    assert chroma(moved).mean() > 3
    ones = np.ones(lab.shape[:2], np.float32)
    kept, _ = in_palette(lab, replace(none, person=ones, skin=ones), palettes)
    assert chroma(kept).mean() < 0.6 * chroma(moved).mean()


def test_one_paintings_light_is_its_own():
    y = np.linspace(0, 1, 90, dtype=np.float32)[:, None]
    red = np.stack([0.3 + 0.6 * y, 0.2 * y, 0.1 + 0 * y], -1).repeat(70, 1)
    light = light_of(red)
    assert light.palettes.shape == (1, 16, 3)
    assert (light.hues[1:4, 0] > 20).all()
    assert (light.cast[1:4, 0] > 15).all()
    assert (np.diff(light.quantiles) >= 0).all()


def test_a_mood_is_cast_over_everything_least_over_skin():
    lab = np.full((96, 96, 3), (60, 0, 0), np.float32)
    subject = replace(nobody((96, 96)), skin=np.repeat([[0.0, 1.0]], 96, 0).repeat(48, 1))
    change = (cast(lab, subject, monet("dusk")) - lab)[..., 2]
    assert change[0, 0] > 3
    assert 0 < change[0, -1] < 0.5 * change[0, 0]
    assert cast(lab, subject, monet()) is lab


@pytest.mark.parametrize("hue", HUES)
def test_vivid_things_keep_their_hue(hue):
    lab = np.zeros((96, 96, 3), np.float32)
    lab[..., 0] = np.linspace(25, 80, 96)[:, None]
    lab[..., 1], lab[..., 2] = 40 * np.cos(hue), 40 * np.sin(hue)
    lab[:, :48, 1:] = 0  # half of the picture is gray
    out = lit(lab)[:, 60:]
    turn = np.angle(np.exp(1j * (np.arctan2(out[..., 2], out[..., 1]) - hue)))
    assert np.median(np.abs(turn)) < np.deg2rad(15)
    assert np.median(chroma(out)) > 30


def test_a_gray_photo_becomes_one_in_color_and_black_is_lifted():
    lab = np.zeros((96, 128, 3), np.float32)
    lab[..., 0] = np.linspace(0, 100, 128)
    out = lit(lab)
    assert chroma(out).mean() > 5
    assert out[..., 0].min() > BLACK - 4
    hues = np.arctan2(out[..., 2], out[..., 1])[chroma(out) > 4]
    assert np.abs(np.exp(1j * hues).mean()) < 0.97  # not one tint over all


@pytest.mark.parametrize("skin", [(30, 14, 18), (45, 18, 22), (62, 18, 20), (76, 14, 16)])
def test_skin_of_every_tone_keeps_its_hue_and_light(skin):
    lab = np.zeros((96, 96, 3), np.float32)
    lab[..., 0] = 60
    lab[24:72, 24:72] = skin
    inside = np.zeros((96, 96), np.float32)
    inside[24:72, 24:72] = 1
    out = lit(lab, replace(nobody((96, 96)), skin=inside, person=inside))[30:66, 30:66].mean((0, 1))
    assert abs(out[0] - skin[0]) <= 8
    turn = np.arctan2(out[2], out[1]) - np.arctan2(skin[2], skin[1])
    assert abs(turn) < np.deg2rad(15)


def test_hands_of_a_gray_photo_that_were_not_found_are_as_warm_as_its_face():
    lab = np.full((96, 96, 3), (25, 0, 0), np.float32)
    lab[20:44, 30:60, 0], lab[60:70, 30:60, 0] = 62, 66  # a face; a hand
    person, face = np.zeros((2, 96, 96), np.float32)
    person[16:90, 20:70], face[20:44, 30:60] = 1, 1
    person[60:70, 30:60] = 0.86  # the parser doubts that it is worn
    out, sure = (
        lit(lab, replace(nobody((96, 96)), skin=face, person=each))
        for each in (person, np.maximum(person, face.max() * (person > 0)))
    )
    of_face, hand, coat = out[24:40, 34:56], out[62:68, 34:56], out[75:85, 34:56]
    assert hand[..., 2].mean() > 0.6 * of_face[..., 2].mean() > 6
    assert sure[62:68, 34:56, 2].mean() < 0.6 * hand[..., 2].mean()
    assert coat[..., 2].mean() < 0.3 * of_face[..., 2].mean()


def a_face():
    """Return a gray face, CIELAB, with lips, and its maps."""
    size = (96, 96)
    y, x = np.mgrid[:96, :96].astype(np.float32) - 47.5
    down = y / 30
    inside = (np.hypot(x / 24, down) < 1).astype(np.float32)
    lips = ((np.abs(x) < 10) & (np.abs(down - 0.6) < 0.1)).astype(np.float32)
    lab = np.full((*size, 3), (25, 0, 0), np.float32)
    lab[inside > 0] = (66, 0, 0)
    lab[lips > 0] = (56, 0, 0)
    away = np.hypot(x / 24, down).astype(np.float32)
    subject = replace(nobody(size), person=inside, skin=inside, features=lips, down=down, away=away)
    return lab, subject


def test_lips_of_a_gray_photo_are_redder_than_its_skin():
    lab, subject = a_face()
    out = lit(lab, subject)
    lips, skin = out[subject.features > 0].mean(0), out[30:44, 40:56].mean((0, 1))
    assert skin[1] > 4
    assert np.arctan2(lips[2], lips[1]) < np.arctan2(skin[2], skin[1]) - np.deg2rad(5)
    assert lips[1] > skin[1]


def test_a_photo_in_one_tone_is_lit_like_a_gray_one():
    gray, subject = a_face()
    toned = gray.copy()
    toned[..., 1:] += (4, 12)
    np.testing.assert_allclose(lit(toned, subject), lit(gray, subject), atol=1.0)


def test_a_photo_of_few_colors_is_none_without_color():
    lab = np.full((96, 96, 3), (60, 0, 0), np.float32)
    lab[:, 48:] = (60, 6, 14)
    assert without_tone(lab) is None


def test_black_cloth_is_blue_violet():
    lab = np.full((96, 96, 3), (60, 5, 5), np.float32)
    lab[40:] = (10, 0, 0)
    person = np.zeros((96, 96), np.float32)
    person[40:] = 1
    cloth = lit(lab, replace(nobody((96, 96)), person=person))[50:]
    assert cloth[..., 2].mean() < -4
    assert chroma(cloth).mean() < 16
    assert cloth[..., 0].mean() < 30


def test_what_is_crisp_has_no_rim_around_people():
    lab = np.full((96, 128, 3), (80, 0, 0), np.float32)
    lab[:, :64, 0] = 20  # dark hair before a light wall
    person = np.zeros((96, 128), np.float32)
    person[:, :64] = 1
    out = crisp(lab, replace(nobody((96, 128)), person=person))
    np.testing.assert_allclose(out, lab, atol=0.5)


def test_what_is_crisp_differs_more_from_its_surroundings_least_on_skin():
    lab = np.full((96, 128, 3), (40, 0, 0), np.float32)
    lab[:, 64:, 0] = 60
    gain = [
        np.ptp(
            crisp(lab, replace(nobody((96, 128)), skin=np.full((96, 128), skin, np.float32)))[
                ..., 0
            ]
        )
        for skin in (0, 1)
    ]
    assert gain[0] > gain[1] > 21
    flat = np.full((96, 128, 3), (55, 10, 10), np.float32)
    np.testing.assert_allclose(crisp(flat, nobody((96, 128))), flat, atol=1e-3)


def test_dark_hair_stays_dark_and_white_cloth_white():
    lab = np.full((96, 96, 3), (60, 5, 5), np.float32)
    lab[:40], lab[56:] = (12, 1, 1), (92, 0, 2)
    hair, person = np.zeros((2, 96, 96), np.float32)
    hair[:40] = 1
    person[:] = 1
    out = lit(lab, replace(nobody((96, 96)), hair=hair, person=person))
    assert out[5:35, :, 0].mean() < 26
    assert chroma(out[62:]).mean() < 9
    assert out[62:, :, 0].mean() > 80


def test_transport_takes_colors_to_others_that_are_near():
    one = np.array([[[20, 0, 0], [80, 0, 0]]], np.float32)
    other = np.array([[[82, 3, 9], [24, 2, -9]]], np.float32)
    half = np.full((1, 2), 0.5, np.float32)
    goes, cost = transport(one, half, other, half, blur=10, rounds=40)
    np.testing.assert_allclose(goes[0], other[0, ::-1], atol=1)
    ways = (goes - one) * np.sqrt([0.7, 1, 1])
    assert cost[0] == pytest.approx((ways**2).sum() / 2, rel=0.1)


def test_deep_reds_are_not_lifted_to_orange():
    lab = np.zeros((96, 96, 3), np.float32)
    lab[..., 0] = np.linspace(20, 90, 96)[:, None]
    lab[40:60, 40:80] = (38, 58, 38)
    out = lit(lab)[44:56, 46:74]
    assert out[..., 0].mean() < 45
    assert np.degrees(np.arctan2(out[..., 2], out[..., 1])).mean() < 38


def test_pale_grays_become_cream_and_never_lime():
    photo = np.full((20, 20, 3), (85, 0, 0), np.float32)
    lime = np.full((20, 20, 3), (88, -6, 14), np.float32)
    out = without_lime(photo, lime)
    assert (out[..., 1] > 0).all()
    np.testing.assert_array_equal(out[..., [0, 2]], lime[..., [0, 2]])
    foliage = np.full((20, 20, 3), (70, -25, 35), np.float32)
    np.testing.assert_allclose(without_lime(foliage, foliage), foliage, atol=0.5)
    bluish = np.full((20, 20, 3), (88, -2, -8), np.float32)
    np.testing.assert_array_equal(without_lime(photo, bluish), bluish)


def of_skin(size=(64, 64)):
    """Return a subject that is bare skin all over but for a border of clothes."""
    skin = np.zeros(size, np.float32)
    skin[8:-8, 8:-8] = 1
    ones = np.ones(size, np.float32)
    return replace(nobody(size), person=ones, skin=skin, face=40 * ones, away=0.3 * ones)


def toned_by(photo, paint, clothes=(0, 0), how_far=1.0):
    """Paint skin of one color in another; return the color it gets, and that of clothes.

    `clothes`: a and b of the photo's, and theirs turned around: else it is of one tone.
    """
    lab, made = (np.full((64, 64, 3), color, np.float32) for color in (photo, paint))
    lab[:8, :, 1:], lab[-8:, :, 1:] = clothes, np.negative(clothes)
    out = own_tone(lab, made, of_skin(), np.zeros((64, 64), np.float32), how_far)
    return out[32, 32], out[2, 32]


def test_a_painter_of_pale_people_does_not_bleach_dark_skin():
    skin, clothes = toned_by((42, 17, 22), (78, 4, 20), clothes=(30, -40))
    np.testing.assert_allclose(skin, (42 + PALER, 17 - LESS_RED, 20), atol=0.1)
    np.testing.assert_array_equal(clothes, (78, 4, 20))


def test_skin_may_be_held_closer():
    skin, _ = toned_by((42, 17, 22), (78, 4, 60), clothes=(30, -40), how_far=0.5)
    np.testing.assert_allclose(skin, (42 + PALER / 2, 17 - LESS_RED / 2, 22 + YELLOWER / 2), atol=1)


@pytest.mark.parametrize("paint", [(53, 15, 30), (64, 12, 25)])
def test_skin_may_be_a_little_darker_or_lighter(paint):
    skin, _ = toned_by((60, 17, 22), paint, clothes=(30, -40))
    np.testing.assert_allclose(skin, paint, atol=0.1)


@pytest.mark.parametrize("b", [-10, 60])
def test_skin_is_not_made_sallow_or_blue(b):
    skin, _ = toned_by((60, 17, 22), (60, 17, b), clothes=(30, -40))
    np.testing.assert_allclose(skin, (60, 17, 22 + np.sign(b) * YELLOWER), atol=0.1)


@pytest.mark.parametrize("light", [35, 60, 80])
def test_no_face_drowns_in_a_dark_painting(light):
    skin, clothes = toned_by((light, 17, 22), (12, 15, 20), clothes=(30, -40))
    np.testing.assert_allclose(skin, (light - DARKER, 15, 20), atol=0.1)
    np.testing.assert_array_equal(clothes, (12, 15, 20))


def test_skin_of_a_photo_without_color_is_painted_as_skin():
    skin, clothes = toned_by((55, 0, 0), (60, -2, 12))
    np.testing.assert_allclose(skin[1:], usual_skin(np.full((1, 1), 60, np.float32))[0, 0], atol=1)
    np.testing.assert_array_equal(clothes, (60, -2, 12))


def test_where_nobody_is_bare_nothing_changes():
    lab = np.full((32, 32, 3), (80, 0, 10), np.float32)
    plain = np.zeros((32, 32), np.float32)
    assert own_tone(lab - 40, lab, nobody((32, 32)), plain) is lab


def test_a_hand_that_is_taken_for_cloth_keeps_its_own_tone_and_a_blue_sleeve_does_not():
    lab = np.full((64, 64, 3), (60, 17, 22), np.float32)
    lab[40:, :, 1:] = (2, -30)
    lab[40:, 32:] = (64, 14, 19)
    skin = of_skin().skin
    skin[38:] = 0
    subject = replace(of_skin(), skin=skin)
    made = np.full((64, 64, 3), (94, -2, 15), np.float32)
    out = own_tone(lab, made, subject, np.zeros((64, 64), np.float32))
    hand, sleeve = out[58, 56], out[58, 6]
    assert hand[0] < 75
    assert hand[1] > 5
    np.testing.assert_allclose(sleeve, (94, -2, 15), atol=2)


@pytest.mark.parametrize("how_far", [0.0, 0.5, 1.0])
def test_vivid_cloth_keeps_its_hue_and_its_light_as_far_as_asked(how_far):
    blue, made = (np.full((20, 20, 3), each, np.float32) for each in ((60, -15, -35), (30, -8, 2)))
    cloth = np.full((20, 20), how_far, np.float32)
    light, a, b = own_cloth(blue, made, cloth)[10, 10]
    if how_far == 0:
        assert (light, a, b) == (30, -8, 2)
    if how_far == 1:
        assert light == pytest.approx(60 - VIVID_LIGHT, abs=0.1)
        turned = np.degrees(np.arctan2(b, a) - np.arctan2(-35, -15))
        assert abs((turned + 180) % 360 - 180) < 15
    assert b <= 2 - 20 * how_far


def test_gray_cloth_is_as_it_is_painted():
    gray, made = (np.full((20, 20, 3), each, np.float32) for each in ((60, 0, 2), (30, -8, 2)))
    out = own_cloth(gray, made, np.ones((20, 20), np.float32))
    np.testing.assert_allclose(out[..., 0], 30, atol=1e-3)
