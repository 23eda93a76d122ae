"""Which handler the arrival of a photo calls, and what shows of it what will be painted."""

from collections.abc import Callable
from typing import Any

from gradio.blocks import Block
from gradio.events import Dependency

from ui import result_panel
from ui.handlers import Handlers
from ui.layout import Page
from ui.looks_wiring import wire_looks_after

How = dict[str, Any]  # keywords of an event


def wire_photo(parts: Page, handlers: Handlers, new: Callable[..., Dependency], field: How) -> None:
    """Connect what follows a new photo in its field."""
    received = new(
        handlers.receive,
        [parts.photo, parts.by_itself],
        [*parts.widgets, *result_panel.outputs(parts), parts.arrived],
        trigger_mode="always_last",
        **field,
    )

    def show(after: Callable[..., Dependency]) -> Dependency:
        shown = after(
            handlers.show_photo,
            [parts.photo, parts.state],
            [parts.photo, parts.easel, parts.paint, parts.arrived],
            **field,
        )
        shown.then(*framing(parts, handlers), **field)
        return shown

    show(received.success)
    wire_looks_after(parts, handlers, show(received.failure))  # of the photo before, which stays


def arrivals(parts: Page) -> list[Callable[..., Dependency]]:
    """List the events by which another photo arrives, of which nothing is known yet."""
    fields = (parts.photo.input, parts.anywhere.upload)
    return [*fields, *(button.click for button in parts.examples)]


def framing(parts: Page, handlers: Handlers) -> tuple[Callable[..., Any], list[Block], list[Block]]:
    """Return what shows the photo as it will be painted: the handler, its inputs, its outputs."""
    return handlers.show_frame, [parts.photo, *parts.widgets], parts.frame.outputs
