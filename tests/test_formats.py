"""Settings of the first format still open: what a link, a PNG and a painting's file then said.

The files in `tests/format_1/` were written by the last version of that format.
"""

import io
import json
import math
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from pipeline.io.encode import encode_png
from pipeline.io.image_files import read_settings
from pipeline.io.painting_files import load_painting, save_painting
from pipeline.settings import FORMAT, Settings
from pipeline.settings.formats import migrated, opened, say_dropped
from pipeline.steps.network import width_of
from tests.page import controls_in, handlers_of, notes_in, visitor
from tests.pictures import gradient, saved
from ui.links import copy_link
from ui.widgets import OWN, from_link, from_widgets

WRITTEN = Path(__file__).with_name("format_1")
TEXT = (WRITTEN / "png.json").read_text()
LINK = dict(parse_qsl(urlsplit((WRITTEN / "link.txt").read_text().strip()).query))
FOUND = Settings.from_flat(painter="network", network_mood="mist", brush=1.5, keep="hair")
SAID = "These settings are from an earlier version; what is gone is left out: Broad strokes."


def png_of(text):
    info = PngInfo()
    info.add_text("portrait-settings", text)
    return saved(Image.fromarray(gradient()), pnginfo=info)


def test_a_picture_of_then_opens_and_names_what_is_gone():
    assert read_settings(png_of(TEXT)) == (FOUND, ("broad",))
    assert say_dropped(("broad",)) == (SAID,)


def test_the_page_tells_so_of_a_picture_and_of_a_link(service, tmp_path):
    handlers = handlers_of(service)
    path = tmp_path / "painted.png"
    path.write_bytes(png_of(TEXT))
    received = handlers.receive(visitor("anna"), {"path": str(path)})
    for shown in (received, handlers.open(visitor("anna", **LINK))):
        assert from_widgets(controls_in(shown)) == FOUND
        assert SAID in notes_in(shown)
        assert "broad" not in notes_in(shown).replace(SAID, "")


def test_a_link_of_then_opens():
    assert from_link(LINK) == (FOUND, [SAID])


def test_a_paintings_file_of_then_opens_with_a_hint():
    painting = load_painting(io.BytesIO((WRITTEN / "painting.npz").read_bytes()))
    assert painting.settings == FOUND
    assert painting.hints == ("A hint.", SAID)
    file = io.BytesIO()
    save_painting(painting, file)
    again = load_painting(io.BytesIO(file.getvalue()))
    assert (again.settings, again.hints) == (FOUND, painting.hints)


@pytest.mark.parametrize(
    ("then", "now"),
    [
        ({}, {"painter": "network"}),
        ({"painter": "monet"}, {"painter": "network"}),
        ({"painter": "strokes"}, {"painter": "strokes"}),
        ({"painter": "portrait-aware", "mood": "dusk"},
         {"painter": "portrait-aware", "network_mood": "dusk"}),
        ({"brush": 1.8}, {"painter": "network", "brush": 1.0}),
        ({"brush": 99}, {"painter": "network", "brush": 3.0}),
        ({"rm": "-rf"}, {"painter": "network", "rm": "-rf"}),
    ],
)  # fmt: skip
def test_each_setting_is_called_what_it_is_called_now(then, now):
    assert migrated(then, 1) == (now, ())


def test_what_has_no_number_is_of_the_first_format_and_the_latest_stays_as_it_is():
    assert opened({"brush": 0.9}) == ({"painter": "network", "brush": 0.5}, ())
    for number in (FORMAT, str(FORMAT)):
        assert opened({"format": number, "brush": 0.9}) == ({"brush": 0.9}, ())


@given(st.floats(0.2, 4.0))
def test_every_brush_of_then_paints_as_wide_as_then(percent):
    found, _ = Settings.from_written({"brush": percent})
    assert width_of(found.paint) == pytest.approx(percent, abs=0.001)


@pytest.mark.parametrize("bad", [math.nan, math.inf, True, "wide", None])
def test_a_brush_that_is_none_is_refused_still(bad):
    with pytest.raises(ValueError, match="brush is a number"):
        Settings.from_written({"brush": bad})


@pytest.mark.parametrize("number", [0, FORMAT + 1, "two", True, None, 1.5])
def test_a_format_of_later_is_refused_with_those_that_are_known(number):
    with pytest.raises(ValueError, match=f"format 1 to {FORMAT}"):
        Settings.from_written({"format": number})
    settings, said = from_link({"format": str(number), "brush": "2"})
    assert settings == Settings()
    assert len(said) == 1


@pytest.mark.parametrize("query", [{}, {"__theme": "dark", "utm": "x"}, {"format": "pdf"}])
def test_a_link_without_settings_opens_the_page_as_usual(query):
    assert from_link(query) == (Settings(), [])


def test_whatever_is_written_now_has_the_number():
    png = Image.open(io.BytesIO(encode_png(gradient(), settings=Settings())))
    assert json.loads(png.text["portrait-settings"])["settings"]["format"] == FORMAT
    assert f'"number": ["format", {FORMAT}]' in copy_link()
    assert Settings.from_written(Settings().written()) == (Settings(), ())
    assert set(OWN) <= Settings().flat().keys()
