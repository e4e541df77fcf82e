"""A text of a report that came too late is compared and settled on the page of the report alone."""

from __future__ import annotations

import pytest
from flask import Flask

from grants.db import db, transaction
from grants.models import ApplicationSave, Report
from grants.services import reports
from tests import world as w
from tests.browser import Careful, signed_in
from workflows.engine.roles import Role

REPORT, PROPOSAL = "/reports/1/write", "/applications/1/kept/1"


@pytest.fixture(scope="session")
def ground(active: str) -> str:
    """Every test begins with a signed award of the Malagasy chapter, whose first report has the number 1."""
    return active


@pytest.fixture
def mia(app: Flask) -> Careful:
    """Mg1, whose text of the report came too late, because Mg2 had saved meanwhile."""
    with app.app_context():
        client = signed_in(app, w.found().people["mg1"])
    page = client.get(REPORT)
    with app.app_context(), transaction():
        row, actor = db.session.get_one(Report, 1), w.found().actor("mg2", Role.APPLICANT)
        reports.save(row, texts={"summary": "Theirs"}, figures={}, spending={}, version=row.version, actor=actor)
    assert client.submit(page, REPORT, summary="Mine").status_code == 409
    return client


def chosen(client: Careful) -> int:
    """The answer to a choice of nothing, sent to the page of the proposal."""
    token = client.get("/account").page.form("/sign-out").fields["csrf_token"]
    return client.post(PROPOSAL, data={"csrf_token": token}).status_code


def settled(app: Flask) -> list[bool]:
    """Whether each text that came too late is settled."""
    with app.app_context():
        return [row.settled_at is not None for row in db.session.query(ApplicationSave)]


def test_the_page_of_the_proposal_neither_shows_nor_settles_it(app: Flask, mia: Careful) -> None:
    assert [mia.get(PROPOSAL).status_code, chosen(mia)] == [404, 404]
    assert settled(app) == [False]
    assert "Mine" in mia.get(f"{REPORT}?kept=1").text


def test_without_the_rule_it_would_be_settled_there(app: Flask, mia: Careful, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ApplicationSave, "about_report", False)

    assert chosen(mia) == 302
    assert settled(app) == [True]
