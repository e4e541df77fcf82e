"""Which texts of officers an applicant reads in the history of their application."""

from __future__ import annotations

import pytest
from flask import Flask

from grants.db import db
from grants.models import Award
from grants.queries import history
from tests import world as w
from tests.browser import signed_in
from tests.prepared import Prepare
from tests.web.reading import words
from workflows.engine.roles import Role


@pytest.fixture(scope="session")
def ground(prepare: Prepare, awarded: str) -> str:
    """A conditional award, whose condition an officer has confirmed after the application was returned once."""
    return prepare("history_texts", begin, awarded)


def begin() -> None:
    """Fill the database."""
    made, award = w.found(), w.award_of(w.first())
    w.signed(made, award)
    w.apply(made, award.agreement, "met", "olga", Role.OFFICER, proof="Seen at the notary, copy in the safe.")


def shown(app: Flask, name: str) -> str:
    """The history as the person reads it."""
    with app.app_context():
        made, award = w.found(), db.session.query(Award).one()
    return words(signed_in(app, made.people[name]).get(f"/applications/{award.application_id}"))


def test_the_evidence_for_a_condition_is_internal(app: Flask) -> None:
    assert "Seen at the notary" not in shown(app, "mg1")
    assert "Name the mast's owner." in shown(app, "mg1").replace("&#39;", "'")


def test_officers_read_the_evidence(app: Flask) -> None:
    assert "Seen at the notary" in shown(app, "olga")


def test_without_the_audience_of_each_text_the_applicant_reads_it(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(history, "_disclosed", lambda *_: True)

    assert "Seen at the notary" in shown(app, "mg1")
