"""What a visitor takes along: strokes as a drawing, and a JPEG without transparency."""

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from xml.etree import ElementTree

import numpy as np
import pytest
from PIL import Image

from pipeline.steps.run import NotCachedError
from pipeline.types import Painted, PhotoError, Scene
from tests.page import (  # noqa: F401 - `private` is a fixture
    DEFAULTS,
    NO_STYLES,
    SIZE,
    Pipeline,
    components,
    handlers_of,
    pixels,
    private,
    state_by,
    state_in,
    visitor,
)
from tests.strokes import some_strokes
from ui import easel
from ui.result_panel import view
from ui.service import PaintService
from ui.service.repainting import WITHOUT_NETWORKS
from ui.service.writing import write_drawing, write_full_size


class OfStrokes(Pipeline):
    """Paints by a few strokes; what it painted once is in the cache until it is `emptied`."""

    emptied = False

    def __call__(self, photo, settings, *, cached=frozenset(), **how):
        if self.emptied and cached == WITHOUT_NETWORKS:
            raise NotCachedError("paint")
        done = super().__call__(photo, settings, **how)
        return replace(done, painted=Painted(Scene(done.styled), strokes=some_strokes()))


@pytest.fixture
def painter():
    return OfStrokes()


@pytest.fixture
def of_strokes(painter):
    return PaintService(paint=painter, models=object())


def paths_in(file):
    root = ElementTree.parse(file).getroot()
    return [each for each in root.iter() if each.tag.endswith("path")]


def test_the_strokes_are_a_drawing(of_strokes, photo):
    parts, handlers = components(), handlers_of(of_strokes)
    state = state_by(of_strokes, photo)
    assert view(parts, state)[parts.strokes].visible
    file = Path(handlers.write_strokes(visitor("anna"), state)[parts.file])
    assert file.name == "someone-strokes.svg"
    assert len(paths_in(file)) == len(some_strokes().counts)


def test_strokes_that_are_gone_are_painted_again_where_it_is_seen(of_strokes, painter, photo):
    parts, handlers = components(), handlers_of(of_strokes)
    state = state_by(of_strokes, photo)
    painter.emptied = True
    updates = handlers.write_strokes(visitor("anna"), state)
    assert updates[parts.file] is None
    made = handlers.make_again(visitor("anna"), updates[parts.again])
    assert paths_in(made[parts.file])


def test_while_it_is_painted_once_more_no_time_left_is_told_which_would_be_of_the_smaller_part(
    of_strokes, photo, monkeypatch
):
    told = []
    monkeypatch.setattr(
        "ui.view_state.write_painting",
        lambda painting, folder, tell: [tell(n / 4) for n in range(5)] and folder / "a.png",
    )
    state = state_by(of_strokes, photo)
    write_full_size(of_strokes, "anna", state, lambda done, text: told.append((done, text)))
    before, after = ([each for each in told if (each[1] == "Painting it once more") == once]
                     for once in (True, False))  # fmt: skip
    assert before
    assert after
    assert told == [*before, *after]
    shares = [done for done, _ in told]
    assert shares == sorted(shares)
    assert shares[-1] == 1


@pytest.mark.parametrize("by", ["photo", "change"])
def test_a_file_that_gives_way_to_something_else_is_told_once(of_strokes, photo, monkeypatch, by):
    parts, handlers, told = components(), handlers_of(of_strokes), []
    monkeypatch.setattr("gradio.Info", lambda text: told.append(text))
    state, session = state_by(of_strokes, photo), of_strokes.sessions.of("anna")
    given = {"path": str(photo), "orig_name": "someone.png"}

    def goes_on():
        if by == "photo":
            handlers.drop(visitor("anna"))
            handlers.receive(visitor("anna"), given)
        press = SimpleNamespace(target=parts.paint)
        handlers.begin(visitor("anna"), press, given, state, *NO_STYLES, *DEFAULTS)

    def write(painting, folder, seconds, tell):
        goes_on()
        tell(0.5)

    monkeypatch.setattr("ui.view_state.write_timelapse", write)
    session.run.ask()
    handlers.make_again(visitor("anna"), handlers.write_film(state, 5)[parts.again])
    assert len(told) == 1
    assert "was not finished" in told[0]
    goes_on()
    assert len(told) == 1


def test_a_file_that_is_cancelled_needs_no_word(of_strokes, photo, monkeypatch):
    parts, handlers, told = components(), handlers_of(of_strokes), []
    monkeypatch.setattr("gradio.Info", lambda text: told.append(text))
    state, session = state_by(of_strokes, photo), of_strokes.sessions.of("anna")

    def write(painting, folder, seconds, tell):
        handlers.cancel(visitor("anna"))
        tell(0.5)

    monkeypatch.setattr("ui.view_state.write_timelapse", write)
    session.run.ask()
    handlers.make_again(visitor("anna"), handlers.write_film(state, 5)[parts.again])
    handlers.drop(visitor("anna"))
    handlers.receive(visitor("anna"), None)
    assert not told


def test_what_has_no_strokes_offers_none(service, photo):
    parts, state = components(), state_by(service, photo)
    assert not view(parts, state)[parts.strokes].visible
    with pytest.raises(PhotoError, match="not made of strokes"):
        write_drawing(service, "anna", state)


def test_a_transparent_painting_is_taken_along_over_white(service, tmp_path):
    path = tmp_path / "cut.png"
    cut = np.full((*SIZE, 4), 90, np.uint8)
    cut[..., 3] = 255
    cut[:, :50, 3] = 0
    Image.fromarray(cut).save(path)
    state = state_by(service, path)
    flat = pixels(state.flat)
    assert (flat[:, :45] > 250).all()
    assert abs(int(flat[:, 60:].mean()) - (255 - 90)) < 3
    assert easel.painted(state)["flat"].endswith(Path(state.flat).name)


def test_an_opaque_one_is_taken_along_as_it_hangs(service, photo):
    state = state_by(service, photo)
    assert state.flat == ""
    assert easel.painted(state)["name"] == "someone-painted"
