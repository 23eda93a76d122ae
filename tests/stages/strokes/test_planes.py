"""A kept person in planes: pores and hairs go, edges and the rest of the picture stay."""

import numpy as np

from pipeline.stages.strokes.planes import in_planes
from pipeline.types import Face

SIDE = 320
FACE = Face(
    (60, 40, 260, 290),
    np.float32([[120, 130], [200, 130]]),
    np.float32([[130, 220], [190, 220]]),
    0.9,
)


def scene() -> tuple[np.ndarray, np.ndarray]:
    """Return a picture with pores and an edge, and the region that is kept."""
    rng = np.random.default_rng(0)
    picture = np.full((SIDE, SIDE, 3), (0.8, 0.6, 0.5), np.float32)
    picture[:, 160:] *= 0.6
    picture += rng.normal(0, 0.01, (SIDE, SIDE, 1)).astype(np.float32)
    mask = np.zeros((SIDE, SIDE), np.float32)
    mask[60:280, 80:240] = 1
    return picture.clip(0, 1), mask


def test_pores_go_and_edges_stay_where_somebody_is_kept_and_nothing_changes_away_from_it():
    picture, mask = scene()
    made = in_planes(picture, mask, (FACE,), np.zeros_like(mask))
    skin = np.s_[100:240, 100:150]
    assert made[skin].std(axis=(0, 1)).max() < 0.75 * picture[skin].std(axis=(0, 1)).max()
    jump = [each[100:240, 161].mean() - each[100:240, 158].mean() for each in (made, picture)]
    assert abs(jump[0]) > 0.9 * abs(jump[1])
    assert np.array_equal(made[:, :40], picture[:, :40])
    assert np.array_equal(made[-20:], picture[-20:])


def test_of_eyes_glints_and_pupils_stay_and_what_is_fainter_goes():
    picture, mask = scene()
    spots = {110: 0.3, 122: -0.3, 134: 0.06, 146: -0.06}
    for x, light in spots.items():
        picture[150:152, x : x + 2] = np.float32((0.8, 0.6, 0.5)) * (1 + light)
    planes = in_planes(picture, mask, (FACE,), np.zeros_like(mask))
    eyes = in_planes(picture, mask, (FACE,), np.ones_like(mask))

    def seen(made: np.ndarray, x: int) -> float:
        around = made[150, [x - 4, x + 6]].mean()
        return float((made[150:152, x : x + 2].mean() - around) / (0.63 * spots[x]))

    assert min(seen(eyes, x) for x in (110, 122)) > 0.47
    assert max(seen(eyes, x) for x in (134, 146)) < 0.7
    assert all(seen(planes, x) < seen(eyes, x) for x in (110, 122))


def test_beards_keep_hairs_until_they_are_to_be_simplified_too():
    picture, mask = scene()
    hairs = np.random.default_rng(1).normal(0, 0.15, (SIDE, SIDE, 1)).astype(np.float32)
    picture = (picture + hairs).clip(0, 1)
    beard = np.s_[100:240, 100:150]
    nothing = np.zeros_like(mask)

    def changed(throughout: float) -> float:
        made = in_planes(picture, mask, (FACE,), nothing, throughout)
        return float(np.abs(made - picture)[beard].mean())

    assert 0 < changed(0) < changed(0.5) < changed(1)


def test_of_two_faces_each_is_simplified_by_its_own_size_and_nobody_is_an_empty_region():
    picture, mask = scene()
    small = Face(
        (270, 200, 310, 250),
        np.float32([[280, 215], [300, 215]]),
        np.float32([[283, 240], [297, 240]]),
        0.9,
    )
    mask[205:245, 275:305] = 1
    made = in_planes(picture, mask, (FACE, small), np.zeros_like(mask))
    changed = np.abs(made - picture).mean(2)
    assert changed[100:240, 100:150].mean() > 1.5 * changed[215:240, 280:300].mean()
    nobody = in_planes(picture, np.zeros_like(mask), (), np.zeros_like(mask))
    assert np.array_equal(nobody, picture)
