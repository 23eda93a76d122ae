import hashlib
import json
import socket
import threading
from collections import OrderedDict
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import SimpleNamespace

import pytest
import torch

import pipeline.weights as weights
import ui.startup as startup
from pipeline.catalog import CATALOG, Entry, Shard, WeightError, read_manifest
from pipeline.download import SourceError, find_in_hub_cache, split_hub
from pipeline.nets.generator import Generator
from pipeline.networks import load_network
from training.export import CARDS, export

CONTENT = bytes(range(256)) * 8000  # 2 MB: more than one chunk
DIGEST = hashlib.sha256(CONTENT).hexdigest()
SIZE = len(CONTENT)


class Source(BaseHTTPRequestHandler):
    """Serve CONTENT under /whole, /cut (stops early, claims all), /endless (states no length), /stubborn (knows no ranges)."""

    ranges: list[str]

    def do_GET(self):
        self.ranges.append(self.headers.get("Range", ""))
        start = int(self.headers["Range"].removeprefix("bytes=").removesuffix("-")) if "Range" in self.headers else 0
        body = CONTENT[start:]
        if self.path == "/stubborn":
            start, body = 0, CONTENT
        if self.path == "/missing":
            self.send_error(404)
            return
        self.send_response(206 if start else 200)
        if self.path != "/endless":
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body[: len(body) // 2] if self.path == "/cut" else body)

    def log_message(self, *args):
        pass


@pytest.fixture
def server():
    handler = type("Handler", (Source,), {"ranges": []})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as running:
        thread = threading.Thread(target=running.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        yield running
        running.shutdown()


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("PORTRAIT_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(weights, "find_in_hub_cache", lambda source: None)
    return tmp_path / "cache/weights"


def entry_from(server, *paths, sha256=DIGEST, size=SIZE):
    sources = tuple(f"http://127.0.0.1:{server.server_port}/{path}" for path in paths)
    return Entry("net", "painter", "MIT", "a test", sha256, size, sources)


def test_a_download_is_whole_and_verified(server, cache):
    steps = []
    path = weights.fetch(entry_from(server, "whole"), lambda done, total: steps.append((done, total)))
    assert path == cache / "net.pth"
    assert path.read_bytes() == CONTENT
    assert not (cache / "net.part").exists()
    assert steps[-1] == (SIZE, SIZE)
    assert steps == sorted(steps)


def test_a_file_that_is_here_is_not_downloaded_again(server):
    weights.fetch(entry_from(server, "whole"))
    weights.fetch(entry_from(server, "whole"))
    assert len(server.RequestHandlerClass.ranges) == 1


def test_a_download_cut_short_goes_on_where_it_stopped(server, cache):
    with pytest.raises(WeightError, match="stopped after 1024000 of 2048000 bytes"):
        weights.fetch(entry_from(server, "cut"))
    assert not (cache / "net.pth").exists()
    assert weights.fetch(entry_from(server, "whole")).read_bytes() == CONTENT
    assert server.RequestHandlerClass.ranges == ["", "bytes=1024000-"]


def test_a_source_that_cannot_resume_sends_all_again(server, cache):
    cache.mkdir(parents=True)
    (cache / "net.part").write_bytes(CONTENT[:1000])
    assert weights.fetch(entry_from(server, "stubborn")).read_bytes() == CONTENT


def test_the_next_source_is_tried(server):
    assert weights.fetch(entry_from(server, "missing", "whole")).read_bytes() == CONTENT


def test_the_hub_comes_first_and_its_failure_is_not_the_end(server, monkeypatch):
    asked = []

    def refuse(source, limit):
        asked.append(source)
        raise SourceError("the Hub is away")

    monkeypatch.setattr(weights, "download_from_hub", refuse)
    entry = entry_from(server, "whole")
    entry = replace(entry, sources=("hf://someone/nets/net.pth", *entry.sources))
    assert weights.fetch(entry).read_bytes() == CONTENT
    assert asked == ["hf://someone/nets/net.pth"]


@pytest.mark.parametrize("path", ["whole", "endless"])
def test_more_bytes_than_expected_are_refused(server, cache, path):
    with pytest.raises(WeightError, match="more than the 1000000 expected"):
        weights.fetch(entry_from(server, path, size=1_000_000))
    assert not list(cache.glob("net.p*"))


def test_a_wrong_hash_is_refused_and_leaves_nothing(server, cache):
    with pytest.raises(WeightError, match=f"sha256 {'0' * 64} was wanted"):
        weights.fetch(entry_from(server, "whole", sha256="0" * 64))
    assert not list(cache.glob("net.p*"))


def test_an_unreachable_source_names_the_file_and_what_to_do(cache):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with pytest.raises(WeightError) as caught:
        weights.fetch(Entry("net", "painter", "MIT", "a test", "0" * 64, 10, (f"http://127.0.0.1:{port}/net.pth",)))
    assert str(cache / "net.pth") in str(caught.value)
    assert "embedded" in str(caught.value)


def test_a_cache_folder_that_cannot_be_written_is_said(tmp_path, monkeypatch, server):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("PORTRAIT_CACHE", str(tmp_path / "file"))
    with pytest.raises(WeightError, match="PORTRAIT_CACHE"):
        weights.fetch(entry_from(server, "whole"))


def test_an_unpublished_hash_is_recorded_at_the_first_download_and_held_to(server, cache, caplog):
    entry = entry_from(server, "whole", sha256=None, size=None)
    path = weights.fetch(entry)
    assert (cache / "net.pth.sha256").read_text().strip() == DIGEST
    assert "No sha256 is published" in caplog.text
    weights.fetch(entry)
    path.write_bytes(b"something else")
    with pytest.raises(WeightError, match="is not net"):
        weights.fetch(entry)
    path.unlink()
    assert weights.fetch(entry).read_bytes() == CONTENT


def test_the_hubs_own_cache_is_found_without_the_network(tmp_path, monkeypatch):
    repo = tmp_path / "models--someone--nets"
    for folder, file, text in (("refs", "main", "abc"), ("snapshots/abc/deep", "net.pth", "weights")):
        (repo / folder).mkdir(parents=True)
        (repo / folder / file).write_text(text)
    monkeypatch.setattr("huggingface_hub.file_download.constants.HF_HUB_CACHE", str(tmp_path))
    found = find_in_hub_cache("hf://someone/nets/deep/net.pth")
    assert found is not None
    assert found.read_text() == "weights"
    assert find_in_hub_cache("hf://someone/nets/other.pth") is None


def test_a_hub_source_names_repository_kind_and_file():
    assert split_hub("hf://a/b/c/d.pth") == ("model", "a/b", "c/d.pth")
    assert split_hub("hf://datasets/a/b/c/d.pth") == ("dataset", "a/b", "c/d.pth")


@pytest.fixture
def published_here(cache):
    cache.mkdir(parents=True)
    (cache / "style_monet.pth").write_bytes(b"a checkpoint")
    (cache / "gfpgan_v1.3.pth").write_bytes(b"a checkpoint")


@pytest.mark.parametrize(
    ("role", "policy", "name"),
    [
        ("painter", "embedded", "monet_light"), ("painter", "auto", "monet_light"), ("painter", "full", "style_monet"),
        ("parser", "embedded", "parser"), ("parser", "auto", "parser"), ("parser", "full", "parser"), ("restorer", "full", "gfpgan_v1.4"),
    ],
)  # fmt: skip
def test_without_published_weights_only_full_asks_for_them(role, policy, name):
    assert weights.choose(role, policy).name == name


@pytest.mark.parametrize(
    ("role", "policy", "name"),
    [
        ("painter", "embedded", "monet_light"), ("painter", "auto", "style_monet"), ("painter", "full", "style_monet"),
        ("restorer", "auto", "gfpgan_v1.3"), ("restorer", "full", "gfpgan_v1.3"),
    ],
)  # fmt: skip
@pytest.mark.usefixtures("published_here")
def test_published_weights_that_are_here_are_used(role, policy, name):
    assert weights.choose(role, policy).name == name


@pytest.fixture
def no_restorer(monkeypatch):
    """Take the embedded restorer away, where there is one."""
    monkeypatch.delitem(CATALOG, "restorer_light", raising=False)


@pytest.fixture
def restorer_embedded(monkeypatch):
    """Have an embedded restorer, whether its files are here or not."""
    shard = Shard("restorer_light-1-of-1.safetensors", DIGEST, SIZE)
    monkeypatch.setitem(CATALOG, "restorer_light", Entry("restorer_light", "restorer", "research", "a test", DIGEST, SIZE, shards=(shard,)))


@pytest.mark.parametrize(("policy", "name"), [("embedded", "restorer_light"), ("auto", "restorer_light"), ("full", "gfpgan_v1.4")])
@pytest.mark.usefixtures("restorer_embedded")
def test_the_embedded_restorer_serves_until_a_published_one_is_asked_for(policy, name):
    assert weights.choose("restorer", policy).name == name


@pytest.mark.parametrize(("policy", "name"), [("embedded", "restorer_light"), ("auto", "gfpgan_v1.3"), ("full", "gfpgan_v1.3")])
@pytest.mark.usefixtures("restorer_embedded", "published_here")
def test_a_published_restorer_that_is_here_goes_before_the_embedded_one(policy, name):
    assert weights.choose("restorer", policy).name == name


@pytest.mark.usefixtures("restorer_embedded")
def test_a_restorer_that_cannot_be_fetched_has_another_in_its_place(monkeypatch):
    monkeypatch.setattr(startup, "fetch", lambda entry: (_ for _ in ()).throw(WeightError("the Hub is away")))
    page = SimpleNamespace(say=lambda *_: None)
    assert startup._bring(page, CATALOG["gfpgan_v1.4"]).endswith("restorer_light is used.")
    monkeypatch.delitem(CATALOG, "restorer_light")
    assert startup._bring(page, CATALOG["gfpgan_v1.4"]).endswith("the restorer is left out.")


@pytest.mark.parametrize("policy", ["auto", "embedded"])
@pytest.mark.usefixtures("no_restorer")
def test_no_restorer_without_a_download_and_the_message_says_so(policy):
    with pytest.raises(WeightError, match=r"gfpgan_v1\.4.*'full'.*349 MB"):
        weights.choose("restorer", policy)


@pytest.mark.usefixtures("published_here")
def test_status_tells_embedded_cached_and_missing_apart():
    states = {s.entry.name: s.state for s in weights.status()}
    assert states.keys() == CATALOG.keys()
    assert states.items() >= {
        "monet_light": "embedded", "parser": "embedded", "style_monet": "cached", "gfpgan_v1.4": "missing", "gfpgan_v1.3": "cached",
    }.items()  # fmt: skip


@pytest.mark.parametrize("entry", CATALOG.values(), ids=CATALOG)
def test_every_weight_states_license_and_origin(entry):
    assert entry.license
    assert entry.origin
    assert entry.embedded or entry.sources


@pytest.mark.parametrize("name", [entry.name for entry in CATALOG.values() if entry.embedded])
def test_embedded_weights_are_what_the_manifest_says_and_small(name):
    assert CARDS[name]["role"] == CATALOG[name].role
    found = weights.obtain(CATALOG[name])
    assert found.sha256 == CATALOG[name].sha256
    assert all(file.stat().st_size < 10_000_000 for file in found.files)
    load_network(found)


@pytest.fixture
def small(tmp_path, monkeypatch):
    """Export a small painter into a folder of its own; return the folder."""
    folder = tmp_path / "weights"
    monkeypatch.setattr(weights, "EMBEDDED", folder)
    export(Generator(4, 1), "monet_light", {"filters": 4, "blocks": 1}, folder)
    return folder


def test_what_is_exported_loads_as_it_was(small, monkeypatch):
    torch.manual_seed(0)
    network = Generator(4, 1).half().float()
    monkeypatch.setattr("training.export.SHARD_BYTES", 2000)
    export(network, "monet_light", {"filters": 4, "blocks": 1}, small)
    entry = read_manifest(small)["monet_light"]
    assert len(entry.shards) > 1
    assert {s.file for s in entry.shards} == {f.name for f in small.glob("*.safetensors")}
    loaded = load_network(weights.obtain(entry)).state_dict()
    assert all(torch.equal(value, loaded[key]) for key, value in network.state_dict().items())


def test_export_leaves_the_other_entries_alone(small):
    (small / "manifest.json").write_text(json.dumps({"other": {"kept": True}}))
    export(Generator(4, 1), "monet_light", {"filters": 4, "blocks": 1}, small)
    assert json.loads((small / "manifest.json").read_text())["other"] == {"kept": True}


def _flip(file):
    data = bytearray(file.read_bytes())
    data[-1] ^= 1
    file.write_bytes(data)


@pytest.mark.parametrize(
    ("harm", "said"),
    [(_flip, "is damaged"), (lambda f: f.write_bytes(f.read_bytes()[:-9]), "is damaged"), (lambda f: f.unlink(), "is missing")],
    ids=["one bit flipped", "truncated", "missing"],
)
def test_a_harmed_shard_is_refused_by_name(small, harm, said):
    entry = read_manifest(small)["monet_light"]
    harm(small / entry.shards[0].file)
    with pytest.raises(WeightError, match=rf"monet_light-1-of-1\.safetensors {said}"):
        weights.obtain(entry)


def test_a_manifest_that_is_no_manifest_is_refused(small):
    (small / "manifest.json").write_text("[1, 2")
    with pytest.raises(WeightError, match=r"manifest\.json is not a list of weights"):
        read_manifest(small)


def test_a_folder_without_a_manifest_holds_no_weights(tmp_path):
    assert read_manifest(tmp_path) == {}


def _verified(cache, name, state, **options):
    cache.mkdir(parents=True)
    torch.save(state, cache / f"{name}.pth", **options)
    return weights.obtain(replace(CATALOG[name], sha256=None))


def test_an_old_published_checkpoint_loads_strictly(cache):
    torch.manual_seed(0)
    network = Generator()
    state = OrderedDict(network.state_dict())
    state["model.2.running_mean"] = torch.zeros(64)
    state["model.2.num_batches_tracked"] = torch.tensor(0)
    state._metadata = OrderedDict(version=1)
    loaded = load_network(_verified(cache, "style_monet", state, _use_new_zipfile_serialization=False))
    assert torch.equal(loaded.model[1].weight, network.model[1].weight)


class Evil:
    def __reduce__(self):
        return print, ("this must never run",)


@pytest.mark.parametrize(
    "state", [{"other": torch.zeros(1)}, dict(Generator(8, 2).state_dict()), [1, 2], {"model.1.weight": Evil()}],
    ids=["unknown keys", "another size", "no state dict", "more than weights"],
)  # fmt: skip
def test_a_file_of_something_else_is_refused_by_name(cache, state, capsys):
    with pytest.raises(WeightError, match=r"style_monet\.pth: the painter style_monet was wanted"):
        load_network(_verified(cache, "style_monet", state))
    assert "never" not in capsys.readouterr().out


def test_a_file_that_is_no_checkpoint_is_refused_by_name(cache):
    cache.mkdir(parents=True)
    (cache / "gfpgan_v1.4.pth").write_bytes(b"<html>Not found</html>")
    with pytest.raises(WeightError, match=r"gfpgan_v1\.4\.pth is not gfpgan_v1\.4"):
        weights.obtain(CATALOG["gfpgan_v1.4"])
    with pytest.raises(WeightError, match=r"gfpgan_v1\.4\.pth: the restorer"):
        load_network(weights.obtain(replace(CATALOG["gfpgan_v1.4"], sha256=None)))
