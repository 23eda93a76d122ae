"""Links: what they carry is what they set, they are short, and both is said."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.settings import Settings
from tests.page import components, handlers_of, notes_in, private, visitor  # noqa: F401 - `private` is a fixture
from ui.frame_box import of_a_new_photo
from ui.links import MOST_NAMED, WHOM, copy_link, describe_opened, in_words, query_of
from ui.widgets import OPTIONS, from_link


def values_of(option):
    if option.kind is bool:
        return st.booleans()
    if option.kind is str:
        return st.sampled_from(option.choices)
    if option.kind is int:
        return st.integers(int(option.low or 0), int(option.high or 0))
    return st.floats(option.low, option.high, allow_subnormal=False)


SETTINGS = st.fixed_dictionaries({}, optional={o.flag: values_of(o) for o in OPTIONS}).map(
    lambda values: Settings.from_flat(**values)
)


@given(SETTINGS)
def test_what_a_link_carries_is_what_it_sets(settings):
    assert from_link(query_of(settings)) == (settings.changed(**of_a_new_photo()), [])


def test_what_was_chosen_for_one_photo_is_in_no_link_and_not_said_of_one():
    turned = Settings.from_flat(turn="90", zoom=2.0, mend=True)
    assert query_of(turned) == {}
    assert {label for label, _ in in_words(turned.changed(brush=2.0))} == {"Brush size"}


def test_a_link_carries_only_what_is_not_usual():
    assert query_of(Settings()) == {}
    assert query_of(Settings.from_flat(brush=2.0)) == {"format": "2", "brush": "2.0"}


@given(SETTINGS)
def test_what_is_said_is_short_and_names_no_usual_setting(settings):
    said = dict(in_words(settings))
    assert "" not in said.values()
    told = [o for o in OPTIONS if o.of(settings) != o.default or o.flag in WHOM]
    assert said.keys() <= {o.label for o in told}
    sentence = " ".join(describe_opened(settings))
    assert (sentence == "") == (not said)
    assert sentence.count(": ") <= MOST_NAMED + 2  # names of choices may have one


def test_an_opened_link_says_what_it_set_in_words(service):
    opened = handlers_of(service).open(visitor("anna", format="2", brush="2", mood="dusk"))
    said = opened[components().easel]["words"]
    assert "Brush size: 2 times as usual; Mood: Dusk" in said, "where it is seen at first"
    plain = handlers_of(service).open(visitor("anna"))
    assert notes_in(plain) == ""
    assert components().easel not in plain


def test_what_only_another_painter_follows_is_not_named():
    settings = Settings.from_flat(painter="fast", fast_style="water_lilies", impasto=2.0)
    assert [label for label, _ in in_words(settings)] == ["Painter", "Style"]


@pytest.mark.parametrize(("painter", "whom"), [("tps", "Portrait style"), ("fast", "Style")])
def test_whom_a_painter_paints_like_is_said_though_it_is_usual(painter, whom):
    said = dict(in_words(Settings.from_flat(painter=painter)))
    assert said.keys() == {"Painter", whom}


def test_the_script_knows_every_setting():
    script = copy_link()
    assert all(f'"flag": "{option.flag}"' in script for option in OPTIONS)
