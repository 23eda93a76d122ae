"""The painter's moods: their own weights, their own light, and what page and report say of them."""

import cv2
import numpy as np
import pytest

from pipeline.ops.tensor import to_uint8
from pipeline.paint import paint
from pipeline.runtime.models import Models
from pipeline.settings import Settings, options
from pipeline.stages.stylize.generator import stylize
from pipeline.steps.network import network_of
from pipeline.steps.run import Run
from pipeline.types import Photo
from pipeline.variants import NETWORK_MOODS
from pipeline.weights.catalog import CATALOG
from ui import available
from ui.available import available_choices, with_available_choices
from ui.badges import badge_of
from ui.widgets import from_link

OPTION = next(option for option in options() if option.flag == "network_mood")
OWN = [mood.network for mood in NETWORK_MOODS.values() if mood.network]


@pytest.fixture(scope="module")
def models():
    return Models("cpu")


@pytest.mark.parametrize("name", OWN)
def test_a_moods_painter_is_embedded_and_paints_with_the_same_strokes(name):
    entry, usual = CATALOG[name], CATALOG["monet_light"]
    assert entry.embedded
    assert (entry.role, entry.stroke_px, entry.seeded) == (
        "network_mood",
        usual.stroke_px,
        usual.seeded,
    )
    assert entry.sha256 != usual.sha256


def test_dusk_is_golden_mist_is_blue_and_monet_lies_between(models):
    ramp = np.linspace(0.15, 0.85, 256, dtype=np.float32)
    photo = np.repeat(np.repeat(ramp[None, :, None], 256, 0), 3, 2)

    def yellow(mood):
        settings = Settings.from_flat(painter="network", network_mood=mood, weights="embedded")
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
    settings = Settings.from_flat(painter="network", network_mood="mist", restore=False)
    painting = paint(Photo(np.full((96, 128, 3), 120, np.uint8)), settings, models=models)
    assert badge_of(painting, "paint") == "monet_mist"


def test_moods_are_offered_where_their_weights_are(monkeypatch):
    assert [choice for _, choice in available_choices(OPTION)] == list(NETWORK_MOODS)
    settings = from_link({"format": "2", "network_mood": "dusk"})[0]
    assert with_available_choices(settings) == (settings, [])
    monkeypatch.setattr(available, "is_available", lambda network: network is None)
    settings, said = with_available_choices(settings)
    assert settings.paint.network_mood == "monet"
    assert said == [
        "Network's mood: Dusk needs monet_dusk (2 MB), which is not here; Monet is used."
    ]
