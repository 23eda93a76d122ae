"""What several files of tests share."""

import threading
from importlib import import_module

import pytest
from gradio_client import Client

import app
import pipeline.convert as convert
import pipeline.keeping as keeping
from tests.hub import FILE, Hub, checkpoint_of, reach
from ui import look


@pytest.fixture
def at_once(monkeypatch):
    """Do in this process, which has torch already, what otherwise has one of its own."""

    def do(module, verified, to):
        import_module(module).write(verified, to)

    for module in (convert, keeping):
        monkeypatch.setattr(module, "run_apart", do)


@pytest.fixture(scope="session")
def data():
    """Return the checkpoint of a small painter, 3 MB."""
    import torch

    from pipeline.nets.generator import Generator

    torch.manual_seed(0)
    return checkpoint_of(Generator(32, 2))


@pytest.fixture
def hub(data, tmp_path, monkeypatch):
    """Serve that as the Hub does, with caches that are empty."""
    with Hub() as running:
        running.files[FILE] = data
        reach(monkeypatch, running.url, tmp_path)
        threading.Thread(target=running.serve_forever, args=(0.01,), daemon=True).start()
        yield running
        running.go_on.set()
        running.shutdown()


@pytest.fixture
def served(studio):
    page = app.build(studio)
    _, url, _ = page.launch(prevent_thread_lock=True, quiet=True, theme=look.theme(), ssr_mode=False, run_history=False, show_error=False)
    yield Client(url, verbose=False)
    page.close()
