"""The page's controls: what each says, what a link may set."""

from pathlib import Path

import pytest

from pipeline.settings import Settings, options
from tests.page import components, controls_in, handlers_of, notes_in, private, visitor  # noqa: F401 - `private` is a fixture
from ui import style_box
from ui.api import schema
from ui.available import is_available, need_of
from ui.widgets import (
    AT_ONCE,
    OPTIONS,
    changed_at_once,
    from_link,
    from_widgets,
    step_of,
    to_widgets,
    widget,
)


@pytest.mark.parametrize("option", list(options()), ids=lambda o: o.flag)
def test_every_setting_has_a_control_that_says_what_the_setting_says(option):
    control = widget(option)
    assert (control.label, control.value) == (option.label, option.default)
    assert option.help in control.info.key
    if option.is_number:
        assert (control.minimum, control.maximum) == (option.low, option.high)
        assert option.kind is float or (control.step, type(control.value)) == (1, int)
        assert option.unit in control.info.key
    if option.choices:
        here = [choice for choice in option.choices if is_available(need_of(option, choice))]
        assert [value for _, value in control.choices] == here


@pytest.mark.parametrize("option", list(options()), ids=lambda o: o.flag)
def test_the_api_says_of_every_setting_of_what_kind_it_is(option):
    said = schema(option)
    types = {bool: "boolean", int: "integer", float: "number", str: "string"}
    assert said["type"] == types[option.kind]
    if option.is_number:
        assert (said["minimum"], said["maximum"]) == (option.low, option.high)


@pytest.mark.parametrize(
    ("low", "high", "step"), [(0.6, 4.0, 0.1), (0, 1, 0.01), (0, 0.3, 0.01), (0, 100, 1)]
)
def test_a_slider_has_20_to_200_steps(low, high, step):
    assert step_of(low, high) == pytest.approx(step)
    assert 20 <= (high - low) / step_of(low, high) <= 200


def test_controls_carry_settings_both_ways():
    settings = Settings.from_flat(brush=2.0, keep="hair", keep_face=False)
    assert from_widgets(to_widgets(settings)) == settings


def test_a_blend_takes_nothing_else_from_the_controls():
    chosen = Settings.from_flat(brush=3.0, restoration=0.1, feather=0.2, keep="person")
    assert changed_at_once(Settings(), chosen) == Settings.from_flat(feather=0.2, keep="person")
    assert "brush" not in AT_ONCE


def test_a_link_sets_controls_and_ignores_what_is_not_ours():
    query = {"format": "2", "brush": "2", "keep_face": "false", "__theme": "dark", "utm": "x"}
    assert from_link(query) == (Settings.from_flat(brush=2.0, keep_face=False), [])


@pytest.mark.parametrize(
    "bad",
    [
        {"brush": "99"},
        {"brush": "wide"},
        {"keep": "nose"},
        {"restore": "perhaps"},
        {"harmony": "nan"},
    ],
)
def test_a_links_bad_value_is_said_and_ignored(bad):
    settings, said = from_link({"format": "2", **bad, "feather": "0.1"})
    assert settings == Settings.from_flat(feather=0.1)
    assert len(said) == 1
    assert next(iter(bad)) in said[0]


def test_opening_a_link_fills_the_controls(service):
    opened = handlers_of(service).open(visitor("anna", format="2", brush="2", keep="<b>"))
    assert from_widgets(controls_in(opened)) == Settings.from_flat(brush=2.0)
    assert "&lt;b&gt;" in notes_in(opened)


def test_a_link_names_a_picture_of_the_gallery(service):
    opened = handlers_of(service).open(visitor("anna", painter=style_box.LIKE, like="night"))
    style = components().style
    picture, name = opened[style.picture], opened[style.name]
    assert (Path(picture), name) == (style_box.GALLERY["night"].path, "night")
    assert "the picture to paint like: Night" in opened[components().easel]["words"]


@pytest.mark.parametrize("query", [{}, {"like": "../portrait"}, {"like": "night.jpg"}])
def test_a_link_without_the_picture_that_it_needs_says_so(service, query):
    opened = handlers_of(service).open(visitor("anna", painter=style_box.LIKE, **query))
    style = components().style
    assert not {style.picture, style.name} & opened.keys()
    assert str(style_box.NOT_CARRIED) in notes_in(opened)
    opened = handlers_of(service).open(visitor("anna", **query))
    assert notes_in(opened) == ""


@pytest.mark.parametrize("stage", ["intensity", "segment", "blend"])
def test_what_takes_no_painting_is_answered_while_its_slider_moves(stage):
    flags = {option.flag for option in OPTIONS if option.path[0] == stage}
    assert flags
    assert flags <= set(AT_ONCE)
    assert {"brush", "painter", "network_mood"}.isdisjoint(AT_ONCE)


@pytest.mark.parametrize("option", [o for o in OPTIONS if o.is_number], ids=lambda o: o.flag)
def test_a_number_beyond_its_slider_is_the_end_of_it(option):
    at = OPTIONS.index(option)
    for value, wanted in ((option.low - 7, option.low), (option.high + 7, option.high)):
        values = to_widgets(Settings())
        values[at] = value
        assert option.of(from_widgets(values)) == wanted


def test_what_is_no_number_is_refused():
    for value in (None, "2", True, float("nan")):
        values = to_widgets(Settings())
        values[[option.flag for option in OPTIONS].index("canvas")] = value
        with pytest.raises(ValueError, match="canvas is a number"):
            from_widgets(values)
