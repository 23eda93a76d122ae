"""The comparison of segmenters on labelled sets: its scores, its sets, its table."""

import csv

import cv2
import numpy as np
import pytest

import training.evaluate_segmenters as module
from pipeline.metrics.boundary import boundary, boundary_score
from pipeline.metrics.iou import Overlap, mean_iou
from pipeline.settings import Settings
from pipeline.variants import SEGMENTERS
from tests.test_compare import PERSONS, Models
from tests.training_sets import easyportrait, face_mask, write_pair
from training.checks import DatasetError
from training.evaluate_segmenters import COLUMNS, evaluate, read_set, table, write
from training.outlines import Cost, outline_all, outlined


def disc(x, y, radius, side=200):
    ys, xs = np.mgrid[:side, :side]
    return np.hypot(xs - x, ys - y) < radius


def test_an_edge_agrees_with_itself_and_with_what_lies_within_the_tolerance():
    truth = disc(100, 100, 50)
    assert boundary_score(truth, truth) == 1
    assert boundary_score(disc(101, 100, 50), truth) == 1  # the tolerance is 2.1 px here
    assert 0.2 < boundary_score(disc(104, 100, 50), truth) < 0.8
    assert boundary_score(disc(100, 100, 60), truth) == 0


def test_the_boundary_score_grows_with_the_picture():
    small, large = (
        (disc(s // 2, s // 2, s // 4, s), disc(s // 2, s // 2, s // 4 + s // 200, s))
        for s in (200, 400)
    )
    assert boundary_score(*small) == boundary_score(*large) == 1


def test_nothing_agrees_with_nothing_only():
    nothing = np.zeros((50, 50), bool)
    assert boundary_score(nothing, nothing) == 1
    assert boundary_score(nothing, disc(25, 25, 10, 50)) == 0


def test_where_the_picture_ends_is_no_edge():
    assert not boundary(np.ones((20, 30), bool)).any()
    half = np.zeros((20, 30), bool)
    half[10:] = True
    assert np.flatnonzero(boundary(half).any(1)).tolist() == [10]


def test_overlaps_are_summed_before_they_are_divided():
    overlap = Overlap()
    overlap.add(np.array([True, True]), np.array([True, False]))
    overlap.add(np.array([True, True]), np.array([True, True]))
    assert overlap.iou == 0.75
    assert Overlap().iou == 1


def test_classes_that_never_occur_do_not_count():
    assert mean_iou(np.array([[3, 1, 0], [0, 4, 0], [0, 0, 0]])) == pytest.approx(
        (3 / 4 + 4 / 5) / 2
    )


@pytest.mark.parametrize("kind", ["nine", "celeba", "person"])
def test_each_layout_is_recognized_and_names_its_regions(tmp_path, kind):
    folders = ("images/test", "annotations/test") if kind == "nine" else ("images", "masks")
    mask = face_mask(64)
    if kind == "celeba":
        mask = np.array([0, 17, 1, 6, 7, 4, 5, 12, 10], np.uint8)[mask]
    elif kind == "person":
        mask = np.where(mask > 0, 255, 0).astype(np.uint8)
    write_pair(tmp_path / folders[0], tmp_path / folders[1], "one", mask)
    data = read_set(tmp_path)
    assert data.kind == kind
    person = data.region(data.pairs[0][1], "person")
    assert (person == (face_mask(64) > 0)).all()
    if kind != "person":
        assert (data.region(data.pairs[0][1], "face") == (face_mask(64) > 1)).all()


def test_masks_that_may_mean_two_things_are_asked_about(tmp_path):
    write_pair(tmp_path / "images", tmp_path / "masks", "one", face_mask(64))
    with pytest.raises(DatasetError, match="--labels nine, celeba or person"):
        read_set(tmp_path)
    assert read_set(tmp_path, "nine").kind == "nine"


def test_unusable_files_are_named_before_anything_runs(tmp_path):
    easyportrait(tmp_path, {"test": 2})
    cv2.imwrite(str(tmp_path / "annotations/test/test0.png"), np.full((64, 64), 40, np.uint8))
    (tmp_path / "annotations/test/test1.png").unlink()
    with pytest.raises(
        DatasetError, match=r"(?s)test1\.png is missing.*test0\.png: classes 0 to 8 were wanted.*40"
    ):
        read_set(tmp_path)


@pytest.fixture
def in_this_process(monkeypatch):
    """Outline with plain networks instead of real ones in another process."""
    models = Models()
    monkeypatch.setattr(
        module,
        "outline_all",
        lambda photos, name, kept, out: outlined(photos, name, kept, out, models=models),
    )


@pytest.mark.usefixtures("in_this_process")
def test_parsers_have_a_mean_iou_and_networks_of_persons_are_held_to_persons(tmp_path):
    data = read_set(easyportrait(tmp_path, {"test": 2}))
    unet, whole = evaluate(data, "unet"), evaluate(data, PERSONS)
    assert unet["region"] == "face"
    assert 0 < float(unet["mIoU"]) < 1
    assert float(unet["IoU"]) > 0.2
    assert whole["region"] == "person"
    assert whole["mIoU"] == ""
    assert float(whole["IoU"]) == pytest.approx((face_mask(64) > 0).mean(), abs=0.01)
    assert all(
        float(row[key]) > 0
        for row in (unet, whole)
        for key in ("seconds", "peak_MB", "parameters_M", "MB")
    )


def test_what_is_missing_is_listed_last_with_its_size(tmp_path, monkeypatch):
    monkeypatch.setenv("PORTRAIT_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr("pipeline.weights.resolve.find_in_hub_cache", lambda source: None)
    monkeypatch.setattr(
        module, "outline_all", lambda photos, name, kept, out: pytest.fail("nothing is here to run")
    )
    data = read_set(easyportrait(tmp_path, {"test": 1}))
    rows = table(data, ["sam_vit_h", "fcn_resnet101"])
    assert [row["segmenter"] for row in rows] == ["sam_vit_h", "fcn_resnet101", "fcn8s_vgg16"]
    assert {row["state"] for row in rows} == {"missing"}
    assert [row["parameters_M"] for row in rows] == ["641.09", "54.31", "134.49"]


def test_one_that_fails_is_said_and_the_others_are_measured(tmp_path, monkeypatch, capsys):
    def outline(photos, name, kept, out):
        if name == "unet_whole":
            raise RuntimeError("unet_whole failed: its weights are damaged")
        return outlined(photos, name, kept, out, models=Models())

    monkeypatch.setattr(module, "outline_all", outline)
    rows = table(read_set(easyportrait(tmp_path, {"test": 1})), ["unet_whole", "unet"])
    assert [row["state"] for row in rows] == ["failed", "measured", "missing"]
    assert "its weights are damaged" in capsys.readouterr().out


def test_the_table_is_written_twice(tmp_path):
    rows = [
        {"segmenter": "unet", "state": "measured", "mIoU": "0.8123"},
        {"segmenter": "fcn8s_vgg16", "state": "missing"},
    ]
    write(rows, tmp_path / "deep/out", "2 photos of a set")
    with (tmp_path / "deep/out.csv").open() as file:
        read = list(csv.DictReader(file))
    assert tuple(read[0]) == COLUMNS
    assert read[0]["mIoU"] == "0.8123"
    text = (tmp_path / "deep/out.md").read_text()
    assert text.startswith("2 photos of a set")
    assert "| fcn8s_vgg16 | missing |" in text


def test_a_process_of_its_own_that_fails_says_why(tmp_path):
    with pytest.raises(RuntimeError, match=r"unet failed: .*gone\.jpg"):
        outline_all([tmp_path / "gone.jpg"], "unet", "face", tmp_path)


def test_costs_are_the_segmenters_own(tmp_path):
    write_pair(tmp_path / "images", tmp_path / "masks", "one", face_mask(64))
    photos = [tmp_path / "images/one.jpg"]
    parser, persons = (
        outlined(photos, name, "face", tmp_path, models=Models()) for name in ("unet", PERSONS)
    )
    assert isinstance(parser, Cost)
    assert parser.seconds > parser.parse_seconds
    assert persons.megabytes > 50
    assert set(SEGMENTERS) > {"unet", PERSONS}
    assert Settings().segment.segmenter == "unet"
