"""Kill a browser while it keeps paintings: `python -m tests.smoke.killed_browser FOLDER [TRIES]`.

The same browser is opened again over what it left: each entry is whole or absent, and what hung
under the easel, as what is kept does, hangs there again.
"""

import os
import random
import signal
import sys
import tempfile
from contextlib import suppress
from pathlib import Path
from threading import Timer

from PIL import Image, UnidentifiedImageError
from playwright.sync_api import BrowserContext, Error, Page, Playwright, sync_playwright

from pipeline.types import PhotoError
from tests.private_photo import private_jpeg
from tests.smoke.browser import CHROMIUM, QUIET, check, drop, open_page, paint, pixels_of, unfold
from tests.smoke.keeping import MOST, STORED, page_of_its_own
from ui.card import read

LONGEST_S = 8.0  # from the first change until the browser is killed
SHOWN = "[...document.querySelectorAll('#album li button')].map(each => each.dataset.id)"
# A clock so quick that no painting takes the place of the one before it.
QUICK = "(begin => { Date.now = () => begin + 100 * performance.now(); })(Date.now())"


def opened(playwright: Playwright, data: Path) -> BrowserContext:
    """Open a browser that keeps what it knows in a folder."""
    return playwright.chromium.launch_persistent_context(
        data, executable_path=CHROMIUM, args=QUIET.split(), handle_sigint=False
    )


def kill(data: Path) -> None:
    """Kill every process of the browser that keeps what it knows in a folder."""
    mark = f"--user-data-dir={data}"
    for entry in Path("/proc").iterdir():
        with suppress(OSError, ValueError):
            if mark in (entry / "cmdline").read_text().split("\0"):
                os.kill(int(entry.name), signal.SIGKILL)


def whole(entry: dict) -> bool:
    """Tell whether an entry's pictures and card can be read."""
    try:
        read(entry["card"])
        return all(pixels_of(text.encode("latin-1")).size for text in entry["texts"])
    except (PhotoError, UnidentifiedImageError, OSError, Image.DecompressionBombError):
        return False


def keep_and_kill(page: Page, data: Path, moment: float) -> set[str]:
    """Have paintings kept until the browser is killed; return those that hung there before."""
    feather = page.locator("#set-feather input[type=number]")
    killer, shown = Timer(moment, kill, [data]), set()
    killer.start()
    with suppress(Error):
        for step in range(1000):
            shown = set(page.evaluate(SHOWN))
            feather.fill(f"{0.01 + 0.0007 * step + moment / 1000:.4f}")
            feather.press("Tab")
            page.wait_for_timeout(100)
    killer.join()
    check(bool(shown), f"the browser is killed after {moment:.2f} s, {len(shown)} are kept")
    return shown


def kill_the_browser(playwright: Playwright, tries: int = 1) -> None:
    """Kill a browser at random moments and look at what it kept."""
    moments = random.Random(tries)
    with page_of_its_own() as (_, url, _), tempfile.TemporaryDirectory() as kept:
        data = Path(kept)
        for _ in range(tries):
            context = opened(playwright, data)
            page = context.pages[0]
            open_page(page, url)
            drop(page, private_jpeg(), "holiday.jpg")
            page.wait_for_selector("#photo img")
            paint(page)
            page.wait_for_selector("#album li img")
            unfold(page, "Outline")
            page.evaluate(QUICK)
            before = keep_and_kill(page, data, moments.uniform(1, LONGEST_S))
            with suppress(Error):
                context.close()
            look_again(playwright, url, data, before)


def look_again(playwright: Playwright, url: str, data: Path, before: set[str]) -> None:
    """Open the browser again: what it keeps is whole, and nothing went but the oldest."""
    context = opened(playwright, data)
    page = context.pages[0]
    open_page(page, url)
    page.wait_for_selector("#album li img")
    found = page.evaluate(STORED)
    check(all(map(whole, found)), f"each of the {len(found)} that are kept is whole")
    ids = {each["id"] for each in found}
    new = len(ids - before)
    check(len(before - ids) <= new, f"what hung there is kept; {new} more were written")
    check(len(found) <= MOST, "and no more than ten")
    check(set(page.evaluate(SHOWN)) == ids, "all of them hang there again")
    context.close()


def main() -> None:
    """Kill it as often as is asked for."""
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        kill_the_browser(playwright, int(sys.argv[2]) if len(sys.argv) > 2 else 3)


if __name__ == "__main__":
    main()
