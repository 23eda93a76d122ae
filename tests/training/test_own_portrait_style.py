"""A portrait style of one's own: from a folder to a file, and on after a stop."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch

from pipeline.runtime.portrait_style_files import own_style, read
from pipeline.weights.cache import cache_folder
from tests.own_styles import empty  # noqa: F401 - a fixture
from tests.painted import StandIn, paint
from training import own_contents, own_samples
from training import own_portrait_style as command
from training.loop import STATE
from training.style_folder import PORTRAITS, kept
from training.told_progress import ALIVE, LOOKS, STOP, held, looks_in
from training.told_progress import read as told

SOMEBODY = Path(__file__).parents[2] / "examples/portrait.jpg"
pytestmark = pytest.mark.usefixtures("empty")


@pytest.fixture
def begin(tmp_path, monkeypatch):
    """Return what runs the command on six pictures, a black one among them."""
    monkeypatch.setattr(command, "Faces", StandIn)
    monkeypatch.setattr("training.style_pictures.Faces", StandIn)
    monkeypatch.setattr(own_contents, "VIEWS", 6)
    monkeypatch.setattr(own_samples, "SHOWN", 1)  # it is painted at every milestone
    monkeypatch.setattr(command.os, "nice", lambda more: 0)
    folder = tmp_path / "pictures"
    paint(folder, 5)
    cv2.imwrite(str(folder / "black.png"), np.zeros((99, 99, 3), np.uint8))

    def run(*given, name="mine"):
        given = [
            folder,
            "--name",
            name,
            "--run",
            tmp_path / "run",
            "--batch",
            2,
            "--side",
            64,
            *given,
        ]
        monkeypatch.setattr("sys.argv", ["own_portrait_style", *map(str, given)])
        command.main()

    run.folder, run.run = folder, tmp_path / "run"
    return run


def test_pictures_become_a_file_and_a_run_goes_on_after_a_kill(begin, capsys):
    begin("--steps", 1)
    style = own_style("mine")
    assert style.label == "Mine"
    assert style.file.stat().st_size < 3_000_000
    assert "black.png: left out, no face" in capsys.readouterr().out
    assert told(begin.run).phase == "kept"
    assert (begin.run / "sheet.png").exists()
    (begin.run / "state.tmp").write_bytes(b"half of a st")  # as a kill or a full disk leaves it
    begin("--steps", 2)
    assert torch.load(begin.run / STATE, weights_only=True)["step"] == 2
    assert "black.png" not in capsys.readouterr().out, "pictures are looked at once"
    assert own_style("mine").sha256 != style.sha256


def test_the_file_says_what_its_portraits_are_like(begin):
    shutil.copy(SOMEBODY, begin.folder)  # the only one in which the parser sees somebody
    begin("--steps", 1)
    style = own_style("mine")
    assert style.portraits.fall.shape == (1, 3)
    assert (style.portraits.shares > 0).all()
    assert not style.printed
    begin("--steps", 2, "--printed")
    style = own_style("mine")
    assert style.printed
    assert style.portraits.fall.shape == (1, 3)


def test_it_only_looks_where_that_is_asked(begin):
    begin("--look")
    assert told(begin.run).phase == "looked"
    assert len(kept(begin.run / PORTRAITS)) == 5
    rows = looks_in(begin.run)
    assert [bool(row["tile"]) for row in rows] == [True] * 5 + [False]
    assert all((begin.run / row["tile"]).exists() for row in rows)
    assert not (begin.run / STATE).exists()


def test_too_few_pictures_end_in_one_sentence(begin):
    (begin.folder / "000.png").unlink()
    with pytest.raises(SystemExit, match=r"4 of 5 can be used\. Add more\."):
        begin("--steps", 1)
    assert told(begin.run).phase == "failed"
    with pytest.raises(SystemExit, match="4 of 4 can be used"):  # however often it is called
        begin("--steps", 1)


def test_names_of_their_owner_are_said(begin):
    (begin.folder / "names.json").write_text(json.dumps({"black.png": "Night.png"}))
    begin("--look")
    assert [row["name"] for row in looks_in(begin.run)][-1] == "Night.png"


def test_a_run_is_of_its_own_pictures(begin):
    begin("--look")
    paint(begin.folder, 1, first=70)
    with pytest.raises(SystemExit, match="one of others is there"):
        begin("--look")


def test_one_learns_at_a_time(begin):
    lock = held(cache_folder() / command.ONE)
    with pytest.raises(SystemExit, match="learned on this machine already"):
        begin("--steps", 1)
    lock.release()
    alive = held(begin.run / ALIVE)
    with pytest.raises(SystemExit, match="already"):
        begin("--look")
    alive.release()


def test_asked_to_stop_it_keeps_what_is_there(begin, monkeypatch):
    kept_watcher = command.Watcher

    class Stopped(kept_watcher):
        def __call__(self, progress, steps):
            if steps == 1:
                (self.run / STOP).touch()
            return super().__call__(progress, steps)

    monkeypatch.setattr(command, "Watcher", Stopped)
    begin("--steps", 50)
    assert read(own_style("mine").file).name == "mine"
    assert told(begin.run).phase == "kept"
    assert told(begin.run).done == pytest.approx(1 / 50)


FULL = (
    OSError(28, "No space left on device"),
    RuntimeError("PytorchStreamWriter failed writing file"),
)


@pytest.mark.parametrize("error", FULL)
def test_a_full_disk_is_told_and_the_run_goes_on(begin, monkeypatch, error):
    begin("--look")

    def full(*given, **how):
        raise error

    with monkeypatch.context() as patch:
        patch.setattr("training.loop.torch.save", full)
        with pytest.raises(SystemExit, match=r"disk is full.*goes on"):
            begin("--steps", 1)
    assert told(begin.run).phase == "failed"
    begin("--steps", 1)
    assert told(begin.run).phase == "kept"


NAMES = ("--name", "../x", "--name of a-z"), ("--label", "a\nb", "printed characters")


@pytest.mark.parametrize(("flag", "given", "said"), NAMES)
def test_names_that_cannot_be_are_refused(begin, flag, given, said):
    with pytest.raises(SystemExit, match=said):
        begin(flag, given)


def test_a_folder_is_wanted(begin, monkeypatch, tmp_path):
    monkeypatch.setattr("sys.argv", ["x", str(tmp_path / "none"), "--name", "x"])
    with pytest.raises(SystemExit, match="folder of pictures was wanted"):
        command.main()


def test_it_needs_no_package_that_the_page_does_not_have():
    code = (
        "import sys; sys.modules.update(dict.fromkeys(['accelerate', 'matplotlib'])); "
        "import training.own_portrait_style"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
    assert LOOKS.endswith(".json")
