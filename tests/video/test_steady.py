"""What is still in a film is still in its painting; what is new is painted anew."""

from itertools import pairwise

import cv2
import numpy as np
import pytest

from pipeline.metrics.steadiness import Motions, gradient_energy, warping_error
from pipeline.video.steady import Steady, Watch, as_sharp
from tests.video.models import pictures


def smooth(picture):
    return cv2.GaussianBlur(picture, (0, 0), 2)


def flickering(picture, number):
    noise = np.random.default_rng(number).normal(0, 30, picture.shape)
    return (picture + noise).clip(0, 255).astype(np.uint8)


def steadied(film, painted):
    watch, steady = Watch(), Steady()
    return [steady(made, watch(seen)) for seen, made in zip(film, painted, strict=True)]


def test_the_first_painting_stays_as_it_is():
    (film,) = pictures(1)
    watch, steady = Watch(), Steady()
    moved = watch(film)
    assert moved is None
    assert (steady(film, moved) == film).all()


def test_flicker_is_taken_from_a_still_film():
    film = [smooth(pictures(1)[0])] * 8
    painted = [flickering(picture, number) for number, picture in enumerate(film)]
    made = steadied(film, painted)
    before, after = (
        np.abs(np.diff(np.float32(each[4:]), axis=0)).mean() for each in (painted, made)
    )
    assert after < 0.5 * before


def test_what_moves_is_followed():
    film = [smooth(picture) for picture in pictures(8, step=4)]
    painted = [flickering(picture, number) for number, picture in enumerate(film)]
    made = steadied(film, painted)
    motions = Motions()
    moves = [motions(a, b) for a, b in pairwise(film)]
    before, after = (
        np.mean([warping_error(a, b, m) for a, b, m in zip(each, each[1:], moves, strict=False)])
        for each in (painted, made)
    )
    assert after < 0.6 * before


def test_paint_on_a_bare_wall_rests_while_somebody_moves_before_it():
    figure, film = cv2.resize(pictures(1)[0], (80, 96)), []
    for number in range(6):
        picture = np.full((256, 384, 3), 120, np.uint8)
        picture[80:176, 40 + 6 * number : 120 + 6 * number] = figure
        grain = np.random.default_rng(number).normal(0, 0.7, picture.shape)
        film.append((smooth(picture) + grain).round().clip(0, 255).astype(np.uint8))
    watch = Watch()
    moves = [watch(picture) for picture in film][1:]
    wall, inner = np.s_[10:246, 220:380], np.s_[110:150, 85:105]
    assert np.mean([np.abs(moved.back[wall]).mean() for moved in moves]) < 0.35
    assert np.median([moved.back[inner][..., 0] for moved in moves]) == pytest.approx(-6, abs=0.1)


def test_a_cut_begins_anew():
    dark = np.full((64, 96, 3), 20, np.uint8)
    bright = smooth(pictures(1, seed=3)[0]) // 2 + 128
    watch, steady = Watch(), Steady()
    steady(dark, watch(dark))
    moved = watch(bright)
    assert moved.cut
    assert (steady(bright, moved) == bright).all()


def test_a_camera_that_is_turned_begins_anew():
    (film,) = pictures(1)
    turned = np.ascontiguousarray(np.rot90(film))
    assert steadied([film, turned, turned], [film, turned, turned])[1] is turned


def test_a_place_that_changes_its_light_is_painted_anew():
    film = [np.full((64, 96, 3), 100, np.uint8) for _ in range(2)]
    film[1][:, 48:] = 220
    watch, steady = Watch(), Steady()
    painted = [flickering(picture, number) for number, picture in enumerate(film)]
    steady(painted[0], watch(film[0]))
    moved = watch(film[1])
    assert not moved.cut
    assert moved.trust[:, 64:].mean() < 0.1 < 0.9 < moved.trust[:, :32].mean()


def test_fine_structure_that_mixing_lost_comes_back():
    painted = flickering(np.full((64, 96, 3), 128, np.uint8), 0)
    mixed = cv2.GaussianBlur(painted, (0, 0), 0.7)
    sharp = as_sharp(mixed, painted)
    lost = gradient_energy(mixed) / gradient_energy(painted)
    assert gradient_energy(sharp) / gradient_energy(painted) > 1.4 * lost


def test_the_motion_of_a_large_picture_waits_small_and_is_enlarged_where_it_is_used():
    small = pictures(2, size=(128, 192), step=2)
    large = [cv2.resize(each, None, fx=8, fy=8, interpolation=cv2.INTER_CUBIC) for each in small]
    watch = Watch()
    watch(large[0])
    moved = watch(large[1])
    assert moved is not None
    assert moved.coarse_back.nbytes + moved.coarse_trust.nbytes < large[0].nbytes
    assert moved.back.shape == (*large[0].shape[:2], 2)
    assert moved.trust.shape == large[0].shape[:2]
    back, trust = moved.at((128, 192))
    inner = np.s_[32:-32, 32:-32]
    assert np.median(back[inner][..., 0]) == pytest.approx(2, abs=0.5)
    assert np.median(moved.back[256:-256, 256:-256, 0]) == pytest.approx(16, abs=4)
    assert trust.shape == (128, 192)
    window = slice(300, 700), slice(400, 1100)
    near, trusted = moved.within(window)
    np.testing.assert_allclose(near, moved.back[window], atol=0.1)
    np.testing.assert_allclose(trusted, moved.trust[window], atol=0.05)


def test_what_comes_into_the_picture_is_painted_anew():
    wall = np.random.default_rng(1).integers(100, 116, (20, 40, 3), np.uint8)
    wall = smooth(cv2.resize(wall, (320, 160), interpolation=cv2.INTER_CUBIC))  # faint
    watch = Watch()
    moves = [watch(wall[:128, 96 - 8 * n : 288 - 8 * n]) for n in range(3)][1:]
    for moved in moves:
        assert moved.trust[20:-20, :4].max() < 0.1 < 0.9 < moved.trust[20:-20, 40:-40].mean()
