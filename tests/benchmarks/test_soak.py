import os
import subprocess
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageFilter

from benchmarks import soak
from benchmarks.soak import (
    BITS,
    MOST_VISITORS,
    VISITS,
    WALKED,
    Tally,
    by_minute,
    is_well,
    marked,
    memory_mb,
    number_in,
)
from tests.smoke.stories import SIZES, STORIES

WELL = {
    "paintings": 9, "errors": 0, "mixed_up": 0, "memory_off": 0.01, "stale_files": 0,
    "left_after_rest": None, "left_after_exit": 0, "tracebacks": 0,
}  # fmt: skip


@settings(max_examples=30)
@given(st.integers(0, 2**BITS - 1))
def test_a_number_is_read_in_a_picture_as_soft_as_a_painting(number):
    gray = Image.fromarray(np.full((500, 400, 3), 128, np.uint8))
    soft = marked(gray, number).filter(ImageFilter.GaussianBlur(8)).point(lambda v: 60 + v // 2)
    assert number_in(soft) == number


def test_every_visitor_has_numbers_of_their_own():
    assert MOST_VISITORS * VISITS <= 2**BITS


@pytest.mark.parametrize(
    "what", ["errors", "mixed_up", "stale_files", "left_after_rest", "left_after_exit"]
)
def test_what_is_wrong_fails(what):
    assert is_well(WELL)
    assert not is_well(WELL | {what: 1})
    assert not is_well(WELL | {"memory_off": 0.06})
    assert not is_well(WELL | {"paintings": 0})


def test_memory_is_that_of_a_process_and_none_of_one_that_ended():
    assert memory_mb(os.getpid()) > 10
    process = subprocess.Popen(["true"])
    process.wait()
    assert memory_mb(process.pid) == 0


def test_memory_is_told_by_the_minute_once_it_has_settled():
    seen = [(0.1, 1.0), (5.0, 9.0), (5.5, 100.0), (5.9, 9.5), (6.1, 8.0), (7.5, 7.0)]
    assert by_minute(seen, 5.0) == [9.5, 8.0, 7.0]
    assert by_minute(seen, 9.0) == []


def test_a_story_that_fails_is_an_error_and_one_that_ends_is_counted(monkeypatch, tmp_path):
    for code, tally in ((0, Tally()), (3, Tally())):
        monkeypatch.setattr(soak.sys, "executable", write_program(tmp_path, code))
        monkeypatch.setattr(soak, "time", SimpleNamespace(monotonic=iter((0.0, 2.0)).__next__))
        soak.walk("http://nowhere", 0, 1.0, tally, tmp_path)
        assert (tally.walked, len(tally.errors)) == (int(code == 0), int(code != 0))
        assert code == 0 or "NOT OK" in tally.errors[0]


def test_every_story_that_is_walked_is_there():
    assert {name for stories in WALKED for name, _ in stories} <= {*STORIES}
    widths = {width for width, _ in SIZES}
    assert {width for stories in WALKED for _, width in stories} <= widths


def write_program(folder, code):
    path = folder / f"program-{code}"
    path.write_text(f"#!/bin/sh\necho NOT OK: it fails\nexit {code}\n")
    path.chmod(0o755)
    return str(path)
