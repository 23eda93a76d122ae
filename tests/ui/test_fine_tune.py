"""Fine-tune: every setting once on the page, none of them a switch that a slider's 0 is."""

from collections import Counter

from pipeline.settings import Settings
from tests.page import components, controls_in, handlers_of, private  # noqa: F401 - a fixture
from ui import fine_tune, frame_box
from ui.fine_tune import SWITCHES, without_switches
from ui.service import PaintService
from ui.widgets import EASY, OPTIONS, from_widgets


def test_every_setting_has_one_place():
    of_style = [option.flag for option in OPTIONS if option.path[0] == "style"]
    grouped = [flag for flags in fine_tune.GROUPS.values() for flag in flags]
    places = Counter([*EASY, *frame_box.FLAGS, *of_style, *grouped, *SWITCHES])
    assert places == Counter(option.flag for option in OPTIONS)
    assert len({control._id for control in components().widgets}) == len(OPTIONS)


def test_a_switch_that_the_page_does_not_have_is_its_slider_s_0():
    off = Settings.from_flat(paint=False, restore=False, keep_face=False)
    shown = without_switches(off)
    assert shown == Settings.from_flat(strength=0, restoration=0, face_strength=0)
    assert without_switches(Settings()) == Settings()


def test_one_button_brings_everything_back():
    service = PaintService(paint=None, models=object())
    assert from_widgets(controls_in(handlers_of(service).reset())) == Settings()
