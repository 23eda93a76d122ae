"""Runs on a card that is lent, with a stand-in for `spaces`: only what is pickled crosses."""

import os
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from pipeline.paint import paint
from pipeline.runtime.models import Loaded
from pipeline.settings import Settings
from pipeline.steps.run import RunCache
from pipeline.types import Cancelled, Painting, Photo, PhotoError, Progress, StopEarly
from pipeline.weights.catalog import CATALOG, LIGHT, WeightError
from tests.test_paint import PlainModels, photo_of
from tests.zero_gpu import Card, ZeroGpuError
from ui import gpu
from ui.gpu import Job, borrowing, seconds_of
from ui.service import PaintService

pytestmark = [pytest.mark.forks, pytest.mark.usefixtures("small_strokes")]


class CardModels(PlainModels):
    """Plain networks that run only in another process than this one, and that cannot be pickled."""

    def __init__(self):
        super().__init__()
        self.lock, self.home = threading.Lock(), os.getpid()

    def load(self, role, policy):
        loaded = super().load(role, policy)

        def run(batch):
            assert role in LIGHT or os.getpid() != self.home, "there is no card here"
            return loaded.run(batch)

        entry = replace(CATALOG["monet_light"], stroke_px=1.0, seeded=False)
        return Loaded(run, loaded.use, entry, lambda which: run)


@pytest.fixture
def card(monkeypatch):
    """Serve from a ZeroGPU Space."""
    found = Card()
    monkeypatch.setenv("SPACES_ZERO_GPU", "true")
    monkeypatch.setitem(sys.modules, "spaces", found)
    return found


def names(cache):
    return set(cache._values)


MANY = 400

# Functions of the pipeline, as they are found there by their names


def look_long(photo, settings, *, models, report, cache, file):
    """Run a network, then look many times; write how many looks there were."""
    models.load("painter", "auto").run(np.zeros((1, 3, 8, 8), np.float32))
    looks, enough = 0, False
    try:
        while looks < MANY and not enough:
            looks += 1
            time.sleep(0.01)
            try:
                report(Progress("paint", looks / MANY, np.full((4, 4, 3), looks, np.float32), 1.0))
            except StopEarly:
                enough = True
    finally:
        Path(file).write_text(str(looks))
    return looks, enough


def fail(photo, settings, *, models, report, cache, error):
    cache.get("before", lambda: 1)
    models.load("painter", "auto").run(np.zeros((1, 3, 8, 8), np.float32))
    raise error


def test_elsewhere_nothing_is_wrapped_and_no_package_is_needed(monkeypatch):
    monkeypatch.delenv("SPACES_ZERO_GPU", raising=False)
    monkeypatch.setitem(sys.modules, "spaces", None)
    assert borrowing(paint) is paint


def test_a_painting_is_made_on_the_card_and_is_the_same(card):
    photo, settings = photo_of(), Settings.from_flat(feather=0.1)
    found = borrowing(paint)(photo, settings, models=CardModels())
    wanted = paint(photo, settings, models=PlainModels())
    np.testing.assert_array_equal(found.result, wanted.result)
    assert found.photo is photo
    assert found.faces[0].box == wanted.faces[0].box
    assert len(card.lent) == 1


def test_a_painting_made_on_the_card_has_the_frame_of_its_photo(card):
    settings = Settings.from_flat(paper="square", straighten=3.0)
    found = borrowing(paint)(photo_of(), settings, models=CardModels())
    wanted = paint(photo_of(), settings, models=PlainModels())
    np.testing.assert_array_equal(found.photo.pixels, wanted.photo.pixels)
    np.testing.assert_array_equal(found.result, wanted.result)


def test_what_stages_made_is_kept_here_and_blending_again_needs_no_card(card):
    run, cache, models, photo = borrowing(paint), RunCache(), CardModels(), photo_of()
    run(photo, Settings(), models=models, cache=cache)
    for flat in ({"face_strength": 0.3}, {"feather": 0.2, "harmony": 0.1}, {"strength": 0.5}):
        again = run(photo, Settings.from_flat(**flat), models=models, cache=cache)
        wanted = paint(photo, Settings.from_flat(**flat), models=PlainModels())
        np.testing.assert_array_equal(again.result, wanted.result)
    assert len(card.lent) == 1


