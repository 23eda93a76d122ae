"""What several files of tests share."""

import itertools
import os
import threading
from collections import Counter
from dataclasses import replace
from importlib import import_module
from types import SimpleNamespace

import cv2
import numpy as np
import pytest
import torch
from gradio_client import Client
from hypothesis import settings
from PIL import Image

import app
import pipeline.runtime.convert as convert
import pipeline.weights.cache as keeping
from pipeline.types import Progress
from tests.command import painting_of
from tests.hub import FILE, Hub, checkpoint_of, reach
from tests.page import Pipeline
from tests.painter_sets import teach
from tests.strokes import small
from ui import theme as look
from ui.service import PaintService


def pytest_configure() -> None:
    """Give each worker a core of its own: two that share all cores wait for each other.

    Laws are about values: how long an example takes is the machine's, and no failure.
    """
    known = settings.get_profile(settings.get_current_profile_name())
    settings.register_profile("unhurried", known, deadline=None)
    settings.load_profile("unhurried")
    worker = os.environ.get("PYTEST_XDIST_WORKER", "")
    if worker and hasattr(os, "sched_setaffinity"):
        cores = sorted(os.sched_getaffinity(0))
        os.sched_setaffinity(0, {cores[int(worker.removeprefix("gw")) % len(cores)]})
        torch.set_num_threads(1)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put files that start processes first, the shortest of them before, then the longest.

    A fork copies locks that other threads hold.
    """
    starts = {each.path for each in items if _starts_processes(each)}
    tests = Counter(each.path for each in items)
    order = {path: (0, count) if path in starts else (1, -count) for path, count in tests.items()}
    items.sort(key=lambda each: order[each.path])


def _starts_processes(item: pytest.Item) -> bool:
    uses = hasattr(getattr(item, "module", None), "subprocess")
    return uses or item.get_closest_marker("forks") is not None


@pytest.fixture
def small_strokes():
    """Make strokes quickly, for what is not about strokes."""
    with small():
        yield


@pytest.fixture
def at_once(monkeypatch):
    """Do in this process, which has torch already, what otherwise has one of its own."""

    def do(module, verified, to):
        import_module(module).write(verified, to)

    for module in (convert, keeping):
        monkeypatch.setattr(module, "run_worker", do)


@pytest.fixture(scope="session")
def data():
    """Return the checkpoint of a small painter, 3 MB."""
    import torch

    from pipeline.nets.cyclegan import Generator

    torch.manual_seed(0)
    return checkpoint_of(Generator(32, 2))


@pytest.fixture
def hub(data, tmp_path, monkeypatch):
    """Serve that as the Hub does, with caches that are empty."""
    with Hub() as running:
        running.files[FILE] = data
        reach(monkeypatch, running.url, tmp_path)
        threading.Thread(target=running.serve_forever, args=(0.01,), daemon=True).start()
        yield running
        running.go_on.set()
        running.shutdown()


@pytest.fixture
def pipeline():
    return Pipeline()


@pytest.fixture
def service(pipeline):
    return PaintService(paint=pipeline, models=object())


@pytest.fixture
def photo(tmp_path):
    path = tmp_path / "someone.png"
    Image.fromarray(np.random.default_rng(0).integers(0, 256, (40, 60, 3), np.uint8)).save(path)
    return path


@pytest.fixture
def served(service):
    page = app.build(service)
    _, url, _ = page.launch(
        prevent_thread_lock=True,
        quiet=True,
        theme=look.theme(),
        ssr_mode=False,
        run_history=False,
        show_error=False,
    )
    yield Client(url, verbose=False)
    page.close()


@pytest.fixture
def runs(monkeypatch):
    """Replace the networks by a negative; return the settings of each run."""
    seen = []

    def paint(photo, settings, *, models, prompt, report, cache=None):
        report(Progress("paint", 0.0))
        seen.append(settings)
        return replace(painting_of(photo, settings), prompt=prompt)

    monkeypatch.setattr("pipeline.paint.paint", paint)
    monkeypatch.setattr(
        "pipeline.steps.detect.parse",
        lambda photo, *, models, settings: (photo.pixels[..., 0] % 9).astype(np.uint8),
    )
    return seen


@pytest.fixture
def shared(tmp_path):
    """Return a folder of gray photos and the same with blue shadows and yellow lights.

    They are 96 px, none of them a pair.
    """
    rng = np.random.default_rng(0)
    for name in ("photos", "portraits_in_the_wild/images", "face_parsing/images", "monet"):
        folder = tmp_path / "data" / name
        folder.mkdir(parents=True)
        for i in range(9):
            gray = cv2.resize(
                rng.random((6, 6)).astype(np.float32), (96, 96), interpolation=cv2.INTER_CUBIC
            ).clip(0, 1)
            yellow = 0.3 if name == "monet" else 0.0
            picture = np.dstack(
                [gray + yellow * (0.5 - gray), gray, gray + yellow * (gray - 0.2)]
            ).clip(0, 1)  # blue, green, red
            cv2.imwrite(str(folder / f"{i}.png"), (picture * 255).astype(np.uint8))
    return tmp_path


@pytest.fixture
def taught(shared):
    """Return the same with what a painter needs to be taught."""
    teach(shared)
    return shared


@pytest.fixture
def a_second_a_step(monkeypatch):
    """Let each step of a training take a second of its own clock, however long it is."""
    clock = itertools.count(0, 0.999)
    monkeypatch.setattr(
        "training.loop.time", SimpleNamespace(thread_time=lambda: next(clock), monotonic=None)
    )
    monkeypatch.setattr("training.loop.LOG_EVERY", 1)
