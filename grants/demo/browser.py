"""A person at a browser without script: opens pages, fills in forms and downloads files over HTTP."""

from __future__ import annotations

import re
import time
import urllib.error
import urllib.request
from http.cookiejar import CookieJar
from urllib.parse import urlencode, urljoin

from grants.demo.page_reader import Form, Page

OK, UNPROCESSABLE, SECONDS = 200, 422, 60
SECOND_STEP = "/sign-in/second-step"


class Unexpected(RuntimeError):
    """The system answered in another way than the story expects."""


class Visitor:
    """One person with one browser. `page` is the open page, `address` its address."""

    def __init__(self, base: str) -> None:
        self.base, self.address, self.status = base, base, 0
        self.page = Page("")
        self._browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))

    def sign_in(self, email: str, password: str) -> None:
        """Sign in with the form and, if the second factor is asked for, with the code that the page of emails shows."""
        self.open("/sign-in")
        self.send("/sign-in", email=email, password=password, way="password_typed")
        if not self.address.partition("?")[0].endswith(SECOND_STEP):
            return
        tried = ""
        for _ in range(SECONDS):
            code = self._code(email)
            if code != tried and self._confirm(code):
                return
            tried = code
            time.sleep(1)
        raise Unexpected(f"no code of {email} was accepted")

    def _code(self, email: str) -> str:
        """The present code of a person, as the page of emails shows it."""
        found = re.search(re.escape(email) + r"\s*(\d{3} \d{3})", self.open("/mailbox").text)
        if found is None:
            raise Unexpected(f"the page of emails shows no code of {email}")
        return found[1]

    def _confirm(self, code: str) -> bool:
        """Enter the code; returns whether it was accepted. Somebody else may have used it already."""
        self.open(SECOND_STEP)
        try:
            self.send(SECOND_STEP, code=code)
        except Unexpected:
            if self.status == UNPROCESSABLE:
                return False
            raise
        return True

    def open(self, path: str) -> Page:
        """Fetch a page; raises Unexpected if the answer is an error."""
        return self._fetch(urllib.request.Request(urljoin(self.base, path)))  # noqa: S310 - our own server

    def follow(self, text: str) -> Page:
        """Follow the link with this text."""
        for words, href in self.page.links.items():
            if words == text:
                return self.open(urljoin(self.address, href))
        raise Unexpected(f"no link “{text}” on {self.address}, only {sorted(self.page.links)}")

    def send(self, action: str, /, **fields: str | list[str]) -> Page:
        """Fill in the open page's form to `action` and submit it; other fields keep their values."""
        try:
            form = self.page.form(action)
        except LookupError as error:
            raise Unexpected(f"{error}; the page says: {self._words()}") from error
        sent = form.fields | {name: [value] if isinstance(value, str) else value for name, value in fields.items()}
        return self._post(form, sent)

    def _post(self, form: Form, sent: dict[str, list[str]]) -> Page:
        body = urlencode([(name, value) for name, values in sent.items() for value in values]).encode()
        url, referer = urljoin(self.address, form.action), {"Referer": self.address}
        return self._fetch(urllib.request.Request(url, data=body, headers=referer))  # noqa: S310 - the same server

    def download(self, path: str) -> bytes:
        """The bytes of a file; empty if it does not exist yet."""
        try:
            with self._browser.open(urljoin(self.base, path), timeout=SECONDS) as answer:
                content: bytes = answer.read()
                return content
        except urllib.error.HTTPError:
            return b""

    def leave(self) -> None:
        """Close the browser."""
        self._browser.close()

    def _fetch(self, request: urllib.request.Request) -> Page:
        try:
            with self._browser.open(request, timeout=SECONDS) as answer:
                self.status, self.address, html = answer.status, answer.url, answer.read().decode()
        except urllib.error.HTTPError as error:
            self.status, html = error.code, error.read().decode(errors="replace")
        self.page = Page(html)
        if self.status != OK:
            raise Unexpected(f"{request.get_method()} {request.full_url} answered {self.status}: {self._words()}")
        return self.page

    def _words(self) -> str:
        return " ".join(self.page.text.split())[-1_500:]
