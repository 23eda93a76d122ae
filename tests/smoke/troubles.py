"""What goes wrong, and that one can go on after it."""

import re
import struct

from playwright.sync_api import Browser, Page, Route

from tests.smoke.browser import (
    LONGEST_MS,
    check,
    choose_painter,
    close_toasts,
    covers_nothing,
    drop,
    drop_portrait,
)
from ui.easel import ARRIVED

RED = """() => [...document.querySelectorAll('#wall .error')]
  .some(node => node.checkVisibility({visibilityProperty: true, opacityProperty: true}))"""
WATCH = """red => {
  const doing = () => document.querySelector('#doing p')?.textContent ?? '';
  window.told = [];
  window.reddened = false;
  window.watcher = setInterval(() => {
    const said = doing().match(/(\\d+) s left/);
    if (said) told.push(Number(said[1]));
    reddened ||= eval(red)() || Boolean(document.querySelector('.toast-body.error'));
  }, 50);
}"""

# Tells whether a button could be pressed for 0.6 s.
SETTLED = """button => {
  const now = performance.now();
  if (document.querySelector(button).disabled) window.workedAt = now;
  return now - window.workedAt > 600;
}"""


def too_large() -> bytes:
    """Return the head of a TIFF of 400 megapixels, which no browser tries to decode."""
    side = 20_000
    tags = {
        256: side,
        257: side,
        258: 8,
        259: 1,
        262: 1,
        273: 8,
        277: 1,
        278: side,
        279: side * side,
    }
    entries = (struct.pack("<HHII", tag, 4, 1, value) for tag, value in tags.items())
    return struct.pack("<2sHIH", b"II", 42, 8, len(tags)) + b"".join(entries) + bytes(4)


def refuse_what_cannot_be_painted(page: Page) -> None:
    """Be asked for a photo first; Compare none, paint two that are none; then drop one."""
    with page.expect_file_chooser():
        page.click("#paint")
    check(True, "without a photo, the button asks for one")
    page.get_by_role("tab", name="Compare").click()
    refused(page, "#compare", "no photo yet")
    page.get_by_role("tab", name="Painting").click()
    drop(page, b"These are words. " * 9, "words.jpg")
    refused(page, "#paint", "not a picture")
    drop(page, too_large(), "large.tif")
    refused(page, "#paint", "megapixels")
    drop_portrait(page)
    check(page.locator("#paint").is_enabled(), "after three errors a photo can be painted")


def refused(page: Page, button: str, why: str) -> None:
    """Press a button, read in red what is wanted, and find the button ready again."""
    page.wait_for_timeout(500)
    page.click(button)
    page.wait_for_selector(f".toast-body:has-text('{why}')", timeout=30_000)
    covers_nothing(page)
    page.evaluate("window.workedAt = performance.now()")
    page.wait_for_function(SETTLED, arg=button)  # what was dropped may be tried by itself, too
    check(True, f"{button} says '{why}' and can be pressed again")
    check(not page.evaluate(RED), "nothing red is left in the result panel")
    close_toasts(page)


def cancel_a_long_one(page: Page) -> None:
    """Begin a painting that takes long, look at it on the way, and cancel it."""
    choose_painter(page, "Like a picture")
    page.locator("#style-gallery button", has_text="Night").click()
    page.wait_for_selector("#style img")
    page.evaluate(WATCH, RED)
    page.click("#paint")
    page.wait_for_selector("#doing img", state="visible", timeout=120_000)
    words = str(ARRIVED).partition(".")[0]
    check(
        words not in page.locator("#wall").inner_text(),
        "the empty panel asks for nothing while it is painted",
    )
    page.wait_for_function("told.length > 40", timeout=LONGEST_MS)  # two seconds, once it is known
    in_view(page, "#doing p", "the painting so far comes into view")
    page.click("#cancel")
    page.wait_for_selector("#paint:not([disabled])", timeout=60_000)
    page.wait_for_selector("#notes:has-text('Cancelled.')")
    page.wait_for_timeout(1500)
    told, red = page.evaluate("clearInterval(watcher), [told, reddened]")
    check(told == sorted(told, reverse=True), f"the time left only fell {told[:1]} {told[-1:]}")
    check(not red, "a cancel is no error: it leaves a note and nothing red")
    check(words in page.locator("#wall").inner_text(), "the result panel is empty again")
    choose_painter(page, "by a network")
    page.wait_for_selector("#set-network-mood", state="visible")


def ask_again_for_a_lost_picture(browser: Browser, url: str) -> None:
    """Lose a picture of the page twice on its way, as a network of moments does."""
    page, asked = browser.new_page(), []

    def lose(route: Route) -> None:
        asked.append(route.request.url)
        if len(asked) < 3:
            route.abort()
        else:
            route.continue_()

    page.route(re.compile("small/portrait"), lose)
    page.goto(url)
    page.wait_for_function(
        "document.querySelector('#examples img[src*=portrait]')?.naturalWidth", timeout=30_000
    )
    check(len(asked) == 3, f"a picture that was lost is asked for again, {len(asked)} times in all")
    page.close()


def in_view(page: Page, place: str, what: str) -> None:
    """Wait until all of a place is in the window."""
    inside = """at => {
      const {top, bottom} = document.querySelector(at).getBoundingClientRect();
      return top >= 0 && bottom <= innerHeight;
    }"""
    page.wait_for_function(inside, arg=place, timeout=5000)
    check(True, what)
