"""What goes wrong, as the visitor reads it."""

import errno
import logging
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from html import escape

import gradio as gr

from pipeline.runtime.memory import is_memory
from pipeline.types import Cancelled, PhotoError
from pipeline.weights.resolve import WeightError
from ui.words import later, retold, say, speaking

log = logging.getLogger("page")
FULL = (errno.ENOSPC, errno.EFBIG, getattr(errno, "EDQUOT", errno.ENOSPC))
LONGEST = 1000  # characters of a sentence
NO_ROOM = later(
    "The disk of this machine is full; try again in half an hour, or with a smaller photo."
)
NO_MEMORY = later(
    "This machine has not enough memory for it now; try again soon, or with a smaller photo."
)


def refusal(sentence: str) -> gr.Error:
    """Make the error that shows a sentence."""
    return gr.Error(sentence, print_exception=False)


@contextmanager
def told(*, html: bool = True) -> Iterator[None]:
    """Turn what goes wrong into a sentence for the visitor, in their language.

    A surprise is logged here and never shown as a traceback. `html`: whether the sentence is shown
    as HTML, as the page's toasts are; programs are told in plain English.
    """
    try:
        with nullcontext() if html else speaking("en"):
            yield
    except (gr.Error, Cancelled):  # first: Gradio's own errors are ValueErrors, too
        raise
    except (PhotoError, ValueError, WeightError) as error:
        with nullcontext() if html else speaking("en"):
            said = retold(" ".join(str(error).split()))[:LONGEST]
            refused = refusal(escape(said, quote=False) if html else said)
        raise refused from error
    except Exception as error:
        if isinstance(error, OSError) and error.errno in FULL:
            log.warning("the disk is full: %s", error)
            raise refusal(str(NO_ROOM)) from error
        if is_memory(error):
            log.warning("there is not enough memory: %s", error)
            raise refusal(str(NO_MEMORY)) from error
        log.exception("a request failed")
        raise refusal(
            say("Something went wrong here; it is not your photo's fault. Try again.")
        ) from error
