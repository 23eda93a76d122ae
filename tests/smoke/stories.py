"""Walk what a visitor may want, at three sizes: `python -m tests.smoke.stories URL FOLDER`.

A picture of the page is left in FOLDER after each story.
"""

import sys
import time
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from tests.smoke.browser import (
    CHROMIUM,
    QUIET,
    accessible,
    check,
    drop_portrait,
    new_picture,
    open_page,
    paint,
    show_stages,
    unfold,
)
from tests.smoke.correcting import choose_a_face, correct_in_browser
from tests.smoke.first_visit import look_at_the_opening, stays_in_view
from tests.smoke.keeping import keep_in_browser
from tests.smoke.looking import compare_in_browser
from tests.smoke.many import paint_many
from tests.smoke.mending import mend_in_browser
from tests.smoke.own_photo import choose_a_look, paint_by_itself, repaint
from tests.smoke.painting import paint_like_a_picture
from tests.smoke.sharing import share_with_a_reviewer
from tests.smoke.touching import look_at_a_stage, look_closer, pinch_closer
from tests.smoke.troubles import refuse_what_cannot_be_painted

SIZES = ((1440, 900), (1280, 720), (390, 844))
PHONE = 640  # px; up to this width the page is a phone's


def tune(page: Page) -> None:
    """Choose a look, move a slider, find a setting by a word, and reset all."""
    page.check("#by-itself input")
    choose_a_look(page)
    repaint(page)
    unfold(page, "Painting")
    page.fill("#find :is(input, textarea)", "canvas")
    page.wait_for_selector("#set-feather", state="hidden")
    found = page.locator("#fine-tune [id^=set-]:visible").all()
    check([each.get_attribute("id") for each in found] == ["set-canvas"], "a word finds a setting")
    page.fill("#find :is(input, textarea)", "clothes")
    page.wait_for_selector("#nothing-found p", state="visible")
    check("What stays" in page.inner_text("#nothing-found"), "where there is none, that is said")
    page.fill("#find :is(input, textarea)", "")
    page.wait_for_selector("#nothing-found p", state="hidden")
    new_picture(page, lambda: page.click("#reset"), "one button brings everything back")


def look(page: Page) -> None:
    """See the painting beside the controls, closer, and stage by stage."""
    phone = (page.viewport_size or {})["width"] <= PHONE
    stays_in_view(page, "phone" if phone else "desk")
    look_closer(page)
    if phone:
        pinch_closer(page)
    show_stages(page)
    look_at_a_stage(page)


def correct(page: Page) -> None:
    """Have a face painted, then correct the outline."""
    choose_a_face(page)
    correct_in_browser(page)


AFTER_A_PAINTING: dict[str, Callable[[Page], None]] = {
    "3-looks": tune,
    "4-always-in-view": look,
    "5-people": correct,
    "6-compare": compare_in_browser,
    "7-like-a-picture": paint_like_a_picture,
    "9-share": share_with_a_reviewer,
}
KEEPING_SIZES = (SIZES[0], SIZES[-1])


def walk(browser: Browser, url: str, folder: Path, size: tuple[int, int]) -> None:
    """Walk all stories in windows of one size."""
    width, height = size

    def story(name: str) -> None:
        sys.stdout.write(f"{name}, {width} x {height}\n")

    def window() -> Page:
        return browser.new_page(
            viewport={"width": width, "height": height}, has_touch=width <= PHONE
        )

    def picture(page: Page, name: str) -> None:
        page.screenshot(path=folder / f"{name}-{width}.png")

    story("1-first-visit")
    look_at_the_opening(browser, url, size)
    story("2-own-photo")
    paint_by_itself(browser, url, size)
    page = window()
    story("8-bad-days")
    open_page(page, url)
    refuse_what_cannot_be_painted(page)
    picture(page, "8-bad-days")
    page.close()
    if size in KEEPING_SIZES:
        story("9-keeping")
        keep_in_browser(browser, size, folder)
    story("10-many")
    page = window()
    paint_many(page, url, str(folder / f"10-many-{width}"))
    page.close()
    story("11-old-photo")
    page = window()
    open_page(page, url)
    mend_in_browser(page, str(folder / f"11-old-photo-{width}"))
    page.close()
    for name, act in AFTER_A_PAINTING.items():
        story(name)
        page = window()
        open_page(page, url)
        drop_portrait(page)
        paint(page)
        act(page)
        picture(page, name)
        accessible(page, name)
        page.close()


def main() -> None:
    """Walk all stories."""
    began = time.monotonic()
    url, folder = sys.argv[1], Path(sys.argv[2])
    folder.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET.split())
        for size in SIZES:
            walk(browser, url, folder, size)
        browser.close()
    check(True, f"all of it took {time.monotonic() - began:.0f} s")


if __name__ == "__main__":
    main()
