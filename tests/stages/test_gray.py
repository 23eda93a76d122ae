"""A network that sees the light of pictures alone, in skin's tone."""

import numpy as np

from pipeline.ops.color import to_lab, to_rgb
from pipeline.stages.gray import in_one_tone


def shown(batch):
    """Return what a network is shown of a batch."""
    return in_one_tone(lambda each: each)(batch)


def test_pictures_of_one_light_are_the_same_whatever_their_colors():
    rng = np.random.default_rng(0)
    light = rng.uniform(25, 75, (20, 30, 1)).astype(np.float32)
    pictures = [
        to_rgb(np.concatenate([light, rng.uniform(-12, 12, (20, 30, 2)).astype(np.float32)], 2))
        for _ in range(2)
    ]
    batch = np.stack(pictures).transpose(0, 3, 1, 2)
    one, other = shown(batch)
    assert np.abs(batch[0] - batch[1]).max() > 0.05
    assert np.abs(one - other).max() < 0.01


def test_light_stays_and_its_tone_is_of_skin():
    picture = np.random.default_rng(1).random((8, 8, 3), np.float32)
    made = shown(picture.transpose(2, 0, 1)[None])[0].transpose(1, 2, 0)
    was, now = to_lab(picture), to_lab(np.ascontiguousarray(made))
    assert np.abs(was[..., 0] - now[..., 0]).max() < 0.5
    assert (now[..., 1:] > 0).all()


def test_what_is_in_that_tone_already_stays():
    picture = np.random.default_rng(2).random((8, 8, 3), np.float32).transpose(2, 0, 1)[None]
    once = shown(picture)
    np.testing.assert_allclose(shown(once), once, atol=0.01)
