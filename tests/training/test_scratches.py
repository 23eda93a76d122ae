"""The judge of lines: what it learns from is labeled right, and it learns what can be learned."""

import numpy as np

from pipeline.stages.mend import lines
from pipeline.stages.mend.lines import Segments
from training.scratches import labeled, train


def test_a_segment_is_a_scratch_where_most_of_it_is_and_unclear_ones_are_left_out():
    scratched = np.zeros((10, 10), np.float32)
    scratched[:, 0] = 1
    column, row = np.arange(0, 100, 10), np.arange(40, 50)
    half = np.concatenate([column[:4], row[1:7] + 10])  # 40 %
    segments = Segments((column, row[1:], half), np.eye(3, dtype=np.float32))
    features, truth, weight = labeled(segments, scratched)
    np.testing.assert_array_equal(features, np.eye(3, dtype=np.float32)[:2])
    np.testing.assert_array_equal(truth, [1, 0])
    assert weight[1] > weight[0]


def test_it_learns_and_the_stage_reads_what_it_wrote(tmp_path, monkeypatch):
    rng = np.random.default_rng(0)
    features = rng.normal(size=(3000, 5)).astype(np.float32)
    truth = (features[:, 0] * features[:, 1] > 0).astype(np.float32)
    np.savez(tmp_path / "lines.npz", **train(features, truth, np.ones(3000, np.float32)))
    monkeypatch.setattr(lines, "WEIGHTS", tmp_path / "lines.npz")
    lines._weights.cache_clear()
    try:
        right = (lines.judged(features) > 0.5) == (truth > 0.5)
    finally:
        lines._weights.cache_clear()
    assert right.mean() > 0.9
