"""Faces are cut out as networks see them best."""

import numpy as np
import pytest

from pipeline.ops import align
from pipeline.stages.parse import Part, parse_crop


@pytest.mark.parametrize(("times", "sharper"), [(0.8, False), (2.0, True), (5.0, False)])
def test_small_faces_are_sharpened_for_the_network_and_stay_within_a_pictures_range(times, sharper):
    side, seen = 64, []

    def network(batch):
        seen.append(batch[0].transpose(1, 2, 0))
        return np.full((len(batch), len(Part), side, side), 1 / len(Part), np.float32)

    photo = np.random.default_rng(0).integers(0, 2, (120, 120, 3)).astype(np.float32)
    points = np.asarray(align.template(side) / times + 10, np.float32)
    view = parse_crop(photo, points, network, side=side)
    plain = align.crop(photo, view.matrix, side)
    slopes = [np.square(np.diff(each, axis=1)).mean() for each in (plain, seen[0])]
    assert (slopes[1] > 1.3 * slopes[0]) == sharper
    assert seen[0].min() >= 0
    assert seen[0].max() <= 1
