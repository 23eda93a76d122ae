"""Limits: so many an hour, each visitor for themselves, and all together."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ui.sharing.limits import HOUR_S, Hourly, LimitError


@given(st.lists(st.tuples(st.sampled_from("abc"), st.floats(0, 2000)), max_size=40))
def test_no_hour_has_more_than_allowed(asked):
    limit, now, done = Hourly(each=3, together=5), 0.0, []
    for who, later in asked:
        now += later
        recent = [name for at, name in done if at > now - HOUR_S]
        allowed = recent.count(who) < 3 and len(recent) < 5
        if allowed:
            limit.take(who, now)
            done.append((now, who))
        else:
            with pytest.raises(LimitError):
                limit.take(who, now)
    assert len(limit._done) <= 5


def test_it_is_said_when_to_try_again():
    limit = Hourly(each=1, together=2)
    limit.take("anna", 0.0)
    with pytest.raises(LimitError, match=r"too often within an hour; try again in 50 minutes\."):
        limit.take("anna", 600.0)
    limit.take("ben", 600.0)
    with pytest.raises(LimitError, match="too often within an hour; try again in 1 minute"):
        limit.take("cem", 3599.0)
    limit.take("anna", HOUR_S)
