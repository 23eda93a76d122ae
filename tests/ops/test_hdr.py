"""High dynamic range comes to what an ordinary screen shows."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from pipeline.ops.hdr import TO_709, WHITE, tone_mapped

KINDS = ("pq", "hlg")


def flat(*signal):
    return np.full((2, 3, 3), signal, np.float32)


def pq(light):
    """Return PQ's signal of a light in cd/m2 (ITU-R BT.2100, table 4)."""
    part = (light / 10000) ** (2610 / 16384)
    return ((3424 / 4096 + 2413 / 128 * part) / (1 + 2392 / 128 * part)) ** (2523 / 32)


def hlg(scene):
    """Return HLG's signal of a scene's light in [0, 1] (ITU-R BT.2100, table 5)."""
    if scene <= 1 / 12:
        return np.sqrt(3 * scene)
    return 0.17883277 * np.log(12 * scene - 0.28466892) + 0.55991073


def srgb(linear):
    return 1.055 * linear ** (1 / 2.4) - 0.055


@pytest.mark.parametrize("transfer", KINDS)
def test_black_is_black_and_the_brightest_is_white(transfer):
    assert np.abs(tone_mapped(flat(0.0), transfer)).max() < 0.005
    assert tone_mapped(flat(1.0), transfer).min() == pytest.approx(1)


@pytest.mark.parametrize("share", [0.02, 0.1, 0.18, 0.3])
def test_mid_grays_stay_what_they_are(share):
    light = share * WHITE
    assert tone_mapped(flat(pq(light)), "pq").mean() == pytest.approx(srgb(share), abs=0.035)
    scene = (light / 1000) ** (1 / 1.2)  # of a screen of 1000 cd/m2
    assert tone_mapped(flat(hlg(scene)), "hlg").mean() == pytest.approx(srgb(share), abs=0.035)


def test_both_kinds_show_the_same_light_alike():
    for light in (5, 26, 100, 203, 600):
        one = tone_mapped(flat(pq(light)), "pq")
        other = tone_mapped(flat(hlg((light / 1000) ** (1 / 1.2))), "hlg")
        assert np.abs(one - other).max() < 0.01


@pytest.mark.parametrize("transfer", KINDS)
def test_white_paper_is_bright_and_highlights_are_brighter(transfer):
    # BT.2408: white paper is at 58 % of PQ's signal, 75 % of HLG's.
    paper = {"pq": 0.58, "hlg": 0.75}[transfer]
    white, brighter = (tone_mapped(flat(v), transfer).mean() for v in (paper, paper + 0.06))
    assert 0.78 < white < brighter <= 1


@pytest.mark.parametrize("transfer", KINDS)
def test_more_light_is_never_darker_and_gray_stays_gray(transfer):
    ramp = np.repeat(np.linspace(0, 1, 256, dtype=np.float32)[None, :, None], 3, 2)
    shown = tone_mapped(ramp, transfer)
    assert np.diff(shown.mean(2)).min() >= -1e-5
    assert np.ptp(shown, axis=2).max() < 0.01


def test_colors_keep_their_hue():
    red = np.float32([0.5, 0.1, 0.1])
    wide = np.linalg.inv(TO_709) @ red * WHITE  # in BT.2020's primaries
    shown = tone_mapped(flat(*(pq(light) for light in wide)), "pq")[0, 0]
    assert shown[0] > shown[1] + 0.3
    assert shown[1] == pytest.approx(shown[2], abs=0.01)


@settings(max_examples=60)
@given(
    signal=arrays(np.float32, (2, 3, 3), elements=st.floats(0, 1, width=32)),
    transfer=st.sampled_from(KINDS),
)
def test_whatever_comes_can_be_shown(signal, transfer):
    shown = tone_mapped(signal, transfer)
    assert shown.dtype == np.float32
    assert np.isfinite(shown).all()
    assert shown.min() >= 0
    assert shown.max() <= 1 + 1e-6
