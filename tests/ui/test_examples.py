"""The examples' paintings on disk: whole or not at all; what is not ours is not believed."""

import pickle
from functools import partial

import pytest

from tests.page import Pipeline
from ui.examples import EXAMPLES, PaintedExamples


@pytest.fixture
def shown(tmp_path):
    """Return what shows an example in a process of its own, and the names of what it painted."""
    painted = []

    def paint(photo, settings):
        painted.append(photo.name)
        return Pipeline()(photo, settings, models=None)

    return lambda: PaintedExamples(paint, tmp_path, frozenset()).of(EXAMPLES[0]).result, painted


BAD = {"empty": b"", "foreign": b"not ours", "pickled": pickle.dumps({}), "cut short": None}


@pytest.mark.parametrize("bad", BAD.values(), ids=BAD)
def test_a_damaged_or_foreign_file_is_made_anew(tmp_path, shown, bad):
    show, painted = shown
    first = show()
    (file,) = tmp_path.iterdir()
    file.write_bytes(file.read_bytes()[:-50] if bad is None else bad)
    for _ in range(2):
        assert (show() == first).all()
    assert len(painted) == 2
    assert list(tmp_path.iterdir()) == [file]


def test_what_cannot_be_written_whole_leaves_what_was_there(tmp_path, shown, monkeypatch):
    def full(painting, file):
        file.write(b"half of it")
        raise OSError(28, "No space left on device")

    shown[0]()
    (file,) = tmp_path.iterdir()
    kept = file.read_bytes()
    monkeypatch.setattr("ui.examples.save_painting", full)
    PaintedExamples(partial(Pipeline(), models=None), tmp_path, frozenset()).paint(EXAMPLES[0])
    assert list(tmp_path.iterdir()) == [file]
    assert file.read_bytes() == kept


def test_pickles_of_before_go(tmp_path, shown):
    old = tmp_path / f"{EXAMPLES[0].path.stem}-0123.pickle"
    old.write_bytes(pickle.dumps({}))
    shown[0]()
    assert not old.exists()
    assert [file.suffix for file in tmp_path.iterdir()] == [".npz"]
