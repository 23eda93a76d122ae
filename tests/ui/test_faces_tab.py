"""The tab "Faces": what a click on a face does, what it shows, what is refused; with stand-ins."""

from dataclasses import replace

import gradio as gr
import numpy as np
import pytest
from gradio_client import handle_file

from pipeline.io.image_files import read_photo
from pipeline.settings import Settings
from pipeline.stages.restore.select_faces import choose, face_at
from pipeline.types import Prompt, RestorationPlan
from tests.page import (  # noqa: F401 - `private` is a fixture
    SIZE,
    Pipeline,
    at,
    components,
    handlers_of,
    painted_again,
    pixels,
    private,
    someone,
    state_by,
    state_in,
    visitor,
)
from tests.stages.restore.test_select_faces import face_in
from ui import faces_tab
from ui.correct_tab import ADD
from ui.face_frames import ALONE_COLOR, brief, describe_faces, draw_faces, with_face
from ui.pointing import ADD_COLOR
from ui.service import STILL, PaintService

FACES = (face_in(60, 80, 90), face_in(150, 220, 70))


class Restoring(Pipeline):
    """Restores each face to a white box, by its weight."""

    def __call__(self, photo, settings, *, prompt=Prompt(), **how):  # noqa: B008 - frozen
        prompt.check(photo.pixels.shape[:2])
        painting = super().__call__(photo, settings, **how)
        which, weight = settings.restore.faces, settings.restore.weight
        plans = choose(painting.original, FACES, prompt.faces, which=which, weight=weight)
        restored = painting.original.copy()
        for face, plan in zip(FACES, plans, strict=True):
            x0, y0, x1, y1 = (round(v) for v in face.box)
            restored[y0:y1, x0:x1] += plan.weight * (1 - restored[y0:y1, x0:x1])
        return replace(
            painting,
            restored=restored,
            result=restored,
            faces=FACES,
            plans=plans,
            prompt=prompt,
            hints=(),
            skipped={},
        )


@pytest.fixture
def photo(tmp_path):
    return someone(tmp_path)


@pytest.fixture
def service():
    return PaintService(paint=Restoring(), models=object())


def weights(state):
    return [plan.weight for plan in state.plans]


def test_a_click_on_a_face_restores_it_by_the_slider_and_a_second_one_takes_that_back(
    service, photo
):
    handlers, first = handlers_of(service), state_by(service, photo)
    assert weights(first) == [0.5, 0.5]
    once = state_in(handlers.click_face(visitor("anna"), at(60, 80), first, 1.0))
    both = state_in(handlers.click_face(visitor("anna"), at(150, 220), once, 0))
    assert weights(once) == [1, 0.5]
    assert weights(both) == [1, 0]
    assert pixels(once.after)[80, 60].min() == 255
    assert pixels(first.after)[80, 60].min() < 255
    for i, stage in enumerate(stage for stage, _, _ in once.stages):
        assert (once.stages[i][1] != first.stages[i][1]) == (
            stage in ("parse", "restore", "segment", "blend")
        )
    assert weights(state_in(handlers.click_face(visitor("anna"), at(70, 90), both, 1.0))) == [
        0.5,
        0,
    ], "again, elsewhere on the face"
    assert weights(state_in(handlers.click_face(visitor("anna"), at(70, 90), both, 0.8))) == [
        0.8,
        0,
    ]
    assert weights(state_in(handlers.undo(visitor("anna"), both))) == [1, 0.5]
    none = state_in(handlers.clear_faces(visitor("anna"), both))
    assert weights(none) == [0.5, 0.5]
    assert (pixels(none.framed) == pixels(first.framed)).all()


def test_faces_and_corrections_are_cleared_apart(service, photo):
    handlers = handlers_of(service)
    state = state_in(
        handlers.click_face(visitor("anna"), at(60, 80), state_by(service, photo), 1.0)
    )
    state = state_in(handlers.click(visitor("anna"), at(30, 50), state, ADD))
    corrected, faces = (
        state_in(clear(visitor("anna"), state)).prompt
        for clear in (handlers.clear_faces, handlers.clear)
    )
    assert (len(corrected.points), len(corrected.faces)) == (1, 0)
    assert (len(faces.points), len(faces.faces)) == (0, 1)


