"""Ink runs along what is seen, around people, and along their hair, which has few tones."""

import numpy as np

from pipeline.ops.color import to_lab
from pipeline.stages.stylize.ink import combed, key_line, lines, seam_line
from tests.stages.stylize.prints import halves

FACE_PX = 150.0


def strands(h=160, w=160):
    """Draw hair: strands from top to bottom, of many tones."""
    light = np.random.default_rng(0).uniform(0.35, 0.75, (1, w, 1))
    return np.broadcast_to(light, (h, w, 3)).astype(np.float32)


def test_ink_runs_along_edges_and_nowhere_else():
    ink = lines(halves(), FACE_PX)
    assert ink[:, 74:82].max() > 0.8
    assert ink[20:100, 20:60].max() < 0.1
    assert ink[20:100, 100:140].max() < 0.1


def test_a_key_line_is_drawn_around_a_region():
    region = np.zeros((100, 100), np.float32)
    region[30:70, 30:70] = 1
    line = key_line(region, FACE_PX)
    assert line[50, 29:31].max() > 0.5
    assert line[50, 50] < 1e-3
    assert line[50, 10] < 1e-3


def test_leaves_behind_people_have_no_ink_and_what_runs_on_has():
    rng = np.random.default_rng(0)
    leaves = np.kron(rng.uniform(0.2, 0.9, (30, 40)), np.ones((4, 4)))[..., None].repeat(3, 2)
    leaves = leaves.astype(np.float32)
    behind = np.ones(leaves.shape[:2], np.float32)
    assert lines(leaves, FACE_PX, behind).mean() < 0.6 * lines(leaves, FACE_PX).mean()
    firm = lines(halves(), FACE_PX, np.ones((120, 160), np.float32))
    assert firm[20:100, 74:82].max(1).min() > 0.6


def test_hair_has_few_tones_along_its_strands_and_ink_among_them():
    photo = strands()
    hair = np.zeros(photo.shape[:2], np.float32)
    hair[:, :120] = 1
    lab = to_lab(photo) + np.random.default_rng(1).normal(0, 4, photo.shape).astype(np.float32)
    made, ink = combed(lab, photo, hair, FACE_PX)
    assert (made[:, 122:] == lab[:, 122:]).all()
    assert ink[:, 122:].max() == 0
    inner = np.s_[40:120, 20:100]
    assert made[(*inner, 0)].std(0).mean() < 0.4 * lab[(*inner, 0)].std(0).mean()
    # Ink follows strands: it changes across them, hardly along.
    drawn = ink[inner]
    assert drawn.max() > 0.3
    assert np.abs(np.diff(drawn, axis=0)).mean() < 0.5 * np.abs(np.diff(drawn, axis=1)).mean()


def test_black_hair_is_a_mass_with_lighter_strands_and_no_hair_has_none():
    photo = 0.15 * strands()
    lab, all_of = to_lab(photo), np.ones(photo.shape[:2], np.float32)
    made, ink = combed(lab, photo, all_of, FACE_PX)
    assert ink.max() < 0.05
    inner = made[40:120, 40:120, 0]
    assert np.percentile(inner, 99) > np.median(inner) + 6
    same, none = combed(lab, photo, 0 * all_of, FACE_PX)
    assert same is lab
    assert none.max() == 0


def test_curls_stay_as_they_are():
    rng = np.random.default_rng(0)
    curls = np.kron(rng.uniform(0.3, 0.9, (32, 32)), np.ones((5, 5)))[..., None].repeat(3, 2)
    curls = curls.astype(np.float32)
    lab, all_of = to_lab(curls), np.ones(curls.shape[:2], np.float32)
    straight = np.broadcast_to(curls[:1], curls.shape)
    kept, combed_away = (
        np.corrcoef(combed(lab, photo, all_of, FACE_PX)[0][..., 0].ravel(), lab[..., 0].ravel())
        for photo in (curls, np.ascontiguousarray(straight))
    )
    assert kept[0, 1] > 0.8
    assert combed_away[0, 1] < 0.6


def test_a_key_line_swells_away_from_the_light():
    region = np.zeros((200, 200), np.float32)
    region[50:150, 50:150] = 1
    line = key_line(region, FACE_PX)
    top, bottom = line[40:60, 100].sum(), line[140:160, 100].sum()
    assert bottom > 1.3 * top


def test_a_seam_is_drawn_where_two_regions_meet_and_only_there():
    one, other = np.zeros((2, 100, 100), np.float32)
    one[:50], other[50:80] = 1, 1
    line = seam_line(one, other, FACE_PX)
    assert line[49:51].min() > 0.5
    assert line[:40].max() < 1e-3
    assert line[60:].max() < 1e-3
