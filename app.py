"""The page: `python app.py`, or `python app.py --share` for a link that reviewers can open."""

from ui.memory import share_arenas
from ui.private_folder import files_in, use_private_folder

if __name__ == "__main__":
    share_arenas()  # before there are threads
    use_private_folder()  # before Gradio is loaded, which remembers where files go

import argparse
import logging
import os
from pathlib import Path

import gradio as gr
from gradio.utils import get_upload_folder

from pipeline.cli.setting_flags import reader
from ui import camera, startup, theme
from ui.api import add_api
from ui.guard import guarded
from ui.handlers import Handlers
from ui.layout import TITLE, lay_out
from ui.runs import MODEL
from ui.service import PaintService
from ui.sessions import IDLE_S, SWEEP_S
from ui.sharing.routes import routes
from ui.uploads import make_strict
from ui.widgets import OPTIONS
from ui.wiring import wire
from ui.words.labels import WORDS, Spoken

log = logging.getLogger("page")
LARGEST_FILE = "120mb"
LONGEST_QUEUE = 24
POLICY = "PORTRAIT_WEIGHTS"
WEIGHTS = next(option for option in OPTIONS if option.flag == "weights")


def build(service: PaintService) -> gr.Blocks:
    """Make the page and its API."""
    make_strict()
    with Spoken(title=TITLE, analytics_enabled=False, delete_cache=(SWEEP_S, IDLE_S)) as page:
        parts = lay_out()
        wire(page, parts, Handlers(service, parts))
        add_api(service, MODEL)
    return page.queue(max_size=LONGEST_QUEUE)


def main() -> None:
    """Serve the page, then load the networks."""
    parser = argparse.ArgumentParser(description="Serve the page.")
    parser.add_argument(
        "--share",
        action="store_true",
        help="also make a live link for reviewers, through Gradio's servers",
    )
    parser.add_argument(
        "--weights",
        type=reader(WEIGHTS),
        default=os.environ.get(POLICY) or WEIGHTS.default,
        metavar="|".join(WEIGHTS.choices),
        help="what the page starts with: published weights that are here, none of them, or those "
        f"that are here while the rest is fetched in the background "
        f"(default: ${POLICY} or {WEIGHTS.default})",
    )
    chosen = parser.parse_args()
    logging.basicConfig(format="%(levelname)s %(name)s: %(message)s")
    log.setLevel(logging.INFO)
    service = PaintService(weights=chosen.weights)
    page = build(service)
    kept = files_in(Path(get_upload_folder()))
    own_routes = [*camera.routes(service.cameras), *routes(service.desk)]
    _, _, link = page.launch(
        share=chosen.share,
        prevent_thread_lock=True,
        theme=theme.theme(),
        css=theme.CSS,
        head=theme.HEAD,
        i18n=WORDS,
        max_file_size=LARGEST_FILE,
        footer_links=["api"],
        app_kwargs={"routes": own_routes, **guarded()},
        run_history=False,
        enable_monitoring=False,
        ssr_mode=False,
        show_error=False,
        mcp_server=True,
    )
    if chosen.share and not link:
        log.warning(
            "There is no live link: Gradio's share server cannot be reached from here. "
            "The page is served on this machine alone."
        )
    startup.start(service, chosen.weights, kept)
    page.block_thread()


if __name__ == "__main__":
    main()
