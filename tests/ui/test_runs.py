"""What the page looks like while something runs, after it ended, and long after."""

import inspect
import time

import gradio as gr
import httpx
import pytest

import app
from pipeline.settings import Settings
from pipeline.types import Progress
from tests.page import (  # noqa: F401 - `private` is a fixture
    NO_STYLES,
    Pipeline,
    components,
    private,
    visitor,
)
from ui import progress, runs, style_box
from ui.examples import EXAMPLES
from ui.progress import reporter
from ui.service import PaintService
from ui.session import Session
from ui.widgets import to_widgets


@pytest.fixture
def page():
    return app.build(PaintService(paint=Pipeline(), models=object()))


@pytest.mark.parametrize(("run", "button"), [("paint_photo", "paint"), ("compare", "compare")])
@pytest.mark.parametrize("failed", [True, False])
def test_however_a_run_ends_its_button_can_be_pressed_again(page, run, button, failed):
    (begun,) = [number for number, fn in page.fns.items() if fn.name == run]
    following = [
        fn
        for fn in page.fns.values()
        if fn.trigger_after == begun
        and (fn.trigger_only_on_failure if failed else not fn.trigger_only_on_failure)
        and button in [block.elem_id for block in fn.outputs]
    ]
    assert len(following) == 1
    ends = following[0].fn
    updates = ends(visitor("anna")) if run == "paint_photo" else ends()
    updates = {block.elem_id: update for block, update in updates.items()}
    assert updates[button].interactive


@pytest.mark.parametrize("run", ["sample_film", "paint_film"])
def test_neither_of_a_films_buttons_can_be_pressed_until_its_run_ends(page, run):
    (ran,) = [fn for fn in page.fns.values() if fn.name == run]
    begins = page.fns[ran.trigger_after]
    ends = [
        fn for fn in page.fns.values()
        if fn.trigger_after == ran._id and "film-paint" in [b.elem_id for b in fn.outputs]
    ]  # fmt: skip
    assert len(ends) == 2  # well, or not
    for step, pressable in ((begins, False), *((end, True) for end in ends)):
        updates = {block.elem_id: update for block, update in step.fn().items()}
        assert updates["film-sample"].interactive is pressable
        assert updates["film-paint"].interactive is pressable


@pytest.mark.parametrize(
    ("button", "stopped"),
    [
        ("cancel", ["paint_photo", "make_again"]),
        ("cancel-comparison", ["compare"]),
        ("cancel-outlines", ["outline"]),
    ],
)
def test_cancel_is_wired_once_and_stops_each_run_that_shows_it(page, button, stopped):
    pressed = [fn for fn in page.fns.values() if (button, "click") in targets_of(page, fn)]
    assert [fn.name for fn in pressed].count("cancel") == 1
    (stopping,) = [fn for fn in pressed if fn.cancels]
    assert sorted(page.fns[number].name for number in stopping.cancels) == sorted(stopped)


def test_that_there_is_no_film_is_said_before_anything_waits_for_its_turn(page):
    checks = [number for number, fn in page.fns.items() if fn.name == "check_film"]
    assert len(checks) == 2
    for check in checks:
        assert page.fns[check].concurrency_id != runs.MODEL
        after = [fn for fn in page.fns.values() if fn.trigger_after == check]
        assert after
        assert all(fn.trigger_only_on_success for fn in after)


@pytest.mark.parametrize("run", ["sample_film", "paint_film"])
def test_after_a_film_the_looks_that_it_ended_are_painted(page, run):
    (begun,) = [number for number, fn in page.fns.items() if fn.name == run]
    after = [fn for fn in page.fns.values() if fn.trigger_after == begun]
    assert "paint_looks" in [fn.name for fn in after]


def test_a_run_ends_before_anything_else_that_takes_its_place_is_done(page):
    # The page does what follows an event one after the other: a run that is begun while a photo is
    # still read would be cancelled by that photo's coming.
    for place in (("photo", "input"), ("anywhere", "upload"), ("album", "back")):
        follows = [fn for fn in page.fns.values() if place in targets_of(page, fn)]
        first, second, *_ = [fn for fn in follows if fn.cancels or fn.fn]
        assert sorted(page.fns[n].name for n in first.cancels) == ["make_again", "paint_photo"]
        assert second.name == "drop"


def test_a_painting_that_is_not_begun_leaves_a_page_that_is_ready(page):
    (begin,) = [number for number, fn in page.fns.items() if fn.name == "begin"]
    (ends,) = [
        fn for fn in page.fns.values() if fn.trigger_after == begin and fn.trigger_only_on_failure
    ]
    given = visitor("anna"), None, None, *NO_STYLES, *to_widgets(Settings())
    updates = {block.elem_id: update for block, update in ends.fn(*given).items()}
    assert updates["paint"].interactive


