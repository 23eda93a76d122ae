"""The tab "Film": what is painted of a film, how far it is, and what is said."""

from pathlib import Path

import gradio as gr
import pytest

from pipeline.settings import Settings
from pipeline.types import Cancelled
from pipeline.variants import FAST_STYLES, PAINTERS, PORTRAIT_STYLES
from pipeline.video.paint import FilmProgress
from pipeline.video.read import open_film
from pipeline.video.write import pictures_in
from tests.page import (  # noqa: F401 - `private` is a fixture
    DEFAULTS,
    NO_STYLES,
    Pipeline,
    components,
    handlers_of,
    private,
    visitor,
)
from tests.video.films import film_at, grays
from tests.video.models import FilmModels, film_file, pictures
from ui import film_tab, style_box
from ui.handlers.filming import NO_FILM
from ui.service import PaintService
from ui.service.filming import paint_film, teller

STYLE = list(FAST_STYLES)[2]


@pytest.fixture
def service():
    return PaintService(paint=Pipeline(), models=FilmModels())


@pytest.fixture
def film(tmp_path):
    return film_file(tmp_path / "me.mp4", 4, 12)


def painted(service, path, way="fast", start=0, end=0, act="paint_film"):
    field = path and {"video": {"path": str(path), "orig_name": path.name}}
    updates = getattr(handlers_of(service), act)(
        visitor("anna"), field, way, STYLE, start, end, *NO_STYLES, *DEFAULTS
    )
    return updates, components().film_tab


def test_every_painter_of_films_can_be_chosen_and_styles_where_they_mean_something():
    keys = [key for _, key in film_tab.WAYS]
    assert keys == list(PAINTERS)
    shown = [
        [each["visible"] for each in film_tab.unfold(way, "strokes", "monet", "")[:2]]
        for way in ("fast", "tps", "strokes", "portrait-aware")
    ]
    assert shown == [[True, False], [True, False], [False, False], [False, True]]


def test_the_pictures_box_says_what_a_picture_is_for():
    film, light = (
        film_tab.unfold(way, "strokes", "picture", "")[2:] for way in ("portrait-aware", "strokes")
    )
    assert film == style_box.titled(like=True)
    assert light == style_box.titled(like=False)
    assert film[0]["label"] != light[0]["label"]
    assert [each["icon"] for each in light[1:]] == [str(e.path) for e in style_box.GALLERY.values()]


def test_what_a_film_is_painted_like_is_of_its_own_painter():
    fast, portraits = (film_tab.unfold(way, "strokes", "monet", "")[0] for way in ("fast", "tps"))
    assert [value for _, value in fast["choices"]] == list(FAST_STYLES)
    assert portraits["value"] in PORTRAIT_STYLES
    how = film_tab.settings_for(Settings(), "tps", portraits["value"])
    assert (how.paint.painter, how.paint.portrait_style) == ("tps", portraits["value"])
    assert film_tab.settings_for(Settings(), "strokes", portraits["value"]) == Settings()
    with pytest.raises(ValueError, match="portrait_style is one of vangogh"):
        film_tab.settings_for(Settings(), "tps", "Nobody's")


def test_a_film_is_painted_into_the_visitors_own_folder(service, film):
    updates, tab = painted(service, film)
    path = Path(updates[tab.painted])
    assert path.parent == service.sessions.of("anna").folder
    assert path.name.startswith("me-painted")
    assert pictures_in(path) == 12
    # What was shown on the way is swept later; on a slow machine there was time to show some.
    left = [each.name for each in path.parent.iterdir() if "so-far" not in each.name]
    assert left == [path.name]
    models = service.pipeline()[1]
    assert models.mix[0, list(FAST_STYLES).index(STYLE)] == 1


def test_two_seconds_show_how_it_will_look_until_all_of_it_is_painted(service, film):
    updates, tab = painted(service, film, start=0.5, act="sample_film")
    sample = Path(updates[tab.painted])
    assert open_film(sample).seconds == pytest.approx(2, abs=0.01)
    updates, tab = painted(service, film)
    assert Path(updates[tab.painted]).exists()
    assert not sample.exists()


