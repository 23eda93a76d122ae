import json
import re
from collections import OrderedDict
from dataclasses import replace
from pathlib import Path
from typing import get_args

import pytest
import torch
from huggingface_hub import parse_hf_uri
from safetensors.torch import load_file

import pipeline.weights.resolve as weights
from pipeline.nets.cyclegan import Generator
from pipeline.nets.unet import Parser
from pipeline.runtime.build import load_network
from pipeline.weights import parameters
from pipeline.weights.catalog import CATALOG, PUBLISHED, PURPOSES, Role, WeightError, read_manifest
from pipeline.weights.hub import find_in_hub_cache
from training.export import CARDS, export

ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("PORTRAIT_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(weights, "find_in_hub_cache", lambda source: None)
    return tmp_path / "cache/weights"


def test_the_hubs_own_cache_is_found_without_the_network(tmp_path, monkeypatch):
    repo = tmp_path / "models--someone--nets"
    for folder, file, text in (
        ("refs", "main", "abc"),
        ("snapshots/abc/deep", "net.pth", "weights"),
    ):
        (repo / folder).mkdir(parents=True)
        (repo / folder / file).write_text(text)
    monkeypatch.setattr("huggingface_hub.file_download.constants.HF_HUB_CACHE", str(tmp_path))
    found = find_in_hub_cache("hf://someone/nets@main/deep/net.pth")
    assert found is not None
    assert found.read_text() == "weights"
    assert find_in_hub_cache("hf://someone/nets@main/other.pth") is None


@pytest.fixture
def published_here(cache):
    cache.mkdir(parents=True)
    (cache / "style_monet.pth").write_bytes(b"a checkpoint")
    (cache / "gfpgan_v1.3.pth").write_bytes(b"a checkpoint")


@pytest.mark.parametrize(
    ("role", "policy", "name"),
    [
        ("painter", "embedded", "monet_light"),
        ("painter", "auto", "monet_light"),
        ("painter", "full", "style_monet"),
        ("parser", "embedded", "parser"),
        ("parser", "auto", "parser"),
        ("parser", "full", "parser"),
        ("close_parser", "full", "parser_close"),
        ("restorer", "embedded", "restorer_light"),
        ("restorer", "auto", "restorer_light"),
        ("restorer", "full", "gfpgan_v1.4"),
    ],
)
def test_without_published_weights_only_full_asks_for_them(role, policy, name):
    assert weights.choose(role, policy).name == name


@pytest.mark.parametrize(
    ("role", "policy", "name"),
    [
        ("painter", "embedded", "monet_light"),
        ("painter", "auto", "style_monet"),
        ("painter", "full", "style_monet"),
        ("restorer", "embedded", "restorer_light"),
        ("restorer", "auto", "gfpgan_v1.3"),
        ("restorer", "full", "gfpgan_v1.3"),
    ],
)
@pytest.mark.usefixtures("published_here")
def test_published_weights_that_are_here_are_used(role, policy, name):
    assert weights.choose(role, policy).name == name


@pytest.mark.parametrize("policy", ["auto", "embedded"])
def test_what_is_not_embedded_needs_a_download_and_the_message_says_so(policy, monkeypatch):
    monkeypatch.setattr(
        weights,
        "CATALOG",
        {name: entry for name, entry in CATALOG.items() if name != "restorer_light"},
    )
    with pytest.raises(WeightError, match=r"gfpgan_v1\.4.*'full'.*349 MB"):
        weights.choose("restorer", policy)


@pytest.mark.usefixtures("published_here")
def test_status_tells_embedded_cached_and_missing_apart():
    states = {s.entry.name: s.state for s in weights.status()}
    assert states.keys() == CATALOG.keys()
    assert states.items() >= {
        "monet_light": "embedded", "parser": "embedded", "parser_close": "embedded",
        "style_monet": "cached", "gfpgan_v1.4": "missing", "gfpgan_v1.3": "cached",
    }.items()  # fmt: skip


@pytest.mark.parametrize("entry", CATALOG.values(), ids=CATALOG)
def test_every_weight_states_license_origin_and_purpose(entry):
    assert entry.license
    assert entry.origin
    assert entry.purpose
    assert entry.embedded or entry.sources


def test_every_role_has_a_purpose():
    assert PURPOSES.keys() == set(get_args(Role))


@pytest.mark.parametrize("entry", PUBLISHED, ids=lambda entry: entry.name)
def test_every_published_weight_names_its_paper_and_its_sources_the_hub_first(entry):
    assert re.search(r"^\w+ et al\. \d{4}, .+ arXiv \d{4}\.\d{4,5}$", entry.paper)
    hub = [source.startswith("hf://") for source in entry.sources]
    assert hub == sorted(hub, reverse=True)
    uris = [parse_hf_uri(source) for source in entry.sources if source.startswith("hf://")]
    assert all(uri.revision and uri.path_in_repo for uri in uris)
    assert all(re.match("https?://", source) for source in entry.sources[len(uris) :])
    assert entry.unpinned or re.fullmatch("[0-9a-f]{64}", entry.sha256)


def test_what_a_space_has_before_it_starts_is_pinned_and_found_where_the_hub_puts_it():
    front = (ROOT / "README.md").read_text().split("---")[1]
    preloaded = re.findall(
        r"^  - (\S+) (\S+)$", front.partition("preload_from_hub:")[2], re.MULTILINE
    )
    first = {entry.sources[0]: entry for entry in PUBLISHED}
    assert preloaded
    assert all(first[f"hf://{repository}@main/{file}"].sha256 for repository, file in preloaded)


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


def test_of_a_network_over_another_only_what_differs_is_written(tmp_path, monkeypatch):
    for module in (weights, parameters):
        monkeypatch.setattr(module, "EMBEDDED", tmp_path)
    build = {"classes": 13}
    below = Parser(**build).half().float()
    export(below, "parser", build, tmp_path)
    over = Parser(**build)
    over.load_state_dict(below.state_dict())
    with torch.no_grad():
        over.segmentation_head[0].bias += 1
    export(over, "parser_gray", build, tmp_path)
    entries = read_manifest(tmp_path)
    *files, last = (shard.file for shard in entries["parser_gray"].shards)
    assert files == [shard.file for shard in entries["parser"].shards]
    assert list(load_file(tmp_path / last)) == ["segmentation_head.0.bias"]
    for name, network in (("parser", below), ("parser_gray", over)):
        loaded = load_network(weights.obtain(entries[name])).state_dict()
        wanted = network.segmentation_head[0].bias
        torch.testing.assert_close(loaded["segmentation_head.0.bias"], wanted, atol=1e-3, rtol=0)
        assert parameters.count_parameters(entries[name]) == sum(
            p.numel() for p in below.parameters()
        )


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
    [
        (_flip, "is damaged"),
        (lambda f: f.write_bytes(f.read_bytes()[:-9]), "is damaged"),
        (lambda f: f.unlink(), "is missing"),
    ],
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


def _obtained(cache, name, state, **options):
    cache.mkdir(parents=True)
    torch.save(state, cache / f"{name}.pth", **options)
    return weights.obtain(replace(CATALOG[name], sha256=None))


@pytest.mark.usefixtures("at_once")
def test_an_old_published_checkpoint_loads_strictly(cache):
    torch.manual_seed(0)
    network = Generator()
    state = OrderedDict(network.state_dict())
    state["model.2.running_mean"] = torch.zeros(64)
    state["model.2.num_batches_tracked"] = torch.tensor(0)
    state._metadata = OrderedDict(version=1)
    loaded = load_network(
        _obtained(cache, "style_monet", state, _use_new_zipfile_serialization=False)
    )
    assert torch.equal(loaded.model[1].weight, network.model[1].weight)


class Evil:
    def __reduce__(self):
        return print, ("this must never run",)


@pytest.mark.usefixtures("at_once")
@pytest.mark.parametrize(
    "state",
    [
        {"other": torch.zeros(1)},
        dict(Generator(8, 2).state_dict()),
        [1, 2],
        {"model.1.weight": Evil()},
    ],
    ids=["unknown keys", "another size", "no state dict", "more than weights"],
)
def test_a_file_of_something_else_is_refused_by_name(cache, state, capsys):
    with pytest.raises(WeightError, match=r"style_monet\.pth: the painter style_monet was wanted"):
        _obtained(cache, "style_monet", state)
    assert weights.recorded(CATALOG["style_monet"]) is None
    assert "never" not in capsys.readouterr().out


@pytest.mark.usefixtures("at_once")
def test_a_file_that_is_no_checkpoint_is_refused_by_name(cache):
    cache.mkdir(parents=True)
    (cache / "gfpgan_v1.4.pth").write_bytes(b"<html>Not found</html>")
    with pytest.raises(WeightError, match=r"gfpgan_v1\.4\.pth is not gfpgan_v1\.4"):
        weights.obtain(CATALOG["gfpgan_v1.4"])
    with pytest.raises(WeightError, match=r"gfpgan_v1\.4\.pth: the restorer"):
        weights.obtain(replace(CATALOG["gfpgan_v1.4"], sha256=None))