@pytest.mark.parametrize("run", ["show_example"])
def test_a_failure_leaves_nothing_over_the_pictures_that_its_progress_covered(page, run):
    begun = next(fn for fn in page.fns.values() if fn.name == run)
    (failed,) = [
        fn
        for fn in page.fns.values()
        if fn.trigger_after == begun._id and fn.trigger_only_on_failure
    ]
    assert failed.show_progress == "hidden"
    assert set(begun.show_progress_on) <= set(failed.show_progress_on)


def test_whatever_fails_leaves_nothing_over_the_picture_that_its_progress_covered(page):
    uncovered = {
        fn.trigger_after: set(fn.show_progress_on or ())
        for fn in page.fns.values()
        if fn.trigger_only_on_failure and fn.show_progress == "hidden"
    }
    covering = [
        fn for fn in page.fns.values() if fn.show_progress == "full" and fn.show_progress_on
    ]
    names = {fn.name for fn in covering}
    assert "show_example" in names
    for fn in covering:
        assert set(fn.show_progress_on) <= uncovered.get(fn._id, set()), fn.name


def test_what_was_noted_before_goes_as_a_run_begins_and_stays_as_it_ends():
    parts = components()
    tab = parts.comparison
    assert runs.switch_painting(parts, "", running=True)[parts.notes] == ""
    assert parts.notes not in runs.switch_painting(parts, "", running=False)
    assert runs.switch(tab.compare, tab.cancel, tab.notes, running=True)[tab.notes] == ""
    assert tab.notes not in runs.switch(tab.compare, tab.cancel, tab.notes, running=False)


def test_the_time_left_only_falls_where_the_painter_takes_long(tmp_path, monkeypatch):
    now, said = [0.0], []
    monkeypatch.setattr(progress.time, "monotonic", lambda: now[0])
    report = reporter(Session(None, folder=tmp_path), lambda done, text: said.append(text))
    for second in range(51):
        now[0] = second + 0.1
        report(Progress("paint", 0.25 + 0.35 * second / 50))
    left = [int(text.split("about ")[1].split(" s left")[0]) for text in said if "about" in text]
    assert left[0] > 40
    assert left == sorted(left, reverse=True)


def test_the_thumbnails_outlive_the_sweep_of_visitors_files(page, photo, monkeypatch, tmp_path):
    monkeypatch.setattr(app, "SWEEP_S", 0.2)
    monkeypatch.setattr(app, "IDLE_S", 2)
    page = app.build(PaintService(paint=Pipeline(), models=object()))
    _, url, _ = page.launch(prevent_thread_lock=True, quiet=True, ssr_mode=False, run_history=False)
    try:
        icons = [
            part["props"]["icon"]["url"]
            for part in page.config["components"]
            if part["props"].get("icon")
        ]
        assert len(icons) == len(EXAMPLES) + len(style_box.GALLERY)
        visitors = uploaded(url, photo)
        assert httpx.get(visitors).status_code == 200
        until = time.monotonic() + 10
        while is_served(visitors) and time.monotonic() < until:
            time.sleep(0.1)
        assert httpx.get(visitors).status_code == 403
        assert {httpx.get(url.rstrip("/") + icon).status_code for icon in icons} == {200}
    finally:
        page.close()


def targets_of(page, fn):
    """Return by what events of which blocks, by name, a function is called."""
    return [
        (page.blocks[block].elem_id, event) for block, event in fn.targets if block in page.blocks
    ]


def is_served(url):
    """Return whether a file is there; one that is deleted as it is sent is not."""
    try:
        return httpx.get(url).status_code == 200
    except httpx.RemoteProtocolError:
        return False


def uploaded(url, photo):
    """Return the address of a photo that a visitor has just dropped."""
    root = url.rstrip("/") + "/gradio_api"
    with photo.open("rb") as file:
        (path,) = httpx.post(f"{root}/upload", files={"files": file}).json()
    return f"{root}/file={path}"


def test_of_presses_before_a_slow_answer_none_is_lost(page):
    # Of two that say what was pressed Gradio drops the second, or does the first twice.
    told = [
        fn
        for fn in page.fns.values()
        if fn.fn is not None and any(p.annotation is gr.EventData for p in parameters(fn.fn))
    ]
    assert len(told) > 4
    assert {fn.name: fn.trigger_mode for fn in told if fn.trigger_mode != "multiple"} == {}


def parameters(fn):
    return inspect.signature(fn, eval_str=True).parameters.values()
