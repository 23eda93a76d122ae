"""The box "Ways to outline", with a stand-in: what it asks for, shows and refuses."""

from pathlib import Path

import gradio as gr
import numpy as np
import pytest
from PIL import Image

from pipeline.compare import Comparison, check
from pipeline.settings import COMPARED, Settings
from pipeline.steps.versions import Version
from pipeline.types import Cancelled, Progress
from tests.page import DEFAULTS, NO_STYLES, Pipeline, components, handlers_of, private, visitor  # noqa: F401 - `private` is a fixture
from ui import available
from ui.outlines_box import lay_out, view
from ui.progress import DOING
from ui.service import PaintService
from ui.service.comparing import outline
from ui.widgets import to_widgets

PICTURE = np.full((40, 60, 3), 0.5, np.float32)


class Compare:
    """Remembers how it was asked."""

    def __init__(self):
        self.asked = []

    def __call__(self, photo, settings, segmenters, *, models, styles, drawn, report, cache):
        check(segmenters, settings)
        self.asked.append((photo.name, settings, segmenters, cache))
        report(Progress("paint", 0.3, PICTURE))
        report(Progress("segment", 0.6))
        versions = tuple(
            Version(name, PICTURE, None, 10_050_000, 0.25, 0.987) for name in segmenters
        )
        return Comparison(
            PICTURE,
            PICTURE,
            restored=False,
            versions=versions,
            notes=("Nothing was restored: no network. Put it at /secret/place.",),
        )


@pytest.fixture
def compare():
    return Compare()


@pytest.fixture
def service(compare):
    return PaintService(paint=Pipeline(), models=object(), compare=compare)


@pytest.fixture
def photo(tmp_path):
    path = tmp_path / "someone.png"
    Image.fromarray(np.random.default_rng(0).integers(0, 256, (40, 60, 3), np.uint8)).save(path)
    return path


def outlined_by(service, photo, segmenters=("unet", "unet_whole"), who="anna"):
    return outline(
        service,
        who,
        photo,
        "someone",
        Settings.from_flat(brush=2.0),
        segmenters,
        lambda done, text: None,
    )


def test_each_version_has_a_picture_with_its_facts(service, photo, compare):
    outlined = outlined_by(service, photo)
    captions = [caption for _, caption in outlined.pictures]
    assert captions[:2] == ["Original", "Painted, not restored\nnothing kept"]
    assert captions[2].startswith("U-Net, face by face\n10.05 M parameters\n0.25 s\n")
    assert captions[3].endswith("IoU with the U-Net 0.987")
    assert all(Image.open(path).size == (60, 40) for path, _ in outlined.pictures)
    assert compare.asked == [
        (
            "someone",
            Settings.from_flat(brush=2.0),
            ("unet", "unet_whole"),
            service.sessions.of("anna").cache,
        )
    ]
    assert outlined.notes == ("Nothing was restored: no network.",)


def test_the_sheet_is_a_png_in_the_visitors_own_folder_and_goes_with_the_session(service, photo):
    first, second = Path(outlined_by(service, photo).sheet), Path(outlined_by(service, photo).sheet)
    assert second.name == "someone-compared.png"
    assert Image.open(second).format == "PNG"
    assert not first.exists(), "only the last one is kept"
    ben = Path(outlined_by(service, photo, who="ben").sheet)
    assert ben.parents[1] != second.parents[1]
    assert second.parents[1] == service.sessions.of("anna").folder
    service.sessions.leave("anna")
    assert (second.exists(), ben.exists()) == (False, True)


@pytest.mark.parametrize("failing", [False, True])
def test_what_was_painted_so_far_is_hidden_once_it_is_over(service, photo, compare, failing):
    handlers, seen = handlers_of(service), []
    ask = compare.__call__

    def asked(*inputs, **how):
        outlined = ask(*inputs, **how)
        told = handlers.tick(visitor("anna"))
        seen.append([told[each] for each in components().tellers])
        if failing:
            raise Cancelled
        return outlined

    service._compare = asked
    handlers.watch(components().comparison.doing)(visitor("anna"))
    values = {"path": str(photo)}, ["unet"], *NO_STYLES, *DEFAULTS
    handlers.outline(visitor("anna"), *values)
    after = handlers.tick(visitor("anna"))
    easel, tab, film = seen[0]
    assert str(DOING["segment"]) in tab
    assert not easel
    assert not film
    assert not any(after[each] for each in components().tellers)
    assert session_of(service).run.awaited is None


def session_of(service):
    return service.sessions.of("anna")


def test_the_page_shows_pictures_sheet_and_notes(service, photo):
    values = handlers_of(service).outline(
        visitor("anna"),
        {"path": str(photo)},
        ["unet"],
        *NO_STYLES,
        *DEFAULTS,
    )
    box = components().comparison.outlines
    notes, pictures, sheet = (values[part] for part in (box.notes, box.pictures, box.sheet))
    assert "Nothing was restored" in notes
    assert (pictures.visible, len(pictures.value)) == (True, 3)
    assert sheet.visible
    assert [part.visible for part in view(box, None).values()] == [False, False]


@pytest.mark.parametrize(
    ("photo_field", "segmenters", "said"),
    [
        (None, ["unet"], "no photo yet"),
        ("photo", [], "Name one segmenter"),
        ("photo", None, "Name one"),
        ("photo", ["eye"], "'eye'"),
    ],
)
def test_what_cannot_be_compared_is_said(service, photo, photo_field, segmenters, said):
    field = {"path": str(photo)} if photo_field else None
    with pytest.raises(gr.Error, match=said):
        handlers_of(service).outline(visitor("anna"), field, segmenters, *NO_STYLES, *DEFAULTS)


def test_a_network_that_is_not_here_is_said(service, photo):
    values = to_widgets(Settings.from_flat(weights="embedded"))
    with pytest.raises(gr.Error, match="sam_vit_h was chosen"):
        handlers_of(service).outline(
            visitor("anna"),
            {"path": str(photo)},
            ["sam_vit_h"],
            *NO_STYLES,
            *values,
        )


def test_a_cancelled_comparison_changes_nothing(photo):
    def compare(*_, report, **__):
        service.sessions.of("anna").run.stop.set()
        report(Progress("segment", 0.9))

    service = PaintService(paint=Pipeline(), models=object(), compare=compare)
    values = handlers_of(service).outline(
        visitor("anna"),
        {"path": str(photo)},
        ["unet"],
        *NO_STYLES,
        *DEFAULTS,
    )
    assert values == gr.skip()


def test_only_what_is_at_hand_can_be_ticked_and_the_usual_is(monkeypatch):
    with gr.Blocks():
        monkeypatch.setattr(
            available, "is_available", lambda network: network in (None, "sam_light")
        )
        box = lay_out()
        assert [choice for _, choice in box.segmenters.choices] == [
            "unet",
            "unet_whole",
            "sam_light",
        ]
        assert set(box.segmenters.value) == set(COMPARED)
        monkeypatch.setattr(available, "is_available", lambda network: network is None)
        assert lay_out().segmenters.value == ["unet"]
