"""What is behind people goes on as it is up to their outline: no rim lies around them."""

from dataclasses import replace

import cv2
import numpy as np
import pytest

from pipeline.stages.strokes.color import toward
from pipeline.stages.strokes.field import directions
from pipeline.stages.strokes.sharpness import fine_structure, out_of_focus
from pipeline.stages.strokes.subject import nobody
from pipeline.stages.strokes.widths import layer_widths

SIZE = (384, 384)
SHARP = np.zeros(SIZE, np.float32)
OUTLINE = 190  # column: who stands at the left, from top to bottom
BESIDE, FAR = np.s_[100:280, 196:212], np.s_[100:280, 320:370]


def somebody():
    """Return who fills the left half, with a face in it; the parse's edge is soft."""
    y, x = np.indices(SIZE, np.float32)
    person = cv2.GaussianBlur((x < OUTLINE).astype(np.float32), (0, 0), 1.5)
    away = np.hypot((y - 190) / 70, (x - 120) / 60).astype(np.float32)
    return replace(
        nobody(SIZE), person=person, hair=person * (away > 1), away=away,
        face=np.full(SIZE, 140, np.float32),
    )  # fmt: skip


def before_a_wall(subject):
    """Return somebody dark and red before a wall, pale and blue, as a photo mixes them."""
    person = subject.person[..., None]
    return (person * np.float32((20, 20, 15)) + (1 - person) * np.float32((75, 0, -10))).astype(
        np.float32
    )


def test_a_wall_has_one_color_up_to_the_outline():
    subject = somebody()
    lab = before_a_wall(subject)
    own = np.float32([[20, 20, 15], [75, 0, -10]]), np.float32([0.5, 0.5])
    palette = np.float32([[25, -20, 30, 0.5], [70, 25, 20, 0.5]])
    moved = toward(lab, own, palette, np.ones(SIZE, np.float32), subject.person) - lab
    assert np.abs(moved[FAR]).max() > 10
    assert np.abs(moved[BESIDE] - moved[FAR].mean((0, 1))).max() < 1


def test_strokes_behind_are_as_broad_beside_a_head_as_elsewhere():
    widths = layer_widths(somebody(), SHARP, SHARP)
    for layer in widths:
        assert layer[BESIDE].min() > 0.95 * layer[FAR].mean()


@pytest.mark.parametrize("stripes", [0.0, 12.0])
def test_people_do_not_lead_strokes_behind_them(stripes):
    subject = somebody()
    lab = before_a_wall(subject)
    lab[..., 0] += stripes * np.sin(np.arange(SIZE[1]) / 2) * subject.person  # upright ones
    field, lead = directions(lab, SHARP, subject, np.random.default_rng(0))
    level = np.abs(field[..., 0])
    assert np.median(level[BESIDE][:, :4]) > 0.6
    assert np.median(level[FAR]) > 0.8
    assert lead[BESIDE].max() < 0.5


@pytest.mark.parametrize("short", [0, 3])
def test_a_wall_is_calm_and_plain_up_to_the_outline_though_the_parse_is_short(short):
    subject = somebody()
    lab = before_a_wall(subject)
    lab[..., 0] += np.random.default_rng(0).normal(0, 2, SIZE) * subject.person  # who is sharp
    seen = replace(subject, person=np.roll(subject.person, -short, 1))
    seen.person[:, -8:] = 0
    beside = np.s_[100:280, 194:212]
    assert fine_structure(lab, seen)[beside].max() < 0.1
    assert out_of_focus(lab, seen.person)[beside].min() > 0.8


def test_a_gap_between_people_is_as_calm_as_the_wall_and_as_lively_as_leaves():
    wide = np.indices(SIZE)[1].astype(np.float32)
    person = ((np.abs(wide - 192) > 2) & (np.abs(wide - 192) < 120)).astype(np.float32)
    subject = replace(nobody(SIZE), person=person, face=np.full(SIZE, 140, np.float32))
    noise = np.random.default_rng(0).normal(0, 1, SIZE).astype(np.float32)
    gap = np.s_[100:280, 191:194]
    for rough, calm in ((0, True), (9, False)):
        lab = before_a_wall(subject)
        lab[..., 0] += noise * (rough + (2 - rough) * person)
        assert (out_of_focus(lab, person)[gap].min() > 0.8) == calm
        assert (fine_structure(lab, subject)[gap].max() < 0.1) == calm
