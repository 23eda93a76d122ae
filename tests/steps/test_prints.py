"""A print has the colors of the prints that its network learned from, and a ground of theirs."""

from dataclasses import replace

import numpy as np
import pytest

from pipeline.ops.color import to_lab
from pipeline.stages.detect.from_parsing import Detections
from pipeline.steps.prints import painting_of, printed_over
from pipeline.types import Scene
from pipeline.types.portraits import GROUND
from tests.faces import drawn_parts, face_in
from tests.portrait_styles import portraits

SIZE = (240, 200)
CENTER, HEIGHT = (100, 130), 120
GROUNDS = ((75.0, -15.0, -10.0), (75.0, 25.0, 10.0))


def somebody(ground):
    """Return a photo of somebody before a ground of some lightness, (H, W), and what is seen."""
    parts = drawn_parts(SIZE, [CENTER], HEIGHT, 0.0, hair=True)
    photo = np.where(parts[..., :1] > 0.5, ground[..., None], 0.5) * np.ones(3)
    photo[parts[..., 9] > 0.5] = (0.15, 0.1, 0.08)
    photo[parts[..., 2] > 0.5] = (0.8, 0.6, 0.5)
    return photo.astype(np.float32), parts


def printed(ground, known):
    photo, parts = somebody(ground)
    seen = Detections(parts, (face_in(CENTER, HEIGHT),), ())
    made = printed_over(photo, Scene(photo), seen, parts, (True,), known, (), 0.0)
    return painting_of(made.scene)


def with_ground(color):
    known = portraits()
    colors = known.colors.copy()
    colors[:, GROUND] = color
    return replace(known, colors=colors)


@pytest.mark.parametrize("color", GROUNDS)
def test_a_bare_wall_takes_the_ground_of_a_print_shaded_at_its_top(color):
    lab = to_lab(printed(np.full(SIZE, 0.6), with_ground(color)))
    wall = lab[120:200, 5:25].mean((0, 1))
    assert np.abs(wall[0] - color[0]) < 6
    assert np.sign(wall[1:]).tolist() == np.sign(color[1:]).tolist()
    assert lab[2:10, 5:25, 0].mean() < wall[0] - 6


def test_where_a_print_has_no_ground_a_wall_keeps_its_own():
    known = with_ground((0, 0, 0))
    weights = known.weights.copy()
    weights[:, GROUND] = 0
    made = to_lab(printed(np.full(SIZE, 0.6), replace(known, weights=weights)))
    assert made[120:200, 5:25, 0].mean() > 45


def test_fog_without_people_is_no_ground():
    fog, none = np.full((*SIZE, 3), 0.6, np.float32), drawn_parts(SIZE, [], HEIGHT, 0.0)
    one, other = (
        printed_over(
            fog, Scene(fog), Detections(none, (), ()), none, (), with_ground(color), (), 0.0
        ).scene.styled
        for color in ((75.0, -15.0, -10.0), (30.0, 25.0, 10.0))
    )
    assert np.abs(to_lab(one) - to_lab(other))[..., 0].max() < 10


def test_a_place_stays_what_it_is():
    spots = np.kron(np.random.default_rng(0).uniform(0.1, 0.9, (6, 5)), np.ones((40, 40)))
    one, other = (printed(spots, with_ground(color)) for color in GROUNDS)
    bare, else_ = (printed(np.full(SIZE, 0.6), with_ground(color)) for color in GROUNDS)
    corner = np.s_[120:200, 5:25]
    assert np.abs(one - other)[corner].mean() < 0.3 * np.abs(bare - else_)[corner].mean()


def test_people_have_an_outline_of_ink():
    made = printed(np.full(SIZE, 0.6), with_ground(GROUNDS[0]))
    light = to_lab(made)[..., 0]
    row = light[130]
    assert row[40:70].min() < row[5:30].mean() - 25


def test_letters_on_the_wall_of_a_gray_photo_go_with_it():
    wall = np.full(SIZE, 0.6)
    wall[20:50, 10:60] = 0.15
    photo, parts = somebody(wall)
    gray = np.repeat(photo.mean(-1, keepdims=True), 3, -1)
    seen = Detections(parts, (face_in(CENTER, HEIGHT),), ())
    made = printed_over(gray, Scene(gray), seen, parts, (True,), with_ground(GROUNDS[0]), (), 0.0)
    lab = to_lab(painting_of(made.scene))
    assert abs(lab[30:40, 25:45, 0].mean() - lab[30:40, 160:190, 0].mean()) < 12
