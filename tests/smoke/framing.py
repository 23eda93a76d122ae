"""Crop a photo to a paper and lay a border around it, in the browser."""

import numpy as np
from playwright.sync_api import Page

from pipeline.stages.border import PAPER
from tests.smoke.browser import check, drop_portrait, open_page, paint, shown_in


def frame_in_browser(page: Page, url: str) -> None:
    """Choose a paper and a border by a link, see what will be painted, and paint it."""
    open_page(page, f"{url}?format=2&paper=2x3&border=10&size=2048")
    drop_portrait(page)
    page.click("#frame .label-wrap")
    page.wait_for_selector("#framed img")
    size = page.locator("#frame-size").inner_text().splitlines()[0]
    check(" 2048 px, " in size and "17 cm" in size, f"the size is told before painting: {size}")
    pull(page)
    for place, shown in (("#framed", shown_in(page, "#framed")), ("#easel", paint(page))):
        h, w = shown.shape[:2]
        check(abs(h - 1.5 * w) < 0.02 * h, f"{place} has the paper's shape, {w} x {h}")
        check(bool((np.abs(shown[2] - PAPER) < 2).all()), f"{place} has its border")
    told = page.locator("#size").inner_text()
    check(size.endswith(f": {told}"), f"the result has the size that was told, {told}")


def pull(page: Page) -> None:
    """Pull the photo under its frame, toward its right and lower edge, as far as there is room."""
    room = page.locator("#frame-size [data-room]").get_attribute("data-room") or ""
    image = page.locator("#framed img")
    image.scroll_into_view_if_needed()
    box = image.bounding_box() or {}
    fields = {
        flag: page.locator(f"#set-{flag} input[type=number]")
        for flag, far in zip(("across", "down"), map(float, room.split()), strict=True)
        if far
    }
    before = {flag: float(field.input_value()) for flag, field in fields.items()}
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x - 10, y - 10, steps=3)
    page.mouse.up()
    moved = {flag: float(field.input_value()) > before[flag] for flag, field in fields.items()}
    check(bool(moved) and all(moved.values()), f"a photo that is pulled moves: {moved}")
