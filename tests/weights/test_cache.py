"""What was downloaded whole stays, whatever keeps it from being loaded: only wrong files go."""

import subprocess
import sys
from dataclasses import replace

import cv2
import pytest
import torch

import pipeline.runtime.build as networks
import pipeline.weights.resolve as weights
import pipeline.weights.worker as apart
from pipeline.runtime.memory import is_memory
from pipeline.weights.cache import VerifiedWeights, file_of
from pipeline.weights.catalog import WeightError, WrongFileError
from pipeline.weights.fetch import fetch
from tests.hub import SOURCE, entry_of

ALLOCATOR = RuntimeError(
    "[enforce fail at alloc_cpu.cpp:117] err == 0. DefaultCPUAllocator: can't allocate memory: "
    "you tried to allocate 349000000 bytes. Error code 12 (Cannot allocate memory)"
)
MAPPED = RuntimeError("unable to mmap 349 bytes from file <net.pth>: Cannot allocate memory (12)")
CARD = torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 MiB.")
OTHERS = [OSError(5, "Input/output error"), RuntimeError("a bug")]
OPENCV = cv2.error("(-4:Insufficient memory) Failed to allocate 9 bytes in function 'x'")
FULL = [MemoryError(), ALLOCATOR, MAPPED, CARD, OSError(12, "Cannot allocate memory")]


@pytest.fixture
def failing(monkeypatch):
    """Return what lets the reading of files fail from now on, or with None succeed again."""

    def fail(error):
        def read(file, unpack):
            raise error

        monkeypatch.setattr(networks, "_read", read if error else working)

    working = networks._read
    return fail


@pytest.mark.usefixtures("at_once")
@pytest.mark.parametrize("plain", [False, True], ids=["from the Hub", "from a URL"])
@pytest.mark.parametrize("error", [*FULL, *OTHERS], ids=str)
def test_a_verified_download_that_cannot_be_loaded_now_stays(hub, data, failing, plain, error):
    entry = entry_of(data, *([hub.plain, SOURCE] if plain else [SOURCE, hub.plain]))
    failing(error)
    for _ in range(2):
        said = "not enough memory" if error in FULL else "could not be loaded"
        with pytest.raises(WeightError, match=said) as caught:
            fetch(entry)
        assert "stays as it is" in str(caught.value)
        assert "elete" not in str(caught.value)
    assert hub.given == [""]
    failing(None)
    assert fetch(entry).files == (file_of(entry, ".safetensors"),)
    assert hub.given == [""]


@pytest.mark.usefixtures("at_once")
@pytest.mark.parametrize("plain", [False, True], ids=["from the Hub", "from a URL"])
def test_what_was_published_stays_also_where_it_is_not_understood(hub, data, plain):
    sources = [hub.plain, SOURCE] if plain else [SOURCE, hub.plain]
    entry = entry_of(data, *sources, build={"filters": 8, "blocks": 1})
    for _ in range(2):
        with pytest.raises(WeightError, match=r"something else was found .* what was published"):
            fetch(entry)
    assert hub.given == [""]
    assert weights.find(entry)


@pytest.mark.parametrize("error", [*FULL, OPENCV], ids=str)
def test_what_says_that_memory_does_not_suffice_is_understood(error):
    assert is_memory(error)


@pytest.mark.parametrize("error", [*OTHERS, KeyError("memory")], ids=str)
def test_other_failures_are_not_taken_for_it(error):
    assert not is_memory(error)


@pytest.mark.parametrize("kind", [WeightError, WrongFileError])
def test_a_process_of_its_own_says_which_of_the_two_it_was(tmp_path, monkeypatch, data, kind):
    (tmp_path / "refusing.py").write_text(
        "from pipeline.weights.worker import answer\n"
        f"from pipeline.weights.catalog import {kind.__name__} as Error\n"
        "def work(weights, to): raise Error(f'{weights.entry.name}: no')\n"
        "answer(work)\n"
    )
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    with pytest.raises(WeightError, match=r"^net: no$") as caught:
        apart.run_worker("refusing", VerifiedWeights(entry_of(data), (), ""), tmp_path / "out")
    assert type(caught.value) is kind


def test_a_process_that_was_killed_refuses_nothing(monkeypatch, data, tmp_path):
    killed = subprocess.CompletedProcess([sys.executable], -9, b"", b"")
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: killed)
    with pytest.raises(apart.WorkerError, match="exit code -9"):
        apart.run_worker(
            "pipeline.weights.cache", VerifiedWeights(replace(entry_of(data)), (), ""), tmp_path
        )
