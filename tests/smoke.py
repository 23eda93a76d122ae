"""Use a served page as a person and as a program would: `python -m tests.smoke URL FOLDER`.

It paints an example through the client, then drops a photo into the page in a real browser, presses Paint, looks at the result,
corrects what is kept by a click and by a stroke and takes both back, and compares segmenters.
"""

import base64
import io
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
from gradio_client import Client, handle_file
from PIL import Image
from playwright.sync_api import Page, sync_playwright

EXAMPLES = Path(__file__).parents[1] / "examples"
CHROMIUM = "/usr/bin/chromium"
# Root in a container has no sandbox, and nothing but the page itself may be asked for.
QUIET = "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync"
LEAST_DIFFERENCE = 5.0  # mean difference of 8-bit values between a photo and its painting; a mere recompression stays below 2
DROP = """([zone, data]) => {
  const bytes = Uint8Array.from(atob(data), c => c.charCodeAt(0)), files = new DataTransfer();
  files.items.add(new File([bytes], 'portrait.jpg', {type: 'image/jpeg'}));
  for (const name of ['dragenter', 'dragover', 'drop'])
    document.querySelector(zone).dispatchEvent(new DragEvent(name, {dataTransfer: files, bubbles: true, cancelable: true}));
}"""


def check(fine: bool, what: str) -> None:
    """Say what was found; stop where it is not as it should be."""
    sys.stdout.write(f"  {'ok' if fine else 'NOT OK'}: {what}\n")
    sys.stdout.flush()
    if not fine:
        sys.exit(1)


def pixels_of(data: bytes) -> np.ndarray:
    """Decode a picture as RGB."""
    return np.asarray(Image.open(io.BytesIO(data)).convert("RGB"), np.float32)


def paint_by_client(url: str) -> None:
    """Paint an example through the API."""
    photo = EXAMPLES / "portrait.jpg"
    file, report = Client(url, verbose=False).predict(photo=handle_file(photo), api_name="/paint")
    painted, original = pixels_of(Path(file).read_bytes()), pixels_of(photo.read_bytes())
    check(painted.shape == original.shape, f"the client's painting has the photo's size, {painted.shape[1]} x {painted.shape[0]}")
    check(abs(painted - original).mean() > LEAST_DIFFERENCE, "the client's painting differs from the photo")
    check(bool(report["faces"] and report["weights"]), "the report names a face and the weights")
    like = {"painter": "portrait-aware", "style": handle_file(EXAMPLES / "styles/night.jpg"), "style_px": 160, "iterations": 5}
    file, report = Client(url, verbose=False).predict(photo=handle_file(photo), **like, api_name="/paint")
    imitated = pixels_of(Path(file).read_bytes())
    check(abs(imitated - painted).mean() > LEAST_DIFFERENCE, "the client's painting like a picture is another one")
    check("perceptual_light" in [weight["name"] for weight in report["weights"]], "the report names the network that compared the two")


def paint_in_browser(page: Page, url: str, folder: Path) -> None:
    """Drop a photo, press Paint, and compare what the slider shows."""
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(url)
    page.wait_for_selector("#photo input[type=file]", state="attached")
    page.wait_for_selector("#photo button:has-text('Drop a photo')")
    page.wait_for_timeout(1000)  # the page's scripts take hold of the drop zone
    data = base64.b64encode((EXAMPLES / "portrait.jpg").read_bytes()).decode()
    page.evaluate(DROP, ["#photo button:has(svg)", data])
    page.wait_for_selector("#photo img")
    check(True, "the dropped photo is shown")
    page.click("#paint")
    page.wait_for_selector("#slider img >> nth=1", state="visible", timeout=240_000)
    before, after = [pixels_of(page.request.get(img.get_attribute("src")).body()) for img in page.locator("#slider img").all()]
    check(before.shape == after.shape and max(before.shape) <= 1600, f"before and after are previews of one size, {before.shape[1::-1]}")
    check(abs(before - after).mean() > LEAST_DIFFERENCE, f"the painting differs from the photo, by {abs(before - after).mean():.1f}")
    choose_a_mood(page)
    paint_like_a_picture(page)
    correct_in_browser(page)
    compare_in_browser(page)
    look_around(page, folder)
    foreign = [address for address in asked if not address.startswith((url, "data:", "blob:"))]
    check(not foreign, f"nothing outside the page was asked for {foreign[:3] or ''}")


