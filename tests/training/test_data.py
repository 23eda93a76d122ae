import cv2
import numpy as np
import pytest
import torch
from torch import nn

from pipeline.stages.parse import Part
from tests.training_sets import easyportrait, face_mask, points68, shared
from training import landmarks
from training.checks import DatasetError
from training.easyportrait import EasyPortrait, check
from training.faces import WEIGHTS, load_shared
from training.labels import NINE_PERSON, PERSON, UNKNOWN
from training.pack import PackError, pack
from training.samples import face_in, read_mask


@pytest.fixture
def portraits(tmp_path):
    return easyportrait(tmp_path / "easyportrait", {"train": 3, "val": 1, "test": 1})


def test_easyportrait_pairs_photos_with_masks(portraits):
    check(portraits)
    data = EasyPortrait(portraits, "train")
    assert len(data) == 3
    sample = data[0]
    assert sample.photo.shape == (64, 64, 3)
    assert set(np.unique(sample.labels)) == {0, NINE_PERSON, *range(2, 9)}
    assert (sample.labels == NINE_PERSON).sum() == (face_mask(64) == 1).sum()


def test_a_face_lies_where_its_parts_are(portraits):
    x, y, height = EasyPortrait(portraits, "train")[0].face
    assert (x, y) == pytest.approx((31.5, 35.5), abs=1)
    assert height == pytest.approx(40, abs=2)
    assert face_in(np.zeros((9, 9), np.uint8)) is None


def spoil_class(folder):
    cv2.imwrite(str(folder / "annotations/train/train1.png"), np.full((64, 64), 9, np.uint8))
    return "train1.png", "also holds 9"


def spoil_size(folder):
    cv2.imwrite(str(folder / "annotations/train/train1.png"), np.zeros((64, 60), np.uint8))
    return "train1.png", "64 x 64 px were wanted"


def spoil_mask(folder):
    (folder / "annotations/train/train1.png").unlink()
    return "train1.jpg", "is missing"


def spoil_photo(folder):
    (folder / "images/val/val0.jpg").unlink()
    return "val0.png", "photo is missing"


def spoil_bytes(folder):
    file = folder / "images/train/train2.jpg"
    file.write_bytes(file.read_bytes()[:900])
    return "train2.jpg", "cannot be read"


def spoil_all(folder):
    for file in folder.rglob("test*.*"):
        file.unlink()
    return "images/test", "there are none"


@pytest.mark.parametrize(
    "spoil", [spoil_class, spoil_size, spoil_mask, spoil_photo, spoil_bytes, spoil_all]
)
def test_an_unusable_file_is_named_before_training(portraits, spoil):
    name, reason = spoil(portraits)
    with pytest.raises(DatasetError) as error:
        check(portraits)
    (problem,) = error.value.problems
    assert name in problem
    assert reason in problem
    assert problem in str(error.value)


def test_every_unusable_file_is_counted_and_the_first_twenty_are_named(tmp_path):
    folder = easyportrait(tmp_path, {"train": 23, "val": 1, "test": 1}, side=16)
    for file in (folder / "annotations/train").iterdir():
        file.write_bytes(b"")
    with pytest.raises(DatasetError, match="23 problems") as error:
        check(folder)
    assert str(error.value).count("cannot be read") == 20
    assert "3 more" in str(error.value)


class Teacher(nn.Module):
    """See skin everywhere; count the looks."""

    looks = 0

    def __init__(self):
        super().__init__()
        self.unused = nn.Parameter(torch.zeros(1))

    def forward(self, x):
        self.looks += 1
        logits = torch.zeros(len(x), len(Part), *x.shape[2:])
        logits[:, Part.SKIN] = 9
        return logits


