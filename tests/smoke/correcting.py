"""Correcting what is kept, by clicks, keys and strokes."""

from collections.abc import Callable

import numpy as np
from playwright.sync_api import Page

from tests.smoke.browser import check, shown_in


def correct_in_browser(page: Page) -> None:
    """Click beside what is kept, look at what that changes, and undo it."""
    page.get_by_role("tab", name="What stays").click()
    page.wait_for_selector("#kept img", state="visible")
    before = shown_in(page, "#kept"), shown_in(page, "#corrected")
    change(page, lambda: page.locator("#kept img").click(position={"x": 60, "y": 60}))
    after = shown_in(page, "#kept"), shown_in(page, "#corrected")
    check(not np.array_equal(before[0], after[0]), "a click changes what is kept")
    check(not np.array_equal(before[1], after[1]), "a click changes the result")
    check(
        "add: 1" in (page.locator("#kept img").get_attribute("alt") or ""),
        "the alternative text counts the click",
    )
    change(page, lambda: page.click("#undo"))
    back = shown_in(page, "#kept"), shown_in(page, "#corrected")
    check(
        all(np.array_equal(a, b) for a, b in zip(before, back, strict=True)),
        "Undo brings both back",
    )
    change(page, lambda: page.click("#redo"))
    check(np.array_equal(after[0], shown_in(page, "#kept")), "Redo makes it again")
    change(page, lambda: page.click("#undo"))
    page.locator("#kept .image-container > button").focus()
    page.keyboard.press("Shift+ArrowDown")
    change(page, lambda: page.keyboard.press("Enter"))
    check(not np.array_equal(before[0], shown_in(page, "#kept")), "keys can click, too")
    change(page, lambda: page.click("#clear"))
    paint_over(page)


def paint_over(page: Page) -> None:
    """Paint a stroke over what is kept, look at what that changes, and undo it."""
    before = shown_in(page, "#kept"), shown_in(page, "#corrected")
    page.locator("#tool label", has_text="Brush").click()
    page.locator("#kept img").scroll_into_view_if_needed()
    box = page.locator("#kept img").bounding_box() or {}

    def stroke() -> None:
        page.mouse.move(box["x"] + 0.2 * box["width"], box["y"] + 0.8 * box["height"])
        page.mouse.down()
        page.mouse.move(box["x"] + 0.6 * box["width"], box["y"] + 0.9 * box["height"], steps=10)
        check(page.locator("#ink").is_visible(), "a stroke is seen while it is painted")
        page.mouse.up()

    change(page, stroke)
    check(not np.array_equal(before[0], shown_in(page, "#kept")), "a stroke changes what is kept")
    check(
        not np.array_equal(before[1], shown_in(page, "#corrected")), "a stroke changes the result"
    )
    check(not page.locator("#ink").is_visible(), "the new picture takes the stroke's place")
    check(
        "add: 0" in (page.locator("#kept img").get_attribute("alt") or ""), "a stroke is no click"
    )
    change(page, lambda: page.click("#undo"))
    check(np.array_equal(before[1], shown_in(page, "#corrected")), "Undo takes the stroke back")
    page.locator("#tool label", has_text="Click").click()


def change(page: Page, act: Callable[[], object]) -> None:
    """Do something that changes the picture to click on, and wait for that."""
    old = page.locator("#kept img").get_attribute("src")
    act()
    page.wait_for_function(
        "old => document.querySelector('#kept img')?.src !== old", arg=old, timeout=60_000
    )
    page.wait_for_timeout(300)  # the result follows in the same answer
