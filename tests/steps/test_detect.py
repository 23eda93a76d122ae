"""A photo that lies on its side is told from one that stands."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from pipeline.io.image_files import read_photo
from pipeline.paint import paint
from pipeline.runtime.models import Models
from pipeline.settings import Settings
from pipeline.steps.detect import detect, lying, tilt_of
from pipeline.steps.run import Run
from tests.faces import face_in
from tests.test_paint import PlainModels, photo_of

EXAMPLES = Path(__file__).parents[2] / "examples"


@pytest.fixture(scope="module")
def models():
    return Models()


@pytest.mark.parametrize("turn", [0, 90, 180, 270])
def test_a_portrait_is_found_to_lie_by_what_it_was_turned(models, turn):
    photo = read_photo(EXAMPLES / "president.jpg")
    turned = np.ascontiguousarray(np.rot90(photo.pixels, turn // 90))
    run = Run(replace(photo, pixels=turned), Settings(), models)
    assert lying(run, detect(run).value.faces) == turn


def test_a_scene_without_people_lies_nowhere(models):
    run = Run(read_photo(EXAMPLES / "scene.jpg"), Settings(), models)
    assert lying(run, ()) == 0


def test_the_hint_names_the_turn_of_the_photo_as_it_was_given(monkeypatch):
    monkeypatch.setattr("pipeline.paint.lying", lambda *_: 270)
    settings = Settings.from_flat(painter="network", turn="180")
    painting = paint(photo_of(120, 90), settings, models=PlainModels(face=False))
    assert "A quarter to the right" in painting.hints[-1]
    assert painting.upright == 90


def test_a_photo_that_was_turned_wrongly_is_told_to_be_as_it_is(monkeypatch):
    monkeypatch.setattr("pipeline.paint.lying", lambda *_: 180)
    settings = Settings.from_flat(painter="network", turn="180")
    painting = paint(photo_of(120, 90), settings, models=PlainModels(face=False))
    assert painting.upright == 0
    assert "As it is" in painting.hints[-1]


def test_of_a_photo_that_stands_nothing_is_said(monkeypatch):
    monkeypatch.setattr("pipeline.paint.lying", lambda *_: 0)
    painting = paint(photo_of(120, 90), Settings.from_flat(painter="network"),
                     models=PlainModels(face=False))  # fmt: skip
    assert painting.upright is None


@pytest.mark.parametrize("turn", range(4))
def test_tilt_is_how_far_a_face_is_from_upright(turn):
    face = face_in((100, 100), 80)
    eyes, mouth = (
        np.stack([(p - 100) @ np.linalg.matrix_power([[0, 1], [-1, 0]], turn) + 100 for p in each])
        for each in (face.eyes, face.mouth)
    )
    assert tilt_of(replace(face, eyes=eyes, mouth=mouth)) == pytest.approx((0, 90, 180, 90)[turn])
