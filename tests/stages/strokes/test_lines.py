"""What is long and thin is drawn, where it stands by itself."""

from dataclasses import replace

import cv2
import numpy as np
import pytest

from pipeline.stages.strokes import plan as planning
from pipeline.stages.strokes.lines import Lines, line_strokes, lines_in
from pipeline.stages.strokes.plan import plan
from tests.stages.strokes.motifs import motif_of, nobody, seen

SIZE = (480, 640)
FAR = np.full(SIZE, 1e4, np.float32)
EVERYWHERE = np.ones(SIZE, np.bool_)


def with_a_cane(*canes, light=75.0, ink=25.0, width=3):
    """Return a picture, (H, W, 3) CIELAB, of canes before a wall: from one place to another."""
    lab = np.full((*SIZE, 3), (light, 2, 8), np.float32)
    for one, other in canes or [((300, 60), (340, 420))]:
        cv2.line(lab, one, other, (ink, 4, 6), width, cv2.LINE_AA)
    return cv2.GaussianBlur(lab, (0, 0), 0.7)


def contrast_of(painted):
    """Return how much darker a cane is than what is beside it, along its middle half, L."""
    own = [painted[y, round(300 + 40 * (y - 60) / 360), 0] for y in range(150, 330)]
    beside = painted[150:330, 250:285, 0].mean()
    return float(beside - np.mean(own))


def test_a_cane_is_painted_clearer_than_without_lines(monkeypatch):
    motif = motif_of(with_a_cane())
    drawn = contrast_of(seen(plan(motif, np.random.default_rng(0)), 640))
    none = lambda motif, edge: Lines([], lines_in(motif, edge).ridges)  # noqa: E731
    monkeypatch.setattr(planning, "lines_in", none)
    left_out = contrast_of(seen(plan(motif, np.random.default_rng(0)), 640))
    assert drawn > 25
    assert drawn > left_out + 8


def test_its_strokes_lie_along_it_in_its_color():
    motif = motif_of(with_a_cane())
    strokes = line_strokes(lines_in(motif, FAR), motif, EVERYWHERE, np.random.default_rng(0))
    assert len(strokes) >= 2
    x, y = (strokes.points * 640).reshape(-1, 2).T
    assert np.abs(x - (300 + 40 * (y - 60) / 360)).max() < 2.5
    assert y.min() < 75
    assert y.max() > 405
    assert strokes.color.max() < 0.45
    assert np.median(strokes.width) * 640 == pytest.approx(3, abs=1.5)


@pytest.mark.parametrize("of", ["skin", "hair", "features"])
def test_wrinkles_and_locks_are_no_lines(of):
    subject = replace(nobody(SIZE), **{of: np.ones(SIZE, np.float32)})
    assert lines_in(motif_of(with_a_cane(), subject), FAR).places == []


def test_fringes_along_an_outline_are_no_lines():
    edge = np.abs(np.mgrid[: SIZE[0], : SIZE[1]][1] - 320).astype(np.float32)
    motif = motif_of(with_a_cane(((320, 60), (320, 420))))
    assert lines_in(motif, edge).places == []
    assert lines_in(motif, FAR).places != []


def test_a_texture_has_no_lines():
    blades = [((x, 100), (x + 12, 300)) for x in range(60, 600, 9)]
    assert len(lines_in(motif_of(with_a_cane(*blades, width=2)), FAR).places) < 3


def test_where_nothing_begins_nothing_is_drawn():
    motif, nowhere = motif_of(with_a_cane()), np.zeros(SIZE, np.bool_)
    strokes = line_strokes(lines_in(motif, FAR), motif, nowhere, np.random.default_rng(0))
    assert len(strokes) == 0


def test_a_line_is_lost_where_it_is_faint_and_found_again():
    lab = with_a_cane()
    wall = np.full((*SIZE, 3), (75, 2, 8), np.float32)
    lab[200:280] = wall[200:280] + 0.09 * (lab[200:280] - wall[200:280])
    motif = motif_of(cv2.GaussianBlur(lab, (0, 0), 0.7))
    lines = lines_in(motif, FAR)
    y = line_strokes(lines, motif, EVERYWHERE, np.random.default_rng(0)).points[..., 1] * 640
    middles = y.mean(1)
    assert not ((middles > 215) & (middles < 265)).any()
    assert (middles < 200).any()
    assert (middles > 280).any()
