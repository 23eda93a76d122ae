"""Distances to a region are exact, and the same at each call."""

import numpy as np
from scipy.ndimage import distance_transform_edt

from pipeline.ops.distance import distance_to


def test_distances_are_exact_and_repeat_to_the_bit() -> None:
    """Of a scattered region OpenCV's own differ in the last bit from call to call."""
    region = np.random.default_rng(0).random((160, 256)) > 0.999
    far = distance_to(region)
    assert np.allclose(far, distance_transform_edt(~region), atol=1e-4)
    assert not far[region].any()
    assert all(np.array_equal(far, distance_to(region)) for _ in range(5))
