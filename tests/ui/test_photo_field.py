"""The photo field: what is dropped is read at once, and shown where browsers cannot show it."""

import io
from pathlib import Path

import gradio as gr
import numpy as np
import pytest
from PIL import Image

import app
from pipeline.io import image_files as files
from pipeline.settings import Settings
from pipeline.types import Cancelled
from tests.page import (  # noqa: F401 - `private` is a fixture
    DEFAULTS,
    NO_STYLES,
    OWN_SIZE,
    components,
    handlers_of,
    notes_in,
    private,
    state_in,
    visitor,
)
from tests.pictures import gradient, saved
from ui import style_box
from ui.easel import opening
from ui.handlers.base import AGAIN
from ui.layout import CHOOSE
from ui.previews import FIELD_PX
from ui.session import LookPictures
from ui.widgets import to_widgets

PAGE = Path(__file__).parents[2] / "ui" / "page.js"


def dropped(tmp_path, data, name="photo.jpg"):
    path = tmp_path / name
    path.write_bytes(data)
    return {"path": str(path), "orig_name": name}


def noise(height=64, width=96):
    return Image.fromarray(np.random.default_rng(0).integers(0, 256, (height, width, 3), np.uint8))


def heic(picture):
    pillow_heif = pytest.importorskip("pillow_heif")
    file = io.BytesIO()
    try:
        pillow_heif.from_pillow(picture).save(file, quality=95)
    except (RuntimeError, OSError) as error:
        pytest.skip(f"this build cannot write HEIC: {error}")
    return file.getvalue()


def shown(service, photo, state=None):
    """Return what the photo field shows of a file."""
    updates = handlers_of(service).show_photo(visitor("anna"), photo, state)
    return updates[components().photo]


def paint(service, photo):
    values = photo, None, *NO_STYLES, *DEFAULTS
    return handlers_of(service).paint_photo(visitor("anna"), *values)


# What is refused


BAD = {
    "text": (b"hello, this is not a picture", "not a picture"),
    "nothing": (b"", "empty"),
    "half a JPEG": (saved(noise(), "JPEG")[:2_000], "damaged or cut off"),
    "half a PNG": (saved(noise())[:2_000], "damaged or cut off"),
    "too small": (saved(noise(8, 8)), "at least 16 px"),
    "too narrow": (saved(noise(20, 500)), "at most 20 times"),
}


@pytest.mark.parametrize(("data", "sentence"), BAD.values(), ids=BAD)
def test_a_bad_file_is_refused_on_arrival_as_it_would_be_at_paint(
    service, tmp_path, data, sentence
):
    photo = dropped(tmp_path, data)
    with pytest.raises(gr.Error, match=sentence) as arrived:
        handlers_of(service).receive(visitor("anna"), photo)
    with pytest.raises(gr.Error) as painted:
        paint(service, photo)
    assert arrived.value.message == painted.value.message


def test_a_photo_that_is_too_large_is_refused_when_it_arrives(service, tmp_path, monkeypatch):
    for limit in ("WHOLE_PIXELS", "MAX_PIXELS"):
        monkeypatch.setattr(files, limit, 1_000)
    with pytest.raises(gr.Error, match="megapixels"):
        handlers_of(service).receive(visitor("anna"), dropped(tmp_path, saved(noise())))


@pytest.mark.parametrize("data", [data for data, _ in BAD.values()], ids=BAD)
def test_a_refused_file_does_not_stay_in_the_photo_field(service, tmp_path, data):
    assert shown(service, dropped(tmp_path, data)) is None


def test_a_refused_file_gives_way_to_the_photo_whose_painting_hangs_there(service, tmp_path, tiff):
    bad = dropped(tmp_path, *BAD["text"][:1], name="words.jpg")
    photo = dropped(tmp_path, saved(noise(), "JPEG"))
    assert shown(service, bad, state_in(paint(service, photo))) == photo["path"]
    preview = shown(service, tiff)
    state = state_in(paint(service, {"path": preview}))
    assert shown(service, bad, state) == preview
    state.photo.unlink()
    assert shown(service, bad, state) is None


def test_after_a_refused_file_without_a_painting_the_page_is_as_at_first(service, tmp_path):
    bad, parts = dropped(tmp_path, BAD["text"][0]), components()
    updates = handlers_of(service).show_photo(visitor("anna"), bad)
    assert updates[parts.easel] == opening()
    assert str(CHOOSE) in updates[parts.paint].value


