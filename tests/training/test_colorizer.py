"""What the colorizer is shown, and what it should say of it."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from pipeline.nets.light_colorizer import COLORS, PARTS, LightColorizer
from pipeline.stages.colorize import APART, SIDE, STEP, colors
from pipeline.stages.parse import Part
from training import color_views
from training.color_views import Parsed, shown, view, whole
from training.colorizer import balance, loss_of, shares

RNG = np.random.default_rng(0)
MOST = APART * (SIDE // 2)


def photo_of(color, *, weight=1.0, part=Part.PERSON):
    """Return a photo, 60 px high, of one color, lighter from left to right, and its parse."""
    light = np.linspace(0.5, 1, 80)[None, :, None]
    pixels = (np.array(color) * light * np.ones((60, 1, 1))).astype(np.uint8)
    parts = np.zeros((30, 40, len(Part)), np.uint8)
    parts[..., part] = 255
    return Parsed(pixels, parts, weight)


def test_the_grid_is_what_the_network_says():
    assert len(colors()) == COLORS
    assert len(Part) == PARTS
    said = LightColorizer(8)(torch.zeros(2, 1 + PARTS, 64, 96))
    assert said.shape == (2, COLORS, 64 // STEP, 96 // STEP)


@given(st.floats(-MOST, MOST), st.floats(-MOST, MOST))
def test_shares_are_of_the_colors_around_a_color_and_their_mean_is_it(a, b):
    shared = shares(torch.tensor([a, b], dtype=torch.float64)[None, :, None, None]).numpy().ravel()
    assert shared.sum() == pytest.approx(1)
    assert (shared > 0).sum() <= 4
    np.testing.assert_allclose(shared @ colors(), (a, b), atol=1e-4)


def test_a_color_beyond_the_grid_is_at_its_border():
    shared = shares(torch.tensor([200.0, 0.0])[None, :, None, None]).numpy().ravel()
    np.testing.assert_allclose(shared @ colors(), (MOST, 0), atol=1e-4)


def test_who_says_what_is_wanted_loses_less_and_skin_counts_more():
    ab, plain, even = torch.full((1, 2, 4, 4), 24.0), torch.zeros(1, 4, 4), torch.ones(SIDE**2)
    right = 20 * shares(ab)
    wrong = 20 * shares(-ab)
    assert loss_of(right, ab, plain, even) < 0.01 < 5 < loss_of(wrong, ab, plain, even)
    half, skin = torch.cat([right[:, :, :2], wrong[:, :, 2:]], 2), plain.clone()
    skin[:, 2:] = 1
    assert loss_of(half, ab, skin, even) > 1.2 * loss_of(half, ab, plain, even)


def test_rare_colors_count_more(monkeypatch):
    monkeypatch.setattr("training.colorizer.COUNTED", 60)
    often, rare = photo_of((200, 120, 90), weight=1.0), photo_of((60, 90, 220), weight=0.1)
    counts = balance([often, rare]).numpy()
    share = [
        shares(torch.from_numpy(view(photo, np.random.default_rng(0)).ab[None])).mean((0, 2, 3))
        for photo in (often, rare)
    ]
    one, other = (float(counts @ each.numpy()) for each in share)
    assert other > 1.5 * one
    assert np.isfinite(counts).all()


@pytest.mark.parametrize("seed", range(6))
def test_a_view_is_gray_and_has_the_photos_colors_and_parse(seed):
    seen = view(photo_of((200, 120, 90)), np.random.default_rng(seed))
    side = color_views.SIDE
    assert seen.seen.shape == (1 + PARTS, side, side)
    assert 0 <= seen.seen.min() <= seen.seen.max() <= 1
    assert seen.ab[0].min() > 5
    assert seen.seen[1 + Part.PERSON].min() > 0.95


def test_light_parse_and_color_lie_on_one_another_in_every_view():
    """Left of the middle all is blue, dark and background; right of it orange, light, a person."""
    pixels = np.zeros((60, 80, 3), np.uint8)
    pixels[:, :40], pixels[:, 40:] = (20, 30, 90), (240, 200, 120)
    parts = np.zeros((30, 40, len(Part)), np.uint8)
    parts[:, :20, Part.BACKGROUND], parts[:, 20:, Part.PERSON] = 255, 255
    photo = Parsed(pixels, parts, 1.0)
    for each in (whole(photo, RNG), *(view(photo, RNG) for _ in range(20))):
        person = each.seen[1 + Part.PERSON] > 0.5
        assert (person == (each.ab[1] > 0)).mean() > 0.97
        if person.any() and not person.all():
            assert each.seen[0][person].mean() > each.seen[0][~person].mean()


def test_a_parse_that_misses_skin_still_sums_to_one():
    pixels = np.full((64, 64, 3), (200, 150, 120), np.uint8)
    parts = np.zeros((64, 64, len(Part)), np.uint8)
    parts[..., Part.BODY_SKIN] = 255
    missed = [shown(pixels, parts, np.random.default_rng(seed)).seen[1:] for seed in range(20)]
    np.testing.assert_allclose([each.sum(0).mean() for each in missed], 1, atol=1e-5)
    bare = [each[Part.BODY_SKIN].mean() for each in missed]
    assert min(bare) < 0.6
    assert max(bare) == 1
