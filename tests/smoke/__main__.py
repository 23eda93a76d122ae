"""Use a served page as a person and as a program would: `python -m tests.smoke URL FOLDER`.

It paints an example through the client, and as an assistant's tool. Then, in a real browser, it
has a photo painted on a laptop without pressing anything. At a desk it sees who takes what is
dropped or pasted, drops a photo into the page, presses Paint, looks at the result, paints in a mood
and like a picture, corrects what is kept, compares two ways to paint, drops what is no photo, or
none that a browser can show, paints a film, frames a photo, and shares that with a reviewer. On a
phone it does what cannot work before what can, cancels, scrolls, swipes and zooms over the result,
has a face painted, and paints in two styles. What the page need paint nothing for is looked at
meanwhile: `beside.py`.
"""

import sys
import time
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from tests.smoke.arriving import arrive_where_they_belong, come_back_from_the_camera
from tests.smoke.beside import beside
from tests.smoke.browser import (
    CHROMIUM,
    LEAST_DIFFERENCE,
    QUIET,
    check,
    drop_portrait,
    open_page,
    paint,
    picture_at,
    show_stages,
)
from tests.smoke.client import paint_by_client, paint_by_mcp, paint_film_by_client
from tests.smoke.correcting import choose_a_face, correct_in_browser, correct_on_a_phone
from tests.smoke.files import drop_files
from tests.smoke.filming import paint_a_film
from tests.smoke.first_visit import stays_in_view
from tests.smoke.framing import frame_in_browser
from tests.smoke.looking import choose_for_a_film, compare_in_browser, look_around
from tests.smoke.own_photo import paint_by_itself
from tests.smoke.painting import choose_a_mood, paint_in_two_styles, paint_like_a_picture
from tests.smoke.sharing import share_with_a_reviewer
from tests.smoke.touching import (
    look_at_a_stage,
    look_closer,
    pinch_closer,
    scroll_over_the_result,
)
from tests.smoke.troubles import cancel_a_long_one, in_view, refuse_what_cannot_be_painted


def paint_at_a_desk(page: Page, url: str, folder: Path) -> None:
    """Drop a photo, press Paint, compare what the slider shows, and go on from there."""
    open_page(page, url)
    arrive_where_they_belong(page)
    drop_portrait(page)
    check(True, "the dropped photo is shown")
    paint(page)
    before, after = [
        picture_at(page, img) for img in page.locator("#easel :is(.before, .after)").all()
    ]
    check(
        before.shape == after.shape and max(before.shape) <= 1600,
        f"before and after are previews of one size, {before.shape[1::-1]}",
    )
    check(
        abs(before - after).mean() > LEAST_DIFFERENCE,
        f"the painting differs from the photo, by {abs(before - after).mean():.1f}",
    )
    page.wait_for_timeout(500)
    check(page.evaluate("scrollY") == 0, "where the result is seen anyway nothing scrolls")
    stays_in_view(page, "desk")
    show_stages(page)
    choose_a_mood(page)
    paint_like_a_picture(page)
    correct_in_browser(page)
    compare_in_browser(page)
    look_around(page, folder)
    drop_files(page, url, folder)
    paint_a_film(page, url, folder)
    frame_in_browser(page, url)
    share_with_a_reviewer(page)


def paint_on_a_phone(page: Page, url: str, folder: Path) -> None:
    """Do what cannot work, then what can, by wheel, finger and keys."""
    open_page(page, url)
    refuse_what_cannot_be_painted(page)
    cancel_a_long_one(page)
    paint(page)
    in_view(page, "#easel", "the result comes into view")
    stays_in_view(page, "phone")
    show_stages(page)
    scroll_over_the_result(page)
    look_closer(page)
    pinch_closer(page)
    choose_a_face(page)
    correct_on_a_phone(page)
    look_at_a_stage(page)
    compare_in_browser(page)
    look_around(page, folder)
    choose_for_a_film(page)
    paint_in_two_styles(page, url)


def walk(browser: Browser, url: str, folder: Path) -> None:
    """Go through the page at a desk and on a phone; it asks for nothing that lies outside."""
    come_back_from_the_camera(browser, url)
    for (width, height), paint_there in (
        ((1280, 900), paint_at_a_desk),
        ((390, 844), paint_on_a_phone),
    ):
        size = {"width": width, "height": height}
        page = browser.new_page(viewport=size, has_touch=width < 1000)
        asked = []
        page.on("request", lambda request, asked=asked: asked.append(request.url))
        paint_there(page, url, folder)
        foreign = [address for address in asked if not address.startswith((url, "data:", "blob:"))]
        check(not foreign, f"nothing outside the page was asked for {foreign[:3] or ''}")
        page.close()


def main() -> None:
    """Run all checks."""
    began = time.monotonic()
    url, folder = sys.argv[1], Path(sys.argv[2])
    folder.mkdir(parents=True, exist_ok=True)
    with beside(url):
        paint_by_client(url)
        paint_film_by_client(url, folder)
        paint_by_mcp(url)
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET.split())
            paint_by_itself(browser, url)
            walk(browser, url, folder)
            browser.close()
    check(True, f"all of it took {time.monotonic() - began:.0f} s")


if __name__ == "__main__":
    main()
