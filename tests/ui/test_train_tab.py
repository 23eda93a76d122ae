"""The tab "Train a style": what it shows of a training, and what its buttons do."""

from dataclasses import replace

import gradio as gr
import pytest

from pipeline.runtime.own_files import styles_folder
from pipeline.runtime.portrait_style_files import write
from tests.page import components, handlers_of, private, visitor  # noqa: F401 - a fixture
from training.told_progress import Progress, tell
from ui import train_tab, trainings
from ui.train_tab import Shown

ASKED = trainings.Asked("My own", 10.0)
GOOD = tuple((f"{n}.png", "", "", "tile") for n in range(5))
BAD = (("<b>bad</b>.png", "no face was found in it", "", ""),)


def shown(phase, *, alive=False, done=0.5, looks=GOOD, said="", file="", left=100.0):
    return Shown(Progress(phase, done, left, said, 3), alive, looks, ASKED, "sheet", file)


def seen(what):
    tab = components().train_tab
    found = train_tab.view(tab, what)
    buttons = {name: found[getattr(tab, name)]["visible"]
               for name in ("begin", "stop", "discard", "download", "install")}  # fmt: skip
    return [name for name, visible in buttons.items() if visible], found, tab


def kept(training):
    """Let a training have learned all that it was given time for."""
    training.run.mkdir(exist_ok=True)
    tell(training.run, Progress("kept", 1.0))


@pytest.fixture
def style(tmp_path):
    """Write a style of one's own that has learned nothing yet."""
    from pipeline.nets.tps_generator import TpsGenerator

    file = tmp_path / "given.safetensors"
    write(file, TpsGenerator().state_dict(), name="mine", label="My own")
    return file


@pytest.mark.parametrize(
    ("what", "buttons"),
    [
        (Shown(), []),
        (Shown(alive=True), ["discard"]),
        (shown("looking", alive=True), ["discard"]),
        (shown("looked", done=1.0), ["begin", "discard"]),
        (shown("looked", said="Add more."), ["discard"]),
        (shown("learning", alive=True), ["stop", "discard"]),
        (shown("learning"), ["begin", "discard"]),
        (shown("failed", said="The disk is full."), ["begin", "discard"]),
        (shown("kept", file="f", done=0.4), ["begin", "discard", "download", "install"]),
        (shown("kept", file="f", done=1.0), ["discard", "download", "install"]),
    ],
)
def test_each_state_has_its_buttons(what, buttons):
    assert seen(what)[0] == buttons


def test_what_is_left_out_is_named_and_no_name_is_html():
    html = train_tab.faces_of(shown("looked", looks=GOOD + BAD))
    assert "5 faces to learn from" in html
    assert "1 left out" in html
    assert "&lt;b&gt;bad&lt;/b&gt;.png" in html
    assert "<b>bad</b>" not in html


def test_pictures_with_one_reason_are_named_together():
    copies = tuple((f"{n}.png", "it is a copy of 0.png", "", "") for n in range(19))
    html = train_tab.faces_of(shown("looked", looks=copies))
    assert "19 left out" in html
    assert "<b>0.png</b>, <b>1.png</b> and 17 more: it is a copy of 0.png" in html


def test_too_few_pictures_and_failures_are_said():
    for phase in ("looked", "failed"):
        _, found, tab = seen(shown(phase, said="Add more & more."))
        assert "Add more &amp; more." in found[tab.notes]


@pytest.mark.parametrize(("left", "said"), [(None, "50%"), (20, "about 1 min"),
                                            (600, "about 10 min")])  # fmt: skip
def test_the_time_left_is_said(left, said):
    assert said in train_tab.doing_of(shown("learning", alive=True, left=left))


def test_while_faces_are_looked_for_it_is_said_of_how_many_pictures():
    at_first = Shown(alive=True, given=12)
    assert "Getting ready to look at 12 pictures" in train_tab.doing_of(at_first)
    later = Shown(Progress("looking", 5 / 12), alive=True, looks=GOOD, given=12)
    assert "Looking for faces: 5 of 12 pictures" in train_tab.doing_of(later)


def test_an_interrupted_training_can_be_gone_on_with():
    _, found, tab = seen(shown("learning"))
    assert found[tab.begin]["value"] == "Go on"
    assert "interrupted at 50%" in found[tab.doing]


def test_what_is_seen_already_is_not_sent_again():
    tab, what = components().train_tab, shown("learning", alive=True)
    mark = train_tab.view(tab, what)[tab.seen]
    assert set(train_tab.view(tab, what, mark)) == {tab.doing, tab.samples}


