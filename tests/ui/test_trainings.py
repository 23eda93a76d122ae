"""Trainings of visitors: whose they are, one at a time, found again, ended, deleted."""

import os
import stat
import time

import pytest

from tests.page import private  # noqa: F401 - a fixture
from training.told_progress import NAMES
from ui import trainings
from ui.trainings import PICTURES, Asked, TrainingError, Trainings, is_off, slug

pytestmark = pytest.mark.forks


@pytest.fixture
def all_(monkeypatch):
    monkeypatch.setattr(trainings, "COMMAND", "tests.slow_training")
    made = Trainings()
    yield made
    for process in made._processes.values():
        process.kill()
        process.wait()


@pytest.fixture
def files(tmp_path):
    folder = tmp_path / "given"
    folder.mkdir()
    for number in range(5):
        (folder / f"../given/portrait {number}.png").write_bytes(b"picture %d" % number)
    return sorted(folder.iterdir())


def until(wanted):
    """Wait until something is so."""
    end = time.monotonic() + 60
    while not wanted():
        assert time.monotonic() < end
        time.sleep(0.02)


def looked(all_, files):
    training, secret = all_.open()
    all_.add(training, files)
    until(lambda: not all_.is_alive(training))
    return training, secret


def learning(all_, training, name="mine"):
    all_.learn(training, name, Asked("Mine", 10))
    until(lambda: training.progress.steps == 3)


def test_a_folder_is_found_by_its_secret_only_and_read_by_nobody_else(all_):
    training, secret = all_.open()
    other, another = all_.open()
    assert len(secret) * 4 == 128
    assert all_.find(secret) == training
    assert all_.find(another) == other
    for wrong in ("", "0" * 32, secret[:-1], secret.upper() + "x", training.folder.name, "../x"):
        assert all_.find(wrong) is None
    assert stat.S_IMODE(training.folder.stat().st_mode) == 0o700
    assert secret not in "".join(f.read_text() for f in training.folder.iterdir() if f.is_file())


def test_pictures_keep_their_names_but_not_as_paths(all_, files):
    training, _ = looked(all_, files)
    assert training.progress.phase == "looked"
    kept = sorted(file.name for file in (training.folder / PICTURES).iterdir())
    assert kept == [f"{number:03}" for number in range(5)] + [NAMES]
    assert "portrait 3.png" in (training.folder / PICTURES / NAMES).read_text()
    all_.add(training, files[:1])
    assert (training.folder / PICTURES / "005").exists()


def test_too_many_or_too_large_pictures_are_refused(all_, files, monkeypatch):
    training, _ = all_.open()
    monkeypatch.setattr(trainings, "MOST_TOTAL", 30)
    with pytest.raises(TrainingError, match="GB of pictures"):
        all_.add(training, files)
    monkeypatch.setattr(trainings, "MOST_FILES", 4)
    with pytest.raises(TrainingError, match="at most 4"):
        all_.add(training, files)


def test_it_learns_stops_and_keeps(all_, files):
    training, _ = looked(all_, files)
    learning(all_, training)
    assert all_.is_alive(training)
    all_.stop(training)
    until(lambda: not all_.is_alive(training))
    assert training.progress.phase == "kept"
    assert training.file.name == "mine.safetensors"


def test_another_name_is_the_same_file(all_, files):
    training, _ = looked(all_, files)
    (training.folder / "old.safetensors").write_bytes(b"so far")
    learning(all_, training, "new")
    assert training.file.name == "new.safetensors"


def test_one_learns_at_a_time(all_, files):
    one, _ = looked(all_, files)
    other, _ = looked(all_, files)
    learning(all_, one)
    with pytest.raises(TrainingError, match="about 2 more min"):
        all_.learn(other, "other", Asked("Other", 10))


def test_a_server_that_began_anew_finds_what_goes_on(all_, files):
    training, secret = looked(all_, files)
    learning(all_, training)
    later = Trainings()
    found = later.find(secret)
    assert later.is_alive(found)
    all_._processes[training.folder].kill()
    all_._processes[training.folder].wait()
    assert not later.is_alive(found)


def test_cancel_ends_it_and_deletes_all(all_, files):
    training, secret = looked(all_, files)
    learning(all_, training)
    process = all_._processes[training.folder]
    all_.discard(training)
    assert process.poll() is not None
    assert not training.folder.exists()
    assert all_.find(secret) is None


def test_folders_go_after_a_day_but_not_what_learns(all_, files, monkeypatch):
    old, _ = looked(all_, files)
    busy, _ = looked(all_, files)
    new, _ = looked(all_, files)
    learning(all_, busy)
    for training in (old, busy):
        for file in (training.folder, training.run, training.run / "progress.json"):
            os.utime(file, (0, time.time() - trainings.KEPT_S - 5))
    all_.sweep()
    assert [each.folder.exists() for each in (old, busy, new)] == [False, True, True]


def test_folders_are_few(all_, monkeypatch):
    monkeypatch.setattr(trainings, "MOST_FOLDERS", 2)
    all_.open()
    all_.open()
    with pytest.raises(TrainingError, match="tomorrow"):
        all_.open()


def test_on_spaces_it_is_off_unless_its_owner_says_otherwise(monkeypatch):
    monkeypatch.delenv("SPACE_ID", raising=False)
    assert not is_off()
    monkeypatch.setenv("SPACE_ID", "somebody/portraits")
    assert is_off()
    monkeypatch.setenv("PORTRAIT_TRAIN", "1")
    assert not is_off()


LABELS = {
    "Grandma's Portraits": "grandma-s-portraits",
    "画": "my-style",
    "vangogh": "vangogh-own",
    "../../etc": "etc",
    "x" * 80: "x" * 36,
}


@pytest.mark.parametrize(("label", "name"), LABELS.items())
def test_labels_become_names_that_are_no_paths(label, name):
    assert slug(label) == name


def test_what_a_killed_server_began_ends_at_once_with_its_folder_and_nothing_elses(all_, files):
    training, _ = looked(all_, files)
    other, _ = looked(all_, files)
    learning(all_, training)
    process = all_._processes[training.folder]
    Trainings().discard(other)  # of the next server
    assert process.poll() is None
    assert training.folder.exists()
    Trainings().discard(training)
    process.wait(10)
    assert not training.folder.exists()
