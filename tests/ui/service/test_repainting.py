"""What takes large networks again after a slider or a download: seen, in turn, to be canceled."""

from dataclasses import replace

import numpy as np
import pytest
from gradio.utils import deep_hash
from PIL import Image

from pipeline.settings import Settings
from pipeline.steps.run import NotCachedError
from pipeline.types import Cancelled, Painted, Scene
from tests.page import (  # noqa: F401 - `private` is a fixture
    OWN_SIZE,
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
from ui.service import PaintService
from ui.service.painting import show
from ui.service.repainting import WITHOUT_NETWORKS, AgainError, blend_again
from ui.service.writing import write_full_size, write_timelapse
from ui.style_box import StyleFile
from ui.widgets import to_widgets


class Forgetful(Pipeline):
    """Has nothing in its cache: what must come from there is not there."""

    def __call__(self, photo, settings, *, cached=frozenset(), report=None, **how):
        if cached:
            assert cached == WITHOUT_NETWORKS
            assert report is None, "what runs no network needs no bar"
            raise NotCachedError("paint")
        return super().__call__(photo, settings, report=report, **how)


@pytest.fixture
def service():
    return PaintService(paint=Forgetful(), models=object())


def bar(done, desc):
    assert 0 <= done <= 1


SOFTER = Settings.from_flat(feather=0.2)


def test_a_slider_asks_for_a_run_instead_of_running_networks_unseen(service, photo):
    state = state_by(service, photo)
    updates = handlers_of(service).blend_again(visitor("anna"), state, *to_widgets(SOFTER))
    again = updates[components().again]
    assert components().state not in updates
    assert again.wanted.settings == SOFTER
    assert again.what == "painting"


def test_that_run_shows_what_was_wanted(service, photo):
    state, handlers = state_by(service, photo), handlers_of(service)
    updates = handlers.blend_again(visitor("anna"), state, *to_widgets(SOFTER))
    made = handlers.make_again(visitor("anna"), updates[components().again])
    assert state_in(made).settings == SOFTER
    assert made[components().file] is None


def test_a_download_asks_for_it_too_and_then_has_its_file(service, photo):
    state, handlers = state_by(service, photo), handlers_of(service)
    updates = handlers.write_file(visitor("anna"), state)
    assert updates[components().file] is None
    made = handlers.make_again(visitor("anna"), updates[components().again])
    assert made[components().file].endswith("someone-painted.png")


def test_a_run_that_is_canceled_changes_nothing(service, photo):
    state, handlers = state_by(service, photo), handlers_of(service)
    updates = handlers.blend_again(visitor("anna"), state, *to_widgets(SOFTER))

    class Slow(Forgetful):
        def __call__(self, photo, settings, *, report=None, **how):
            for _ in range(2):
                handlers.cancel(visitor("anna"))
                super().__call__(photo, settings, report=report, **how)

    service._paint = Slow()
    made = handlers.make_again(visitor("anna"), updates[components().again])
    assert components().state not in made


def test_without_a_bar_the_service_says_what_has_to_be_made(service, photo):
    state = state_by(service, photo)
    with pytest.raises(AgainError) as missing:
        blend_again(service, "anna", state, SOFTER)
    assert missing.value.wanted.settings == SOFTER


def test_a_style_picture_s_pixels_are_not_kept_in_the_page_s_state(service, photo, tmp_path):
    style = tmp_path / "style.png"
    Image.fromarray(np.full((40, 50, 3), 90, np.uint8)).save(style)
    state = show(service, "anna", photo, "someone", Settings(), bar, styles=(StyleFile(style),))
    assert state.prompt.styles == ()
    assert state.styles == (StyleFile(style),)


def test_each_wish_is_a_change_that_the_page_can_tell(service, photo):
    state, handlers = state_by(service, photo), handlers_of(service)
    wishes = [handlers.write_file(visitor("anna"), state)[components().again] for _ in range(2)]
    assert deep_hash(wishes[0]) != deep_hash(wishes[1])


class OfStrokes(Pipeline):
    """Paints by a few strokes."""

    def __call__(self, photo, settings, **how):
        done = super().__call__(photo, settings, **how)
        return replace(done, painted=Painted(Scene(done.styled), strokes=some_strokes()))


def test_a_film_is_seen_being_made_and_can_be_canceled(photo, monkeypatch):
    monkeypatch.setattr("pipeline.steps.timelapse.LONG_PX", 64)
    service = PaintService(paint=OfStrokes(), models=object())
    state, handlers = state_by(service, photo), handlers_of(service)
    assert state.strokes
    updates = handlers.write_film(state, 5)
    made = handlers.make_again(visitor("anna"), updates[components().again])
    assert components().film in made
    folder = service.sessions.of("anna").folder
    (film,) = folder.glob("*.mp4")
    assert film.name.startswith("someone-being-painted-")

    told = []
    write_timelapse(service, "anna", state, 5, lambda done, text: told.append((done, text)))
    assert max(told) == (1, "Filming")

    def stop(done, desc):
        service.sessions.of("anna").run.stop.set()

    with pytest.raises(Cancelled):
        write_timelapse(service, "anna", state, 5, stop)
    (last,) = folder.glob("*.mp4")
    assert last != film, "the one before goes once another is whole"


@pytest.mark.parametrize(
    ("changed", "renewed"),
    [
        ({"feather": 0.2}, {"blend"}),
        ({"strength": 0.5}, {"blend", "paint"}),
        ({"kept_faces": "largest"}, {"blend", "paint", "segment"}),
        ({"size": "2048"}, {"blend", "paint", "before"}),
    ],
)
def test_a_quick_change_renews_each_picture_that_it_may_change(photo, changed, renewed):
    service = PaintService(paint=OfStrokes(), models=object())
    state = state_by(service, photo)
    again = blend_again(service, "anna", state, OWN_SIZE.changed(**changed))
    was, now = (
        {"before": each.before, **{stage: path for stage, path, _ in each.stages}}
        for each in (state, again)
    )
    assert {name for name in now if now[name] != was[name]} == renewed
    assert pixels(again.before).shape == pixels(again.after).shape


def test_a_large_result_of_strokes_is_rendered_where_it_is_seen(photo):
    service = PaintService(paint=OfStrokes(), models=object())
    small = state_by(service, photo)
    large = replace(small, settings=small.settings.changed(size="4096"))
    with pytest.raises(AgainError):
        write_full_size(service, "anna", large)
    assert write_full_size(service, "anna", small).exists()
