"""Drop what is no photo, and what a browser cannot show, into a served page: `python -m tests.smoke_files URL FOLDER`."""

import sys
from pathlib import Path

import pillow_heif
from PIL import Image
from playwright.sync_api import Page, sync_playwright

from tests.smoke import CHROMIUM, EXAMPLES, QUIET, check

SIZE = (1200, 1600)
PREVIEW = "() => document.querySelector('#photo img')?.naturalHeight === 1000"


def write_files(folder: Path) -> tuple[dict[str, Path], dict[str, Path]]:
    """Write files that are refused, by a word of the sentence that says so, and photos that get a preview, by what they are."""
    picture = Image.open(EXAMPLES / "portrait.jpg").convert("RGB").resize(SIZE)
    heic, tiff, text, cut, empty = (folder / name for name in ("IMG_1.HEIC", "scan.tiff", "text.jpg", "cut.jpg", "empty.jpg"))
    pillow_heif.from_pillow(picture).save(heic, quality=80)
    picture.save(tiff)
    picture.save(cut)
    cut.write_bytes(cut.read_bytes()[:50_000])
    text.write_text("no picture")
    empty.touch()
    return {"not a picture": text, "cut off": cut, "empty": empty}, {"HEIC": heic, "TIFF": tiff}


def drop(page: Page, url: str, file: Path) -> None:
    """Open the page and choose a file."""
    page.goto(url)
    page.wait_for_selector("#photo button:has-text('Drop a photo')")
    page.wait_for_timeout(1000)  # the page's scripts take hold of the field
    page.set_input_files("#photo input[type=file]", file)


def refuse(page: Page, url: str, file: Path, word: str, folder: Path) -> None:
    """Drop what is no photo, read why, and see that the field is free for another."""
    drop(page, url, file)
    page.wait_for_selector(f".toast-body:has-text('{word}')", timeout=60_000)
    page.wait_for_selector("#photo button:has-text('Drop a photo')", timeout=60_000)
    page.screenshot(path=folder / f"{file.stem}-{page.viewport_size['width']}.png")
    check(page.locator("#photo img").count() == 0, f"{file.name} is refused in a sentence, and does not stay in the field")


def show(page: Page, url: str, file: Path, what: str, folder: Path) -> None:
    """Drop a photo that the browser cannot show, see it, paint it, and download it at its own size."""
    drop(page, url, file)
    page.wait_for_function(PREVIEW, timeout=60_000)
    page.screenshot(path=folder / f"{file.stem}-{page.viewport_size['width']}.png")
    check(page.locator("#photo img").get_attribute("alt") == "The photo you chose", f"{what} is shown by a preview")
    page.click("#paint")
    page.wait_for_selector("#slider img >> nth=1", state="visible", timeout=240_000)
    with page.expect_download(timeout=60_000) as painted:
        page.click("#download")
    found = Image.open(painted.value.path()).size, painted.value.suggested_filename
    check(found == (SIZE, f"{file.stem}-painted.png"), f"the file behind it is what is painted, {found}")


def main() -> None:
    """Run all checks."""
    url, folder = sys.argv[1], Path(sys.argv[2])
    folder.mkdir(parents=True, exist_ok=True)
    bad, unseen = write_files(folder)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET.split())
        for width, height in ((1280, 900), (390, 844)):
            page = browser.new_page(viewport={"width": width, "height": height})
            for word, file in bad.items():
                refuse(page, url, file, word, folder)
            for what, file in unseen.items():
                show(page, url, file, what, folder)
            page.close()
        browser.close()


if __name__ == "__main__":
    main()
