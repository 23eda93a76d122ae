"""The command `render`: strokes from a file, at any size, with paint of any thickness."""

import av
import numpy as np
import pytest
from PIL import Image

from pipeline.io.strokes_files import write_strokes
from pipeline.steps.timelapse import FPS
from tests.command import run
from tests.strokes import some_strokes


@pytest.fixture
def strokes(tmp_path):
    file = tmp_path / "strokes.npz"
    write_strokes(file, some_strokes())
    return file


def rendered(strokes, *flags):
    out = strokes.with_name("out.png")
    assert run("render", strokes, "-o", out, "--size", 200, "--overwrite", *flags) == 0
    return np.asarray(Image.open(out)).astype(float)


def test_strokes_are_rendered_at_the_size_and_as_thick_as_asked_for(strokes):
    usual = rendered(strokes)
    assert usual.shape == (150, 200, 3)
    assert (usual == rendered(strokes, "--impasto", 1, "--canvas", 1)).all()
    flat = rendered(strokes, "--impasto", 0, "--canvas", 0)
    assert np.abs(np.diff(flat, axis=1)).mean() < np.abs(np.diff(usual, axis=1)).mean()


def test_their_film_takes_as_long_as_asked_for(strokes, monkeypatch):
    monkeypatch.setattr("pipeline.steps.timelapse.LONG_PX", 64)
    film = strokes.with_name("film.mp4")
    rendered(strokes, "--timelapse", film, "--timelapse-seconds", 5)
    with av.open(film) as video:
        assert video.streams.video[0].frames == 5 * FPS


def test_strokes_are_never_replaced_by_their_film(strokes, capsys):
    same = strokes.with_name("same.mp4")
    same.symlink_to(strokes)
    out = strokes.with_name("out.png")
    assert run("render", strokes, "-o", out, "--overwrite", "--timelapse", same) == 2
    assert same.is_symlink()
    assert "is one of the files that are read" in capsys.readouterr().err


@pytest.mark.parametrize("bad", [("--size", 9000), ("--impasto", 4), ("--timelapse-seconds", 2)])
def test_what_is_out_of_range_is_refused(strokes, bad, capsys):
    with pytest.raises(SystemExit):
        run("render", strokes, "-o", strokes.with_name("out.png"), *bad)
    assert "not" in capsys.readouterr().err


def test_a_file_of_something_else_is_refused(tmp_path, capsys):
    other = tmp_path / "other.npz"
    np.savez(other, a=np.zeros(3))
    assert run("render", other, "-o", tmp_path / "out.png") == 2
    assert "strokes" in capsys.readouterr().err
