"""Saying what stays on the easel itself: by faces, points, keys and strokes."""

from collections.abc import Callable

import numpy as np
from playwright.sync_api import Page

from tests.smoke.browser import accessible, check, new_picture, picture_at

KEPT = "#easel .kept"


def choose_a_face(page: Page) -> None:
    """Paint a face like the rest, and take that back."""
    page.click("#easel .stays")
    page.wait_for_selector("#easel .menu", state="visible")
    frame = page.locator("#easel .faces button")
    check("stays itself" in (frame.get_attribute("aria-label") or ""), "the face's frame says so")
    painted = page.locator("#easel .menu button", has_text="Painted like the rest")
    new_picture(page, painted.click, "a face is painted like the rest")
    check(painted.get_attribute("aria-pressed") == "true", "which is what is marked then")
    new_picture(page, lambda: page.click("#easel .undo"), "and stays itself again")
    page.click("#easel .stays")


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
