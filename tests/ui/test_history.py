"""Corrections are taken back, the last one first, and made again."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from pipeline.types import Prompt
from ui.history import MOST, History

CLICKS = st.lists(st.tuples(st.floats(0, 9), st.floats(0, 9), st.booleans()), max_size=12)


def follow(clicks):
    """Do some corrections, one after the other; return every prompt, and the history."""
    prompts, history = [Prompt()], History()
    for click in clicks:
        history = history.then(prompts[-1])
        prompts.append(replace(prompts[-1], points=(*prompts[-1].points, click)))
    return prompts, history


@given(CLICKS)
def test_undoing_all_and_redoing_all_passes_every_prompt_twice(clicks):
    prompts, history = follow(clicks)
    holds = prompts[-1]
    for before in reversed(prompts[:-1]):
        holds, history = history.undone(holds)
        assert holds == before
    assert history.undone(holds) is None
    for after in prompts[1:]:
        holds, history = history.redone(holds)
        assert holds == after
    assert history.redone(holds) is None
    assert history == follow(clicks)[1]


def test_a_new_correction_forgets_what_was_taken_back():
    prompts, history = follow([(1, 1, True), (2, 2, True)])
    prompt, history = history.undone(prompts[-1])
    assert history.redone(prompt)
    assert history.then(prompt).redone(prompt) is None


def test_only_so_many_are_remembered():
    history = History()
    for _ in range(MOST + 5):
        history = history.then(Prompt())
    assert len(history.past) == MOST


def test_every_prompt_moves_with_its_frame():
    prompts, history = follow([(1, 1, True), (2, 2, True)])
    _, history = history.undone(prompts[-1])
    moved = history.moved(lambda prompt: replace(prompt, drawn=None, points=()))
    assert [len(each.points) for each in (*moved.past, *moved.future)] == [0, 0]
