"""The site in a browser, as a reader finds it."""

from __future__ import annotations

import functools
import http.server
import os
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from docs import HERE, LANGUAGES

from .conftest import SPHINX

pytest.importorskip("sphinx", reason=SPHINX)
playwright = pytest.importorskip(
    "playwright.sync_api", reason="a browser is steered with the extra 'browser': pip install '.[browser]'"
)

PAGES = sorted(
    path.relative_to(HERE / "en").with_suffix("").as_posix() for path in (HERE / "en").rglob("*.rst")
)
NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
PHONE = {"width": 375, "height": 667}
OTHER = {"en": "ja", "ja": "en"}


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        """Nothing: a failed request fails its test."""


@pytest.fixture(scope="module")
def site(built: Path) -> Iterator[str]:
    """The built site's address, on this machine."""
    answer = functools.partial(Quiet, directory=str(built / "html"))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), answer) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    found = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
    if found is None:
        pytest.skip("there is no chromium on this machine; $CHROMIUM may name one")
    with playwright.sync_playwright() as steered:
        browser = steered.chromium.launch(
            executable_path=found, args=["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
        )
        yield browser
        browser.close()


@pytest.fixture
def page(browser: Any, site: str) -> Iterator[Any]:
    """A tab that notes whatever goes wrong, and fails the test for it."""
    context = browser.new_context(base_url=site)
    tab = context.new_page()
    wrong: list[str] = []
    tab.on("console", lambda said: wrong.append(said.text) if said.type in ("error", "warning") else None)
    tab.on("pageerror", lambda error: wrong.append(str(error)))
    tab.on("requestfailed", lambda request: wrong.append(request.url) if has_failed(request) else None)
    tab.on(
        "response",
        lambda answer: wrong.append(f"{answer.status}: {answer.url}") if answer.status >= 400 else None,
    )
    tab.on("request", lambda request: wrong.append(request.url) if not is_near(request.url, site) else None)
    yield tab
    context.close()
    assert wrong == []


def has_failed(request: Any) -> bool:
    """Not when the reader was gone to another page before it was there."""
    return request.failure != "net::ERR_ABORTED"


def is_near(url: str, site: str) -> bool:
    return url.startswith((site, "data:", "blob:"))


def search(page: Any, language: str, query: str) -> list[str]:
    """The addresses of what a search finds, best first."""
    page.goto(f"/{language}/index.html")
    page.fill("input.sidebar-search", query)
    page.press("input.sidebar-search", "Enter")
    page.wait_for_function(
        "document.querySelector('#search-results p.search-summary')?.innerText.match(/\\d/)"
    )
    return [link.get_attribute("href") or "" for link in page.locator("#search-results li a").all()]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_is_whole_and_fits_a_phone(language: str, page: Any) -> None:
    """Right language, no error, no failed request, nothing fetched from elsewhere, no sideways scroll."""
    page.set_viewport_size(PHONE)
    for name in PAGES:
        page.goto(f"/{language}/{name}.html")
        assert page.get_attribute("html", "lang") == language
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, f"{name} is {wide} pixels wider than a phone"


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_switch_keeps_the_page(language: str, page: Any) -> None:
    for name in PAGES:
        page.goto(f"/{language}/{name}.html")
        page.click(f".languages a[hreflang={OTHER[language]}]")
        page.wait_for_url(f"**/{OTHER[language]}/{name}.html")


def test_the_switch_keeps_the_section(page: Any) -> None:
    page.goto("/en/websockets.html#websockets-errors")
    page.click(".languages a[hreflang=ja]")
    page.wait_for_url("**/ja/websockets.html#websockets-errors")
    assert page.locator("#websockets-errors").count() == 1


def test_the_front_page_sends_a_reader_to_his_language(browser: Any, site: str) -> None:
    for locale, language in (("ja-JP", "ja"), ("en-GB", "en"), ("fr-FR", "en")):
        context = browser.new_context(base_url=site, locale=locale)
        tab = context.new_page()
        tab.goto("/")
        tab.wait_for_url(f"**/{language}/index.html")
        context.close()


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_search_for_a_method_finds_its_page(language: str, page: Any) -> None:
    found = search(page, language, "start_kline_socket")
    assert any("reference/websockets.html" in address for address in found)
    assert any(address.partition("#")[0].partition("?")[0].endswith("/websockets.html") for address in found)


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("約定", "websockets"),
        ("板", "glossary"),
        ("ローソク足", "websockets"),
        ("箱の中の取引所", "exchange"),
        ("ストリーム", "websockets"),
    ],
)
def test_a_search_in_japanese_finds_its_page(query: str, name: str, page: Any) -> None:
    assert any(f"{name}.html" in address for address in search(page, "ja", query))


def test_a_search_for_what_no_page_has_finds_nothing(page: Any) -> None:
    page.goto("/ja/search.html?q=鯨")
    page.wait_for_selector("#search-results p.search-summary:not(:empty)")
    assert page.locator("#search-results li").count() == 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_stands_out_from_its_ground(scheme: str, page: Any) -> None:
    """Contrast of at least 7 to 1 for text and 4.5 to 1 for links, in both colour schemes."""
    page.emulate_media(color_scheme=scheme)
    page.goto("/en/websockets.html")
    for selector, least in (("article p", 7), ("article p a", 4.5)):
        assert page.evaluate(CONTRAST, selector) >= least, selector


CONTRAST = """(selector) => {
  const numbers = (colour) => colour.match(/[\\d.]+/g).slice(0, 3).map((each) => {
    const share = each / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  const light = (colour) => { const [r, g, b] = numbers(colour); return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
  const text = light(getComputedStyle(document.querySelector(selector)).color);
  const ground = light(getComputedStyle(document.body).backgroundColor);
  return (Math.max(text, ground) + 0.05) / (Math.min(text, ground) + 0.05);
}"""
