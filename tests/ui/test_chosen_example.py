"""An example that is chosen after other settings were: it is painted by them."""

from pipeline.settings import Settings
from tests.page import (
    components,
    handlers_of,
    private,  # noqa: F401 - a fixture
    visitor,
)
from ui.examples import EXAMPLES
from ui.widgets import to_widgets


def chosen(service, settings, *, by_itself=True):
    show = handlers_of(service).example(1)
    return show(visitor("anna"), by_itself, *to_widgets(settings))


def test_an_example_is_painted_by_what_was_chosen_but_for_another_photos_frame(service):
    parts = components()
    dusk = chosen(service, Settings.from_flat(mood="dusk", turn="90"))
    assert dusk[parts.photo] == str(EXAMPLES[1].path)
    assert dusk[parts.arrived]
    assert dusk[parts.state] is None
    assert parts.controls["mood"] not in dusk
    assert dusk[parts.controls["turn"]] == Settings().flat()["turn"]


def test_at_the_usual_settings_or_where_nothing_paints_by_itself_it_is_shown_painted(service):
    parts = components()
    for settings, by_itself in (
        (Settings(), True),
        (Settings.from_flat(turn="90"), True),
        (Settings.from_flat(mood="dusk"), False),
        (Settings.from_flat(painter="portrait-aware"), True),  # a picture would be missing
    ):
        shown = chosen(service, settings, by_itself=by_itself)
        assert shown[parts.state].settings == Settings()
        assert parts.arrived not in shown
