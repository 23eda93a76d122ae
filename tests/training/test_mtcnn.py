"""MTCNN: its weights, its boxes, and that a face is found wherever it is."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torchvision.ops import box_iou

from training.checks import photos_in
from training.mtcnn import (
    CELL_PX,
    FINER,
    SHA256,
    Detector,
    ONet,
    PNet,
    RNet,
    corrected,
    each_once,
    pyramid,
    squares,
)
from training.mtcnn_figures import five_in, off
from training.samples import read_pixels

SHARED = Path(__file__).parents[3] / "shared"
WILD = SHARED / "data/portraits_in_the_wild"
needs_weights = pytest.mark.skipif(
    not (SHARED / "weights/mtcnn").is_dir() or not WILD.is_dir(), reason="no ../shared"
)
edges = st.integers(0, 60)
box = st.tuples(edges, edges, st.integers(1, 40), st.integers(1, 40)).map(
    lambda b: (b[0], b[1], b[0] + b[2], b[1] + b[3])
)
box_lists = st.lists(box, min_size=1, max_size=12)


@pytest.fixture(scope="module")
def detector():
    return Detector(SHARED)


def portrait(number):
    """Return a portrait and where its five points are."""
    file = photos_in(WILD / "images")[number]
    landmarks = json.loads((WILD / "landmarks49.json").read_text())[file.stem]
    return read_pixels(file), five_in(np.array(landmarks, np.float32))


def tensors(boxes):
    """Return boxes with scores, the first one the surest."""
    return torch.tensor(boxes).float(), 1 - torch.arange(len(boxes)) / len(boxes)


@pytest.mark.parametrize(
    ("net", "side", "parameters"), [(PNet, 12, 6_632), (RNet, 24, 100_178), (ONet, 48, 389_040)]
)
def test_a_network_judges_crops_of_its_size(net, side, parameters):
    torch.manual_seed(0)
    made = net()
    scores, corrections, *points = made(torch.zeros(2, 3, side, side))
    assert sum(p.numel() for p in made.parameters()) == parameters
    assert scores.flatten().shape == (2,)
    assert corrections.flatten(1).shape == (2, 4)
    assert [p.shape for p in points] == ([(2, 2, 5)] if net is ONet else [])


@given(box_lists)
def test_of_boxes_of_one_face_the_surest_stays(boxes):
    all_of, scores = tensors(boxes)
    kept = each_once(all_of, scores, 0.5)
    assert kept[0] == 0, "the surest of all"
    assert kept == sorted(kept), "the surest first"
    overlaps = box_iou(all_of, all_of)
    for one in kept:
        assert all(overlaps[one, other] <= 0.5 for other in kept if other != one)
    for left in set(range(len(boxes))) - set(kept):
        surer = [k for k in kept if k < left]
        assert any(shared_part(boxes[k], boxes[left]) > 0.5 for k in surer)
    assert each_once(all_of[kept], scores[kept], 0.5) == list(range(len(kept)))


def shared_part(one, other):
    """Return how much of the smaller box both have."""
    w, h = (min(one[i + 2], other[i + 2]) - max(one[i], other[i]) for i in (0, 1))
    small = min((b[2] - b[0]) * (b[3] - b[1]) for b in (one, other))
    return max(w, 0) * max(h, 0) / small


def test_a_box_in_a_box_is_the_same_face():
    boxes, scores = tensors([(0, 0, 100, 100), (30, 30, 60, 60), (200, 0, 260, 60)])
    assert each_once(boxes, scores, 0.7) == [0, 2]


@given(box_lists)
def test_squares_hold_their_boxes_around_the_same_middle(boxes):
    all_of, _ = tensors(boxes)
    made = squares(all_of)
    sizes = made[:, 2:] - made[:, :2]
    assert torch.allclose(sizes[:, 0], sizes[:, 1])
    assert torch.allclose(made[:, :2] + made[:, 2:], all_of[:, :2] + all_of[:, 2:])
    assert (made[:, :2] <= all_of[:, :2]).all()
    assert (made[:, 2:] >= all_of[:, 2:]).all()


def test_a_correction_is_in_parts_of_the_box():
    found = corrected(torch.tensor([[10.0, 20, 30, 60]]), torch.tensor([[0.5, 0, -0.5, 0.25]]))
    assert found.tolist() == [[20, 20, 20, 70]]


@given(st.tuples(st.integers(1, 900), st.integers(1, 900)), st.floats(12, 100))
def test_a_pyramid_goes_from_the_least_face_to_the_largest(size, least_px):
    sizes = pyramid(size, least_px)
    assert all(min(each) >= CELL_PX for each in sizes)
    if min(size) < least_px * (1 - 1e-6):
        assert sizes == []
    elif min(size) > least_px * (1 + 1e-6):
        largest = CELL_PX / min(sizes[-1]) * min(size)
        assert largest >= FINER * min(size) * 0.95


def test_a_missing_and_an_exchanged_file_are_named(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"pnet\.pt.*SHARED holds"):
        Detector(tmp_path)
    (tmp_path / "weights/mtcnn").mkdir(parents=True)
    (tmp_path / "weights/mtcnn/pnet.pt").write_bytes(b"something else")
    with pytest.raises(ValueError, match=f"pnet.pt: sha256 {SHA256['pnet']} was wanted"):
        Detector(tmp_path)


@needs_weights
def test_a_face_is_found_where_it_is(detector):
    photo, wanted = portrait(0)
    (face,) = detector(photo)
    h, w = photo.shape[:2]
    assert face.score > 0.9
    assert off(face.points, wanted) < 0.1
    assert (face.box >= 0).all()
    assert (face.box <= [w, h, w, h]).all()
    assert (face.box[:2] < wanted.min(0)).all()
    assert (face.box[2:] > wanted.max(0)).all()


@needs_weights
def test_a_moved_photo_has_the_same_face_moved(detector):
    photo, _ = portrait(0)
    (face,) = detector(photo, 80)
    shift = np.float32([30, 17])
    room = np.pad(photo, ((17, 0), (30, 0), (0, 0)), mode="edge")
    (moved,) = detector(room, 80)
    assert off(moved.points, face.points + shift) < 0.05
    assert np.abs(moved.box - face.box - np.tile(shift, 2)).max() < 0.05 * photo.shape[0]


@needs_weights
def test_a_photo_cut_through_a_face_has_boxes_within_it(detector):
    photo, wanted = portrait(0)
    bottom = int(wanted[3:].mean(0)[1]) + 12
    found = detector(np.ascontiguousarray(photo[:bottom]))
    for face in found:
        assert (face.box >= 0).all()
        assert face.box[3] <= bottom
    assert found


@needs_weights
@pytest.mark.parametrize("side", [1, 5, 12, 64])
def test_nobody_is_found_in_noise_however_small(detector, side):
    rng = np.random.default_rng(0)
    assert detector(rng.integers(0, 256, (side, 3 * side, 3), np.uint8)) == []