def choose_a_mood(page: Page) -> None:
    """Paint in the mood of mist, which is bluer."""
    shown = page.locator("#slider img >> nth=1")
    before = pixels_of(page.request.get(shown.get_attribute("src") or "").body())
    page.locator("label", has_text="Mist").click()
    page.click("#paint")
    page.wait_for_selector(".caption-label:has-text('monet_mist')", timeout=240_000)
    after = pixels_of(page.request.get(shown.get_attribute("src") or "").body())
    bluer = (after - before)[..., 2].mean() - (after - before)[..., 0].mean()
    check(bluer > LEAST_DIFFERENCE, f"mist is bluer, by {bluer:.1f}, and its stage says who painted it")


def paint_like_a_picture(page: Page) -> None:
    """Choose a picture of the gallery, watch it being imitated, keep it early, and go back to Monet."""
    page.locator("#set-painter label", has_text="Like a picture").click()
    page.locator("#style-gallery button", has_text="Night").click()
    page.wait_for_selector("#style img")
    open_link(page)
    page.click("#paint")
    page.wait_for_selector("#preview img", state="visible", timeout=120_000)
    check(True, "the painting so far is shown")
    page.click("#keep-as-is")
    page.wait_for_selector("#notes:has-text('Stopped after')", timeout=240_000)
    page.wait_for_selector(".caption-label:has-text('perceptual_light')", timeout=240_000)
    page.wait_for_selector("#preview img", state="hidden", timeout=10_000)
    check(True, "it is kept as it was, and hangs on the wall")
    page.locator("#set-painter label", has_text="Monet").click()
    page.wait_for_selector("#set-mood", state="visible")


def open_link(page: Page) -> None:
    """Copy the link, and open it as somebody else."""
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.click("#link")
    page.wait_for_selector("#link:has-text('Link copied')")
    link, browser = page.evaluate("navigator.clipboard.readText()"), page.context.browser
    assert browser
    other = browser.new_page()
    other.goto(link)
    other.wait_for_selector("#style img", timeout=30_000)
    check(other.locator("#set-painter label", has_text="Like a picture").locator("input").is_checked(), "a link brings the picture along")
    other.close()


def correct_in_browser(page: Page) -> None:
    """Click beside what is kept, look at what that changes, and undo it."""
    page.get_by_role("tab", name="Correct").click()
    page.wait_for_selector("#kept img", state="visible")
    before = shown_in(page, "#kept"), shown_in(page, "#corrected")
    change(page, lambda: page.locator("#kept img").click(position={"x": 60, "y": 60}))
    after = shown_in(page, "#kept"), shown_in(page, "#corrected")
    check(not np.array_equal(before[0], after[0]), "a click changes what is kept")
    check(not np.array_equal(before[1], after[1]), "a click changes the result")
    check("add: 1" in (page.locator("#kept img").get_attribute("alt") or ""), "the alternative text counts the click")
    change(page, lambda: page.click("#undo"))
    back = shown_in(page, "#kept"), shown_in(page, "#corrected")
    check(all(np.array_equal(a, b) for a, b in zip(before, back, strict=True)), "Undo brings both back")
    page.locator("#kept .image-container > button").focus()
    page.keyboard.press("Shift+ArrowDown")
    change(page, lambda: page.keyboard.press("Enter"))
    check(not np.array_equal(before[0], shown_in(page, "#kept")), "keys can click, too")
    change(page, lambda: page.click("#clear"))
    paint_over(page)


