import pytest
from hypothesis import given
from hypothesis import strategies as st

from ui import buckets
from ui.buckets import Buckets, Rate, visitor_of


class Clock:
    now = 0.0

    def __call__(self):
        return self.now


@given(
    burst=st.integers(1, 50), rate=st.floats(0.1, 50),
    waits=st.lists(st.floats(0, 10), max_size=200),
)  # fmt: skip
def test_nobody_takes_more_than_the_burst_and_what_time_brings(burst, rate, waits):
    clock = Clock()
    tokens, taken = Buckets(Rate(burst, rate), clock), 0
    for wait in waits:
        clock.now += wait
        taken += tokens.take("anna") == 0
    assert taken <= burst + clock.now * rate + 1e-6


def test_who_waits_as_long_as_told_is_served():
    clock = Clock()
    tokens = Buckets(Rate(1, 0.5), clock)
    assert tokens.take("anna") == 0
    clock.now += (wait := tokens.take("anna")) + 1e-9
    assert wait == pytest.approx(2)
    assert tokens.take("anna") == 0


def test_one_visitor_takes_nothing_from_another():
    tokens = Buckets(Rate(1, 0.5), Clock())
    assert [tokens.take(who) > 0 for who in ("anna", "anna", "bert")] == [False, True, False]


def test_not_everybody_is_remembered(monkeypatch):
    monkeypatch.setattr(buckets, "MOST_VISITORS", 3)
    tokens = Buckets(Rate(1, 0.5), Clock())
    for number in range(10):
        tokens.take(str(number))
    assert len(tokens._levels) == 3


@pytest.mark.parametrize(
    ("client", "forwarded", "visitor"),
    [
        ("8.8.8.8", ["1.1.1.1"], "8.8.8.8"),  # no proxy of ours: what is said is not believed
        ("10.0.0.1", ["1.1.1.1"], "1.1.1.1"),
        ("10.0.0.1", ["9.9.9.9, 1.1.1.1"], "1.1.1.1"),  # the first is what the visitor wrote
        ("10.0.0.1", ["9.9.9.9", "1.1.1.1, 10.2.3.4"], "1.1.1.1"),
        ("127.0.0.1", [], "127.0.0.1"),
        ("127.0.0.1", ["nonsense"], "127.0.0.1"),
    ],
)
def test_a_visitor_is_told_by_the_last_public_address(client, forwarded, visitor):
    assert visitor_of(client, forwarded) == visitor
