"""Downloads from a stand-in for the Hub on loopback: they arrive whole, or the error says why."""

import hashlib
import logging
import pickle
import socket
import subprocess
import sys
from copy import deepcopy
from io import BytesIO
from pathlib import Path
from types import SimpleNamespace

import huggingface_hub.constants as constants
import huggingface_hub.file_download as client
import pytest
import torch

import pipeline.weights.resolve as weights
from pipeline.nets.cyclegan import Generator
from pipeline.runtime.build import load_network
from pipeline.weights.cache import file_of, recorded
from pipeline.weights.catalog import WeightError
from pipeline.weights.fetch import fetch
from tests.disk import files_of_at_most
from tests.hub import COMMIT, FILE, SOURCE, checkpoint_of, entry_of, reach

ROOT = Path(__file__).parents[2]
CHUNK = 1 << 18  # instead of the client's 10 MB: what arrived of an unfinished chunk is lost


@pytest.fixture
def impatient(monkeypatch):
    """Wait shortly for answers, and not at all between attempts."""
    monkeypatch.setattr(constants, "HF_HUB_ETAG_TIMEOUT", 0.2)
    monkeypatch.setattr(constants, "HF_HUB_DOWNLOAD_TIMEOUT", 0.2)
    monkeypatch.setattr(constants, "DOWNLOAD_CHUNK_SIZE", CHUNK)
    monkeypatch.setattr(client, "time", SimpleNamespace(sleep=lambda s: None))


def left_in_the_hubs_cache():
    files = Path(constants.HF_HUB_CACHE).rglob("*")
    return [
        file for file in files if not file.is_dir() and {"blobs", "snapshots"} & set(file.parts)
    ]


