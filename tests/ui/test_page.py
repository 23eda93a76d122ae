"""The page over a stand-in: what it keeps apart, paints, refuses, and offers as an API."""

import gc
import subprocess
import sys
import time
import weakref
from pathlib import Path
from types import SimpleNamespace

import gradio as gr
import numpy as np
import pytest
from gradio_client import handle_file
from gradio_client.exceptions import AppError
from PIL import Image

import app
from pipeline.io.encode import encode_png
from pipeline.io.image_files import read_photo, read_settings
from pipeline.settings import Settings
from pipeline.steps.cache import StageCache, measure_bytes
from pipeline.types import Cancelled, Photo, PhotoError, Progress
from tests.page import (  # noqa: F401 - `private` is a fixture
    DEFAULTS,
    NO_STYLES,
    OWN_SIZE,
    Pipeline,
    alike,
    components,
    controls_in,
    handlers_of,
    notes_in,
    pixels,
    private,
    state_by,
    visitor,
)
from ui import startup, theme
from ui.api import parsing
from ui.examples import EXAMPLES, PaintedExamples
from ui.photos import styles_of
from ui.progress import reporter
from ui.service import PaintService
from ui.service.repainting import blend_again
from ui.service.writing import write_full_size
from ui.session_files import MOST_PHOTOS, MOST_PREVIEWS, private_folder
from ui.sessions import Sessions
from ui.style_box import StyleFile
from ui.widgets import OPTIONS, from_widgets

ROOT = Path(__file__).parents[2]


# Sessions


def test_visitors_share_neither_files_nor_cache(service, photo):
    anna, ben = state_by(service, photo, "anna"), state_by(service, photo, "ben")
    assert Path(anna.after).parent != Path(ben.after).parent
    assert service.sessions.of("anna").cache.get("key", lambda: "anna's") == "anna's"
    assert service.sessions.of("ben").cache.get("key", lambda: "ben's") == "ben's"


def test_a_page_that_is_closed_paints_no_more_and_its_pictures_go_after_a_while(service, photo):
    state = state_by(service, photo)
    session = service.sessions.of("anna")
    stops = [session.begin(session.run), session.looks_end]
    film = session.begin(session.film)
    session.film.move(0.5, "half of it")
    handlers_of(service).leave(visitor("anna"))
    assert all(stop.is_set() for stop in stops)
    assert not film.is_set()
    service.sessions.sweep(100)
    assert session.folder in service.sessions.folders()
    assert Path(state.after).exists()
    service.sessions.sweep(0)
    assert film.is_set()
    assert not service.sessions.folders()
    assert not Path(state.after).exists()


def test_idle_sessions_are_left_and_busy_ones_stay(service, photo):
    idle, busy = state_by(service, photo, "idle"), state_by(service, photo, "busy")
    service.sessions.of("idle").last_used = time.monotonic() - 100
    service.sessions.sweep(idle_s=50)
    assert (Path(idle.after).exists(), Path(busy.after).exists()) == (False, True)


def test_what_a_visitor_gave_stays_as_long_as_the_page_is_used(service, photo):
    handlers, who = handlers_of(service), visitor("anna")
    files = [private_folder() / f"{name}.png" for name in ("a", "b", "c", "d", "e", "f", "no")]
    for file in files:
        file.parent.mkdir(parents=True)
        file.write_bytes(photo.read_bytes())
    queued, dropped, style, mask, shown, film, _ = files
    fields = [{"path": str(file)} for file in (queued, dropped, shown, film)]
    list(handlers.receive_many(who, fields[:1], ()))
    handlers.receive(who, fields[1])
    handlers.show_style(who, fields[2])
    handlers.take_film(who, {"video": fields[3]})
    styles_of(service.sessions.of("anna"), (StyleFile(style, mask=mask),))
    time.sleep(0.6)
    began = time.time()
    service.sessions.of("anna")  # whatever is done there
    startup.sweep_once(service, (), idle_s=0.5)
    assert [file.exists() for file in files] == [True] * 6 + [False]
    assert all(file.stat().st_ctime > began - 0.1 for file in files[:6])  # Gradio sweeps by it


