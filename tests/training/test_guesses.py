"""Guessed colors of training photos: kept beside labels, and of the photo's own light."""

import numpy as np

from pipeline.ops.color import luminance, to_lab
from pipeline.ops.tensor import to_float
from pipeline.stages.parse import Parser
from tests.coloring import all_of, one_person
from tests.faces import blind
from training.guesses import guess_of, in_guessed_colors, keep_guess, kept_guess

PHOTO = np.random.default_rng(0).integers(60, 200, (96, 64, 3), np.uint8)
ORANGE = (36, 48)


def test_what_is_guessed_is_of_the_photo_made_gray():
    parser = Parser(one_person, blind, blind, blind)
    guess = guess_of(PHOTO, parser, lambda batch: all_of(ORANGE, batch))
    assert guess.dtype == np.int8
    a, b = np.moveaxis(guess.astype(float), -1, 0)
    assert a.min() > 10
    assert np.abs(a / ORANGE[0] - b / ORANGE[1]).max() < 0.04
    same = np.repeat(luminance(PHOTO)[..., None], 3, 2)
    assert np.array_equal(guess_of(same, parser, lambda batch: all_of(ORANGE, batch)), guess)


def test_a_photo_in_guessed_colors_keeps_its_light():
    seen = in_guessed_colors(PHOTO, np.full((12, 8, 2), (10, 15), np.int8))
    lab, light = to_lab(to_float(seen)), luminance(PHOTO)
    assert np.abs(lab[..., 1:].mean((0, 1)) - (10, 15)).max() < 1
    gray = to_lab(to_float(np.repeat(light[..., None], 3, 2)))
    assert np.abs(lab[..., 0] - gray[..., 0]).mean() < 1


def test_a_guess_is_kept_beside_its_labels(tmp_path):
    labels = tmp_path / "people" / "7.png"
    assert kept_guess(labels) is None
    guess = np.arange(24, dtype=np.int8).reshape(3, 4, 2)
    keep_guess(labels, guess)
    assert np.array_equal(kept_guess(labels), guess)
