"""Painted faces compared by chips or by boxes."""

from pathlib import Path

import pytest
import torch

from training.face_descriptor import CHIP_PX
from training.face_loss import aligned, boxed, face_measure
from training.fast_losses import Aims
from training.openface import SIDE_PX, OpenFace
from training.styled_contents import Batch

SHARED = Path(__file__).parents[3] / "shared"
needs_dlib = pytest.mark.skipif(not (SHARED / "weights/dlib_face").is_dir(), reason="no ../shared")
BOX = (20.0, 30.0, 116.0, 126.0)  # 96 px large


def batch_of(boxes=(BOX,), which=(1,)):
    torch.manual_seed(0)
    photos = torch.nn.functional.avg_pool2d(torch.rand(2, 3, 160, 160), 5, 1, 2) * 2 - 1
    matrix = torch.tensor([[1.2, 0, -9.0], [0, 1.2, -20]])
    matrices = matrix.expand(len(which), 2, 3)
    return Batch(photos, torch.tensor(which), matrices, torch.tensor(boxes))


@pytest.fixture
def openface_file(tmp_path):
    torch.manual_seed(0)
    torch.save(OpenFace().state_dict(), tmp_path / "openface.pth")
    return tmp_path / "openface.pth"


def test_a_box_of_its_own_size_is_cut_as_it_is():
    batch = batch_of()
    cut = boxed(batch.photos, batch, SIDE_PX)
    assert torch.allclose(cut[0], batch.photos[1, :, 30:126, 20:116], atol=1e-5)


def test_a_box_is_resized_to_a_square():
    batch = batch_of(boxes=((0.0, 0.0, 160.0, 80.0), BOX), which=(0, 1))
    cut = boxed(batch.photos, batch, SIDE_PX)
    assert cut.shape == (2, 3, SIDE_PX, SIDE_PX)
    assert abs(cut[0].mean() - batch.photos[0, :, :80].mean()) < 0.01


def test_without_boxes_that_is_said():
    nobody_known = batch_of(boxes=((float("nan"),) * 4,))
    with pytest.raises(ValueError, match="only points are known"):
        boxed(nobody_known.photos, nobody_known, SIDE_PX)


@needs_dlib
def test_openface_describes_boxes_only(openface_file):
    with pytest.raises(ValueError, match="--face-boxes"):
        face_measure(SHARED, openface_file)


def ways(openface_file):
    return {
        "chips": face_measure(SHARED),
        "boxes": face_measure(SHARED, boxes=True),
        "openface": face_measure(SHARED, openface_file, boxes=True),
    }


@needs_dlib
@pytest.mark.parametrize("name", ["chips", "boxes", "openface"])
def test_the_gradient_flows_to_what_is_painted_and_only_there(openface_file, name):
    way, batch = ways(openface_file)[name], batch_of()
    batch.photos.requires_grad_()
    out = (batch.photos.detach() * 0.5).requires_grad_()
    aims = Aims(None, way.descriptor, {}, 1.0, way.cut)
    distance = aims.face_distance(out, batch)
    distance.backward()
    assert distance > 0
    assert batch.photos.grad is None
    assert out.grad.isfinite().all()
    assert out.grad[1].abs().sum() > 0
    assert not out.grad[0].any(), "a picture without a face"
    if name != "chips":
        beyond = out.grad[1].clone()
        beyond[:, 29:127, 19:117] = 0  # its edge lies between pixels
        assert not beyond.any(), "beyond the box nothing is asked for"


@needs_dlib
@pytest.mark.parametrize("name", ["chips", "boxes", "openface"])
def test_a_face_is_at_no_distance_from_itself(openface_file, name):
    way, batch = ways(openface_file)[name], batch_of()
    aims = Aims(None, way.descriptor, {}, 1.0, way.cut)
    assert aims.face_distance(batch.photos, batch) < 1e-9
    shown = aligned if name == "chips" else way.cut
    side = SIDE_PX if name == "openface" else CHIP_PX
    assert shown(batch.photos, batch).shape == (1, 3, side, side)


@needs_dlib
def test_descriptors_of_boxes_lie_on_the_unit_sphere(openface_file):
    for boxes in ("boxes", "openface"):
        way, batch = ways(openface_file)[boxes], batch_of()
        with torch.inference_mode():
            found = way.descriptor(way.cut(batch.photos / 2 + 0.5, batch))
        assert found.norm(dim=1) == pytest.approx(1, abs=1e-5)
