"""Converted networks: made anew when their own code changes, gone when nobody uses them."""

import os
import time
from dataclasses import replace

import pytest

import pipeline.runtime.converted as converted
from pipeline.runtime.build import NETS
from pipeline.runtime.converted import UNUSED_DAYS, folder_of, forget_unused, note_use, sources_of
from pipeline.weights.cache import VerifiedWeights
from pipeline.weights.catalog import CATALOG

DAY = 24 * 3600
PAINTER = VerifiedWeights(CATALOG["monet_light"], (), "ab" * 32)
KEY, OTHER = "0123456789abcdef", "fedcba9876543210"


@pytest.fixture
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("PORTRAIT_CACHE", str(tmp_path))
    (tmp_path / "converted").mkdir()
    return tmp_path / "converted"


@pytest.fixture
def project(tmp_path, monkeypatch, cache):
    """Make a project whose painter imports norms, and beside it what it does not import."""
    nets = tmp_path / "project/pipeline/nets"
    nets.mkdir(parents=True)
    (nets / "cyclegan.py").write_text("import torch\n\nfrom pipeline.nets import instance_norm\n")
    (nets / "instance_norm.py").write_text("from pipeline.nets.deep import VALUE\n")
    (nets / "deep.py").write_text("VALUE = 1\n")
    (nets / "parser.py").write_text("import torch\n")
    monkeypatch.setattr(converted, "ROOT", tmp_path / "project")
    return nets


def laid(cache, name, days):
    """Lay a converted network into the cache that was used so many days ago."""
    folder = cache / name
    folder.mkdir()
    (folder / "net.xml").write_text("<net/>")
    os.utime(folder, (time.time() - days * DAY,) * 2)
    return folder


OWN = ["cyclegan.py", "instance_norm.py", "deep.py"]


@pytest.mark.parametrize(
    ("file", "another"), [*((name, True) for name in OWN), ("parser.py", False)]
)
def test_only_the_code_that_a_network_is_made_of_makes_it_another_one(project, file, another):
    before = folder_of(PAINTER, "1")
    (project / file).write_text((project / file).read_text() + "# changed\n")
    assert (folder_of(PAINTER, "1") != before) == another


def test_weights_piece_arguments_and_engine_make_it_another_one(cache):
    entry = PAINTER.entry
    others = [
        replace(PAINTER, sha256="cd" * 32),
        replace(PAINTER, submodule="frozen"),
        replace(PAINTER, entry=replace(entry, build={**entry.build, "blocks": 1})),
    ]
    names = {folder_of(PAINTER, "1"), folder_of(PAINTER, "2"), *(folder_of(o, "1") for o in others)}
    assert len(names) == 5
    assert folder_of(PAINTER, "1") == folder_of(PAINTER, "1")


def test_every_network_is_made_of_its_own_module_and_what_that_imports():
    def made_of(name):
        return [
            module.removeprefix("pipeline.nets.") for module in sources_of(f"pipeline.nets.{name}")
        ]

    assert made_of("cyclegan") == ["cyclegan", "instance_norm"]
    assert made_of("sam_light") == ["imagenet_norm", "sam", "sam_light"]
    for place in NETS.values():
        assert place.split(".")[0] in made_of(place.split(".")[0])


BEFORE = [f"monet_light-run-{OTHER}", f"monet_light-{OTHER}", f"monet_light-run-{OTHER}.ab12cd"]
OTHERS = [
    f"monet_light-frozen-{OTHER}",
    f"monet_mist-run-{OTHER}",
    f"monet_light2-run-{OTHER}",
    "notes",
]


@pytest.mark.parametrize("name", BEFORE)
def test_what_the_same_network_was_converted_to_long_ago_goes(cache, name):
    used, old = laid(cache, f"monet_light-run-{KEY}", 0), laid(cache, name, UNUSED_DAYS + 1)
    forget_unused(PAINTER, used)
    assert list(cache.iterdir()) == [used]
    assert not old.exists()


def test_what_another_installed_version_uses_stays(cache):
    used = laid(cache, f"monet_light-run-{KEY}", 0)
    theirs = laid(cache, f"monet_light-run-{OTHER}", 99)
    note_use(theirs)
    forget_unused(PAINTER, used)
    forget_unused(PAINTER, used, now=time.time() + (UNUSED_DAYS - 1) * DAY)
    assert theirs.exists()
    forget_unused(PAINTER, used, now=time.time() + (UNUSED_DAYS + 1) * DAY)
    assert not theirs.exists()


@pytest.mark.parametrize("name", OTHERS)
def test_other_networks_pieces_and_files_stay(cache, name):
    used, other = laid(cache, f"monet_light-run-{KEY}", 99), laid(cache, name, 99)
    forget_unused(PAINTER, used)
    assert used.exists()
    assert other.exists()


def test_two_processes_that_tidy_at_once_do_not_disturb_each_other(cache, monkeypatch):
    used = laid(cache, f"monet_light-run-{KEY}", 0)
    first, second = (laid(cache, f"monet_light-run-{letter * 16}", 99) for letter in "ab")
    rename = type(used).rename

    def late(folder, target):
        if folder == first and first.exists():
            rename(folder, cache / "taken by the other process")
        return rename(folder, target)

    monkeypatch.setattr(type(used), "rename", late)
    forget_unused(PAINTER, used)
    assert not second.exists()
    assert used.exists()


def test_a_cache_that_is_not_there_is_nothing_to_tidy(tmp_path):
    forget_unused(PAINTER, tmp_path / "nowhere" / "net")
    note_use(tmp_path / "nowhere" / "net")