def paint_over(page: Page) -> None:
    """Paint a stroke over what is kept, look at what that changes, and undo it."""
    before = shown_in(page, "#kept"), shown_in(page, "#corrected")
    page.locator("#tool label", has_text="Brush").click()
    page.locator("#kept img").scroll_into_view_if_needed()
    box = page.locator("#kept img").bounding_box() or {}

    def stroke() -> None:
        page.mouse.move(box["x"] + 0.2 * box["width"], box["y"] + 0.8 * box["height"])
        page.mouse.down()
        page.mouse.move(box["x"] + 0.6 * box["width"], box["y"] + 0.9 * box["height"], steps=10)
        check(page.locator("#ink").is_visible(), "a stroke is seen while it is painted")
        page.mouse.up()

    change(page, stroke)
    check(not np.array_equal(before[0], shown_in(page, "#kept")), "a stroke changes what is kept")
    check(not np.array_equal(before[1], shown_in(page, "#corrected")), "a stroke changes the result")
    check(not page.locator("#ink").is_visible(), "the new picture takes the stroke's place")
    check("add: 0" in (page.locator("#kept img").get_attribute("alt") or ""), "a stroke is no click")
    change(page, lambda: page.click("#undo"))
    check(np.array_equal(before[1], shown_in(page, "#corrected")), "Undo takes the stroke back")
    page.locator("#tool label", has_text="Click").click()


def change(page: Page, act: Callable[[], object]) -> None:
    """Do something that changes the picture to click on, and wait for that."""
    old = page.locator("#kept img").get_attribute("src")
    act()
    page.wait_for_function("old => document.querySelector('#kept img')?.src !== old", arg=old, timeout=60_000)
    page.wait_for_timeout(300)  # the result follows in the same answer


def shown_in(page: Page, place: str) -> np.ndarray:
    """Return the picture that is shown somewhere."""
    return pixels_of(page.request.get(page.locator(f"{place} img").get_attribute("src") or "").body())


def compare_in_browser(page: Page) -> None:
    """Compare the segmenters that are ticked, and download the sheet."""
    page.get_by_role("tab", name="Compare").click()
    ticked = page.locator("#segmenters input:checked").count()
    page.click("#compare")
    page.wait_for_selector("#compared .thumbnail-item", timeout=240_000)
    check(page.locator("#compared .thumbnail-item").count() == 2 + ticked, f"{ticked} segmenters stand beside the photo and its painting")
    page.wait_for_selector("#compare:not([disabled])")
    with page.expect_download() as sheet:
        page.click("#sheet")
    check(max(Image.open(sheet.value.path()).size) > 1000, f"the sheet can be downloaded as {sheet.value.suggested_filename}")


def look_around(page: Page, folder: Path) -> None:
    """Look at every tab: alternative texts, width, and a picture of the page."""
    for tab in ("Painting", "Correct", "Faces", "Compare"):
        page.get_by_role("tab", name=tab).click()
        page.wait_for_timeout(1500)
        nameless = page.evaluate("[...document.querySelectorAll('#photo img, #wall img')].filter(i => !i.alt).length")
        check(nameless == 0, f"every picture has an alternative text ({tab})")
        page.screenshot(path=folder / f"{tab.lower()}-{page.viewport_size['width']}.png", full_page=True)
        width = page.evaluate("document.documentElement.scrollWidth")
        check(width <= page.viewport_size["width"], f"the page is {width} px wide in a window of {page.viewport_size['width']} ({tab})")


def main() -> None:
    """Run all checks."""
    url, folder = sys.argv[1], Path(sys.argv[2])
    folder.mkdir(parents=True, exist_ok=True)
    paint_by_client(url)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET.split())
        for width, height in ((1280, 900), (390, 844)):
            page = browser.new_page(viewport={"width": width, "height": height})
            paint_in_browser(page, url, folder)
            page.close()
        browser.close()


if __name__ == "__main__":
    main()
