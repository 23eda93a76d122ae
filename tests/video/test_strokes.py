"""Strokes move with what they paint, and are exchanged only where something else is to be seen."""

from dataclasses import dataclass, replace

import numpy as np
import pytest

from pipeline.settings import Settings
from pipeline.steps import strokes
from pipeline.types import Style
from pipeline.types.strokes import Strokes, joined
from pipeline.video.job import FilmJob
from pipeline.video.laid import BENDS, FADING, along, begun, exchanged, faded, within
from pipeline.video.steady import Moved, Watch
from pipeline.video.strokes import EVERY, StrokeFilm, faces_in
from tests.faces import face_in
from tests.video.models import FilmModels, pictures

SIZE = (64, 96)


def laid_at(*middles, layer=0):
    """Lay short strokes with their middles there, in px of `SIZE`."""
    n = len(middles)
    points = np.float32([[(x - 3, y), (x, y), (x + 3, y)] for x, y in middles]) / max(SIZE)
    ones = np.ones(n, np.float32)
    return Strokes(
        points, np.full(n, 3, np.int16), 0.03 * ones, np.ones((n, 3), np.float32),
        np.ones((n, 3), np.float32), ones, ones, np.zeros(n, np.uint8),
        np.full(n, layer, np.uint8), np.zeros(3, np.float32), (64 / 96, 1.0),
    )  # fmt: skip


def begun_with(strokes, people=False):
    return begun(strokes, np.full(len(strokes), people))


@dataclass(frozen=True)
class Known(Moved):
    """A motion whose way forth is known."""

    way: np.ndarray

    def forth(self):
        return self.way


def moved_by(x, y):
    back = np.broadcast_to(np.float32([-x, -y]), (*SIZE, 2))
    blank = np.zeros(SIZE, np.uint8)
    return Known(back, np.ones(SIZE, np.float32), False, SIZE, (blank, blank), -back)


def test_strokes_move_with_the_film():
    laid = along(begun_with(laid_at((20, 20), (60, 40))), moved_by(6, -3), SIZE)
    middles = laid.strokes.points[:, 1] * max(SIZE)
    assert middles == pytest.approx(np.float32([[26, 17], [66, 37]]), abs=1e-3)
    assert laid.moves.all()


def test_where_the_film_is_still_strokes_are_the_same_to_the_bit():
    before = begun_with(laid_at((20, 20)))
    laid = along(before, moved_by(0.1, 0.1), SIZE)
    assert (laid.strokes.points == before.strokes.points).all()
    assert not laid.moves.any()


def test_a_stroke_between_two_motions_is_not_torn():
    moved = moved_by(0, 0)
    way = moved.way.copy()
    way[:, 48:] = (40, 0)
    laid = along(begun_with(laid_at((48, 20))), replace(moved, way=way), SIZE)
    length = np.ptp(laid.strokes.points[0, :, 0]) * max(SIZE)
    assert length < 6 + 2 * BENDS * 0.03 * max(SIZE) + 0.1


def test_a_stroke_does_not_become_a_knot():
    """Its points keep their order, whatever the motion of each."""
    laid = begun_with(laid_at((48, 20)))
    still = moved_by(0, 0)
    way = still.way.copy()
    way[:, 48:51] = (2, 0)  # under its middle alone
    for _ in range(20):
        laid = along(laid, replace(still, way=way), SIZE)
    first, middle, last = laid.strokes.points[0]
    assert first + last - 2 * middle == pytest.approx(np.zeros(2), abs=1e-5)


def test_a_stroke_leaves_a_region_that_holds_much_of_it():
    where = np.zeros((64, 96), np.float32)
    where[:, :30] = 1
    old = begun_with(laid_at((28, 20), (31, 20), (34, 20)))  # 3 px to both sides
    laid = exchanged(old, begun_with(laid_at((60, 50))), where)
    assert np.sign(laid.step).tolist() == [-1, 0, 0]
    where[:, :32] = 1
    laid = exchanged(old, begun_with(laid_at((60, 50))), where)
    assert np.sign(laid.step).tolist() == [-1, -1, 0]


def test_strokes_of_a_region_give_way_to_new_ones_in_the_layers_order():
    old = joined([laid_at((20, 20), (70, 20)), laid_at((22, 22), (72, 22), layer=1)])
    fresh = joined([laid_at((21, 21), (71, 21)), laid_at((23, 23), layer=1)])
    where = np.zeros((64, 96), np.float32)
    where[:, 48:] = 1
    laid = exchanged(begun_with(old), begun_with(fresh), where)
    assert list(laid.strokes.layer) == [0, 0, 0, 1, 1]
    assert list(np.sign(laid.step)) == [0, -1, 1, 0, -1]
    for _ in range(FADING + 1):
        laid = faded(laid)
    assert len(laid.fade) == 3
    assert laid.fade == pytest.approx(np.ones(3))
    assert (within(laid.strokes, where)).sum() == 1


