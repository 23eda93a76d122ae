"""A page to be killed whatever it does: `python -m tests.killed_page`; it prints its address.

All of it is real but the painter, a stand-in that reports as the real one does.
"""

from ui.private_folder import use_private_folder

if __name__ == "__main__":
    use_private_folder()

import sys
import time
from typing import Any

import numpy as np

import app
from pipeline.types import Painting, Photo, Progress
from tests.page import Pipeline
from ui import startup
from ui.guard import guarded
from ui.service import PaintService
from ui.sharing.routes import routes

STEPS, STEP_S = 4, 0.02


def by_steps(photo: Photo, settings: Any, **how: Any) -> Painting:
    """Paint as the stand-in does, with pictures of what is painted so far."""
    report = how.get("report") or (lambda _: None)
    for step in range(STEPS):
        picture = np.asarray(photo.pixels, np.float32) / 255 * step / STEPS
        report(Progress("paint", step / STEPS, picture, ends=1.0))
        time.sleep(STEP_S)
    return Pipeline()(photo, settings, **how)


def main() -> None:
    """Serve the page until the process ends."""
    service = PaintService(paint=by_steps, models=object())
    page = app.build(service)
    _, url, _ = page.launch(
        prevent_thread_lock=True, quiet=True, ssr_mode=False, run_history=False, show_error=False,
        app_kwargs={"routes": routes(service.desk), **guarded()},
    )  # fmt: skip
    startup.sweep_always(service)
    sys.stdout.write(f"{url}\n")
    sys.stdout.flush()
    page.block_thread()


if __name__ == "__main__":
    main()