def test_a_style_that_is_dropped_in_is_installed_after_checks(service, style, tmp_path):
    handlers = handlers_of(service)
    handlers.install_file(str(style))
    assert (styles_folder() / "mine.safetensors").read_bytes() == style.read_bytes()
    handlers.install_file(str(style))  # the same again is fine
    letter = tmp_path / "letter.safetensors"
    letter.write_text("Dear Theo")
    with pytest.raises(gr.Error, match="Ask for the file again") as refused:
        handlers.install_file(str(letter))
    assert "python -m" not in str(refused.value.message)


def test_nobody_replaces_anothers_style(service, style):
    handlers = handlers_of(service)
    handlers.install_file(str(style))
    there = styles_folder() / "mine.safetensors"
    before = there.read_bytes()
    from pipeline.nets.tps_generator import TpsGenerator

    write(style, TpsGenerator().state_dict(), name="mine", label="Another")
    with pytest.raises(gr.Error, match="another style of the name"):
        handlers.install_file(str(style))
    assert there.read_bytes() == before


def test_a_training_replaces_what_it_added_itself(service, style, monkeypatch):
    from pipeline.nets.tps_generator import TpsGenerator

    handlers, tab = handlers_of(service), components().train_tab
    training, secret = service.trainings.open()
    for _ in range(2):
        file = training.folder / "mine.safetensors"
        write(file, TpsGenerator().state_dict(), name="mine", label="My own")
        kept(training)
        found = handlers.find_training(visitor("anna"), secret)
        assert found[tab.install]["interactive"]
        assert found[tab.notes]
        added = handlers.install_training(secret)
        assert "My own" in added[tab.notes]
        assert not added[tab.install]["interactive"]
        found = handlers.find_training(visitor("anna after a reload"), secret)
        assert found[tab.install] == {**added[tab.install], "visible": True}
        assert found[tab.notes] == ""
        assert (styles_folder() / "mine.safetensors").read_bytes() == file.read_bytes()


def test_a_secret_that_is_nobodys_shows_nothing(service):
    handlers, tab = handlers_of(service), components().train_tab
    assert handlers.find_training(visitor("anna"), "0" * 32) == {tab.key: ""}
    with pytest.raises(gr.Error, match="no longer here"):
        handlers.begin_training(visitor("anna"), "0" * 32, "x", "painted", 10)
    found = handlers.follow_training(visitor("anna"), "0" * 32, None)
    assert found[tab.key] == ""


def test_no_pictures_and_spaces_are_refused(service, monkeypatch):
    handlers = handlers_of(service)
    with pytest.raises(gr.Error, match="No pictures"):
        handlers.add_portraits(visitor("anna"), None, "")
    monkeypatch.setenv(trainings.SPACE, "somebody/portraits")
    with pytest.raises(gr.Error, match="on this Space"):
        handlers.add_portraits(visitor("anna"), ["x"], "")


def test_pictures_are_looked_at_by_a_process_and_found_after_a_reload(
    service, tmp_path, monkeypatch
):
    monkeypatch.setattr(trainings, "COMMAND", "tests.slow_training")
    files = [tmp_path / f"{number}.png" for number in range(5)]
    for file in files:
        file.write_bytes(b"x")
    handlers, tab = handlers_of(service), components().train_tab
    found = handlers.add_portraits(visitor("anna"), [str(file) for file in files], "")
    secret = found[tab.key]
    training = service.trainings.find(secret)
    assert "Getting ready to look at 5 pictures" in found[tab.doing]
    service.trainings._processes[training.folder].wait()
    again = handlers.find_training(visitor("anna after a reload"), secret)
    assert again[tab.key] == secret
    assert training.progress.phase == "looked"
    handlers.discard_training(secret, sure=False)  # nothing was learned yet
    assert not training.folder.exists()


def test_what_was_learned_goes_only_when_it_was_asked(service):
    handlers, tab = handlers_of(service), components().train_tab
    training, secret = service.trainings.open()
    (training.folder / trainings.ASKED).write_text('{"label": "My own", "minutes": 10}')
    asked = handlers.discard_training(secret, sure=False)
    assert training.folder.exists()
    assert asked[tab.sure]
    assert asked[tab.discard]["value"] == train_tab.SURE
    after = handlers.discard_training(secret, sure=True)
    assert not training.folder.exists()
    assert after[tab.sure] is False
    assert after[tab.name] == ""


def test_how_it_was_begun_is_shown_again():
    tab = components().train_tab
    for printed, made in ((False, train_tab.PAINTED), (True, train_tab.PRINTED)):
        asked = replace(ASKED, printed=printed)
        assert train_tab.view(tab, Shown(asked=asked))[tab.made] == made
