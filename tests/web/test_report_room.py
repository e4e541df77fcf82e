"""The impact report has room for every text of a report, because no longer text is saved or submitted."""

from __future__ import annotations

import pytest
from flask import Flask

from tests.browser import Careful, browser
from tests.web.test_reports import THERE, fields, saved_by_another


@pytest.fixture(scope="session")
def ground(active: str) -> str:
    """Every test begins with a signed award of the Malagasy chapter; its reports have the numbers 1 and 2."""
    return active


LABELS = {
    "summary": "What was done",
    "setbacks": "What did not work",
    "next_steps": "Next steps",
    "story": "A story in a person’s own words",
}


@pytest.fixture
def mia(app: Flask) -> Careful:
    """A browser of the chapter."""
    return browser(app, "mg1")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("a\r\n" * 101, "Enter 100 lines or fewer in “{}”: you entered 101."),
        ("W" * 301, "Enter words of 300 characters or fewer in “{}”: one has 301."),
        ("a " * 5_001, "Enter 10,000 characters or fewer in “{}”: you entered 10,001."),
    ],
)
@pytest.mark.parametrize("name", LABELS)
def test_a_text_without_room_in_the_impact_report_is_refused(
    app: Flask, mia: Careful, name: str, text: str, sentence: str
) -> None:
    answer = mia.submit(mia.get(THERE), THERE, **fields(app) | {name: text})

    assert answer.status_code == 422
    assert sentence.format(LABELS[name]) in answer.page.text
    assert answer.page.form(THERE).fields[name][0].strip() == text.replace("\r\n", "\n").strip()


def test_a_text_that_an_earlier_release_saved_without_room_is_not_submitted(app: Flask, mia: Careful) -> None:
    mia.submit(mia.get(THERE), THERE, **fields(app))
    saved_by_another(app, 1, "a\n" * 5_000)

    page = mia.get("/reports/1/send").page

    assert "Enter 100 lines or fewer in “What was done”: you entered 5000." in page.text
    with pytest.raises(LookupError):
        page.form("/transitions/send")


@pytest.mark.parametrize("name", LABELS)
def test_the_words_of_a_text_are_counted(app: Flask, mia: Careful, name: str) -> None:
    mia.submit(mia.get(THERE), THERE, **fields(app) | {name: "Three farming communities"})

    page = mia.get(THERE).get_data(as_text=True)
    assert (
        f'<div class="counter" id="{name}-count" data-counts="{name}"><span class="live">Word count: <b data-words>3<'
        in page
    )
