"""A page that is killed, or whose disk is full, leaves nothing that is served afterwards."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import gradio as gr
import httpx
import numpy as np
import pytest
from gradio_client import Client, handle_file
from PIL import Image

from tests.disk import files_of_at_most
from tests.page import private, state_by  # noqa: F401 - `private` is a fixture
from ui.errors import NO_ROOM, told
from ui.private_folder import files_in
from ui.service.writing import write_full_size

ROOT = Path(__file__).parents[2]


def start(base):
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.slow_page"], stdout=subprocess.PIPE, text=True, cwd=ROOT,
        env=os.environ | {"GRADIO_TEMP_DIR": str(base), "PORTRAIT_CACHE": str(base / "cache")},
    )  # fmt: skip
    for line in process.stdout:
        if line.startswith("http"):
            return process, line.strip()
    raise AssertionError("the page did not start")


def begin(process, url, photo):
    """Ask for a painting and wait until it is being made."""
    job = Client(url, verbose=False).submit(photo=handle_file(photo), api_name="/paint")
    for line in process.stdout:
        if line.startswith("painting"):
            return job
    raise AssertionError("nothing was painted")


@pytest.mark.parametrize("name", ["SIGKILL", "SIGTERM"])
def test_a_page_that_ends_while_it_paints_leaves_nothing_that_is_served(tmp_path, photo, name):
    base = tmp_path / "base"
    process, url = start(base)
    try:
        begin(process, url, photo)
        left = [each for each in base.iterdir() if each.name.startswith("portraits-")]
        uploaded = [each for each in files_in(left[0]) if each.name == photo.name]
        assert uploaded
        assert httpx.get(f"{url}gradio_api/file={uploaded[0]}", timeout=60).status_code == 200
        process.send_signal(getattr(signal, name))
        if name == "SIGTERM":
            until = time.monotonic() + 4  # sooner than the painting ends
            while left[0].exists() and time.monotonic() < until:
                time.sleep(0.05)
            assert not left[0].exists()
        process.wait(60)
        assert name == "SIGKILL" or not left[0].exists()
        process, url = start(base)
        assert not left[0].exists()
        assert httpx.get(f"{url}gradio_api/file={uploaded[0]}", timeout=60).status_code == 403
        now = [each for each in base.iterdir() if each.name.startswith("portraits-")]
        assert len(now) == 1
        assert not [each for each in files_in(now[0]) if each.name == photo.name]
    finally:
        process.kill()
        process.wait()


@pytest.fixture
def large(tmp_path):
    path = tmp_path / "large.png"
    pixels = np.random.default_rng(0).integers(0, 256, (300, 300, 3), np.uint8)
    Image.fromarray(pixels).save(path)
    return path


@pytest.mark.parametrize("size", [100, 20_000, 200_000])
def test_a_full_disk_is_said_and_leaves_nothing_half_written(service, large, size):
    with pytest.raises(gr.Error) as error, files_of_at_most(size), told():
        state_by(service, large)
    assert error.value.message == str(NO_ROOM)
    folder = service.sessions.of("anna").folder
    for file in files_in(folder):
        with Image.open(file) as whole:
            whole.load()  # what is there is whole


def test_a_download_that_does_not_fit_is_said_and_leaves_the_one_before(service, large):
    state = state_by(service, large)
    file = write_full_size(service, "anna", state)
    before = file.read_bytes()
    with pytest.raises(gr.Error) as error, files_of_at_most(20_000), told():
        write_full_size(service, "anna", state)
    assert error.value.message == str(NO_ROOM)
    assert file.read_bytes() == before
    assert not [each for each in files_in(file.parent) if each.suffix == ".part"]
