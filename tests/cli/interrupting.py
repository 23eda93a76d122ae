"""Ctrl-C, as the terminal sends it: kept at a painter that takes long, the end everywhere else."""

import os
import signal
import time

import numpy as np
import pytest

from pipeline.cli.interrupt import interrupts
from pipeline.types import Progress, StopEarly
from tests.command import painting_of, run, save

LOOK = Progress("paint", 0.5, np.zeros((4, 4, 3), np.float32), 1.0)
STAGE = Progress("restore", 0.6)


def press():
    """Press Ctrl-C, and let the main thread notice."""
    os.kill(os.getpid(), signal.SIGINT)
    time.sleep(0.01)


@pytest.fixture(autouse=True)
def as_python_has_it():
    """Handle the signal as Python does at its start, whatever this process was begun with."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before or signal.default_int_handler)


@pytest.fixture
def painter(monkeypatch):
    """Return what a long painter is to do at its looks, and whose picture it kept early."""
    acts, kept = [], []

    def paint(photo, settings, *, models, prompt, report):
        report(Progress("paint", 0.0))
        try:
            for act in acts:
                report(LOOK)
                act()
            report(LOOK)
        except StopEarly:
            kept.append(photo.name)
        report(STAGE)
        return painting_of(photo, settings)

    monkeypatch.setattr("pipeline.paint.paint", paint)
    return acts, kept


def test_the_first_ctrl_c_keeps_the_picture_so_far(tmp_path, painter, capsys):
    acts, kept = painter
    acts += [lambda: None, press, lambda: None]
    photos = [save(tmp_path / f"{name}.png") for name in "ab"]
    assert run("paint", *photos, "-o", tmp_path / "out") == 0
    assert sorted(p.name for p in (tmp_path / "out").iterdir()) == ["a.png", "b.png"]
    assert kept == ["a", "b"]
    assert "Ctrl-C once more ends the command" in capsys.readouterr().err


def test_the_second_one_ends_the_command(tmp_path, painter, capsys):
    acts, kept = painter
    acts += [lambda: (press(), press())]
    assert run("paint", save(tmp_path / "a.png"), "-o", tmp_path / "out.png") == 130
    assert kept == []
    assert not (tmp_path / "out.png").exists()
    assert "Interrupted" in capsys.readouterr().err


def test_where_there_is_no_picture_yet_it_ends_the_command_at_once(tmp_path, monkeypatch):
    def paint(photo, settings, *, models, prompt, report):
        report(Progress("paint", 0.0))
        press()
        return painting_of(photo, settings)

    monkeypatch.setattr("pipeline.paint.paint", paint)
    assert run("paint", save(tmp_path / "a.png"), "-o", tmp_path / "out.png") == 130
    assert not (tmp_path / "out.png").exists()


def test_after_the_looks_it_ends_the_command_at_once_again():
    with interrupts() as ctrl_c:
        ctrl_c.watch(LOOK)
        press()
        with pytest.raises(StopEarly):
            ctrl_c.watch(LOOK)
        ctrl_c.watch(STAGE)
        with pytest.raises(KeyboardInterrupt):
            press()
        ctrl_c.watch(LOOK)  # the next photo's
        press()
        with pytest.raises(StopEarly):
            ctrl_c.watch(LOOK)


def test_the_signal_is_handled_as_before_when_the_photos_are_done(tmp_path, painter):
    run("paint", save(tmp_path / "a.png"), "-o", tmp_path / "out.png")
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_who_ignores_the_signal_goes_on_ignoring_it(tmp_path, painter):
    acts, kept = painter
    acts += [press]
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # as under nohup, or behind a shell's &
    try:
        assert run("paint", save(tmp_path / "a.png"), "-o", tmp_path / "out.png") == 0
    finally:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    assert kept == []