def test_shared_sets_become_labels_and_what_is_unknown_stays_unknown(tmp_path):
    drawn = load_shared(shared(tmp_path / "data"), None, tmp_path / "taught")
    assert drawn.weights == [WEIGHTS[kind] for kind in WEIGHTS for _ in range(2)]
    faces, wild, people, pointed = (set(np.unique(drawn.samples[i].labels)) for i in (0, 2, 4, 6))
    assert faces == {*range(9), Part.BODY_SKIN} - {Part.PERSON}  # its person is all neck
    assert wild == people == {0, PERSON}
    assert pointed == {Part.SKIN, Part.LEFT_EYE, Part.RIGHT_EYE, Part.LIPS, Part.TEETH, UNKNOWN}
    assert [s.solid for s in drawn.samples] == [True] * 6 + [False] * 2


def test_the_teacher_marks_only_persons_and_is_asked_once(tmp_path):
    data, teacher = shared(tmp_path / "data"), Teacher()
    first = load_shared(data, teacher, tmp_path / "taught").samples[2].labels
    assert teacher.looks == 2
    assert ((first == Part.SKIN) & (face_mask(64) == 0)).sum() == 0
    assert (first == Part.SKIN).sum() > 500
    again = load_shared(data, teacher, tmp_path / "taught").samples[2].labels
    assert teacher.looks == 2
    np.testing.assert_array_equal(first, again)


def test_the_shared_sets_are_checked_too(tmp_path):
    data = shared(tmp_path / "data")
    cv2.imwrite(str(data / "face_parsing/masks/f1.png"), np.full((64, 64), 19, np.uint8))
    (data / "landmarks/images/l0.jpg").unlink()
    with pytest.raises(DatasetError) as error:
        load_shared(data, None, tmp_path / "taught")
    assert len(error.value.problems) == 2
    assert "f1.png" in error.value.problems[0]
    assert "l0" in error.value.problems[1]


def test_points_become_parts_on_the_persons_own_side():
    labels = landmarks.drawn(points68(160), (160, 160))
    columns = {
        part: np.nonzero(labels == part)[1].mean() for part in (Part.LEFT_EYE, Part.RIGHT_EYE)
    }
    assert columns[Part.RIGHT_EYE] == pytest.approx(50, abs=1)
    assert columns[Part.LEFT_EYE] == pytest.approx(110, abs=1)
    assert labels[115, 80] == Part.TEETH
    assert labels[90, 80] == Part.SKIN
    assert labels[2, 2] == UNKNOWN


def test_a_closed_mouth_shows_no_teeth_and_an_eye_turned_away_stays_unknown():
    points = points68(160)
    points[landmarks.MOUTH, 1] = 115
    points[42:48, 0] = 110 + (points[42:48, 0] - 110) * 0.3
    labels = landmarks.drawn(points, (160, 160))
    assert not np.isin(labels, (Part.TEETH, Part.LEFT_EYE)).any()
    assert (labels == Part.RIGHT_EYE).any()


def test_a_packed_folder_is_small_and_trains_as_the_sets_do(tmp_path):
    data = shared(tmp_path / "data")
    quality = pack(data, tmp_path / "packed", limit_mb=0.2, side=32)
    assert 30 <= quality <= 90
    packed = load_shared(tmp_path / "packed", None, tmp_path / "taught")
    whole = load_shared(data, None, tmp_path / "taught")
    assert packed.weights == whole.weights
    for a, b in zip(packed.samples, whole.samples, strict=True):
        k = a.photo.shape[0] / b.photo.shape[0]
        assert a.photo.shape[:2] == a.labels.shape
        assert set(np.unique(a.labels)) <= set(np.unique(b.labels))
        if a.face:
            assert a.face == pytest.approx([k * v for v in b.face], abs=1.5)
    test = "face_parsing_test/masks/f0.png"
    np.testing.assert_array_equal(read_mask(tmp_path / "packed" / test), read_mask(data / test))


def test_what_does_not_fit_is_not_packed(tmp_path):
    data = shared(tmp_path / "data")
    with pytest.raises(PackError, match=r"do not fit into 0\.02 MB"):
        pack(data, tmp_path / "packed", limit_mb=0.02, side=64)
    assert not (tmp_path / "packed").exists()
    (data / "people").rename(tmp_path / "elsewhere")
    with pytest.raises(PackError, match="people"):
        pack(data, tmp_path / "packed", limit_mb=50, side=64)