def begin(entry, tmp_path):
    """Bring a weight in a process of its own; return that once it is about to."""
    file = tmp_path / "entry.pickle"
    file.write_bytes(pickle.dumps(entry))
    run = subprocess.Popen(
        [sys.executable, "-m", "tests.hub", str(file)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert run.stdout.readline() == "begun\n"
    return run


# What goes well


@pytest.mark.usefixtures("at_once")
def test_a_weight_arrives_whole_and_is_unpickled_only_once(hub, data, monkeypatch):
    monkeypatch.setattr(constants, "DOWNLOAD_CHUNK_SIZE", CHUNK)
    entry, steps, published = entry_of(data), [], torch.load(BytesIO(data), weights_only=True)
    found = fetch(entry, lambda done, total: steps.append((done, total)))
    assert steps == sorted(steps)
    assert steps[-1] == (len(data), len(data))
    assert len(steps) > 5
    asked = list(hub.asked)
    monkeypatch.setattr(torch, "load", None)
    for again in (found, fetch(entry), weights.obtain(entry)):
        assert again.files == (file_of(entry, ".safetensors"),)
        assert again.sha256 == entry.sha256
        loaded = load_network(again).state_dict()
        assert all(torch.equal(value, loaded[key]) for key, value in published.items())
    assert hub.asked == asked


@pytest.mark.usefixtures("at_once")
def test_a_pinned_revision_is_asked_for_and_found_again(hub, data):
    entry = entry_of(data, SOURCE.replace("main", COMMIT))
    fetch(entry)
    assert f"/resolve/{COMMIT}/" in hub.asked[0][1]
    file_of(entry, ".safetensors").unlink()
    assert weights.find(entry).is_relative_to(constants.HF_HUB_CACHE)
    assert weights.find(entry_of(data)) is None, "the file of main is another one"


@pytest.mark.usefixtures("at_once", "impatient")
def test_a_download_that_is_cut_goes_on_where_it_stopped(hub, data):
    hub.trouble["bytes"] = ["cut"]
    fetch(entry_of(data))
    first, second = hub.given
    assert (first, second[:6]) == ("", "bytes=")
    assert len(data) // 2 - CHUNK <= int(second[6:-1]) <= len(data) // 2


# What goes wrong: the next source is tried, and nothing is left


@pytest.mark.usefixtures("at_once", "impatient")
@pytest.mark.parametrize(
    ("source", "trouble", "said"),
    [
        (SOURCE, {"about": [500]}, "500"),
        (SOURCE, {"bytes": [500]}, "500"),
        (SOURCE, {"about": ["stall"]}, "ReadTimeout"),
        (SOURCE, {"bytes": ["stall"] * 20}, "ReadTimeout"),
        (SOURCE.replace("net.pth", "other.pth"), {}, "RemoteEntryNotFoundError: 404"),
        (SOURCE.replace("main", "old"), {}, "RevisionNotFoundError: 404"),
        (SOURCE.replace("someone", "nobody"), {}, "RepositoryNotFoundError: 401"),
    ],
    ids=[
        "500",
        "500 later",
        "no answer",
        "no more bytes",
        "no such file",
        "no such revision",
        "no such repository",
    ],
)
def test_where_one_source_fails_the_next_delivers(hub, data, source, trouble, said):
    hub.trouble.update(deepcopy(trouble))
    with pytest.raises(WeightError, match=rf"net could not be downloaded \({source}: .*{said}"):
        fetch(entry_of(data, source))
    hub.trouble.update(deepcopy(trouble))
    assert fetch(entry_of(data, source, hub.plain)).files[0].suffix == ".safetensors"
    assert left_in_the_hubs_cache() == []


@pytest.mark.usefixtures("at_once")
@pytest.mark.parametrize("honest", [True, False], ids=["as its tag says", "against its tag"])
def test_another_file_than_the_published_one_is_refused_and_deleted(hub, data, honest):
    other = hashlib.sha256(data).hexdigest()
    entry = entry_of(data, sha256="5" * 64)
    hub.tags[FILE] = other if honest else "5" * 64
    with pytest.raises(WeightError, match=rf"sha256 5{{64}} was wanted, .*{other}"):
        fetch(entry)
    assert hub.given == ([] if honest else [""])
    assert left_in_the_hubs_cache() == []
    assert weights.find(entry) is None


@pytest.mark.usefixtures("at_once", "impatient")
def test_a_url_that_stalls_is_left_for_the_next_source_too(hub, data):
    hub.trouble["plain"] = ["stall"]
    assert fetch(entry_of(data, hub.plain, SOURCE)).files[0].suffix == ".safetensors"
    assert hub.asked[1][0] == "HEAD"


def test_without_a_network_it_is_said_and_embedded_ones_play_on(data, tmp_path, monkeypatch):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        reach(monkeypatch, f"http://127.0.0.1:{free.getsockname()[1]}", tmp_path)
    with pytest.raises(
        WeightError,
        match=r"net could not be downloaded \(.*ConnectError.*put the file at .*net\.pth, "
        r"or choose .*'embedded'",
    ):
        fetch(entry_of(data))
    assert weights.choose("painter", "auto").embedded


@pytest.mark.usefixtures("at_once")
@pytest.mark.parametrize("plain", [False, True], ids=["from the Hub", "from a URL"])
def test_a_full_disk_is_said_no_other_source_is_tried_and_nothing_is_left(hub, data, plain):
    entry = entry_of(data, *([hub.plain, SOURCE] if plain else [SOURCE, hub.plain]))
    with (
        files_of_at_most(len(data) // 2),
        pytest.raises(
            WeightError,
            match=r"File too large.*Free some space, or set PORTRAIT_CACHE, and HF_HOME",
        ),
    ):
        fetch(entry)
    assert len(hub.given) == 1
    assert left_in_the_hubs_cache() == []
    assert not file_of(entry, ".part").exists()
    assert fetch(entry).files[0].exists()


# Several processes


def test_two_processes_at_once_download_once(hub, data, tmp_path):
    hub.trouble["bytes"] = ["stall"]
    first = begin(entry_of(data), tmp_path)
    assert hub.stalled.wait(60)
    second = begin(entry_of(data), tmp_path)
    hub.go_on.set()
    for run in (first, second):
        said, complaints = run.communicate(timeout=120)
        assert run.returncode == 0, complaints
        assert Path(said.strip()) == file_of(entry_of(data), ".safetensors")
    assert hub.given == [""]
    assert {path for method, path, _ in hub.asked if method == "HEAD"} == {
        f"/someone/nets/resolve/main/{FILE}"
    }


@pytest.mark.usefixtures("at_once")
@pytest.mark.parametrize("plain", [False, True], ids=["from the Hub", "from a URL"])
def test_what_a_killed_process_left_does_no_harm(hub, data, tmp_path, plain):
    hub.trouble["plain" if plain else "bytes"] = ["stall"]
    entry = entry_of(data, hub.plain if plain else SOURCE)
    run = begin(entry, tmp_path)
    assert hub.stalled.wait(60)
    part = file_of(entry, ".part")
    while plain and not (part.exists() and part.stat().st_size):
        assert run.poll() is None
    run.kill()
    run.communicate()
    hub.go_on.set()
    assert fetch(entry).sha256 == entry.sha256
    assert hub.given == ["", f"bytes={1 << 20}-" if plain else ""]  # the Hub's client begins anew
    assert not [
        file for file in tmp_path.rglob("*") if file.name.endswith((".incomplete", ".part"))
    ]


# What nobody vouches for


class Evil:
    def __init__(self, trace):
        self.trace = trace

    def __reduce__(self):
        return Path.touch, (self.trace,)


@pytest.mark.usefixtures("at_once")
@pytest.mark.parametrize("kind", ["code", "other shapes", "other keys"])
def test_an_unpinned_file_of_something_else_is_refused_and_nothing_is_recorded(hub, tmp_path, kind):
    trace = tmp_path / "it ran"
    file = tmp_path / "bad.pth"
    torch.save(
        {
            "code": {"model.1.weight": Evil(trace)},
            "other shapes": Generator(8, 2).state_dict(),
            "other keys": {"x": torch.zeros(1)},
        }[kind],
        file,
    )
    hub.files[FILE] = file.read_bytes()
    entry = entry_of(file.read_bytes(), sha256=None)
    with pytest.raises(WeightError, match="the painter net was wanted, something else was found"):
        fetch(entry)
    assert not trace.exists()
    assert recorded(entry) is None
    assert weights.find(entry) is None
    assert left_in_the_hubs_cache() == []


@pytest.mark.usefixtures("at_once")
def test_the_first_unpinned_file_is_recorded_and_another_one_later_is_refused(hub, data, caplog):
    entry = entry_of(data, sha256=None)
    digest = hashlib.sha256(data).hexdigest()
    assert fetch(entry).sha256 == recorded(entry) == digest
    assert "Nobody states the sha256 of net" in caplog.text
    hub.files[FILE] = checkpoint_of(Generator(32, 2))
    hub.tags[FILE] = "7" * 64
    for file in (file_of(entry, ".safetensors"), *left_in_the_hubs_cache()):
        file.unlink(missing_ok=True)
    with pytest.raises(
        WeightError, match=rf"sha256 {digest} was wanted, .* also delete .*net\.sha256"
    ):
        fetch(entry)
    file_of(entry, ".sha256").unlink()
    assert fetch(entry).sha256 == hashlib.sha256(hub.files[FILE]).hexdigest()


# Damage


def spoil(file):
    with file.resolve().open("r+b") as stream:
        stream.seek(-9, 2)
        stream.write(b"\0damaged\0")


@pytest.mark.usefixtures("at_once")
def test_damaged_safetensors_are_made_anew_from_the_checkpoint(hub, data, caplog):
    entry = entry_of(data)
    file = fetch(entry).files[0]
    kept, asked = file.read_bytes(), list(hub.asked)
    spoil(file)
    assert weights.obtain(entry).files == (file,)
    assert file.read_bytes() == kept
    assert "is damaged and made anew" in caplog.text
    assert hub.asked == asked


@pytest.mark.usefixtures("at_once")
def test_a_damaged_checkpoint_is_refused_and_fetched_again_where_that_is_asked_for(
    hub, data, caplog
):
    caplog.set_level(logging.WARNING)
    entry = entry_of(data)
    fetch(entry)
    file_of(entry, ".safetensors").unlink()
    spoil(weights.find(entry))
    with pytest.raises(
        WeightError, match=r"net\.pth is not net: sha256 .* Delete the file and try again"
    ):
        weights.obtain(entry)
    assert len(hub.given) == 1
    assert fetch(entry).files[0].suffix == ".safetensors"
    assert "It is fetched again" in caplog.text
    assert len(hub.given) == 2


@pytest.mark.usefixtures("hub")
def test_where_safetensors_cannot_be_written_the_checkpoint_is_read(
    data, monkeypatch, tmp_path, caplog
):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("pipeline.weights.cache.run_worker", full)
    found = fetch(entry_of(data))
    assert found.files[0].is_relative_to(constants.HF_HUB_CACHE)
    assert load_network(found)
    assert "cannot be kept as safetensors" in caplog.text
