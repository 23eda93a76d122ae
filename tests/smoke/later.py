"""The page long after it was opened: `delete_cache` sweeps files by their age, here of seconds."""

import io
import os
import tempfile

import gradio as gr
from PIL import Image
from playwright.sync_api import Browser, Error, Page

import app
from tests.page import Pipeline
from tests.smoke.browser import check, choose_painter, drop, drop_portrait, open_page
from ui import theme
from ui.examples import EXAMPLES
from ui.service import PaintService
from ui.style_box import GALLERY

ADDRESSES = (
    "[...document.querySelectorAll('#examples img, #style-gallery img')].map(img => img.src)"
)
SEEN = "[...document.querySelectorAll('#examples img')].every(img => img.naturalWidth)"


def come_back_later(browser: Browser) -> None:
    """Serve a page whose sweep comes soon, drop a photo, and come back when the photo is swept."""
    os.environ["GRADIO_TEMP_DIR"] = tempfile.mkdtemp(prefix="swept-")
    app.SWEEP_S, app.IDLE_S = 1, 2
    served = app.build(PaintService(paint=Pipeline(), models=object()))
    _, url, _ = served.launch(
        prevent_thread_lock=True, quiet=True, ssr_mode=False, run_history=False,
        head=theme.HEAD, css=theme.CSS, theme=theme.theme(),
    )  # fmt: skip
    page = browser.new_page()
    open_page(page, url)
    photo = io.BytesIO()
    Image.new("RGB", (64, 64), "teal").save(photo, "JPEG")
    drop(page, photo.getvalue(), "teal.jpg")
    page.wait_for_selector("#photo img[src*='teal']")
    dropped = page.locator("#photo img").get_attribute("src") or ""
    for _ in range(40):
        if is_swept(page, dropped):
            break
        page.wait_for_timeout(250)
    check(is_swept(page, dropped), "a photo is swept")
    page.reload()
    page.wait_for_selector("#examples img")
    choose_painter(page, "Like a picture")
    page.wait_for_selector("#style-gallery img")
    addresses = page.evaluate(ADDRESSES)
    found = [page.request.get(address).status for address in addresses]
    check(
        found == [200] * (len(EXAMPLES) + len(GALLERY)),
        f"{len(found)} thumbnails are there after the sweep",
    )
    page.wait_for_function(SEEN, timeout=5000)
    page.close()
    lose_the_server(browser, served, url)


def is_swept(page: Page, address: str) -> bool:
    """Tell whether a file is served no more; one that goes while it is sent is asked for again."""
    try:
        return page.request.get(address).status == 403
    except Error:
        return False


def lose_the_server(browser: Browser, served: gr.Blocks, url: str) -> None:
    """Take the server away from a page with a photo, and bring it back."""
    page = browser.new_page()
    open_page(page, url)
    drop_portrait(page)
    served.close(verbose=False)
    page.wait_for_selector(".toast-body:has-text('has lost its server')", timeout=30_000)
    check(page.locator("#photo img").count() == 1, "without a server what is seen stays, and why")
    anew = app.build(PaintService(paint=Pipeline(), models=object()))
    port = int(url.rstrip("/").rpartition(":")[2])
    anew.launch(
        prevent_thread_lock=True, quiet=True, ssr_mode=False, run_history=False,
        server_port=port, head=theme.HEAD, css=theme.CSS, theme=theme.theme(),
    )  # fmt: skip
    page.wait_for_selector("#back:has-text('add your photo again')", timeout=60_000)
    check(page.locator("#easel .opening").count() == 1, "once it is back, the page begins anew")
    page.close()
    anew.close(verbose=False)
