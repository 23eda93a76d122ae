"""Many photos: the queue, what fails, what is stopped, and the ZIP."""

import errno
import threading
import time
import zipfile
from dataclasses import replace
from pathlib import Path

import gradio as gr
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from pipeline.io.image_files import read_settings
from pipeline.settings import Settings
from pipeline.types import Progress
from tests.page import (  # noqa: F401 - `private` is a fixture
    DEFAULTS,
    NO_STYLES,
    OWN_SIZE,
    Pipeline,
    components,
    handlers_of,
    private,
    visitor,
)
from ui import many, many_panel
from ui.errors import NO_MEMORY, told
from ui.many import LIES, Item, Many, queued, said_of
from ui.service import PaintService
from ui.service import many as painting
from ui.service.many import zipped


def dropped(folder, *names, size=(40, 30)):
    """Write photos, each of its own gray; return what their field holds."""
    files = []
    for number, name in enumerate(names):
        path = folder / f"upload-{number}" / "photo.png"
        path.parent.mkdir(parents=True)
        Image.fromarray(np.full((*size, 3), 20 * number + 10, np.uint8)).save(path)
        files.append({"path": str(path), "orig_name": name})
    return files


def received(service, files, items=()):
    """Drop files into the tab; return the queue."""
    tab = components().many_tab
    updates = list(handlers_of(service).receive_many(visitor("anna"), files, items))
    assert updates[0][tab.files] is None  # the field is for more
    return updates[-1][tab.items]


def painted(service, items, kind="PNG"):
    """Press Paint; return what the page was told, one after the other."""
    values = items, kind, *NO_STYLES, *DEFAULTS
    return list(handlers_of(service).paint_many(visitor("anna"), *values))


def zip_in(updates):
    """Return the file behind the link."""
    return Path(updates[-1][components().many_tab.doing].split("file=")[1].split("'")[0])


def test_all_photos_come_back_in_one_zip_under_their_own_names(service, tmp_path):
    items = received(service, dropped(tmp_path, "Anna.png", "../../etc/Bob.jpg", "anna.webp"))
    assert [item.state for item in items] == ["waiting"] * 3
    file = zip_in(painted(service, items))
    assert file.parent.parent == service.sessions.of("anna").folder
    with zipfile.ZipFile(file) as archive:
        assert archive.testzip() is None
        names = archive.namelist()
        assert names == ["Anna-painted.png", "Bob-painted.png", "anna-painted-2.png"]
        archive.extractall(tmp_path / "got")
    first = tmp_path / "got" / names[0]
    assert (np.asarray(Image.open(first)) == 255 - 10).all()
    assert read_settings(first)[0] == OWN_SIZE
    assert [each.name for each in file.parent.iterdir()] == [file.name]  # nothing else is left


def test_a_zip_goes_once_the_next_one_is_whole_and_its_download_goes_on(service, tmp_path):
    items = received(service, dropped(tmp_path, "a.png", "b.png"))
    first = zip_in(painted(service, items))
    with first.open("rb") as download:
        second = zip_in(painted(service, items))
        assert zipfile.ZipFile(download).testzip() is None
    assert second.exists()
    assert not first.parent.exists()


def test_jpeg_where_it_is_wanted(service, tmp_path):
    file = zip_in(painted(service, received(service, dropped(tmp_path, "a.png")), "JPEG"))
    with zipfile.ZipFile(file) as archive:
        assert archive.namelist() == ["a-painted.jpg"]
        assert archive.read("a-painted.jpg")[:2] == b"\xff\xd8"


def test_a_bad_one_is_named_and_the_rest_is_done(service, tmp_path):
    files = dropped(tmp_path, "good.png", "<b>bad</b>.png", "fine.png")
    Path(files[1]["path"]).write_text("no picture")
    items = received(service, files)
    assert [item.state for item in items] == ["waiting", "failed", "waiting"]
    updates = painted(service, items)
    tab = components().many_tab
    assert "2 of 3 photos are painted." in updates[-1][tab.notes]
    assert "This is not a picture" in updates[-1][tab.queue]
    assert "<b>bad" not in updates[-1][tab.queue] + updates[-1][tab.notes]
    with zipfile.ZipFile(zip_in(updates)) as archive:
        assert archive.namelist() == ["good-painted.png", "fine-painted.png"]


