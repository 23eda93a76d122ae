"""What a training tells of itself to another process."""

import subprocess
import sys

import pytest

from training import told_progress
from training.told_progress import PROGRESS, STOP, Progress, Watcher, held, is_held, read, tell

HOLD = (
    "import sys; from pathlib import Path; from training.told_progress import held; "
    "lock = held(Path(sys.argv[1])); print('held', flush=True); sys.stdin.read()"
)


def test_what_is_told_is_read(tmp_path):
    told = Progress("learning", 0.25, 61.5, steps=7)
    tell(tmp_path, told)
    assert read(tmp_path) == told
    assert [file.name for file in tmp_path.iterdir()] == [PROGRESS]


@pytest.mark.parametrize("text", ["", "[1]", '{"phase": "x", "who": 1}', "{"])
def test_what_is_damaged_is_nothing(tmp_path, text):
    assert read(tmp_path) is None
    (tmp_path / PROGRESS).write_text(text)
    assert read(tmp_path) is None


def test_a_folder_that_is_gone_ends_nothing(tmp_path):
    file = tmp_path / "file"
    file.touch()
    tell(file, Progress("learning"))


def test_a_lock_goes_with_its_process_however_it_ends(tmp_path):
    lock = tmp_path / "alive.lock"
    assert not is_held(lock)
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(lock)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert process.stdout.readline() == b"held\n"
    assert is_held(lock)
    assert held(lock) is None
    process.kill()
    process.communicate()
    assert not is_held(lock)
    assert held(lock) is not None


def test_the_time_left_follows_the_pace(tmp_path, monkeypatch):
    now = [0.0]
    monkeypatch.setattr(told_progress.time, "monotonic", lambda: now[0])
    watcher = Watcher(tmp_path, lambda: False)
    for step in range(100):
        now[0] = step
        assert not watcher(step / 400, step)
    assert watcher.left() == pytest.approx(301, rel=0.01)
    assert read(tmp_path).steps == 99
    now[0] += 10
    watcher(100 / 400, 100)  # slower of late
    assert watcher.left() > 301


@pytest.mark.parametrize("how", ["file", "signal"])
def test_it_ends_early_where_that_is_asked(tmp_path, how):
    asked = []
    watcher = Watcher(tmp_path, lambda: bool(asked))
    assert not watcher(0.1, 1)
    asked.append(1) if how == "signal" else (tmp_path / STOP).touch()
    assert watcher(0.2, 2)
    assert watcher.last == (0.2, 2)
