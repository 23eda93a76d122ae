"""The easel: the painting, large, and the tabs that look at it in other ways."""

from typing import Any

import gradio as gr
from gradio.route_utils import API_PREFIX

from ui import compare_tab, correct_tab, faces_tab
from ui.examples import OPENING, OPENING_PHOTO

PAINTING = "painting"  # the tab of the result
EMPTY = "Add a photo and press Paint, or choose an example.<br>Your painting will hang here."
OPENED = 15  # % of the width: a divide in the middle would cut through most faces
SERVED = f"{API_PREFIX}/file="  # where Gradio serves what is static


def empty_easel() -> str:
    """Make the HTML of the easel while the first strokes are waited for."""
    return "<div id='empty'></div>"


def opening() -> str:
    """Make the HTML of what hangs there at first: an example's photo and painting, to compare."""
    move = "this.parentElement.style.setProperty('--opened', this.value + '%')"
    return f"""<figure id='opening'>
<div style='--opened: {OPENED}%'>
<img src='{SERVED}{OPENING}' alt='An example: a photo of an astronaut, painted'>
<img class='photo' src='{SERVED}{OPENING_PHOTO}' alt='The photo that was painted'>
<input type='range' min='0' max='100' value='{OPENED}' aria-label='From painting to photo'
 oninput="{move}">
</div>
<figcaption>{EMPTY}</figcaption>
</figure>"""


def lay_out() -> dict[str, Any]:
    """Make the easel's components, by their names on the page."""
    with gr.Column(elem_id="wall"), gr.Tabs(elem_id="tabs") as tabs:
        with gr.Tab("Painting", id=PAINTING, elem_id="painting-tab"):
            preview = gr.Image(
                visible=False,
                interactive=False,
                format="png",
                label="So far",
                buttons=[],
                elem_id="preview",
                alt_text="The painting so far",
            )
            empty = gr.HTML(opening(), elem_id="empty-wall", padding=False)
            with gr.Column(visible=False, elem_id="result") as result:
                slider = gr.ImageSlider(
                    format="png",
                    label="Before and after",
                    interactive=False,
                    max_height=720,
                    slider_position=OPENED,
                    buttons=["fullscreen"],
                    elem_id="slider",
                )
        with gr.Tab("Correct", id="correct"):
            correct = correct_tab.lay_out()
        with gr.Tab("Faces", id="faces-tab"):
            faces = faces_tab.lay_out()
        with gr.Tab("Compare", id="compare"):
            comparison = compare_tab.lay_out()
    return {
        "tabs": tabs,
        "preview": preview,
        "empty": empty,
        "result": result,
        "slider": slider,
        "correct": correct,
        "faces": faces,
        "comparison": comparison,
    }
