"""HTML in names, metadata and links is shown as text."""

import json
import re

import gradio as gr
import numpy as np
import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from pipeline.io.png_metadata import KEY
from pipeline.types import FilmError
from pipeline.video.read import open_film
from tests.page import (
    DEFAULTS,
    NO_STYLES,
    components,
    handlers_of,
    private,  # noqa: F401 - a fixture
    visitor,
)
from ui.easel import doing
from ui.errors import told
from ui.service.writing import write_full_size

EVIL = "<img src=x onerror=alert(1)><script>alert(2)</script>"
TAG = re.compile(r"<(img src=x|script)", re.IGNORECASE)


def html_in(updates):
    """Return what an update puts into the page as HTML."""
    return [
        str(value) for block, value in updates.items()
        if isinstance(block, gr.HTML) and block is not components().easel
    ]  # fmt: skip


def evil_png(folder, text):
    info = PngInfo()
    info.add_text(KEY, text)
    path = folder / "a.png"
    Image.fromarray(np.zeros((90, 90, 3), np.uint8)).save(path, pnginfo=info)
    return path


@pytest.mark.parametrize(
    "settings", [{EVIL: 1}, {"painter": EVIL}, {"broad": EVIL, "format": EVIL}, {"format": EVIL}]
)
def test_what_a_picture_carries_is_shown_as_text(service, tmp_path, settings):
    path = evil_png(tmp_path, json.dumps({"settings": settings}))
    field = {"path": str(path), "orig_name": f"{EVIL}.png"}
    updates = handlers_of(service).receive(visitor("anna"), field)
    shown = html_in(updates)
    assert any("&lt;img" in each for each in shown)
    assert not [each for each in shown if TAG.search(each)]


@pytest.mark.parametrize("flag", ["painter", "brush", "fast_style", "format", "like"])
def test_what_a_link_carries_is_shown_as_text(service, flag):
    shown = html_in(handlers_of(service).open(visitor("anna", **{flag: EVIL, "mood": "x"})))
    assert not [each for each in shown if TAG.search(each)]


def test_a_photos_name_is_shown_as_text(service, photo):
    handlers = handlers_of(service)
    field = {"path": str(photo), "orig_name": f"{EVIL}.png"}
    updates = handlers.paint_photo(visitor("anna"), field, None, *NO_STYLES, *DEFAULTS)
    assert not [each for each in html_in(updates) if TAG.search(each)]
    file = write_full_size(service, "anna", updates[components().state])
    assert "<" not in file.name


def test_a_sentence_about_a_file_is_escaped(tmp_path):
    path = tmp_path / f"{EVIL.replace('/', '-')}.mp4"
    path.write_bytes(b"no film")
    with pytest.raises(FilmError, match="<img"):
        open_film(path)
    with pytest.raises(gr.Error) as error, told():
        open_film(path)
    assert not TAG.search(error.value.message)


def test_what_is_being_done_is_escaped(service):
    session = service.sessions.of("anna")
    session.run.ask()
    session.run.doing = 0.5, EVIL
    assert not TAG.search(doing(session.run))
