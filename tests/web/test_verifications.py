"""The verification of organisations: by whom, by when, and what waits for it."""

from __future__ import annotations

from contextlib import nullcontext
from datetime import date

import pytest
from flask import Flask

from grants.db import db, transaction
from grants.models import Application, Award, Event, Involvement, Organisation, Outbox, Verification
from grants.queries import cases
from grants.services import persons, profiles, transitions, verifications
from grants.services.profiles import Details
from grants.services.refusals import Refused
from tests import world as w
from tests.browser import browser
from tests.world import World
from workflows.cases import Applicant, VerificationCase
from workflows.deadlines import working_days_after, working_days_between
from workflows.engine.roles import Role

pytestmark = pytest.mark.sweep

LARGE = pytest.mark.ground("large")
NOTE = "Compared with the register of associations."


def change(made: World, details: Details, version: int = 0) -> None:
    """The chapter changes its legal details."""
    with transaction() as session:
        organisation = session.get_one(Organisation, made.chapters["mg"].id)
        actor = made.actor("mg1", Role.APPLICANT, organisation)
        profiles.change(organisation, details=details, actor=actor, version=version, apply=transitions.apply)


def begin(made: World) -> None:
    """The chapter enters legal details, which are to be verified."""
    change(made, Details("Chapter with a legal name"))


def verify(made: World, key: str = "verify", name: str = "olga") -> None:
    """An officer settles the only verification."""
    with transaction() as session:
        row = session.query(Verification).one()
        transitions.apply(row, key, actor=made.actor(name, Role.OFFICER), answers={"note": NOTE})


def mailed(app: Flask) -> list[str]:
    """The subjects of the mails about organisations."""
    with app.app_context():
        rows = db.session.query(Outbox.args["subject"]["text"].astext).filter(Outbox.args.has_key("organisation"))
        return [text for (text,) in rows.order_by(Outbox.id)]


@pytest.mark.parametrize(("day", "due"), [(20, 25), (21, 25), (22, 25), (24, 27), (25, 30)])
def test_three_working_days_leave_out_saturday_and_sunday(day: int, due: int) -> None:
    first, last = date(2026, 11, day), date(2026, 11, due)

    assert working_days_after(first, 3) == last
    assert working_days_between(first, last) == 3


@LARGE
def test_an_officer_verifies_with_evidence_and_the_chapter_is_notified(app: Flask) -> None:
    with app.app_context():
        begin(w.found())
    officer, member = browser(app, "olga"), browser(app, "mg1")
    waiting, shown = officer.get("/inbox").page.text, member.get("/organisations/1").page.text
    page = officer.get("/organisations/1")

    empty = officer.submit(page, "/transitions/verify")
    answer = officer.submit(officer.get("/organisations/1"), "/transitions/verify", note=NOTE)

    assert "Verify the organisation: Chapter MG" in waiting
    assert "working day 1 of 3" in shown
    assert "You can draft and submit before then" in shown
    assert (empty.status_code, answer.status_code) == (422, 302)
    assert f"Evidence: {NOTE}" in officer.get("/organisations/1").page.text
    assert NOTE not in member.get("/organisations/1").page.text
    assert mailed(app) == ["Organisation verified: %(organisation)s"] * 2
    assert "Verify the organisation" not in officer.get("/inbox").page.text


@LARGE
def test_a_refusal_shows_its_reason_and_can_be_corrected(app: Flask) -> None:
    with app.app_context():
        begin(w.found())
    officer = browser(app, "olga")
    officer.submit(officer.get("/organisations/1"), "/transitions/refuse", note=NOTE, confirmed="yes")

    shown = browser(app, "mg1").get("/organisations/1").page.text
    officer.submit(officer.get("/organisations/1"), "/transitions/verify", note=NOTE)

    assert f"Reason: {NOTE}" in shown
    assert mailed(app)[::2] == [
        "Organisation not verified: %(organisation)s",
        "Organisation verified: %(organisation)s",
    ]
    with app.app_context():
        events = db.session.query(Event).filter_by(about="verification").order_by(Event.id)
        steps = [(one.key, one.step_to) for one in events]
    assert steps == [("begin", "registered"), ("refuse", "refused"), ("verify", "verified")]


@LARGE
def test_another_legal_name_is_verified_again_and_another_address_is_not(app: Flask) -> None:
    steps = []
    with app.app_context():
        made = w.found()
        begin(made)
        verify(made)
        for version, details in ((1, Details("Chapter with a legal name", city="Nosy Be")), (2, Details("Another"))):
            change(made, details, version)
            steps.append(db.session.query(Verification.step).scalar())

    assert steps == ["verified", "registered"]


@LARGE
def test_no_award_before_the_verification_but_a_submission(app: Flask) -> None:
    with app.app_context():
        made = w.found()
        begin(made)
        with pytest.raises(Refused, match="has not been verified yet"):
            w.awarded(made)
        db.session.rollback()
        assert db.session.query(Application).filter(Application.submitted_at.is_not(None)).count() == 1
        assert db.session.query(Award).count() == 0


@LARGE
def test_without_the_fact_the_award_would_be_made(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Counter-test."""

    def blind(**facts: object) -> Applicant:
        return Applicant(**{**facts, "unverified": False})  # type: ignore[arg-type]

    with app.app_context():
        made = w.found()
        begin(made)
        monkeypatch.setattr("workflows.cases.Applicant", blind)

        assert w.awarded(made).id


@LARGE
@pytest.mark.parametrize("guarded", [True, False])
def test_nobody_verifies_an_organisation_for_which_they_acted(
    app: Flask, monkeypatch: pytest.MonkeyPatch, *, guarded: bool
) -> None:
    """Without the fact that the guard reads, they do."""
    refused = False
    with app.app_context():
        made = w.found()
        begin(made)
        with transaction() as session:
            persons.join(made.people["olga"], session.get_one(Organisation, 1), actor=w.SYSTEM)
        if not guarded:
            monkeypatch.setattr(cases.verifications, "case", lambda row: VerificationCase(step=row.step))
        try:
            verify(made)
        except Refused:
            refused = True

    assert refused is guarded
    assert ("Verify the organisation" in browser(app, "omar").get("/inbox").page.text) is guarded
    assert "Verify the organisation" not in browser(app, "olga").get("/inbox").page.text


@LARGE
@pytest.mark.parametrize("guarded", [True, False])
def test_nobody_verifies_a_rival_of_an_applicant_for_which_they_acted(
    app: Flask, monkeypatch: pytest.MonkeyPatch, *, guarded: bool
) -> None:
    """Both organisations have applied to one call. Without the fact that the guard reads, Olga refuses the rival."""
    with app.app_context():
        made = w.found()
        w.submitted(made)
        other = w.submitted(made, chapter="bo")
        begin(made)
        with transaction() as session:
            session.add(Involvement(application_id=other.id, person_id=made.people["olga"].id, part="member"))
            w.recorded()
        if not guarded:
            monkeypatch.setattr(cases.verifications, "case", lambda row: VerificationCase(step=row.step))
        with nullcontext() if not guarded else pytest.raises(Refused, match="acted for another applicant"):
            verify(made, "refuse")


@LARGE
def test_an_organisation_that_the_foundation_entered_has_no_verification(app: Flask) -> None:
    with app.app_context():
        assert verifications.of(w.found().chapters["bo"]) is None
    assert "Verification" not in browser(app, "bo1").get("/organisations/2").page.text
