"""A disk that refuses and a program that is killed leave whole shares, and lose none."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from PIL import Image

from tests.ui.sharing.test_store import NOW, entries, kept
from ui.sharing import disk, store
from ui.sharing.notes import Note
from ui.sharing.store import ShareError

ROOT = Path(__file__).parents[3]


def test_a_full_disk_is_said_and_leaves_nothing(folder, monkeypatch):
    made = kept(folder)
    write = disk.write

    def refuse(path, data):
        write(path, data[: len(data) // 2])
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(disk, "write", refuse)
    with pytest.raises(ShareError, match="No space left on device"):
        kept(folder)
    with pytest.raises(ShareError, match="No space left on device"):
        store.add_note(folder, made.name, Note("", "a", NOW), NOW)
    assert entries(folder) == {made.name}
    assert store.told(folder, made.name, made.secret, NOW).notes == ()


WRITER = """
import sys, numpy as np
from pathlib import Path
from ui.sharing import store
from ui.sharing.notes import Note
folder = Path(sys.argv[1])
pixels = np.random.default_rng(0).integers(0, 256, (400, 400, 3), np.uint8)
while True:
    made = store.keep(folder, dict.fromkeys(store.PICTURES, pixels), {}, 3600, 1.0)
    print(made.name, flush=True)
    for i in range(3):
        store.add_note(folder, made.name, Note("", "a" * 400, 1.0), 1.0)
        print(made.name, i + 1, flush=True)
"""


@pytest.mark.skipif(os.name != "posix", reason="there is no SIGKILL here")
def test_a_program_that_is_killed_while_it_writes_leaves_only_whole_shares(folder):
    began = subprocess.Popen(
        [sys.executable, "-c", WRITER, str(folder)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    for _ in range(9):  # it is up, and in the middle of something
        began.stdout.readline()
    time.sleep(0.003)
    os.kill(began.pid, signal.SIGKILL)
    said = began.stdout.read().splitlines()
    began.wait()
    whole = [name for name in os.listdir(folder) if store.NAME.fullmatch(name)]
    assert whole
    for name in whole:
        share = store.read(folder, name, 2.0)
        for what in store.PICTURES:
            (folder / "seen.jpg").write_bytes(store.picture(folder, name, what, 2.0))
            Image.open(folder / "seen.jpg").load()
        promised = [int(line.split()[1]) for line in said if line.startswith(f"{name} ")]
        assert len(share.notes) >= max(promised, default=0)
    assert {line.split()[0] for line in said} <= set(whole)  # what was said to be kept is there
    (folder / "seen.jpg").unlink()
    store.sweep(folder, 2.0)  # the lock went with the program
    assert entries(folder) == set(whole)


@pytest.mark.parametrize("at", ["mkdir", "write", "rename", "unlink"])
def test_half_a_share_is_never_there_wherever_it_ends(folder, at, monkeypatch):
    """As SIGKILL would, at each step: nothing after it runs, not even `finally`."""
    other = kept(folder)

    class KilledError(BaseException):
        pass

    def die(*_, **__):
        raise KilledError

    target = {"mkdir": Path, "write": disk, "rename": Path, "unlink": disk}[at]
    name = {"unlink": "sync"}.get(at, at)
    with monkeypatch.context() as killed:
        killed.setattr(store.shutil, "rmtree", lambda *_, **__: None)
        killed.setattr(target, name, die)
        act = kept if at != "unlink" else lambda f: store.revoke(f, other.name, other.secret, NOW)
        with pytest.raises(KilledError):
            act(folder)
    for name in entries(folder):
        if store.NAME.fullmatch(name):
            assert store.picture(folder, name, "painting", NOW)
    store.sweep(folder, NOW)
    assert all(store.NAME.fullmatch(name) for name in entries(folder))
