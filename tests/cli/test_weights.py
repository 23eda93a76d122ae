"""The command `weights`: what is downloaded, what is verified, what is refused."""

import io
import sys

import pytest

import pipeline.weights.catalog as catalog
from pipeline.cli.main import main
from pipeline.cli.weights import asked_for
from pipeline.weights.cache import file_of
from pipeline.weights.catalog import PUBLISHED
from tests.hub import SOURCE, entry_of

pytestmark = pytest.mark.usefixtures("at_once")


@pytest.fixture
def published(hub, data, monkeypatch):
    """Publish one weight with a known hash, one with a wrong one, and one without."""
    good = entry_of(data, hub.plain, name="good")
    entries = (
        good,
        entry_of(data, hub.plain, name="bad", sha256="0" * 64),
        entry_of(data, SOURCE, name="free", sha256=None),
    )
    listed = {entry.name: entry for entry in entries}
    monkeypatch.setattr(catalog, "PUBLISHED", entries)
    monkeypatch.setattr(catalog, "CATALOG", listed)
    monkeypatch.setattr("pipeline.weights.resolve.CATALOG", listed)
    return listed


def run(*arguments):
    return main(["weights", *arguments])


def test_a_named_weight_is_downloaded_and_verified(published, capsys):
    assert run("--fetch", "good") == 0
    said = capsys.readouterr().out
    assert f"good: verified, sha256 {published['good'].sha256}" in said
    assert str(file_of(published["good"], ".safetensors")) in said


def test_what_fails_does_not_keep_the_others_away(published, capsys):
    assert run("--fetch", "bad", "good") == 2
    said = capsys.readouterr()
    assert "bad: " in said.err
    assert "good: verified" in said.out
    assert not file_of(published["bad"], ".safetensors").exists()


def test_all_leaves_out_what_nobody_vouches_for(published):
    assert [e.name for e in asked_for(["all"])] == ["good", "bad"]
    assert [e.name for e in asked_for(["free", "all", "good"])] == ["free", "good", "bad"]


def test_an_unpinned_weight_is_called_so(published, capsys):
    assert run() == 0
    assert "unpinned, fetched by name only" in capsys.readouterr().out
    assert run("--fetch", "free") == 0
    assert "unpinned" in capsys.readouterr().out
    assert run() == 0
    assert f"unpinned, {published['good'].sha256} (recorded here)" in capsys.readouterr().out


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.mark.parametrize("name", ["good", "free"], ids=["from a URL", "from the Hub"])
def test_a_bar_shows_how_far_a_download_is(published, monkeypatch, name):
    monkeypatch.setattr(sys, "stderr", Terminal())
    assert run("--fetch", name) == 0
    assert f"{name}: 100%" in sys.stderr.getvalue()
    assert "3.14M/3.14M" in sys.stderr.getvalue()


def test_a_harmed_copy_is_found(published, capsys):
    assert run("--verify") == 0
    assert capsys.readouterr().out == ""
    assert run("--fetch", "good") == 0
    assert run("--verify") == 0
    capsys.readouterr()
    file_of(published["good"], ".safetensors").unlink()
    file_of(published["good"], ".pth").write_bytes(b"harmed")
    assert run("--verify") == 2
    assert "good.pth is not good" in capsys.readouterr().err


def test_an_unknown_name_is_refused_with_those_that_there_are(capsys):
    assert run("--fetch", "gfpgan") == 2
    said = capsys.readouterr().err
    assert all(entry.name in said for entry in PUBLISHED)


def test_the_embedded_weights_are_whole(capsys):
    assert run("--verify") == 0
    said = capsys.readouterr().out
    for entry in catalog.read_manifest().values():
        assert f"{entry.name}: verified, sha256 {entry.sha256}" in said
