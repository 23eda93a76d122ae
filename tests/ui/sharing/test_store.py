"""The store's laws: whole or not there, found by name alone, gone in time, never too large."""

import json
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from pipeline.settings import Settings
from ui.sharing import disk, store
from ui.sharing.notes import Note
from ui.sharing.store import FullError, GoneError, ShareError

NOW, DAY = 1_800_000_000.0, 86_400.0
PIXELS = {what: np.full((8, 12, 3), 40 * i, np.uint8) for i, what in enumerate(store.PICTURES)}
WRITTEN = Settings.from_flat(brush=2.0).written()
OTHER = "A" * 22
HOSTILE = st.one_of(
    st.text(max_size=40),
    st.sampled_from(
        ["", ".", "..", "../shares", ".lock", "a" * 22 + "/..", "..%2f" + "a" * 17, "\0" * 22,
         "a" * 21 + "\n", "a" * 22 + "\n", "a" * 21 + "/", "é" * 22, "a" * 5000, "/etc/passwd"]
    ),
)  # fmt: skip


def kept(folder, lasts=DAY, now=NOW, pictures=PIXELS):
    return store.keep(folder, pictures, WRITTEN, lasts, now)


@pytest.fixture(scope="module")
def shared(tmp_path_factory):
    """Return a folder with one share, beside files of others with the names of its parts."""
    place = tmp_path_factory.mktemp("hostile")
    for name in ("photo.jpg", "share.json"):
        (place / name).write_text("another's")
    return place / "shares", kept(place / "shares")


def entries(folder):
    return {entry.name for entry in folder.iterdir()} - {disk.LOCK}


# Kept and read


def test_what_is_kept_is_read_by_its_name(folder):
    made = kept(folder)
    share = store.read(folder, made.name, NOW)
    assert (share.settings, share.openings, share.notes) == (WRITTEN, 0, ())
    assert Settings.from_written(share.settings)[0] == Settings.from_flat(brush=2.0)
    for what, pixels in PIXELS.items():
        (folder / "seen.jpg").write_bytes(store.picture(folder, made.name, what, NOW))
        assert np.abs(np.asarray(Image.open(folder / "seen.jpg"), int) - pixels).max() < 8


def test_names_and_secrets_have_128_bits_and_the_secret_is_not_on_the_disk(folder):
    made = [kept(folder) for _ in range(3)]
    words = {each.name for each in made} | {each.secret for each in made}
    assert len(words) == 6
    assert all(store.NAME.fullmatch(word) for word in words)
    on_disk = b"".join(file.read_bytes() for file in folder.rglob("*") if file.is_file())
    assert not any(each.secret.encode() in on_disk for each in made)


def test_only_its_user_may_look_into_it(folder):
    made = kept(folder)
    places = [folder, folder / made.name, *(folder / made.name).iterdir()]
    assert [place.stat().st_mode & 0o077 for place in places] == [0] * 5


def test_no_metadata_is_kept(folder):
    made = kept(folder)
    for what in store.PICTURES:
        with Image.open(folder / made.name / f"{what}.jpg") as picture:
            assert not picture.getexif()
            assert picture.info.keys() <= {
                "jfif", "jfif_version", "jfif_unit", "jfif_density",
            }  # fmt: skip


# Its time


@settings(max_examples=25)
@given(st.floats(store.LEAST_S, store.MOST_S), st.floats(0, 2 * store.MOST_S))
def test_a_share_is_there_exactly_until_it_expires(lasts, later):
    with TemporaryDirectory() as place:
        folder = Path(place)
        made = kept(folder, lasts)
        there = NOW + later < made.expires
        if there:
            assert store.read(folder, made.name, NOW + later).expires == made.expires
        else:
            with pytest.raises(GoneError):
                store.read(folder, made.name, NOW + later)
        store.sweep(folder, NOW + later)
        assert entries(folder) == ({made.name} if there else set())


@pytest.mark.parametrize("lasts", [0, -1, store.LEAST_S - 1, store.MOST_S + 1, float("nan")])
def test_no_share_lasts_shorter_or_longer_than_allowed(folder, lasts):
    with pytest.raises(ShareError, match="1 hour to 7 days"):
        kept(folder, lasts)
    assert not folder.exists()


def test_a_sweep_of_nothing_makes_nothing(folder):
    store.sweep(folder, NOW)
    assert not folder.exists()


def test_a_sweep_leaves_what_is_not_the_stores(folder):
    made = kept(folder)
    (folder / "notes.txt").write_text("mine")
    store.sweep(folder, NOW + 2 * DAY)
    assert entries(folder) == {"notes.txt"}
    assert not (folder / made.name).exists()


def test_a_disk_that_fails_for_a_moment_ends_no_share(folder, monkeypatch):
    made = kept(folder)

    def fail(path):
        raise OSError(24, "Too many open files")

    with monkeypatch.context() as broken:
        broken.setattr(disk, "read", fail)
        store.sweep(folder, NOW)
    assert store.read(folder, made.name, NOW)


# Its size


