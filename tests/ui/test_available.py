"""Which segmenters and detectors the page offers, and what becomes of others that are asked for."""

import gradio as gr
import numpy as np

from pipeline.io.encode import encode_png
from pipeline.settings import Settings, options
from tests.page import controls_in, handlers_of, notes_in, private, visitor  # noqa: F401 - `private` is a fixture
from ui import available
from ui.available import available_choices, describe_missing, with_available_choices
from ui.widgets import changed_at_once, from_link, from_widgets, widget

SEGMENTER = next(option for option in options() if option.flag == "segmenter")


def test_only_what_is_at_hand_is_offered_and_the_rest_is_named(monkeypatch):
    monkeypatch.setattr(available, "is_available", lambda network: network in (None, "mobile_sam"))
    assert [choice for _, choice in available_choices(SEGMENTER)] == [
        "unet",
        "unet_whole",
        "mobile_sam",
    ]
    assert isinstance(widget(SEGMENTER), gr.Radio)
    assert "sam_vit_b (375 MB)" in describe_missing()
    assert "mobile_sam" not in describe_missing()
    monkeypatch.setattr(available, "is_available", lambda network: True)
    assert isinstance(widget(SEGMENTER), gr.Dropdown)
    assert describe_missing() == ""


def test_a_link_that_names_what_is_not_here_falls_back_in_a_sentence(monkeypatch, service):
    monkeypatch.setattr(available, "is_available", lambda network: network is None)
    settings, said = with_available_choices(
        from_link(
            {
                "segmenter": "sam_vit_h",
                "detector": "retinaface_resnet50",
                "brush": "2",
                "format": "2",
            }
        )[0]
    )
    assert settings == Settings.from_flat(brush=2.0)
    assert (
        "SAM ViT-H needs sam_vit_h (2565 MB), which is not here; U-Net, face by face is used."
        in said[1]
    )
    assert "RetinaFace ResNet-50" in said[0]
    opened = handlers_of(service).open(visitor("anna", segmenter="sam_vit_h"))
    assert "sam_vit_h" in notes_in(opened)


def test_a_light_segmenter_outlines_at_once_and_a_heavy_one_waits_for_paint():
    assert changed_at_once(
        Settings(), Settings.from_flat(segmenter="unet_whole")
    ) == Settings.from_flat(segmenter="unet_whole")
    assert changed_at_once(
        Settings(), Settings.from_flat(segmenter="sam_vit_h", feather=0.1)
    ) == Settings.from_flat(feather=0.1)


def test_a_picture_that_was_made_with_what_is_not_here_restores_the_rest(
    monkeypatch, service, tmp_path
):
    monkeypatch.setattr(available, "is_available", lambda network: network is None)
    path = tmp_path / "painted.png"
    path.write_bytes(
        encode_png(
            np.zeros((40, 40, 3), np.uint8),
            settings=Settings.from_flat(brush=3.0, segmenter="fcn_resnet50"),
        )
    )
    told = handlers_of(service).receive(visitor("anna"), {"path": str(path)})
    assert from_widgets(controls_in(told)) == Settings.from_flat(brush=3.0)
    assert "FCN ResNet-50 needs fcn_resnet50 (142 MB)" in notes_in(told)


def test_a_single_choice_is_not_shown(monkeypatch):
    monkeypatch.setattr(available, "is_available", lambda network: network is None)
    detector = next(option for option in options() if option.flag == "detector")
    assert widget(detector).visible is False
    assert widget(SEGMENTER).visible is True
