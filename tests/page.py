"""A stand-in for the pipeline behind the page, and what tests of the page share."""

import gradio as gr
import numpy as np
import pytest

from pipeline.settings import Settings
from pipeline.types import Painting, Progress, WeightUse
from ui.widgets import to_widgets

NO_STYLES = (None, None, 0.5, None)  # what the style box holds at first
DEFAULTS = to_widgets(Settings())


class Pipeline:
    """Inverts the photo; remembers how it was asked."""

    def __init__(self):
        self.asked = []

    def __call__(
        self, photo, settings, *, models, prompt=None, report=None, cache=None, cached=frozenset()
    ):
        self.asked.append((settings, cache))
        if report:
            report(Progress("paint", 0.0))
        original = photo.pixels.astype(np.float32) / 255
        shape = original.shape[:2]
        return Painting(
            photo=photo, settings=settings, original=original, result=1 - original, alpha=np.zeros(shape, np.float32),
            styled=1 - original, restored=None, parse=np.ones(shape, np.uint8), mask=np.ones(shape, np.float32), faces=(),
            seconds={"paint": 0.1, "blend": 0.2}, weights=(WeightUse("stand-in", "0" * 64),),
            skipped={"restore": "GFPGAN is not here. Put it at /secret/place."}, hints=("No face was found.",),
        )  # fmt: skip


@pytest.fixture(autouse=True)
def private(tmp_path, monkeypatch):
    monkeypatch.setenv("GRADIO_TEMP_DIR", str(tmp_path / "served"))
    monkeypatch.setenv("PORTRAIT_CACHE", str(tmp_path / "cache"))


def visitor(name, **query):
    return gr.Request(session_hash=name, query_params=query)


def shown_by(service, photo, who="anna", settings=None):
    return service.show(who, photo, "someone", settings or Settings(), lambda done, text: None)
