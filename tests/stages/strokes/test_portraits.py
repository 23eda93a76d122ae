"""A painter's light, part by part: whose it is, what moves and what stays the person's."""

from dataclasses import replace

import numpy as np
import pytest

from pipeline.stages.strokes.portraits import (
    bareness,
    measured,
    most_alike,
    parts_of,
    portraits_by,
)
from pipeline.stages.strokes.portrayed import DARKER, like_a_portrait, seen_through
from pipeline.types.portraits import CLOTH, GROUND, HAIR, SKIN, joined
from pipeline.variants import PORTRAIT_STYLES
from tests.stages.strokes.motifs import nobody

SIZE = 96, 128
BRUSHED = [key for key, style in PORTRAIT_STYLES.items() if style.brush]
STYLES = [*BRUSHED, *(key for key, style in PORTRAIT_STYLES.items() if style.printed)]
GRAY_WALL, COAT, BROWN, BARE = (70, 0, 2), (25, 0, -4), (25, 6, 10), (62, 14, 18)


def somebody():
    """Return a subject: a face, hair above it and a coat below it, in the middle of a picture."""
    h, w = SIZE
    maps = {name: np.zeros(SIZE, np.float32) for name in ("person", "skin", "hair")}
    maps["person"][h // 6 :, w // 3 : 2 * w // 3] = 1
    maps["hair"][h // 6 : h // 3, w // 3 : 2 * w // 3] = 1
    maps["skin"][h // 3 : 2 * h // 3, w // 3 : 2 * w // 3] = 1
    return replace(nobody(SIZE), **maps)


def picture(wall=GRAY_WALL, coat=COAT, hair=BROWN, skin=BARE, *, grain=2.0):
    """Return a picture of somebody in these colors, CIELAB."""
    which = parts_of(somebody()).argmax(-1)
    lab = np.array([wall, coat, hair, skin], np.float32)[which]
    lab[..., 0] += np.random.default_rng(0).normal(0, grain, SIZE)
    return lab


def means(lab):
    which = parts_of(somebody()).argmax(-1)
    return np.array([lab[which == part].mean(0) for part in range(4)])


def test_a_part_that_no_portrait_has_tells_none_from_another():
    portraits = portraits_by("rembrandt")
    weights = portraits.weights.copy()
    weights[:, HAIR] = 0
    bald = replace(portraits, weights=weights)
    own = measured(picture(), somebody())
    assert 0 <= most_alike(own, bald) < len(bald.fall)


@pytest.mark.parametrize("style", STYLES)
def test_the_table_says_of_each_portrait_what_its_parts_are_like(style):
    portraits = portraits_by(style)
    count = len(portraits.fall)
    assert count >= 10
    assert portraits.quantiles.shape == (count, 4, 17)
    assert (np.diff(portraits.quantiles, axis=-1) >= -0.1).all()
    assert (portraits.shares.sum(1) < 1.01).all()
    assert (portraits.shares[:, [GROUND, SKIN]] > 0).mean() > 0.9


def test_rembrandts_grounds_are_the_darkest_and_van_goghs_the_most_colorful():
    grounds = {style: portraits_by(style).means[:, GROUND] for style in BRUSHED}
    assert min(grounds, key=lambda style: np.median(grounds[style][:, 0])) == "rembrandt"
    chroma = {s: np.median(np.hypot(*each[:, 1:].T)) for s, each in grounds.items()}
    assert max(chroma, key=chroma.get) == "vangogh"
    with pytest.raises(ValueError, match="no style 'mist'"):
        portraits_by("mist")


def test_parts_sum_to_one_and_end_along_the_outline():
    subject = somebody()
    soft = replace(
        subject, person=np.linspace(0, 1, SIZE[1], dtype=np.float32)[None] + 0 * subject.skin
    )
    parts = parts_of(soft)
    np.testing.assert_allclose(parts.sum(-1), 1, atol=1e-5)
    assert (parts >= 0).all()
    assert ((parts[..., GROUND] > 0) & (parts[..., GROUND] < 1)).mean() < 0.25


def test_each_part_goes_to_the_portraits_own():
    wanted = picture((40, -20, 20), (50, 30, 0), (60, 20, 40), (50, 10, 30))
    portrait = measured(wanted, somebody())
    lab = picture()
    before, after, aim = (
        means(lab),
        means(like_a_portrait(lab, somebody(), 1.0, portrait, portrait)),
        means(wanted),
    )
    np.testing.assert_allclose(after[GROUND], 0.9 * aim[GROUND] + 0.1 * before[GROUND], atol=2.5)
    near = np.linalg.norm(after - aim, axis=1) / np.linalg.norm(before - aim, axis=1)
    assert near[GROUND] < 0.2 < near[CLOTH] < near[HAIR] < 1


def test_a_picture_that_is_the_portrait_stays_what_it_is():
    lab = picture((40, -20, 20), (50, 30, 0), (60, 20, 40), (50, 10, 30))
    own = measured(lab, somebody())
    np.testing.assert_allclose(
        means(like_a_portrait(lab, somebody(), 1.0, own, own)), means(lab), atol=1.5
    )


@pytest.mark.parametrize("style", BRUSHED)
@pytest.mark.parametrize("light", [28.0, 45.0, 62.0, 75.0])
def test_skin_of_every_tone_stays_as_dark_as_it_is_or_becomes_a_little_darker(style, light):
    portraits = portraits_by(style)
    lab = picture(skin=(light, 14, 18))
    for at in range(0, len(portraits.fall), 3):
        after = means(like_a_portrait(lab, somebody(), 1.0, portraits.one(at), portraits))[SKIN]
        assert light - DARKER - 1 < after[0] < light + 1.5
        assert np.hypot(*(after[1:] - (14, 18))) < 12


def test_a_bare_wall_falls_off_as_the_portraits_does():
    right = np.linspace(-20, 20, SIZE[1], dtype=np.float32)[None]
    wanted = picture(grain=0.5)
    wanted[..., 0] += right * parts_of(somebody())[..., GROUND]
    portrait = measured(wanted, somebody())
    assert portrait.fall[0, 0] > 20
    out = like_a_portrait(picture(grain=0.5), somebody(), 1.0, portrait, portrait)
    assert out[:, -20:, 0].mean() - out[:, :20, 0].mean() > 15
    flat = measured(picture(grain=0.5), somebody())
    even = like_a_portrait(picture(grain=0.5), somebody(), 1.0, flat, flat)
    assert abs(even[:, -20:, 0].mean() - even[:, :20, 0].mean()) < 2


def test_a_picture_is_most_like_itself_and_never_like_a_dull_one():
    walls = [
        (40, -20, 40),
        (60, 0, 50),
        (70, -50, 0),
        (50, 30, 30),
        (45, 0, 0),
        (60, 2, 1),
        (50, 1, 1),
    ]
    coats = [
        (30, 0, -20),
        (50, 20, 0),
        (70, 0, 10),
        (20, 10, 10),
        (25, 0, -4),
        (80, 0, 3),
        (30, 1, 1),
    ]
    every = [measured(picture(*pair), somebody()) for pair in zip(walls, coats, strict=True)]
    assert [most_alike(each, joined(every)) for each in every[:4]] == [0, 1, 2, 3]
    assert all(most_alike(dull, joined(every)) < 4 for dull in every[4:])


def test_a_picture_without_people_has_a_ground_alone():
    lab = np.full((*SIZE, 3), (60, 10, 20), np.float32)
    own = measured(lab, nobody(SIZE))
    assert own.shares[0] == pytest.approx([1, 0, 0, 0], abs=1e-3)
    portraits = portraits_by("vangogh")
    portrait = portraits.one(most_alike(own, portraits))
    assert bareness(lab, nobody(SIZE)) == 1
    out = like_a_portrait(lab, nobody(SIZE), 1.0, portrait, portraits)
    assert np.isfinite(out).all()
    assert not np.allclose(out, lab, atol=1)


def test_a_place_stays_the_place_that_it_is_but_for_the_dark():
    place = picture()
    place[:, : SIZE[1] // 3] = (30, -10, 10)
    place[:, 2 * SIZE[1] // 3 :] = (75, 10, -20)
    assert bareness(place, somebody()) == 0
    ground = parts_of(somebody())[..., GROUND] == 1

    def moved(high, bare):
        one = measured(picture((high, 20, 40)), somebody())
        return np.abs(like_a_portrait(place, somebody(), bare, one, one) - place)[ground].mean(0)

    assert (moved(85, 0.0) < 0.5 * moved(85, 1.0)).all()
    as_place, as_wall = moved(8, 0.0), moved(8, 1.0)
    assert as_place[0] > 0.9 * as_wall[0]
    assert (as_place[1:] < 0.6 * as_wall[1:]).all()


def test_parts_that_a_portrait_lacks_stay_as_they_are():
    lab = picture()
    wall = measured(np.full((*SIZE, 3), (40, -20, 20), np.float32), nobody(SIZE))
    out = like_a_portrait(lab, somebody(), 1.0, wall, wall)
    assert np.isfinite(out).all()
    np.testing.assert_allclose(means(out)[CLOTH:], means(lab)[CLOTH:], atol=1e-3)
    assert np.abs(means(out) - means(lab))[GROUND].max() > 10


@pytest.mark.parametrize("size", [(1, 1), (4, 3), (9, 200)])
def test_tiny_pictures_say_nothing_and_stay_finite(size):
    lab = np.full((*size, 3), (50, 5, 5), np.float32)
    own, portraits = measured(lab, nobody(size)), portraits_by("rembrandt")
    at = most_alike(own, portraits)
    bare = bareness(lab, nobody(size))
    assert np.isfinite(like_a_portrait(lab, nobody(size), bare, portraits.one(at), portraits)).all()


def near_by():
    """Return somebody whose face's size is known."""
    subject = somebody()
    return replace(subject, away=2 * (1 - subject.skin), face=np.full(SIZE, 60, np.float32))


def test_a_light_ground_that_is_seen_through_dark_hair_goes_with_the_ground():
    subject = near_by()
    lab = picture(wall=(85, -10, -10), grain=0.5)
    h, w = SIZE
    curl = np.zeros(SIZE, bool)
    curl[h // 6 + 2 : h // 6 + 5, w // 2 - 3 : w // 2 + 3] = True  # within hair, near its edge
    lock = np.zeros(SIZE, bool)
    lock[h // 3 - 4 : h // 3 - 1, w // 2 - 3 : w // 2 + 3] = True  # far from any ground
    lab[curl], lab[lock] = (85, -10, -10), (85, 6, 10)  # as light, and of hair's own color
    through = seen_through(lab, subject)
    assert through[curl].mean() > 0.7
    assert through[lock].mean() < 0.05
    hair = (parts_of(subject)[..., HAIR] == 1) & ~curl & ~lock
    assert through[hair].mean() < 0.05
    dark = measured(picture((8, 0, 5)), subject)
    out = like_a_portrait(lab, subject, 1.0, dark, dark)
    assert out[curl][:, 0].mean() < 50 < 75 < out[lock][:, 0].mean()


def test_what_shows_between_strands_and_is_called_cloth_goes_with_the_ground_by_its_color():
    h, w = SIZE
    hole = np.zeros(SIZE, bool)
    hole[h // 3 - 6 : h // 3 - 3, w // 2 - 2 : w // 2 + 1] = True  # among hair
    subject = near_by()
    subject = replace(subject, hair=np.where(hole, 0, subject.hair).astype(np.float32))
    for color, seen in (((70, -16, -6), True), (COAT, False)):
        lab = picture(wall=(72, -16, -6), grain=0.5)
        lab[hole] = color
        assert (seen_through(lab, subject)[hole].mean() > 0.6) == seen


def test_skin_goes_less_far_to_one_portrait_than_to_all_of_a_painters():
    pale = measured(picture(skin=(60, 4, 6)), somebody())
    lab, skin = picture(), picture() * 0 + parts_of(somebody())[..., SKIN, None]
    one, all_of = (
        like_a_portrait(lab, somebody(), 1.0, pale, known) for known in (None, joined([pale] * 3))
    )
    moved = [np.abs(((out - lab) * skin)[..., 1:]).sum() for out in (one, all_of)]
    assert 0 < moved[0] < 0.6 * moved[1]


def test_blond_hair_before_a_light_wall_is_all_hair():
    lab = picture(wall=(80, 0, 5), hair=(70, 5, 20))
    subject = near_by()
    assert seen_through(lab, subject).mean() < 0.01
