"""The parse of the whole photo: at the faces' size, and what its mirror image says."""

from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest

from pipeline.stages.detect.fitting import FIGURES_WEIGHT, LONG_PX, parse_at_fitting_size
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
        raise AssertionError("the first look was to be taken")

    parse_at_fitting_size(PHOTO, parser(whole, close), faces(330), first=first)
    assert len(seen) == 1