def test_a_refused_file_gives_way_to_the_photo_that_is_being_painted_which_goes_on(
    service, tmp_path
):
    bad, parts = dropped(tmp_path, BAD["text"][0], name="words.jpg"), components()
    photo = dropped(tmp_path, saved(noise(), "JPEG"))
    handlers, session = handlers_of(service), service.sessions.of("anna")
    handlers.receive(visitor("anna"), photo)
    kept = handlers.show_photo(visitor("anna"), bad)
    assert kept[parts.photo] == photo["path"]
    assert not {parts.easel, parts.arrived} & {*kept}
    session.run.ask(1)  # a comparison
    handlers.drop(visitor("anna"))
    assert parts.arrived not in handlers.show_photo(visitor("anna"), bad)
    session.run.ask(paints=True)
    handlers.drop(visitor("anna"))
    assert handlers.show_photo(visitor("anna"), bad)[parts.arrived].startswith(AGAIN)
    handlers.receive(visitor("anna"), None)
    assert handlers.show_photo(visitor("anna"), bad)[parts.photo] is None


def test_the_page_never_says_of_a_file_that_it_can_be_painted():
    assert "can be painted" not in PAGE.read_text()


# What is accepted


def test_what_is_odd_about_a_photo_is_said_when_it_arrives(service, tmp_path, monkeypatch):
    monkeypatch.setattr(files, "WHOLE_PIXELS", 1_000)
    told = handlers_of(service).receive(visitor("anna"), dropped(tmp_path, saved(noise(), "JPEG")))
    assert "it is painted at" in notes_in(told)


def test_a_photo_that_was_looked_at_is_not_read_again_to_be_painted(service, tmp_path, monkeypatch):
    photo = dropped(tmp_path, saved(noise(), "JPEG"))
    handlers_of(service).receive(visitor("anna"), photo)
    monkeypatch.setattr(files, "_identify", lambda *_: pytest.fail("read again"))
    assert state_in(paint(service, photo)).name == "photo"


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF", "BMP", "AVIF"])
def test_what_browsers_can_show_stays_as_it_is(service, tmp_path, kind):
    photo = dropped(tmp_path, saved(noise(), kind))
    assert shown(service, photo) == gr.skip()


def test_an_empty_photo_field_stays_empty(service):
    assert shown(service, None) == gr.skip()


# What browsers cannot show


@pytest.fixture
def tiff(tmp_path):
    return dropped(tmp_path, saved(Image.fromarray(gradient(900, 1_500)), "TIFF"), "Anna.tiff")


def test_a_tiff_gets_a_small_preview_in_the_visitors_own_folder(service, tiff):
    preview = Path(shown(service, tiff))
    small = Image.open(preview)
    assert (small.format, max(small.size)) == ("JPEG", FIELD_PX)
    expected = Image.fromarray(gradient(900, 1_500)).resize(small.size)
    assert np.abs(np.asarray(small).astype(int) - np.asarray(expected)).mean() < 3
    assert preview.is_relative_to(service.sessions.of("anna").folder)
    service.sessions.leave("anna")
    assert not preview.exists()


def test_a_heic_gets_a_preview_that_is_upright(service, tmp_path):
    photo = dropped(tmp_path, heic(Image.fromarray(gradient(48, 64))), "IMG_1.HEIC")
    preview = shown(service, photo)
    assert Image.open(preview).size == (64, 48)


def test_a_photo_too_large_for_browsers_gets_a_preview(service, tmp_path, monkeypatch):
    monkeypatch.setattr(files, "WHOLE_PIXELS", 1_000)
    photo = dropped(tmp_path, saved(noise(), "JPEG"))
    preview = shown(service, photo)
    assert Image.open(preview).size == (48, 32)


def test_the_file_behind_a_preview_is_what_is_painted(service, pipeline, tiff):
    preview = shown(service, tiff)
    state = state_in(paint(service, {"path": preview, "orig_name": Path(preview).name}))
    assert (state.photo, state.name, state.size) == (Path(tiff["path"]), "Anna", (900, 1_500))
    assert pipeline.asked[-1][0] == OWN_SIZE


def test_the_file_behind_a_preview_is_what_is_outlined(service, tiff, monkeypatch):
    asked = []

    def outline(service, session, path, name, *_, **__):
        asked.append((path, name))
        raise Cancelled

    monkeypatch.setattr("ui.service.comparing.outline", outline)
    handlers = handlers_of(service)
    preview = shown(service, tiff)
    values = {"path": preview}, ["unet"], *NO_STYLES, *DEFAULTS
    handlers.outline(visitor("anna"), *values)
    assert asked == [(Path(tiff["path"]), "Anna")]


def test_a_preview_stays_as_it_is(service, tiff):
    preview = shown(service, tiff)
    assert shown(service, {"path": preview}) == gr.skip()


