"""What is bare of a photo without color: nothing that is far darker than the faces."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.stages.bare import not_too_dark
from pipeline.stages.parse import Part


def scene(light_of_face, light_of_body, sure=0.9):
    """Return the parts and the light of a picture: above a face, below what is called bare."""
    parts, light = np.zeros((20, 20, 13), np.float32), np.zeros((40, 40), np.float32)
    parts[:6, :, Part.SKIN], parts[:6, :, Part.BACKGROUND] = sure, 1 - sure
    parts[6:, :, Part.BODY_SKIN], parts[6:, :, Part.PERSON] = 0.6, 0.4
    light[:12], light[12:] = light_of_face, light_of_body
    return parts, light


@pytest.mark.parametrize("face", [0.3, 0.8])
def test_what_is_far_darker_than_the_face_is_worn_whatever_the_faces_light(face):
    seen = not_too_dark(*scene(face, 0.25 * face))
    np.testing.assert_allclose(seen[8:, :, Part.BODY_SKIN], 0, atol=1e-6)
    np.testing.assert_allclose(seen[8:, :, Part.PERSON], 1, atol=1e-6)


@pytest.mark.parametrize("body", [0.6, 1.0, 1.2])
def test_what_is_about_as_light_stays(body):
    parts, light = scene(0.7, 0.7 * body)
    np.testing.assert_allclose(not_too_dark(parts, light)[8:], parts[8:], atol=1e-6)


def test_where_no_face_is_sure_nothing_is_known():
    parts, light = scene(0.8, 0.1, sure=0.6)
    np.testing.assert_array_equal(not_too_dark(parts, light), parts)


def test_a_parser_that_does_not_know_a_body_is_left_alone():
    parts, light = scene(0.8, 0.1)
    assert not_too_dark(parts[..., :12], light).shape[-1] == 12


@given(st.floats(0, 1), st.floats(0, 1))
def test_it_takes_from_bare_bodies_what_it_gives_to_clothes(face, body):
    parts, light = scene(face, body)
    before, seen = parts.copy(), not_too_dark(parts, light)
    np.testing.assert_array_equal(parts, before)
    np.testing.assert_allclose(seen.sum(-1), parts.sum(-1), atol=1e-5)
    assert (seen[..., Part.BODY_SKIN] <= parts[..., Part.BODY_SKIN] + 1e-6).all()
    others = [p for p in Part if p not in (Part.BODY_SKIN, Part.PERSON)]
    np.testing.assert_array_equal(seen[..., others], parts[..., others])
