"""The tab "Compare": two ways to paint, side by side, and going on with either."""

from pathlib import Path

import gradio as gr
import pytest

from pipeline.settings import Settings
from tests.page import (  # noqa: F401 - `private` is a fixture
    DEFAULTS,
    NO_STYLES,
    OWN_SIZE,
    Pipeline,
    components,
    controls_in,
    handlers_of,
    private,
    visitor,
)
from ui.compare_tab import LEFT, NOW, RIGHT, view, way_of, ways
from ui.looks import LOOKS, PAINTED
from ui.service import PaintService
from ui.widgets import to_widgets


def compare(service, photo, left=NOW, right=RIGHT, controls=DEFAULTS):
    field = photo and {"path": str(photo), "orig_name": "someone.png"}
    return handlers_of(service).compare(
        visitor("anna"), field, None, left, right, *NO_STYLES, *controls
    )


def tab():
    return components().comparison


def test_looks_painters_and_what_is_set_now_can_be_compared():
    titles = list(ways())
    assert titles[0] == NOW
    assert {look.title for look in LOOKS} < set(titles)
    assert {LEFT, RIGHT} < set(titles)
    known = {way(Settings()).model_dump_json() for way in ways().values()}
    assert len(known) == len(titles) - 1, "only what is set now is a look, too"


def test_two_ways_hang_under_one_divide_with_their_names_and_figures(photo):
    pipeline = Pipeline()
    service = PaintService(paint=pipeline, models=object())
    updates = compare(service, photo)
    asked = [settings for settings, _ in pipeline.asked]
    assert asked == [OWN_SIZE, way_of(RIGHT, OWN_SIZE)]
    shown = updates[tab().viewer]
    assert shown["names"] == [NOW, RIGHT]
    pair = updates[tab().pair]
    assert all(Path(path).exists() for path in pair.pictures)
    assert pair.pictures[0] != pair.pictures[1]
    assert updates[tab().row].visible
    assert "<td>0.3 s</td>" in updates[tab().facts]
    folder = service.sessions.of("anna").folder
    assert all(Path(path).parent == folder for path in pair.pictures)


def test_going_on_with_one_sets_the_controls(service, photo):
    pair = compare(service, photo)[tab().pair]
    for number in (0, 1):
        chosen = handlers_of(service).go_on_with(number)(visitor("anna"), pair)
        assert controls_in(chosen) == to_widgets(pair.settings[number])
    assert handlers_of(service).go_on_with(0)(visitor("anna"), None) == gr.skip()


def test_the_run_is_awaited_no_more_once_it_is_over(service, photo):
    handlers_of(service).watch(components().comparison.doing)(visitor("anna"))
    compare(service, photo)
    assert service.sessions.of("anna").run.awaited is None


def test_a_new_photo_empties_the_tab(service):
    emptied = handlers_of(service).clear_comparison()
    assert emptied[tab().pair] is None
    assert "names" not in emptied[tab().viewer]
    assert not emptied[tab().row].visible
    assert set(view(tab(), None)) == set(tab().outputs)


@pytest.mark.parametrize(
    ("left", "right", "said"),
    [
        (NOW, NOW, "two different"),
        (None, NOW, "not one of them"),
        ("Vermeer", NOW, "'Vermeer'"),
    ],
)
def test_what_cannot_be_compared_is_said(service, photo, left, right, said):
    with pytest.raises(gr.Error, match=said):
        compare(service, photo, left, right)


def test_like_a_picture_wants_one_and_any_way_a_photo(service, photo):
    like = next(look.title for look in LOOKS if look not in PAINTED)
    with pytest.raises(gr.Error, match="picture"):
        compare(service, photo, like)
    with pytest.raises(gr.Error, match="no photo yet"):
        compare(service, None)


def test_a_cancelled_comparison_changes_nothing(photo):
    class Stopped(Pipeline):
        def __call__(self, *given, report, **how):
            service.sessions.of("anna").run.stop.set()
            return super().__call__(*given, report=report, **how)

    service = PaintService(paint=Stopped(), models=object())
    assert compare(service, photo) == gr.skip()