def test_a_preview_that_was_deleted_asks_for_the_photo_again(service, tiff):
    preview = shown(service, tiff)
    service.sessions.leave("anna")
    with pytest.raises(gr.Error, match="Add it again"):
        paint(service, {"path": preview, "orig_name": Path(preview).name})


def test_previews_of_photos_belong_to_one_visit(service, tiff):
    preview = shown(service, tiff)
    assert service.sessions.of("ben").file_behind(Path(preview), "x") == (Path(preview), "x")


def test_the_field_is_looked_after_whether_the_photo_was_accepted_or_not(service):
    page = app.build(service)
    photo = next(i for i, part in page.blocks.items() if getattr(part, "elem_id", None) == "photo")
    events = page.config["dependencies"]
    dropped = [e for e in events if (photo, "input") in map(tuple, e["targets"])]
    received = next(e["id"] for e in dropped if len(e["outputs"]) > len(DEFAULTS))
    after = [e for e in events if e["trigger_after"] == received and photo in e["outputs"]]
    assert sorted(e["trigger_only_on_failure"] for e in after) == [False, True]


# Style pictures


def test_a_style_picture_that_browsers_cannot_show_gets_a_preview_and_is_itself_painted_like(
    service, tiff
):
    handlers = handlers_of(service)
    preview = {"path": handlers.show_style(visitor("anna"), tiff)}
    assert max(Image.open(preview["path"]).size) == FIELD_PX
    behind = service.sessions.of("anna").behind
    like = Settings.from_flat(painter=style_box.LIKE)
    (style,) = style_box.files_of(like, preview, None, 0.5, None, behind=behind)
    assert str(style.path) == tiff["path"]


def test_a_style_picture_that_browsers_can_show_stays_as_it_is(service, tmp_path):
    photo = dropped(tmp_path, saved(noise(), "JPEG"))
    assert handlers_of(service).show_style(visitor("anna"), photo) == gr.skip()


@pytest.mark.parametrize(("data", "words"), BAD.values(), ids=BAD)
def test_a_refused_style_picture_does_not_stay_and_is_told(service, tmp_path, data, words):
    with pytest.warns(UserWarning, match=words):
        assert handlers_of(service).show_style(visitor("anna"), dropped(tmp_path, data)) is None


def test_a_painter_that_wants_a_picture_says_so_before_any_work(service, tmp_path, monkeypatch):
    monkeypatch.setattr("ui.service.painting.show", lambda *_, **__: pytest.fail("it began"))
    handlers = handlers_of(service)
    like = to_widgets(Settings.from_flat(painter=style_box.LIKE))
    photo = dropped(tmp_path, saved(noise(), "JPEG"))
    with pytest.raises(gr.Error, match="Wanted a picture to paint like"):
        handlers.paint_photo(visitor("anna"), photo, None, None, None, 0.5, None, *like)


def test_another_photo_stops_the_run_of_the_one_before(service):
    session = service.sessions.of("anna")
    session.run.ask()
    stop = session.begin(session.run)
    handlers = handlers_of(service)
    updates = handlers.drop(visitor("anna"))
    assert stop.is_set()
    assert session.run.awaited is None
    assert updates[handlers.parts.paint].interactive


def test_a_photo_that_is_still_read_stops_no_run_that_was_begun_after_it_came(service):
    session = service.sessions.of("anna")
    session.run.ask()
    stop = session.begin(session.run)
    handlers_of(service).receive(visitor("anna"), None)
    assert not stop.is_set()
    assert session.run.awaited is not None


def test_a_new_photo_stands_by_itself_whatever_the_one_before_was_turned_by(tmp_path, service):
    parts, photo = components(), dropped(tmp_path, saved(noise()), "new.png")
    updates = handlers_of(service).receive(visitor("anna"), photo, True)
    for flag in ("turn", "straighten", "zoom", "across", "down"):
        assert updates[parts.controls[flag]] == Settings().flat()[flag]
    for flag in ("paper", "border", "mood", "brush"):
        assert parts.controls[flag] not in updates


def test_a_photo_that_is_refused_leaves_the_looks_of_the_one_before(tmp_path, service):
    session = service.sessions.of("anna")
    session.looks = before = LookPictures("the one before", ("a picture",))
    with pytest.raises(gr.Error, match="at least 16 px"):
        handlers_of(service).receive(
            visitor("anna"), dropped(tmp_path, saved(noise(8, 8)), "small.png")
        )
    assert session.looks == before
    handlers_of(service).receive(visitor("anna"), dropped(tmp_path, saved(noise()), "new.png"))
    assert session.looks == LookPictures()
