"""Keep paintings in the browser, go back, delete all: `python -m tests.smoke.keeping FOLDER`.

The page runs in this process, over a stand-in that paints at once, so that its server can be
stopped and its folder be looked into.
"""

import json
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import gradio as gr
import numpy as np
from playwright.sync_api import Browser, Page, sync_playwright

import app
from tests.page import Pipeline
from tests.private_photo import MARKS, PRIVATE, private_jpeg
from tests.smoke.browser import (
    CHROMIUM,
    LEAST_DIFFERENCE,
    LONGEST_MS,
    QUIET,
    accessible,
    check,
    drop,
    new_picture,
    open_page,
    paint,
    picture_at,
    unfold,
)
from tests.smoke.taking import SHARING, take_along
from ui import theme
from ui.private_folder import delete
from ui.service import PaintService
from ui.sessions import DELETED_AFTER_MIN

SIZES = ((1440, 900), (390, 844))
PHONE = 640  # px; up to this width the page is a phone's
MOST = 10
BRUSH = "1.7"
LONG_SILENCE_MS = 10_000  # of the server
LOOKED_AT_S = 10  # what is replaced within 5 seconds is not kept
ROOM_KNOWN_S = 40  # Chromium goes on for half a minute by the room that it last saw
NEWEST = "document.querySelector('#album li button')?.dataset.id"
STORED = """async () => {
  const asked = indexedDB.open('portraits', 1);
  const db = await new Promise(done => { asked.onsuccess = () => done(asked.result); });
  const all = db.transaction('paintings').objectStore('paintings').getAll();
  const found = await new Promise(done => { all.onsuccess = () => done(all.result); });
  db.close();
  const text = blob => blob.arrayBuffer().then(data =>
    [...new Uint8Array(data)].map(byte => String.fromCharCode(byte)).join(''));
  return Promise.all(found.sort((a, b) => b.when - a.when).map(async each => ({
    id: each.id, card: each.card, kinds: [each.photo.type, each.painting.type, each.small.type],
    bytes: each.photo.size + each.painting.size + each.small.size,
    texts: await Promise.all([each.photo, each.painting, each.small].map(text)),
  })));
}"""


def serve(port: int | None = None) -> tuple[gr.Blocks, str]:
    """Serve a page over the stand-in; return it and its address."""
    page = app.build(PaintService(paint=Pipeline(), models=object()))
    _, url, _ = page.launch(
        prevent_thread_lock=True, quiet=True, ssr_mode=False, run_history=False,
        server_port=port, head=theme.HEAD, css=theme.CSS, theme=theme.theme(),
    )  # fmt: skip
    return page, url


@contextmanager
def page_of_its_own() -> Iterator[tuple[list[gr.Blocks], str, Path]]:
    """Serve a page whose files lie in a folder of their own; the list holds what is served now."""
    before = os.environ.get("GRADIO_TEMP_DIR")
    folder = Path(tempfile.mkdtemp(prefix="keeping-"))
    os.environ["GRADIO_TEMP_DIR"] = str(folder)
    first, url = serve()
    served = [first]
    try:
        yield served, url, folder
    finally:
        served[-1].close(verbose=False)
        os.environ.pop("GRADIO_TEMP_DIR")
        if before is not None:
            os.environ["GRADIO_TEMP_DIR"] = before


def kept_in(page: Page, count: int) -> None:
    """Wait until so many small pictures hang under the easel."""
    page.wait_for_function(
        "count => document.querySelectorAll('#album li img').length === count", arg=count
    )


def keep_one(page: Page, photo: bytes, url: str) -> np.ndarray:
    """Paint a photo; it is kept. Return the painting."""
    open_page(page, url)
    drop(page, photo, "holiday.jpg")
    page.wait_for_selector("#photo img")
    page.locator("#set-brush input[type=number]").fill(BRUSH)
    page.locator("#set-brush input[type=number]").press("Tab")
    painted = paint(page)
    kept_in(page, 1)
    stored_at_last(page, 1)
    return painted


def stored_at_last(page: Page, count: int) -> list[dict]:
    """Wait until the browser's store holds so many; return them, the newest first."""
    for _ in range(100):
        found = page.evaluate(STORED)
        if len(found) == count:
            return found
        page.wait_for_timeout(100)
    check(False, f"the browser keeps {count}, found {len(found)}")
    return []


