"""What a training in the street reads, from the shared sets or packed."""

from pathlib import Path

import numpy as np
import pytest

from tests.training_sets import shared, write_pair
from training.checks import DatasetError
from training.face_finder import Found
from training.labels import FACELESS
from training.pack import PackError, bytes_in
from training.pack_streets import pack_streets
from training.samples import read_pixels
from training.street_data import load_streets
from training.streets import FACES, SETS, keep, kept, listed
from training.views import VIEWS

POINTS = np.float32([[80, 80], [120, 80], [85, 122], [115, 122]])


def street_sets(folder: Path, count: int = 3) -> tuple[Path, Path]:
    """Write tiny shared sets and the labels that teachers made of them; return both folders."""
    data, memory = shared(folder / "data", count), folder / "labels"
    for i in range(count):
        figure = np.zeros((96, 48), np.uint8)
        figure[8:90, 12:36] = 1
        write_pair(data / "people_parts/images", data / "people_parts/masks", f"p{i}", figure)
    for kind, photo, _ in listed(data):
        size = read_pixels(photo).shape[:2]
        labels = np.zeros(size, np.uint8)
        labels[8:-6, size[1] // 4 : -size[1] // 4] = FACELESS
        found = [] if photo.stem.endswith("2") else [Found(POINTS / 4, 30.0)]
        keep(memory / kind / f"{photo.stem}.png", labels, found)
    return folder, memory


def test_what_teachers_said_becomes_samples_and_what_is_held_out_does_not(tmp_path):
    folder, memory = street_sets(tmp_path)
    streets = load_streets(folder, memory, VIEWS["streets"])
    assert len(streets.samples) == len(streets.weights)
    assert min(streets.weights) > 0
    # Of three, the first is held out; people and landmarks are all learned from.
    figures_there = [sample for sample in streets.samples if sample.labels.shape == (96, 48)]
    assert len(figures_there) == 2
    assert all(sample.figure is not None for sample in figures_there)
    assert [sample.face is None for sample in figures_there] == [False, True]


def test_closer_looks_are_taught_faces_only(tmp_path):
    streets = load_streets(*street_sets(tmp_path), VIEWS["street_heads"])
    for sample, weight in zip(streets.samples, streets.weights, strict=True):
        assert (weight > 0) == (sample.face is not None)


def packable(folder: Path) -> tuple[Path, Path]:
    """Write tiny sets whose photos and labels can be packed; return both folders."""
    folder, memory = street_sets(folder)
    for kind in SETS:
        (memory / kind / FACES).mkdir(parents=True, exist_ok=True)
    return folder, memory


def test_packed_street_photos_train_as_the_sets_do(tmp_path):
    folder, memory = packable(tmp_path)
    packed = tmp_path / "packed"
    quality = pack_streets(folder, memory, packed, limit_mb=0.5, side=48)
    assert 30 <= quality <= 90
    assert bytes_in(packed) < 0.5e6
    whole = load_streets(folder, memory, VIEWS["streets"])
    small = load_streets(packed, packed / "labels", VIEWS["streets"])
    known = [sample.labels.shape[0] for sample in whole.samples]
    assert known.count(96) == 2
    shapes = [sample.labels.shape for sample in small.samples]
    assert shapes.count((48, 24)) == 2
    for sample in small.samples:
        assert sample.photo.shape[:2] == sample.labels.shape
    file = "people_parts/p1.png"
    faces = [kept(at / file)[1] for at in (memory, packed / "labels")]
    np.testing.assert_allclose(faces[1][0].points, (faces[0][0].points + 0.5) / 2 - 0.5)
    assert faces[1][0].height == faces[0][0].height / 2
    held_out = "data/people_parts/masks/p0.png"
    assert (packed / held_out).read_bytes() == (folder / held_out).read_bytes()


def test_street_photos_that_do_not_fit_or_have_no_labels_are_not_packed(tmp_path):
    folder, memory = packable(tmp_path)
    with pytest.raises(PackError, match=r"do not fit into 0\.01 MB"):
        pack_streets(folder, memory, tmp_path / "packed", limit_mb=0.01, side=48)
    assert not (tmp_path / "packed").exists()
    with pytest.raises(PackError, match=r"training\.streets"):
        pack_streets(folder, tmp_path / "none", tmp_path / "packed", limit_mb=1, side=48)


def test_a_training_without_labels_says_how_to_make_them(tmp_path):
    with pytest.raises(DatasetError, match=r"training\.streets"):
        load_streets(tmp_path, tmp_path / "labels", VIEWS["streets"])
