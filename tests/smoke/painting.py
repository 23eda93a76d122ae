"""Painting: in a mood, like a picture, kept early, and as a link brings it along."""

from playwright.sync_api import Page

from tests.smoke.browser import (
    LEAST_DIFFERENCE,
    check,
    choose_painter,
    drop_portrait,
    open_page,
    paint,
    unfold,
)
from ui.style_box import LIKE


def choose_a_mood(page: Page) -> None:
    """Paint by a network, then in its mood of mist, which is bluer."""
    choose_painter(page, "by a network")
    before = paint(page)
    page.locator("label", has_text="Mist").click()
    after = paint(page)
    bluer = (after - before)[..., 2].mean() - (after - before)[..., 0].mean()
    check(
        bluer > LEAST_DIFFERENCE,
        f"mist is bluer, by {bluer:.1f}",
    )


def paint_like_a_picture(page: Page) -> None:
    """Paint like a picture of the gallery, keep it early, and go back to Monet."""
    choose_painter(page, "Like a picture")
    page.locator("#style-gallery button", has_text="Night").click()
    page.wait_for_selector("#style img")
    open_link(page)
    page.click("#paint")
    page.wait_for_selector("#doing img", state="visible", timeout=120_000)
    check(True, "the painting so far is shown")
    page.click("#keep-as-is")
    page.wait_for_selector("#notes:has-text('Stopped early')", timeout=240_000)
    unfold(page, "For experts")
    page.wait_for_selector("#makers:has-text('perceptual_light')", timeout=240_000)
    page.wait_for_selector("#doing img", state="hidden", timeout=10_000)
    check(True, "it is kept as it was, and hangs in the result panel")
    choose_painter(page, "Brush strokes")
    page.wait_for_selector("#set-brush", state="visible")


def open_link(page: Page) -> None:
    """Copy the link, and open it as somebody else."""
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.click("#link")
    page.wait_for_selector("#link:has-text('Link copied')")
    link = page.evaluate("navigator.clipboard.readText()")
    browser = page.context.browser
    assert browser
    other = browser.new_page()
    other.goto(link)
    other.wait_for_selector("#style img", timeout=30_000)
    unfold(other, "Painting")
    check(
        other.locator("#set-painter input").input_value() == "Like a picture",
        "a link brings the picture along",
    )
    other.close()


def paint_in_two_styles(page: Page, url: str) -> None:
    """Paint the same photo like one picture, then like another."""
    open_page(page, f"{url}/?painter={LIKE}&style_px=160&iterations=2&like=night")
    drop_portrait(page)
    first = paint(page)
    page.locator("#style-gallery button", has_text="Mosaic").click()
    page.wait_for_selector("#style img[src*='mosaic']")
    second = paint(page)
    apart = abs(first - second).mean()
    check(apart > 1, f"painted like another picture the result is another one, by {apart:.1f}")
