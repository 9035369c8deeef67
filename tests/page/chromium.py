"""A real browser without a window, on the page of a running app."""

import json
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from selenium import webdriver
from selenium.common.exceptions import NoSuchElementException, StaleElementReferenceException
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement

from tests.function_app.waiting import wait_until

AXE = Path(sys.prefix) / "axe" / "node_modules" / "axe-core" / "axe.min.js"
OPTIONS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--lang=en-US",
)
DESKTOP = (1280, 900)
PHONE = (360, 740)


def browser_path() -> str | None:
    """Where Chromium is."""
    return shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


def why_not() -> str | None:
    """Why no browser can run here, or None when it can."""
    if browser_path() is None or shutil.which("chromedriver") is None:
        return "chromium or chromedriver is not installed (Debian: apt-get install chromium chromium-driver)"
    return None


class Chromium:
    """One window. `open` begins afresh: nothing is stored, and the log is empty."""

    def __init__(self, folder: Path) -> None:
        options = webdriver.ChromeOptions()
        options.binary_location = browser_path()
        for option in OPTIONS:
            options.add_argument(option)
        options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
        self.downloads = folder
        self.driver = webdriver.Chrome(options=options, service=Service(shutil.which("chromedriver")))
        self.driver.set_page_load_timeout(20)
        allow = {"behavior": "allow", "downloadPath": str(folder)}
        self.driver.execute_cdp_cmd("Browser.setDownloadBehavior", allow)

    def open(
        self, address: str, *, language: str = "en-US", is_dark: bool = False, size: tuple[int, int] = DESKTOP
    ) -> None:
        """Opens the page as somebody who was never there; the language is the browser's."""
        # Leave at once, where the page would ask whether to.
        self.run("addEventListener('beforeunload', (event) => event.stopImmediatePropagation(), true)")
        self.driver.get("about:blank")
        origin = "/".join(address.split("/")[:3])
        everything = {"origin": origin, "storageTypes": "all"}
        self.driver.execute_cdp_cmd("Storage.clearDataForOrigin", everything)
        agent = self.driver.execute_script("return navigator.userAgent")
        names = {"userAgent": agent, "acceptLanguage": language}
        self.driver.execute_cdp_cmd("Network.setUserAgentOverride", names)
        self.dark(is_dark)
        self.resize(size)
        self.messages()
        self.requests()
        self.driver.get(address)
        # The tab's own storage outlives a cleared origin.
        self.driver.execute_script("sessionStorage.clear()")
        self.driver.refresh()
        self.wait_for("main .view:not([hidden])")

    def dark(self, is_dark: bool) -> None:
        """Sets what the system prefers."""
        scheme = {"name": "prefers-color-scheme", "value": "dark" if is_dark else "light"}
        still = {"name": "prefers-reduced-motion", "value": "reduce"}
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [scheme, still]})

    def resize(self, size: tuple[int, int]) -> None:
        """Sets the size of the page's viewport."""
        width, height = size
        metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)

    def show(self, view: str) -> None:
        """Opens one of the page's views, by its link."""
        self.find(f'nav a[href="#{view}"]').click()
        self.wait_for(f"main .{view}:not([hidden])")

    def find(self, selector: str) -> WebElement:
        """The first element that fits."""
        return self.driver.find_element(By.CSS_SELECTOR, selector)

    def all(self, selector: str) -> list[WebElement]:
        """All elements that fit."""
        return self.driver.find_elements(By.CSS_SELECTOR, selector)

    def wait_for(self, selector: str, *, seconds: float = 20.0) -> WebElement:
        """The element, once it is there."""
        self.until(lambda: self.all(selector), seconds=seconds)
        return self.find(selector)

    def until(self, holds: Callable[[], object], *, seconds: float = 20.0) -> None:
        """Waits for something on a page that may be drawn anew at any moment."""

        def now() -> object:
            try:
                return holds()
            except (NoSuchElementException, StaleElementReferenceException):
                return False

        wait_until(now, seconds=seconds)

    def text(self, selector: str) -> str:
        """What is written in the first element that fits."""
        return self.find(selector).text

    def press(self, *keys: str) -> None:
        """Presses keys on whatever has the focus."""
        self.driver.switch_to.active_element.send_keys(*keys)

    def tab(self) -> WebElement:
        """Goes on to the next element by the Tab key; what has the focus then."""
        self.press(Keys.TAB)
        return self.driver.switch_to.active_element

    def run(self, script: str, *arguments: object) -> Any:
        """Runs a script in the page; what it returns."""
        return self.driver.execute_script(script, *arguments)

    def messages(self) -> list[str]:
        """What the page has written to the console since the last look, but for calls that failed."""
        entries = self.driver.get_log("browser")
        return [one["message"] for one in entries if "Failed to load resource" not in one["message"]]

    def requests(self) -> list[str]:
        """The addresses asked since the last look."""
        events = [json.loads(one["message"])["message"] for one in self.driver.get_log("performance")]
        sent = (
            one["params"]["request"]["url"] for one in events if one["method"] == "Network.requestWillBeSent"
        )
        return [url for url in sent if not url.startswith(("blob:", "data:", "about:"))]

    def barriers(self) -> list[str]:
        """What axe-core finds wrong, by the rules of WCAG 2.2 AA and its own best practice."""
        self.run(AXE.read_text(encoding="utf-8"))
        tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
        found = self.driver.execute_async_script("axe.run({runOnly: arguments[0]}).then(arguments[1])", tags)
        return [
            f"{one['id']}: {node['target']} {node['failureSummary']}"
            for one in found["violations"]
            for node in one["nodes"]
        ]

    def downloaded(self, name: str) -> bytes:
        """A file that the page let the browser save, once it is whole; then it is removed."""
        path = self.downloads / name
        wait_until(path.is_file)
        content = path.read_bytes()
        path.unlink()
        return content

    def quit(self) -> None:
        """Ends the browser."""
        self.driver.quit()
