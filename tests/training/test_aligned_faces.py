"""Faces brought to one another's landmarks: whole ones, parts, chips."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.ops.tps import warp
from training.aligned_faces import (
    FINER,
    PARTS,
    bent_patches,
    bent_plain,
    chip_matrices,
    part_patches,
    parts_of,
    plain,
    squares,
    whole,
)
from training.aligned_pairs import MIRRORED, PairsDataset, as_pairs, batches, mirrored, pose, seen
from training.face_descriptor import FIVE, to_chip
from training.portrait_faces import CUT, NARROW, Portrait, cut_out, height, middle

SIDE = 128


def face(seed=0, jitter=0.02):
    """Return the 68 points of a face around 0, some 1 high."""
    t = np.linspace(0, np.pi, 17)
    jaw = np.stack([-0.45 * np.cos(t), 0.55 * np.sin(t)], 1)
    brows = [[x, -0.3 - 0.03 * (i % 5 == 2)] for i, x in enumerate(np.linspace(-0.36, 0.36, 10))]
    nose = [[0, y] for y in np.linspace(-0.2, 0.1, 4)]
    nose += [[x, 0.15] for x in np.linspace(-0.1, 0.1, 5)]
    round_ = np.linspace(np.pi, 3 * np.pi, 7)[:-1]
    eyes = [[x + 0.09 * np.cos(a), -0.18 + 0.04 * np.sin(a)] for x in (-0.2, 0.2) for a in round_]
    lips = [
        [r * np.cos(a), 0.3 + 0.4 * r * np.sin(a)]
        for r, n in ((0.18, 12), (0.12, 8))
        for a in np.linspace(np.pi, 3 * np.pi, n + 1)[:-1]
    ]
    points = np.concatenate([jaw, brows, nose, eyes, lips])
    return points + np.random.default_rng(seed).normal(0, jitter, points.shape)


def points(count=2, size=70.0, seed=0):
    """Return points of faces in views, (B, 68, 2) px."""
    return torch.from_numpy(
        np.stack([size * face(seed + i) + SIDE / 2 for i in range(count)]).astype(np.float32)
    )


def other(mine):
    """Return the points of a face of other proportions, some pixels from these."""
    x, y = ((mine - SIDE / 2) / 35).unbind(2)
    return mine + 4 * torch.stack([x * y, y + 0.5 * torch.sin(2 * x)], 2)


def spots_at(places):
    """Draw a soft spot at each of (N, 2) px, one a picture, (N, 1, S, S)."""
    y, x = torch.meshgrid(torch.arange(SIDE), torch.arange(SIDE), indexing="ij")
    apart = (x - places[:, 0, None, None]) ** 2 + (y - places[:, 1, None, None]) ** 2
    return torch.exp(-apart / 8)[:, None]


def brightest(pictures):
    """Return the middle of what is bright in each picture, (N, 2) px."""
    shown = pictures[:, 0].clamp_min(0.2) - 0.2
    y, x = torch.meshgrid(*(torch.arange(n) for n in shown.shape[1:]), indexing="ij")
    total = shown.sum((1, 2))
    return torch.stack([(shown * axis).sum((1, 2)) / total for axis in (x, y)], 1)


@pytest.mark.parametrize("point", [8, 30, 36, 54])
def test_a_whole_face_is_brought_to_the_points_of_another(point):
    mine = points(1)
    theirs = other(mine)
    bent = warp(spots_at(theirs[:, point]), whole(mine, theirs, SIDE))
    assert torch.allclose(brightest(bent), mine[:, point], atol=1.5)


def test_the_border_stays_where_it_is():
    spline = whole(points(1), other(points(1)), SIDE)
    corner = torch.tensor([[[-0.5, -0.5], [127.5, 127.5]]])
    assert torch.allclose(spline(corner), corner, atol=2.0)


def test_a_bent_patch_has_its_points_where_the_wanted_face_has_them():
    mine = points(1)
    theirs = other(mine)
    corner, size = squares(mine)
    for part, number in ((0, 36), (2, 33), (3, 57)):
        patch = bent_patches(spots_at(theirs[:, number]), theirs, mine, 48)[part : part + 1]
        aim = (mine[0, number] - corner[part]) / size[part] * 48 - 0.5
        assert torch.allclose(brightest(patch), aim, atol=1.5)


def test_a_patch_bent_to_its_own_points_is_the_patch():
    mine = points()
    picture = torch.nn.functional.interpolate(torch.rand(2, 3, 16, 16), SIDE, mode="bicubic")
    one, other = part_patches(picture, mine, 48), bent_patches(picture, mine, mine, 48)
    assert one.shape == (2 * len(PARTS), 3, 48, 48)
    assert (one - other).abs().max() < 0.02


def test_parts_hold_their_points_only():
    mine = points(1)
    assert parts_of(mine).shape == (4, 20, 2)
    assert torch.equal(parts_of(mine)[2, 8], mine[0, 35])
    assert torch.equal(parts_of(mine)[2, 19], mine[0, 35])


@given(st.floats(0.5, 2), st.floats(-0.5, 0.5), st.integers(0, 9))
@settings(max_examples=20)
def test_chips_are_cut_as_dlib_does(size, turn, seed):
    c, s = np.cos(turn), np.sin(turn)
    turned = 70 * size * face(seed, 0.0) @ np.array([[c, s], [-s, c]]) + 60
    found = chip_matrices(torch.from_numpy(turned[None].astype(np.float32)))[0].numpy()
    wanted = to_chip(turned[list(FIVE)])
    assert np.abs(found - wanted).max() < 0.35 or np.abs(found[:, :2] - wanted[:, :2]).max() < 0.05


def portrait(seed=0, side=200):
    noise = np.random.default_rng(seed).integers(0, 255, (side, side, 3)).astype(np.uint8)
    return Portrait(noise, (90 * face(seed) + side / 2).astype(np.float32))


def test_mirroring_twice_changes_nothing():
    once = portrait()
    twice = mirrored(mirrored(once))
    assert np.array_equal(MIRRORED[MIRRORED], np.arange(68))
    assert np.array_equal(twice.picture, once.picture)
    assert np.allclose(twice.points, once.points)
    assert mirrored(once).points[36, 0] < mirrored(once).points[45, 0]


def test_a_view_has_the_face_in_its_middle_and_its_points_move_along():
    flat = np.zeros((200, 200, 3), np.uint8)
    one = Portrait(flat.copy(), portrait().points)
    x, y = one.points[33].round().astype(int)
    one.picture[y - 2 : y + 3, x - 2 : x + 3] = 255
    view = seen(one, 128, 2.0, np.array([0.5, 0.3, -0.2]))
    bright = torch.from_numpy(view.picture).permute(2, 0, 1)[None].float() / 255
    assert np.allclose(brightest(bright)[0], view.points[33], atol=1.5)
    assert height(view.points) == pytest.approx(64, rel=0.1)
    assert np.allclose(middle(seen(one, 128, 2.0).points), 63.5, atol=0.1)


def test_a_cut_is_wide_and_never_enlarged():
    wide = portrait(side=400)
    tall = height(wide.points)
    cut = cut_out(wide.picture, wide.points, 384)
    assert len(cut.picture) == round(CUT * tall)
    assert height(cut.points) == pytest.approx(tall, rel=0.01)
    shrunk = cut_out(wide.picture, wide.points, 100)
    assert shrunk.picture.shape == (100, 100, 3)
    assert height(shrunk.points) == pytest.approx(100 / CUT, rel=0.01)


def test_a_cut_stays_in_a_picture_that_ends_near_the_face():
    near = portrait(side=120)
    near.picture[:] = 0
    x, y = near.points[33].round().astype(int)
    near.picture[y - 2 : y + 3, x - 2 : x + 3] = 255
    cut = cut_out(near.picture, near.points, 384)
    assert NARROW <= cut.extent < 1.6
    bright = torch.from_numpy(cut.picture).permute(2, 0, 1)[None].float() / 255
    assert np.allclose(brightest(bright)[0], cut.points[33], atol=1)


def test_a_bent_portrait_is_as_sharp_as_one_that_is_not():
    noise = torch.from_numpy(seen(portrait(), 64 * FINER, 1.8).picture / np.float32(255))
    fine = noise.permute(2, 0, 1)[None]
    moved = points(1) / 2
    spline = whole(moved + 0.5, moved, 64)

    def energy(picture):
        return float(picture[..., 8:-8, 8:-8].diff(dim=3).square().mean())

    sharp = energy(plain(fine))
    assert energy(bent_plain(fine, spline)) > 0.65 * sharp
    assert energy(warp(plain(fine), spline)) < 0.4 * sharp


def test_points_of_finer_portraits_are_those_of_the_size_they_are_compared_at():
    one = portrait()
    batch = as_pairs([seen(one, 64, 1.8)], [seen(one, 64 * FINER, 1.8)], torch.device("cpu"))
    assert np.allclose(batch.points, batch.style_points, atol=0.01)
    assert batch.styles.shape[2] == FINER * batch.photos.shape[2]


def test_a_pose_is_the_same_of_faces_moved_turned_and_enlarged():
    c, s = np.cos(0.3), np.sin(0.3)
    one = face().astype(np.float32)
    other = (3 * one @ np.array([[c, s], [-s, c]]) + 7).astype(np.float32)
    assert np.allclose(pose(one), pose(other), atol=1e-4)


def test_portraits_meet_photos_that_look_the_same_way_each_portrait_as_often():
    narrow, broad = portrait(1), portrait(1)
    broad.points[:, 0] = (broad.points[:, 0] - 100) * 1.6 + 100
    photos, styles = [narrow, *[broad] * 3], [narrow, broad]
    pairs = PairsDataset(photos, styles, 64, 0, posed=True)

    def is_narrow(points):
        return bool(np.ptp(points[:, 0]) < 1.2 * np.ptp(narrow.points[:, 0]))

    def met(pairs, style):
        drawn = (pairs._partner(style.points, np.random.default_rng(i)) for i in range(40))
        return [is_narrow(each.points) for each in drawn]

    assert all(met(pairs, narrow))
    assert not any(met(pairs, broad))
    assert 0 < sum(met(PairsDataset(photos, styles, 64, 0, posed=False), narrow)) < 30
    # Most photos look one way; the portrait that looks the other way is shown as often.
    items = [pairs[i][3].numpy() for i in range(60)]
    widths = [np.ptp(points[:, 0]) / np.ptp(points[:, 1]) for points in items]
    assert 18 < sum(width < np.mean([min(widths), max(widths)]) for width in widths) < 42
    batch = next(batches(pairs, 3, torch.device("cpu"), 0))
    assert batch.photos.shape == (3, 3, 64, 64)
    assert batch.styles.shape == (3, 3, 64 * FINER, 64 * FINER)
    assert batch.photos.min() >= -1
    assert batch.photos.max() <= 1
    assert batch.style_points.shape == (3, 68, 2)