def stays_after(page: Page, act: Callable[[], object], painted: np.ndarray, what: str) -> None:
    """Lose the page for a moment; what it held is there again."""
    act()
    page.wait_for_selector("#easel .painted")
    is_back(page, painted, what)


def go_back_after(page: Page, act: Callable[[], object], painted: np.ndarray, what: str) -> None:
    """Lose the page in some way, then go back to the painting that the browser keeps."""
    act()
    kept_in(page, 1)
    page.wait_for_selector("#easel .opening")
    new_picture(page, lambda: page.locator("#album li button").first.click())
    is_back(page, painted, what)


def is_back(page: Page, painted: np.ndarray, what: str) -> None:
    """Check that a painting hangs there again, with its photo and its settings."""
    page.wait_for_selector("#photo img[src*='holiday']")
    page.wait_for_selector("#album [aria-current=true]")
    found = picture_at(page, page.locator("#easel .after"))
    off = abs(found - painted).mean()
    check(off < LEAST_DIFFERENCE, f"{what}: photo and painting are back ({off:.1f} off)")
    brush = page.locator("#set-brush input[type=number]").input_value()
    check(brush == BRUSH, f"{what}: so are its settings")


def keep_ten(page: Page) -> None:
    """Look at eleven more, and at some only for a second: those are replaced, ten are kept."""
    unfold(page, "Outline")
    feather, now = page.locator("#set-feather input[type=number]"), time.time()

    def change(value: float, seconds: float) -> None:
        nonlocal now
        now += seconds
        page.clock.set_fixed_time(now)
        newest = page.evaluate(NEWEST)
        # Both in one: it may be painted before the key is pressed.
        new_picture(page, lambda: (feather.fill(f"{value:.3f}"), feather.press("Tab")))
        page.wait_for_function(f"old => {NEWEST} !== old", arg=newest)  # the clock goes on after it

    wanted = [number / 1000 for number in range(10, 21)]
    for number, value in enumerate(wanted):
        if number > 7:
            change(value / 2, LOOKED_AT_S)
        change(value, 1 if number > 7 else LOOKED_AT_S)
    kept_in(page, MOST)
    for _ in range(100):
        found = stored_at_last(page, MOST)
        feathers = [json.loads(each["card"])["settings"]["feather"] for each in found]
        if feathers[0] == wanted[-1]:
            break
        page.wait_for_timeout(100)
    check(feathers == wanted[:0:-1], f"ten are kept, no step between them: {feathers}")
    most = max(each["bytes"] for each in found)
    check(most < 2e6, f"the largest of them has {most / 1000:.0f} kB")
    secret = [word for each in found for text in each["texts"] for word in (*PRIVATE, *MARKS)
              if word.decode() in text or word.decode() in each["card"]]  # fmt: skip
    check(not secret, f"no place, name or other metadata is kept {secret}")


def run_out_of_room(page: Page) -> None:
    """Leave less room than is used: the oldest goes, and that is said."""
    origin, devtools = page.evaluate("location.origin"), page.context.new_cdp_session(page)
    used = page.evaluate("navigator.storage.estimate().then(({usage}) => usage)")
    quota = {"origin": origin, "quotaSize": used - 20_000}
    devtools.send("Storage.overrideQuotaForOrigin", quota)
    page.wait_for_timeout(1000 * ROOM_KNOWN_S)
    page.clock.set_fixed_time(time.time() + 1000)
    feather = page.locator("#set-feather input[type=number]")
    feather.fill("0.1")
    feather.press("Tab")
    page.wait_for_selector("#album .said:has-text('no more room')")
    devtools.send("Storage.overrideQuotaForOrigin", {"origin": origin})
    count = page.locator("#album li").count()
    check(MOST - 3 <= count < MOST, f"without room for one more, {count} are kept")
    stored_at_last(page, count)


