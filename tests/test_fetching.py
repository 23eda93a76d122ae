"""The command `weights`: what is downloaded, what is verified, what is refused."""

import hashlib

import pytest

import pipeline.catalog as catalog
from pipeline.catalog import PUBLISHED, Entry
from pipeline.cli import main
from pipeline.fetching import asked_for
from tests.test_weights import CONTENT, DIGEST, SIZE, cache, server  # noqa: F401 - fixtures


@pytest.fixture
def published(server, monkeypatch):  # noqa: F811
    """Publish one weight with a known hash, one with a wrong one, and one without."""

    def entry(name, sha256):
        return Entry(name, "painter", "MIT", "a test", sha256, SIZE, (f"http://127.0.0.1:{server.server_port}/whole",))

    entries = (entry("good", DIGEST), entry("bad", "0" * 64), entry("unpinned", None))
    monkeypatch.setattr(catalog, "PUBLISHED", entries)
    monkeypatch.setattr(catalog, "CATALOG", {e.name: e for e in entries})
    monkeypatch.setattr("pipeline.weights.CATALOG", {e.name: e for e in entries})
    return entries


def run(*arguments):
    return main(["weights", *arguments])


def test_a_named_weight_is_downloaded_and_verified(published, cache, capsys):  # noqa: F811
    assert run("--fetch", "good") == 0
    assert (cache / "good.pth").read_bytes() == CONTENT
    assert f"good: verified, sha256 {DIGEST}" in capsys.readouterr().out


def test_what_fails_does_not_keep_the_others_away(published, cache, capsys):  # noqa: F811
    assert run("--fetch", "bad", "good") == 2
    said = capsys.readouterr()
    assert "bad: " in said.err
    assert "good: verified" in said.out
    assert not (cache / "bad.pth").exists()


def test_all_leaves_out_what_nobody_vouches_for(published, cache):  # noqa: F811
    assert [e.name for e in asked_for(["all"])] == ["good", "bad"]
    assert [e.name for e in asked_for(["unpinned", "all", "good"])] == ["unpinned", "good", "bad"]


def test_an_unpinned_weight_is_called_so(published, capsys):
    assert run("--fetch", "unpinned") == 0
    assert "its publisher states none" in capsys.readouterr().out


def test_a_harmed_copy_is_found(published, cache, capsys):  # noqa: F811
    assert run("--verify") == 0
    assert capsys.readouterr().out == ""
    assert run("--fetch", "good", "unpinned") == 0
    assert run("--verify") == 0
    (cache / "good.pth").write_bytes(CONTENT[:-1] + b"x")
    (cache / "unpinned.pth").write_bytes(CONTENT + b"x")
    capsys.readouterr()
    assert run("--verify") == 2
    said = capsys.readouterr().err
    assert "good.pth is not good" in said
    assert hashlib.sha256(CONTENT + b"x").hexdigest() in said


def test_an_unknown_name_is_refused_with_those_that_there_are(capsys):
    assert run("--fetch", "gfpgan") == 2
    said = capsys.readouterr().err
    assert all(entry.name in said for entry in PUBLISHED)


def test_the_embedded_weights_are_whole(capsys):
    assert run("--verify") == 0
    said = capsys.readouterr().out
    for entry in catalog.read_manifest().values():
        assert f"{entry.name}: verified, sha256 {entry.sha256}" in said
