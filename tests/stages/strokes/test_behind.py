"""What is behind people: things, and calm grounds."""

from dataclasses import replace

import cv2
import numpy as np
import pytest

from pipeline.stages.strokes import plan as planning
from pipeline.stages.strokes.plan import plan
from pipeline.stages.strokes.sharpness import things_behind
from pipeline.stages.strokes.subject import nobody
from pipeline.stages.strokes.widths import layer_widths
from tests.stages.strokes.motifs import agreeing, light_kept, motif_of

SIZE = (400, 400)
SHARP = np.zeros(SIZE, np.float32)
WINDOW = np.s_[40:160, 180:380]
BARS = np.s_[60:140, 200:360]  # away from the window's frame


def somebody():
    """Return who stands at the left: a head above a body."""
    y, x = np.indices(SIZE, np.float32)
    away = np.hypot((y - 180) / 50, (x - 80) / 40).astype(np.float32)
    person = ((away < 1) | ((y > 220) & (x > 20) & (x < 140))).astype(np.float32)
    return replace(nobody(SIZE), person=person, away=away, face=np.full(SIZE, 100, np.float32))


def wall(subject, grain=0.0):
    """Return a plain wall, CIELAB, behind somebody dark; `grain`: its deviation, L."""
    light = 70 - 45 * subject.person + np.random.default_rng(0).normal(0, grain, SIZE)
    return np.dstack([light, 0 * light, 0 * light + 4]).astype(np.float32)


def with_window(lab):
    """Return a wall in which there is a window with bars, and its light, (H, W)."""
    y, x = np.indices(SIZE)
    lab = lab.copy()
    lab[(*WINDOW, 0)] = np.where((x % 25 < 6) | (y % 40 < 6), 80, 45)[WINDOW]
    return lab


def test_a_window_tells_of_the_place_and_a_wall_does_not_however_grainy():
    subject = somebody()
    seen = things_behind(with_window(wall(subject)), SHARP, subject)
    grainy = things_behind(wall(subject, grain=8.0), SHARP, subject)
    assert seen[BARS].min() > 0.9
    assert grainy.max() < 0.1


def test_outlines_of_people_are_no_things_though_the_parse_is_soft_or_short():
    subject = somebody()
    for loosely in (cv2.GaussianBlur(subject.person, (0, 0), 6),
                    cv2.erode(subject.person, np.ones((5, 5), np.uint8))):  # fmt: skip
        seen = replace(subject, person=loosely)
        assert things_behind(wall(subject), SHARP, seen).max() < 0.05


def test_the_fewer_people_there_are_the_less_is_behind_them():
    subject = somebody()
    few = replace(subject, person=subject.person * (np.indices(SIZE)[0] > 385))
    lab = with_window(wall(subject))
    all_of, some = (things_behind(lab, SHARP, who)[BARS].mean() for who in (subject, few))
    assert 0 < some < 0.5 * all_of


def test_what_is_out_of_focus_is_no_thing():
    subject = somebody()
    blurred = np.ones(SIZE, np.float32)
    assert things_behind(with_window(wall(subject)), blurred, subject).max() == 0


def test_where_nobody_is_nothing_is_behind():
    lab = with_window(wall(somebody()))
    assert not things_behind(lab, SHARP, nobody(SIZE)).any()


def test_things_get_finer_strokes_but_for_the_broadest():
    subject, things = somebody(), np.zeros(SIZE, np.float32)
    things[:, 280:] = 1
    first, *_, last = layer_widths(subject, SHARP, SHARP, things=things)
    assert first[100, 380] == pytest.approx(first[100, 240], rel=1e-3)
    assert last[100, 380] == pytest.approx(0.5 * last[100, 240], rel=1e-3)


def test_a_windows_bars_are_painted(monkeypatch):
    subject = somebody()
    lab = with_window(wall(subject))
    told = plan(motif_of(lab, subject), np.random.default_rng(0))
    monkeypatch.setattr(planning, "things_behind", lambda *_: SHARP[::2, ::2])
    untold = plan(motif_of(lab, subject), np.random.default_rng(0))
    assert light_kept(told, lab[..., 0], BARS) > 0.8
    assert light_kept(told, lab[..., 0], BARS) > light_kept(untold, lab[..., 0], BARS) + 0.1


def turning(strokes):
    """Return how far strokes at the right, behind somebody, differ in direction, 0 to 1."""
    first, last = strokes.points[:, 0], strokes.points[np.arange(len(strokes)), strokes.counts - 1]
    behind = (first[:, 0] > 0.6) & (strokes.counts > 2)
    return 1 - agreeing((last - first)[behind])


def test_strokes_cross_less_on_a_calm_ground_behind_somebody():
    subject = somebody()
    lab = wall(subject)
    calm, lively = (
        plan(motif_of(lab, who, calm=1.0), np.random.default_rng(0))
        for who in (subject, nobody(SIZE))
    )
    assert turning(calm) < turning(lively) - 0.1
