"""Photos without color are seen by two parsers, one of which is shown their light alone."""

import numpy as np
import pytest

from pipeline.ops.color import to_lab, to_rgb
from pipeline.stages.gray import OF_LIGHT, of_both
from pipeline.stages.parse import Part

BATCH = np.random.default_rng(0).random((2, 3, 4, 5), np.float32)


def saying(**shares):
    """Return a parser that says the same of every pixel."""
    parts = np.zeros(13, np.float32)
    for name, share in shares.items():
        parts[Part[name]] = share

    def run(batch):
        n, _, h, w = batch.shape
        return np.broadcast_to(parts[None, :, None, None], (n, 13, h, w)).copy()

    return run


def said(light, color):
    return of_both(light, color)(BATCH)[1, :, 2, 3]


def test_both_are_believed_and_bare_skin_a_little_more():
    made = said(saying(BODY_SKIN=1.0), saying(PERSON=1.0))
    assert made[Part.BODY_SKIN] > OF_LIGHT
    assert made.sum() == pytest.approx(1)
    agreed = said(saying(HAIR=0.3, PERSON=0.7), saying(HAIR=0.3, PERSON=0.7))
    assert agreed[Part.HAIR] == pytest.approx(0.3)


def test_a_parser_that_knows_no_bodys_skin_is_left_alone():
    parts = np.full((2, 12, 4, 5), 1 / 12, np.float32)
    np.testing.assert_array_equal(of_both(saying(HAIR=1.0), lambda _: parts)(BATCH), parts)


def shown(batch):
    """Return what the network of light is shown of a batch, and what the other one is."""
    seen = []

    def look(each):
        seen.append(each)
        return saying(HAIR=1.0)(each)

    of_both(look, look)(batch)
    color, light = seen
    return light, color


def test_pictures_of_one_light_are_the_same_to_it_whatever_their_colors():
    rng = np.random.default_rng(0)
    light = rng.uniform(25, 75, (20, 30, 1)).astype(np.float32)
    pictures = [
        to_rgb(np.concatenate([light, rng.uniform(-12, 12, (20, 30, 2)).astype(np.float32)], 2))
        for _ in range(2)
    ]
    batch = np.stack(pictures).transpose(0, 3, 1, 2)
    (one, other), color = shown(batch)
    assert np.abs(batch[0] - batch[1]).max() > 0.05
    assert np.abs(one - other).max() < 0.01
    np.testing.assert_array_equal(color, batch)


def test_light_stays_and_its_tone_is_of_skin():
    picture = np.random.default_rng(1).random((8, 8, 3), np.float32)
    made = shown(picture.transpose(2, 0, 1)[None])[0][0].transpose(1, 2, 0)
    was, now = to_lab(picture), to_lab(np.ascontiguousarray(made))
    assert np.abs(was[..., 0] - now[..., 0]).max() < 0.5
    assert (now[..., 1:] > 0).all()
