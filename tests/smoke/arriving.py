"""What is dropped or pasted goes where it belongs; nothing of it is uploaded here."""

from playwright.sync_api import Browser, Page

from tests.smoke.browser import check, open_page

# Drops files, of names and types, at a place, or pastes them along with a text. Tells who would
# take them: the tab Many, the photo's field, or the place itself.
ARRIVE = """([place, files, text]) => {
  const data = new DataTransfer(), taken = [];
  files.forEach(([name, type]) => data.items.add(new File(['x'], name, {type})));
  if (text) data.setData('text/plain', text);
  const ends = Object.entries({
    'input[type=file]:has(+ #anywhere)': ['change', 'photo'],
    '#many-files input[type=file]': ['change', 'many'],
    [place.includes('button') ? place : 'nowhere']: ['drop', 'place'],
  }).map(([at, [kind, who]]) => [document.querySelector(at), kind, event => {
    event.stopImmediatePropagation();
    taken.push(who);
  }, true]);
  ends.forEach(([node, ...end]) => node?.addEventListener(...end));
  const how = {bubbles: true, cancelable: true};
  const left = document.querySelector(place).dispatchEvent(text
    ? new ClipboardEvent('paste', {clipboardData: data, ...how})
    : new DragEvent('drop', {dataTransfer: data, ...how}));
  ends.forEach(([node, ...end]) => node?.removeEventListener(...end));
  return (text && left ? ['place', ...taken] : taken).join();
}"""
JPEG, PNG, HEIC = ("one.jpg", "image/jpeg"), ("two.png", "image/png"), ("IMG_3.HEIC", "")
STYLE, FILM = ("style.safetensors", ""), ("film.mkv", "")  # of no type that browsers know
BARE = ("IMG_1234", "")  # a photo without a suffix, which the server looks at
TEXT = "as Word and Excel copy it"
CASES = (  # the place; what is dropped, or pasted along with a text; who takes it
    ("#train-pictures button", (JPEG, PNG), "", "place"),
    ("#many-files button", (JPEG, PNG), "", "place"),
    ("#head", (JPEG, HEIC), "", "many"),
    ("#head", (HEIC,), "", "photo"),
    ("#head", (STYLE, FILM), "", ""),
    ("#head", (BARE,), "", "photo"),
    ("#head", (BARE, JPEG), "", "many"),
    ("#set-brush input[type=number]", (PNG,), TEXT, "place"),
    ("#by-itself input", (PNG,), TEXT, "photo"),
)


def arrive_where_they_belong(page: Page) -> None:
    """Drop photos and other files at several places; paste a picture along with its text."""
    for tab in ("Many", "Train a style"):  # it is made once it is looked at
        page.get_by_role("tab", name=tab).click()
    page.wait_for_selector("#train-pictures button")
    for place, files, text, wanted in CASES:
        found = page.evaluate(ARRIVE, [place, files, text])
        names = " and ".join(name for name, _ in files)
        check(found == wanted, f"{names} at {place}{' with text' * bool(text)}: {found or 'left'}")
    page.get_by_role("tab", name="Painting").click()


def come_back_from_the_camera(browser: Browser, url: str) -> None:
    """Look into the photo field's camera, and choose a file all the same."""
    page = browser.new_page()
    open_page(page, url)
    ways = page.locator("#photo [data-testid=source-select] button")
    for place in (ways.nth(0), page.locator("#paint")):
        ways.nth(1).click()
        page.locator("#photo [data-testid=webcam-video]").wait_for(state="attached")
        with page.expect_file_chooser():
            place.click()
    check(True, "from the camera a photo can be chosen all the same")
    page.close()
