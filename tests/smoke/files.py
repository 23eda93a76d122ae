"""Drop what is no photo, or cannot be shown: `python -m tests.smoke.files URL FOLDER`."""

import sys
from pathlib import Path

import pillow_heif
from PIL import Image
from playwright.sync_api import Page, sync_playwright

from tests.smoke.browser import (
    CHROMIUM,
    EXAMPLES,
    LONGEST_MS,
    QUIET,
    check,
    close_toasts,
    covers_nothing,
    open_page,
)

SIZE = (1200, 1600)
PREVIEW = "() => document.querySelector('#photo img')?.naturalHeight === 1000"


def write_files(folder: Path) -> tuple[dict[str, Path], dict[str, Path]]:
    """Write files that are refused, with words that say so, and photos with a preview, by kind."""
    picture = Image.open(EXAMPLES / "portrait.jpg").convert("RGB").resize(SIZE)
    names = "IMG_1.HEIC", "scan.tiff", "text.jpg", "cut.jpg", "empty.jpg"
    heic, tiff, text, cut, empty = (folder / name for name in names)
    pillow_heif.from_pillow(picture).save(heic, quality=80)
    picture.save(tiff)
    picture.save(cut)
    cut.write_bytes(cut.read_bytes()[:50_000])
    text.write_text("no picture")
    empty.touch()
    return {"not a picture": text, "cut off": cut, "empty": empty}, {"HEIC": heic, "TIFF": tiff}


def choose(page: Page, file: Path) -> None:
    """Choose a file for the photo field."""
    page.set_input_files("#photo input[type=file]", file)


def refuse(page: Page, file: Path, word: str, folder: Path) -> None:
    """Drop what is no photo, read why, and see that the field is free for another."""
    choose(page, file)
    page.wait_for_selector(f".toast-body:has-text('{word}')", timeout=60_000)
    page.wait_for_selector("#photo button:has-text('Drop a photo')", timeout=60_000)
    page.screenshot(path=folder / f"{file.stem}-{page.viewport_size['width']}.png")
    check(page.locator("#photo img").count() == 0, f"{file.name} is refused, and leaves the field")
    covers_nothing(page)
    examples, tune = [page.locator(at).bounding_box() or {} for at in ("#examples", "#fine-tune")]
    check(examples["y"] < tune["y"], "the examples stay where they were")
    close_toasts(page)


def show(page: Page, file: Path, what: str, folder: Path) -> None:
    """Drop a photo that the browser cannot show, see it, download it painted at its own size."""
    choose(page, file)
    page.wait_for_function(PREVIEW, timeout=60_000)
    page.screenshot(path=folder / f"{file.stem}-{page.viewport_size['width']}.png")
    alt = page.locator("#photo img").get_attribute("alt")
    check(alt == "The photo you chose", f"{what} is shown by a preview")
    page.click("#paint")
    page.wait_for_selector("#easel .painted", timeout=LONGEST_MS)
    with page.expect_download(timeout=60_000) as painted:
        page.click("#download")
    found, name = Image.open(painted.value.path()).size, painted.value.suggested_filename
    check(found == SIZE, f"the file behind it is what is painted, {found}")
    check(name == f"{file.stem}-painted.png", f"its name is the file's, {name}")
    page.click("#photo button[aria-label='Remove Image']")
    page.wait_for_selector("#easel .opening")


def drop_files(page: Page, url: str, folder: Path) -> None:
    """Drop what is no photo, then what is one that the browser cannot show.

    They are painted by what is quickest: it is told whose pixels they are, not how they look.
    """
    bad, unseen = write_files(folder)
    open_page(page, f"{url}?painter=fast")
    for word, file in bad.items():
        refuse(page, file, word, folder)
    for what, file in unseen.items():
        show(page, file, what, folder)


def main() -> None:
    """Run all checks, at a desk and on a phone."""
    url, folder = sys.argv[1], Path(sys.argv[2])
    folder.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET.split())
        for width, height in ((1280, 900), (390, 844)):
            page = browser.new_page(viewport={"width": width, "height": height})
            drop_files(page, url, folder)
            page.close()
        browser.close()


if __name__ == "__main__":
    main()
