"""The viewer: one picture over another, with a divide, to zoom and to see in the whole window."""

from pathlib import Path
from typing import Any

import gradio as gr
from gradio.route_utils import API_PREFIX

HERE = Path(__file__)
API = API_PREFIX.lstrip("/")  # from the page on, which may lie below a root path
SCRIPTS = ("viewer.js", "staying.js")  # one program: the second says what stays
Shown = dict[str, Any]  # what `viewer.js` reads


def served(path: str | Path) -> str:
    """Return the address at which the page serves a file."""
    return f"{API}/file={path}"


def lay_out(shown: Shown, name: str) -> gr.HTML:
    """Make a viewer that shows something; `name`: its id on the page."""
    return gr.HTML(
        shown,
        html_template=HERE.with_suffix(".html").read_text(),
        js_on_load="\n".join((HERE.parent / script).read_text() for script in SCRIPTS),
        apply_default_css=False,
        elem_id=name,
        elem_classes=["viewer"],
    )
