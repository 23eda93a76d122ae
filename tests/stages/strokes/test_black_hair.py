"""Hair that is black is not: it has light, blue and strands."""

from dataclasses import replace

import numpy as np
import pytest

from pipeline.stages.strokes.own_colors import BLACK, own_hair
from pipeline.stages.strokes.plan import plan
from pipeline.stages.strokes.subject import nobody
from tests.stages.strokes.motifs import motif_of, seen


def of(lab):
    """Return hair of one color in a painting's light that would have made it lighter, CIELAB."""
    photo = np.full((4, 4, 3), lab, np.float32)
    painted = np.full((4, 4, 3), (35, 0, 0), np.float32)
    return own_hair(photo, painted, np.ones((4, 4), np.float32))[0, 0]


def test_black_hair_is_lighter_than_black_and_blue():
    light, _, b = of((2, 0, 0))
    assert light > BLACK
    assert b < -2


@pytest.mark.parametrize("lab", [(30, 8, 14), (10, 6, 9)])
def test_brown_hair_keeps_its_hue(lab):
    _, a, b = of(lab)
    assert np.degrees(abs(np.arctan2(b, a) - np.arctan2(lab[2], lab[1]))) < 10


def test_strokes_of_black_hair_differ_more_than_those_of_black_cloth():
    lab = np.full((120, 120, 3), (14, 1, -3), np.float32)
    one, none = np.ones((120, 120), np.float32), np.zeros((120, 120), np.float32)
    worn = replace(nobody((120, 120)), person=one)
    varied = []
    for subject in (replace(worn, hair=one), replace(worn, hair=none)):
        strokes = plan(motif_of(lab, subject), np.random.default_rng(0))
        varied.append(seen(strokes, 480)[40:-40, 40:-40, 0].std())
    assert varied[0] > 1.3 * varied[1]
