"""A measure is within his spread or not, and the list of paintings is what it says."""

import numpy as np
import pytest

from benchmarks import brushwork
from benchmarks.brushwork import HELD_OUT, LEFT_OUT, listed, measures_of, share_inside, spreads

PAINTINGS = [{"width": float(v), "chroma": np.nan if v < 5 else 3.0} for v in range(11)]


def test_the_spread_is_the_middle_of_his_paintings():
    found = spreads(PAINTINGS)
    assert found["width"] == pytest.approx((1, 9))
    assert found["chroma"] == pytest.approx((3, 3))


def test_the_share_inside_counts_what_was_measured():
    pictures = [{"width": v} for v in (0.0, 1.0, 5.0, 9.5, np.nan)]
    assert share_inside("width", pictures, spreads(PAINTINGS)) == 0.5
    assert np.isnan(share_inside("width", pictures[-1:], spreads(PAINTINGS)))


def test_what_is_rarely_inside_is_bold():
    columns = {"ours": [{"width": 2.0}] * 3 + [{"width": 20.0}]}
    (row,) = brushwork.table(columns, {"width": (1.0, 9.0)})
    assert row == {"measure": "width", "Monet's": "1 to 9", "ours": "2, **75 %**"}


def test_every_measure_has_a_name_and_a_number():
    found = measures_of(np.random.default_rng(0).integers(0, 255, (96, 128, 3), np.uint8))
    assert len(found) == 4 + 1 + 5 + 4 + 6
    assert np.isfinite(found["width"])


def test_ten_paintings_are_held_out_and_none_is_listed_twice():
    lines = brushwork.LIST.read_text().splitlines()[1:]
    uses = listed()
    assert len(uses) == len(lines)
    assert list(uses.values()).count(HELD_OUT) == 10
    assert set(uses.values()) == {HELD_OUT, LEFT_OUT}
