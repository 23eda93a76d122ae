"""Ctrl-C, in a process of its own: a signal that is missed would end those that run the tests."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.forks


def test_ctrl_c_does_what_interrupting_asks_of_it():
    # What the others share would import the page, and take most of the time.
    command = [sys.executable, "-m", "pytest", "-n", "0", "--noconftest"]
    command.append("tests/cli/interrupting.py")
    done = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, check=False, start_new_session=True
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    assert "6 passed" in done.stdout
