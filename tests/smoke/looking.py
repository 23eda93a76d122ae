"""Comparing, and how every tab looks."""

from pathlib import Path

import cv2
from PIL import Image
from playwright.sync_api import Page

from tests.smoke.browser import accessible, check, picture_at
from ui.compare_tab import LEFT, RIGHT

IS_CUT = "field => field.scrollWidth > field.clientWidth"
LEAST_BETWEEN = 3.0  # mean difference of 8-bit values between two ways to paint


def compare_in_browser(page: Page) -> None:
    """Compare two ways to paint, go on with one; then compare segmenters, and keep the sheet."""
    page.get_by_role("tab", name="Compare").click()
    compare_two_ways(page)
    page.get_by_role("tab", name="Compare").click()
    page.locator("#outlines > .label-wrap").click()
    page.wait_for_selector("#segmenters input", state="visible")
    ticked = page.locator("#segmenters input:checked").count()
    page.click("#compare-outlines")
    page.wait_for_selector("#outlined .thumbnail-item", timeout=240_000)
    check(
        page.locator("#outlined .thumbnail-item").count() == 2 + ticked,
        f"{ticked} segmenters stand beside the photo and its painting",
    )
    page.wait_for_selector("#compare-outlines:not([disabled])")
    with page.expect_download() as sheet:
        page.click("#sheet")
    check(
        max(Image.open(sheet.value.path()).size) > 1000,
        f"the sheet can be downloaded as {sheet.value.suggested_filename}",
    )


def compare_two_ways(page: Page) -> None:
    """See two ways under one divide, with their names, and go on with the right one."""
    read_whole(page, "#versus-tools")
    page.click("#compare")
    page.wait_for_selector("#versus .doing p", timeout=30_000)
    check(True, "what is done is said where one looks")
    page.wait_for_selector("#versus-viewer .painted", timeout=240_000)
    page.wait_for_function(
        "[...document.querySelectorAll('#versus-viewer :is(.before, .after)')]"
        ".every(i => i.naturalWidth)"
    )
    names = page.locator("#versus-viewer .named").all_inner_texts()
    check(names == [LEFT, RIGHT], f"{names[0]} and {names[1]} hang under one divide")
    one, other = [
        picture_at(page, img) for img in page.locator("#versus-viewer :is(.before, .after)").all()
    ]
    small, large = sorted((one, other), key=len)  # a network paints at the photo's size
    apart = abs(small - cv2.resize(large, small.shape[1::-1])).mean()
    check(apart > LEAST_BETWEEN, f"by {apart:.1f} apart")
    page.wait_for_selector("#compare:not([disabled])")
    page.click("#take-right")
    page.wait_for_selector(f"#looks button[aria-pressed=true]:has-text('{RIGHT}')", timeout=60_000)
    check(page.locator("#easel").is_visible(), "one can go on with either")


def read_whole(page: Page, place: str) -> None:
    """Find what is chosen in a place's fields not cut."""
    fields = page.locator(f"{place} input:visible").all()
    cut = [each.input_value() for each in fields if each.evaluate(IS_CUT)]
    check(not cut, f"what is chosen in {place} can be read whole {cut or ''}")


def choose_for_a_film(page: Page) -> None:
    """Choose what a film is painted by, and read it."""
    page.get_by_role("tab", name="Film").click()
    page.locator("#film-way input").click()
    page.get_by_role("option", name="Like a known picture").click()
    page.wait_for_selector("#film-style", state="visible")
    read_whole(page, "#film-how")


def look_around(page: Page, folder: Path) -> None:
    """Look at every tab: alternative texts, width, and a picture of the page."""
    for tab in ("Painting", "Compare"):
        page.get_by_role("tab", name=tab).click()
        page.wait_for_timeout(1500)
        nameless = page.evaluate(
            "[...document.querySelectorAll('#photo img, #wall img')].filter(i => !i.alt).length"
        )
        check(nameless == 0, f"every picture has an alternative text ({tab})")
        name = f"{tab.lower().replace(' ', '-')}-{page.viewport_size['width']}.png"
        page.screenshot(path=folder / name, full_page=True)
        accessible(page, tab)
        width = page.evaluate("document.documentElement.scrollWidth")
        check(
            width <= page.viewport_size["width"],
            f"the page is {width} px wide in a window of {page.viewport_size['width']} ({tab})",
        )
    page.go_back()
    page.wait_for_selector("#tabs [role=tab]:first-child[aria-selected=true]")
    check(page.locator("#easel").is_visible(), "the way back leads to the painting first")
