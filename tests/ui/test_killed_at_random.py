"""A page killed at random moments, or whose disk is full, keeps what it said it keeps, whole.

`KILLS=50 python -m pytest tests/ui/test_killed_at_random.py` kills it more often.
"""

import hashlib
import io
import json
import os
import random
import resource
import subprocess
import sys
import threading
import time
import zipfile
from collections.abc import Callable
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import numpy as np
import pytest
from PIL import Image

from pipeline.settings import Settings
from tests.visiting import Visitor, paths_in
from ui.errors import NO_ROOM
from ui.private_folder import PREFIX, files_in
from ui.sharing import store
from ui.sharing.disk import LOCK

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="it kills as Linux does")

ROOT = Path(__file__).parents[2]
KILLS = int(os.environ.get("KILLS", "2"))
LONGEST_S = 2.0  # from a page's first share until it is killed
TRIES, STARTS_S = 3, 120
SMALL = 2000  # bytes that a file may have on a disk that is full
PICTURES = tuple(f"{what}.jpg" for what in store.PICTURES)
Ended = httpx.HTTPError, RuntimeError, json.JSONDecodeError  # what a killed page looks like


@dataclass
class Kept:
    """What a page said of a share: its secret, the hashes of its pictures, its notes."""

    secret: str
    hashes: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


@dataclass
class Seen:
    """All that pages have said until they were killed."""

    shares: dict[str, Kept] = field(default_factory=dict)
    files: set[str] = field(default_factory=set)
    wrong: list[str] = field(default_factory=list)


@contextmanager
def page(base: Path):
    """Serve a page; give its process and its address."""
    here = {"GRADIO_TEMP_DIR": str(base), "PORTRAIT_CACHE": str(base / "cache")}
    log = (base / "log.txt").open("ab")
    for _ in range(TRIES):  # Gradio gives up where a busy machine does not answer within 3 s
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.killed_page"], cwd=ROOT, env=os.environ | here,
            stdout=subprocess.PIPE, stderr=log, text=True,
        )  # fmt: skip
        url = next((line.strip() for line in process.stdout if line.startswith("http")), None)
        if url:
            break
    assert url, (base / "log.txt").read_text()
    try:
        yield process, url
    finally:
        process.kill()
        process.wait()
        log.close()


def pictures(folder: Path, count: int = 3) -> list[Path]:
    """Write photos that take a while to be encoded."""
    rng, paths = np.random.default_rng(0), []
    for number in range(count):
        paths.append(folder / f"photo-{number}.png")
        Image.fromarray(rng.integers(0, 256, (300, 240, 3), np.uint8)).save(paths[-1])
    return paths


def paint_and_share(url: str, photos: list[Path], seen: Seen, began: threading.Event) -> None:
    """Paint a photo and share it, again and again; leave a note on each."""
    visitor = Visitor(url)
    while True:
        painted = visitor.ask("paint_photo", visitor.upload(photos[0]), None)
        seen.files |= set(paths_in(painted))
        (made,) = visitor.ask("share", None)
        kept = seen.shares[made["name"]] = Kept(made["secret"])
        began.set()
        for file in PICTURES:
            answer = visitor.http.get(f"{url}share/{made['name']}/{file}")
            kept.hashes[file] = hashlib.sha256(answer.raise_for_status().content).hexdigest()
        line = f"note {len(seen.shares)}"
        answer = visitor.http.post(f"{url}share/{made['name']}/note", json={"line": line})
        answer.raise_for_status()
        kept.notes.append(line)


def paint_many(url: str, photos: list[Path], seen: Seen, _: threading.Event) -> None:
    """Paint photos into a ZIP, again and again, and look into each."""
    visitor = Visitor(url)
    while True:
        visitor.ask("receive_many", [visitor.upload(each) for each in photos], None)
        said = visitor.ask("paint_many", None)
        (path,) = (each for each in paths_in(said) if each.endswith(".zip"))
        seen.files.add(path)
        with zipfile.ZipFile(io.BytesIO(visitor.file(path).content)) as archive:
            if archive.testzip() or len(archive.namelist()) != len(photos):
                seen.wrong.append(path)
        visitor.ask("clear_many")


def ask_for_all(url: str, base: Path, seen: Seen) -> None:
    """Ask for whatever the folder holds now: a ZIP is whole, and no half of a file is served."""
    http = httpx.Client(timeout=60)
    while True:
        for file in [each for folder in base.glob(f"{PREFIX}*") for each in files_in(folder)]:
            if file.suffix not in (".zip", ".part"):
                continue
            answer = http.get(f"{url}gradio_api/file={file}")
            if answer.status_code != 200:
                continue
            if file.suffix == ".part" or not zipfile.is_zipfile(io.BytesIO(answer.content)):
                seen.wrong.append(str(file))
        time.sleep(0.01)