def delete_everything(page: Page, folder: Path) -> None:
    """Have all deleted: first not after all, then in the browser and on the server."""
    files = [file for file in folder.rglob("*") if file.is_file()]
    check(len(files) > 3, f"the server has {len(files)} files of this visit")
    ask = page.locator(".album button.forget")
    ask.click()
    page.keyboard.press("Escape")
    check(page.locator("#album li").count() > 0, "who does not confirm keeps it")
    ask.click()
    accessible(page, "asked whether all shall be deleted")
    page.evaluate("window.endShares = async () => false")
    page.click(".album .yes")
    page.wait_for_selector("#deleted:has-text('Not everything is deleted')", timeout=30_000)
    check(True, "that a link could not be ended is said")
    page.locator("#privacy button.forget").click()
    page.click(".album .yes")
    page.wait_for_selector("#deleted:has-text('and on the server')", timeout=30_000)
    check(page.evaluate(STORED) == [], "nothing is left in the browser")
    left = [file for file in folder.rglob("*") if file.is_file()]
    check(not left, f"nothing is left on the server {left[:3]}")
    check(page.locator("#photo img").count() == 0, "nor on the page")


def leave_at_once(browser: Browser, url: str) -> None:
    """Close the page before its browser can keep the painting; it is kept at the next visit."""
    visit = browser.new_context()
    page = visit.new_page()
    open_page(page, url)
    page.evaluate("() => { window.createImageBitmap = () => new Promise(() => {}); }")  # for ever
    drop(page, private_jpeg(), "holiday.jpg")
    page.wait_for_selector("#photo img")
    paint(page)
    page.wait_for_function("localStorage.keeping?.includes('holiday')")
    page.close()
    page = visit.new_page()
    page.goto(url)
    kept_in(page, 1)
    check(True, "a painting that hung as its page was closed is kept when it is opened again")
    page.wait_for_function("localStorage.keeping === '{}'")
    visit.close()


def lose_the_answer(page: Page) -> None:
    """Have all deleted while the server does not answer: that is said, and what it means."""
    page.route("**/gradio_api/**", lambda _: None)
    page.clock.install()
    page.locator("#privacy button.forget").click()
    page.click(".album .yes")
    page.wait_for_timeout(500)
    page.clock.fast_forward(LONG_SILENCE_MS)
    page.wait_for_selector("#deleted:has-text('The server has not answered')", timeout=30_000)
    said = page.inner_text("#deleted")
    check(f"within {DELETED_AFTER_MIN} minutes" in said, f"no answer is said: {said}")


def keep_in_browser(
    browser: Browser,
    size: tuple[int, int] = SIZES[0],
    pictures: Path | None = None,
    *,
    quick: bool = False,
) -> None:
    """Keep a painting through a reload, back and a restarted server; keep ten; delete all.

    At last the server does not answer, and a page is closed before its painting is kept.

    `quick`: without the ten, which take minutes.
    """
    began = time.monotonic()

    def look(name: str) -> None:
        if pictures:
            page.wait_for_timeout(600)
            page.screenshot(path=pictures / f"9-{name}-{size[0]}.png")

    with page_of_its_own() as (served, url, folder):
        page = browser.new_page(viewport={"width": size[0], "height": size[1]})
        page.set_default_timeout(LONGEST_MS)
        phone = size[0] <= PHONE
        if phone:
            page.add_init_script(SHARING)
        painted = keep_one(page, private_jpeg(), url)
        look("kept")
        take_along(page, shares=phone)
        stays_after(page, page.reload, painted, "after a reload")
        look("back")
        leave = "about:blank"
        stays_after(page, lambda: (page.goto(leave), page.go_back()), painted, "after Back")
        page.goto(leave)
        served[-1].close(verbose=False)
        for left in folder.iterdir():
            delete(left)  # as the program's end does
        again, _ = serve(int(url.rstrip("/").rpartition(":")[2]))
        served.append(again)
        go_back_after(page, lambda: page.goto(url), painted, "after a restart of the server")
        if not quick:
            keep_ten(page)
            look("ten")
            run_out_of_room(page)
        delete_everything(page, folder)
        look("deleted")
        lose_the_answer(page)
        leave_at_once(browser, url)
        page.close()
    check(True, f"keeping took {time.monotonic() - began:.0f} s")


def main() -> None:
    """Walk at a desk and on a phone."""
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET.split())
        for size in SIZES:
            keep_in_browser(browser, size, folder)
        browser.close()


if __name__ == "__main__":
    main()
