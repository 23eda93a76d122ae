"""Coloring in a run: of photos without color that are painted, said, and own is the person's."""

from dataclasses import dataclass, replace

import numpy as np

from pipeline.compare import compare
from pipeline.paint import paint
from pipeline.settings import Settings
from pipeline.stages.segment.color_models import refined_parts
from pipeline.steps.colorize import COLORED
from pipeline.types import Photo
from pipeline.weights.catalog import WeightError
from tests.coloring import all_of
from tests.test_paint import PlainModels

NETWORK = Settings.from_flat(painter="network")
LIGHT = np.linspace(90, 230, 100).round().astype(np.uint8)
GRAY = Photo(np.broadcast_to(LIGHT[None, :, None], (120, 100, 3)).copy())


@dataclass
class Orange(PlainModels):
    """Plain networks, of which one takes everything for orange."""

    @staticmethod
    def colorizer(batch):
        return all_of((36, 48), batch)


class Uncolored(PlainModels):
    def load(self, role, policy):
        if role == "colorizer":
            raise WeightError("It is not here.")
        return super().load(role, policy)


def warmth(picture):
    return float((picture[..., 0] - picture[..., 2]).mean())


def test_a_gray_photo_is_painted_in_color_and_own_is_the_persons():
    painting = paint(GRAY, NETWORK, models=Orange())
    assert COLORED in painting.hints
    assert warmth(painting.original) > 0.2
    assert warmth(painting.own) == 0
    assert "colorizer" in [use.name for use in painting.weights]


def test_a_photo_in_color_is_the_very_same_and_asks_for_no_network():
    photo = Photo(np.dstack([GRAY.pixels[..., 0], GRAY.pixels[:, ::-1, 0], GRAY.pixels[..., 0]]))
    models = Orange()
    painting = paint(photo, NETWORK, models=models)
    assert painting.photo is photo
    assert painting.own is None
    assert COLORED not in painting.hints
    assert "colorizer" not in models.runs


def test_a_photo_that_is_not_painted_stays_gray():
    assert paint(GRAY, Settings.from_flat(paint=False), models=Orange()).photo is GRAY


def test_what_its_people_are_made_of_is_told_by_its_light(monkeypatch):
    told = []

    def refined(*given, guessed, figures):
        told.append(guessed)
        return refined_parts(*given, figures=figures, guessed=guessed)

    monkeypatch.setattr("pipeline.steps.parts.refined_parts", refined)
    colors = np.random.default_rng(0).integers(0, 256, (120, 100, 3), np.uint8)
    for photo in (GRAY, Photo(colors)):
        paint(photo, NETWORK, models=Orange())
    assert told == [True, False]


def test_a_gray_photo_is_seen_by_the_parser_of_such_too_whatever_is_done_with_it(monkeypatch):
    asked = []
    monkeypatch.setattr(
        "pipeline.steps.run.of_both", lambda light, color: asked.append(light) or color
    )
    colors = Photo(np.random.default_rng(0).integers(0, 256, (120, 100, 3), np.uint8))
    as_it_is, guessed = Settings.from_flat(paint=False), replace(colors, guessed=True)
    for photo, settings, wanted in (
        (GRAY, NETWORK, True), (GRAY, as_it_is, True), (guessed, NETWORK, True),
        (colors, NETWORK, False),
    ):  # fmt: skip
        asked.clear()
        used = paint(photo, settings, models=Orange()).weights
        assert bool(asked) == wanted
        assert ("gray_parser" in {use.name for use in used}) == wanted


def test_half_of_its_colors_and_none():
    half, none = (
        paint(GRAY, NETWORK.changed(guessed_colors=each), models=Orange()) for each in (0.5, 0.0)
    )
    whole = warmth(paint(GRAY, NETWORK, models=Orange()).original)
    assert 0.3 * whole < warmth(half.original) < 0.7 * whole
    assert none.photo is GRAY
    assert COLORED not in none.hints


def test_without_its_network_it_is_painted_as_it_is_and_that_is_said():
    painting = paint(GRAY, NETWORK, models=Uncolored())
    assert painting.photo is GRAY
    assert any("none was guessed: It is not here." in hint for hint in painting.hints)


def test_compared_segmenters_see_the_colors():
    assert warmth(compare(GRAY, NETWORK, ["unet"], models=Orange()).original) > 0.2
