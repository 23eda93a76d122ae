"""Contents of any folder: nested, without landmarks, with files that cannot be read."""

from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch

from training import content_faces
from training.checks import DatasetError, photos_in
from training.content_faces import found_faces, read_contents, read_faces, write_faces
from training.face_descriptor import CHIP_PX, FOUND, five_of, to_chip
from training.mtcnn import Face
from training.styled_contents import batches, part

SHARED = Path(__file__).parents[3] / "shared"
WILD = SHARED / "data/portraits_in_the_wild/images"
CPU = torch.device("cpu")
POINTS = np.float32([[60, 60], [100, 60], [80, 82], [64, 104], [96, 104]])
FACE = Face(np.float32([45, 30, 115, 130]), POINTS, 0.99)


class OnceEach:
    """Stands in for MTCNN: a face in light photos, none in dark ones; counts what it sees."""

    seen = 0

    def __init__(self, *_, **__):
        pass

    def __call__(self, photo, least_px):
        OnceEach.seen += 1
        return [FACE] if photo.mean() > 100 else []


@pytest.fixture
def coco(tmp_path, monkeypatch):
    """Make a folder as COCO's: photos lie in folders, some of them of nobody."""
    monkeypatch.setattr(content_faces, "Detector", OnceEach)
    OnceEach.seen = 0
    for number in range(20):
        folder = tmp_path / "coco" / ("train2017" if number % 2 else "more/val2017")
        folder.mkdir(parents=True, exist_ok=True)
        photo = np.full((180, 160, 3), 200 if number % 4 < 2 else 50, np.uint8)
        cv2.imwrite(str(folder / f"{number:012}.jpg"), photo)
    (tmp_path / "run").mkdir()
    (tmp_path / "coco/annotations").mkdir()
    (tmp_path / "coco/annotations/captions.json").write_text("{}")
    return tmp_path / "coco"


def test_photos_in_folders_are_read_with_their_faces(coco, tmp_path):
    learned, held_out = read_contents(SHARED, tmp_path / "run", coco, CPU)
    every = learned + held_out
    assert len({content.stored for content in every}) == 20
    assert sum(content.five is not None for content in every) == 10
    assert any(content.five is not None for content in held_out)
    assert not {c.stored for c in learned} & {c.stored for c in held_out}
    assert every[0].photo.shape == (180, 160, 3)


def test_finds_that_are_not_sure_are_nobody(coco, tmp_path):
    """They are kept, but not learned from."""
    unsure = replace(FACE, score=0.8)
    files = sorted(file.resolve() for file in coco.rglob("*.jpg"))
    found = {str(file): [unsure] for file in files}
    found.update({str(file): [unsure, FACE] for file in files[:3]})
    write_faces(tmp_path / "run/faces.json", found)
    learned, held_out = read_contents(SHARED, tmp_path / "run", coco, CPU)
    assert OnceEach.seen == 0
    assert sum(content.five is not None for content in learned + held_out) == 3


def test_faces_are_found_once(coco, tmp_path):
    one = read_contents(SHARED, tmp_path / "run", coco, CPU)
    assert OnceEach.seen == 20
    two = read_contents(SHARED, tmp_path / "run", coco, CPU)
    assert OnceEach.seen == 20, "the second time they are read"
    for a, b in zip(one[0], two[0], strict=True):
        assert a.stored == b.stored
        assert (a.five is None) == (b.five is None)
        assert a.five is None or np.abs(a.five - b.five).max() < 0.05


def test_broken_photos_are_named_and_the_others_kept(coco, tmp_path):
    broken = coco / "train2017/broken: one.jpg"
    broken.write_bytes((coco / "train2017/000000000001.jpg").read_bytes()[:300])
    (coco / "empty.png").touch()
    with pytest.raises(DatasetError) as error:
        read_contents(SHARED, tmp_path / "run", coco, CPU)
    assert len(error.value.problems) == 2
    for name in ("broken: one.jpg", "empty.png"):
        assert any(name in problem for problem in error.value.problems)
    assert OnceEach.seen == 20
    for file in (broken, coco / "empty.png"):
        file.unlink()
    read_contents(SHARED, tmp_path / "run", coco, CPU)
    assert OnceEach.seen == 20


