"""Take a painting along: a small JPEG, and the sheet of a phone that shares files."""

import io
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page

from tests.private_photo import MARKS, PRIVATE
from tests.smoke.browser import check

MOST_BYTES = 800_000
# A phone's browser shares files; Chromium on Linux shares nothing.
SHARING = """
navigator.canShare = ({files}) => files.every(file => file.type === 'image/jpeg');
navigator.share = async ({files: [file]}) => {
  const data = new Uint8Array(await file.arrayBuffer());
  window.shared = [file.name, file.type, [...data].map(byte => String.fromCharCode(byte)).join('')];
};
"""


def take_along(page: Page, *, shares: bool) -> None:
    """Save the painting for messages; share it where that can be done, and only there."""
    with page.expect_download() as saved:
        page.click("#small")
    check_small(saved.value.suggested_filename, Path(saved.value.path()).read_bytes())
    check(page.locator("#phone-sheet").is_visible() == shares, f"it can be shared: {shares}")
    if not shares:
        return
    page.click("#phone-sheet")
    page.wait_for_function("window.shared")
    name, kind, text = page.evaluate("shared")
    check(kind == "image/jpeg", "a JPEG is handed to the phone's sheet")
    check_small(name, text.encode("latin-1"))


def check_small(name: str, data: bytes) -> None:
    """Check that a file is a small JPEG with nothing in it but pixels."""
    picture = Image.open(io.BytesIO(data))
    found = [word for word in (*PRIVATE, *MARKS) if word in data]
    check(name == "holiday-painted.jpg", f"it is named after the photo: {name}")
    check(
        picture.format == "JPEG" and max(picture.size) <= 1600 and len(data) < MOST_BYTES,
        f"it is small: {picture.size}, {len(data) / 1000:.0f} kB",
    )
    check(not found, f"it says nothing of where and when {found}")
