"""Strokes in files: read as written, and nothing else is read."""

import io
import pickle
import xml.etree.ElementTree as ET
from dataclasses import fields, replace

import numpy as np
import pytest

from pipeline.io.strokes_files import ARRAYS, read_strokes, save_strokes, write_strokes
from pipeline.stages.strokes.render import render
from pipeline.types import PhotoError, Strokes
from tests.strokes import some_strokes


@pytest.fixture
def strokes():
    return some_strokes()


def test_every_field_has_its_place():
    assert set(ARRAYS) == {field.name for field in fields(Strokes)}


def test_strokes_are_read_as_they_were_written_and_rendered_alike(tmp_path, strokes):
    file = tmp_path / "strokes.npz"
    write_strokes(file, strokes)
    again = read_strokes(file)
    assert np.array_equal(render(again, (150, 200)), render(strokes, (150, 200)))
    with pytest.raises(FileExistsError):
        write_strokes(file, strokes)


def test_a_drawing_has_a_path_for_each_stroke_in_order(tmp_path, strokes):
    file = tmp_path / "strokes.svg"
    write_strokes(file, strokes)
    root = ET.parse(file).getroot()
    paths = root.findall(".//{http://www.w3.org/2000/svg}path")
    assert root.get("viewBox") == "0 0 1000 750"
    clipped = root.find("{http://www.w3.org/2000/svg}g[@clip-path='url(#sheet)']")
    assert len(clipped.findall(".//{http://www.w3.org/2000/svg}path")) == len(paths)
    widths = [float(path.get("stroke-width")) for path in paths]
    np.testing.assert_allclose(widths, 1000 * strokes.width, atol=0.006)
    points = [len(path.get("d").split()) for path in paths]
    assert points == strokes.counts.tolist()
    assert all(path.get("stroke").startswith("#") for path in paths)


def test_another_name_is_refused(tmp_path, strokes):
    with pytest.raises(PhotoError, match=r"\.svg or \.npz"):
        write_strokes(tmp_path / "strokes.pdf", strokes)


BAD = {
    "not finite": {"width": np.full(40, np.nan, np.float32)},
    "far away": {"points": np.full((40, 4, 2), 1e4, np.float32)},
    "more points than there are": {"counts": np.full(40, 9, np.int16)},
    "no points": {"counts": np.zeros(40, np.int16)},
    "another number of them": {"color": np.zeros((39, 3), np.float32)},
    "of another kind": {"color": np.zeros((40, 3), np.float64)},
    "without size": {"size": (0.0, 1.0)},
    "negative": {"width": np.full(40, -1, np.float32)},
}


@pytest.mark.parametrize("changes", BAD.values(), ids=BAD)
def test_strokes_that_no_painting_has_are_refused_in_a_sentence(tmp_path, strokes, changes):
    arrays = {name: np.asarray(getattr(strokes, name)) for name in ARRAYS} | changes
    file = tmp_path / "bad.npz"
    np.savez(file, format=np.int64(1), **arrays)
    with pytest.raises(PhotoError, match=r"found bad\.npz"):
        read_strokes(file)


def test_other_files_are_refused_and_run_no_code(tmp_path, strokes):
    class Evil:
        def __reduce__(self):
            return (pytest.fail, ("code was run",))

    saved = io.BytesIO()
    save_strokes(strokes, saved)
    whole = saved.getvalue()
    pickled = tmp_path / "pickled.npz"
    with pickled.open("wb") as file:
        np.savez(file, allow_pickle=True, points=np.array([Evil()], object), format=np.int64(1))
    contents = (
        b"",
        b"no archive",
        whole[: len(whole) // 2],
        pickle.dumps({}),
        pickled.read_bytes(),
    )
    for number, content in enumerate(contents):
        file = tmp_path / f"{number}.npz"
        file.write_bytes(content)
        with pytest.raises(PhotoError):
            read_strokes(file)


def test_a_file_of_a_later_format_or_that_unpacks_to_too_much_is_refused(
    tmp_path, strokes, monkeypatch
):
    file = tmp_path / "later.npz"
    np.savez(file, format=np.int64(2), **{name: getattr(strokes, name) for name in ARRAYS})
    with pytest.raises(PhotoError, match="format is 2"):
        read_strokes(file)
    good = tmp_path / "good.npz"
    write_strokes(good, replace(strokes, ground=np.zeros(3, np.float32)))
    monkeypatch.setattr("pipeline.io.strokes_files.MOST_BYTES", 100)
    with pytest.raises(PhotoError, match="unpacks"):
        read_strokes(good)
