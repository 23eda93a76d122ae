"""What is offered of a photo: to turn one that lies, to mend one that is worn."""

from dataclasses import replace

import pytest

from pipeline.settings import Settings
from pipeline.steps import mend
from tests.page import (  # noqa: F401 - `private` is a fixture
    Pipeline,
    components,
    handlers_of,
    private,
    someone,
    state_by,
    visitor,
)
from ui.offers import MEND, PAPER, SIZE, TURN, WORN
from ui.service.painting import show


def offered(updates, flag):
    return updates[components().offers[flag].box].visible


def turning(service, state):
    return offered(handlers_of(service).offer_turning(visitor("anna"), state), TURN)


def mending(service, state):
    return offered(handlers_of(service).offer_mending(visitor("anna"), state), MEND)


def test_turning_is_offered_of_a_photo_that_lies_alone(service, tmp_path):
    stands = state_by(service, someone(tmp_path))
    assert stands.upright is None
    assert not turning(service, stands)
    assert not turning(service, None)
    assert turning(service, replace(stands, upright=270))
    # It was turned although it stood.
    assert turning(service, replace(stands, upright=0))


@pytest.mark.parametrize("upright", [0, 90, 180, 270])
def test_accepting_turns_it_as_it_has_to_be_and_is_not_offered_again(service, tmp_path, upright):
    lies = replace(state_by(service, someone(tmp_path)), upright=upright)
    updates = handlers_of(service).accept_turning(lies)
    assert updates[components().controls[TURN]] == str(upright)
    assert not offered(updates, TURN)
    assert not turning(service, None)


def test_mending_is_offered_of_a_worn_photo_once(service, tmp_path, monkeypatch):
    looked = []

    def worn(photo):
        looked.append(photo)
        return True

    monkeypatch.setattr(mend, "seems_worn", worn)
    state = state_by(service, someone(tmp_path))
    assert mending(service, state)
    assert mending(service, state)
    assert len(looked) == 1
    mended = replace(state, settings=Settings.from_flat(mend=True))
    assert mending(service, mended)  # to look at what is mended, and to correct it
    assert len(looked) == 1
    assert mending(service, replace(state, owner="examples"))
    assert not mending(service, None)


def test_a_sound_photo_has_no_offer_and_what_was_mended_of_another_is_hidden(
    service, tmp_path, monkeypatch
):
    monkeypatch.setattr(mend, "seems_worn", lambda photo: False)
    state = state_by(service, someone(tmp_path))
    updates = handlers_of(service).offer_mending(visitor("anna"), state)
    assert not offered(updates, MEND)
    assert not updates[components().mend_box.panel].visible


def test_mending_is_accepted_and_taken_back_by_one_button(service, tmp_path):
    offer, state = components().offers[MEND], state_by(service, someone(tmp_path))
    updates = handlers_of(service).accept_mending(state)
    assert updates[components().controls[MEND]] is True
    assert updates[offer.accept].value == "Do not mend"
    mended = replace(state, settings=Settings.from_flat(mend=True))
    updates = handlers_of(service).accept_mending(mended)
    assert updates[components().controls[MEND]] is False
    assert not offered(updates, MEND)


def test_what_is_put_away_stays_away_with_its_photo(service, tmp_path, monkeypatch):
    monkeypatch.setattr(mend, "seems_worn", lambda photo: True)
    handlers, state = handlers_of(service), state_by(service, someone(tmp_path))
    lies = replace(state, upright=90)
    (tmp_path / "another").mkdir()
    another = someone(tmp_path / "another")
    for flag, of, asks in ((TURN, lies, turning), (MEND, state, mending)):
        assert asks(service, of)
        assert not offered(handlers.decline(flag)(visitor("anna"), of), flag)
        assert not asks(service, of)
        assert asks(service, replace(of, photo=another))
    mended = replace(state, settings=Settings.from_flat(mend=True))
    assert mending(service, mended), "what was put away was the offer to mend it"
    told = handlers.offer_mending(visitor("ben"), state)
    assert str(WORN) in told[components().offers[MEND].said], "others have not put it away"


def test_looking_at_what_is_mended_says_at_once_that_it_is_looked_for():
    box = components().mend_box
    opened = box.opened()
    assert opened[box.panel].visible
    assert "Looking" in opened[box.viewer]["words"]


def whole(service, state, name="anna"):
    return offered(handlers_of(service).offer_all_of_it(visitor(name), state), PAPER)


def papered(service, folder, paper, **flat):
    folder.mkdir()
    with_it = Settings.from_flat(paper=paper, size="photo", **flat)
    path = someone(folder)
    return show(service, "anna", path, "someone", with_it, lambda *_: None)


def test_a_paper_that_was_chosen_for_another_photo_is_told_where_it_crops_this_one(
    service, tmp_path
):
    first, second = (papered(service, tmp_path / name, "square") for name in ("one", "two"))
    assert not whole(service, first)
    assert not whole(service, first)
    assert whole(service, second)
    assert whole(service, second), "a slider's painting of it leaves the offer there"
    assert not whole(service, second, "ben")
    assert not whole(service, None)
    updates = handlers_of(service).accept_all_of_it()
    assert updates[components().controls[PAPER]] == "photo"
    assert not offered(updates, PAPER)


def test_a_paper_that_crops_nothing_or_is_chosen_anew_needs_no_word(service, tmp_path):
    assert not whole(service, papered(service, tmp_path / "a", "square"))
    fits = papered(service, tmp_path / "b", "2x3")
    assert not whole(service, fits), "it was chosen for this one"
    same = papered(service, tmp_path / "c", "2x3", zoom=1.5)
    assert not whole(service, same), "the photo is 2:3 itself; its own crop was asked for"
    assert not whole(service, papered(service, tmp_path / "d", "photo"))
    assert not whole(service, papered(service, tmp_path / "e", "square"))


def test_a_large_size_that_was_chosen_for_another_photo_is_told(service, tmp_path):
    def told(size, name):
        (tmp_path / name).mkdir()
        state = state_by(service, someone(tmp_path / name))
        state = replace(state, settings=Settings.from_flat(size=size))
        return offered(handlers_of(service).offer_usual_size(visitor("anna"), state), SIZE)

    assert [told("8192", "a"), told("8192", "b"), told("2048", "c"), told("2048", "d")] == [
        False, True, False, False,
    ]  # fmt: skip
    updates = handlers_of(service).accept_usual_size()
    assert updates[components().controls[SIZE]] == Settings().result.size
    assert not offered(updates, SIZE)


def test_whoever_puts_it_away_likes_the_paper(service, tmp_path):
    first, *others = (papered(service, tmp_path / name, "square") for name in "abc")
    whole(service, first)
    assert whole(service, others[0])
    handlers_of(service).decline(PAPER)(visitor("anna"), others[0])
    assert not whole(service, others[0])
    assert not whole(service, others[1])
