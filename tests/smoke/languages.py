"""Open the page in every language: nothing is left in English, and nothing is cut on a phone."""

from playwright.sync_api import Browser, Page

from tests.smoke.browser import check
from ui.words import LANGUAGES, say, speaking

REGIONS = {"en": "en-US", "de": "de-DE", "fr": "fr-CA", "es": "es-MX", "zh": "zh-TW", "ja": "ja-JP"}
DESK, PHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 844}
# What is the same in both languages, and what Gradio says by itself and does not translate.
SAME = ("Film", "Monet", "Winter", "Photo", "Use via API or MCP", "logo")
# Lines of text that are seen, and the names of what is there.
SAID = """() => {
  const lines = document.body.innerText.split('\\n'), names = ['alt', 'title', 'aria-label', 'placeholder'];
  for (const name of names) for (const node of document.querySelectorAll(`.gradio-container [${name}]`))
    if (node.checkVisibility()) lines.push(node.getAttribute(name));
  return lines.map(line => line.trim()).filter(line => /[A-Za-z]{3}/.test(line));
}"""  # noqa: E501
# An accordion's arrow turns beyond its button; Gradio measures tabs by copies that have no width.
CUT = """() => [...document.querySelectorAll('button:not(.label-wrap), [role=tab]')]
  .filter(button => button.checkVisibility() && button.clientWidth && button.innerText.trim())
  .filter(button => button.scrollWidth > button.clientWidth + 1)
  .map(button => button.innerText.trim())"""
TABS = ("Painting", "Compare", "Film", "Many", "Train a style")


def speak_every_language(browser: Browser, url: str) -> None:
    """Open the page in each language: measure it on a phone, then read it at a desk's width."""
    english: set[str] = set()
    for language in LANGUAGES:
        page = _open(browser, url, language)
        lang = page.evaluate("document.documentElement.lang")
        check(lang.partition("-")[0] == language, f"{REGIONS[language]} is read as {lang}")
        _fits_a_phone(page, language)
        page.set_viewport_size(DESK)
        _choose(page, language, TABS[0])
        said = {line for line in page.evaluate(SAID) if line not in SAME}
        if language == "en":
            english = said
        else:
            left = sorted(said & english)
            check(not left, f"nothing is left in English: {len(said)} texts {left or ''}")
        page.close()


def _fits_a_phone(page: Page, language: str) -> None:
    for title in TABS:
        named = _choose(page, language, title)
        wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        cut = page.evaluate(CUT)
        check(wide <= 0 and not cut, f"{named}: fits a phone's width {cut or ''}")


def _choose(page: Page, language: str, title: str) -> str:
    """Open a tab, which may lie in the menu of those that have no room; return its name."""
    with speaking(language):
        named = say(title)
    tab = page.locator("#tabs [role=tab]:visible", has_text=named)
    if not tab.count():
        page.locator("#tabs .overflow-menu > button").click()
        tab = page.locator("#tabs .overflow-dropdown button", has_text=named)
    tab.first.click()
    page.wait_for_timeout(300)
    return named


def _open(browser: Browser, url: str, language: str) -> Page:
    page = browser.new_page(locale=REGIONS[language], viewport=PHONE)
    page.goto(url)
    page.wait_for_selector("#easel .after[src]", timeout=90_000)
    page.wait_for_selector("#set-brush input")
    page.wait_for_timeout(500)
    return page
