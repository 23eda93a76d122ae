"""What the network of 68 points learns from, and how it is measured."""

from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.nets.landmarks_light import SIDE, STEP, LightLandmarks, read
from pipeline.ops.tps import warp
from pipeline.stages.landmarks import eyes_and_mouth
from tests.training_sets import points68
from tests.training_sets import shared as small_sets
from training import landmark_views
from training.face_finder import Found
from training.landmark_faces import (
    KEPT,
    Faces,
    found_at,
    held_out_photos,
    held_out_portraits,
    known_points,
)
from training.landmark_figures import read_by_eye
from training.landmark_net import error, heats, loss_of
from training.landmark_views import batch_of, bending, dabbed, hidden, led_back, seen_as
from training.likeness_faces import name_of
from training.pfld import FILE, Pfld

SHARED = Path(__file__).parents[3] / "shared"
POINTS = points68(90) + (KEPT - 90) / 2


@pytest.fixture
def faces():
    """Three flat faces, one of each kind; of the second the jaw is unknown."""
    pixels = np.full((3, KEPT, KEPT, 3), 90, np.uint8)
    points = np.repeat(POINTS[None], 3, 0).astype(np.float32)
    points[1, :17] = np.nan
    return Faces(pixels, 255 - pixels, points, np.arange(3), np.array(["a", "b", "c"]))


@given(st.lists(st.integers(1, 8), min_size=40, max_size=80))
def test_whole_names_are_held_out_and_exactly_as_many_photos(counts):
    stems = [f"Name{chr(97 + i % 26)}{chr(97 + i // 26)}_{k}" for i, n in enumerate(counts)
             for k in range(n)]  # fmt: skip
    out = held_out_photos(stems, 30)
    assert len(out) <= 30
    if counts.count(1) >= 8:
        assert len(out) == 30
    names = {name_of(stem) for stem in out}
    assert out == {stem for stem in stems if name_of(stem) in names}


def test_the_face_that_points_are_of_is_taken_or_one_around_them():
    own, other = Found(eyes_and_mouth(POINTS), 90.0), Found(eyes_and_mouth(POINTS) + 200, 95.0)
    assert found_at([other, own], POINTS) is own
    alone = found_at([other], POINTS)
    assert np.abs(alone.points - own.points).max() < 0.35 * 90
    assert alone.height == pytest.approx(90, rel=0.4)


def test_points_that_count_pixels_from_one_count_from_zero_here(tmp_path):
    found = known_points(small_sets(tmp_path))
    assert np.allclose(found["l0"], points68(64) - 1, atol=1e-3)


@settings(max_examples=20)
@given(st.integers(0, 2**32 - 1))
def test_points_go_where_the_picture_goes(seed):
    spline = bending(1, np.random.default_rng(seed))
    inside = torch.from_numpy(POINTS[None, ::5]).float()
    at = led_back(spline, inside)
    assert torch.allclose(spline(at), inside, atol=0.05)
    ramp = torch.stack(torch.meshgrid(torch.arange(KEPT), torch.arange(KEPT), indexing="xy"))
    seen = warp(ramp.float()[None], spline, (SIDE, SIDE), every=1)[0]
    for (x, y), wanted in zip(at[0].round().int().tolist(), inside[0], strict=True):
        if 0 < x < SIDE - 1 and 0 < y < SIDE - 1:
            assert (seen[:, y, x] - wanted).abs().max() < 2


def test_unknown_points_stay_unknown_and_the_others_are_known(faces, monkeypatch):
    monkeypatch.setattr(landmark_views, "SHARES", {"landmarks": 0, "wild": 1, "portraits": 0})
    views, points = batch_of(faces, 6, np.random.default_rng(0))
    assert views.shape == (6, 3, SIDE, SIDE)
    assert views.min() >= 0
    assert views.max() <= 1
    assert points[:, :17].isnan().all()
    assert points[:, 17:].isfinite().all()
    assert points[:, 36:48].sub(SIDE / 2).abs().max() < SIDE / 2


