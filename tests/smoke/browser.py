"""What all walks through the page use: a browser, pictures to drop, and saying what was found."""

import base64
import io
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from axe_playwright_python.sync_playwright import Axe
from PIL import Image
from playwright.sync_api import Error, Locator, Page

AXE = Axe()
BEGAN = time.monotonic()
EXAMPLES = Path(__file__).parents[2] / "examples"
CHROMIUM = "/usr/bin/chromium"
# Root in a container has no sandbox, and nothing but the page itself may be asked for. A moving
# picture of the browser's own is its camera, and pages may use it.
QUIET = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync "
    "--use-fake-device-for-media-stream --use-fake-ui-for-media-stream"
)
# Mean difference of 8-bit values between a photo and its painting; a mere recompression stays
# below 2.
LEAST_DIFFERENCE = 5.0
LONGEST_MS = 240_000 * int(os.environ.get("PATIENCE", "1"))  # more on a busy machine
DROP = """([zone, name, data]) => {
  const bytes = Uint8Array.from(atob(data), c => c.charCodeAt(0)), files = new DataTransfer();
  const type = 'image/' + {jpg: 'jpeg', tif: 'tiff'}[name.slice(-3)];
  const drag = kind => new DragEvent(kind, {dataTransfer: files, bubbles: true, cancelable: true});
  files.items.add(new File([bytes], name, {type}));
  const target = document.querySelector(zone);
  ['dragenter', 'dragover', 'drop'].forEach(kind => target.dispatchEvent(drag(kind)));
}"""

# Whether nothing fades or moves but what does so for ever.
STILL = """() => document.getAnimations().every(each =>
  each.playState !== 'running' || each.effect.getComputedTiming().endTime === Infinity)"""

# What lies right under the toast, looked for at a grid of points.
COVERED = """() => {
  const {left, top, width, height} = document.querySelector('.toast-body').getBoundingClientRect();
  const needed = '#head, #photo, input, button:not(.divide)';
  const under = (x, y) => document.elementsFromPoint(left + x * width, top + y * height)
    .find(node => !node.closest('.toast-wrap'))?.closest(needed);
  const shares = [.02, .25, .5, .75, .98];
  const found = shares.flatMap(x => shares.map(y => under(x, y))).filter(Boolean);
  return [...new Set(found)].map(node => node.id || node.textContent.trim());
}"""


def check(fine: bool, what: str) -> None:
    """Say what was found, and after how many seconds; stop where it is not as it should be."""
    after = time.monotonic() - BEGAN
    sys.stdout.write(f"  {after:3.0f} s, {'ok' if fine else 'NOT OK'}: {what}\n")
    sys.stdout.flush()
    if not fine:
        sys.exit(1)


def accessible(page: Page, state: str) -> None:
    """Find no serious fault of accessibility in what is shown; `state` says what that is."""
    page.wait_for_timeout(200)
    page.wait_for_function(STILL)  # what fades is half transparent
    found = AXE.run(page).response["violations"]
    faults = [
        f"{fault['id']}: {fault['nodes'][0]['target']}"
        for fault in found
        if fault["impact"] in ("serious", "critical")
    ]
    check(not faults, f"axe finds no serious fault ({state}) {'; '.join(faults)}")


def pixels_of(data: bytes) -> np.ndarray:
    """Decode a picture as RGB."""
    return np.asarray(Image.open(io.BytesIO(data)).convert("RGB"), np.float32)


def picture_at(page: Page, place: Locator) -> np.ndarray:
    """Return the picture that an image of the page shows."""
    address = place.get_attribute("src") or ""
    try:
        return pixels_of(page.request.get(address).body())
    except Error:  # the connection was to a server that has been started anew since
        return pixels_of(page.request.get(address).body())


def shown_in(page: Page, place: str) -> np.ndarray:
    """Return the picture that is shown somewhere, the last one of several."""
    return picture_at(page, page.locator(f"{place} img").last)


def open_page(page: Page, url: str) -> None:
    """Open the page and wait until a photo can be dropped; nothing is painted by itself there."""
    page.set_default_timeout(LONGEST_MS)  # a busy machine's page is slow, not wrong
    if page.url.startswith("http"):
        page.evaluate("sessionStorage.clear()")  # what it held does not come back: a tab of its own
    page.goto(url)
    page.wait_for_selector("#photo input[type=file]", state="attached")
    page.wait_for_selector("#photo button:has-text('Drop a photo')")
    page.wait_for_timeout(1000)  # the page's scripts take hold of the drop zone
    page.uncheck("#by-itself input")


def drop(page: Page, data: bytes, name: str = "portrait.jpg") -> None:
    """Drop a file into the photo field, which is emptied before."""
    if page.locator("#photo img").count():
        page.locator("#photo button[aria-label='Remove Image']").click()
    page.wait_for_selector("#photo button:has-text('Drop a photo')")
    page.evaluate(DROP, ["#photo button:has(svg)", name, base64.b64encode(data).decode()])


def drop_portrait(page: Page) -> None:
    """Drop a photo that can be painted."""
    drop(page, (EXAMPLES / "portrait.jpg").read_bytes())
    page.wait_for_selector("#photo img")


def paint(page: Page) -> np.ndarray:
    """Press Paint; return the result that takes the place of the last one."""
    return new_picture(page, lambda: page.click("#paint"))


def new_picture(page: Page, act: Callable[[], object], what: str = "") -> np.ndarray:
    """Do something that brings another painting; return that, and say `what` was found."""
    result = "document.querySelector('#easel .after')?.src"
    old = page.evaluate(result)
    act()
    page.wait_for_function(f"old => ({result} || old) !== old", arg=old, timeout=LONGEST_MS)
    page.wait_for_selector("#easel .painted")
    page.wait_for_selector("#paint:not([disabled])")
    if what:
        check(True, what)
    return picture_at(page, page.locator("#easel .after"))


def unfold(page: Page, group: str) -> None:
    """Unfold a group of Fine-tune, and Fine-tune before it."""
    titled = page.locator(".label-wrap", has_text=group)
    for place in (page.locator("#fine-tune"), page.locator("#fine-tune .group", has=titled)):
        content = place.locator("> [data-testid=accordion-content]")
        if not content.is_visible():
            place.locator("> .label-wrap").click()
            content.wait_for(state="visible")


def choose_painter(page: Page, label: str) -> None:
    """Choose who paints."""
    unfold(page, "Painting")
    page.locator("#set-painter input").click()
    page.get_by_role("option", name=label).click()


def show_stages(page: Page) -> None:
    """Unfold how the painting was made."""
    page.locator("#made button", has_text="How it was made").click()
    page.wait_for_selector("#stages .thumbnail-item", state="visible")


def covers_nothing(page: Page) -> None:
    """Find no title, field or button under what says what went wrong."""
    page.wait_for_timeout(500)  # it flies in
    covered = page.evaluate(COVERED)
    check(not covered, f"what went wrong is said where it covers nothing {covered[:3] or ''}")


def close_toasts(page: Page) -> None:
    """Close what Gradio says in a corner, whose close button lies within another."""
    while page.locator(".toast-body").count():
        page.evaluate("document.querySelectorAll('.toast-close').forEach(close => close.click())")
        page.wait_for_timeout(300)
