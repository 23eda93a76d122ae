"""The album: what the browser is told to keep, going back, and deleting everything."""

import json
import shutil
from pathlib import Path

import cv2
import gradio as gr
import numpy as np
import pytest
from PIL import Image

from pipeline.settings import Settings
from pipeline.types import Cancelled
from tests.page import (  # noqa: F401 - `private` is a fixture
    NO_STYLES,
    OWN_SIZE,
    SIZE,
    Obedient,
    alike,
    components,
    controls_in,
    event,
    handlers_of,
    pixels,
    pointed,
    private,
    someone,
    state_by,
    state_in,
    visitor,
)
from ui import trainings
from ui.album import MOST_PIXELS
from ui.card import read
from ui.examples import EXAMPLES
from ui.handlers.keeping import AS_KEPT, NOT_KEPT
from ui.service import PaintService, many
from ui.service.painting import show_example
from ui.service.repainting import blend_again
from ui.session import MOST_RESULTS
from ui.session_files import private_folder
from ui.widgets import to_widgets


@pytest.fixture
def service():
    return PaintService(paint=Obedient(), models=object())


@pytest.fixture
def photo(tmp_path):
    return someone(tmp_path)


def file_at(address):
    return Path(address.partition("file=")[2])


def told(service, state, who="anna"):
    updates = handlers_of(service).keep_result(visitor(who), state)
    return updates if updates == gr.skip() else updates[components().album.row]


def parcel(kept, folder):
    """Write what the browser kept, as it comes back; return the upload's files."""
    folder.mkdir(exist_ok=True)
    photo, painting, card = (
        folder / name for name in ("someone.jpg", "painting.webp", "card.json")
    )
    shutil.copy(file_at(kept["photo"]), photo)
    Image.fromarray(pixels(file_at(kept["painting"]))).save(painting, lossless=True)
    card.write_text(f"{kept['id']}\n{kept['card']}")
    return [{"path": str(file), "orig_name": file.name} for file in (photo, painting, card)]


def uploads():
    """Make a folder of its own among the files that visitors gave."""
    made = private_folder()
    made.mkdir(parents=True)
    return made


def test_a_new_painting_is_kept_once_and_then_only_shown(service, photo):
    state = state_by(service, photo)
    kept = told(service, state)
    assert alike(pixels(file_at(kept["painting"])), pixels(state.after))
    assert alike(pixels(file_at(kept["photo"])), pixels(photo))
    assert read(kept["card"])[0].settings == OWN_SIZE
    assert told(service, state) == {"shown": kept["id"]}
    assert told(service, None) == gr.skip()


def test_an_example_is_kept_once_something_was_changed(service):
    state = show_example(service, "anna", EXAMPLES[0])
    assert told(service, state) == {"shown": "", "said": str(NOT_KEPT)}
    assert "card" in told(
        service, blend_again(service, "anna", state, Settings.from_flat(feather=0.1))
    )


def test_the_copy_of_a_photo_is_small_and_made_once(service, tmp_path):
    large = tmp_path / "large.png"
    Image.fromarray(np.full((1500, 3000, 3), 90, np.uint8)).save(large)
    session, state = service.sessions.of("anna"), state_by(service, large)
    kept = told(service, state)
    height, width = pixels(file_at(kept["photo"])).shape[:2]
    assert 0.99 * MOST_PIXELS < height * width <= MOST_PIXELS
    again = told(service, blend_again(service, "anna", state, OWN_SIZE.changed(feather=0.1)))
    assert again["photo"] == kept["photo"]
    assert again["way"] == kept["way"]
    assert again["key"] != kept["key"]
    assert list(session.copies) == [large]


def test_a_transparent_photo_stays_so(service, tmp_path):
    path = tmp_path / "cut.png"
    cut = np.full((*SIZE, 4), 90, np.uint8)
    cut[..., 3] = 255
    cut[:, :50, 3] = 0
    Image.fromarray(cut).save(path)
    copy = file_at(told(service, state_by(service, path))["photo"])
    assert (cv2.imread(str(copy), cv2.IMREAD_UNCHANGED)[..., 3] < 10)[:, :40].all()


def test_going_back_on_the_same_page_brings_all_of_it(service, photo, tmp_path):
    handlers, first = handlers_of(service), state_by(service, photo)
    kept = told(service, first)
    told(service, blend_again(service, "anna", first, OWN_SIZE.changed(feather=0.1)))
    updates = handlers.go_back(visitor("anna"), event(id=kept["id"]))
    assert state_in(updates) is first
    assert updates[components().photo] == str(photo)
    assert controls_in(updates) == to_widgets(OWN_SIZE)


