import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.ndimage import map_coordinates

from pipeline.ops.interpolate import between

PLACES = st.floats(-3, 9, allow_nan=False, width=32)


@given(x=PLACES, y=PLACES, shape=st.sampled_from([(1, 1), (1, 5), (4, 1), (4, 6)]))
def test_what_is_between_pixels_is_scipys(x, y, shape):
    plane = np.random.default_rng(3).random(shape, np.float32)
    wanted = map_coordinates(plane, [[y], [x]], order=1, mode="nearest")[0]
    assert between(plane, x, y) == pytest.approx(wanted, abs=1e-5)
