"""Work ahead: in order, with its errors, and ended when nobody wants more."""

import threading
import time

import pytest

from pipeline.video.ahead import AHEAD, MOST_WAIT, ahead, ahead_of


@pytest.fixture(autouse=True)
def no_thread_left():
    before = set(threading.enumerate())
    yield
    assert set(threading.enumerate()) <= before


class Counting:
    """Numbers up to a last one, and what became of them."""

    def __init__(self, last):
        self.made, self.closed, self.thread = 0, False, None
        self.values = self._values(last)

    def _values(self, last):
        try:
            for i in range(last):
                self.made, self.thread = i + 1, threading.current_thread()
                yield i
        finally:
            self.closed = True


def test_values_come_in_order_from_another_thread():
    numbers = Counting(50)
    assert list(ahead(numbers.values)) == list(range(50))
    assert numbers.thread is not threading.current_thread()
    assert numbers.closed
    assert list(ahead(iter([]))) == []


def test_none_is_a_value():
    assert list(ahead(iter([None, 1, None]))) == [None, 1, None]


def test_a_few_values_are_made_ahead_and_no_more():
    numbers = Counting(50)
    values = ahead(numbers.values)
    assert next(values) == 0
    ends = time.monotonic() + 5
    while numbers.made < AHEAD + 2 and time.monotonic() < ends:
        time.sleep(0.01)
    time.sleep(0.05)
    assert numbers.made == AHEAD + 2  # one was taken, one waits for its place
    values.close()


def test_an_error_is_raised_where_the_values_are_used():
    def numbers():
        yield from range(3)
        raise ValueError("no more")

    values = ahead(numbers())
    assert [next(values) for _ in range(3)] == [0, 1, 2]
    with pytest.raises(ValueError, match="no more"):
        next(values)


def test_where_nothing_may_wait_values_are_made_when_they_are_asked_for():
    numbers = Counting(50)
    values = ahead(numbers.values, 0)
    assert [next(values) for _ in range(3)] == [0, 1, 2]
    assert numbers.made == 3
    assert numbers.thread is threading.current_thread()
    values.close()
    assert numbers.closed


def test_what_nobody_wants_any_more_is_closed():
    numbers = Counting(1000)
    values = ahead(numbers.values)
    assert [next(values) for _ in range(3)] == [0, 1, 2]
    values.close()
    assert numbers.closed
    assert numbers.made < 20


def test_an_error_of_the_user_closes_all_of_a_chain():
    numbers = Counting(1000)

    def doubled(values):
        for value in values:
            yield 2 * value

    def use():
        for value in ahead(doubled(ahead(numbers.values))):
            if value == 6:
                raise KeyError(value)

    with pytest.raises(KeyError):
        use()
    assert numbers.closed


def test_values_that_nobody_asked_for_are_not_begun():
    numbers = Counting(9)
    ahead(numbers.values).close()
    assert numbers.made == 0


def test_of_large_pictures_fewer_wait():
    assert ahead_of((512, 512)) == MOST_WAIT
    assert ahead_of((1080, 1920)) == 3
    assert ahead_of((1440, 2560)) == 2
    assert ahead_of((2160, 3840)) == 0
    assert list(ahead(iter(range(9)), 1)) == list(range(9))
