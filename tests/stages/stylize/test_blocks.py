"""What lies behind people is printed from few blocks, each of one color, with crisp edges."""

import numpy as np

from pipeline.stages.stylize.blocks import (
    COUNT,
    block_colors,
    contours,
    cut,
    followed,
    in_few_blocks,
)

SIZE = (120, 160)
ALL = np.ones(SIZE, np.float32)


def hills(noise=2.0):
    """Return a pale sky over a green hill, with some noise, CIELAB."""
    y, x = np.mgrid[: SIZE[0], : SIZE[1]]
    sky = y < 60 + 15 * np.sin(x / 25)
    lab = np.where(sky[..., None], (80, 0, -8), (45, -20, 25))
    return (lab + np.random.default_rng(0).normal(0, noise, lab.shape)).astype(np.float32), sky


def test_noise_goes_and_each_block_is_of_one_color():
    lab, sky = hills()
    made, _ = in_few_blocks(lab, ALL, np.array([(80, 0, -8), (45, -20, 25)], np.float32))
    inside = np.zeros(SIZE, bool)
    inside[:30], inside[90:] = True, True
    assert made[inside & sky].std(0).max() < 0.1
    assert made[inside & ~sky].std(0).max() < 0.1
    between = (made[..., 0] > 50) & (made[..., 0] < 75)
    assert between.mean() < 0.02, "edges are crisp"
    assert ((made[..., 0] > 62) == sky).mean() > 0.97


def test_people_stay_as_they_are():
    lab, _ = hills()
    behind = ALL.copy()
    behind[:, 50:100] = 0
    made, ink = in_few_blocks(lab, behind, block_colors(lab, behind))
    assert (made[:, 50:100] == lab[:, 50:100]).all()
    assert ink[:, 50:100].max() == 0


def test_colors_are_few_and_those_of_what_lies_behind():
    lab, _ = hills(0.5)
    lab[:, 50:100] = (50, 70, 50)
    behind = ALL.copy()
    behind[:, 48:102] = 0
    colors = block_colors(lab, behind)
    assert len(colors) == COUNT
    near = np.minimum(*(np.linalg.norm(colors - c, axis=1) for c in ((80, 0, -8), (45, -20, 25))))
    assert near.max() < 6


def test_where_nothing_lies_behind_nothing_changes():
    lab, _ = hills()
    none = np.zeros(SIZE, np.float32)
    for behind, how_far in ((none, 1.0), (ALL, 0.0)):
        made, ink = in_few_blocks(lab, behind, block_colors(lab, behind), how_far)
        assert (made == lab).all()
        assert ink.max() == 0


def test_a_gray_between_many_blocks_is_not_black():
    lab = np.full((*SIZE, 3), (60, 0, 0), np.float32)
    angles = np.linspace(0, 2 * np.pi, 12, endpoint=False)
    ring = np.stack([np.full(12, 60), 20 * np.cos(angles), 20 * np.sin(angles)], 1)
    made, _ = in_few_blocks(lab, ALL, ring.astype(np.float32))
    assert made[..., 0].min() > 55


def test_colors_follow_a_film_little_by_little():
    lab, _ = hills(0.5)
    colors = np.array([(80, 0, -8), (45, -20, 25)], np.float32)
    brighter = lab + np.array([10, 0, 0], np.float32)
    once = followed(colors, brighter, ALL, 0.05)
    assert 0 < (once - colors)[:, 0].min() < (once - colors)[:, 0].max() < 1.5
    for _ in range(200):
        once = followed(once, brighter, ALL, 0.05)
    np.testing.assert_allclose((once - colors)[:, 0], 10, atol=2)


def test_between_two_blocks_there_is_a_line_and_none_within_one():
    lab, sky = hills(0)
    ink = contours(lab)
    edge = np.abs(np.diff(sky.astype(int), axis=0)) > 0
    assert ink[1:][edge].min() > 0.9
    assert ink[:35].max() == ink[85:].max() == 0


def test_blocks_are_cut_along_edges_and_not_where_light_falls_off_slowly():
    lab, sky = hills(0)
    edge = np.abs(np.diff(sky.astype(int), axis=0)) > 0
    x = np.arange(SIZE[1], dtype=np.float32)
    slow = np.zeros((*SIZE, 3), np.float32)
    slow[..., 0] = 30 + 0.3 * x
    assert cut(lab, ALL)[1:][edge].min() > 0.9
    assert cut(slow, ALL).max() == 0
