"""What several files of tests share."""

import pytest
from gradio_client import Client

import app
from ui import look


@pytest.fixture
def served(studio):
    page = app.build(studio)
    _, url, _ = page.launch(prevent_thread_lock=True, quiet=True, theme=look.theme(), ssr_mode=False, run_history=False, show_error=False)
    yield Client(url, verbose=False)
    page.close()
