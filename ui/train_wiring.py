"""Which handler each event of the tab "Train a style" calls."""

import gradio as gr

from ui.handlers import Handlers
from ui.layout import Page
from ui.runs import TOLD, UNSEEN

# Not wherever the page is shown may it remember.
REMEMBER = """key => { try { localStorage.training = key; } catch {} return key; }"""
REMEMBERED = """() => { try { return localStorage.training || ''; } catch { return ''; } }"""


def wire_training(page: gr.Blocks, parts: Page, handlers: Handlers) -> None:
    """Connect what teaches a style, and what adds a style's file."""
    tab = parts.train_tab
    listed = [*parts.open.values(), tab.notes]
    tab.given.upload(handlers.install_file, tab.given, listed, **TOLD)
    page.load(handlers.find_training, tab.key, tab.outputs, js=REMEMBERED, **UNSEEN)
    tab.key.change(None, tab.key, None, js=REMEMBER)
    tab.timer.tick(handlers.follow_training, [tab.key, tab.seen], tab.outputs, **UNSEEN)
    tab.pictures.upload(handlers.add_portraits, [tab.pictures, tab.key], tab.outputs, **TOLD)
    tab.begin.click(
        handlers.begin_training, [tab.key, tab.name, tab.made, tab.minutes], tab.outputs, **TOLD
    )
    tab.stop.click(handlers.stop_training, tab.key, tab.stop, **TOLD)
    tab.discard.click(handlers.discard_training, [tab.key, tab.sure], tab.outputs, **UNSEEN)
    added = [*listed, tab.install]
    tab.install.click(handlers.install_training, tab.key, added, **TOLD)
