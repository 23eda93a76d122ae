import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.settings import PaintSettings, Settings, options

OPTIONS = tuple(options())
NUMBERS = [o for o in OPTIONS if o.kind in (float, int)]
COUNTS = [o for o in OPTIONS if o.kind is int]


def values_of(option):
    if option.kind is bool:
        return st.booleans()
    if option.kind is int:
        return st.integers(option.low, option.high)
    return (
        st.floats(option.low, option.high)
        if option.kind is float
        else st.sampled_from(option.choices)
    )


FLAT = st.fixed_dictionaries({}, optional={option.flag: values_of(option) for option in OPTIONS})


def test_flat_names_are_unique_and_each_has_a_label_and_a_help():
    assert len({o.flag for o in OPTIONS}) == len(OPTIONS)
    assert all(o.label and o.help.endswith(".") for o in OPTIONS)


def test_every_default_is_allowed():
    for option in OPTIONS:
        option.check(option.default)


@given(FLAT)
def test_flat_values_go_in_and_come_out(flat):
    chosen = Settings.from_flat(**flat)
    assert chosen.flat() == Settings().flat() | flat
    assert Settings.from_flat(**chosen.flat()) == chosen


@given(FLAT)
def test_settings_survive_json_as_links_and_pictures_carry_them(flat):
    chosen = Settings.from_flat(**flat)
    assert Settings.from_flat(**json.loads(json.dumps(chosen.flat()))) == chosen
    assert Settings.model_validate_json(chosen.model_dump_json()) == chosen


@given(FLAT)
def test_settings_survive_text(flat):
    texts = {flag: str(value) for flag, value in flat.items()}
    read = {
        option.flag: option.read(texts[option.flag]) for option in OPTIONS if option.flag in texts
    }
    assert read == flat


@given(FLAT, FLAT)
def test_equal_settings_are_one_cache_key(one, other):
    first, second = Settings.from_flat(**one), Settings.from_flat(**other)
    assert (first == second) == (first.flat() == second.flat())
    if first == second:
        assert hash(first) == hash(second)


@pytest.mark.parametrize("option", NUMBERS, ids=lambda o: o.flag)
@pytest.mark.parametrize("far", [-1e9, 1e9, float("nan"), float("inf"), True, "1", None])
def test_a_number_out_of_range_is_refused_with_the_range(option, far):
    what = "whole number" if option.kind is int else "number"
    said = f"{option.flag} is a {what} from {option.low:g} to {option.high:g}, not"
    with pytest.raises(ValueError, match=re.escape(said)):
        Settings.from_flat(**{option.flag: far})


@pytest.mark.parametrize("option", NUMBERS, ids=lambda o: o.flag)
def test_the_ends_of_a_range_are_allowed(option):
    for end in (option.low, option.high):
        assert option.of(Settings.from_flat(**{option.flag: end})) == end


def test_what_is_counted_is_whole():
    assert [option.flag for option in COUNTS] == ["style_px", "iterations"]


@pytest.mark.parametrize("option", COUNTS, ids=lambda o: o.flag)
def test_a_part_of_one_is_refused_where_ones_are_counted(option):
    for part in (option.low + 12.5, option.read(str(option.low + 12.5))):
        with pytest.raises(ValueError, match=f"{option.flag} is a whole number .*{part}"):
            Settings.from_flat(**{option.flag: part})


@pytest.mark.parametrize("text", ["512", "512.0", "5.12e2"])
def test_links_and_pictures_of_before_carry_a_count_with_a_point(text):
    for option in COUNTS:
        for carried in (option.read(text), json.loads(text)):
            value = option.of(Settings.from_flat(**{option.flag: carried}))
            assert (value, type(value)) == (512, int)


def test_a_wrong_choice_is_refused_with_the_choices():
    with pytest.raises(ValueError, match="keep is one of face, hair, person, not 'nose'"):
        Settings.from_flat(keep="nose")


@pytest.mark.parametrize("value", ["yes", 1, None])
def test_a_switch_takes_only_true_and_false(value):
    with pytest.raises(ValueError, match="paint is on or off"):
        Settings.from_flat(paint=value)


@pytest.mark.parametrize("name", ["sharpness", "cls", "self", "paint.on"])
def test_an_unknown_name_is_refused_with_the_known_ones(name):
    with pytest.raises(ValueError, match=f"no setting '{name}'.*brush"):
        Settings.from_flat(**{name: 1})


def test_settings_cannot_be_changed():
    with pytest.raises(ValueError, match="frozen"):
        Settings().weights = "full"


def test_every_choice_is_named_by_its_own_name():
    named = {
        option.flag: dict(zip(option.choices, option.names, strict=True))
        for option in options()
        if option.choices
    }
    assert named["guidance"] == {"input": "In the photo", "layers": "In every layer"}
    assert named["style_colors"]["photo"] == "The photo's"
    assert named["preset"]["fast"] == "Fast"
    assert named["restored_faces"]["chosen"] == "Only those I point at"


def test_what_means_nothing_to_a_painter_is_at_its_default():
    asked = {"face_detail": 0.2, "network_mood": "dusk", "portrait_style": "rembrandt", "brush": 2}
    kept = {"strokes": "face_detail", "network": "network_mood", "tps": "portrait_style"}
    for painter, own in kept.items():
        paint = Settings.from_flat(painter=painter, **asked).paint
        meant, usual = paint.meant, PaintSettings()
        assert (meant.painter, meant.brush) == (painter, 2)
        for flag in kept.values():
            wanted = asked[flag] if flag == own else getattr(usual, flag)
            assert getattr(meant, flag) == wanted
        assert paint.face_detail == 0.2