def test_a_folder_without_faces_is_said_to_be_one(tmp_path, monkeypatch):
    monkeypatch.setattr(content_faces, "Detector", OnceEach)
    with pytest.raises(DatasetError, match="0 photos, 0 of them with a face: two were wanted"):
        read_contents(SHARED, tmp_path / "run", tmp_path, CPU)


def test_faces_are_kept_as_json(tmp_path):
    write_faces(tmp_path / "faces.json", {"/one.jpg": [FACE, FACE], "/nobody.jpg": []})
    found = read_faces(tmp_path / "faces.json")
    assert list(found) == ["/one.jpg", "/nobody.jpg"]
    assert len(found["/one.jpg"]) == 2
    assert np.array_equal(found["/one.jpg"][0].box, FACE.box)
    assert np.array_equal(found["/one.jpg"][0].points, FACE.points)
    assert read_faces(tmp_path / "none.json") == {}


def test_points_of_a_face_make_the_chip_that_they_fit():
    """However a face is turned and scaled, its points come to lie at the template."""
    for turn, scale in ((0.0, 1.0), (0.4, 2.0), (-0.7, 0.5)):
        c, s = scale * np.cos(turn), scale * np.sin(turn)
        points = np.float32(FOUND * CHIP_PX @ np.array([[c, -s], [s, c]]).T + (31, 17))
        matrix = to_chip(five_of(points))
        placed = points @ matrix[:, :2].T + matrix[:, 2]
        assert np.abs(placed - FOUND * CHIP_PX).max() < 0.1


def test_a_box_goes_where_its_face_goes(coco, tmp_path):
    learned, _ = read_contents(SHARED, tmp_path / "run", coco, CPU)
    content = next(c for c in learned if c.five is not None)
    # Where the face's middle and size are in its box, whatever a part shows of it.
    wanted = placed(content.box, content.five)
    rng, seen = np.random.default_rng(0), 0
    for _ in range(40):
        shown = part(content, 256, rng)
        assert (shown.five is None) == (shown.box is None)
        if shown.box is None:
            continue
        assert (shown.box >= 0).all()
        assert (shown.box <= 256).all()
        if shown.box.min() > 0 and shown.box.max() < 256:
            seen += 1
            assert np.abs(placed(shown.box, shown.five) - wanted).max() < 0.02
    assert seen > 4


def placed(box, five):
    """Return where eyes and nose are, in parts of the box, x as its distance from the middle."""
    where = (five + 0.5 - box[:2]) / (box[2:] - box[:2])
    return np.array([*np.sort(np.abs(where[:, 0] - 0.5)), where[:, 1].mean()])


def test_a_batch_has_the_boxes_of_its_faces(coco, tmp_path):
    learned, _ = read_contents(SHARED, tmp_path / "run", coco, CPU)
    batch = next(batches(learned, 8, 256, np.random.default_rng(0)))
    assert batch.boxes.shape == (len(batch.which), 4)
    assert len(batch.which) > 0
    assert (batch.boxes[:, 2:] > batch.boxes[:, :2]).all()


@pytest.mark.skipif(not WILD.is_dir(), reason="no ../shared")
def test_mtcnn_finds_the_faces_of_portraits(tmp_path):
    files = photos_in(WILD)[:3]
    found = found_faces(files, SHARED, tmp_path / "faces.json", WILD, CPU)
    assert [len(found[str(file)]) for file in files] == [1, 1, 1]


def test_without_a_folder_the_shared_sets_are_read(coco, tmp_path, monkeypatch):
    monkeypatch.setattr(content_faces, "SETS", (("train2017", 1), ("more/val2017", 2)))
    (tmp_path / "data").symlink_to(coco)
    learned, held_out = read_contents(tmp_path, tmp_path / "run", None, CPU)
    assert len({content.stored for content in learned + held_out}) == 15
