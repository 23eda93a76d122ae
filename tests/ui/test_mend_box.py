"""The offer to mend: it comes with a worn photo, turns the setting on, and goes."""

from dataclasses import replace

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
from ui import mend_box
from ui.mend_box import FLAG
from ui.widgets import OPTIONS


def offered(service, state):
    updates = handlers_of(service).offer_mending(visitor("anna"), state)
    return updates[components().mend_box.box].visible


def test_it_is_offered_of_a_worn_photo_once_and_not_of_a_mended_one(service, tmp_path, monkeypatch):
    looked = []

    def worn(photo):
        looked.append(photo)
        return True

    monkeypatch.setattr(mend, "seems_worn", worn)
    state = state_by(service, someone(tmp_path))
    assert offered(service, state)
    assert offered(service, state)
    assert len(looked) == 1
    mended = replace(state, settings=Settings.from_flat(mend=True))
    assert offered(service, mended)  # to look at what is mended, and to correct it
    assert len(looked) == 1
    assert offered(service, replace(state, owner="examples"))
    assert not offered(service, None)


def test_a_clean_photo_has_no_offer(service, tmp_path, monkeypatch):
    monkeypatch.setattr(mend, "seems_worn", lambda photo: False)
    assert not offered(service, state_by(service, someone(tmp_path)))


def test_accepting_turns_the_setting_on_and_is_not_offered_again(service):
    updates = handlers_of(service).accept_mending()
    flags = [option.flag for option in OPTIONS]
    assert updates[components().widgets[flags.index(FLAG)]] is True
    assert updates[components().mend_box.accept].visible is False
    box = components().mend_box
    assert mend_box.hidden(box)[box.box].visible is False
