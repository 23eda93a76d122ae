"""What the package exports, without loading what paints before it is wanted."""

import subprocess
import sys
from pathlib import Path

import pytest

import pipeline
from pipeline.settings import Settings

ROOT = Path(__file__).parents[1]


def test_what_a_program_needs_is_exported():
    assert pipeline.Settings is Settings
    assert callable(pipeline.full_size)
    assert callable(pipeline.read_photo)
    assert callable(pipeline.Models)
    with pytest.raises(AttributeError, match="exports Models, Settings"):
        _ = pipeline.nothing


def test_importing_the_package_loads_nothing_large():
    program = "import sys, pipeline; print([m for m in ('torch', 'numpy') if m in sys.modules])"
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
