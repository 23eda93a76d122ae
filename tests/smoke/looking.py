"""Comparing, and how every tab looks."""

from pathlib import Path

from PIL import Image
from playwright.sync_api import Page

from tests.smoke.browser import accessible, check


def compare_in_browser(page: Page) -> None:
    """Compare the segmenters that are ticked, and download the sheet."""
    page.get_by_role("tab", name="Compare").click()
    ticked = page.locator("#segmenters input:checked").count()
    page.click("#compare")
    page.wait_for_selector("#compared .thumbnail-item", timeout=240_000)
    check(
        page.locator("#compared .thumbnail-item").count() == 2 + ticked,
        f"{ticked} segmenters stand beside the photo and its painting",
    )
    page.wait_for_selector("#compare:not([disabled])")
    with page.expect_download() as sheet:
        page.click("#sheet")
    check(
        max(Image.open(sheet.value.path()).size) > 1000,
        f"the sheet can be downloaded as {sheet.value.suggested_filename}",
    )


def look_around(page: Page, folder: Path) -> None:
    """Look at every tab: alternative texts, width, and a picture of the page."""
    for tab in ("Painting", "Correct", "Compare"):
        page.get_by_role("tab", name=tab).click()
        page.wait_for_timeout(1500)
        nameless = page.evaluate(
            "[...document.querySelectorAll('#photo img, #wall img')].filter(i => !i.alt).length"
        )
        check(nameless == 0, f"every picture has an alternative text ({tab})")
        page.screenshot(
            path=folder / f"{tab.lower()}-{page.viewport_size['width']}.png", full_page=True
        )
        accessible(page, tab)
        width = page.evaluate("document.documentElement.scrollWidth")
        check(
            width <= page.viewport_size["width"],
            f"the page is {width} px wide in a window of {page.viewport_size['width']} ({tab})",
        )
