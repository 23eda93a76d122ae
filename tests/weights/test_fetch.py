"""Published weights from URLs: resumed, bounded, verified, or refused in a sentence."""

import pytest

from pipeline.weights.cache import cache_folder, file_of
from pipeline.weights.catalog import WeightError
from pipeline.weights.fetch import fetch
from tests.hub import entry_of

pytestmark = pytest.mark.usefixtures("at_once")


def parts():
    return list(cache_folder().rglob("*.p*"))


def test_a_download_is_whole_and_verified(hub, data):
    steps, entry = [], entry_of(data, hub.plain)
    found = fetch(entry, lambda done, total: steps.append((done, total)))
    assert found.files == (file_of(entry, ".safetensors"),)
    assert found.sha256 == entry.sha256
    assert parts() == []
    assert steps[-1] == (len(data), len(data))
    assert steps == sorted(steps)


def test_a_file_that_is_here_is_not_downloaded_again(hub, data):
    fetch(entry_of(data, hub.plain))
    fetch(entry_of(data, hub.plain))
    assert len(hub.asked) == 1


def test_a_download_cut_short_goes_on_where_it_stopped(hub, data):
    entry = entry_of(data, hub.plain)
    hub.trouble["plain"] = ["cut"]
    with pytest.raises(WeightError, match=f"stopped after {len(data) // 2} of {len(data)} bytes"):
        fetch(entry)
    assert fetch(entry).sha256 == entry.sha256
    assert hub.given == ["", f"bytes={len(data) // 2}-"]


def test_a_source_that_cannot_resume_sends_all_again(hub, data):
    entry = entry_of(data, hub.plain)
    hub.trouble["plain"] = ["cut", "stubborn"]
    assert fetch(entry_of(data, hub.plain, hub.plain)).sha256 == entry.sha256


def test_what_is_longer_than_the_file_is_begun_anew(hub, data):
    entry = entry_of(data, hub.plain, hub.plain)
    part = file_of(entry, ".part")
    part.parent.mkdir(parents=True)
    part.write_bytes(data + b"x")
    assert fetch(entry).sha256 == entry.sha256
    assert hub.given == [f"bytes={len(data) + 1}-", ""]


@pytest.mark.parametrize("trouble", [[], [416]], ids=["the size is stated", "it is not"])
def test_a_whole_file_that_was_not_verified_yet_is(hub, data, trouble):
    entry = entry_of(data, hub.plain)
    part = file_of(entry, ".part")
    part.parent.mkdir(parents=True)
    part.write_bytes(data)
    hub.trouble["plain"] = trouble
    assert fetch(entry).sha256 == entry.sha256
    assert hub.given == [f"bytes={len(data)}-"]
    assert parts() == []


@pytest.mark.parametrize("trouble", ["", "endless"])
def test_far_more_bytes_than_published_are_refused(hub, data, trouble):
    hub.trouble["plain"] = [trouble]
    with pytest.raises(WeightError, match=r"more than the 1000000 that are accepted"):
        fetch(entry_of(data, hub.plain, bytes=500_000))
    assert parts() == []


def test_the_published_size_is_a_hint(hub, data):
    assert fetch(entry_of(data, hub.plain, bytes=len(data) - 9))


def test_a_wrong_hash_is_refused_and_leaves_nothing(hub, data):
    with pytest.raises(WeightError, match=f"sha256 {'0' * 64} was wanted"):
        fetch(entry_of(data, hub.plain, sha256="0" * 64))
    assert parts() == []


def test_a_cache_folder_that_cannot_be_written_is_said(hub, data, tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("PORTRAIT_CACHE", str(tmp_path / "file"))
    with pytest.raises(WeightError, match="PORTRAIT_CACHE"):
        fetch(entry_of(data, hub.plain))


def test_a_file_that_a_person_put_there_is_used_and_stays(hub, data):
    entry = entry_of(data, hub.plain)
    mine = file_of(entry, ".pth")
    mine.parent.mkdir(parents=True)
    mine.write_bytes(data)
    assert fetch(entry).files == (file_of(entry, ".safetensors"),)
    assert mine.read_bytes() == data
    assert hub.asked == []
