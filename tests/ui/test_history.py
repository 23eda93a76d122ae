"""Each tab takes its own corrections back, and makes them again."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from pipeline.types import Prompt
from ui.history import FIELDS, History

CLICKS = st.tuples(st.floats(0, 9), st.floats(0, 9), st.booleans())
ACTS = st.lists(st.tuples(st.sampled_from(sorted(FIELDS)), CLICKS), max_size=12)


def follow(acts):
    """Do some corrections, one after the other."""
    prompt, history = Prompt(), History()
    for part, click in acts:
        field = "points" if part == "outline" else "kept"
        new = replace(prompt, **{field: (*getattr(prompt, field), click)})
        prompt, history = new, history.then(prompt)
    return prompt, history


def of(prompt, part):
    return [getattr(prompt, field) for field in FIELDS[part]]


@given(ACTS, st.sampled_from(sorted(FIELDS)))
def test_undoing_a_part_leaves_the_other_and_redoing_brings_it_back(acts, part):
    prompt, history = before, known = follow(acts)
    other = next(each for each in FIELDS if each != part)
    many = sum(each == part for each, _ in acts)
    for _ in range(many):
        prompt, history = history.undone(prompt, part)
        assert of(prompt, other) == of(before, other)
    assert history.undone(prompt, part) is None
    assert of(prompt, part) == of(Prompt(), part)
    for _ in range(many):
        prompt, history = history.redone(prompt, part)
    assert prompt == before
    assert history.redone(prompt, part) is None
    assert len(history.past) >= len(known.past) - many


def test_a_new_correction_forgets_what_was_taken_back():
    prompt, history = follow([("outline", (1, 1, True)), ("outline", (2, 2, True))])
    prompt, history = history.undone(prompt, "outline")
    assert history.redone(prompt, "outline")
    assert history.then(prompt).redone(prompt, "outline") is None
