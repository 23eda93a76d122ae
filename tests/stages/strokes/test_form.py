"""Where bare skin has form as fine as fingers."""

from dataclasses import replace

import numpy as np
import pytest

from pipeline.stages.strokes import plan as planning
from pipeline.stages.strokes.plan import plan
from pipeline.stages.strokes.sharpness import form_of_skin, overdone
from pipeline.stages.strokes.subject import nobody
from tests.stages.strokes.motifs import light_kept, motif_of

SIZE = (200, 200)
FACE = 100.0  # px
INNER = np.s_[40:-40, 40:-40]


def bare(light):
    """Return a picture of bare skin of some light, L (H, W), and who is in it, without a face."""
    one = np.ones(SIZE, np.float32)
    subject = replace(nobody(SIZE), person=one, skin=one, face=FACE * one)
    return np.dstack([light, 12 * one, 15 * one]).astype(np.float32), subject


def fingers(width, deep=18.0):
    """Return the light of fingers of a width, px, side by side: between them lie dark lines."""
    across = np.arange(SIZE[1]) % width < 0.2 * width
    return np.broadcast_to(70 - deep * across, SIZE).astype(np.float32)


def test_fingers_have_form_and_an_arm_whose_light_passes_slowly_has_none():
    hand = form_of_skin(*bare(fingers(12)))
    arm = form_of_skin(*bare(np.broadcast_to(np.linspace(40, 80, SIZE[1]), SIZE)))
    assert hand[40:-40, 40:-40].min() > 0.6
    assert arm[40:-40, 40:-40].max() < 0.05


def test_cloth_and_faces_are_left_out():
    lab, subject = bare(fingers(12))
    clothed = replace(subject, skin=np.zeros(SIZE, np.float32))
    face = replace(subject, away=np.full(SIZE, 0.5, np.float32))
    assert not form_of_skin(lab, clothed).any()
    assert form_of_skin(lab, face).max() == pytest.approx(0, abs=1e-6)


def test_the_lines_between_fingers_are_painted(monkeypatch):
    light = fingers(14)
    lab, subject = bare(light)
    hand = plan(motif_of(lab, subject), np.random.default_rng(0))
    monkeypatch.setattr(planning, "form_of_skin", lambda *_: np.zeros(SIZE, np.float32))
    formless = plan(motif_of(lab, subject), np.random.default_rng(0))
    assert light_kept(hand, light, INNER) > 0.9
    assert light_kept(hand, light, INNER) > light_kept(formless, light, INNER) + 0.1


def test_lines_between_fingers_are_overdone_and_strong_ones_a_little():
    deeper = []
    for deep in (14.0, 40.0):
        lab, subject = bare(fingers(14, deep))
        made = overdone(lab, form_of_skin(lab, subject), subject)
        was, now = (np.ptp(each[100, 40:-40, 0]) for each in (lab, made))
        assert (made[..., 1:] == lab[..., 1:]).all()
        deeper.append(now / was)
    assert deeper[0] > 1.8
    assert 1.1 < deeper[1] < 1.6


def test_an_arm_is_not_overdone():
    lab, subject = bare(np.broadcast_to(np.linspace(40, 80, SIZE[1]), SIZE))
    form = form_of_skin(lab, subject)
    assert not form[INNER].any()
    anyway = overdone(lab, np.ones_like(form), subject)
    assert np.abs(anyway - lab)[INNER].max() < 0.5
