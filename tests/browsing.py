"""A real browser for tests: Debian's Chromium without a window, found on the PATH."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from conflict_extract.models import Extraction
from conflict_extract.report.extractions_data import Entry, entry_of
from conflict_extract.report.extractions_page import as_page

if TYPE_CHECKING:
    from selenium.webdriver import Chrome

CHROMIUM, DRIVER = shutil.which("chromium"), shutil.which("chromedriver")
MISSING = None if CHROMIUM and DRIVER else "there is no chromium and chromedriver on the PATH"

_FLAGS = (
    *("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-dev-shm-usage"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync", "--window-size=1440,900"),
)
_WATCH = """
window.violations = [];
window.faults = [];
addEventListener('securitypolicyviolation', (event) => violations.push(event.effectiveDirective));
addEventListener('error', (event) => faults.push(event.message));
addEventListener('unhandledrejection', (event) => faults.push(String(event.reason)));
"""


@contextmanager
def browsing(profile: Path) -> Iterator[Chrome]:
    """A browser with an empty profile. Every page says in ``violations`` what its policy stopped."""
    from selenium import webdriver

    options = webdriver.ChromeOptions()
    options.binary_location = str(CHROMIUM)
    for flag in (*_FLAGS, f"--user-data-dir={profile}"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    options.set_capability("unhandledPromptBehavior", "ignore")  # a dialog must be seen by the test
    before = os.environ.get("SE_OFFLINE")
    os.environ["SE_OFFLINE"] = "true"
    driver = webdriver.Chrome(options=options, service=webdriver.ChromeService(str(DRIVER)))
    try:
        driver.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": _WATCH})
        driver.set_script_timeout(10)
        yield driver
    finally:
        driver.quit()
        if before is None:
            del os.environ["SE_OFFLINE"]
        else:
            os.environ["SE_OFFLINE"] = before


def resize(browser: Chrome, width: int, height: int, **features: str) -> None:
    """Give the page a size, and media features ("prefers-color-scheme") that it is told of."""
    size: dict[str, Any] = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    told = [{"name": name.replace("_", "-"), "value": value} for name, value in features.items()]
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": told})


def open_page(
    browser: Chrome, folder: Path, entries: Iterable[Extraction | Entry], hash: str = "", problems: tuple[str, ...] = ()
) -> Path:
    """Write the page and open it."""
    path = folder / "report.html"
    page = as_page(
        [each if isinstance(each, Entry) else entry_of(each) for each in entries],
        source="results.jsonl",
        problems=problems,
    )
    path.write_text(page, "utf-8")
    browser.get(f"{path.as_uri()}{hash}")
    return path


def texts(browser: Chrome, selector: str) -> list[str]:
    """The visible words of elements."""
    return browser.execute_script(
        "return [...document.querySelectorAll(arguments[0])].map((node) => node.innerText)", selector
    )


def click(browser: Chrome, selector: str) -> None:
    """Click the first such element, where the mouse would."""
    browser.find_element("css selector", selector).click()


def go(browser: Chrome, hash: str) -> None:
    """Follow an address within the page."""
    browser.execute_async_script(
        "const done = arguments[1]; if ((location.hash || '#') === arguments[0]) return done();"
        "addEventListener('hashchange', () => setTimeout(done), { once: true }); location.hash = arguments[0];",
        hash,
    )


def settle(browser: Chrome, condition: str) -> None:
    """Wait until a condition holds, at most ten seconds: other tests may have the machine."""
    look = """
    const inView = () => {
      const node = document.querySelector('.text .hint');
      const pane = document.getElementById('left').getBoundingClientRect();
      if (!node) return false;
      const box = node.getBoundingClientRect();
      return box.top >= pane.top && box.bottom <= pane.bottom;
    };
    const [left, panel] = [document.getElementById('left'), document.getElementById('panel')];
    """
    end = time.monotonic() + 10
    while not browser.execute_script(f"{look} return {condition}"):
        assert time.monotonic() < end, condition
        time.sleep(0.02)