def test_a_page_that_was_left_open_is_used_only_while_something_is_awaited(service):
    session, long_ago = service.sessions.of("anna"), time.monotonic() - 100
    session.last_used = long_ago
    handlers_of(service).tick(visitor("anna"))
    assert session.last_used == long_ago
    session.run.ask()
    handlers_of(service).tick(visitor("anna"))
    assert session.last_used > long_ago


def test_only_the_last_photos_stay_decoded(service, tmp_path):
    session, decoded = service.sessions.of("anna"), []
    for number in range(MOST_PHOTOS + 1):
        path = tmp_path / f"{number}.png"
        ghost = np.full((20, 30, 4), 40 * number, np.uint8)
        Image.fromarray(ghost).save(path)
        handlers_of(service).receive(visitor("anna"), {"path": str(path)})
        (*_, (_, kept)) = session.photos.values()
        assert (kept.pixels == ghost[..., :3]).all()
        assert (kept.alpha == ghost[..., 3]).all()
        assert measure_bytes(kept) == 0
        decoded.append(weakref.ref(kept))
        del kept
    gc.collect()
    assert [photo() is None for photo in decoded] == [True] + [False] * MOST_PHOTOS
    assert len(list(session.folder.glob("photo-*/pixels.npy"))) == MOST_PHOTOS


def test_a_session_keeps_a_bounded_number_of_previews():
    session = Sessions(StageCache()).of("anna")
    paths = [
        Path(session.show("result", np.zeros((2, 2, 3), np.uint8)))
        for _ in range(MOST_PREVIEWS + 3)
    ]
    assert [path.exists() for path in paths] == [False] * 3 + [True] * MOST_PREVIEWS


def test_a_slider_dragged_for_long_writes_no_preview_but_its_own(service, photo):
    first = state = state_by(service, photo)
    for step in range(MOST_PREVIEWS + 3):
        state = blend_again(
            service, "anna", state, OWN_SIZE.changed(harmony=step / (2 * MOST_PREVIEWS))
        )
    assert (state.before, state.stages[:-1]) == (first.before, first.stages[:-1])
    assert all(Path(path).exists() for path in (state.before, state.after))


# Painting


def test_a_painting_shows_five_stages_and_its_hint(service, photo):
    state = state_by(service, photo)
    assert [stage for stage, _, _ in state.stages] == [
        "paint",
        "parse",
        "restore",
        "segment",
        "blend",
    ]
    assert all(Image.open(path).size == (60, 40) for _, path, _ in state.stages)
    assert state.notes == ("No face was found.", "Faces restored: skipped. GFPGAN is not here.")
    assert alike(pixels(state.before), 255 - pixels(state.after))


def test_blending_again_uses_the_visitors_cache_and_writes_only_the_result(
    service, pipeline, photo
):
    state = state_by(service, photo)
    again = blend_again(service, "anna", state, OWN_SIZE.changed(feather=0.1, brush=3.0))
    assert pipeline.asked[-1] == (
        OWN_SIZE.changed(feather=0.1),
        service.sessions.of("anna").cache,
    )
    assert [a == b for a, b in zip(again.stages, state.stages, strict=True)] == [
        True,
        True,
        True,
        True,
        False,
    ]


def test_nothing_is_blended_again_where_nothing_changed(service, pipeline, photo):
    state = state_by(service, photo)
    assert blend_again(service, "anna", state, OWN_SIZE.changed(brush=3.0)) is state
    assert len(pipeline.asked) == 1


def test_previews_deleted_meanwhile_are_made_again(service, photo):
    state = state_by(service, photo)
    service.sessions.leave("anna")
    again = blend_again(service, "anna", state, Settings.from_flat(feather=0.1))
    assert all(Path(path).exists() for _, path, _ in again.stages)


def test_a_deleted_photo_is_asked_for_again(service, photo):
    state = state_by(service, photo)
    service.sessions.leave("anna")
    photo.unlink()
    with pytest.raises(PhotoError, match="Add it again"):
        blend_again(service, "anna", state, Settings.from_flat(feather=0.1))


def test_cancel_stops_a_run_at_its_next_stage():
    session, said = Sessions(StageCache()).of("anna"), []
    report = reporter(session, lambda done, text: said.append(text))
    report(Progress("paint", 0.0))
    report(Progress("restore", 0.5))
    assert said[0] == "Painting the scene"
    assert "s left" in said[1]
    session.run.stop.set()
    with pytest.raises(Cancelled):
        report(Progress("blend", 0.9))


