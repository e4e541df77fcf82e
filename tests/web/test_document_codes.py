"""Numbers of documents can be counted through; what they name is told only with the code beside them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest
from flask import Flask
from sqlalchemy import event, select

from grants.db import db
from grants.models import Document, DocumentSnapshot
from grants.outside.servers import Postgres
from grants.outside.servers.postgres import plain
from grants.services import documents
from reports.pages import grouped
from tests.browser import Answer, anonymous
from tests.history.proof import name_of

LETTER, UNKNOWN = "L-2026-0001", "L-2026-0002"
WRONG = "0123456789ABC"
FACTS = ("10,000.00", "30 Nov 2026", "Award letter", "SHA-256", "valid", "Genuine", "being created")


@pytest.fixture(scope="session")
def ground(awarded: str) -> str:
    """Every test begins with an award of 10,000.00 and its letter."""
    return awarded


def code(app: Flask) -> str:
    """The code of the award letter."""
    with app.app_context():
        return db.session.scalars(select(Document.code).where(Document.number == LETTER)).one() or ""


def shown(app: Flask, path: str) -> tuple[int, str]:
    """The status of a page and its text without the number that was asked for."""
    answer: Answer = anonymous(app).get(path)
    return answer.status_code, re.sub("L-2026-000[12]", "L", answer.page.text)


@contextmanager
def statements(app: Flask) -> Iterator[list[str]]:
    """The statements that the database gets in the block."""
    with app.app_context():
        engine = db.engine
    sent: list[str] = []

    def note(_: object, __: object, statement: str, *___: object) -> None:
        sent.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(engine, "before_cursor_execute", note)


def test_every_document_is_ordered_with_a_code_of_its_own(app: Flask) -> None:
    with app.app_context():
        rows = db.session.execute(select(Document.code, DocumentSnapshot.data).join(DocumentSnapshot)).all()

    assert len({row.code for row in rows}) == len(rows) == 2
    assert [re.fullmatch("[0-9A-HJKMNP-TV-Z]{13}", row.code) is not None for row in rows] == [True, True]
    assert [row.data["code"] for row in rows] == [row.code for row in rows]
    assert [str(row.data["check_url"]).rpartition("/")[2] for row in rows] == [row.code for row in rows]


def test_codes_have_65_random_bits(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn: list[str] = []

    def last(alphabet: str) -> str:
        drawn.append(alphabet)
        return alphabet[-1]

    monkeypatch.setattr("secrets.choice", last)

    assert documents.draw_code() == "Z" * 13
    assert [len(set(alphabet)) for alphabet in drawn] == [32] * 13


@pytest.mark.parametrize("path", ["/v/{number}", "/v/{number}/" + WRONG, "/v/{number}/-", "/v/{number}/é"])
def test_a_number_alone_tells_nothing_not_even_whether_it_exists(app: Flask, path: str) -> None:
    with statements(app) as of_ours:
        ours = shown(app, path.format(number=LETTER))
    with statements(app) as of_none:
        none = shown(app, path.format(number=UNKNOWN))

    assert ours == none
    assert ours[0] == 404
    assert [word for word in FACTS if word in ours[1]] == []
    assert of_ours == of_none


def test_without_the_code_every_amount_could_be_listed(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Counter-test: any code is the right one."""
    monkeypatch.setattr("grants.queries.documents.hmac.compare_digest", lambda *_: True)

    status, words = shown(app, f"/v/{LETTER}/{WRONG}")

    assert status == 200
    assert "USD\N{NO-BREAK SPACE}10,000.00" in words


def test_number_and_code_are_typed_as_they_are_printed(app: Flask) -> None:
    client, right = anonymous(app), code(app)
    typed = grouped(right).lower().replace("0", "o").replace("1", "l")

    sent = client.get("/check", query_string={"number": LETTER.lower(), "code": f" {typed} "})

    assert sent.location == f"/v/{LETTER}/{right}"
    assert "USD\N{NO-BREAK SPACE}10,000.00" in client.get(sent.location).page.text


WIDE = "".join(chr(ord(sign) + 0xFEE0) for sign in LETTER)
"""The number as an East Asian keyboard types it."""


@pytest.mark.parametrize(
    "typed",
    ["L 2026 0001", "l–2026–1", "L-2026-00001", " L.2026.1 ", WIDE, "L\N{MINUS SIGN}2026/1"],
)
def test_a_number_is_read_however_it_is_typed(app: Flask, typed: str) -> None:
    sent = anonymous(app).get("/check", query_string={"number": typed})

    assert sent.location == f"/v/{LETTER}"


@pytest.mark.parametrize("typed", ["hello", "L-2026", "x" * 300, "L-2026-0001-2", "2026-0001", "'", "L-2026-1234567"])
def test_what_cannot_be_a_number_is_refused_beside_the_field(app: Flask, typed: str) -> None:
    answer = anonymous(app).get("/check", query_string={"number": typed, "code": "ABC"})

    assert answer.status_code == 422
    assert "Enter the number as it is printed, such as L-2026-0042." in answer.page.text
    [form] = [form for form in answer.page.forms if "number" in form.fields]
    assert (form.fields["number"], form.fields["code"]) == ([typed], ["ABC"])


def test_the_page_of_a_number_without_its_code_asks_for_it(app: Flask) -> None:
    page = anonymous(app).get(f"/v/{UNKNOWN}").page

    assert "We cannot verify this number without its code" in page.text
    assert [form.fields["number"] for form in page.forms if "number" in form.fields] == [[UNKNOWN]]


def test_a_document_of_an_earlier_release_tells_its_state_and_nothing_else(app: Flask, postgres: Postgres) -> None:
    with psycopg.connect(plain(postgres.url("postgres", name_of(app))), autocommit=True) as superuser:
        superuser.execute("SET session_replication_role = replica")
        superuser.execute("UPDATE document SET code = NULL")

    status, words = shown(app, f"/v/{LETTER}")

    assert status == 200
    assert "The document with this number is being created." in words
    assert [word for word in FACTS[:4] if word in words] == ["Award letter"]
    assert shown(app, f"/v/{LETTER}/{WRONG}") == shown(app, f"/v/{UNKNOWN}/{WRONG}")
