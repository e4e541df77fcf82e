"""Parses a page as a browser without script shows it: heading, links, and forms with their current values."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from html.parser import HTMLParser

VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
UNREAD = {"script", "style", "template", "svg"}


@dataclass
class Form:
    """A form of the page: its address, the values of its fields, and the other values that can be chosen."""

    action: str
    method: str
    id: str = ""
    fields: dict[str, list[str]] = field(default_factory=dict)
    offered: dict[str, list[str]] = field(default_factory=dict)


class Page(HTMLParser):
    """A parsed page.

    labels: the label of each option, by value. violations: of the project's rules: script or style inside the page, or
    a form without an action.
    """

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.title = self.h1 = self.text = ""
        self.forms: list[Form] = []
        self.links: dict[str, str] = {}
        self.hrefs: list[str] = []
        self.labels: dict[str, str] = {}
        self.violations: list[str] = []
        self._open: list[str] = []
        self._inside: Form | None = None
        self._named: str | None = None
        self._link = self._choice = ""
        self._elsewhere: list[tuple[str, str]] = []
        self.feed(html.replace("\r\n", "\n"))

    def form(self, action: str) -> Form:
        """The form with a button that submits to an address with this ending; one that changes something is preferred.

        Raises LookupError with the addresses that exist.
        """
        for form in sorted(self.forms, key=lambda one: one.method != "post"):
            if _path(form.action).endswith(action):
                return form
        for id, target in self._elsewhere:
            if _path(target).endswith(action):
                return replace(next(form for form in self.forms if form.id == id), action=target)
        raise LookupError(f"no form to {action} on “{self.h1.strip()}”, only {[form.action for form in self.forms]}")

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Record forms, fields and links."""
        given = {name: value or "" for name, value in attrs}
        self._mind(tag, given)
        if tag == "form":
            self._inside = Form(given.get("action", ""), given.get("method", "get").lower(), given.get("id", ""))
            self.forms.append(self._inside)
        elif tag == "a":
            self._link = given.get("href", "")
            self.hrefs.append(self._link)
        elif tag == "button" and "formaction" in given:
            self._elsewhere.append(
                (given.get("form") or (self._inside.id if self._inside else ""), given["formaction"])
            )
        elif "template" not in self._open:
            self._take_field(tag, given)
        if tag not in VOID:
            self._open.append(tag)

    def _mind(self, tag: str, given: dict[str, str]) -> None:
        inside_script = tag == "script" and "src" not in given
        if tag == "style" or inside_script or "style" in given or any(name.startswith("on") for name in given):
            self.violations.append(f"<{tag}> carries style or script inside the page")
        if tag == "form" and not given.get("action"):
            self.violations.append("a form has no action")

    def _take_field(self, tag: str, given: dict[str, str]) -> None:
        form, name = self._form_of(given), given.get("name") or self._named or ""
        if form is None or not name:
            return
        if tag == "select":
            self._named = name
        elif tag == "option" and self._named:
            form.offered.setdefault(name, []).append(given.get("value", ""))
            if "selected" in given or name not in form.fields:
                form.fields[name] = [given.get("value", "")]
        elif tag == "textarea":
            self._named = name
            form.fields.setdefault(name, [""])
        elif tag == "input" and given.get("type") in {"radio", "checkbox"}:
            form.offered.setdefault(name, []).append(given.get("value", "on"))
            self._choice = given.get("value", "on")
            if "checked" in given:
                form.fields.setdefault(name, []).append(given.get("value", "on"))
        elif tag == "input" and given.get("type") not in {"submit", "file", "button"}:
            form.fields.setdefault(name, []).append(given.get("value", ""))

    def _form_of(self, given: dict[str, str]) -> Form | None:
        """The form of a field: the one that it names, which stands before it, or else the one around it."""
        if "form" in given:
            return next((form for form in self.forms if form.id == given["form"]), None)
        return self._inside

    def handle_endtag(self, tag: str) -> None:
        """Close everything up to the matching tag."""
        if tag in self._open:
            while self._open.pop() != tag:
                continue
        if tag == "form":
            self._inside = None
        elif tag in {"select", "textarea"}:
            self._named = None
        elif tag == "a":
            self._link = ""
        elif tag == "label":
            self._choice = ""

    def handle_data(self, data: str) -> None:
        """Record text; the text of a textarea is its value."""
        if "title" in self._open and "svg" not in self._open:
            self.title += data
        elif "textarea" in self._open:
            if self._inside is not None and self._named and "template" not in self._open:
                self._inside.fields[self._named] = [(self._inside.fields[self._named][0] + data).removeprefix("\n")]
        elif not UNREAD & set(self._open):
            self.text += data
            if "h1" in self._open:
                self.h1 += data
            if self._choice and "label" in self._open:
                self.labels[self._choice] = self.labels.get(self._choice, "") + data
            if self._link and data.strip():
                self.links[data.strip()] = self._link


def _path(address: str) -> str:
    return address.partition("#")[0].partition("?")[0]
