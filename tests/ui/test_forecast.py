"""What a visitor is told of the time left: numbers that only fall."""

import itertools
import random

import pytest

from pipeline.types import BEGINS_LONG, Progress
from ui.forecast import Forecast

ENDS = {"parse": 0.25, "paint": 0.6, "restore": 0.85, "segment": 1.0, "blend": 1.0}


def told(reports, forecast=None):
    """Return (when, seconds) of what is shown at reports of (when, stage, fraction done)."""
    forecast = forecast or Forecast(0.0)
    progress = [(now, Progress(stage, done, ends=ENDS[stage])) for now, stage, done in reports]
    shown = [(now, forecast.left(each, now)) for now, each in progress]
    return [(now, left) for now, left in shown if left is not None]


def painting(seconds, begins=0.25, ends=0.6, after=3.0, reports=100):
    """Return the reports of a painter that takes so long, evenly, after a parse."""
    fractions = (i / reports for i in range(reports + 1))
    return [(after + seconds * s, "paint", begins + s * (ends - begins)) for s in fractions]


def test_it_says_nothing_before_the_painter_has_begun():
    assert told([(0.0, "parse", 0.0), (3.0, "paint", 0.25)]) == []


def test_a_long_painting_counts_down_to_its_end():
    shown = told([(0.0, "parse", 0.0), *painting(50)])
    assert len(shown) > 50
    assert all(abs(now + left - 3 - 50 - 0.4 * 3 / 0.25) < 2 for now, left in shown)


def test_a_parse_that_was_kept_does_not_promise_too_little():
    shown = told([(0.0, "parse", 0.0), *painting(50, after=0.01)])
    assert shown[0][1] > 45


@pytest.mark.parametrize("seed", range(5))
def test_it_never_shows_more_than_the_last_minus_the_time_that_passed(seed):
    chance, now, done, reports = random.Random(seed), 0.0, 0.25, []
    while done < 0.6:
        reports.append((now, "paint", done))
        now += chance.choice((0.1, 1.0, 9.0))
        done += chance.choice((0.0001, 0.001, 0.02))
    shown, rounding = told(reports), 1
    assert shown
    pairs = list(itertools.pairwise(shown))
    assert all(left <= before for (_, before), (_, left) in pairs)
    assert all(left <= before - (now - then) + rounding for (then, before), (now, left) in pairs)


def test_it_is_silent_where_the_run_takes_longer_than_it_said():
    forecast = Forecast(0.0)
    assert told([(0.0, "paint", 0.25), (3.0, "paint", 0.55)], forecast) == [(3.0, 1)]
    assert told([(20.0, "paint", 0.56), (90.0, "restore", 0.6)], forecast) == []


def test_the_last_stages_are_told_by_those_before():
    assert told([(0.0, "parse", 0.0), (6.0, "restore", 0.6)]) == [(6.0, 4)]


def test_a_comparison_counts_its_segmenters():
    reports = [(10.0, "segment", 0.6), (20.0, "segment", 0.7), (30.0, "segment", 0.8)]
    assert told(reports) == [(20.0, 30), (30.0, 20)]


def test_a_painter_that_takes_long_is_most_of_the_bar():
    ends = BEGINS_LONG["restore"]
    forecast, began = Forecast(0.0), BEGINS_LONG["paint"]
    half = Progress("paint", (began + ends) / 2, ends=ends)
    forecast.left(Progress("paint", began, ends=ends), 2.0)
    left = forecast.left(half, 32.0)
    assert left is not None
    assert 30 <= left <= 36


def test_a_slow_beginning_does_not_promise_too_much():
    slow = [(1.0 * i, "paint", 0.25 + 0.002 * i) for i in range(11)]
    steady = [(10.0 + 0.2 * i, "paint", 0.27 + 0.002 * i) for i in range(1, 165)]
    shown = told([*slow, *steady])
    end = steady[-1][0]
    later = [(now, left) for now, left in shown if now > 15]
    assert later
    assert all(left < 1.5 * (end - now) + 5 for now, left in later)
