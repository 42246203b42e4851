"""A real browser: Debian's Chromium, driven over ChromeDriver's own protocol (W3C WebDriver)."""

from __future__ import annotations

import base64
import json
import shutil
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from pathlib import Path
from typing import Any

import pytest

_ELEMENT = "element-6066-11e4-a52e-4f735466cecf"
_WAIT_SECONDS = 30.0
KEYS = {"enter": "\ue007", "escape": "\ue00c"}


class Chrome:
    """One window."""

    def __init__(self, base: str, session: str) -> None:
        self._base = base
        self._session = session
        self.clicks = 0

    def call(self, method: str, path: str, body: Any = None) -> Any:
        url = f"{self._base}/session/{self._session}{path}"
        data = json.dumps(body if body is not None else {}).encode() if method == "POST" else None
        request = urllib.request.Request(
            url, data, {"content-type": "application/json"}, method=method
        )
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.loads(answer.read())["value"]

    def open(self, url: str) -> None:
        self.call("POST", "/url", {"url": url})

    @property
    def url(self) -> str:
        return str(self.call("GET", "/url"))

    def run(self, script: str, *args: Any) -> Any:
        """What a script returns."""
        return self.call("POST", "/execute/sync", {"script": script, "args": list(args)})

    def run_async(self, script: str, *args: Any) -> Any:
        """What a script gives to its last argument."""
        return self.call("POST", "/execute/async", {"script": script, "args": list(args)})

    def find(self, css: str) -> str:
        """The element, once it is there."""
        end = time.monotonic() + _WAIT_SECONDS
        while True:
            result = self.call("POST", "/elements", {"using": "css selector", "value": css})
            if result:
                return str(result[0][_ELEMENT])
            assert time.monotonic() < end, f"no {css} in {self.text()[:2000]}"
            time.sleep(0.1)

    def enter_frame(self, frame: str) -> None:
        """Into a frame: what follows is about its page."""
        self.call("POST", "/frame", {"id": {_ELEMENT: frame}})

    def leave_frame(self) -> None:
        """Back to the page that has the frame."""
        self.call("POST", "/frame", {"id": None})

    def click(self, css: str) -> None:
        self.clicks += 1
        try:
            self.call("POST", f"/element/{self.find(css)}/click")
        except urllib.error.HTTPError as error:
            if error.code != HTTPStatus.NOT_FOUND:
                raise
            # another stood in its place by then
            self.call("POST", f"/element/{self.find(css)}/click")

    def type(self, css: str, text: str, *, clear: bool = True) -> None:
        element = self.find(css)
        if clear:
            self.call("POST", f"/element/{element}/clear")
        self.call("POST", f"/element/{element}/value", {"text": text})

    def press(self, keys: str) -> None:
        """Keys that go to whatever has the focus."""
        actions = [{"type": kind, "value": key} for key in keys for kind in ("keyDown", "keyUp")]
        self.call(
            "POST", "/actions", {"actions": [{"type": "key", "id": "keys", "actions": actions}]}
        )

    def text(self) -> str:
        return str(self.run("return document.body.innerText"))

    def wait_for_text(self, what: str, seconds: float = _WAIT_SECONDS) -> None:
        """Until the page has this text."""
        self.wait_until(
            f"return document.body.innerText.includes({json.dumps(what)})", what, seconds
        )

    def wait_until(self, script: str, what: str = "", seconds: float = _WAIT_SECONDS) -> None:
        end = time.monotonic() + seconds
        while not self.run(script):
            assert time.monotonic() < end, f"never {what or script}: {self.text()[:3000]}"
            time.sleep(0.1)

    def set_window(self, width: int, height: int, *, dark: bool) -> None:
        """The size of the window's inside, and the colours that the person prefers."""
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.cdp("Emulation.setEmulatedMedia", features=[scheme])
        self.cdp(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=1,
            mobile=False,
        )

    def cdp(self, command: str, **params: Any) -> Any:
        return self.call("POST", "/goog/cdp/execute", {"cmd": command, "params": params})

    def take_picture(self, path: Path) -> None:
        """A picture of the whole page."""
        shot = self.cdp("Page.captureScreenshot", captureBeyondViewport=True, format="png")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(base64.b64decode(shot["data"]))

    def take_console_messages(self) -> list[str]:
        """What the console of the browser was told since the last look."""
        return [one["message"] for one in self.call("POST", "/se/log", {"type": "browser"})]


@contextmanager
def open_chrome() -> Iterator[Chrome]:
    """A browser, closed at the end; the test is skipped where there is none."""
    driver = shutil.which("chromedriver")
    browser = shutil.which("chromium")
    if not driver or not browser:
        pytest.skip("no chromium with its chromedriver here")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    process = subprocess.Popen(
        [driver, f"--port={port}"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    base = f"http://127.0.0.1:{port}"
    try:
        session = _session(base, browser)
        chrome = Chrome(base, session)
        try:
            yield chrome
        finally:
            chrome.call("DELETE", "")
    finally:
        process.terminate()
        process.wait(10)


def _session(base: str, browser: str) -> str:
    options = ["--headless=new", "--no-sandbox", "--disable-gpu", "--window-size=1280,900"]
    wanted = {
        "browserName": "chrome",
        "goog:chromeOptions": {"binary": browser, "args": options},
        "goog:loggingPrefs": {"browser": "ALL"},
    }
    body = json.dumps({"capabilities": {"alwaysMatch": wanted}}).encode()
    end = time.monotonic() + 60
    while True:
        try:
            request = urllib.request.Request(
                f"{base}/session", body, {"content-type": "application/json"}
            )
            with urllib.request.urlopen(request, timeout=60) as answer:
                return str(json.loads(answer.read())["value"]["sessionId"])
        except OSError:
            assert time.monotonic() < end
            time.sleep(0.2)
