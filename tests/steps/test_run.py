"""One run: what its keys say, and that nothing is made twice in it."""

from dataclasses import replace

import numpy as np
import pytest

from pipeline.paint import paint
from pipeline.settings import Settings
from pipeline.steps.run import Keyed, NotCachedError, Run, RunCache
from pipeline.types import Photo, Prompt
from tests.steps.test_stale import LIKE, NIGHT, PHOTO, StandIns


class Counting(StandIns):
    """Counts how often each named network looks at a picture."""

    def named(self, name, policy):
        loaded = super().named(name, policy)
        run = loaded.run

        def counted(batch):
            self.runs[name] = self.runs.get(name, 0) + 1
            return run(batch)

        loaded.run = counted
        return loaded


def test_a_photo_is_embedded_once_in_a_run():
    models = Counting(restorer=True)
    prompt = Prompt(points=((12.0, 100.0, True), (54.0, 60.0, False)), styles=(NIGHT,))
    settings = Settings.from_flat(segmenter="sam_light", **LIKE)
    paint(PHOTO, settings, models=models, prompt=prompt)
    assert models.runs["sam_light"] == 1


@pytest.mark.usefixtures("small_strokes")
def test_a_stage_that_was_to_come_from_the_cache_is_never_run():
    models, cache = StandIns(), RunCache()
    with pytest.raises(NotCachedError):
        paint(PHOTO, models=models, cache=cache, cached=frozenset({"parse"}))
    assert "parser" not in models.runs
    paint(PHOTO, models=models, cache=cache)
    paint(PHOTO, models=models, cache=cache, cached=frozenset({"parse", "paint"}))


def doubled(value):
    return value * 2


def test_a_key_differs_wherever_an_input_does():
    run = Run(PHOTO, Settings(), StandIns())
    keys = {
        run.made(doubled, value).key
        for value in (1, 2, 1.0, "1", Keyed(1, "a"), Keyed(1, "b"), (1,), None)
        if value is not None
    }
    assert len(keys) == 7
    assert run.made(doubled, Keyed(3, "c")).value == 6


def noted(run, value):
    run.hints.append("made")
    return run.prompt, value.value


def test_what_is_made_by_a_run_of_its_own_notes_nothing_and_is_made_once_a_setting():
    run = Run(PHOTO, Settings(), StandIns(), Prompt(points=((1.0, 2.0, True),)))
    made = run.made_anew(noted, Keyed(3, "c"))
    assert made.value == (Prompt(), 3)
    assert run.hints == []
    assert run.made_anew(noted, Keyed(3, "c")).value is made.value
    assert run.with_settings(Settings.from_flat(brush=2)).made_anew(noted, Keyed(3, "c")) != made


def test_what_has_no_key_is_refused():
    run = Run(PHOTO, Settings(), StandIns())
    with pytest.raises(TypeError, match="pass a step's value"):
        run.made(doubled, np.zeros(3))
    with pytest.raises(TypeError, match="a function of a module"):
        run.made(lambda value: value, 1)


def test_two_photos_have_two_keys():
    other = Photo(PHOTO.pixels[::-1].copy())
    assert replace(PHOTO, name="another").key == PHOTO.key != other.key


def test_the_bar_is_mostly_the_painters_where_that_takes_long():
    for how, (begins, ends) in (({}, (0.25, 0.6)), (LIKE, (0.04, 0.94))):
        told = []
        run = Run(PHOTO, Settings.from_flat(**how), StandIns(), report=told.append)
        run.within("paint", 0.5)
        assert told[0].done == pytest.approx((begins + ends) / 2)
        assert told[0].ends == ends
