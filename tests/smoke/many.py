"""Drop several photos at once, one of them bad; paint them, stop, and save the ZIP."""

import base64
import io
import zipfile

from playwright.sync_api import Page

from tests.smoke.browser import EXAMPLES, LONGEST_MS, accessible, check, open_page, pixels_of

PHOTOS = ("portrait.jpg", "glasses.jpg", "old.jpg")
DROP_MANY = """([zone, photos]) => {
  const files = new DataTransfer();
  photos.forEach(([name, data]) => files.items.add(new File(
    [Uint8Array.from(atob(data), c => c.charCodeAt(0))], name, {type: 'image/jpeg'})));
  const drag = kind => new DragEvent(kind, {dataTransfer: files, bubbles: true, cancelable: true});
  const target = document.querySelector(zone);
  ['dragenter', 'dragover', 'drop'].forEach(kind => target.dispatchEvent(drag(kind)));
}"""


def encoded(data: bytes) -> str:
    """Encode bytes as the page's scripts can read them."""
    return base64.b64encode(data).decode()


def drop_many(page: Page) -> None:
    """Drop the photos and a letter on the page's head; the tab opens by itself."""
    photos = [(name, (EXAMPLES / name).read_bytes()) for name in PHOTOS]
    dropped = [*photos, ("letter.jpg", b"Dear grandmother")]
    page.evaluate(DROP_MANY, ["#head", [[name, encoded(data)] for name, data in dropped]])
    page.wait_for_selector("#many-queue li.failed", timeout=LONGEST_MS)
    names = page.locator("#many-queue b").all_inner_texts()
    check(len(names) == len(dropped), f"several photos dropped anywhere are queued: {names}")
    page.wait_for_function("document.querySelectorAll('#many-queue img').length === 3")
    check("letter: This is not a picture" in page.inner_text("#many-notes"), "a bad one is named")


def zip_of(page: Page) -> zipfile.ZipFile:
    """Return the ZIP behind the link."""
    link = page.locator("#many-doing a")
    link.wait_for(timeout=LONGEST_MS)
    data = page.request.get(link.evaluate("link => link.href")).body()
    return zipfile.ZipFile(io.BytesIO(data))


def paint_many(page: Page, url: str, picture: str | None = None) -> None:
    """Walk it all; `picture`: where one of the page is left, as it paints and when it is done."""
    open_page(page, url)
    drop_many(page)
    accessible(page, "many, queued")
    page.click("#paint-many")
    page.wait_for_selector("#many-queue li.painting")
    page.wait_for_function(
        "document.querySelector('#many-doing p')?.textContent.includes('left')", timeout=LONGEST_MS
    )
    check(True, f"how far it is is said: {page.inner_text('#many-doing p')}")
    if picture:
        page.screenshot(path=f"{picture}-painting.png")
    with zip_of(page) as archive:
        names = archive.namelist()
        check(names == [f"{name[:-4]}-painted.png" for name in PHOTOS], f"the ZIP has {names}")
        check(archive.testzip() is None, "and is whole")
        check(pixels_of(archive.read(names[0])).std() > 1, "with paintings in it")
    said = page.inner_text("#many-notes")
    check("3 of 4 photos are painted" in said, "what was painted, and what not, is said")
    page.click("#many-queue .done button")
    page.wait_for_function("document.querySelector('#large[open] img')?.naturalWidth > 400")
    check(True, "a painting opens as large as the window")
    page.keyboard.press("Escape")
    accessible(page, "many, painted")
    if picture:
        page.screenshot(path=f"{picture}-done.png")
    page.click("#paint-many")
    page.wait_for_selector("#many-queue li.painting")  # those that were done before wait again
    page.wait_for_selector("#many-queue li.done", timeout=LONGEST_MS)
    page.reload()
    page.wait_for_selector("#many-queue li.done", timeout=LONGEST_MS)
    check(page.locator("#many-queue img").count() == 3, "a reload loses none of many photos")
    page.click("#cancel-many")
    with zip_of(page) as archive:
        check(0 < len(archive.namelist()) < len(PHOTOS), "Cancel keeps what is done")
    page.click("#clear-many")
    page.wait_for_selector("#many-queue li", state="detached")
    check(page.locator("#many-doing a").count() == 0, "Begin anew empties it")
