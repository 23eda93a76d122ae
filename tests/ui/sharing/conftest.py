"""What tests of shares have in common."""

import pytest


@pytest.fixture
def folder(tmp_path):
    """Return where shares are kept; nothing is there yet."""
    return tmp_path / "cache" / "shares"
