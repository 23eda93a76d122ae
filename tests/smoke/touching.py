"""Wheel, fingers and keys over the pictures."""

from collections.abc import Callable

from playwright.sync_api import CDPSession, Page

from tests.smoke.browser import check

HANDLE = "#easel .divide"
ZOOMED = "Number(document.querySelector('#easel .sheet').style.getPropertyValue('--zoom'))"


def scroll_over_the_result(page: Page) -> None:
    """Scroll by wheel and finger over the result; drag its handle by mouse, keys and finger."""
    devtools = page.context.new_cdp_session(page)
    picture = page.locator("#easel .stage")

    def wheel() -> None:
        page.mouse.move(*middle_of(page, "#easel .stage", 0.25))
        page.mouse.wheel(0, 150)

    def swipe() -> None:
        drag_a_finger(devtools, middle_of(page, "#easel .stage", 0.25), (0, -15))

    for name, act in (("the wheel", wheel), ("a swipe", swipe)):
        picture.scroll_into_view_if_needed()
        before = page.evaluate("scrollY")
        act()
        page.wait_for_timeout(500)
        moved = page.evaluate("scrollY") - before
        check(moved > 100, f"{name} over the result scrolls the page, by {moved:.0f} px")
    check(
        "scale(1)" in (page.locator("#easel .sheet").get_attribute("style") or ""),
        "the result was not zoomed",
    )

    def mouse() -> None:
        x, y = middle_of(page, HANDLE)
        page.mouse.move(x, y)
        page.mouse.down()
        page.mouse.move(x + 60, y, steps=4)
        page.mouse.up()

    def finger() -> None:
        drag_a_finger(devtools, middle_of(page, HANDLE), (6, 0))

    def keys() -> None:
        page.locator(HANDLE).focus()
        page.keyboard.press("ArrowLeft")

    page.locator("#easel").scroll_into_view_if_needed()
    for name, act in (("the mouse", mouse), ("keys", keys), ("a finger", finger)):
        check(moves_the_handle(page, act), f"{name} can move the handle")


def look_closer(page: Page) -> None:
    """Zoom by a button and a double click; fill the window; hold to see the photo."""
    sheet = page.locator("#easel .sheet")
    if page.locator("#easel .nearer").is_visible():  # on a phone two fingers do it
        page.click("#easel .nearer")
        check(page.evaluate(ZOOMED) > 1, "a button zooms")
        page.mouse.dblclick(*middle_of(page, "#easel .stage", 0.7))
        check(page.evaluate(ZOOMED) == 1, "a double click brings the whole painting back")
    high = (sheet.bounding_box() or {})["height"]
    page.click("#easel .fill")
    page.wait_for_timeout(300)
    full = page.locator("#easel .full").bounding_box() or {}
    size = page.viewport_size or {}
    check(
        (full["width"], full["height"]) == (size["width"], size["height"]),
        f"it fills the window, {high:.0f} to {(sheet.bounding_box() or {})['height']:.0f} px high",
    )
    page.keyboard.press("Escape")
    check(page.locator("#easel .full").count() == 0, "Escape leaves it")
    clip = "getComputedStyle(document.querySelector('#easel .before')).clipPath"
    page.locator("#easel .hold").focus()
    page.keyboard.down("Enter")
    check(page.evaluate(clip) == "none", "while a button is held, the photo is seen")
    page.keyboard.up("Enter")
    check(page.evaluate(clip) != "none", "and then the painting")


def pinch_closer(page: Page) -> None:
    """Zoom with two fingers, and back with two taps."""
    pinch(page.context.new_cdp_session(page), middle_of(page, "#easel .stage"))
    page.wait_for_timeout(300)
    check(page.evaluate(ZOOMED) > 1.5, f"a pinch zooms, {page.evaluate(ZOOMED):.1f} times")
    page.mouse.dblclick(*middle_of(page, "#easel .stage", 0.8))
    check(page.evaluate(ZOOMED) == 1, "two taps bring the whole painting back")


def pinch(devtools: CDPSession, middle: tuple[float, float]) -> None:
    """Spread two fingers around a point."""
    for i in range(11):
        kind, off = "touchMove" if i else "touchStart", 20 + 8 * i
        points = [{"x": middle[0] + side * off, "y": middle[1], "id": side + 1} for side in (-1, 1)]
        devtools.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
    devtools.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})


def drag_a_finger(
    devtools: CDPSession, start: tuple[float, float], step: tuple[float, float]
) -> None:
    """Put a finger down, move it by ten steps, and lift it."""
    for i in range(11):
        x, y = (at + i * by for at, by in zip(start, step, strict=True))
        kind = "touchMove" if i else "touchStart"
        devtools.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": y}]})
    devtools.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})


def moves_the_handle(page: Page, act: Callable[[], None]) -> bool:
    """Return whether something moves the handle."""
    before = middle_of(page, HANDLE)[0]
    act()
    page.wait_for_timeout(300)
    return abs(middle_of(page, HANDLE)[0] - before) > 2


def middle_of(page: Page, place: str, fraction: float = 0.5) -> tuple[float, float]:
    """Return the middle of a place in the window, or a point left of it."""
    box = page.locator(place).bounding_box() or {}
    return box["x"] + fraction * box["width"], box["y"] + box["height"] / 2


def look_at_a_stage(page: Page) -> None:
    """Open a stage's picture, go to the next, and close it, by mouse and by keys."""
    thumbnails, large = page.locator("#stages .thumbnail-item"), page.locator("#large")
    small = thumbnails.first.locator("img").bounding_box() or {}
    thumbnails.first.click()
    page.wait_for_selector("#large img", state="visible")
    big = large.locator("img").bounding_box() or {}
    first = large.locator("img").get_attribute("src")
    check(
        big["height"] > 2 * small["height"],
        f"a stage's picture opens large, {small['height']:.0f} to {big['height']:.0f} px high",
    )
    page.keyboard.press("ArrowRight")
    check(
        large.locator("img").get_attribute("src") != first,
        f"the next one is {large.locator('p').inner_text()!r}",
    )
    large.get_by_role("button", name="Close").click()
    check(not large.is_visible(), "its button closes it")
    thumbnails.last.focus()
    page.keyboard.press("Enter")
    check(large.is_visible(), "Enter opens it")
    page.keyboard.press("Escape")
    check(not large.is_visible(), "Escape closes it")
    back = page.evaluate("document.activeElement.matches('#stages .thumbnail-item')")
    check(back, "and gives the focus back")
