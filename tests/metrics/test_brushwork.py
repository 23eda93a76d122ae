"""Strokes of known size and direction, waves of known length: measured as what they are."""

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.metrics.brushwork import LONG_PX, brushwork
from pipeline.metrics.tones import OCTAVES_PX, QUANTILES, tones

LONG = (768, LONG_PX)


def strokes(width, length, degrees=0.0, size=LONG, seed=0):
    """Return rows of strokes of independent colors, `degrees` from the horizontal, (H, W, 3)."""
    rng = np.random.default_rng(seed)
    side = int(np.hypot(*size)) + 2
    colors = rng.random((side // width + 1, side // length + 2, 3), np.float32)
    y, x = np.mgrid[:side, :side]
    starts = rng.integers(0, length, len(colors))[y // width]
    turn = cv2.getRotationMatrix2D((side / 2, side / 2), degrees, 1)
    turned = cv2.warpAffine(colors[y // width, (x + starts) // length], turn, (side, side))
    top, left = (side - size[0]) // 2, (side - size[1]) // 2
    return turned[top : top + size[0], left : left + size[1]]


def gray(values, size=LONG):
    """Return a gray picture of values in [0, 1] that broadcast to `size`."""
    plane = np.broadcast_to(np.asarray(values, np.float32), size)
    return np.ascontiguousarray(np.stack([plane] * 3, -1))


@pytest.mark.parametrize(("width", "length"), [(4, 24), (8, 40), (12, 48), (16, 64)])
@pytest.mark.parametrize("degrees", [0, 30, 105])
def test_strokes_are_as_wide_and_long_as_they_are(width, length, degrees):
    found = brushwork(strokes(width, length, degrees))
    assert found.width * LONG_PX == pytest.approx(width, rel=0.2)
    assert found.length * LONG_PX == pytest.approx(length, rel=0.2)


def test_wider_strokes_are_measured_as_wider_and_longer_ones_as_longer():
    widths = [brushwork(strokes(width, 80)).width for width in (5, 8, 12, 18, 26)]
    lengths = [brushwork(strokes(8, length)).length for length in (16, 24, 40, 64, 96)]
    assert widths == sorted(set(widths))
    assert lengths == sorted(set(lengths))


def test_a_picture_of_narrow_and_wide_strokes_has_the_larger_spread():
    both = np.hstack([strokes(5, 40)[:, :512], strokes(18, 40)[:, :512]])
    assert brushwork(both).width_spread > 1.5 * brushwork(strokes(8, 40)).width_spread


def test_strokes_of_one_direction_are_coherent_and_dabs_of_none_are_not():
    coherence = [brushwork(strokes(8, length)).coherence for length in (8, 20, 60)]
    assert coherence == sorted(coherence)
    assert coherence[0] < 0.35
    assert coherence[2] > 0.7


def test_a_flat_picture_shows_no_strokes():
    found = brushwork(gray(0.5))
    assert np.isnan([found.width, found.width_spread, found.length]).all()
    assert found.coherence == pytest.approx(0, abs=0.01)


@given(seed=st.integers(0, 2**31), quarters=st.integers(0, 3), flip=st.booleans())
@settings(max_examples=4)
def test_turned_or_mirrored_a_picture_measures_the_same(seed, quarters, flip):
    picture = strokes(8, 40, 30, seed=seed)
    other = np.rot90(picture[:, ::-1] if flip else picture, quarters)
    one, two = (brushwork(np.ascontiguousarray(each)) for each in (picture, other))
    assert two.width == pytest.approx(one.width, rel=0.02)
    assert two.length == pytest.approx(one.length, rel=0.03)
    assert two.coherence == pytest.approx(one.coherence, rel=0.01)


def test_a_picture_s_size_does_not_matter():
    picture = cv2.GaussianBlur(strokes(20, 100, 30, (1536, 2048)), (0, 0), 3)
    small = cv2.resize(picture, LONG[::-1], interpolation=cv2.INTER_AREA)
    one, two = brushwork(picture), brushwork(small)
    assert (one.width, one.length) == pytest.approx((two.width, two.length), rel=0.03)
    assert tones(picture).detail == pytest.approx(tones(small).detail, rel=0.05)
    assert tones(picture).variety == pytest.approx(tones(small).variety, rel=0.05)


@pytest.mark.parametrize("octave", range(len(OCTAVES_PX) - 1))
@pytest.mark.parametrize("upright", [False, True])
def test_a_wave_lies_in_its_octave(octave, upright):
    length = 2**0.5 * OCTAVES_PX[octave + 1]
    wave = 0.5 + 0.2 * np.cos(2 * np.pi * np.arange(LONG[upright]) / length)
    detail = tones(gray(wave[None] if upright else wave[:, None])).detail
    assert np.argmax(detail) == octave
    assert detail[octave] ** 2 > 0.95 * np.square(detail).sum()


@given(level=st.floats(0, 1), swing=st.floats(0, 0.3), seed=st.integers(0, 2**31))
@settings(max_examples=8)
def test_a_gray_picture_has_no_color(level, swing, seed):
    noise = np.random.default_rng(seed).random(LONG, np.float32)
    found = tones(gray((level + swing * (noise - 0.5)).clip(0, 1)))
    # OpenCV's conversion gives grays a chroma of up to 0.14.
    assert found.variety == pytest.approx(0, abs=0.15)
    assert np.nan_to_num(found.chroma) == pytest.approx(0, abs=0.15)


def test_chroma_is_that_of_its_own_light():
    picture = gray(np.where(np.arange(LONG_PX) < 512, 0.1, 0.6)[None])
    picture[:, :512, 2] = 0.5  # the dark half is blue
    dark, dim, bright, light = tones(picture).chroma
    assert dark > 40
    assert bright == pytest.approx(0, abs=0.15)
    assert np.isnan([dim, light]).all()


def test_quantiles_of_a_ramp_of_light_are_even():
    ramp = np.linspace(0, 100, LONG_PX, dtype=np.float32)
    lab = np.zeros((*LONG, 3), np.float32)
    lab[..., 0] = ramp
    light = tones(cv2.cvtColor(lab, cv2.COLOR_LAB2RGB)).light
    assert light == pytest.approx([100 * share for share in QUANTILES], abs=0.5)


def test_colors_vary_the_less_the_paler_they_are():
    lively = strokes(6, 30)
    varieties = [tones(0.4 + part * (lively - 0.4)).variety for part in (0, 0.3, 1)]
    assert varieties == sorted(set(varieties))
    assert varieties[0] == pytest.approx(0, abs=0.05)