def test_one_that_lies_on_its_side_is_told(tmp_path):
    class Lying(Pipeline):
        def __call__(self, photo, settings, **how):
            upright = 90 if photo.name == "lying" else None
            return replace(super().__call__(photo, settings, **how), upright=upright)

    service = PaintService(paint=Lying(), models=object())
    items = received(service, dropped(tmp_path, "lying.png", "standing.png"))
    last, tab = painted(service, items)[-1], components().many_tab
    assert f"lying: {LIES}" in last[tab.notes]
    assert "standing" not in last[tab.notes]
    assert str(LIES) in last[tab.queue]


def test_photos_are_counted_without_those_that_cannot_be_read(tmp_path):
    told, batches = [], []

    class Watched(Pipeline):
        def __call__(self, photo, settings, *, report, **how):
            painting = super().__call__(photo, settings, report=report, **how)
            told.append((photo.name, batches[0].seen.doing.partition(",")[0], batches[0].seen.done))
            if photo.name == "b":
                raise RuntimeError
            return painting

    service = PaintService(paint=Watched(), models=object())
    files = dropped(tmp_path, "bad.png", "a.png", "b.png", "worse.png", "c.png")
    for number in (0, 3):
        Path(files[number]["path"]).write_text("no picture")
    items = received(service, files)
    session = service.sessions.of("anna")
    batches.append(painting.Batch(session, items, OWN_SIZE, "PNG", service.paint))
    batches[0].run()
    assert [each[:2] for each in told] == [
        ("a", "Photo 1 of 3"), ("b", "Photo 2 of 3"), ("c", "Photo 3 of 3")
    ]  # fmt: skip
    shares = [done for *_, done in told]
    assert shares == sorted(shares)
    assert shares[-1] < 1
    assert batches[0].seen.count("done") == 2


def test_of_a_large_one_most_of_the_work_is_to_make_it_large(tmp_path, monkeypatch):
    told, batches = [], []

    def full_size(done, *, tell):
        for share in (0.0, 0.5, 1.0):
            tell(share)
            told.append(batches[0].seen.done)
        return done.result

    class Watched(Pipeline):
        def __call__(self, photo, settings, *, report, **how):
            told.append(batches[0].seen.doing)
            painting = super().__call__(photo, settings, report=report, **how)
            report(Progress("blend", 1.0))
            told.append(batches[0].seen.done)
            return painting

    monkeypatch.setattr("pipeline.steps.full_size.full_size", full_size)
    service = PaintService(paint=Watched(), models=object())
    items, session = received(service, dropped(tmp_path, "a.png")), service.sessions.of("anna")
    large = Settings.from_flat(size="8192")
    batches.append(painting.Batch(session, items, large, "PNG", service.paint))
    batches[0].run()
    doing, *shares = told
    assert doing == "Photo 1 of 1", "before anything of it is known"
    assert shares == pytest.approx([0.3, 0.3, 0.65, 1.0])


def test_a_surprise_is_one_photos_own(tmp_path, caplog):
    class Moody(Pipeline):
        def __call__(self, photo, settings, **how):
            if photo.name == "b":
                raise RuntimeError("/secret/path")
            return super().__call__(photo, settings, **how)

    service = PaintService(paint=Moody(), models=object())
    updates = painted(service, received(service, dropped(tmp_path, "a.png", "b.png", "c.png")))
    items = updates[-1][components().many_tab.items]
    assert [item.state for item in items] == ["done", "failed", "done"]
    assert items[1].why == str(many.SURPRISE)
    assert "/secret/path" in caplog.text


def test_too_little_memory_is_said_whoever_missed_it():
    missed = RuntimeError("(-4:Insufficient memory) Failed to allocate 9 bytes"), MemoryError()
    for error in missed:
        assert many.reason_of(error).startswith("there is not enough memory for it")
        with pytest.raises(gr.Error) as said, told():
            raise error
        assert said.value.message == str(NO_MEMORY)


