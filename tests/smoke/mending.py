"""Paint a photo with drawn scratches; accept the offer to mend it; brush over what is mended."""

import io
from collections.abc import Callable

import numpy as np
from PIL import Image
from playwright.sync_api import Page

from benchmarks.wear import wear
from tests.smoke.browser import (
    EXAMPLES,
    LONGEST_MS,
    accessible,
    check,
    drop,
    new_picture,
    paint,
    picture_at,
    unfold,
)

SEED = 4
# Tell whether what is seen near a picture's corners belongs to the same viewer.
FREE = """at => {
  const picture = document.querySelector(at), box = picture.getBoundingClientRect();
  const seen = (x, y) => document.elementFromPoint(box.x + x * box.width, box.y + y * box.height);
  return [[.1, .05], [.9, .05], [.1, .9], [.5, .5]].every(
    at => seen(...at)?.closest('.viewer')?.contains(picture));
}"""
VIEWER, PLACES = "#mend-viewer", "#mend-viewer .kept"


def worn_portrait() -> bytes:
    """Return the example portrait with scratches, creases, dust and stains, as a JPEG."""
    with Image.open(EXAMPLES / "portrait.jpg") as image:
        photo = np.asarray(image.convert("RGB"), np.float32) / 255
    file = io.BytesIO()
    worn = wear(photo, SEED).picture
    Image.fromarray((worn.clip(0, 1) * 255).astype(np.uint8)).save(file, "JPEG", quality=95)
    return file.getvalue()


def mend_in_browser(page: Page, picture: str | None = None) -> None:
    """Walk it all; `picture`: where one of the page is left."""
    drop(page, worn_portrait(), "scratched.jpg")
    page.wait_for_selector("#photo img")
    paint(page)
    page.wait_for_selector("#mend-offer", state="visible", timeout=LONGEST_MS)
    check(True, "mending is offered of a worn photo once it is painted")
    if picture:
        page.screenshot(path=f"{picture}-offer.png")
    page.check("#by-itself input")
    before = picture_at(page, page.locator("#easel .before"))
    new_picture(page, lambda: page.click("#mend-photo"), "one press, and it is painted mended")
    said = page.inner_text("#notes")
    check("were mended" in said, f"what was done is said: {said[:90]}")
    page.wait_for_selector("#mend-photo:has-text('Do not mend')", timeout=LONGEST_MS)
    check(True, "what is offered now is to leave it as it was")
    after = picture_at(page, page.locator("#easel .before"))
    check(float(np.abs(before - after).mean()) < 1, "under the divide is the person's own photo")
    unfold(page, "Old or dark photo")
    check(page.is_checked("#set-mend input"), "the setting says so")
    if picture:
        page.screenshot(path=f"{picture}-mended.png")
    brush(page, picture)


def brush(page: Page, picture: str | None) -> None:
    """Look at what is mended, mend more, take it back, and compare before and after."""
    page.click("#mend-look")
    page.wait_for_selector("#mend-viewer .marking", timeout=LONGEST_MS)
    page.wait_for_function(f"document.querySelector('{PLACES}')?.naturalWidth")
    page.locator("#mend-viewer .stage").scroll_into_view_if_needed()
    page.wait_for_timeout(600)
    free = page.evaluate(FREE, PLACES)
    check(free, "nothing lies over the photo that is brushed")
    found = blue(page)
    check(found > 0.003, f"what is mended is shown in blue, {100 * found:.1f} % of the photo")
    accessible(page, "what is mended")
    if picture:
        page.screenshot(path=f"{picture}-places.png")
    new_picture(page, lambda: changed(page, lambda: stroke(page)), "it is painted with that mended")
    more = blue(page)
    check(more > found + 0.01, f"a stroke mends more, {100 * more:.1f} %")
    check(page.locator(f"{VIEWER} .undo").is_enabled(), "and can be taken back")
    new_picture(page, lambda: changed(page, lambda: page.click(f"{VIEWER} .undo")), "Undo does so")
    check(abs(blue(page) - found) < 0.002, "what was found is left")
    page.click(f"{VIEWER} .stays")
    page.wait_for_selector("#mend-viewer .marking", state="detached")
    before, after = (
        picture_at(page, img) for img in page.locator(f"{VIEWER} :is(.before, .after)").all()
    )
    apart = abs(before - after).mean(2)
    check(0.003 < (apart > 8).mean() < 0.1, "before and after differ where it was mended, and only")
    names = page.locator(f"{VIEWER} .named").all_inner_texts()
    check(names == ["Your photo", "Mended"], f"under one divide: {names}")
    if picture:
        page.screenshot(path=f"{picture}-compared.png")


def blue(page: Page) -> float:
    """Return the share of the photo that is shown in the color of what is mended."""
    shown = picture_at(page, page.locator(PLACES))
    plain = picture_at(page, page.locator(f"{VIEWER} .before"))
    return float((abs(shown - plain).max(2) > 40).mean())


def changed(page: Page, act: Callable[[], object]) -> None:
    """Do something that changes what is mended, and wait until that is shown."""
    source = f"document.querySelector('{PLACES}').src"
    old = page.evaluate(source)
    act()
    page.wait_for_function(f"old => {source} !== old", arg=old, timeout=LONGEST_MS)


def stroke(page: Page) -> None:
    """Brush across the photo's upper part."""
    box = page.locator(f"{VIEWER} .sheet").bounding_box() or {}
    page.mouse.move(box["x"] + 0.2 * box["width"], box["y"] + 0.1 * box["height"])
    page.mouse.down()
    page.mouse.move(box["x"] + 0.8 * box["width"], box["y"] + 0.12 * box["height"], steps=12)
    page.mouse.up()
