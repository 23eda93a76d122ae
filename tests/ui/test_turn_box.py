"""The offer to turn a photo: it comes with one that lies, turns it as it has to be, and goes."""

from dataclasses import replace

import pytest

from tests.page import (  # noqa: F401 - `private` is a fixture
    Pipeline,
    components,
    handlers_of,
    private,
    someone,
    state_by,
)
from ui.turn_box import FLAG


def offered(updates):
    return updates[components().turn_box.box].visible


def test_it_is_offered_of_a_photo_that_lies_alone(service, tmp_path):
    handlers, stands = handlers_of(service), state_by(service, someone(tmp_path))
    assert stands.upright is None
    assert not offered(handlers.offer_turning(stands))
    assert not offered(handlers.offer_turning(None))
    assert offered(handlers.offer_turning(replace(stands, upright=270)))
    # It was turned although it stood.
    assert offered(handlers.offer_turning(replace(stands, upright=0)))


@pytest.mark.parametrize("upright", [0, 90, 180, 270])
def test_accepting_turns_it_as_it_has_to_be_and_is_not_offered_again(service, tmp_path, upright):
    handlers = handlers_of(service)
    lies = replace(state_by(service, someone(tmp_path)), upright=upright)
    updates = handlers.accept_turning(lies)
    assert updates[components().controls[FLAG]] == str(upright)
    assert not offered(updates)
    assert not offered(handlers.offer_turning(None))
