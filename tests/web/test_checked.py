"""Who follows a link of “Check and submit” reads the same error at the field, until it is cured."""

from __future__ import annotations

import pytest
from flask import Flask

from tests.browser import browser
from tests.web.reading import words
from tests.web.writing import AUTO, form_of

EMPTY = {"title": "", "budget-0-what": ""}


@pytest.mark.ground("small_draft")
def test_the_field_of_a_draft_repeats_the_error_of_the_check(app: Flask) -> None:
    writer = browser(app, "mg1")
    writer.post("/applications/1/write", data=form_of(writer, 1) | EMPTY)
    wrong = [url for url in writer.get("/applications/1/send").page.hrefs if "checked=1" in url]

    shown = writer.get(wrong[0].partition("#")[0])

    assert len(wrong) >= 2
    html = shown.get_data(as_text=True)
    assert 'id="title-error"' in html
    assert 'id="title-error"' not in writer.get("/applications/1/write").get_data(as_text=True)
    assert "Saved, except for the fields below" not in html


@pytest.mark.ground("small_draft")
def test_an_automatic_save_keeps_the_errors_that_are_not_cured(app: Flask) -> None:
    writer = browser(app, "mg1")
    writer.post("/applications/1/write", data=form_of(writer, 1) | EMPTY)

    still = writer.post("/applications/1/write", data=form_of(writer, 1), headers=AUTO).get_json()["lacking"]
    cured = writer.post("/applications/1/write", data=form_of(writer, 1) | {"title": "Mast"}, headers=AUTO).get_json()

    assert "title" in still
    assert "title" not in cured["lacking"]


@pytest.mark.ground("active")
def test_the_field_of_a_report_repeats_it_too(app: Flask) -> None:
    grantee = browser(app, "mg1")
    [link] = [url for url in grantee.get("/reports/1/send").page.hrefs if url.endswith("#setbacks")]

    shown = grantee.get(link.partition("#")[0])

    assert "checked=1" in link
    assert 'id="setbacks-error"' in shown.get_data(as_text=True)
    assert "You cannot submit yet" in words(shown)
    assert 'id="setbacks-error"' not in grantee.get("/reports/1/write").get_data(as_text=True)