def test_new_strokes_on_a_person_lie_above_that_persons_broad_ones():
    """A region within a person has no strokes of what is behind, by which people could be told."""
    behind = begun_with(joined([laid_at((20, 20)), laid_at((20, 20), layer=1)]))
    person = begun_with(joined([laid_at((20, 20)), laid_at((70, 20), layer=1)]), people=True)
    where = np.ones((64, 96), np.float32)
    laid = replace(exchanged(behind, person, where), step=np.zeros(4, np.float32))
    where[:, :48] = 0
    laid = exchanged(laid, begun_with(laid_at((72, 20), layer=1), people=True), where)
    assert laid.people.tolist() == [False, False, True, True, True]
    assert laid.strokes.layer.tolist() == [0, 1, 0, 1, 1]
    assert np.sign(laid.step).tolist() == [0, 0, 0, -1, 1]


def test_new_strokes_come_over_old_ones_which_then_are_gone():
    where = np.ones((64, 96), np.float32)
    laid = exchanged(begun_with(laid_at((20, 20))), begun_with(laid_at((30, 30))), where)
    seen = []
    for _ in range(FADING):
        laid = faded(laid)
        seen.append(laid.shown.opacity.copy())
    assert seen[0].tolist() == pytest.approx([1, 1 / FADING])
    assert seen[-1].tolist() == pytest.approx([0, 1])
    assert (laid.step != 0).all()  # what is gone is painted over
    assert faded(laid).shown.opacity.tolist() == pytest.approx([1])


def test_a_face_is_drawn_at_its_place_in_the_small_picture():
    drawn = faces_in((64, 96), (face_in((80, 60), 40),), height=128)
    assert drawn[30, 40] == 1
    assert drawn.mean() == pytest.approx(np.pi * (0.5 * 20) ** 2 / (64 * 96), rel=0.1)


def test_what_is_wrong_below_a_face_that_is_set_in_can_wait(film, monkeypatch):
    before, after = (np.full((64, 96, 3), (150, 160, 170), np.uint8) for _ in range(2))
    after[16:40, 12:36] = (200, 40, 30)
    plans, real = [], film._plan
    monkeypatch.setattr(film, "_plan", lambda *given: plans.append(given) or real(*given))
    film(before, None)
    film._covered = np.ones((64, 96), np.float32)
    for _ in range(EVERY):
        film(after, moved_by(0, 0))
    assert len(plans) == 1
    film._covered = np.zeros((64, 96), np.float32)
    for _ in range(EVERY):
        film(after, moved_by(0, 0))
    assert len(plans) == 2


@pytest.fixture
def film():
    return StrokeFilm(FilmJob(Settings(), FilmModels(face=False), 10.0))


def test_a_still_film_is_one_painting(film, monkeypatch):
    plans = []
    real = film._plan
    monkeypatch.setattr(film, "_plan", lambda *given: plans.append(given) or real(*given))
    picture, watch = pictures(1)[0], Watch()
    first, *others = [film(picture, watch(picture)) for _ in range(8)]
    assert all((other == first).all() for other in others)
    assert len(plans) == 1


def test_what_changes_for_good_is_painted_anew(film):
    watch = Watch()
    dark, bright = (np.full((64, 96, 3), value, np.uint8) for value in (60, 60))
    bright[20:50, 50:90] = 200
    before = film(dark, watch(dark))
    shown = [film(bright, watch(bright)) for _ in range(14)]
    changed = np.abs(shown[-1].astype(int) - before).mean(2)
    assert changed[28:42, 60:80].mean() > 40
    assert changed[:, :30].mean() < 6


def test_what_is_too_quick_to_follow_leaves_nothing_behind(film):
    """Its strokes stay, and yet the motion back explains the picture: the wall came from a wall."""
    wall = np.full((64, 96, 3), (150, 160, 170), np.uint8)
    before, after = wall.copy(), wall.copy()
    before[16:40, 12:36] = after[16:40, 56:80] = (200, 40, 30)
    still = moved_by(0, 0)
    back = np.zeros_like(still.coarse_back)
    back[16:40, 56:80], back[16:40, 12:36] = (-44, 0), (0, 24)
    alone = StrokeFilm(film._job)(after, None)
    first = film(before, None)
    film(after, replace(still, coarse_back=back))
    for _ in range(EVERY):
        painted = film(after, still)
    for place in np.s_[20:36, 16:32], np.s_[20:36, 60:76]:
        color, was, wanted = (each[place].mean((0, 1)) for each in (painted, first, alone))
        assert np.abs(color - wanted).max() < 0.3 * np.abs(was - wanted).max()


def test_a_cut_is_planned_anew(film):
    watch = Watch()
    dark, other = np.full((64, 96, 3), 20, np.uint8), pictures(1, seed=5)[0] // 2 + 128
    film(dark, watch(dark))
    cut = film(other, watch(other))
    alone = StrokeFilm(FilmJob(Settings(), FilmModels(face=False), 10.0))(other, None)
    assert (cut == alone).all()


def test_the_picture_whose_light_a_film_has_is_looked_at_once(monkeypatch):
    asked = []

    def noted(*inputs):
        asked.append(1)
        return portrait_seen(*inputs)

    portrait_seen = strokes._portrait_in
    noted.__module__, noted.__qualname__ = portrait_seen.__module__, portrait_seen.__qualname__
    monkeypatch.setattr(strokes, "_portrait_in", noted)
    style = Style(np.full((64, 96, 3), (40, 70, 190), np.uint8))
    job = FilmJob(Settings.from_flat(mood="picture"), FilmModels(), 10.0, (style,))
    paint = StrokeFilm(job)
    for picture in pictures(2):
        paint(picture, None)  # a cut: planned anew
    assert len(asked) == 1