def test_of_a_large_film_a_smaller_one_shows_how_it_will_look(service, film, monkeypatch):
    whole, tab = painted(service, film)
    assert "first look" not in str(whole[tab.notes])
    size = open_film(film).size
    monkeypatch.setattr(film_tab, "TRIED_PX", max(size) // 2)
    updates, tab = painted(service, film, act="sample_film")
    found = open_film(Path(updates[tab.painted]))
    assert found.size == tuple(n // 2 for n in size)
    assert f"The long side of this preview has {max(size) // 2} px" in str(updates[tab.notes])


def test_without_a_film_one_is_asked_for(service, film):
    with pytest.raises(gr.Error, match=str(NO_FILM)):
        painted(service, None)
    check = handlers_of(service).check_film
    with pytest.raises(gr.Error, match=str(NO_FILM)):
        check(None)
    check({"video": {"path": str(film), "orig_name": film.name}})


def test_what_is_no_film_is_said_in_a_line(service, tmp_path):
    path = tmp_path / "letter.mp4"
    path.write_text("Dear Claude")
    with pytest.raises(gr.Error, match=r"letter\.mp4 is no film"):
        painted(service, path)


def test_a_long_film_is_painted_in_parts(service, film, monkeypatch):
    monkeypatch.setattr("ui.service.filming.MOST_S", 2)
    with pytest.raises(gr.Error, match="At most 2 seconds"):
        painted(service, film)
    updates, tab = painted(service, film, start=1, end=3)
    assert pictures_in(Path(updates[tab.painted])) == 8


def test_of_a_film_that_does_not_say_how_long_it_is_a_part_is_painted_and_it_is_said(
    service, tmp_path, monkeypatch
):
    live = {"live": "1"}  # as browsers record
    path = film_at(tmp_path / "me.webm", grays(20), rate=5, codec="libvpx-vp9", file_options=live)
    assert open_film(path).seconds is None
    updates, tab = painted(service, path)
    assert pictures_in(Path(updates[tab.painted])) == 20
    assert "60 seconds of it are painted at most" in str(updates[tab.notes])
    monkeypatch.setattr("ui.service.filming.MOST_S", 2)
    updates, tab = painted(service, path, start=0.4)
    assert pictures_in(Path(updates[tab.painted])) == 10
    with pytest.raises(gr.Error, match="At most 2 seconds"):
        painted(service, path, end=3)


def test_an_end_before_the_start_is_refused(service, film):
    with pytest.raises(gr.Error, match="not after its start"):
        painted(service, film, start=2, end=1)


def test_a_way_that_wants_a_picture_asks_for_one(service, film):
    with pytest.raises(gr.Error, match="Wanted a picture to paint like"):
        painted(service, film, way="portrait-aware")


@pytest.mark.parametrize(("given", "read"), [((0, 0), (0.0, None)), ((None, None), (0.0, None)),
                                             ((1.5, 4), (1.5, 4.0))])  # fmt: skip
def test_an_end_of_0_is_the_films_own(given, read):
    assert film_tab.span_of(*given) == read


@pytest.mark.parametrize("value", [-1, "soon", True])
def test_seconds_that_are_none_are_refused(value):
    with pytest.raises(ValueError, match="Seconds from 0 on"):
        film_tab.span_of(value, None)


def test_the_time_left_is_told_and_only_falls(service, monkeypatch):
    now = [100.0]
    monkeypatch.setattr("ui.service.filming.time.monotonic", lambda: now[0])
    session, said = service.sessions.of("anna"), []
    tell = teller(session, lambda done, text: said.append((done, text)))
    picture = pictures(1)[0]
    for number in range(1, 41):
        now[0] += 1.0 if number > 20 else 0.5
        tell(FilmProgress(number, 40, picture))
    left = [int(text.split("about ")[1].split()[0]) for _, text in said if "about" in text]
    assert left == sorted(left, reverse=True)
    assert "Picture 12 of 40, 2.0 a second, about 14 s left" in [text for _, text in said]
    assert session.film.preview is not None


def test_where_pictures_take_long_the_time_left_is_told_sooner(service, monkeypatch):
    now = [100.0]
    monkeypatch.setattr("ui.service.filming.time.monotonic", lambda: now[0])
    said = []
    tell = teller(service.sessions.of("anna"), lambda done, text: said.append(text))
    for number in range(1, 4):
        now[0] += 3.0
        tell(FilmProgress(number, 10, pictures(1)[0]))
    assert ["about" in text for text in said] == [False, False, True]


def test_what_else_is_asked_for_ends_no_film_but_cancel_does(service, film, monkeypatch):
    handlers, told, seen = handlers_of(service), [], []
    parts = components()
    tab = parts.film_tab

    def meanwhile(service, session_id, *_, **__):
        tell = teller(service.sessions.of(session_id), lambda done, text: told.append(text))
        for act in (
            handlers.watch(tab.doing),
            handlers.drop,
            handlers.cancel,
            handlers.cancel_film,
        ):
            act(visitor(session_id))
            tell(FilmProgress(1, 40, pictures(1)[0]))
            seen.append(handlers.tick(visitor(session_id)))

    monkeypatch.setattr("ui.service.filming.paint_film", meanwhile)
    updates, _ = painted(service, film)
    assert updates == gr.skip()
    assert len(told) == len(seen) == 3
    assert all(each[tab.doing] and not each[parts.doing] for each in seen)
    assert service.sessions.of("anna").film.awaited is None


def test_a_painting_beside_a_film_is_told_of_by_itself(service, film, monkeypatch):
    handlers, parts, seen = handlers_of(service), components(), []

    def meanwhile(service, session_id, *_, **__):
        session = service.sessions.of(session_id)
        tell = teller(session, session.film.move)
        session.run.ask(paints=True)
        session.run.awaited -= 1
        tell(FilmProgress(3, 40, pictures(1)[0]))
        seen.append(handlers.tick(visitor(session_id)))
        handlers.cancel_film(visitor(session_id))
        tell(FilmProgress(4, 40, pictures(1)[0]))

    handlers.watch(parts.film_tab.doing)(visitor("anna"))
    monkeypatch.setattr("ui.service.filming.paint_film", meanwhile)
    painted(service, film)
    assert "Picture 3 of 40" in seen[0][parts.film_tab.doing]
    assert "Beginning" in seen[0][parts.doing]
    assert "<img" not in seen[0][parts.doing]
    assert service.sessions.of("anna").run.awaited is not None, "it goes on"
    assert service.sessions.of("anna").film.awaited is None


def test_cancel_ends_it_and_leaves_no_file(service, film):
    session = service.sessions.of("anna")

    def bar(done, text):
        session.film.stop.set()

    with pytest.raises(Cancelled):
        paint_film(
            service, "anna", film, film_tab.settings_for(Settings(), "fast", STYLE), 0, None, bar
        )
    assert not list(session.folder.glob("*.mp4"))


@pytest.mark.parametrize(
    ("painter", "like"), [("tps", "ukiyoe"), ("fast", STYLE), ("strokes", None)]
)
def test_a_film_is_painted_in_the_look_that_is_chosen(painter, like):
    way, style = film_tab.follow(painter, STYLE, "ukiyoe")
    assert way["value"] == painter
    assert style["visible"] == (like is not None)
    assert style.get("value") == like
    other = film_tab.follow_style("fast" if painter == "tps" else "tps", painter, "ukiyoe")
    assert not any("value" in each for each in other), "another painter's style changes nothing"
    shown = film_tab.unfold(painter, painter, "monet", like or "")[0]
    assert shown.get("value") == like, "choosing a way keeps what it paints like"
