"""What the served page need paint nothing for: `python -m tests.smoke.beside URL`.

It looks at the opening, reads the page in six languages, has paintings kept by the browser and
deletes them, comes back to a page after its sweep, and takes the server away from another; the last
three are pages of its own, over a stand-in. The walk runs it beside what is painted: most of either
is waiting.
"""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import sync_playwright

from tests.smoke.browser import CHROMIUM, QUIET, check
from tests.smoke.first_visit import look_at_the_opening
from tests.smoke.keeping import keep_in_browser
from tests.smoke.languages import speak_every_language
from tests.smoke.later import come_back_later
from tests.smoke.troubles import ask_again_for_a_lost_picture


@contextmanager
def beside(url: str) -> Iterator[None]:
    """Run all of this in a process of its own; it has to end well, too."""
    other = subprocess.Popen([sys.executable, "-m", "tests.smoke.beside", url])
    try:
        yield
        check(other.wait() == 0, "so is what was looked at beside")
    finally:
        other.kill()
        other.wait()


def main() -> None:
    """Run all checks."""
    url = sys.argv[1]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET.split())
        look_at_the_opening(browser, url)
        ask_again_for_a_lost_picture(browser, url)
        speak_every_language(browser, url)
        keep_in_browser(browser, quick=True)
        come_back_later(browser)
        browser.close()


if __name__ == "__main__":
    main()