def use_and_kill(base: Path, photos: list[Path], seen: Seen, wait: float) -> None:
    """Serve a page to three visitors, and kill it."""
    began = threading.Event()
    with page(base) as (process, url):
        check_all(base, url, seen)

        def until_it_ends(visit: Callable[..., None], *given: object) -> None:
            with suppress(*Ended):
                visit(url, *given)

        visits = [
            threading.Thread(target=until_it_ends, args=given)
            for given in (
                (paint_and_share, photos, seen, began), (paint_many, photos, seen, began),
                (ask_for_all, base, seen),
            )
        ]  # fmt: skip
        for visit in visits:
            visit.start()
        assert began.wait(60)
        time.sleep(wait)
        process.kill()
        for visit in visits:
            visit.join(90)
    for folder in base.glob(f"{PREFIX}*"):
        seen.files |= {str(file) for file in files_in(folder)}


def check_all(base: Path, url: str, seen: Seen) -> None:
    """Look at what a page that was killed before left to the one that runs now."""
    http = httpx.Client(timeout=60)
    assert len(list(base.glob(f"{PREFIX}*"))) == 1  # this page's own
    for file in seen.files:
        assert not Path(file).exists()
        assert http.get(f"{url}gradio_api/file={file}").status_code in (403, 404)
    folder, end = base / "cache/shares", time.monotonic() + 20
    while folder.exists() and list(folder.glob(f".*{store.PART}")):  # the sweep begins by itself
        assert time.monotonic() < end
        time.sleep(0.05)
    names = {each.name for each in folder.iterdir()} - {LOCK} if folder.exists() else set()
    assert names >= set(seen.shares)
    for name in names:
        assert http.get(f"{url}share/{name}").status_code == 200
        kept = seen.shares.get(name, Kept(""))
        for file in PICTURES:
            data = http.get(f"{url}share/{name}/{file}").raise_for_status().content
            assert Image.open(io.BytesIO(data)).size == (240, 300)
            Image.open(io.BytesIO(data)).load()
            assert kept.hashes.get(file) in (None, hashlib.sha256(data).hexdigest())
        settings, dropped = Settings.from_written(store.read(folder, name, time.time()).settings)
        assert (settings, dropped) == (Settings(), ())
        if kept.secret:
            told = http.post(f"{url}share/{name}/told", json={"secret": kept.secret}).json()
            assert [each["line"] for each in told["notes"]][: len(kept.notes)] == kept.notes


@pytest.mark.timeout(120 * (KILLS + 1))
def test_what_was_said_to_be_kept_is_whole_whenever_the_page_is_killed(tmp_path):
    base, seen, moments = tmp_path / "base", Seen(), random.Random(KILLS)
    base.mkdir()
    photos = pictures(tmp_path)
    for _ in range(KILLS):
        use_and_kill(base, photos, seen, moments.uniform(0, LONGEST_S))
        assert not seen.wrong
    with page(base) as (_, url):
        check_all(base, url, seen)
    sys.stdout.write(f"{KILLS} kills, {len(seen.shares)} shares, {len(seen.files)} files\n")
    assert len(seen.shares) >= KILLS


def test_a_full_disk_is_said_by_whatever_the_page_does_and_leaves_what_was_kept(tmp_path):
    base, seen = tmp_path / "base", Seen()
    base.mkdir()
    photos = pictures(tmp_path)
    with page(base) as (process, url):
        visitor = Visitor(url)
        field = visitor.upload(photos[0])
        visitor.ask("paint_photo", field, None)
        (made,) = visitor.ask("share", None)
        name = made["name"]
        kept = seen.shares[name] = Kept(made["secret"])
        for file in PICTURES:
            data = visitor.http.get(f"{url}share/{name}/{file}").content
            kept.hashes[file] = hashlib.sha256(data).hexdigest()
        visitor.ask("receive_many", [visitor.upload(each) for each in photos], None)
        resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (SMALL, resource.RLIM_INFINITY))
        with pytest.raises(httpx.HTTPStatusError, match="507"):
            visitor.upload(photos[1])
        with pytest.raises(RuntimeError, match=str(NO_ROOM)):
            visitor.ask("paint_photo", field, None)
        with pytest.raises(RuntimeError, match="cannot be kept here"):
            visitor.ask("share", None)
        said = str(visitor.ask("paint_many", None))
        assert ".zip" not in said
        assert said.count("could not be kept on this machine") >= len(photos)
        resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (10, resource.RLIM_INFINITY))
        noted = visitor.http.post(f"{url}share/{name}/note", json={"line": "a note"})
        assert noted.status_code == 503
        assert "cannot be kept here" in noted.text
        unfinished = [each for each in files_in(base) if each.suffix == ".part"]
        assert not unfinished
        assert {each.name for each in (base / "cache/shares").iterdir()} - {LOCK} == {name}
        for folder in base.glob(f"{PREFIX}*"):
            seen.files |= {str(file) for file in files_in(folder)}
    with page(base) as (_, url):
        check_all(base, url, seen)
    assert "Traceback" not in (base / "log.txt").read_text()