@settings(max_examples=20)
@given(st.lists(st.integers(1, 60), min_size=1, max_size=8), st.integers(400_000, 1_500_000))
def test_all_together_never_take_more_than_allowed(sides, most):
    rng = np.random.default_rng(0)
    with TemporaryDirectory() as place, pytest.MonkeyPatch.context() as patched:
        patched.setattr(store, "MOST_BYTES", most)
        folder = Path(place)
        names = set()
        for side in sides:
            noise = rng.integers(0, 256, (8 * side, 8 * side, 3), np.uint8)
            with suppress(FullError):
                names.add(kept(folder, pictures=dict.fromkeys(store.PICTURES, noise)).name)
        sizes = [file.stat().st_size for file in folder.rglob("*") if file.is_file()]
        assert sum(sizes) <= most
        assert entries(folder) == names


def test_a_full_store_has_room_again_once_something_is_over(folder, monkeypatch):
    monkeypatch.setattr(store, "MOST_BYTES", int(1.5 * store.TEXT_BYTES))
    first = kept(folder, 3 * store.HOUR_S)
    with pytest.raises(FullError, match="within 3 hours"):
        kept(folder)
    second = kept(folder, now=first.expires)
    assert entries(folder) == {second.name}


def test_all_notes_that_may_be_left_fit_into_the_room_for_them(folder):
    made = kept(folder)
    note = Note("\U0001f642" * 60, "\U0001f642" * 500, NOW)
    share = store.read(folder, made.name, NOW)
    full = replace(share, notes=(note,) * store.MOST_NOTES, openings=10**9)
    assert 2 * len(store.FILE.dump_json(full)) < store.TEXT_BYTES


# What becomes of it


def test_openings_are_counted_and_notes_kept_in_order(folder):
    made = kept(folder)
    notes = [Note("Anna", f"line {i}", NOW + i) for i in range(3)]
    for note in notes:
        store.count_opening(folder, made.name, NOW)
        store.add_note(folder, made.name, note, NOW)
    share = store.told(folder, made.name, made.secret, NOW)
    assert (share.openings, share.notes) == (3, tuple(notes))


def test_a_share_takes_only_so_many_notes(folder, monkeypatch):
    monkeypatch.setattr(store, "MOST_NOTES", 2)
    made = kept(folder)
    for _ in range(2):
        store.add_note(folder, made.name, Note("", "a", NOW), NOW)
    with pytest.raises(ShareError, match="2 notes already"):
        store.add_note(folder, made.name, Note("", "b", NOW), NOW)


@given(st.text(max_size=60))
def test_no_other_secret_tells_or_ends_anything(shared, secret):
    folder, made = shared
    wrong = {secret, made.name, made.secret.swapcase(), made.secret[:-1], ""} - {made.secret}
    for each in wrong:
        for act in (store.told, store.revoke):
            with pytest.raises(GoneError):
                act(folder, made.name, each, NOW)
    assert store.read(folder, made.name, NOW)


def test_one_share_is_ended_at_once_by_its_own_secret_and_no_other_one(folder):
    made, other = kept(folder), kept(folder)
    with pytest.raises(GoneError):
        store.revoke(folder, made.name, other.secret, NOW)
    store.revoke(folder, made.name, made.secret, NOW)
    assert entries(folder) == {other.name}
    for act in (store.told, store.revoke):
        with pytest.raises(GoneError):
            act(folder, made.name, made.secret, NOW)


def test_what_is_over_is_neither_counted_nor_told_of(folder):
    made = kept(folder)
    for act in (
        lambda: store.count_opening(folder, made.name, made.expires),
        lambda: store.add_note(folder, made.name, Note("", "a", NOW), made.expires),
        lambda: store.picture(folder, made.name, "photo", made.expires),
        lambda: store.told(folder, made.name, made.secret, made.expires),
    ):
        with pytest.raises(GoneError):
            act()


# Hostile names


@settings(max_examples=200)
@given(HOSTILE, HOSTILE)
def test_no_name_reaches_another_file(shared, name, what):
    folder, made = shared
    for act in (store.read, store.count_opening):
        with pytest.raises(GoneError):
            act(folder, name, NOW)
    with pytest.raises(GoneError):
        store.picture(folder, name, "photo", NOW)
    if what not in store.PICTURES:
        with pytest.raises(GoneError):
            store.picture(folder, made.name, what, NOW)
    assert entries(folder) == {made.name}


def test_links_are_not_followed(folder, tmp_path):
    made = kept(folder)
    (folder / OTHER).symlink_to(folder / made.name)
    with pytest.raises(GoneError):
        store.read(folder, OTHER, NOW)
    secret = tmp_path / "secret"
    secret.write_text("another's")
    for file in ("photo.jpg", "share.json"):
        (folder / made.name / file).unlink()
        (folder / made.name / file).symlink_to(secret)
        with pytest.raises(GoneError):
            store.picture(folder, made.name, "photo", NOW)
    store.sweep(folder, NOW)
    assert not (folder / OTHER).is_symlink()
    assert secret.read_text() == "another's"


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", "null", json.dumps({"expires": "soon"})])
def test_what_is_no_share_is_not_served_and_swept(folder, text):
    made = kept(folder)
    (folder / made.name / store.FACTS).write_text(text)
    with pytest.raises(GoneError):
        store.picture(folder, made.name, "photo", NOW)
    store.sweep(folder, NOW)
    assert entries(folder) == set()
