"""A parser that is less sure of a body's skin."""

import numpy as np

from pipeline.stages.gray import less_bare
from pipeline.stages.parse import Part


def said(parts):
    """Return what such a parser says where one that is as sure as ever says `parts`, (13,)."""
    batch = np.broadcast_to(parts[None, :, None, None], (2, len(parts), 4, 5)).astype(np.float32)
    return less_bare(lambda _: batch)(np.zeros((2, 3, 4, 5), np.float32))[0, :, 0, 0]


def parts_of(**shares):
    parts = np.zeros(13, np.float32)
    for name, share in shares.items():
        parts[Part[name]] = share
    return parts


def test_what_is_torn_between_bare_and_worn_is_worn():
    made = said(parts_of(BODY_SKIN=0.6, PERSON=0.4))
    assert made[Part.PERSON] > made[Part.BODY_SKIN]
    np.testing.assert_allclose(made.sum(), 1, atol=1e-6)


def test_what_is_surely_bare_is_bare_and_all_else_keeps_its_proportions():
    assert said(parts_of(BODY_SKIN=0.9, PERSON=0.1))[Part.BODY_SKIN] > 0.7
    made = said(parts_of(BODY_SKIN=0.5, PERSON=0.3, HAIR=0.2))
    np.testing.assert_allclose(made[Part.PERSON] / made[Part.HAIR], 1.5, rtol=1e-5)


def test_a_parser_that_knows_no_bodys_skin_is_as_sure_as_ever():
    parts = np.full(12, 1 / 12, np.float32)
    np.testing.assert_array_equal(said(parts), parts)