def test_cancel_keeps_what_is_done(tmp_path):
    handlers = []

    class Stopped(Pipeline):
        def __call__(self, photo, settings, **how):
            if photo.name == "c":
                handlers[0].cancel_many(visitor("anna"))
            return super().__call__(photo, settings, **how)

    service = PaintService(paint=Stopped(), models=object())
    handlers.append(handlers_of(service))
    files = dropped(tmp_path, "a.png", "b.png", "c.png", "d.png")
    updates = painted(service, received(service, files))
    items = updates[-1][components().many_tab.items]
    assert [item.state for item in items] == ["done", "done", "waiting", "waiting"]
    with zipfile.ZipFile(zip_in(updates)) as archive:
        assert archive.namelist() == ["a-painted.png", "b-painted.png"]


def test_cancel_at_once_is_not_lost(service, tmp_path):
    items = received(service, dropped(tmp_path, "a.png", "b.png"))
    handlers = handlers_of(service)
    running = handlers.paint_many(visitor("anna"), items, "PNG", *NO_STYLES, *DEFAULTS)
    next(running)  # Cancel is shown
    handlers.cancel_many(visitor("anna"))
    assert [item.state for item in [*running][-1][components().many_tab.items]] == ["waiting"] * 2


def found(service, who):
    """Open the page anew; return what is shown of the tab."""
    return list(handlers_of(service).find_many(visitor(who)))


def test_a_page_that_is_opened_anew_finds_what_is_painted_and_what_waits(tmp_path):
    class Leaving(Pipeline):
        def __call__(self, photo, settings, **how):
            if photo.name == "b":
                service.sessions.park("anna")
            if photo.name == "c":
                assert anew.wait(10)
            return super().__call__(photo, settings, **how)

    service, anew = PaintService(paint=Leaving(), models=object()), threading.Event()
    tab, tabs, seen = components().many_tab, components().tabs, []
    items = received(service, dropped(tmp_path, "a.png", "b.png", "c.png"))
    key = service.sessions.of("anna").key
    running = handlers_of(service).paint_many(visitor("anna"), items, "PNG", *NO_STYLES, *DEFAULTS)
    next(running)
    running.close()  # as Gradio does where a page is closed
    while not service.sessions.resume(key, "anew", left=False):
        time.sleep(0.01)
    for update in handlers_of(service).find_many(visitor("anew")):
        anew.set()
        seen.append(update)
    assert seen[0][tabs].selected == "many"
    assert seen[1][tab.cancel].visible
    assert [item.state for item in seen[-1][tab.items]] == ["done"] * 3
    assert all(Path(item.picture).exists() for item in seen[-1][tab.items])
    assert zip_in(seen).exists()
    service.sessions.of("anew").shown = object()
    again = found(service, "anew")
    assert zip_in(again) == zip_in(seen)
    assert not any(tabs in update for update in again), "what is done waits beside a painting"


def test_photos_that_wait_are_there_again(service, tmp_path):
    items = received(service, dropped(tmp_path, "a.png", "b.png"))
    key, tab = service.sessions.of("anna").key, components().many_tab
    service.sessions.park("anna")
    assert service.sessions.resume(key, "anew", left=False)
    (update,) = found(service, "anew")
    assert update[tab.items] == items
    assert all(Path(item.picture).exists() for item in items)
    assert update[tab.paint].interactive


def test_where_nothing_was_painted_nothing_is_found(service):
    assert found(service, "anna") == [gr.skip()]


def test_what_is_thrown_away_is_not_found_again(service, tmp_path):
    painted(service, received(service, dropped(tmp_path, "a.png")))
    handlers_of(service).clear_many(visitor("anna"))
    assert found(service, "anna") == [gr.skip()]


def test_what_goes_wrong_with_all_of_them_is_told(service, tmp_path, monkeypatch):
    items = received(service, dropped(tmp_path, "a.png"))

    def full(*_):
        raise OSError(errno.ENOSPC, "no room")

    monkeypatch.setattr(painting, "zipped", full)
    with pytest.raises(gr.Error, match="disk of this machine is full"):
        painted(service, items)


