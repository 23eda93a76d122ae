"""Which looks say what a person is made of: closer ones only where these are wanted."""

import numpy as np

from pipeline.stages.detect.from_parsing import Detections
from pipeline.stages.parse import FigureParse
from pipeline.steps import parts


def test_whoever_is_far_away_is_looked_at_closer_only_where_that_is_wanted(monkeypatch):
    told = []

    def refined(*_, figures, guessed):
        told.append((len(figures), guessed))
        return np.zeros((4, 4, 13), np.float32)

    monkeypatch.setattr(parts, "refined_parts", refined)
    whole = np.zeros((4, 4, 13), np.float32)
    seen = Detections(whole, (), (), (FigureParse(whole, np.s_[0:4, 0:4]),))
    for closer in (True, False):
        parts._parts(np.zeros((4, 4, 3), np.float32), seen, None, closer, False)
    assert told == [(1, False), (0, False)]
