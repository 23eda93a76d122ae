"""What figures are measured with: laws that hold whatever the pictures are."""

import sys
from dataclasses import replace
from itertools import pairwise

import cv2
import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.metrics import style_share as styles
from pipeline.metrics.boundary import boundary_score
from pipeline.metrics.content import content_likeness
from pipeline.metrics.gram_distance import gram_distance
from pipeline.metrics.hue import hue_shift
from pipeline.metrics.identity import ARCFACE, aligned, described, identity
from pipeline.metrics.iou import Overlap, class_iou, confusion, mean_iou, region_iou
from pipeline.metrics.rim import rim
from pipeline.metrics.seam import seam
from pipeline.metrics.similarity import EQUAL_DB, person_similarity, psnr, similarity
from pipeline.metrics.style_share import style_distance, style_of, style_shares
from pipeline.nets.vgg import Perceptual
from pipeline.ops.color import to_lab, to_rgb
from pipeline.types import Face

SEEDS = st.integers(0, 2**31)


def picture(seed, h=96, w=80):
    """Return soft noise in color, (H, W, 3)."""
    noise = np.random.default_rng(seed).random((h // 8, w // 8, 3), np.float32)
    return cv2.resize(noise, (w, h), interpolation=cv2.INTER_CUBIC).clip(0, 1)


def disc(x, y, radius, h=96, w=80):
    ys, xs = np.mgrid[:h, :w]
    return np.hypot(xs - x, ys - y) < radius


def face_at(x, y, size):
    """Return an upright face whose eyes are `size` px apart, with the mouth that ArcFace's has."""
    k = size / (ARCFACE[1, 0] - ARCFACE[0, 0])
    points = ((ARCFACE - ARCFACE.mean(0)) * k + (x, y)).astype(np.float32)
    return Face((x - size, y - size, x + size, y + size), points[:2], points[2:], 1.0)


def pixels_of(batch):
    """Describe a face by its own pixels, without their mean: a descriptor that knows any change."""
    return (batch - batch.mean()).reshape(1, -1)


@pytest.fixture(scope="module")
def features():
    """Return a small perceptual network with random weights."""
    torch.manual_seed(0)
    net = Perceptual((4, 5, 6, 7, 7), {"conv1_1": 7}, padding="reflect").requires_grad_(False)
    for module in net.features:
        if isinstance(module, torch.nn.Conv2d):
            torch.nn.init.kaiming_normal_(module.weight, nonlinearity="relu")
    return net


# Identity


@given(seed=SEEDS)
@settings(max_examples=10)
def test_a_picture_has_its_own_identity(seed):
    assert identity(picture(seed), picture(seed), face_at(40, 48, 25), pixels_of) == pytest.approx(
        1
    )


def test_identity_is_mutual_and_less_the_more_a_face_changes():
    photo, other, face = picture(0), picture(1), face_at(40, 48, 25)
    changed = [np.asarray(photo + k * (other - photo), np.float32) for k in (0, 0.2, 0.5, 1)]
    found = [identity(photo, each, face, pixels_of) for each in changed]
    assert all(one > next_ for one, next_ in pairwise(found))
    assert identity(other, photo, face, pixels_of) == pytest.approx(found[-1], abs=1e-6)


def test_what_is_not_the_face_is_not_compared():
    photo, face = picture(0, 300, 300), face_at(150, 150, 20)
    elsewhere = photo.copy()
    elsewhere[:60], elsewhere[240:] = 0, 1
    assert identity(photo, elsewhere, face, pixels_of) == pytest.approx(1, abs=1e-6)


def test_eyes_and_mouth_lie_where_descriptors_expect_them():
    face = face_at(150, 140, 50)
    turn = cv2.getRotationMatrix2D((150, 140), 25, 1.0)
    eyes, mouth = (p @ turn[:, :2].T + turn[:, 2] for p in (face.eyes, face.mouth))
    spots = np.zeros((300, 300, 3), np.float32)
    for x, y in np.concatenate([eyes, mouth]):
        cv2.circle(spots, (round(float(x)), round(float(y))), 4, (1, 1, 1), -1)
    shown = aligned(spots, replace(face, eyes=eyes, mouth=mouth))
    assert shown.shape == (112, 112, 3)
    _, _, _, centers = cv2.connectedComponentsWithStats((shown[..., 0] > 0.5).astype(np.uint8))
    np.testing.assert_allclose(
        centers[1:][np.lexsort(np.round(centers[1:] / 20).T)], ARCFACE, atol=1
    )


def test_a_picture_of_another_size_is_compared_at_the_photos():
    photo, face = picture(0, 192, 160), face_at(80, 96, 50)
    small = cv2.resize(photo, (80, 96), interpolation=cv2.INTER_AREA)
    assert identity(photo, small, face, pixels_of) > 0.99


def test_a_descriptor_sees_one_face_at_a_time_in_minus_one_to_one():
    seen = []

    def network(batch):
        seen.append(batch)
        return np.ones((1, 4), np.float32)

    assert described(picture(0), face_at(40, 48, 25), network) == pytest.approx(np.full(4, 0.5))
    assert [batch.shape for batch in seen] == [(1, 3, 112, 112)] * 2
    np.testing.assert_array_equal(seen[1], seen[0][..., ::-1])
    assert -1 <= min(b.min() for b in seen) < -0.5 < 0.5 < max(b.max() for b in seen) <= 1


@pytest.mark.parametrize("value", [0.0, np.nan])
def test_a_descriptor_without_direction_is_refused(value):
    with pytest.raises(ValueError, match="direction"):
        described(picture(0), face_at(40, 48, 25), lambda _: np.full((1, 4), value, np.float32))


# Seam


def test_the_seam_of_an_unblended_picture_is_0():
    mask = disc(40, 48, 25).astype(np.float32)
    assert seam(picture(0), picture(0), mask) == 0


@pytest.mark.parametrize("lighter", [5, 20])
def test_a_seam_is_as_visible_as_its_step_of_color(lighter):
    lab = np.full((200, 180, 3), (50, 10, 5), np.float32)
    inside = disc(90, 100, 60, 200, 180)
    set_in = lab + np.where(inside[..., None], (lighter, 0, 0), (0, 0, 0)).astype(np.float32)
    found = seam(to_rgb(lab), to_rgb(set_in), inside.astype(np.float32))
    assert found == pytest.approx(lighter, rel=0.1)


def test_a_step_that_the_painting_has_too_is_no_seam():
    inside = disc(90, 100, 60, 200, 180)
    painting = np.where(inside[..., None], picture(0, 200, 180) * 0.2, 0.9).astype(np.float32)
    assert seam(painting, painting, inside.astype(np.float32)) == 0


@pytest.mark.parametrize("value", [0, 1])
def test_a_mask_without_an_edge_has_no_seam(value):
    assert seam(picture(0), picture(1), np.full((96, 80), value, np.float32)) == 0


def test_a_seam_is_looked_for_in_pictures_of_one_size():
    with pytest.raises(ValueError, match="one size"):
        seam(picture(0), picture(0)[:90], np.ones((96, 80), np.float32))


# Overlap


@given(seed=SEEDS)
@settings(max_examples=20)
def test_regions_agree_fully_with_themselves_and_the_same_either_way(seed):
    one, other = np.random.default_rng(seed).random((2, 9, 7)) < 0.4
    assert region_iou(one, one) == 1
    assert region_iou(one, other) == region_iou(other, one)
    assert 0 <= region_iou(one, other) <= 1
    assert region_iou(one, ~one) == (0 if one.any() or (~one).any() else 1)


@given(seed=SEEDS)
@settings(max_examples=20)
def test_a_class_overlaps_as_its_region_does(seed):
    truth, guess = np.random.default_rng(seed).integers(0, 4, (2, 9, 7))
    found = class_iou(confusion(truth, guess, 5))
    assert found[:4] == pytest.approx([region_iou(guess == k, truth == k) for k in range(4)])
    assert np.isnan(found[4]), "nobody saw it"
    assert mean_iou(confusion(truth, guess, 5)) == pytest.approx(found[:4].mean())
    assert class_iou(confusion(truth, truth, 4)) == pytest.approx(1)


def test_pictures_are_added_before_they_are_divided():
    overlap = Overlap()
    overlap.add(disc(40, 48, 20), disc(40, 48, 20))
    overlap.add(disc(40, 48, 2), disc(10, 10, 2))
    assert overlap.iou > 0.9


def test_labels_of_other_sizes_or_classes_are_refused():
    with pytest.raises(ValueError, match=r"one size.*\(2, 3\).*\(3, 2\)"):
        confusion(np.zeros((2, 3), np.uint8), np.zeros((3, 2), np.uint8), 9)
    with pytest.raises(ValueError, match="0 to 8 were wanted, not 0 to 9"):
        confusion(np.zeros((1, 2), np.uint8), np.array([[0, 9]], np.uint8), 9)


# Boundary


@given(seed=SEEDS)
@settings(max_examples=20)
def test_the_boundary_score_is_the_same_either_way_and_1_for_the_same_region(seed):
    x, y, radius, *more = np.random.default_rng(seed).uniform(20, 60, 6)
    one, other = disc(x, y, radius / 2), disc(more[0], more[1], more[2] / 2)
    assert boundary_score(one, other) == boundary_score(other, one)
    assert 0 <= boundary_score(one, other) <= 1
    assert boundary_score(one, one) == 1


# Similarity


def test_a_picture_is_most_similar_to_itself_and_the_less_the_noisier_the_other():
    noise = np.random.default_rng(0).normal(0, 1, (96, 80, 3))
    others = [np.clip(picture(0) + k * noise, 0, 1).astype(np.float32) for k in (0, 0.03, 0.2)]
    found = [similarity(picture(0), other) for other in others]
    assert (found[0].ssim, found[0].fsimc) == pytest.approx((1, 1))
    assert found[0].gmsd == pytest.approx(0, abs=1e-3)
    for near, far in pairwise(found):
        assert near.ssim > far.ssim
        assert near.fsimc > far.fsimc
        assert near.gmsd < far.gmsd


def test_only_the_person_is_compared():
    person, mask = picture(0), disc(40, 48, 30).astype(np.float32)
    other = np.where(mask[..., None] > 0, person, picture(1)).astype(np.float32)
    assert person_similarity(person, other, mask).ssim == pytest.approx(1)
    assert similarity(person, other).ssim < 0.9


def test_a_person_who_is_too_thin_is_refused():
    with pytest.raises(ValueError, match="16 px wide"):
        person_similarity(picture(0), picture(0), disc(40, 48, 7).astype(np.float32))


def test_without_piq_it_is_said_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "piq", None)
    with pytest.raises(ImportError, match="pip install piq"):
        similarity(picture(0), picture(0))


def test_decibels():
    gray = np.full((8, 8, 3), 100, np.uint8)
    assert psnr(gray, gray) == EQUAL_DB
    assert psnr(gray + np.uint8(51), gray) == pytest.approx(-20 * np.log10(0.2), abs=1e-4)


# Rim


def test_a_rim_is_as_dull_as_it_is_darker_than_in_the_photo():
    mask, photo = (
        disc(40, 48, 20).astype(np.float32),
        picture(0) * np.float32(0.5) + np.float32(0.25),
    )
    lab = to_lab(photo)
    around = cv2.dilate(mask, np.ones((9, 9), np.uint8)) > mask
    darker = to_rgb(np.asarray(lab - np.where(around[..., None], (8, 0, 0), 0), np.float32))
    assert rim(photo, photo, mask) == 0
    assert rim(photo, darker, mask) == pytest.approx(8, abs=0.3)
    assert rim(darker, photo, mask) == pytest.approx(-8, abs=0.3)


def test_a_rim_needs_a_background():
    with pytest.raises(ValueError, match="background"):
        rim(picture(0), picture(0), np.ones((96, 80), np.float32))


# Style and content


def test_a_paintings_style_is_not_far_from_itself(features):
    assert gram_distance(picture(0), picture(0), features) == 0
    assert gram_distance(picture(1), picture(0), features) > 0.01


def test_only_what_is_shown_has_a_style(features):
    left = (np.arange(80) < 40).astype(np.float32) * np.ones((96, 1), np.float32)
    other = np.where(left[..., None] > 0, picture(0), picture(1)).astype(np.float32)
    one, two = (gram_distance(p, picture(2), features, shown=left) for p in (picture(0), other))
    assert one == pytest.approx(two, rel=1e-4)
    with pytest.raises(ValueError, match="empty"):
        gram_distance(picture(0), picture(1), features, shown=0 * left)


def test_content_is_all_there_in_the_same_picture_and_lighter_ones_keep_more_than_others(features):
    photo = picture(0)
    lighter = np.asarray(0.2 + 0.8 * photo, np.float32)
    assert content_likeness(photo, photo, features) == pytest.approx(1)
    likeness = [content_likeness(photo, other, features) for other in (lighter, picture(1))]
    assert likeness[0] > likeness[1]


@pytest.fixture(scope="module", autouse=True)
def small():
    """Compare styles at a size at which it does not take long."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(styles, "SHORT_PX", 64)
        yield


@pytest.fixture(scope="module")
def dark(features):
    """Return what twelve dark pictures have in common."""
    return style_of((picture(seed) * np.float32(0.2) for seed in range(12)), features)


def test_paintings_are_less_than_1_away_in_the_mean_and_others_more(features, dark):
    away = [style_distance(picture(s) * np.float32(0.2), dark, features) for s in range(12)]
    assert 0 < np.mean(away) < 1
    assert style_distance(picture(99), dark, features) > 1


def test_a_photo_has_no_share_of_style_and_what_comes_nearer_has_more(features, dark):
    photo = picture(99)
    pictures = [np.asarray(photo * k, np.float32) for k in (1, 0.6, 0.3)]
    shares = style_shares(photo, pictures, dark, features)
    assert shares[0] == 0
    assert 0 < shares[1] < shares[2] < 1
    assert style_shares(pictures[1], [photo], dark, features)[0] < 0


def test_the_mean_of_paintings_has_all_of_the_style(features, dark, monkeypatch):
    monkeypatch.setattr(styles, "statistics", lambda picture, _: picture)
    assert style_shares(dark.mean + 1, [dark.mean], dark, features) == [1]


def test_a_few_paintings_are_not_a_style(features):
    with pytest.raises(ValueError, match="8 paintings or more were wanted, not 3"):
        style_of((picture(seed) for seed in range(3)), features)


@given(SEEDS, st.floats(-179, 179))
@settings(max_examples=20)
def test_a_turned_hue_is_measured_and_light_is_not(seed, degrees):
    lab = to_lab(cv2.GaussianBlur(picture(seed), (0, 0), 8))
    lab[..., 0] = 50 + 10 * (lab[..., 0] - 50) / 50
    angle = np.random.default_rng(seed).uniform(0, 2 * np.pi)
    lab[..., 1:] = 30 * np.array([np.cos(angle), np.sin(angle)])
    turned = lab.copy()
    angle += np.radians(degrees)
    turned[..., 1:] = 30 * np.array([np.cos(angle), np.sin(angle)])
    turned[..., 0] += 5
    before, after = (to_rgb(each.astype(np.float32)) for each in (lab, turned))
    back = to_lab(after)[..., 1:]
    shift = hue_shift(before, after)
    assert shift is not None
    if np.abs(back - turned[..., 1:]).max() < 1:  # else no screen shows that color
        assert np.median(shift) == pytest.approx(abs(degrees), abs=2)


def test_a_gray_photo_has_no_hue_to_turn():
    assert hue_shift(np.full((40, 40, 3), 0.5, np.float32), picture(0, 40, 40)) is None