def test_a_visitor_who_leaves_stops_it_and_leaves_nothing(tmp_path):
    left = []

    class Leaving(Pipeline):
        def __call__(self, photo, settings, **how):
            left.append(photo.name)
            service.sessions.leave("anna")
            return super().__call__(photo, settings, **how)

    service = PaintService(paint=Leaving(), models=object())
    items = received(service, dropped(tmp_path, "a.png", "b.png"))
    folder = service.sessions.of("anna").folder
    updates = painted(service, items)
    assert left == ["a"]
    assert updates[-1][components().many_tab.doing] == ""
    assert not folder.exists()


def test_a_visitor_who_leaves_while_the_zip_is_written_is_no_error(
    service, tmp_path, monkeypatch, caplog
):
    items = received(service, dropped(tmp_path, "a.png", "b.png"))

    def left(folder, files):
        service.sessions.leave("anna")
        return zipped(folder, files)

    monkeypatch.setattr(painting, "zipped", left)
    assert painted(service, items)[-1][components().many_tab.doing] == ""
    assert not caplog.records


def test_others_are_painted_between_two_of_many(tmp_path):
    """No two paintings run at once, and a batch gives the painter away after each photo."""
    service = PaintService(paint=Pipeline(), models=object())
    items = received(service, dropped(tmp_path, "a.png", "b.png"))
    service._alone.acquire()
    seen = []
    thread = threading.Thread(target=lambda: seen.extend(painted(service, items)))
    thread.start()
    thread.join(0.8)
    assert thread.is_alive()
    service._alone.release()
    thread.join(10)
    assert zip_in(seen).exists()


def test_what_is_beyond_the_limits_fails_with_the_reason(monkeypatch, tmp_path, service):
    monkeypatch.setattr(many, "MOST", 2)
    items = received(service, dropped(tmp_path, "a.png", "b.png", "c.png"))
    assert [item.why for item in items] == ["", "", str(many.TOO_MANY)]
    monkeypatch.setattr(painting, "MOST_PIXELS", 40 * 30)
    updates = painted(service, items)
    found = updates[-1][components().many_tab.items]
    assert [item.why for item in found] == ["", str(painting.NO_ROOM), str(many.TOO_MANY)]
    monkeypatch.setattr(many, "MOST_BYTES", 1)
    assert queued((), dropped(tmp_path / "more", "d.png"))[0].why == str(many.TOO_LARGE)


def test_nothing_is_painted_of_nothing(service):
    updates = painted(service, ())
    tab = components().many_tab
    assert updates[-1][tab.doing] == ""
    assert updates[-1][tab.paint].interactive is False


def test_another_kind_is_refused(service):
    with pytest.raises(gr.Error, match="PNG, JPEG"):
        painted(service, (), "EXE")


def test_the_time_left_only_falls_and_long_ones_are_told_in_minutes():
    assert painting._left(None) == ""
    assert painting._left(80) == ", about 80 s left"
    assert painting._left(200) == ", about 3 min left"


@given(st.lists(st.text(max_size=80), max_size=12))
def test_names_in_the_zip_are_plain_and_unique(names):
    stems = [painting.path_of(Path(), name, "painted").name for name in names]
    found = list(painting.number_repeats(stems))
    assert len({name.casefold() for name in found}) == len(found)
    for name in found:
        assert not set(name) & set('/\\:*?"<>|\0\n')
        assert name.strip(". ") == name
        assert len(name) < 90


def test_a_zip_appears_when_it_is_whole(tmp_path):
    files = [tmp_path / name for name in ("a.png", "b.png")]
    files[0].write_bytes(b"a" * 10_000)
    with pytest.raises(FileNotFoundError):
        zipped(tmp_path, files)
    assert not list(tmp_path.glob("*.zip"))


def test_cards_say_what_each_is():
    html = many_panel.cards((Item("me", Path("x"), "failed", "it is <odd>"),))
    assert "Could not be painted: it is &lt;odd&gt;" in html
    assert said_of(Many((Item("me", Path("x")),), file=Path("z"))) == [
        "0 of 1 photos are painted.",
        "1 not begun: it waits for the next time.",
    ]
