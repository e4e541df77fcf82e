"""What is read from a page does not depend on the parser."""

from __future__ import annotations

import pytest
from flask import Flask

from grants.demo.page_reader import Page
from tests.browser import anonymous, browser
from tests.parsed import Parsed

FORM = """<!DOCTYPE html><html><head><title>A &amp; B</title></head><body><h1>A &amp;
 B</h1>{}<form action="/a?b=1&amp;c=2" method="post"><p><label><input type="radio" name="choice" value="1" checked>
 One &lt; two &hellip;</label><textarea name="text">

 a &amp; b &#8217;&nbsp;c</textarea><select name="of"><option value="">–<option value="x" selected>X &amp; Y</select>
<template><input name="copied" value="1"></template><button formaction="/other">Go</button></form>
<svg><title>Not a title</title></svg><a href="/x">Back &amp; forth</a></body></html>"""


def read(page: Page) -> dict[str, object]:
    """Everything that is read from a page; white space around its text is left out."""
    found = {name: value for name, value in vars(page).items() if name in READ}
    return found | {"text": page.text.strip()}


READ = ("title", "h1", "forms", "links", "hrefs", "labels", "violations")


@pytest.mark.parametrize("inside", ["", "<style>p { color: red }</style>", '<p onclick="x()" style="y">Text</p>'])
def test_of_a_form_the_same_is_read(inside: str) -> None:
    html = FORM.format(inside)

    assert read(Parsed(html)) == read(Page(html))
    assert bool(Parsed(html).violations) is bool(inside)


@pytest.mark.ground("in_review")
def test_of_our_pages_the_same_is_read(app: Flask) -> None:
    for reader, paths in {
        "olga": ("/inbox", "/applications", "/applications/1", "/applications/1/reviewers", "/office/calls/new"),
        "mg1": ("/inbox", "/applications/1", "/account"),
    }.items():
        for path in paths:
            html = browser(app, reader).get(path).get_data(as_text=True)
            assert read(Parsed(html)) == read(Page(html)), path
    html = anonymous(app).get("/sign-in").get_data(as_text=True)
    assert read(Parsed(html)) == read(Page(html))
