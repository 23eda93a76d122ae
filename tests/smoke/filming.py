"""Paint a film in the page."""

import io
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from playwright.sync_api import Page, Response

from pipeline.video.write import PictureWriter
from tests.smoke.browser import EXAMPLES, accessible, check, close_toasts, open_page, pixels_of

COUNT, SIDE, RATE = 12, 256, 10  # of the film: pictures, px, pictures a second


def film_of_an_example(folder: Path) -> Path:
    """Write a film in which the example portrait moves to the left."""
    path = folder / "moving.mp4"
    photo = pixels_of((EXAMPLES / "portrait.jpg").read_bytes()).astype(np.uint8)
    top = max(0, photo.shape[0] // 2 - SIDE)
    with PictureWriter(path, rate=Fraction(RATE), time_base=Fraction(1, 1000)) as writer:
        for number in range(COUNT):
            x = 2 * number
            picture = photo[top : top + 2 * SIDE : 2, x : x + 2 * SIDE : 2]
            writer.write(np.ascontiguousarray(picture), number * 1000 // RATE, 1000 // RATE)
    return path


def paint_a_film(page: Page, url: str, folder: Path) -> None:
    """Ask for a film without one, then paint one like a known picture and play it."""
    open_page(page, url)
    page.get_by_role("tab", name="Film").click()
    accessible(page, "no film yet")
    page.locator("#film-paint").click()
    page.get_by_text("No film yet").first.wait_for()
    check(True, "without a film, the button asks for one")
    close_toasts(page)
    field = page.locator("#film-given input[type=file]")
    field.set_input_files(film_of_an_example(folder))
    given = page.locator("#film-given video")
    given.wait_for()
    box, frame = given.bounding_box(), page.locator("#film-given").bounding_box()
    within = bool(box and frame and box["y"] >= frame["y"])
    check(within, "a film is shown from its upper border on")
    page.locator("#film-way input").click()
    page.get_by_role("option", name="Like a known picture").click()
    page.locator("#film-style").wait_for()
    page.locator("#film-paint").click()
    made = page.locator("#film-painted video")
    made.wait_for(timeout=120_000)
    data = page.request.get(made.get_attribute("src") or "").body()
    with av.open(io.BytesIO(data)) as film:
        count = sum(1 for _ in film.decode(video=0))
    check(count == COUNT, f"the painted film has all {count} pictures")
    page.locator("#film-result .doing p").wait_for(state="detached", timeout=10_000)
    check(True, "nothing is in progress any more")
    paint_live(page)


# Presses the button twice before the browser lets the camera be used; tells how often it was asked.
PRESS_TWICE = """start => {
  const devices = navigator.mediaDevices, ask = devices.getUserMedia;
  let count = 0;
  devices.getUserMedia = wanted => { count += 1; return ask.call(devices, wanted); };
  start.click();
  start.click();
  devices.getUserMedia = ask;
  return count;
}"""


def is_painted(response: Response) -> bool:
    """Tell whether a picture of the camera was painted; one that a newer one overtook is not."""
    return response.url.endswith("/camera") and response.status == 200


def paint_live(page: Page) -> None:
    """Start the camera in the tab of films, see it painted, and stop it."""
    page.locator("#live > button").click()
    start = page.locator("#camera .start")
    count = start.evaluate(PRESS_TWICE)
    check(count == 1, "pressed twice, it opens one camera")
    for _ in range(3):
        with page.expect_response(is_painted, timeout=60_000):
            pass
    sheet = page.locator("#live-painted")
    width, height = sheet.evaluate("sheet => [sheet.width, sheet.height]")
    lively = pixels_of(sheet.screenshot()).std()
    check(max(width, height) == 480, f"the camera is painted, {width} x {height} px")
    check(lively > 10, f"and shows something, deviation {lively:.0f}")
    accessible(page, "a camera that is painted")
    start.click()
    check(start.inner_text() == "Start the camera", "it stops when asked to")
    sources = page.locator("#camera video").evaluate("video => video.srcObject")
    check(sources is None, "and the camera is off")