def test_a_cancelled_run_changes_nothing_on_the_page(photo):
    def paint(*_, **how):
        service.sessions.of("anna").run.stop.set()
        how["report"](Progress("blend", 0.9))

    service = PaintService(paint=paint, models=object())
    values = handlers_of(service).paint_photo(
        visitor("anna"), {"path": str(photo)}, None, *NO_STYLES, *DEFAULTS
    )
    assert values == gr.skip()


def test_the_download_is_the_full_size_with_settings_weights_and_alpha(tmp_path, service):
    pixels = np.random.default_rng(1).integers(0, 256, (50, 30, 3), np.uint8)
    alpha = np.full((50, 30), 128, np.uint8)
    path = tmp_path / "ghost.png"
    path.write_bytes(encode_png(pixels, alpha=alpha))
    settings = OWN_SIZE.changed(harmony=0.3)
    file = write_full_size(service, "anna", state_by(service, path, settings=settings))
    made = Image.open(file)
    assert (made.size, made.mode, file.name) == ((30, 50), "RGBA", "someone-painted.png")
    assert read_settings(file) == (settings, ())
    assert "stand-in" in made.info["portrait-settings"]


def test_a_picture_made_here_restores_its_settings(tmp_path, service):
    path = tmp_path / "painted.png"
    settings = Settings.from_flat(brush=3.0, keep="hair")
    path.write_bytes(encode_png(np.zeros((40, 40, 3), np.uint8), settings=settings))
    told = handlers_of(service).receive(visitor("anna"), {"path": str(path)})
    assert from_widgets(controls_in(told)) == settings
    assert "restored" in notes_in(told)


@pytest.mark.parametrize("act", ["receive", "paint_photo"])
def test_a_bad_picture_is_refused_in_a_sentence(service, tmp_path, act):
    path = tmp_path / "words.png"
    path.write_text("no picture")
    arguments = (
        [{"path": str(path)}]
        if act == "receive"
        else [{"path": str(path)}, None, *NO_STYLES, *DEFAULTS]
    )
    with pytest.raises(gr.Error, match="not a picture"):
        getattr(handlers_of(service), act)(visitor("anna"), *arguments)


def test_painting_without_a_photo_says_what_to_do(service):
    handlers, press = handlers_of(service), SimpleNamespace(target=components().paint)
    given = None, None, *NO_STYLES, *DEFAULTS
    with pytest.raises(gr.Error, match="no photo yet"):
        handlers.begin(visitor("anna"), press, *given)
    # Begun with one, and that was taken away: another is on its way.
    assert handlers.paint_photo(visitor("anna"), *given) == gr.skip()


def test_a_surprise_is_not_shown_to_the_visitor(photo):
    def paint(*_, **__):
        raise RuntimeError("secret")

    with pytest.raises(gr.Error) as caught:
        handlers_of(PaintService(paint=paint, models=object())).paint_photo(
            visitor("anna"), {"path": str(photo)}, None, *NO_STYLES, *DEFAULTS
        )
    assert "secret" not in caught.value.message


# Examples


def test_examples_are_readable_and_credited():
    credits = (ROOT / "examples" / "CREDITS.md").read_text()
    for example in EXAMPLES:
        assert f"`{example.path.name}`" in credits
        assert isinstance(read_photo(example.path), Photo)


def test_examples_are_painted_once_and_answered_from_disk_after_a_restart(tmp_path):
    painted = []

    def paint(photo, settings):
        painted.append(photo.name)
        return Pipeline()(photo, settings, models=None)

    first = PaintedExamples(paint, tmp_path, frozenset()).of(EXAMPLES[0])
    began = time.perf_counter()
    again = PaintedExamples(paint, tmp_path, frozenset()).of(EXAMPLES[0])
    assert time.perf_counter() - began < 3
    assert painted == [EXAMPLES[0].path.stem]
    assert (again.result == first.result).all()


