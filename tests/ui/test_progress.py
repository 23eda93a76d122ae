"""What a visitor sees of a run while it goes on."""

import numpy as np
import pytest

from pipeline.types import Cancelled, Progress
from ui.progress import MORE, reporter
from ui.service import PaintService

WHITE = np.ones((8, 8, 3), np.float32)


@pytest.fixture
def session(tmp_path, monkeypatch):
    monkeypatch.setenv("GRADIO_TEMP_DIR", str(tmp_path))
    return PaintService(paint=lambda *_: None, models=object()).sessions.of("anna")


def seen(session, report, share, loss=None):
    report(Progress("paint", 0.2 + 0.6 * share, WHITE, loss, ends=0.8))
    return session.run.preview


def test_what_an_optimization_begins_with_is_shown_at_once(session):
    report = reporter(session, lambda *_: None)
    report(Progress("paint", 0.2, ends=0.8))
    assert seen(session, report, 0.01, loss=1.0) is not None


def test_bare_ground_is_not_shown(session):
    report = reporter(session, lambda *_: None)
    report(Progress("paint", 0.2, ends=0.8))
    assert seen(session, report, MORE / 2) is None
    assert seen(session, report, MORE * 1.1) is not None


def test_a_sketch_stays_until_there_is_more_to_see(session):
    report = reporter(session, lambda *_: None)
    session.show_so_far(session.run, np.zeros((8, 8, 3), np.uint8))
    sketch = session.run.preview
    report(Progress("paint", 0.2, ends=0.8))
    assert seen(session, report, MORE / 2) == sketch
    assert seen(session, report, MORE * 1.1) != sketch


def test_a_cancelled_run_ends_at_its_next_report(session):
    report = reporter(session, lambda *_: None)
    session.drop_run()
    with pytest.raises(Cancelled):
        report(Progress("parse", 0.1))
