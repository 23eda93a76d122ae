"""How far features are from a style's: nothing from themselves, and whatever their places."""

import cv2
import numpy as np
import pytest
import torch

from pipeline.runtime.perceptual import load_features
from pipeline.weights.catalog import CATALOG
from pipeline.weights.resolve import obtain
from training.style_measures import MEASURES, PLACES, Sliced

ONE = torch.tensor([0])


@pytest.fixture(scope="module")
def features():
    return load_features(obtain(CATALOG["perceptual_light"]), "cpu")


def picture(seed, side=96, tint=(0.0, 0.0, 0.0)):
    noise = np.random.default_rng(seed).random((side, side, 3), np.float32)
    smooth = cv2.GaussianBlur(noise, (0, 0), 2) * 2 - 0.5 + np.float32(tint)
    return torch.from_numpy(smooth.clip(0, 1)).permute(2, 0, 1)[None].contiguous()


@torch.no_grad()
def away(measure, shown, features):
    torch.manual_seed(1)
    return measure.distance(features(shown, measure.layers), ONE).item()


@pytest.mark.parametrize("kind", MEASURES)
def test_a_style_is_nearest_to_itself(kind, features):
    with torch.no_grad():
        measure = MEASURES[kind].of([picture(0)], features)
    own, alike, other = (
        away(measure, shown, features)
        for shown in (picture(0), picture(5), picture(0, tint=(0.4, 0.0, -0.3)))
    )
    assert own < 0.02
    assert own <= alike < other


@torch.no_grad()
def test_where_features_are_does_not_matter(features):
    measure = Sliced.of([picture(0)], features)
    maps = features(picture(1), measure.layers)
    turned = {name: torch.rot90(each, 1, (2, 3)) for name, each in maps.items()}
    found = []
    for shown in (maps, turned):
        torch.manual_seed(2)
        found.append(measure.distance(shown, ONE).item())
    assert found[0] == pytest.approx(found[1], rel=0.05)


@torch.no_grad()
def test_each_of_a_batch_is_compared_with_its_own_style(features):
    styles = [picture(0), picture(0, tint=(0.4, 0.0, -0.3))]
    measure = Sliced.of(styles, features)
    maps = features(torch.cat(styles), measure.layers)
    right = measure.distance(maps, torch.tensor([0, 1]))
    assert right < 0.2 * measure.distance(maps, torch.tensor([1, 0]))


@torch.no_grad()
def test_a_large_picture_is_known_by_some_places(features):
    measure = Sliced.of([picture(0, side=160), picture(1, side=128)], features)
    assert measure.samples["conv1_1"].shape[2] == PLACES
    assert measure.samples["conv5_1"].shape[2] == (128 // 16) ** 2, "as many as the smaller has"
