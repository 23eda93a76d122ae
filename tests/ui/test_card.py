"""Cards: what comes back from a browser is what was kept, or is refused in one sentence."""

import base64
import json
import zlib

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.settings import Settings
from pipeline.types import PhotoError, Prompt, drawing_of
from ui.card import Card, read, written

SIZE = (300, 200)
SHARES = st.floats(0, 0.999)
CLICKS = st.lists(st.tuples(SHARES, SHARES, st.booleans()), max_size=4)
DRAWN = np.zeros((75, 50), np.uint8)
DRAWN[10:20, 5:9] = 1


# A busy machine is no fault.
PATIENT = settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow])


@st.composite
def cards(draw):
    def placed(clicks):
        return tuple((x * (SIZE[1] - 1), y * (SIZE[0] - 1), said) for x, y, said in clicks)

    weights = st.lists(st.tuples(SHARES, SHARES, st.none() | st.floats(0, 1)), max_size=3)
    prompt = Prompt(
        points=placed(draw(CLICKS)),
        drawn=drawing_of(DRAWN) if draw(st.booleans()) else None,
        faces=placed(draw(weights)),
        kept=placed(draw(CLICKS)),
    )
    chosen = Settings.from_flat(
        brush=draw(st.sampled_from([0.5, 1.0, 2.0])), keep=draw(st.sampled_from(["hair", "person"]))
    )
    name = draw(st.text(max_size=80))
    return Card("photo", name, chosen, SIZE, prompt, draw(st.sampled_from(["", "night"])))


@PATIENT
@given(cards())
def test_a_card_comes_back_as_it_was(card):
    found, dropped = read(written(card))
    assert (found, dropped) == (card, ())
    assert (found.key, found.way) == (card.key, card.way)


@PATIENT
@given(cards(), st.integers(40, 2000))
def test_corrections_stay_inside_a_photo_of_another_size(card, width):
    height = round(width * SIZE[0] / SIZE[1])  # a drawing has the photo's shape
    card.prompt_in((height, width)).check((height, width))
    assert card.prompt_in(SIZE) == card.prompt


def test_sliders_tell_no_way_apart_and_choices_do():
    one, other = (Card("p", "n", Settings.from_flat(brush=b), SIZE) for b in (0.5, 2.0))
    assert one.key != other.key
    assert one.way == other.way
    assert Card("p", "n", Settings.from_flat(mood="dusk"), SIZE).way != one.way
    assert Card("q", "n", one.settings, SIZE).way != one.way


def bomb():
    packed = base64.b64encode(zlib.compress(bytes(10**7))).decode()
    return {"drawn": {"size": [20, 20], "packed": packed}}


def marks_of_another_kind():
    packed = base64.b64encode(zlib.compress(b"\7" * 400)).decode()
    return {"drawn": {"size": [20, 20], "packed": packed}}


@pytest.mark.parametrize(
    "change",
    [
        {"settings": {"format": 2, "brush": 1e9}},
        {"settings": None},
        {"size": [0, 3]},
        {"size": "large"},
        {"name": 7},
        {"points": [[1, 2]]},
        {"drawn": {"size": [5000, 5000], "packed": ""}},
        {"drawn": {"size": [2, 2], "packed": "%"}},
        {"drawn": {"size": [2, 2], "packed": "QUJD"}},
        {"drawn": 3},
        marks_of_another_kind(),
    ],
)
def test_damaged_cards_are_refused_in_one_sentence(change):
    whole = json.loads(written(Card("p", "n", Settings(), SIZE)))
    with pytest.raises(PhotoError, match="another version"):
        read(json.dumps({**whole, **change}))


@pytest.mark.parametrize("text", ["", "{", "[]", "7", "null", "[" * 100_000, "x" * 1_000_001])
def test_what_is_no_card_is_refused(text):
    with pytest.raises(PhotoError, match="another version"):
        read(text)


def test_no_more_of_a_drawing_is_unpacked_than_fits():
    whole = json.loads(written(Card("p", "n", Settings(), SIZE)))
    assert read(json.dumps({**whole, **bomb()}))[0].prompt.drawn is None
