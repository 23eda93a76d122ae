"""A stand-in for the pipeline behind the page, and what tests of the page share."""

from dataclasses import replace
from functools import cache
from types import SimpleNamespace

import gradio as gr
import numpy as np
import pytest
from PIL import Image

from pipeline.settings import Settings
from pipeline.stages.segment.scribbles import draw
from pipeline.types import Painting, Progress, Prompt, WeightUse
from ui.drawing import ADD
from ui.handlers import Handlers
from ui.layout import Page, lay_out
from ui.service.painting import show
from ui.widgets import to_widgets

NO_STYLES = (None, None, 0.5, None)  # what the style box holds at first
OWN_SIZE = Settings.from_flat(size="photo")  # what the stand-in makes is as large as the photo
DEFAULTS = to_widgets(OWN_SIZE)
SIZE = (300, 200)  # of the photo that clicks and strokes point at


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
            photo=photo,
            settings=settings,
            original=original,
            result=1 - original,
            alpha=np.zeros(shape, np.float32),
            styled=1 - original,
            restored=None,
            parse=np.ones(shape, np.uint8),
            mask=np.ones(shape, np.float32),
            faces=(),
            seconds={"paint": 0.1, "blend": 0.2},
            weights=(WeightUse("stand-in", "0" * 64),),
            skipped={"restore": "GFPGAN is not here. Put it at /secret/place."},
            hints=("No face was found.",),
        )


class Obedient(Pipeline):
    """Keeps a square, what clicks add, then what is drawn: white in the result, the rest black."""

    square = np.s_[100:160, 60:140]

    def __call__(self, photo, settings, *, prompt=Prompt(), **how):  # noqa: B008 - frozen
        prompt.check(photo.pixels.shape[:2])
        painting = super().__call__(photo, settings, **how)
        mask = np.zeros(SIZE, np.float32)
        mask[self.square] = 1
        for x, y, add in prompt.points:
            mask[round(y) - 10 : round(y) + 10, round(x) - 10 : round(x) + 10] = add
        if prompt.drawn:
            mask = draw(mask, prompt.drawn)
        result = np.repeat(mask[..., None], 3, 2)
        return replace(painting, mask=mask, result=result, prompt=prompt, hints=(), skipped={})


@pytest.fixture(autouse=True)
def private(tmp_path, monkeypatch):
    monkeypatch.setenv("GRADIO_TEMP_DIR", str(tmp_path / "served"))
    monkeypatch.setenv("PORTRAIT_CACHE", str(tmp_path / "cache"))


def visitor(name, **query):
    return gr.Request(session_hash=name, query_params=query)


@cache
def components() -> Page:
    """Lay the page out once, for what handlers return by component."""
    with gr.Blocks():
        return lay_out()


def handlers_of(service):
    return Handlers(service, components())


def state_in(updates):
    return updates[components().state]


def notes_in(updates):
    return updates[components().notes]


def controls_in(updates):
    found = [updates[control] for control in components().widgets]
    return [each["value"] if isinstance(each, dict) else each for each in found]


def state_by(service, photo, who="anna", settings=None):
    return show(service, who, photo, "someone", settings or OWN_SIZE, lambda done, text: None)


def painted_again(handlers, photo, before):
    """Paint a file on a page that shows a painting; return what it shows then."""
    values = {"path": str(photo)}, before, *NO_STYLES, *DEFAULTS
    return state_in(handlers.paint_photo(visitor("anna"), *values))


def someone(folder):
    """Write a red photo; return its file."""
    path = folder / "someone.png"
    Image.fromarray(np.full((*SIZE, 3), (200, 40, 40), np.uint8)).save(path)
    return path


def event(**data):
    """Return an event of the easel, as its script triggers it."""
    return SimpleNamespace(_data=data)


def pointed(handlers, state, x, y, mode=ADD, who="anna"):
    """Point at a place of the stand-in's photo, px; return what the page is told."""
    at = event(x=(x + 0.5) / SIZE[1], y=(y + 0.5) / SIZE[0], mode=mode)
    return handlers.point(visitor(who), at, state)


def pixels(path):
    return np.asarray(Image.open(path).convert("RGB"))


def alike(one, other):
    """Tell whether two pictures are the same but for what a preview's JPEG changes."""
    off = np.abs(np.subtract(one, other, dtype=int))
    return off.mean() < 2 and off.max() < 48