@pytest.mark.parametrize("name", ["unknown", None, 7])
def test_what_the_server_does_not_know_is_asked_for(service, name):
    updates = handlers_of(service).go_back(visitor("anna"), event(id=name))
    assert updates == {components().album.row: {"wanted": str(name)}}


def test_a_painting_comes_back_to_another_page_as_it_was(service, photo):
    chosen = OWN_SIZE.changed(feather=0.1, border=10.0)
    state = pointed(handlers_of(service), state_by(service, photo, settings=chosen), 20, 30)
    state = state_in(state)
    kept = told(service, state)
    handlers = handlers_of(PaintService(paint=Obedient(), models=object()))
    updates = handlers.bring_back(visitor("ben"), parcel(kept, uploads()))
    back = state_in(updates)
    assert controls_in(updates) == to_widgets(chosen)
    assert Path(updates[components().photo]).name == "someone.jpg"
    assert alike(pixels(back.after), pixels(state.after))
    assert alike(pixels(back.before), pixels(state.before))
    assert (back.prompt, back.size, back.name) == (state.prompt, state.size, state.name)
    assert str(AS_KEPT) in back.notes
    assert updates[components().easel]["stays"] is None
    assert told(handlers.service, back, "ben") == {"shown": kept["id"]}


def test_a_painting_that_came_back_is_painted_again_in_every_part(service, photo):
    kept = told(service, state_by(service, photo))
    handlers = handlers_of(PaintService(paint=Obedient(), models=object()))
    back = state_in(handlers.bring_back(visitor("ben"), parcel(kept, uploads())))
    again = blend_again(handlers.service, "ben", back, OWN_SIZE.changed(feather=0.1))
    assert [stage for stage, *_ in again.stages] == [
        "paint",
        "parse",
        "restore",
        "segment",
        "blend",
    ]
    assert Path(again.mask_preview).exists()
    new = told(handlers.service, again, "ben")
    assert json.loads(new["card"])["photo"] == json.loads(kept["card"])["photo"]


@pytest.mark.parametrize(
    ("style", "painted", "strokes"), [("vangogh", True, True), ("ukiyoe", True, False),
                                      ("vangogh", False, False)],
)  # fmt: skip
def test_what_came_back_can_be_watched_where_it_is_made_of_strokes(
    service, photo, style, painted, strokes
):
    settings = OWN_SIZE.changed(painter="tps", portrait_style=style, paint=painted)
    kept = told(service, state_by(service, photo, settings=settings))
    updates = handlers_of(service).bring_back(visitor("ben"), parcel(kept, uploads()))
    assert updates[components().watch].visible is strokes


def test_where_only_the_photo_is_still_here_it_comes_back_at_its_full_size(service, photo):
    state, handlers = state_by(service, photo), handlers_of(service)
    kept = told(service, state)
    files = parcel(kept, uploads())
    Path(state.after).unlink()
    asked = handlers.go_back(visitor("anna"), event(id=kept["id"]))
    assert asked == {components().album.row: {"wanted": kept["id"]}}
    assert state_in(handlers.bring_back(visitor("anna"), files)).photo == photo


@pytest.mark.parametrize("spoil", [0, 1, 2])
def test_a_damaged_parcel_is_refused_in_one_sentence(service, photo, spoil):
    files = parcel(told(service, state_by(service, photo)), uploads())
    Path(files[spoil]["path"]).write_bytes(b"\xff\x00 damaged")
    handlers = handlers_of(PaintService(paint=Obedient(), models=object()))
    with pytest.raises(gr.Error, match=r"not a picture|another version"):
        handlers.bring_back(visitor("ben"), files)
    with pytest.raises(gr.Error, match="another version"):
        handlers.bring_back(visitor("ben"), files[:2])


def test_a_page_remembers_a_bounded_number_of_paintings(service, photo):
    session, state = service.sessions.of("anna"), state_by(service, photo)
    names = [session.remember(state) for _ in range(MOST_RESULTS + 2)]
    assert list(session.results) == names[2:]


def test_what_the_browser_is_still_to_keep_outlasts_its_page(service, photo):
    handlers, session = handlers_of(service), service.sessions.of("anna")
    first = state_by(service, photo)
    second = blend_again(service, "anna", first, OWN_SIZE.changed(feather=0.1))
    both = [told(service, state) for state in (first, second)]
    copy, *paintings = [file_at(both[0]["photo"]), *(file_at(kept["painting"]) for kept in both)]
    handlers.leave(visitor("anna"))
    service.sessions.sweep(0)
    with pytest.raises(Cancelled):
        session.show("late", np.zeros((4, 4, 3), np.uint8))
    assert set(session.folder.rglob("*")) == {copy, *paintings}
    handlers.kept(visitor("anna, later"), event(id=both[0]["id"]))
    assert set(session.folder.rglob("*")) == {copy, paintings[1]}
    handlers.kept(visitor("anna, later"), event(id=both[1]["id"]))
    assert not session.folder.exists()


