"""The parse of the whole photo: at the faces' size, and what its mirror image says."""

from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.stages.detect.fitting import (
    AFAR_LONG_PX,
    FIGURES_WEIGHT,
    LONG_PX,
    parse_at_fitting_size,
    with_skin_of,
)
from pipeline.stages.parse import Parser, Part
from tests.faces import blind, doubting

PHOTO = np.zeros((768, 768, 3), np.float32)


def errs_to_the_left(figure: Part, size: int | None = None):
    """Return a network that takes the left half of what it sees for `figure`, else for scene.

    Of pictures of another size than `size` it sees nothing.
    """

    def network(batch: np.ndarray) -> np.ndarray:
        out = np.zeros((len(batch), 13, *batch.shape[2:]), np.float32)
        left = batch.shape[3] // 2 if size in (None, batch.shape[3]) else 0
        out[:, figure, :, :left] = 1
        out[:, Part.BACKGROUND, :, left:] = 1
        return out

    return network


def faces(height: float) -> Any:
    return (cast(Any, SimpleNamespace(height=height)),)


def parser(whole: Any, close: Any = blind) -> Parser:
    return Parser(whole, close, blind, doubting)


def test_where_faces_are_small_the_scene_is_what_both_looks_at_figures_say():
    parts = parse_at_fitting_size(PHOTO, parser(errs_to_the_left(Part.HAIR)), faces(60))
    assert parts.shape[:2] == (768, 768)
    np.testing.assert_allclose(parts[5, [100, -100], Part.BACKGROUND], 0.5, atol=1e-3)


def test_where_faces_are_small_the_mirrored_look_has_a_say_in_every_class():
    figures = parser(errs_to_the_left(Part.HAIR, size=LONG_PX))
    parts = parse_at_fitting_size(PHOTO, figures, faces(60))
    left, right = parts[5, 100, Part.HAIR], parts[5, -100, Part.HAIR]
    assert left == pytest.approx(right, abs=1e-3)
    assert left > FIGURES_WEIGHT / 2


def test_where_faces_are_large_the_close_network_sees_the_scene_in_the_mirror():
    near = parser(errs_to_the_left(Part.HAIR), errs_to_the_left(Part.SKIN))
    parts = parse_at_fitting_size(PHOTO, near, faces(500))
    assert max(parts.shape) < LONG_PX
    np.testing.assert_allclose(parts[5, [20, -20], Part.BACKGROUND], 0.5, atol=1e-3)


def test_a_first_look_of_nearly_the_fitting_size_is_not_taken_twice():
    first = np.zeros((LONG_PX, LONG_PX, 13), np.float32)
    first[..., Part.PERSON] = 1
    seen = []

    def close(batch: np.ndarray) -> np.ndarray:
        seen.append(batch.shape)
        return errs_to_the_left(Part.PERSON)(batch)

    def whole(batch: np.ndarray) -> np.ndarray:
        assert max(batch.shape[2:]) < LONG_PX / 2, "the first look was to be taken"
        return errs_to_the_left(Part.PERSON)(batch)

    parse_at_fitting_size(PHOTO, parser(whole, close), faces(330), first=first)
    assert len(seen) == 1


def says(part: Part, larger: Part):
    """Return a network that sees one part in small pictures and another in larger ones."""

    def network(batch: np.ndarray) -> np.ndarray:
        out = np.zeros((len(batch), 13, *batch.shape[2:]), np.float32)
        out[:, part if max(batch.shape[2:]) < AFAR_LONG_PX[1] else larger] = 1
        return out

    return network


def test_near_by_an_arm_could_be_a_sleeve_and_a_look_from_afar_says_it_is_bare():
    near = parser(says(Part.BODY_SKIN, Part.PERSON), says(Part.PERSON, Part.PERSON))
    parts = parse_at_fitting_size(PHOTO, near, faces(260))
    assert parts.shape[0] > AFAR_LONG_PX[1]
    np.testing.assert_allclose(parts[..., Part.BODY_SKIN], 1, atol=1e-3)


def test_figures_in_the_street_are_not_looked_at_from_afar():
    looks = []

    def whole(batch: np.ndarray) -> np.ndarray:
        looks.append(max(batch.shape[2:]))
        return says(Part.BODY_SKIN, Part.PERSON)(batch)

    parse_at_fitting_size(PHOTO, parser(whole, whole), faces(60))
    parse_at_fitting_size(PHOTO, parser(whole, whole), ())
    assert min(looks) >= LONG_PX
    parse_at_fitting_size(PHOTO, parser(whole, whole), faces(200))  # neither near nor far
    assert min(looks) <= AFAR_LONG_PX[1]


@given(st.integers(1, 40), st.integers(1, 40), st.integers(0, 2**16))
def test_what_is_seen_from_afar_moves_clothes_to_bare_skin_alone(h, w, seed):
    rng = np.random.default_rng(seed)
    near, afar = (
        rng.dirichlet(np.full(13, 0.1), size).astype(np.float32)
        for size in ((h, w), (max(1, h // 3), max(1, w // 3)))
    )
    found = with_skin_of(near, afar)
    np.testing.assert_allclose(found.sum(2), 1, atol=1e-4)
    assert (found[..., Part.BODY_SKIN] >= near[..., Part.BODY_SKIN] - 1e-6).all()
    assert found.min() >= -1e-6
    others = [part for part in Part if part not in (Part.PERSON, Part.BODY_SKIN)]
    np.testing.assert_array_equal(found[..., others], near[..., others])


def test_who_is_not_seen_from_afar_stays_as_near_by():
    near = np.zeros((4, 4, 13), np.float32)
    near[..., Part.PERSON], near[..., Part.BODY_SKIN] = 0.7, 0.3
    scene = np.zeros((2, 2, 13), np.float32)
    scene[..., Part.BACKGROUND] = 1
    np.testing.assert_array_equal(with_skin_of(near, scene), near)
