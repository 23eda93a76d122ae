"""What is offered over a painting's foot: to turn a photo that lies, to mend a worn one."""

from dataclasses import dataclass

import gradio as gr
from gradio.blocks import Block
from gradio.i18n import I18nData

from ui.words import Text, label, later

TURN, PAPER, SIZE, MEND = "turn", "paper", "size", "mend"  # the settings' flags that are offered
LIES = later("This photo seems to lie on its side, or upside down.")
WORN = later("This photo seems to have scratches or spots.")
MENDS = later("The photo is mended before it is painted.")
MEND_IT, LEAVE_IT = later("Mend them"), later("Do not mend")
CROPS = later("The paper that you chose before leaves out a part of this photo.")
LARGE = later("The result is as large as you chose before; saving it takes longer.")
CLOSE = "\N{MULTIPLICATION SIGN}"


@dataclass(frozen=True)
class Offer:
    """An offer's components; hidden until there is something to offer.

    `look`: shows what it is about. `close`: puts it away.
    """

    box: gr.Row
    said: gr.HTML
    accept: gr.Button
    look: gr.Button
    close: gr.Button

    @property
    def outputs(self) -> list[Block]:
        """The components that `shown` updates."""
        return [self.box, self.said, self.accept]

    def shown(
        self, words: Text | str | None, accepts: Text | I18nData | None = None
    ) -> dict[Block, object]:
        """Offer it in words, or hide it without; `accepts`: what the button says, else as made."""
        if words is None:
            return {self.box: gr.Row(visible=False)}
        return {
            self.box: gr.Row(visible=True),
            self.said: f"<p role='status'>{words}</p>",
            self.accept: gr.Button(str(accepts)) if accepts else gr.Button(),
        }


def lay_out(flag: str, accepts: I18nData, looks: I18nData | None = None) -> Offer:
    """Make an offer of a setting; call it inside `gr.Blocks`.

    `accepts`, `looks`: what its buttons say; without `looks` it has one.
    """
    with gr.Row(visible=False, elem_id=f"{flag}-offer", elem_classes=["offer"]) as box:
        said = gr.HTML(elem_classes=["hint"])
        of = {"size": "sm", "min_width": 110, "scale": 0}
        accept = gr.Button(accepts, elem_id=f"{flag}-photo", **of)
        look = gr.Button(looks or "", elem_id=f"{flag}-look", visible=looks is not None, **of)
        close = gr.Button(
            CLOSE, elem_id=f"{flag}-close", elem_classes=["close"], size="sm", min_width=44, scale=0
        )
    return Offer(box, said, accept, look, close)


def lay_out_all() -> dict[str, Offer]:
    """Make every offer, by its setting's flag; where there are several the first one is seen."""
    return {
        TURN: lay_out(TURN, label("Turn the photo")),
        PAPER: lay_out(PAPER, label("Show all of it")),
        SIZE: lay_out(SIZE, label("Usual size")),
        MEND: lay_out(MEND, label("Mend them"), label("Look at them")),
    }