def test_painting_the_same_photo_again_remembers_the_faces(service, photo):
    handlers = handlers_of(service)
    state = state_in(
        handlers.click_face(visitor("anna"), at(60, 80), state_by(service, photo), 1.0)
    )
    again = painted_again(handlers, photo, state)
    assert weights(again) == [1, 0.5]
    assert STILL in again.notes


def test_the_download_follows_the_faces(service, photo):
    state = state_in(
        handlers_of(service).click_face(visitor("anna"), at(60, 80), state_by(service, photo), 1.0)
    )
    assert pixels(service.write_full_size("anna", state))[80, 60].min() == 255


@pytest.mark.parametrize(
    ("where", "weight", "said"),
    [((190, 10), 0.5, "no face there"), ((60, 80), 2, "from 0 to 1"), ((60, 80), None, "0 to 1")],
)
def test_a_click_beside_a_face_and_a_weight_that_is_none_are_refused(
    service, photo, where, weight, said
):
    with pytest.raises(gr.Error, match=said):
        handlers_of(service).click_face(
            visitor("anna"), at(*where), state_by(service, photo), weight
        )


def test_clicks_before_a_painting_do_nothing(service):
    handlers = handlers_of(service)
    for values in (
        handlers.click_face(visitor("anna"), at(1, 1), None, 0.5),
        handlers.clear_faces(visitor("anna"), None),
    ):
        assert values == gr.skip()


def test_a_face_at_the_photos_edge_can_be_clicked():
    prompt = with_face(Prompt(), (face_in(0, 0, 60),), (3.0, 4.0), 0.7)
    prompt.check((100, 100))
    assert prompt.faces == ((3.0, 4.0, 0.7),)
    assert face_at((face_in(0, 0, 60),), *prompt.faces[0][:2]) == 0


def test_frames_say_what_is_done_with_each_face(photo):
    painting = Restoring()(
        read_photo(photo), Settings(), models=None, prompt=Prompt(faces=((60.0, 80.0, 0.0),))
    )
    drawn = draw_faces(painting)
    assert drawn.shape == (*SIZE, 3)
    x0, _, _, y1 = (round(v) for v in FACES[0].box)
    assert np.abs(drawn[y1, x0 + 20].astype(int) - ALONE_COLOR).max() < 60
    x0, _, _, y1 = (round(v) for v in FACES[1].box)
    assert np.abs(drawn[y1, x0 + 20].astype(int) - ADD_COLOR).max() < 60
    assert [
        brief(c)
        for c in (
            RestorationPlan(0.5),
            RestorationPlan(0.5, low_confidence=True),
            RestorationPlan(0, "sharp already"),
        )
    ] == [
        "50 %",
        "50 % ?",
        "sharp already",
    ]
    assert describe_faces(
        (RestorationPlan(0.5, low_confidence=True), RestorationPlan(0, "not chosen"))
    ) == (
        "The photo with a frame around each face: face 1 restored by 50 %, low confidence; "
        "face 2 left alone, not chosen."
    )


def test_without_a_restorer_the_tab_says_why_there_is_nothing_to_click(photo):
    tab = components().faces
    state = state_by(PaintService(paint=Pipeline(), models=object()), photo)
    updates = faces_tab.view(tab, state)
    assert updates[tab.hint].value == "<p>Nothing can be restored here. GFPGAN is not here.</p>"
    assert not updates[tab.room].visible
    assert faces_tab.WAITING in faces_tab.view(tab, None)[tab.hint].value


def test_the_client_points_at_faces(served, photo):
    _, report, _ = served.predict(
        photo=handle_file(photo),
        restored_faces="chosen",
        faces=[[60, 80, 0.9], [150, 220, None]],
        api_name="/paint",
    )
    assert report["prompt"]["faces"] == [[60, 80, 0.9], [150, 220, None]]
    assert [face["restoration"] for face in report["faces"]] == [0.9, 0.5]
