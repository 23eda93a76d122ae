"""Resampling, soft edges and color."""

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.ops import color, resample
from pipeline.ops import filters as feather
from pipeline.ops import seed_noise as grain

RNG = np.random.default_rng(0)


@given(h=st.integers(1, 9000), w=st.integers(1, 9000))
def test_a_size_never_holds_more_than_asked_nor_grows(h, w):
    small = resample.size_within((h, w), 2e6)
    assert small[0] * small[1] <= max(2e6, max(h, w))
    assert small[0] <= h
    assert small[1] <= w


@given(h=st.integers(16, 4000), w=st.integers(16, 4000), short=st.floats(200, 1300))
def test_a_working_size_fits_the_network(h, w, short):
    size = resample.size_of_short((h, w), short, 4)
    assert all(v % 4 == 0 and v > 0 for v in size)


@settings(max_examples=20)
@given(h=st.integers(30, 90), w=st.integers(30, 90), k=st.floats(1.1, 4))
def test_strips_together_are_the_whole(h, w, k):
    picture = cv2.GaussianBlur(RNG.random((h, w, 3), np.float32), (0, 0), 2)
    size = int(h * k), int(w * k)
    whole = resample.rows_enlarged(picture, size, slice(0, size[0]))
    parts = [
        resample.rows_enlarged(picture, size, slice(y, min(y + 16, size[0])))
        for y in range(0, size[0], 16)
    ]
    assert np.abs(np.vstack(parts) - whole).max() < 2e-2  # the warp rounds positions to 1/32 px


def test_enlarging_keeps_a_ramp_in_place():
    ramp = np.repeat(np.arange(50, dtype=np.float32)[:, None], 40, 1)
    tall = resample.rows_enlarged(ramp, (150, 120), slice(0, 150))
    want = (np.arange(150) + 0.5) / 3 - 0.5
    assert np.abs(tall[3:-3, 60] - want[3:-3]).max() < 0.05


@pytest.mark.parametrize("width", [0.0, 3.0, 40.0])
def test_a_feathered_mask_stays_a_mask(width):
    mask = np.zeros((80, 80), np.float32)
    mask[20:60, 20:60] = 1
    soft = feather.feathered(mask, width)
    assert soft.min() >= 0
    assert soft.max() <= 1
    assert (width == 0) == np.array_equal(soft, mask)


def test_a_wide_blur_at_reduced_size_is_the_blur():
    picture = RNG.random((200, 240), np.float32)
    exact = cv2.GaussianBlur(picture, (0, 0), 20, borderType=cv2.BORDER_REPLICATE)
    assert np.abs(feather.blurred(picture, 20) - exact)[40:-40, 40:-40].max() < 0.01


def test_a_guided_mask_moves_onto_the_edge_of_the_guide():
    guide = np.zeros((100, 100), np.float32)
    guide[:, 50:] = 1
    rough = np.zeros((100, 100), np.float32)
    rough[:, 46:] = 1  # four pixels too wide
    found = feather.guided(rough, guide, 12)
    assert found[50, 47] < 0.5 < found[50, 53]


def test_holes_are_filled_and_bays_are_not():
    region = np.zeros((40, 40), bool)
    region[5:35, 5:35] = True
    region[15:20, 15:20] = False
    region[5:20, 28:30] = False
    filled = feather.without_holes(region)
    assert filled[17, 17]
    assert not filled[10, 29]


def test_color_round_trips_through_lab():
    picture = RNG.random((32, 32, 3), np.float32)
    assert (
        np.abs(color.to_rgb(color.to_lab(picture)) - picture).max() < 1 / 255
    )  # OpenCV interpolates its tables


@pytest.mark.parametrize("kind", [np.float32, np.uint8])
def test_luminance_is_what_a_gray_picture_shows_and_of_a_color_its_rec_709_share(kind):
    top = 255 if kind is np.uint8 else 1.0
    grays = np.linspace(0, top, 256).astype(kind).reshape(16, 16)
    found = color.luminance(np.dstack([grays] * 3))
    assert found.dtype == kind
    np.testing.assert_allclose(found, grays, rtol=1e-6)
    pure = (np.eye(3) * top).astype(kind)[None]
    wanted = np.array([[0.2126, 0.7152, 0.0722]]) * top
    np.testing.assert_allclose(
        color.luminance(pure), wanted, atol=0.5 if kind is np.uint8 else 1e-6
    )


def test_luminance_is_of_differences_too():
    one, other = (RNG.random((9, 7, 3), np.float32) for _ in range(2))
    apart = color.luminance(one) - color.luminance(other)
    np.testing.assert_allclose(color.luminance(one - other), apart, atol=1e-6)


def test_harmony_takes_the_paintings_mean_inside_the_mask():
    photo, painting = (
        np.full((64, 64, 3), 0.7, np.float32),
        np.full((64, 64, 3), (0.3, 0.4, 0.6), np.float32),
    )
    photo += RNG.normal(0, 0.02, photo.shape).astype(np.float32)
    mask = np.ones((64, 64), np.float32)
    to_float = color.harmonized(photo, painting, mask, radius_px=8, weight=1.0)
    assert np.abs(to_float.mean((0, 1)) - painting.mean((0, 1))).max() < 0.02
    unchanged = color.harmonized(photo, painting, mask, radius_px=8, weight=0.0)
    assert np.abs(unchanged - photo.clip(0, 1)).max() < 1 / 255  # OpenCV interpolates its tables


def test_seeds_are_noise_of_deviation_one_and_the_same_for_the_same_state():
    first, second = (grain.seeds((300, 280), np.random.default_rng(4)) for _ in range(2))
    assert np.array_equal(first, second)
    assert abs(first.std() - 1) < 0.05


def test_the_carrier_hides_seeds_from_a_blur_and_gives_them_back():
    field = grain.seeds((64, 64), np.random.default_rng(0))
    carried = grain.carried(field)
    assert np.abs(cv2.blur(carried, (4, 4))).max() < 0.2 * grain.AMOUNT
    assert np.allclose(grain.carried(carried) / grain.AMOUNT**2, field, atol=1e-4)