def test_an_example_is_painted_anew_when_its_weights_change(tmp_path):
    painted = []

    def paint(photo, settings):
        painted.append(photo.name)
        return Pipeline()(photo, settings, models=None)

    PaintedExamples(paint, tmp_path, frozenset()).of(EXAMPLES[0])
    PaintedExamples(paint, tmp_path, frozenset({"gfpgan"})).of(EXAMPLES[0])
    assert len(painted) == 2
    assert len(list(tmp_path.iterdir())) == 1


# The whole page


SAID = (
    "points", "box", "faces", "kept", "style", "other_style", "style_share", "style_mask",
    "timelapse_seconds",
)  # fmt: skip


def test_paint_parse_and_video_are_public_and_paints_fields_are_the_settings(served):
    described = served.view_api(return_format="dict")
    assert list(described["named_endpoints"]) == ["/paint", "/parse", "/video"]
    fields = described["named_endpoints"]["/paint"]["parameters"]
    assert [field["parameter_name"] for field in fields] == [
        "photo",
        *(option.flag for option in OPTIONS),
        *SAID,
    ]
    assert [field["parameter_default"] for field in fields[1:]] == [
        *(option.default for option in OPTIONS),
        *[None] * (len(SAID) - 3),
        0.5,
        None,
        None,
    ]
    assert all(
        option.help in field["type"]["description"]
        for option, field in zip(OPTIONS, fields[1 : -len(SAID)], strict=True)
    )


def test_the_client_gets_a_full_size_png_and_a_report(served, photo):
    file, report, film = served.predict(
        photo=handle_file(photo), brush=2, size="photo", api_name="/paint"
    )
    assert read_settings(Path(file)) == (Settings.from_flat(brush=2.0, size="photo"), ())
    assert (np.asarray(Image.open(file)) == 255 - np.asarray(Image.open(photo))).all()
    assert film is None
    assert report["settings"]["brush"] == 2
    assert report["weights"] == [{"name": "stand-in", "sha256": "0" * 64, "unpinned": False}]


def test_the_client_gets_classes_and_their_shares(served, photo):
    file, report = served.predict(photo=handle_file(photo), api_name="/parse")
    picture = Image.open(file)
    assert (picture.mode, picture.size) == ("P", Image.open(photo).size)
    assert (np.asarray(picture) == 1).all(), "the stand-in sees a person everywhere"
    assert report["classes"]["person"] == 1
    assert (report["faces"], sum(report["classes"].values())) == ([], 1)


@pytest.mark.parametrize("name", ["x" * 300, "../../etc", ""])
def test_whatever_a_program_calls_its_photo_its_classes_have_a_file(service, photo, name):
    file, _ = parsing(service)({"path": str(photo), "orig_name": f"{name}.png"})
    assert Path(file).name.endswith("-classes.png")
    assert Path(file).parent.parent == private_folder().parent


@pytest.mark.parametrize(
    ("bad", "said"),
    [
        ({"brush": 99}, "0.1 to 3"),
        ({"keep": "nose"}, "face, hair, person"),
        ({"paint": 1}, "on or off"),
        ({"timelapse_seconds": 3}, "5 to 60"),
        ({"timelapse_seconds": 9, "painter": "network"}, "painter='strokes'"),
    ],
)
def test_the_client_is_told_the_range(served, photo, bad, said):
    with pytest.raises(AppError, match=said):
        served.predict(photo=handle_file(photo), api_name="/paint", **bad)


def test_the_page_fetches_nothing_from_elsewhere():
    assert "http" not in theme.CSS + theme.HEAD
    assert theme.theme()._stylesheets == []


def test_the_page_is_built_before_a_network_library_is_loaded():
    code = (
        "import app, sys; app.build(app.PaintService()); "
        "print([m for m in ('torch', 'openvino', 'pipeline.paint') if m in sys.modules])"
    )
    run = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert run.stdout.strip().endswith("[]")


def test_a_missing_share_link_is_said(monkeypatch, caplog):
    monkeypatch.setattr(sys, "argv", ["app.py", "--share"])
    monkeypatch.setattr(gr.Blocks, "launch", lambda *_, **__: (None, "http://localhost", None))
    monkeypatch.setattr(gr.Blocks, "block_thread", lambda *_: None)
    monkeypatch.setattr(app.startup, "start", lambda *_: None)
    app.main()
    assert "no live link" in caplog.text
