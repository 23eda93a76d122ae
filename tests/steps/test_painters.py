"""The painter's moods: their own weights, their own light, and what page and report say of them."""

import cv2
import numpy as np
import pytest

from pipeline.ops.tensor import to_uint8
from pipeline.paint import paint
from pipeline.runtime.models import Models
from pipeline.settings import Settings, options
from pipeline.stages.stylize.generator import stylize
from pipeline.steps.painters import network_of
from pipeline.steps.run import Run
from pipeline.types import Photo
from pipeline.variants import MOODS
from pipeline.weights.catalog import CATALOG
from ui import available as offers
from ui.available import offered, within_reach
from ui.badges import badge_of
from ui.widgets import from_link

OPTION = next(option for option in options() if option.flag == "mood")
OWN = [mood.network for mood in MOODS.values() if mood.network]


@pytest.fixture(scope="module")
def models():
    return Models("cpu")


@pytest.mark.parametrize("name", OWN)
def test_a_moods_painter_is_embedded_and_paints_with_the_same_strokes(name):
    entry, usual = CATALOG[name], CATALOG["monet_light"]
    assert entry.embedded
    assert (entry.role, entry.stroke_px, entry.seeded) == ("mood", usual.stroke_px, usual.seeded)
    assert entry.sha256 != usual.sha256


def test_dusk_is_golden_mist_is_blue_and_monet_lies_between(models):
    ramp = np.linspace(0.15, 0.85, 256, dtype=np.float32)
    photo = np.repeat(np.repeat(ramp[None, :, None], 256, 0), 3, 2)

    def yellow(mood):
        settings = Settings.from_flat(mood=mood, weights="embedded")
        painter = network_of(Run(Photo(to_uint8(photo)), settings, models))
        painted = stylize(
            photo,
            painter.run,
            brush=3.0,
            stroke_px=painter.entry.stroke_px,
            seeded=painter.entry.seeded,
        )
        return float(
            cv2.cvtColor(to_uint8(painted).astype(np.float32) / 255, cv2.COLOR_RGB2LAB)[
                ..., 2
            ].mean()
        )

    mist, monet, dusk = map(yellow, ("mist", "monet", "dusk"))
    assert mist < monet - 2
    assert monet < dusk - 2


def test_the_painting_says_whose_mood_it_has(models):
    settings = Settings.from_flat(mood="mist", restore=False)
    painting = paint(Photo(np.full((96, 128, 3), 120, np.uint8)), settings, models=models)
    assert badge_of(painting, "paint") == "monet_mist"


def test_moods_are_offered_where_their_weights_are(monkeypatch):
    assert [choice for _, choice in offered(OPTION)] == list(MOODS)
    settings = from_link({"mood": "dusk"})[0]
    assert within_reach(settings) == (settings, [])
    monkeypatch.setattr(offers, "is_here", lambda network: network is None)
    settings, said = within_reach(settings)
    assert settings.paint.mood == "monet"
    assert said == ["The mood Dusk needs monet_dusk (2 MB), which is not here; Monet is used."]