def test_what_the_browser_has_kept_goes_with_its_page(service, photo):
    handlers, session = handlers_of(service), service.sessions.of("anna")
    kept = told(service, state_by(service, photo))
    handlers.kept(visitor("anna"), event(id=kept["id"]))
    assert file_at(kept["photo"]).exists()
    handlers.leave(visitor("anna"))
    service.sessions.sweep(0)
    assert not session.folder.exists()


def test_what_was_to_be_kept_goes_with_an_idle_page(service, photo):
    told(service, state_by(service, photo))
    folder = service.sessions.of("anna").folder
    service.sessions.sweep(0)
    assert not folder.exists()


# Deleting everything


def test_everything_of_a_visitor_is_deleted_and_nothing_of_others(service, tmp_path):
    mine, ours, elsewhere = (
        (someone(uploads()) for _ in range(2)),
        someone(uploads()),
        someone(tmp_path),
    )
    photo, film = mine
    handlers = handlers_of(service)
    for who, path in (("anna", photo), ("anna", ours), ("ben", ours), ("anna", elsewhere)):
        handlers.receive(visitor(who), {"path": str(path)})
    state, other = state_by(service, photo), state_by(service, ours, "ben")
    told(service, state)
    folder = service.sessions.of("anna").folder
    fields = (None, None, {"video": {"path": str(film)}})
    updates = handlers.forget(visitor("anna"), (), "", *fields)
    assert updates[components().album.row] == {"forgotten": True}
    assert not folder.exists()
    assert not photo.exists()
    assert not film.exists()
    assert not photo.parent.exists()
    assert ours.exists()
    assert elsewhere.exists()
    assert Path(other.after).exists()
    assert service.sessions.of("anna").results == {}


@pytest.mark.forks
def test_what_is_queued_and_what_learns_ends_with_all_else(service, monkeypatch, tmp_path):
    monkeypatch.setattr(trainings, "COMMAND", "tests.slow_training")
    handlers, folder, all_ = handlers_of(service), tmp_path / "served", service.trainings
    running, keys = {}, {}
    for who in ("anna", "ben"):
        paths = [folder / f"{who}-{number}" / "photo.png" for number in range(5)]
        for path in paths:
            path.parent.mkdir(parents=True)
            path.write_bytes(someone(tmp_path).read_bytes())
        files = [{"path": str(path), "orig_name": path.name} for path in paths[:2]]
        (*_, queue) = handlers.receive_many(visitor(who), files, ())
        running[who] = queue[components().many_tab.items], paths
        given = [str(path) for path in paths[2:]]
        updates = handlers.add_portraits(visitor(who), given, "")
        keys[who] = updates[components().train_tab.key]
    session, photos = service.sessions.of("anna"), running["anna"][0]
    stop = many.begin(service, session, photos, Settings(), (), "PNG").stop
    process = all_._processes[all_.find(keys["anna"]).folder]
    theirs = all_.find(keys["ben"])
    queue, mine = running["anna"]
    updates = handlers.forget(visitor("anna"), queue, keys["anna"], None)
    assert stop.is_set()
    assert updates[components().many_tab.items] == ()
    assert not [path for path in mine if path.exists()]
    assert process.poll() is not None
    assert all_.find(keys["anna"]) is None
    assert all(path.exists() for path in running["ben"][1])
    assert all_.find(keys["ben"]) == theirs
    handlers.forget(visitor("ben"), None, "0" * 32)  # somebody else's key, or none, ends nothing
    assert all_.find(keys["ben"]) == theirs
    all_.discard(theirs)


def test_what_is_written_after_all_was_deleted_goes_at_once(service, photo):
    session = service.sessions.of("anna")
    state_by(service, photo)
    service.sessions.leave("anna")
    for write in (
        lambda: session.show("late", np.zeros((4, 4, 3), np.uint8)),
        lambda: session.show_so_far(session.run, np.zeros((4, 4, 3), np.uint8)),
        lambda: session.stand_for(photo, "x", np.zeros((4, 4, 3), np.uint8)),
    ):
        with pytest.raises(Cancelled):
            write()
        assert not session.folder.exists()
