"""Saying what stays on the easel itself: by faces, points, keys and strokes."""

from collections.abc import Callable

import numpy as np
from playwright.sync_api import Page

from tests.smoke.browser import accessible, check, new_picture, picture_at

KEPT = "#easel .kept"
LEAST_HIGH = 664  # px of a phone's window, with the browser's bars
# What lies around the painting and is not all in the window.
OUTSIDE = """() => [...document.querySelectorAll(
  '#easel :is(.staying, .menu, .tools) :is(button, input, p)')]
  .filter(node => node.checkVisibility()).filter(node => {
    const {left, top, right, bottom} = node.getBoundingClientRect();
    return left < 0 || top < 0 || right > innerWidth || bottom > innerHeight;
  }).map(node => node.className || node.textContent)"""


def choose_a_face(page: Page) -> None:
    """Paint a face like the rest, and take that back."""
    page.click("#easel .stays")
    page.wait_for_selector("#easel .menu", state="visible")
    all_in_the_window(page, "what may become of a face")
    frame = page.locator("#easel .faces button")
    check("stays itself" in (frame.get_attribute("aria-label") or ""), "the face's frame says so")
    painted = page.locator("#easel .menu button", has_text="Painted like the rest")
    new_picture(page, painted.click, "a face is painted like the rest")
    check(painted.get_attribute("aria-pressed") == "true", "which is what is marked then")
    page.click("#easel .menu .close")  # on a phone what takes it back has no room beside it
    new_picture(page, lambda: page.click("#easel .undo"), "and stays itself again")
    page.click("#easel .stays")


def all_in_the_window(page: Page, what: str) -> None:
    """Find nothing around the painting cut off."""
    outside = page.evaluate(OUTSIDE)
    check(not outside, f"all of it is in the window: {what} {outside or ''}")


def correct_on_a_phone(page: Page) -> None:
    """Choose a face, fill the window, brush there, and leave both: the divide is where it was.

    It is done in as little of a phone as its browser's bars leave.
    """
    size = page.viewport_size or {}
    page.set_viewport_size({"width": size["width"], "height": LEAST_HIGH})
    page.evaluate("scrollTo(0, 0)")
    divide = page.locator("#easel .divide")
    before = divide.get_attribute("aria-valuenow")
    page.locator("#easel .stays").evaluate("button => button.click()")  # which scrolls nothing
    all_in_the_window(page, "a face, small")
    page.click("#easel .fill")
    all_in_the_window(page, "a face, large")
    stage, menu = [page.locator(f"#easel {at}").bounding_box() or {} for at in (".stage", ".menu")]
    check(menu["y"] >= stage["y"] + stage["height"], "what may become of it covers no face")
    page.click("#easel [data-tool=brush]")
    all_in_the_window(page, "the brush, large")
    seen_whole(page)
    page.go_back()
    page.wait_for_selector("#easel .easel:not(.full)")
    seen_whole(page)
    page.click("#easel .stays")
    check(divide.is_visible(), "after that the divide is there again")
    check(divide.get_attribute("aria-valuenow") == before, f"where it was, at {before} %")
    page.set_viewport_size({"width": size["width"], "height": size["height"]})


def seen_whole(page: Page) -> None:
    """See all of what stays, and no divide over it."""
    check(not page.locator("#easel .divide").is_visible(), "no divide catches what is brushed")
    opened = "document.querySelector('#easel .sheet').style.getPropertyValue('--opened')"
    check(page.evaluate(opened) == "100%", "nothing of it is hidden")


def correct_in_browser(page: Page) -> None:
    """Point beside what stays, look at what that changes, and undo it."""
    page.click("#easel .stays")
    page.click("#easel [data-tool=point]")
    page.wait_for_function(f"document.querySelector('{KEPT}').naturalWidth")
    page.locator("#easel .stage").scroll_into_view_if_needed()
    accessible(page, "what stays")
    before = seen(page)
    change(page, lambda: page.mouse.click(*place(page, 0.15, 0.15)))
    after = seen(page)
    check(not np.array_equal(before[0], after[0]), "a point changes what stays")
    check(not np.array_equal(before[1], after[1]), "a point changes the result")
    said = page.locator(KEPT).get_attribute("alt") or ""
    check("add: 1" in said, "the alternative text counts the point")
    change(page, lambda: page.click("#easel .undo"))
    back = seen(page)
    same = all(np.array_equal(a, b) for a, b in zip(before, back, strict=True))
    check(same, "Undo brings both back")
    change(page, lambda: page.click("#easel .redo"))
    check(np.array_equal(after[0], seen(page)[0]), "Redo makes it again")
    change(page, lambda: page.click("#easel .undo"))
    page.locator("#easel .stage").focus()
    for _ in range(3):
        page.keyboard.press("Shift+ArrowDown")
    check(page.locator("#easel .cross").is_visible(), "keys move a cross")
    change(page, lambda: page.keyboard.press("Enter"))
    check(not np.array_equal(before[0], seen(page)[0]), "and mark what is there")
    change(page, lambda: page.click("#easel .clear"))
    paint_over(page)
    page.click("#easel .stays")


def paint_over(page: Page) -> None:
    """Paint a stroke over what stays, look at what that changes, and undo it."""
    before = seen(page)
    page.click("#easel [data-tool=brush]")
    page.locator("#easel .stage").scroll_into_view_if_needed()
    seen_whole(page)

    def stroke() -> None:
        page.mouse.move(*place(page, 0.2, 0.8))
        page.mouse.down()
        page.mouse.move(*place(page, 0.45, 0.9), steps=10)
        check(page.locator("#easel .ink").is_visible(), "a stroke is seen while it is painted")
        page.mouse.up()

    change(page, stroke)
    after = seen(page)
    check(not np.array_equal(before[0], after[0]), "a stroke changes what stays")
    check(not np.array_equal(before[1], after[1]), "a stroke changes the result")
    hidden = "document.querySelector('#easel .ink').hidden"
    page.wait_for_function(hidden, timeout=10_000)
    check(True, "the new picture takes the stroke's place")
    said = page.locator(KEPT).get_attribute("alt") or ""
    check("add: 0" in said, "a stroke is no point")
    change(page, lambda: page.click("#easel .undo"))
    check(np.array_equal(before[1], seen(page)[1]), "Undo takes the stroke back")


def place(page: Page, x: float, y: float) -> tuple[float, float]:
    """Return a place of the picture in the window, given in shares of it."""
    box = page.locator("#easel .sheet").bounding_box() or {}
    return box["x"] + x * box["width"], box["y"] + y * box["height"]


def seen(page: Page) -> tuple[np.ndarray, np.ndarray]:
    """Return what stays, and the result."""
    return picture_at(page, page.locator(KEPT)), picture_at(page, page.locator("#easel .after"))


def change(page: Page, act: Callable[[], object]) -> None:
    """Do something that changes what stays, and wait for both pictures."""
    pictures = f"['{KEPT}', '#easel .after'].map(at => document.querySelector(at).src)"
    old = page.evaluate(pictures)
    act()
    new = f"old => {pictures}.every((src, i) => src !== old[i])"
    page.wait_for_function(new, arg=old, timeout=60_000)
    page.wait_for_timeout(300)
