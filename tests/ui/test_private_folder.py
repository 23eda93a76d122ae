import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from ui.private_folder import PREFIX, files_in, make_folder, remove_left_over, sweep

pytest.importorskip("fcntl", reason="folders are locked where there is fcntl")
START = (
    "import os, sys, time; from ui.private_folder import use_private_folder; "
    "use_private_folder(); print(os.environ['GRADIO_TEMP_DIR'], flush=True); time.sleep(60)"
)


def start(base, before=""):
    """Start a process that keeps a file in its private folder; return both."""
    process = subprocess.Popen(
        [sys.executable, "-c", before + START],
        env=os.environ | {"GRADIO_TEMP_DIR": str(base)}, stdout=subprocess.PIPE, text=True,
        cwd=Path(__file__).parents[2],
    )  # fmt: skip
    folder = Path(process.stdout.readline().strip())
    (folder / "secret.png").write_bytes(b"a photo")
    return process, folder


@pytest.fixture
def running(tmp_path):
    processes = []

    def run(before=""):
        processes.append(start(tmp_path, before))
        return processes[-1]

    yield run
    for process, _ in processes:
        process.kill()
        process.wait()


def test_a_killed_process_leaves_nothing_after_the_next_start(running, tmp_path):
    killed, left = running()
    killed.send_signal(signal.SIGKILL)
    killed.wait()
    assert (left / "secret.png").exists()
    _, folder = running()
    assert list(tmp_path.iterdir()) == [folder]


def test_the_folder_of_a_process_that_lives_stays(running):
    _, one = running()
    _, other = running()
    assert one != other
    assert (one / "secret.png").exists()


@pytest.mark.parametrize("name", ["SIGTERM", "SIGHUP"])
def test_a_process_that_is_asked_to_end_leaves_nothing(running, tmp_path, name):
    process, _ = running()
    process.send_signal(getattr(signal, name))
    assert process.wait(10) == 0
    assert list(tmp_path.iterdir()) == []


def test_a_process_that_is_to_outlive_a_logout_does(running):
    process, folder = running("import signal; signal.signal(signal.SIGHUP, signal.SIG_IGN); ")
    process.send_signal(signal.SIGHUP)
    with pytest.raises(subprocess.TimeoutExpired):
        process.wait(1)
    assert (folder / "secret.png").exists()


def test_only_the_user_can_look_into_it(running):
    _, folder = running()
    assert folder.stat().st_mode & 0o077 == 0


def test_what_only_has_such_a_name_stays(tmp_path):
    precious = tmp_path / "precious"
    precious.mkdir()
    (precious / "kept").touch()
    (tmp_path / f"{PREFIX}link").symlink_to(precious)
    (tmp_path / f"{PREFIX}file").touch()
    assert remove_left_over(tmp_path) == []
    assert (precious / "kept").exists()


def test_a_folder_of_this_process_is_not_left_over(tmp_path):
    folder = make_folder(tmp_path)
    assert remove_left_over(tmp_path) == []
    assert folder.exists()


def old(path):
    """Write a file that is old as soon as a moment has passed."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"data")
    return path


def test_what_nobody_used_goes(tmp_path):
    loose, inside = old(tmp_path / "tmp1234"), old(tmp_path / "hash" / "photo.png")
    (tmp_path / "empty").mkdir()
    assert sweep(tmp_path, (), idle_s=60) == []  # not yet
    time.sleep(0.05)
    sweep(tmp_path, (), idle_s=0.01)
    assert not loose.exists()
    assert not inside.parent.exists()
    assert list(tmp_path.iterdir()) == []


def test_what_belongs_to_the_page_or_a_session_stays(tmp_path):
    kept, session = old(tmp_path / "hash" / "tile.jpg"), old(tmp_path / "session" / "so-far.jpg")
    time.sleep(0.05)
    assert sweep(tmp_path, {kept, session.parent}, idle_s=0.01) == []
    assert files_in(tmp_path) == {kept, session}


def test_a_folder_in_which_something_is_written_stays_whole(tmp_path):
    first = old(tmp_path / "run" / "part1")
    time.sleep(0.2)
    old(tmp_path / "run" / "part2")
    assert sweep(tmp_path, (), idle_s=0.15) == []
    assert first.exists()


def test_a_link_goes_and_not_what_it_leads_to(tmp_path):
    precious = old(tmp_path / "precious" / "file")
    folder = tmp_path / "served"
    folder.mkdir()
    (folder / "link").symlink_to(precious.parent)
    time.sleep(0.05)
    sweep(folder, (), idle_s=0.01)
    assert list(folder.iterdir()) == []
    assert precious.exists()
