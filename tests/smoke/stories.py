"""Walk what a visitor may want, at three sizes: `python -m tests.smoke.stories URL FOLDER`.

A picture of the page is left in FOLDER after each story. `--only 10-many 11-old-photo` walks these
alone, `--width 390` in windows of that width alone.
"""

import argparse
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
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


@dataclass(frozen=True)
class Visit:
    """Where a story is walked: in windows of a size, (width, height); pictures go to `folder`."""

    browser: Browser
    url: str
    folder: Path
    size: tuple[int, int]

    def window(self) -> Page:
        """Open a window."""
        width, height = self.size
        return self.browser.new_page(
            viewport={"width": width, "height": height}, has_touch=width <= PHONE
        )

    def picture(self, name: str) -> str:
        """Name a picture of a story, without its suffix."""
        return str(self.folder / f"{name}-{self.size[0]}")


def bad_days(visit: Visit) -> None:
    """Do what cannot work, then what can."""
    page = visit.window()
    open_page(page, visit.url)
    refuse_what_cannot_be_painted(page)
    page.screenshot(path=visit.picture("8-bad-days") + ".png")
    page.close()


def keeping(visit: Visit) -> None:
    """Keep ten paintings, go back, delete all; at a desk and on a phone."""
    if visit.size in (SIZES[0], SIZES[-1]):
        keep_in_browser(visit.browser, visit.size, visit.folder)


def many(visit: Visit) -> None:
    """Paint many photos."""
    page = visit.window()
    paint_many(page, visit.url, visit.picture("10-many"))
    page.close()


def old_photo(visit: Visit) -> None:
    """Have an old photo mended."""
    page = visit.window()
    open_page(page, visit.url)
    mend_in_browser(page, visit.picture("11-old-photo"))
    page.close()


def after_a_painting(name: str, act: Callable[[Page], None]) -> Callable[[Visit], None]:
    """Make the story of what is done with a painting that is there."""

    def story(visit: Visit) -> None:
        page = visit.window()
        open_page(page, visit.url)
        drop_portrait(page)
        paint(page)
        act(page)
        page.screenshot(path=visit.picture(name) + ".png")
        accessible(page, name)
        page.close()

    return story


AFTER_A_PAINTING: dict[str, Callable[[Page], None]] = {
    "3-looks": tune,
    "4-always-in-view": look,
    "5-people": correct,
    "6-compare": compare_in_browser,
    "7-like-a-picture": paint_like_a_picture,
    "9-share": share_with_a_reviewer,
}
STORIES: dict[str, Callable[[Visit], None]] = {
    "1-first-visit": lambda visit: look_at_the_opening(visit.browser, visit.url, visit.size),
    "2-own-photo": lambda visit: paint_by_itself(visit.browser, visit.url, visit.size),
    "8-bad-days": bad_days,
    "9-keeping": keeping,
    "10-many": many,
    "11-old-photo": old_photo,
    **{name: after_a_painting(name, act) for name, act in AFTER_A_PAINTING.items()},
}


def main() -> None:
    """Walk all stories, or some."""
    parser = argparse.ArgumentParser(description="Walk what a visitor may want.")
    parser.add_argument("url")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--only", nargs="+", choices=STORIES, default=list(STORIES))
    parser.add_argument("--width", type=int, choices=[width for width, _ in SIZES])
    chosen = parser.parse_args()
    began = time.monotonic()
    chosen.folder.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET.split())
        for size in SIZES:
            if chosen.width in (None, size[0]):
                for name in chosen.only:
                    sys.stdout.write(f"{name}, {size[0]} x {size[1]}\n")
                    STORIES[name](Visit(browser, chosen.url, chosen.folder, size))
        browser.close()
    check(True, f"all of it took {time.monotonic() - began:.0f} s")


if __name__ == "__main__":
    main()
