"""A page whose painting takes a while, to be killed: `python -m tests.slow_page`.

It prints its address, and what it says of itself, a line each.
"""

from ui.private_folder import use_private_folder

if __name__ == "__main__":
    use_private_folder()

import sys
import time
from typing import Any

import app
from pipeline.types import Painting, Photo
from tests.page import Pipeline
from ui.guard import guarded
from ui.service import PaintService

SECONDS = 5.0


def slowly(photo: Photo, settings: object, **how: Any) -> Painting:
    """Paint as the stand-in does, after a while."""
    sys.stdout.write("painting\n")
    sys.stdout.flush()
    time.sleep(SECONDS)
    return Pipeline()(photo, settings, **how)


def main() -> None:
    """Serve the page until the process ends."""
    page = app.build(PaintService(paint=slowly, models=object()))
    _, url, _ = page.launch(
        prevent_thread_lock=True, quiet=True, ssr_mode=False, run_history=False, show_error=False,
        app_kwargs=guarded(),
    )  # fmt: skip
    sys.stdout.write(f"{url}\n")
    sys.stdout.flush()
    page.block_thread()


if __name__ == "__main__":
    main()
