"""Faces on the easel: what may be said of one, what that does, what is refused; with stand-ins."""

from dataclasses import replace
from types import SimpleNamespace

import gradio as gr
import pytest
from gradio_client import handle_file

from pipeline.settings import Settings
from pipeline.stages.restore.select_faces import choose
from pipeline.stages.segment.whose import who_stays
from pipeline.types import Prompt
from tests.page import (  # noqa: F401 - `private` is a fixture
    OWN_SIZE,
    SIZE,
    Pipeline,
    handlers_of,
    painted_again,
    pixels,
    pointed,
    private,
    someone,
    state_by,
    state_in,
    visitor,
)
from tests.stages.restore.test_select_faces import face_in
from ui.faces import framed, with_face
from ui.service import PaintService
from ui.service.painting import STILL
from ui.service.writing import write_full_size

FACES = (face_in(60, 80, 90), face_in(150, 220, 70))


class Restoring(Pipeline):
    """Restores each face to a white box, by its weight; one that does not stay becomes black."""

    def __call__(self, photo, settings, *, prompt=Prompt(), **how):  # noqa: B008 - frozen
        prompt.check(photo.pixels.shape[:2])
        painting = super().__call__(photo, settings, **how)
        which, weight = settings.restore.faces, settings.restore.weight
        plans = choose(painting.original, FACES, prompt.faces, which=which, weight=weight)
        restored = painting.original.copy()
        for face, plan in zip(FACES, plans, strict=True):
            x0, y0, x1, y1 = (round(v) for v in face.box)
            restored[y0:y1, x0:x1] += plan.weight * (1 - restored[y0:y1, x0:x1])
        result = restored.copy()
        for face, stays in zip(FACES, who_stays(FACES, "all", prompt.kept), strict=True):
            x0, y0, x1, y1 = (round(v) for v in face.box)
            result[y0:y1, x0:x1] *= stays
        return replace(
            painting,
            restored=restored,
            result=result,
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


def say(handlers, state, number, says):
    event = SimpleNamespace(_data={"number": number, "says": says})
    return handlers.choose_face(visitor("anna"), event, state)


def test_each_face_is_restored_as_is_said_of_it(service, photo):
    handlers, first = handlers_of(service), state_by(service, photo)
    assert weights(first) == [0.5, 0.5]
    once = state_in(say(handlers, first, 0, "full"))
    both = state_in(say(handlers, once, 1, "no"))
    assert (weights(once), weights(both)) == ([1, 0.5], [1, 0])
    assert pixels(once.after)[80, 60].min() == 255
    assert pixels(first.after)[80, 60].min() < 255
    for i, stage in enumerate(stage for stage, _, _ in once.stages):
        assert (once.stages[i][1] != first.stages[i][1]) == (
            stage in ("parse", "restore", "segment", "blend")
        )
    usual = state_in(say(handlers, both, 0, "usual"))
    back = state_in(handlers.undo(visitor("anna"), usual))
    before = state_in(handlers.undo(visitor("anna"), back))
    assert [weights(state) for state in (usual, back, before)] == [[0.5, 0], [1, 0], [1, 0.5]]
    assert weights(state_in(handlers.clear(visitor("anna"), before))) == [0.5, 0.5]


def test_one_stays_and_the_others_are_painted(service, photo):
    handlers, both = handlers_of(service), state_by(service, photo)
    alone = state_in(say(handlers, both, 1, "painted"))
    assert alone.stays == (True, False)
    assert alone.stages[0] != both.stages[0]  # strokes are finer where a face stays
    assert pixels(alone.after)[220, 150].max() == 0 < pixels(alone.after)[80, 60].min()
    assert state_in(say(handlers, alone, 1, "stays")).stays == (True, True)
    other = state_in(say(handlers, alone, 1, "only"))
    assert other.stays == (False, True)
    assert pixels(other.after)[80, 60].max() == 0 < pixels(other.after)[220, 150].min()


def test_painting_the_same_photo_again_remembers_the_faces(service, photo):
    handlers = handlers_of(service)
    state = state_in(say(handlers, state_by(service, photo), 0, "full"))
    again = painted_again(handlers, photo, state_in(say(handlers, state, 1, "painted")))
    assert (weights(again), again.stays) == ([1, 0.5], (True, False))
    assert str(STILL) in again.notes


def test_the_download_follows_the_faces(service, photo):
    state = state_in(say(handlers_of(service), state_by(service, photo), 0, "full"))
    assert pixels(write_full_size(service, "anna", state))[80, 60].min() == 255


@pytest.mark.parametrize(
    ("number", "says", "said"),
    [(2, "full", "no such face"), ("0", "full", "no such face"), (0, "nothing", "not 'nothing'")],
)
def test_no_such_face_and_nothing_such_to_say_are_refused(service, photo, number, says, said):
    with pytest.raises(gr.Error, match=said):
        say(handlers_of(service), state_by(service, photo), number, says)


def test_what_is_said_before_a_painting_does_nothing(service):
    assert say(handlers_of(service), None, 0, "full") == gr.skip()


def test_corrections_and_faces_stay_apart(service, photo):
    handlers = handlers_of(service)
    state = state_in(say(handlers, state_by(service, photo), 0, "full"))
    state = state_in(pointed(handlers, state, 30, 50))
    assert (len(state.prompt.points), len(state.prompt.faces)) == (1, 1)


def test_a_face_at_the_photos_edge_can_be_chosen():
    prompt = with_face(Prompt(), (face_in(-40, 10, 60),), (100, 100), 0, "painted")
    prompt.check((100, 100))


def test_frames_lie_on_the_faces_within_the_border_and_say_what_becomes_of_them(service, photo):
    plain = state_by(service, photo, settings=Settings.from_flat(size="photo"))
    first, second = framed(plain)
    x0, y0, _, y1 = FACES[0].box
    assert first["at"]["left"] * SIZE[1] == pytest.approx(x0)
    assert first["at"]["height"] * SIZE[0] == pytest.approx(y1 - y0)
    assert first["says"] == second["says"] == ["stays", "usual"]
    assert first["said"].startswith("stays itself; restored by 50 %")
    state = state_in(say(handlers_of(service), plain, 1, "no"))
    assert framed(state)[1]["said"] == "stays itself; not restored, restoration 0"
    told = framed(replace(state, likeness=(0.934, None)))
    assert told[0]["said"].endswith("; likeness 0.93")
    assert "likeness" not in told[1]["said"]
    bordered = framed(state_by(service, photo, settings=OWN_SIZE.changed(border=10)))[0]
    assert bordered["at"]["width"] < first["at"]["width"]


def test_without_a_restorer_a_face_can_still_be_painted(photo):
    class Plain(Restoring):
        def __call__(self, *args, **how):
            return replace(super().__call__(*args, **how), plans=())

    state = state_by(PaintService(paint=Plain(), models=object()), photo)
    assert [face["restores"] for face in framed(state)] == [False, False]


def test_where_nothing_is_kept_no_face_stays(service, photo):
    state = state_by(service, photo, settings=OWN_SIZE.changed(face_strength=0))
    assert state.stays == (False, False)


def test_the_client_points_at_faces(served, photo):
    _, report, _ = served.predict(
        photo=handle_file(photo),
        restored_faces="chosen",
        faces=[[60, 80, 0.9], [150, 220, None]],
        kept=[[60, 80, False]],
        api_name="/paint",
    )
    assert report["prompt"]["faces"] == [[60, 80, 0.9], [150, 220, None]]
    assert report["prompt"]["kept"] == [[60, 80, False]]
    assert [face["restoration"] for face in report["faces"]] == [0.9, 0.5]
