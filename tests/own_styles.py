"""Styles of files, for tests: the embedded network's own numbers under another name."""

import numpy as np
import pytest

from pipeline.runtime.style_files import painter_entry, styles_folder, write_style
from pipeline.runtime.styles import known_styles
from pipeline.weights.cache import cache_folder
from pipeline.weights.resolve import obtain

ENTRY = painter_entry()


def known():
    return known_styles(obtain(ENTRY))


def put(name="quilt", label="Grandma's quilt", number=3, times=1.0):
    """Write a style that is one of the known ones, its late layers `times` as strong."""
    file = styles_folder() / f"{name}.safetensors"
    styles = known()
    late = {key: times * value for key, value in styles.late.items()}
    write_style(file, label, styles.numbers[number], late)
    return file


def alone(number):
    """Return a mix of one of the known styles."""
    return tuple(float(n) for n in np.eye(len(ENTRY.styles))[number])


@pytest.fixture
def empty(tmp_path, monkeypatch):
    """Look for styles in a folder that is empty; networks that were converted are known there."""
    converted = cache_folder() / "converted"
    converted.mkdir(parents=True, exist_ok=True)
    (tmp_path / "cache").mkdir()
    (tmp_path / "cache" / "converted").symlink_to(converted)
    monkeypatch.setenv("PORTRAIT_CACHE", str(tmp_path / "cache"))
