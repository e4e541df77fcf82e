"""A window of Chromium whose requests a test client sends, so that a page runs with its script and the test's data."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Page, Route

from tests import machine
from tests.browser import Careful
from tests.story.chromium import room

FILL = """([id, text]) => {
  const field = document.getElementById(id);
  field.value = text;
  field.dispatchEvent(new Event("input", { bubbles: true }));
}"""


@contextmanager
def opened() -> Iterator[Page]:
    """A window; a complaint of the browser other than about a refused request fails the test."""
    with room(machine.chromium()) as found:
        window = found.window()
        window.set_default_timeout(8_000)
        yield window
        assert [complaint for complaint in found.complaints if "Failed to load resource" not in complaint] == []


def bridged(window: Page, client: Careful, script: tuple[str, str] = ("", "")) -> Page:
    """The window, whose requests the client sends with its cookies. script: a text of the script and another for it."""

    def send(route: Route) -> None:
        asked = route.request
        headers = {k: v for k, v in asked.headers.items() if k in {"content-type", "x-autosave", "referer", "origin"}}
        answer = client.open(asked.url, method=asked.method, data=asked.post_data_buffer, headers=headers)
        body = answer.get_data()
        if answer.location and asked.is_navigation_request():
            # Chromium follows a redirect past this bridge, so a page of the same effect stands in its place
            cookies = "\n".join(one for one in answer.headers.getlist("Set-Cookie") if "HttpOnly" not in one)
            leads_on = f"<script>location.replace({json.dumps(answer.location)})</script>"
            route.fulfill(content_type="text/html", headers={"Set-Cookie": cookies} if cookies else {}, body=leads_on)
            return
        if asked.resource_type == "script" and script[0]:
            assert script[0].encode() in body
            body = body.replace(script[0].encode(), script[1].encode())
        route.fulfill(status=answer.status_code, headers=dict(answer.headers), body=body)

    window.unroute_all()
    window.route("http://localhost/**", send)
    return window


def typed(window: Page, id: str, text: str) -> None:
    """Put a text into a field, as pasting does."""
    window.evaluate(FILL, [id, text])
