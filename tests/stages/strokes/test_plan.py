"""Planned strokes paint what is wanted, the broad ones first."""

import itertools
from dataclasses import replace

import cv2
import numpy as np
import pytest

from pipeline.ops.color import to_lab, to_rgb
from pipeline.ops.resample import resized
from pipeline.stages.strokes.layers import LAYERS
from pipeline.stages.strokes.laying import lay, room_for
from pipeline.stages.strokes.mixing import mixed
from pipeline.stages.strokes.motif import Brush, Motif
from pipeline.stages.strokes.one_size import CROSSED
from pipeline.stages.strokes.outline import contrast
from pipeline.stages.strokes.plan import plan
from pipeline.stages.strokes.render import Surface, render
from pipeline.stages.strokes.sharpness import fine_structure, out_of_focus
from pipeline.stages.strokes.small_things import standing_alone
from pipeline.stages.strokes.softened import APART, apart, softened
from pipeline.stages.strokes.sowing import loads
from pipeline.stages.strokes.widths import LEAST, layer_widths
from tests.stages.strokes.motifs import PALETTE, motif_of, nobody, seen, two_halves

RNG = np.random.default_rng(0)
PICTURES = {
    "a blank wall": np.full((60, 80, 3), (70, 0, 0), np.float32),
    "noise": RNG.uniform((0, -60, -60), (100, 60, 60), (60, 80, 3)).astype(np.float32),
    "a strip": np.full((8, 160, 3), (50, 20, -20), np.float32),
    "16 px": np.full((16, 16, 3), (20, -10, 10), np.float32),
    "black": np.zeros((50, 40, 3), np.float32),
}  # fmt: skip


def test_a_painting_shows_what_was_wanted():
    wanted = two_halves(192, 256)
    painted = seen(plan(motif_of(wanted), np.random.default_rng(0)), 256)
    for half in (np.s_[:, 10:118], np.s_[:, 138:246]):
        assert np.abs(painted[half].mean((0, 1)) - wanted[half].mean((0, 1))).max() < 6
    # The edge between the halves is kept: nearly every pixel is nearer to its own half.
    left = np.abs(painted[..., 0] - 30) < np.abs(painted[..., 0] - 80)
    assert left[:, :122].mean() > 0.95
    assert left[:, 134:].mean() < 0.05


@pytest.mark.parametrize("seed", [4, 6, 9, 12])
def test_no_ground_as_large_as_a_stroke_is_left_where_it_is_like_what_is_wanted(seed):
    size = (400, 400)
    lab = np.full((*size, 3), (85, 0, 4), np.float32)
    person, away = np.zeros(size, np.float32), np.full(size, 99, np.float32)
    person[200:], lab[200:, :, 0], away[200:350, 150:250] = 1, 40, 0
    face = np.full(size, 200, np.float32)
    subject = replace(nobody(size), person=person, away=away, face=face)
    strokes = plan(motif_of(lab, subject, calm=1), np.random.default_rng(seed))
    canvas = np.zeros((*size, 4), np.float32)
    lay(canvas, strokes, room_for(canvas, 400), 400)
    bare = (canvas[..., 3] == 0).astype(np.uint8)
    areas = cv2.connectedComponentsWithStats(bare)[2][1:, cv2.CC_STAT_AREA]
    assert areas.max(initial=0) < 60  # px


@pytest.mark.parametrize("name", PICTURES)
def test_every_picture_is_painted_to_its_edges(name):
    lab = PICTURES[name]
    strokes = plan(motif_of(lab), np.random.default_rng(0))
    bare = replace(strokes, ground=np.array([1, 0, 1], np.float32))
    picture = render(bare, lab.shape[:2], Surface(0, 0)).astype(int)
    magenta = (picture[..., 0] > 200) & (picture[..., 1] < 60) & (picture[..., 2] > 200)
    assert magenta.mean() < 0.02
    assert np.isfinite(strokes.points).all()


