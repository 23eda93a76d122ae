"""What a visitor sees before anything is done, and that the picture stays in view afterward."""

from playwright.sync_api import Browser, Page, Route

from tests.smoke.browser import LONGEST_MS, check
from ui.examples import OPENING_PHOTO

OPENED = 15  # % of the width: a divide in the middle would cut through most faces
LAPTOP = 1280, 720
MOST_SHIFT = 0.05  # of the layout, while the page is opened
# Shares of the painting that are in the window, and of the window's height that it takes.
LEAST_SEEN, LEAST_HIGH = {"desk": 0.7, "phone": 0.5}, {"desk": 0.45, "phone": 0.35}
# The sum of all shifts, and what moved in the largest.
SHIFT = """() => new Promise(done => {
  let sum = 0, largest = {value: 0, sources: []};
  new PerformanceObserver(list => {
    for (const entry of list.getEntries()) if (!entry.hadRecentInput) {
      sum += entry.value;
      if (entry.value > largest.value) largest = entry;
    }
  }).observe({type: 'layout-shift', buffered: true});
  const place = ({x, y, width, height}) => [x, y, width, height].map(Math.round).join(' ');
  const name = node => node?.id || node?.className || node?.nodeName;
  const told = ({node, previousRect, currentRect}) =>
    `${name(node)} ${place(previousRect)} to ${place(currentRect)}`;
  setTimeout(() => done([sum, largest.sources.map(told).join(', ')]), 500);
})"""
SEEN = """at => {
  const {top, bottom, height} = document.querySelector(at).getBoundingClientRect();
  const seen = Math.max(Math.min(bottom, innerHeight) - Math.max(top, 0), 0);
  return [seen / height, seen / innerHeight];
}"""


def look_at_the_opening(browser: Browser, url: str, size: tuple[int, int] = LAPTOP) -> None:
    """Open the page: a painting, where a photo goes and, at a desk, Paint, without scrolling."""
    width, height = size
    page = browser.new_page(viewport={"width": width, "height": height})
    open_until_it_hangs(page, url)
    page.wait_for_timeout(2000)
    beside = ("#paint", "#photo") if width > height else ("#photo",)
    for place in ("#easel .sheet", *beside):
        box = page.locator(place).bounding_box() or {}
        check(box["y"] + 0.9 * box["height"] <= height, f"{place} is seen without scrolling")
    folded = page.locator("#tabs .overflow-menu").is_visible()
    check(not folded, "all tabs stand in their row")
    shift, moved = page.evaluate(SHIFT)
    what = f"what is seen does not jump as the page opens ({shift:.3f}: {moved})"
    check(shift <= MOST_SHIFT, what)
    compare_the_opening(page)
    page.close()
    lose_a_picture(browser, url)


def open_until_it_hangs(page: Page, url: str) -> None:
    """Open the page, and wait until the opening's photo and painting are there."""
    page.set_default_timeout(LONGEST_MS)
    page.goto(url)
    page.wait_for_selector("#easel .opening")
    page.wait_for_function(
        "[...document.querySelectorAll('#easel :is(.before, .after)')]"
        ".every(i => i.complete && i.naturalWidth)"
    )


def lose_a_picture(browser: Browser, url: str) -> None:
    """Let the opening's photo fail to come once."""
    page, lost = browser.new_page(), []

    def lose_once(route: Route) -> None:
        if lost:
            route.continue_()
        else:
            lost.append(route.request.url)
            route.abort()

    page.route(f"**/file={OPENING_PHOTO}", lose_once)
    open_until_it_hangs(page, url)
    check(len(lost) == 1, "a picture that does not come at first comes later")
    page.close()


def compare_the_opening(page: Page) -> None:
    """Move the divide between the opening's photo and its painting by keys."""
    divide = page.locator("#easel .divide")
    share = divide.get_attribute("aria-valuenow")
    check(share == str(OPENED), f"the opening is divided at {OPENED} %")
    clip = "getComputedStyle(document.querySelector('#easel .before')).clipPath"
    before = page.evaluate(clip)
    divide.focus()
    page.keyboard.press("ArrowRight")
    check(page.evaluate(clip) != before, "keys move its divide")


def stays_in_view(page: Page, kind: str) -> None:
    """Bring controls into the window one by one, and see the painting beside each."""
    seen = []
    for control in ("#looks", "#set-brush", "#set-face-strength", "#fine-tune"):
        page.locator(control).first.evaluate("node => node.scrollIntoView({block: 'end'})")
        page.wait_for_timeout(200)
        seen.append(page.evaluate(SEEN, "#easel .stage"))
    least = [min(shares) for shares in zip(*seen, strict=True)]
    check(
        least[0] >= LEAST_SEEN[kind] and least[1] >= LEAST_HIGH[kind],
        f"{least[0]:.0%} of the painting is in view beside each control, {least[1]:.0%} of the "
        "window's height",
    )
    page.evaluate("scrollTo(0, 0)")