def test_only_what_is_missing_is_run_on_the_card(card):
    run, cache, photo = borrowing(paint), RunCache(), photo_of()
    how = Settings.from_flat(painter="network")
    run(photo, how, models=CardModels(), cache=cache)
    before = names(cache)
    models = CardModels()
    run(photo, how.changed(brush=3.0), models=models, cache=cache)
    assert len(card.lent) == 2
    assert names(cache) > before
    made = Job(paint, (photo, how.changed(brush=3.0)), {}, dict(cache._values))
    gpu.BORROWERS["models"] = plain = PlainModels()
    *_, outcome = gpu.run_job(made, "/nowhere")
    assert isinstance(outcome.value, Painting)
    assert plain.runs == {"descriptor": 1}  # which needs no card


def test_progress_and_pictures_so_far_arrive(card, tmp_path):
    told = []
    looks, enough = borrowing(look_long)(
        photo_of(), Settings(), models=CardModels(), report=told.append, file=tmp_path / "looks"
    )  # fmt: skip
    assert (looks, enough) == (MANY, False)
    assert 3 < len(told) < MANY / 4  # not every look is pickled
    assert [p.done for p in told] == sorted(p.done for p in told)
    assert all(p.picture.shape == (4, 4, 3) for p in told)


def ends_at_the_third(override):
    told = []

    def report(progress):
        told.append(progress)
        if len(told) >= 3:
            raise override

    return report


def test_cancel_ends_the_run_there_too(card, tmp_path):
    with pytest.raises(Cancelled):
        borrowing(look_long)(
            photo_of(), Settings(), models=CardModels(), report=ends_at_the_third(Cancelled()),
            file=tmp_path / "looks",
        )  # fmt: skip
    assert int((tmp_path / "looks").read_text()) < MANY


def test_keep_goes_on_with_the_picture_so_far(card, tmp_path):
    looks, enough = borrowing(look_long)(
        photo_of(), Settings(), models=CardModels(), report=ends_at_the_third(StopEarly()),
        file=tmp_path / "looks",
    )  # fmt: skip
    assert enough
    assert looks < MANY


def test_a_page_that_breaks_off_ends_the_run_there_too(card, tmp_path):
    with pytest.raises(KeyError):
        borrowing(look_long)(
            photo_of(), Settings(), models=CardModels(), report=ends_at_the_third(KeyError("bar")),
            file=tmp_path / "looks",
        )  # fmt: skip
    assert int((tmp_path / "looks").read_text()) < MANY


SENTENCES = [PhotoError("Wanted a photo."), WeightError("Put it there."), ValueError("0 to 1")]


@pytest.mark.parametrize("error", SENTENCES, ids=repr)
def test_what_a_person_is_to_read_comes_back_as_it_was(card, error):
    cache = RunCache()
    with pytest.raises(type(error), match=str(error)):
        borrowing(fail)(photo_of(), Settings(), models=CardModels(), cache=cache, error=error)
    assert "before" in cache._values


def test_a_surprise_is_told_by_its_kind_alone(card):
    with pytest.raises(ZeroGpuError, match="ZeroDivisionError"):
        borrowing(fail)(photo_of(), Settings(), models=CardModels(), error=ZeroDivisionError("no"))


def test_the_card_is_lent_for_as_long_as_what_is_asked_for_takes():
    photo = Photo(np.zeros((1000, 1000, 3), np.uint8))

    def seconds(*more, **flat):
        return seconds_of(Job(paint, (photo, Settings.from_flat(**flat), *more), {}))

    like = {"painter": "portrait-aware"}
    usual = seconds()
    assert 10 <= usual <= 60
    assert usual < seconds(**like) < seconds(**like, style_px=1024)
    assert seconds(**like, style_px=1024) < seconds(**like, preset="paper", style_px=768)
    assert seconds(**like, iterations=10) < seconds(**like)
    assert usual < seconds(("unet",)) < seconds(("unet", "sam_light"))
    assert seconds(**like, preset="paper", style_px=2048) == gpu.MOST_S


def test_on_zero_gpu_networks_and_borrower_are_there_before_the_page(card, monkeypatch):
    seen = []
    monkeypatch.setattr("pipeline.runtime.models.Models", lambda **how: seen.append("models"))
    monkeypatch.setattr(card, "GPU", lambda **how: seen.append("borrower") or (lambda task: task))
    PaintService(weights="embedded")
    assert sorted(seen) == [*["borrower"] * 3, "models"]  # painting, comparing, what is mended
