"""A photo of one's own: painted by itself, in looks to choose from, and again after changes."""

import base64
import time
from pathlib import Path

from playwright.sync_api import Browser, Page, Route

from tests.smoke.browser import DROP, EXAMPLES, LONGEST_MS, accessible, check, new_picture
from tests.smoke.first_visit import LAPTOP
from ui.looks import LOOKS, PAINTED

PHOTO = EXAMPLES / "glasses.jpg"
PASTE = """([name, data]) => {
  const bytes = Uint8Array.from(atob(data), c => c.charCodeAt(0)), files = new DataTransfer();
  files.items.add(new File([bytes], name, {type: 'image/jpeg'}));
  document.body.dispatchEvent(new ClipboardEvent('paste',
    {clipboardData: files, bubbles: true, cancelable: true}));
}"""
TOLD = """() => {
  window.told = [];
  new MutationObserver(() => {
    const said = document.querySelector('#doing p')?.textContent;
    if (said && told.at(-1) !== said) told.push(said);
  }).observe(document.querySelector('#doing'),
    {subtree: true, childList: true, characterData: true});
}"""

# In how many frames nothing hangs on the easel, though it should show a painting.
BARE = """() => {
  window.bare = 0;
  const look = () => {
    const easel = document.querySelector('#easel .easel');
    const hangs = easel.querySelector('.after').hasAttribute('src')
      || easel.querySelector('.stage').style.backgroundImage;
    const strokes = document.querySelector('#doing img');
    window.bare += easel.classList.contains('painted') && !hangs && !strokes;
    requestAnimationFrame(look);
  };
  look();
}"""


def paint_by_itself(browser: Browser, url: str, size: tuple[int, int] = LAPTOP) -> None:
    """Drop a photo beside its field, choose a look, move a slider, paste another photo."""
    page = browser.new_page(viewport={"width": size[0], "height": size[1]})
    page.set_default_timeout(LONGEST_MS)
    page.goto(f"{url}?__theme=dark")
    page.wait_for_selector("#easel .opening")
    page.wait_for_timeout(2000)
    accessible(page, "dark, at first")
    page.evaluate(TOLD)
    page.evaluate(BARE)
    page.route("**/file=*/blend-*", slowly)
    page.evaluate(DROP, ["#head", PHOTO.name, encoded(PHOTO)])
    page.wait_for_selector("#doing img", timeout=LONGEST_MS)
    check(True, "a photo dropped beside its field begins to be painted, stroke by stroke")
    page.wait_for_selector("#easel .painted", timeout=LONGEST_MS)
    page.wait_for_selector("#doing p", state="detached")
    page.wait_for_selector("#easel .after[src]")
    check(page.evaluate("bare") == 0, "the easel is never bare until the painting hangs on it")
    page.unroute("**/file=*/blend-*")
    told = page.evaluate("told")
    check(any("Painting" in said for said in told), f"what is done is said: {told[:3]}")
    page.wait_for_selector("#paint:not([disabled])")  # told of the end last
    accessible(page, "dark, painted")
    choose_a_look(page)
    repaint(page)
    new_picture(page, lambda: paste(page), "a photo that is pasted anywhere is painted, too")
    refuse_another(page)
    paste(page, "president.jpg")
    refuse_another(page, meanwhile=True)
    take_it_away(page)
    page.close()


def slowly(route: Route) -> None:
    """Let through what was asked for a second later, as a slow line does."""
    time.sleep(1)
    route.continue_()


def refuse_another(page: Page, *, meanwhile: bool = False) -> None:
    """Drop what is no photo: the one that is painted, or is to be, stays in its field."""
    words = base64.b64encode(b"These are words. " * 9).decode()
    page.evaluate(DROP, ["#head", "words.jpg", words])
    page.wait_for_selector(".toast-body:has-text('not a picture')")
    page.wait_for_selector("#photo img[src*='pasted']")
    if meanwhile:
        page.wait_for_selector("#easel .painted", timeout=LONGEST_MS)
        check(True, "a bad file ends no painting that is begun")
    else:
        check(page.locator("#easel .painted").count() == 1, "a bad file leaves photo and painting")


def take_it_away(page: Page) -> None:
    """Take the photo out of its field while its looks are painted."""
    page.wait_for_selector("#looks [data-at]")
    page.locator("#photo button[aria-label='Remove Image']").click()
    page.wait_for_selector("#easel .opening")
    check(True, "without its photo the page shows what it showed at first")
    page.wait_for_timeout(2500)  # the look that is painted just now ends
    check(page.locator("#looks [data-at]").count() == 0, "and no looks, which would do nothing")


def paste(page: Page, name: str = "old.jpg") -> None:
    """Paste another photo; the looks' place is kept at once."""
    page.evaluate(PASTE, [f"pasted-{name}", encoded(EXAMPLES / name)])
    page.wait_for_selector(f"#photo img[src*='pasted-{name}']")
    page.wait_for_selector("#easel .empty")
    place = page.locator("#looks").bounding_box() or {}
    check(place["height"] > place["width"], "nothing is moved once the looks come")


def encoded(file: Path) -> str:
    """Encode a file as the page's scripts can read it."""
    return base64.b64encode(file.read_bytes()).decode()


def choose_a_look(page: Page) -> None:
    """Wait for the looks, and choose one."""
    looks = page.locator("#looks button")
    page.wait_for_function(
        f"document.querySelectorAll('#looks img:not(.awaited)').length === {len(LOOKS)}",
        timeout=LONGEST_MS,
    )
    sources = {img.get_attribute("src") for img in page.locator("#looks img").all()}
    check(len(sources) == len(LOOKS), f"{len(PAINTED)} looks are painted from this photo")
    check(looks.first.get_attribute("aria-pressed") == "true", "the usual one is marked")
    new_picture(page, lambda: looks.filter(has_text="Dusk").click(), "a look is painted at once")
    page.wait_for_selector("#looks button[aria-pressed=true]:has-text('Dusk')")


def repaint(page: Page) -> None:
    """Change two settings, the second while the first is painted; only the last is shown."""
    brush = page.locator("#set-brush input[type=number]")

    def change() -> None:
        for width in ("0.5", "2"):
            brush.fill(width)
            brush.press("Tab")
            page.wait_for_timeout(1200)

    new_picture(page, change, "it is painted again after the last change")
    page.wait_for_selector("#doing p", state="detached")
    page.wait_for_timeout(1500)
    check(page.locator("#doing p").count() == 0, "and once only")
    back = page.locator("#set-brush .reset-button")
    new_picture(page, back.click, "a slider's way back paints again, too")
    check(page.locator("#paint").is_enabled(), "then another change may come")
