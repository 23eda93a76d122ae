"""Paint a photo with drawn scratches; accept the offer to mend it; see what was done."""

import io

import numpy as np
from PIL import Image
from playwright.sync_api import Page

from benchmarks.wear import wear
from tests.smoke.browser import (
    EXAMPLES,
    LONGEST_MS,
    check,
    drop,
    new_picture,
    paint,
    picture_at,
    unfold,
)

SEED = 4


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
    check(not page.locator("#mend-offer").is_visible(), "the offer is gone")
    after = picture_at(page, page.locator("#easel .before"))
    check(float(np.abs(before - after).mean()) < 1, "under the divide is the person's own photo")
    unfold(page, "Old photo")
    check(page.is_checked("#set-mend input"), "the setting says so")
    if picture:
        page.screenshot(path=f"{picture}-mended.png")
