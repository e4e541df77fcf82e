"""Text that is pasted from word processors and web pages keeps its lines and words, on pages and in print."""

from __future__ import annotations

import html
import re
from typing import Any

import pytest
from flask import Flask

import reports
from grants.db import db
from grants.forms import cleaning
from grants.forms.cleaning import cleaned, on_one_line
from grants.models import Application, Document
from reports.snapshots import parse
from tests.browser import browser
from tests.reports.reading import words
from tests.web.writing import drafted, form_of, started

WORD = (
    "Our plan\r\n\uf0b7\tBuild the mast\r\n\uf0b7\tTrain\N{NO-BREAK SPACE}people\vfrom two villages\f"
    "“Smart” quotes – and Glas\N{SOFT HYPHEN}faser\r\nItem\tCost\r\nRouter\t\t1\N{NO-BREAK SPACE}250"
)
"""As Word copies a list, a line break, a page break, a soft hyphen and a table."""
LIBREOFFICE = (
    "Our plan\n• Build the mast\n• Train people\N{LINE SEPARATOR}from two villages\N{PARAGRAPH SEPARATOR}“Smart”"
)
"""As LibreOffice copies a list, with a line break and the end of a paragraph."""
WEB = (
    "Our plan\N{NO-BREAK SPACE}\n\N{NO-BREAK SPACE} Build\N{NO-BREAK SPACE}the \N{NO-BREAK SPACE}mast"
    "\N{ZERO WIDTH SPACE}.\x85Next we train people twice"
)
"""As Google Docs and editors in web pages copy a text."""
KHMER = "នេះ_ជា_គម្រោង"
"""Words of a script without spaces, parted where a line may end."""
TEXTS = {
    WORD: "Our plan\n• Build the mast\n• Train people\nfrom two villages\n"
    "“Smart” quotes – and Glasfaser\nItem Cost\nRouter 1\N{NO-BREAK SPACE}250",
    LIBREOFFICE: "Our plan\n• Build the mast\n• Train people\nfrom two villages\n“Smart”",
    WEB: "Our plan \n  Build the  mast.\nNext we train people twice",
    "a\rb\r\nc\n\rd": "a\nb\nc\n\nd",
    "30\N{NO-BREAK SPACE}km et «\N{NO-BREAK SPACE}ici\N{NO-BREAK SPACE}»": (
        "30\N{NO-BREAK SPACE}km et «\N{NO-BREAK SPACE}ici\N{NO-BREAK SPACE}»"
    ),
    "नेटवर्की\N{NO-BREAK SPACE}है": "नेटवर्की है",
    "می\N{ZERO WIDTH NON-JOINER}خواهم": "می\N{ZERO WIDTH NON-JOINER}خواهم",
    "a\N{RIGHT-TO-LEFT OVERRIDE}b\N{RIGHT-TO-LEFT MARK}": "ab\N{RIGHT-TO-LEFT MARK}",
    "\t one \t two\t": "one two",
    KHMER.replace("_", 2 * "\N{ZERO WIDTH SPACE}") + "\N{ZERO WIDTH SPACE} ok\N{ZERO WIDTH SPACE}ay": (
        KHMER.replace("_", "\N{ZERO WIDTH SPACE}") + " okay"
    ),
}


@pytest.fixture(scope="session")
def ground(small_draft: str) -> str:
    """Every test begins with a draft of the Malagasy chapter."""
    return small_draft


@pytest.mark.parametrize("pasted", TEXTS, ids=range(len(TEXTS)))
def test_a_pasted_text_keeps_its_lines_and_words(pasted: str) -> None:
    assert cleaned(pasted) == TEXTS[pasted]
    assert cleaned(TEXTS[pasted]) == TEXTS[pasted]


def test_without_reading_them_the_ends_of_lines_and_cells_would_join_words(monkeypatch: pytest.MonkeyPatch) -> None:
    """Counter-test: a line break and a page break of Word are control characters, which are removed."""
    monkeypatch.setattr(cleaning, "LINE_ENDS", re.compile("\r\n|\r"))

    assert "peoplefrom" in str(cleaned(WORD))
    assert "villages“Smart”" in str(cleaned(WORD))


def test_without_reading_them_the_bullets_of_word_would_be_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    """Counter-test: they stand in private codes, which are removed."""
    monkeypatch.setattr(cleaning, "BULLETS", {})

    assert "•" not in str(cleaned(WORD))


def test_a_field_of_one_line_makes_spaces_of_line_ends() -> None:
    assert on_one_line(cleaned("Net \r\n\r\n works\vfor\N{LINE SEPARATOR}all\tof\fus")) == "Net works for all of us"


def text_of(page: str) -> str:
    """The text of a page as it is read: line breaks and paragraphs part words, other tags do not."""
    return html.unescape(re.sub(r"<[^>]+>", "", re.sub(r"<(?:br|/p)>", "\n", page)))


@pytest.mark.parametrize("pasted", [WORD, LIBREOFFICE, WEB])
def test_a_pasted_answer_keeps_its_words_on_the_page(app: Flask, pasted: str) -> None:
    client, id = started(app)

    client.post(f"/applications/{id}/write", data=form_of(client, id) | {"summary": pasted, "title": pasted[:30]})

    shown = text_of(client.get(f"/applications/{id}").get_data(as_text=True))
    assert drafted(app, id).answers["summary"] == TEXTS[pasted]
    assert TEXTS[pasted].split("\n")[1].strip() in shown
    assert re.search("plan\\s", shown)
    assert not re.search("plan[•B]", shown)
    assert "\n" not in drafted(app, id).title
    assert str(form_of(client, id)["summary"]).replace("\r\n", "\n") == TEXTS[pasted]


@pytest.mark.ground("submitted")
@pytest.mark.parametrize("pasted", [WORD, LIBREOFFICE, WEB])
def test_a_pasted_reason_keeps_its_words_in_the_letter(app: Flask, pasted: str) -> None:
    olga = browser(app, "olga")
    page = olga.get("/applications/1")

    answer = olga.submit(page, "/transitions/not_eligible", feedback=pasted, confirmed="yes")

    assert answer.status_code == 302, answer.page.text
    with app.app_context():
        assert db.session.get_one(Application, 1).step == "not_eligible"
        letter: Any = db.session.query(Document).filter_by(kind="decline_letter").one()
        pdf = reports.render(parse(letter.snapshot.data)).pdf
    lines = [" ".join(line.split()) for line in TEXTS[pasted].split("\n")]
    printed = words(pdf)
    assert [line for line in lines if line not in printed] == []


def test_a_transition_with_a_field_of_one_line_holds_no_line_ends(app: Flask) -> None:
    """The titles of drafts and the fields of reports and calls of one line are read in the same way."""
    client, id = started(app)

    client.post(f"/applications/{id}/write", data=form_of(client, id) | {"title": "Net\r\nworks\vfor\tall"})

    assert drafted(app, id).title == "Net works for all"
