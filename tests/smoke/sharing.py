"""Share a painting with a reviewer, in two browsers: `python -m tests.smoke.sharing URL FOLDER`."""

import json
import sys
import time
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from tests.smoke.browser import (
    CHROMIUM,
    LEAST_DIFFERENCE,
    QUIET,
    accessible,
    check,
    drop_portrait,
    open_page,
    paint,
    picture_at,
)

SIZES = ((1440, 900), (390, 844))
WHO = "Anna \u202eeht"  # turned around, where that is followed
OTHER = "of-another-tab"
LINE = "<img src=x onerror='document.title=1'> The eyes are hers."


def share_with_a_reviewer(owner: Page, folder: Path | None = None) -> None:
    """Share what a page shows; open it as somebody else, who leaves a note; hear of it; end it."""
    began = time.monotonic()
    link = share(owner)
    owner.wait_for_timeout(500)  # it scrolls there
    picture(owner, "9-shared", folder)
    browser = owner.context.browser
    assert browser
    reviewer = browser.new_page(viewport=owner.viewport_size, has_touch=is_phone(owner))
    review(reviewer, link, folder)
    hear_of_it(owner, folder)
    end_all(owner) if is_phone(owner) else end(owner)
    gone = reviewer.goto(link)
    check(gone is not None and gone.status == 404, "a link that was ended opens nothing")
    picture(reviewer, "9-ended", folder)
    left = [reviewer.request.get(f"{link}/{what}.jpg").status for what in ("photo", "painting")]
    check(left == [404, 404], "and neither of its pictures is there any more")
    reviewer.close()
    check(True, f"sharing took {time.monotonic() - began:.0f} s")


def share(owner: Page) -> str:
    """Share what is painted, as another tab did meanwhile; return the link."""
    owner.route(f"**/share/{OTHER}/*", lambda route: route.abort())
    owner.evaluate(f"localStorage.shares = '[{json.dumps({'name': OTHER, 'secret': 'x'})}]'")
    owner.context.grant_permissions(["clipboard-read", "clipboard-write"])
    owner.locator("#sharing > button").click()
    owner.locator("#lasts label", has_text="1 hour").click()
    owner.click("#share")
    owner.wait_for_selector("#shares .new:has-text('copied')", timeout=30_000)
    link = owner.locator("#shares input").first.input_value()
    copied = owner.evaluate("navigator.clipboard.readText()")
    check(copied == link and "/share/" in link, "a link is made, and copied")
    owner.wait_for_selector("#shares .state:has-text('Not opened yet. The link works for')")
    names = [each["name"] for each in json.loads(owner.evaluate("localStorage.shares"))]
    check(names == [link.rpartition("/")[2], OTHER], "what another tab shared stays known")
    owner.unroute(f"**/share/{OTHER}/*")
    owner.evaluate("dispatchEvent(new StorageEvent('storage', {key: 'shares'}))")
    owner.wait_for_function("JSON.parse(localStorage.shares).length === 1")
    check(owner.locator("#shares li").count() == 1, "until the server says that it has ended")
    return link


def review(page: Page, link: str, folder: Path | None) -> None:
    """Look at what a link shows, compare, and leave a note."""
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(link)
    page.wait_for_function("document.querySelector('.easel .after')?.naturalWidth > 0")
    page.wait_for_function("document.querySelector('.easel .before')?.naturalWidth > 0")
    before, after = (
        picture_at(page, page.locator(f".easel .{each}")) for each in ("before", "after")
    )
    apart = abs(before - after).mean()
    check(apart > LEAST_DIFFERENCE, f"a reviewer sees the photo and its painting, by {apart:.0f}")
    divide = page.locator(".easel .divide")
    divide.focus()
    page.keyboard.press("ArrowRight")
    check(divide.get_attribute("aria-valuenow") == "55", "and compares them with the divide")
    check(len(asked) < 8, f"the page needs {len(asked)} requests")
    accessible(page, "a reviewer's page")
    picture(page, "9-review", folder)
    wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    check(wide <= 0, "it is no wider than the window")
    page.fill("#say input", WHO)
    page.fill("#say textarea", LINE)
    page.click("#say button")
    page.wait_for_selector("#said:has-text('Thank you')")
    picture(page, "9-noted", folder)


def hear_of_it(owner: Page, folder: Path | None) -> None:
    """Come back to the page: it knows what was shared, how often it was opened, and the note."""
    owner.reload()
    owner.wait_for_selector("#shares .state:has-text('Opened once, 1 note')", timeout=30_000)
    check(True, "the owner's browser still knows what was shared, and that it was opened once")
    check(owner.locator(".notes-left b").inner_text() == "Anna eht", "nothing turns a name around")
    check(owner.locator(".notes-left q").inner_text() == LINE, "a note is text and nothing else")
    check(owner.locator(".notes-left img").count() == 0, "and no element of the page")
    owner.locator("#shares").scroll_into_view_if_needed()
    picture(owner, "9-heard", folder)


def end(owner: Page) -> None:
    """End a link, which asks once more."""
    owner.click("#shares .end")
    owner.click("#shares .end:has-text('for everybody?')")
    owner.wait_for_selector("#shares .new:has-text('has ended')")
    check(owner.locator("#shares li").count() == 0, "what was ended is listed no more")


def end_all(owner: Page) -> None:
    """End whatever a browser shares, as deleting everything does."""
    check(owner.evaluate("endShares()"), "whoever deletes everything ends all links")
    check(owner.evaluate("localStorage.shares") == "[]", "and their secrets are forgotten")


def picture(page: Page, name: str, folder: Path | None) -> None:
    """Leave a picture of a page, where a folder is given."""
    if folder:
        page.screenshot(path=folder / f"{name}-{(page.viewport_size or {})['width']}.png")


def is_phone(page: Page) -> bool:
    """Tell whether a page is as wide as a phone's."""
    return (page.viewport_size or {})["width"] < 1000


def main() -> None:
    """Run all checks, at a desk and on a phone."""
    url, folder = sys.argv[1], Path(sys.argv[2])
    folder.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET.split())
        for width, height in SIZES:
            size = {"width": width, "height": height}
            page = browser.new_page(viewport=size, has_touch=width < 1000)
            open_page(page, url)
            drop_portrait(page)
            paint(page)
            share_with_a_reviewer(page, folder)
            page.close()
        browser.close()


if __name__ == "__main__":
    main()