def test_a_mirrored_views_first_eye_is_still_on_the_left(faces):
    _, points = batch_of(faces, 24, np.random.default_rng(1))
    assert (points[:, 36, 0] < points[:, 45, 0]).all()
    assert (points[:, 48, 0] < points[:, 54, 0]).all()


@given(st.integers(0, 2**32 - 1))
def test_views_differ_and_keep_their_size(seed):
    rng = np.random.default_rng(seed)
    view = cv2.resize(rng.integers(0, 256, (8, 8, 3), np.uint8), (SIDE, SIDE))
    for change in (lambda v: dabbed(v, 100, rng), lambda v: hidden(v, rng)):
        changed = change(view)
        assert changed.shape == view.shape
        assert changed.dtype == np.uint8
        assert (changed == view).all(-1).mean() > 0.2
    assert seen_as(view, rng).shape == view.shape


def test_the_loss_falls_to_that_of_the_true_heat_maps():
    points = torch.full((1, 68, 2), 50.0)
    points[0, 1:, :] = torch.rand(67, 2, generator=torch.Generator().manual_seed(0)) * 80 + 20
    points[0, 5] = torch.nan

    class Said(LightLandmarks):
        def __init__(self, maps):
            super().__init__()
            self.maps = maps

        def logits(self, x):
            return self.maps

    true = heats(points.nan_to_num(), SIDE // STEP).clamp_min(1e-9).log()
    assert torch.allclose(read(true)[0, :5, :2], points[0, :5], atol=0.05)
    view = torch.zeros(1, 3, SIDE, SIDE)
    best = loss_of(Said(true), view, points)
    elsewhere = loss_of(Said(true.roll(2, 3)), view, points)
    flat = loss_of(Said(torch.zeros_like(true)), view, points)
    assert best.isfinite()
    assert best < elsewhere
    assert best < flat


def test_errors_are_in_distances_of_the_eyes_outer_corners():
    unit = POINTS[45, 0] - POINTS[36, 0]
    moved = POINTS + np.float32([0.05 * unit, 0])
    assert error(moved, POINTS) == pytest.approx(0.05, rel=1e-3)
    known = POINTS.copy()
    known[:17] = np.nan
    moved[:17] += 99
    assert error(moved, known) == pytest.approx(0.05, rel=1e-3)


@pytest.mark.skipif(not (SHARED / FILE).is_file(), reason="no ../shared")
def test_pfld_sees_a_mirrored_face_as_the_face_mirrored():
    file = next((SHARED / "data/portrait_styles/rembrandt").glob("*_001.jpg"))
    photo = cv2.imread(str(file))[:, :, ::-1]
    from training.face_finder import FaceFinder

    face = FaceFinder(SHARED, 640)(photo)[0]
    teacher = Pfld(SHARED)
    found = teacher(photo, face)
    assert np.linalg.norm(eyes_and_mouth(found) - face.points, axis=1).max() < 0.12 * face.height
    noise = np.random.default_rng(0).integers(0, 256, photo.shape, np.uint8)
    assert teacher.sure(noise, face) is None


def test_portraits_set_by_eye_are_read_with_what_hair_hides_unknown():
    known = read_by_eye()
    assert len(known) == 40
    for points in known.values():
        assert points.shape == (68, 2)
        assert np.isfinite(points[[36, 39, 42, 45, 33]]).all()
        assert (np.diff(points[[36, 39, 42, 45], 0]) > 0).all()
        assert 7 <= np.isfinite(points).all(1).sum() <= 12


@pytest.mark.skipif(not (SHARED / FILE).is_file(), reason="no ../shared")
def test_no_training_sees_the_portraits_set_by_eye():
    left_out = {"/".join(file.parts[-2:]) for file in held_out_portraits(SHARED / "data")}
    assert set(read_by_eye()) <= left_out
