"""Styles of files on the page: offered by name, looked for anew at each visit, never a crash."""

import gradio as gr
import numpy as np
import pytest

from pipeline.io.encode import encode_png
from pipeline.settings import Settings
from tests.own_styles import put
from tests.page import (  # noqa: F401 - `private` is a fixture
    components,
    controls_in,
    handlers_of,
    notes_in,
    private,
    visitor,
)
from tests.portrait_styles import put as put_portrait
from tests.video.models import FilmModels
from ui.api import schema
from ui.available import available_choices, with_available_choices
from ui.film_tab import STYLE
from ui.service import PaintService
from ui.widgets import OPTIONS, from_link, from_widgets, widget

GONE = "Style: 'quilt' is not here; Blue swirls (van Gogh) is used."


def offered(update):
    return [value for _, value in update["choices"]]


def test_they_come_after_the_known_ones_under_their_labels():
    assert len(available_choices(STYLE)) == len(STYLE.choices)
    put("quilt", "Grandma's <b>quilt</b>")
    names = available_choices(STYLE)
    assert names[:-1] == list(zip(STYLE.names, STYLE.choices, strict=True))
    assert names[-1] == ("Grandma's <b>quilt</b> (own)", "quilt")
    assert isinstance(widget(STYLE), gr.Dropdown)
    others = [option for option in OPTIONS if not option.open and option.choices]
    assert all("quilt" not in [v for _, v in available_choices(option)] for option in others)


def test_a_file_that_was_put_there_later_is_shown_by_a_reload(service):
    handlers, page = handlers_of(service), components()
    known = [page.open[flag] for flag in ("fast_style", "fast_second")]
    lists, portraits = [*known, *page.film_tab.styles], page.open["portrait_style"]
    assert len(lists) == 4
    before = handlers.open(visitor("anna"))
    assert all("quilt" not in offered(before[box]) for box in lists)
    put("quilt")
    put_portrait("auntie")
    after = handlers.open(visitor("anna"))
    assert all(offered(after[box])[-1] == "quilt" for box in lists)
    assert offered(after[portraits]) == [*offered(before[portraits]), "auntie"]
    assert "value" not in after[page.film_tab.style], "what is chosen stays"


def test_a_link_to_one_is_followed_while_it_is_there(service):
    query = {"painter": "fast", "fast_style": "quilt", "fast_mix": "0.5", "format": "2"}
    put("quilt")
    opened = handlers_of(service).open(visitor("anna", **query))
    wanted = Settings.from_flat(painter="fast", fast_style="quilt", fast_mix=0.5)
    assert from_widgets(controls_in(opened)) == wanted
    assert "quilt (own)" in opened[components().easel]["words"]
    assert "is not here" not in notes_in(opened)


def test_a_link_and_a_picture_that_name_one_that_is_gone_say_so_in_a_sentence(service, tmp_path):
    handlers = handlers_of(service)
    query = {"painter": "fast", "fast_style": "quilt", "format": "2"}
    assert with_available_choices(from_link(query)[0])[1] == [GONE]
    opened = handlers.open(visitor("anna", **query))
    assert from_widgets(controls_in(opened)) == Settings.from_flat(painter="fast")
    assert "is not here" in notes_in(opened)
    settings = Settings.from_flat(painter="fast", fast_second="quilt")
    path = tmp_path / "painted.png"
    path.write_bytes(encode_png(np.zeros((40, 40, 3), np.uint8), settings=settings))
    told = handlers.receive(visitor("anna"), {"path": str(path)})
    assert from_widgets(controls_in(told)) == Settings.from_flat(painter="fast")
    assert "Second style: &#x27;quilt&#x27; is not here; Water lilies" in notes_in(told)


def test_a_link_names_a_portrait_style_that_is_here_or_says_that_it_is_gone(service):
    query = {"painter": "tps", "portrait_style": "auntie", "format": "2"}
    gone = handlers_of(service).open(visitor("anna", **query))
    assert "Portrait style: &#x27;auntie&#x27; is not here; Van Gogh is used." in notes_in(gone)
    put_portrait("auntie")
    opened = handlers_of(service).open(visitor("anna", **query))
    wanted = Settings.from_flat(painter="tps", portrait_style="auntie")
    assert from_widgets(controls_in(opened)) == wanted
    assert "is not here" not in notes_in(opened)


@pytest.mark.parametrize("bad", ["<script>alert(1)</script>", "../../etc/passwd", "X" * 500])
def test_no_name_of_a_link_reaches_the_page_unescaped_or_a_file(service, bad):
    opened = handlers_of(service).open(visitor("anna", fast_style=bad, format="2"))
    assert "<script" not in notes_in(opened)
    assert "One setting of the link was not used" in notes_in(opened)
    assert len(notes_in(opened)) < 600


def test_a_bad_file_is_left_out_and_the_page_opens(service, caplog):
    put("quilt").write_bytes(b"not a style")
    opened = handlers_of(service).open(visitor("anna"))
    assert "quilt" not in offered(opened[components().film_tab.style])
    assert "The style quilt.safetensors is left out" in caplog.text


def test_a_style_that_goes_while_the_page_is_open_is_told_of():
    service = PaintService(paint=lambda *_, **__: None, models=FilmModels())
    with pytest.raises(gr.Error, match="There is no style 'quilt'"):
        handlers_of(service).open_camera(visitor("anna"), "quilt")


def test_the_api_takes_names_of_files_and_lists_those_that_are_here():
    put("quilt")
    said = schema(STYLE)
    assert "enum" not in said
    assert said["examples"] == [*STYLE.choices, "quilt"]
    assert "the name of a style of your own" in said["description"]