def test_broad_strokes_come_first_and_each_layer_is_finer():
    strokes = plan(motif_of(two_halves()), np.random.default_rng(0))
    assert (np.diff(strokes.layer.astype(int)) >= 0).all()
    widths = [np.median(strokes.width[strokes.layer == layer]) for layer in range(len(LAYERS))]
    assert LAYERS[-1].accents  # as wide as the finest strokes
    assert widths[:-1] == sorted(widths[:-1], reverse=True)


def test_a_plan_is_deterministic_by_its_seed():
    one, same = (plan(motif_of(two_halves()), np.random.default_rng(3)) for _ in range(2))
    np.testing.assert_array_equal(one.points, same.points)
    np.testing.assert_array_equal(one.color, same.color)
    other = plan(motif_of(two_halves()), np.random.default_rng(4))
    assert len(other) != len(one) or not np.array_equal(other.points, one.points)


def test_choices_change_what_they_name():
    usual = plan(motif_of(two_halves()), np.random.default_rng(0))
    broad = plan(motif_of(two_halves()), np.random.default_rng(0), Brush(size=1.6))
    for layer in range(len(LAYERS)):
        widths = [np.median(each.width[each.layer == layer]) for each in (broad, usual)]
        assert widths[0] > 1.25 * widths[1]
    for wilder in (Brush(loose=2.0), Brush(lively=2.5)):
        loose = plan(motif_of(two_halves()), np.random.default_rng(0), wilder)
        assert loose.color.std() > usual.color.std()
    lengths = [
        np.median(_lengths(plan(motif_of(two_halves()), np.random.default_rng(0), brush)))
        for brush in (Brush(long=0.6), Brush())
    ]
    assert lengths[0] < 0.8 * lengths[1]
    tame, wild = (
        plan(motif_of(two_halves()), np.random.default_rng(0), Brush(wild=w)) for w in (0.0, 3.0)
    )
    assert _across(tame) < 0.85 * _across(wild)


def _lengths(strokes):
    return np.linalg.norm(np.diff(strokes.points, axis=1), axis=-1).sum(1)


def _across(strokes):
    """Return how far strokes differ in direction, as the spread of their doubled angles."""
    way = strokes.points[:, -1] - strokes.points[:, 0]
    double = np.exp(2j * np.arctan2(way[:, 1], way[:, 0]))
    return 1 - np.abs(double.mean())


def test_what_is_out_of_focus_gets_fewer_fine_strokes():
    lab = two_halves()
    lab = lab + np.random.default_rng(1).normal(0, 8, lab.shape).astype(np.float32)
    sharp, calm = (plan(motif_of(lab, calm=c), np.random.default_rng(0)) for c in (0.0, 1.0))
    assert (calm.layer >= 3).sum() < 0.7 * (sharp.layer >= 3).sum()


def test_told_is_the_share_of_layers_and_shown_what_is_laid():
    told, shown = [], []

    def tell(done, so_far):
        told.append(done)
        shown.append(so_far.copy())

    motif = motif_of(two_halves())
    plan(motif, np.random.default_rng(0), tell=tell)
    assert told == [(layer + 1) / len(LAYERS) for layer in range(len(LAYERS))]
    wanted = resized(to_rgb(motif.target), shown[0].shape[:2])
    misses = [np.abs(so_far - wanted).mean() for so_far in shown]
    assert misses[-1] < 0.1
    assert misses[-1] <= misses[0]
    told.clear()
    plan(motif, np.random.default_rng(0), tell=tell, layers=2)
    assert told == [0.5, 1]


