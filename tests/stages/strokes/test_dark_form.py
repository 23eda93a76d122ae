from dataclasses import replace

import numpy as np
import pytest

from pipeline.stages.strokes.own_colors import BLACK, dark_form
from pipeline.stages.strokes.subject import nobody

SIZE = (96, 128)
ALL = np.ones(SIZE, np.float32)
EVEN = np.full((*SIZE, 3), (20, 0, -6), np.float32)  # black cloth as it would be without form
COLLAR = np.s_[40:56, 40:88]


def coat(light: float, collar: float) -> np.ndarray:
    photo = np.zeros((*SIZE, 3), np.float32)
    photo[..., 0] = light
    photo[COLLAR][..., 0] = collar
    return photo


def change(photo: np.ndarray, **maps: np.ndarray) -> np.ndarray:
    return (dark_form(photo, EVEN, replace(nobody(SIZE), person=ALL, **maps)) - EVEN)[..., 0]


def test_a_collar_is_told_from_a_coat_that_is_nearly_black():
    beside, within = np.s_[36:39, 50:78], np.s_[42:45, 50:78]
    lighter, darker = change(coat(3, 8)), change(coat(8, 3))
    assert lighter[within].mean() - lighter[beside].mean() > 4
    assert darker[within].mean() - darker[beside].mean() < -4
    assert dark_form(coat(8, 0), EVEN, replace(nobody(SIZE), person=ALL))[..., 0].min() >= BLACK - 2


def test_grain_is_no_form():
    grain = np.random.default_rng(0).normal(0, 1, SIZE).astype(np.float32)
    photo = coat(8, 8)
    photo[..., 0] += grain
    assert np.abs(change(photo)).mean() < 0.2


@pytest.mark.parametrize("maps", [{"skin": ALL}, {"person": 0 * ALL}])
def test_what_is_neither_cloth_nor_hair_stays(maps):
    subject = replace(nobody(SIZE), **{"person": ALL, **maps})
    assert np.array_equal(dark_form(coat(3, 8), EVEN, subject), EVEN)


def test_lighter_cloth_stays_and_a_white_shirt_leaves_a_coat_as_it_is():
    for light, collar in ((40, 50), (90, 96)):
        assert not change(coat(light, collar)).any()
    assert np.abs(change(coat(5, 95))).max() < 0.5