def test_strokes_end_at_a_person():
    """Of strokes whose middle is a person's, hardly any paint lies beyond the outline."""
    size = (96, 128)
    person = np.zeros(size, np.float32)
    person[:, 64:] = 1
    subject = replace(nobody(size), person=person)
    lab = np.full((*size, 3), (55, 10, 10), np.float32)  # no edge of color ends a stroke
    strokes = plan(motif_of(lab, subject), np.random.default_rng(0))
    inside = (strokes.points * 128)[np.arange(len(strokes)), strokes.counts // 2][:, 0] > 66
    ends = strokes.points[np.arange(len(strokes)), strokes.counts - 1][:, 0] * 128
    assert (ends[inside] < 62).mean() < 0.1


def somebody_dark(h=192, w=256):
    """Return somebody dark on the left of a light wall, and the maps."""
    lab = np.full((h, w, 3), (85, 0, 0), np.float32)
    lab[:, : w // 2] = (15, 0, 0)
    person = np.zeros((h, w), np.float32)
    person[:, : w // 2] = 1
    return lab, replace(nobody((h, w)), person=person)


def test_a_wall_is_not_darkened_by_who_stands_before_it():
    """Neither are strokes mixed of both colors, nor is dark paint left beside the outline."""
    lab, subject = somebody_dark()
    strokes = plan(motif_of(lab, subject), np.random.default_rng(0))
    light = to_lab(strokes.color[None])[0, :, 0]
    assert ((light > 40) & (light < 60)).mean() < 0.01
    painted = seen(strokes, 256)[..., 0]
    assert (painted[:, 134:] < 55).mean() < 0.01
    assert (painted[:, :122] > 45).mean() < 0.01


def test_a_speck_that_is_parsed_as_somebody_gets_none_of_their_paint():
    lab, subject = somebody_dark()
    specks = subject.person.copy()
    specks[20:170:2, 134:160:2] = 0.55
    subject = replace(subject, person=specks)
    strokes = plan(motif_of(lab, subject), np.random.default_rng(0))
    light = to_lab(strokes.color[None])[0, :, 0]
    assert light[strokes.points[:, 0, 0] * 256 > 140].min() > 50


@pytest.mark.parametrize("seed", range(3))
def test_no_stroke_of_somebody_lies_beyond_a_clear_outline(seed):
    """Neither do those that begin farther in, where nothing says how much it would show."""
    size = (240, 320)
    own = np.zeros(size, np.float32)
    cv2.ellipse(own, (160, 240), (80, 150), 0, 0, 360, 1.0, -1)
    lab = np.full((*size, 3), (85, 0, 0), np.float32)
    lab[own > 0] = (15, 0, 0)
    subject = replace(nobody(size), person=own)
    painted = seen(plan(motif_of(lab, subject), np.random.default_rng(seed)), 320)[..., 0]
    beyond = cv2.dilate(own, np.ones((15, 15), np.uint8)) == 0
    assert (painted[beyond] < 50).mean() < 1e-3


def test_ground_is_not_bare_along_outlines():
    lab, subject = somebody_dark()
    strokes = plan(motif_of(lab, subject), np.random.default_rng(0))
    bare = replace(strokes, ground=np.array([1, 0, 1], np.float32))
    picture = render(bare, lab.shape[:2], Surface(0, 0))[:, 118:138].astype(int)
    assert ((picture[..., 0] - picture[..., 1]) > 60).mean() < 0.02


@pytest.mark.parametrize("sigma", [1.0, 3.0, 8.0])
def test_what_is_seen_softly_keeps_people_and_the_rest_apart(sigma):
    lab, subject = somebody_dark()
    soft = softened(lab, subject.person)
    far = np.where((subject.person > 0.5)[..., None], soft(sigma, True), soft(sigma, False))
    reach = 4 if sigma < APART else 1  # below that, plain blur is near enough
    assert np.abs(far[:, : 128 - reach, 0] - 15).max() < 3
    assert np.abs(far[:, 128 + reach :, 0] - 85).max() < 3


def test_widths_are_fine_at_a_face_and_pass_without_an_edge():
    size = (200, 160)
    y, x = np.mgrid[:200, :160].astype(np.float32)
    away = np.hypot((x - 80) / 30, (y - 70) / 40)
    person = ((away < 1.3) | (y > 110)).astype(np.float32)
    mouth = (np.hypot(x - 80, y - 90) < 8).astype(np.float32)
    subject = replace(
        nobody(size), person=person, skin=(away < 1).astype(np.float32), away=away,
        face=np.full(size, 80, np.float32), features=mouth,
    )  # fmt: skip
    for widths in layer_widths(subject, *2 * [np.zeros_like(subject.person)]):
        assert widths[90, 80] < widths[70, 80] < widths[180, 80] < widths[20, 10]
        ratios = np.abs(np.diff(np.log(widths), axis=0))
        assert ratios.max() < 0.35


def test_focus_is_told_behind_a_person_only():
    rng = np.random.default_rng(0)
    lab = np.zeros((120, 160, 3), np.float32)
    lab[..., 0] = cv2.GaussianBlur(rng.uniform(0, 100, (120, 160)).astype(np.float32), (0, 0), 8)
    person = np.zeros((120, 160), np.float32)
    person[:, :60] = 1
    lab[:, :60, 0] = rng.uniform(0, 100, (120, 60))
    calm = out_of_focus(lab, person)
    assert calm[:, :60].max() == 0
    assert calm[:, 90:].mean() > 0.8


def test_broken_color_keeps_the_mean_and_vivid_things_stay():
    rng = np.random.default_rng(0)
    gray, red = (np.tile(np.array([c], np.float32), (4000, 1)) for c in ((60, 0, 0), (50, 60, 40)))
    swing, none, loaded = np.ones(4000), np.zeros(4000), np.arange(4000) // 3
    spread = []
    for wanted in (gray, red):
        paint, _ = mixed(wanted, wanted, PALETTE, loaded, swing, swing, none, rng)
        lab = to_lab(paint[None])[0]
        assert np.abs(lab.mean(0) - wanted[0]).max() < 7
        spread.append(float(lab[:, 1:].std(0).mean()))
    assert spread[1] < 1.2 * spread[0]
    nothing = [np.zeros(0)] * 3
    assert len(mixed(gray[:0], gray[:0], PALETTE, loaded[:0], *nothing, rng)[0]) == 0


def test_strokes_side_by_side_are_laid_with_one_load():
    rng = np.random.default_rng(0)
    seeds = rng.uniform(0, 400, (3000, 2)).astype(np.float32)
    loaded = loads(seeds, 5.0, rng)
    assert set(loaded) == set(range(loaded.max() + 1))
    far = [np.ptp(seeds[loaded == one], axis=0).max() for one in range(loaded.max() + 1)]
    assert max(far) < 2 * 4 * 5
    paint, _ = mixed(
        np.full((3000, 3), (60, 0, 0), np.float32), np.zeros((3000, 3), np.float32), PALETTE,
        loaded, np.ones(3000), np.ones(3000), np.zeros(3000), rng,
    )  # fmt: skip
    within = np.mean([paint[loaded == one].std(0).mean() for one in range(0, loaded.max(), 5)])
    assert within < 0.9 * paint.std(0).mean()


def test_a_beard_has_fine_structure_and_smooth_skin_has_none():
    lab = np.full((360, 360, 3), 60, np.float32)
    hairs = np.random.default_rng(0).normal(0, 12, (60, 60)).repeat(2, 0).repeat(2, 1)
    lab[120:240, 120:240, 0] += hairs
    detail = fine_structure(lab, nobody((360, 360)))
    assert np.median(detail[130:230, 130:230]) > 0.9
    assert detail[:100].max() < 0.05


def test_strokes_are_finer_where_there_is_detail():
    detail = np.zeros((96, 128), np.float32)
    detail[:, 64:] = 1
    widths = layer_widths(nobody((96, 128)), detail, 0 * detail)
    assert (widths[-1][:, 64:] < 0.9 * widths[-1][:, :64].min()).all()
    assert np.allclose(widths[0], widths[0][0, 0])


def test_a_small_thing_before_a_calm_sky_is_drawn_finely():
    size, near = (192, 256), np.s_[76:107, 96:154]
    lab = np.full((*size, 3), (70, -5, -20), np.float32)
    lab[90:92, 100:150, 0] = lab[80:103, 124:126, 0] = 45  # a far airplane
    detail = np.zeros(size, np.float32)
    detail[86:97, 96:154] = detail[76:107, 120:130] = 1
    motif = Motif(lab, PALETTE, nobody(size), 1 - detail, detail)
    alike = []
    for seed in range(4):
        painted = seen(plan(motif, np.random.default_rng(seed)), 256)[..., 0]
        alike.append(np.corrcoef(painted[near].ravel(), lab[(*near, 0)].ravel())[0, 1])
    assert np.mean(alike) > 0.84
    everywhere = standing_alone(np.ones(size, np.float32), np.zeros(size, np.float32))
    assert everywhere.max() == 0  # what is lively all over is not alone


def test_strokes_are_broader_where_nothing_is_in_focus():
    calm = np.zeros((96, 128), np.float32)
    calm[:, 64:] = 1
    for widths in layer_widths(nobody((96, 128)), 0 * calm, calm):
        np.testing.assert_allclose(widths[:, 64:] / widths[:, :64], 1.4, rtol=1e-3)


def test_the_smallest_brush_is_still_one():
    plain = np.zeros((96, 128), np.float32)
    for widths in layer_widths(nobody((96, 128)), plain, plain, size=0.001, things=plain + 1):
        assert widths.min() == pytest.approx(LEAST * 96, rel=1e-3)


def crossing(strokes, long_px, at):
    """Count the strokes that cover both sides of a column, 1.5 px and more of each."""
    x, half = strokes.points[..., 0] * long_px, strokes.width * long_px / 2
    there = np.arange(x.shape[1]) < strokes.counts[:, None]
    left = np.where(there, x, np.inf).min(1) - half < at - 1.5
    return int((left & (np.where(there, x, -np.inf).max(1) + half > at + 1.5)).sum())


def test_strokes_cross_a_hairline_on_skin_and_no_outline_of_people(monkeypatch):
    size = (160, 120)
    lab = np.full((*size, 3), (70, 12, 14), np.float32)
    lab[:, :60] = (20, 4, 6)
    one = np.ones(size, np.float32)
    hair = (np.arange(size[1]) < 60) * one
    on_skin = replace(nobody(size), person=one, hair=hair, face=120 * one, away=one)
    found = {}
    for crossed in (CROSSED, 0.0):
        monkeypatch.setattr("pipeline.stages.strokes.one_size.CROSSED", crossed)
        for name, subject in (("skin", on_skin), ("scene", replace(on_skin, person=hair))):
            strokes = plan(motif_of(lab, subject), np.random.default_rng(1))
            fine = strokes[strokes.layer > 0]
            found[name, crossed] = crossing(fine, size[0], 60)
    assert found["skin", 0.0] <= 2
    assert found["skin", CROSSED] >= 8
    assert found["scene", CROSSED] == found["scene", 0.0], "people's outline is another matter"


def test_people_are_set_before_what_is_behind():
    """What is behind is finished first, and people's strokes stay within their outline."""
    lab, subject = somebody_dark()
    strokes = plan(motif_of(lab, subject), np.random.default_rng(0))
    middle = (strokes.points * 256)[np.arange(len(strokes)), strokes.counts // 2][:, 0]
    first_of_people = int(np.flatnonzero(middle < 120)[0])
    assert (middle[first_of_people:] < 132).all()
    assert (np.diff(strokes.layer[first_of_people:].astype(int)) >= 0).all()
    spines = strokes.points[first_of_people:, :, 0] * 256
    used = np.arange(spines.shape[1]) < strokes.counts[first_of_people:, None]
    reach = spines + 0.4 * strokes.width[first_of_people:, None] * 256
    assert (reach[used] > 134).mean() < 0.01


def test_an_outline_is_drawn_by_long_strokes():
    lab, subject = somebody_dark()
    strokes = plan(motif_of(lab, subject), np.random.default_rng(0))
    n = np.arange(len(strokes))
    middle = (strokes.points * 256)[n, strokes.counts // 2][:, 0]
    beside = (middle > 118) & (middle < 128) & (strokes.layer > 0)
    way = strokes.points[n, strokes.counts - 1] - strokes.points[n, 0]
    length = np.hypot(*way.T) + strokes.width
    assert np.median((length / strokes.width)[beside]) > 2.2
    assert np.median(np.abs(way[beside, 1]) / (np.hypot(*way[beside].T) + 1e-6)) > 0.9


def test_pixels_that_mix_people_and_the_rest_take_one_color():
    lab, subject = somebody_dark()
    mixed_up = cv2.GaussianBlur(lab, (0, 0), 0.8)
    light = apart(mixed_up, subject)[96, 100:156, 0]
    assert ((light > 30) & (light < 70)).sum() == 0
    # What is thin keeps its own color: nothing of it lies farther in.
    thin = np.zeros((192, 256), np.float32)
    thin[90:92, :] = 1
    of_thin = replace(subject, person=thin)
    np.testing.assert_array_equal(apart(lab, of_thin)[90:92], lab[90:92])


def test_hair_along_an_outline_does_not_take_the_skins_color():
    lab, subject = somebody_dark()
    lab[:, :124] = (70, 15, 15)  # a forehead, and a thin cap of dark hair before the wall
    hair = np.zeros_like(subject.person)
    hair[:, 124:128] = 1
    capped = apart(lab, replace(subject, hair=hair))
    assert (capped[96, 124:128, 0] < 30).all()


def test_contrast_is_seen_where_people_differ_from_the_rest():
    lab, subject = somebody_dark()
    assert contrast(lab, subject.person)[96, 128] > 40
    alike = np.full_like(lab, 50)
    assert contrast(alike, subject.person)[96, 128] < 1
    assert contrast(alike, subject.person)[96, 20] > 40  # far from an outline nothing says it


def test_plain_cloth_is_painted_in_few_and_long_strokes():
    lab = np.full((128, 128, 3), (45, 5, 8), np.float32)
    subject = replace(nobody((128, 128)), person=np.ones((128, 128), np.float32))
    fine, long = [], []
    for detail in (0.0, 1.0):
        strokes = plan(motif_of(lab, subject, detail=detail), np.random.default_rng(0))
        ways = np.linalg.norm(np.diff(strokes.points, axis=1), axis=-1)
        there = np.arange(ways.shape[1]) < strokes.counts[:, None] - 1
        fine.append((strokes.layer >= 2).sum())
        long.append(np.median((ways * there).sum(1) / strokes.width))
    assert fine[0] < fine[1] / 3
    assert long[0] > 1.6 * long[1]


def test_strands_leave_the_hair_and_nothing_else_leaves_a_person():
    lab = two_halves(128, 128)
    dark = np.zeros((128, 128), np.float32)
    dark[:, :64] = 1
    lies = {"hair": 0, "hat": 0, "coat": 0}
    none = np.zeros_like(dark)
    kinds = (("hair", dark, none), ("hat", dark, dark), ("coat", none, none))
    for (name, hair, hat), seed in itertools.product(kinds, range(8)):
        subject = replace(nobody((128, 128)), person=dark, hair=hair, hat=hat)
        strokes = plan(motif_of(lab, subject), np.random.default_rng(seed))
        x = np.where(
            np.arange(strokes.points.shape[1]) < strokes.counts[:, None], strokes.points[..., 0], 0
        )
        own = (strokes.color.mean(-1) < 0.4) & (strokes.points[:, 0, 0] < 0.5)
        lies[name] += (x.max(1) > 0.5 + 0.008)[own].sum()
    assert 3 <= lies["hair"] <= 120
    assert lies["hat"] == lies["coat"] == 0
