"""An award that is declined, or revoked because it is not signed: its money is free again and nothing is payable."""

from __future__ import annotations

from decimal import Decimal

import pytest
from flask import Flask

from config import Settings
from grants.db import db
from grants.jobs.sealing import evidence
from grants.models import Application, Award, Document, DocumentEnd, Outbox
from grants.queries import public
from grants.queries.cases.calls import envelope_left
from grants.queries.cases.organisations import applicant
from grants.queries.flows import Stateful
from grants.queries.money import figures
from grants.services import transitions
from grants.services.integrity.verifying.verification import findings
from grants.services.refusals import Refused
from tests import world as w
from tests.beside import reports_of
from tests.browser import browser
from tests.databases import advance
from tests.web.reading import titles
from workflows.engine.roles import CLOCK, Role

pytestmark = pytest.mark.sweep

DAY = 86_400
NOTHING = Decimal(0)


@pytest.fixture(scope="session")
def ground(awarded: str) -> str:
    """An unsigned award of 10,000."""
    return awarded


def left(app: Flask) -> tuple[str, Decimal, dict[str, set[str]]]:
    """The application's step, the rest of the call's envelope, and the steps of agreement, instalments and reports."""
    with app.app_context():
        award = db.session.query(Award).one()
        steps = {
            "agreement": {award.agreement.step},
            "instalment": {row.step for row in award.instalments},
            "report": {row.step for row in reports_of(award)},
        }
        return award.application.step, envelope_left(award.application.call), steps


ALL_WITHDRAWN = {"agreement": {"withdrawn"}, "instalment": {"withdrawn"}, "report": {"withdrawn"}}


def test_the_grantee_declines_the_award(app: Flask) -> None:
    grantee = browser(app, "mg1")

    before = left(app)
    answer = grantee.submit(
        grantee.get("/awards/1"), "/transitions/turn_down", reason="The school has closed.", confirmed="yes"
    )

    assert before[1] == Decimal(90_000)
    assert answer.status_code == 302
    assert left(app) == ("withdrawn", Decimal(100_000), ALL_WITHDRAWN)
    page = grantee.get("/awards/1").page
    assert "This award was declined" in page.text
    with pytest.raises(LookupError):
        page.form("/transitions/sign")
    assert titles(grantee.get("/inbox")) == []


def test_officers_are_notified(app: Flask) -> None:
    grantee = browser(app, "mg1")
    grantee.submit(grantee.get("/awards/1"), "/transitions/turn_down", reason="The school has closed.", confirmed="yes")

    with app.app_context():
        reported = [str(row.args) for row in db.session.query(Outbox).filter_by(kind="mail")]
    assert sum("Award declined" in text and "The school has closed." in text for text in reported) == 2


def test_the_approver_revokes_the_award_after_the_time_to_sign(app: Flask, settings: Settings) -> None:
    early = browser(app, "pia").get("/awards/1").page
    before = titles(browser(app, "pia").get("/inbox"))
    advance(settings, 15 * DAY)
    pia = browser(app, "pia")

    shown = titles(pia.get("/inbox"))
    silent = pia.submit(pia.get("/awards/1"), "/transitions/take_back", reason="", confirmed="yes")
    answer = pia.submit(
        pia.get("/awards/1"), "/transitions/take_back", reason="Nobody answered our three letters.", confirmed="yes"
    )

    assert "The grantee can still sign until " in early.text
    with pytest.raises(LookupError):
        early.form("/transitions/take_back")
    assert (before, shown) == ([], ["Not signed in time: fibre title"])
    assert (silent.status_code, answer.status_code) == (422, 302)
    assert left(app) == ("terminated", Decimal(100_000), ALL_WITHDRAWN)
    with app.app_context():
        assert any("Nobody answered our three letters." in str(row.args) for row in db.session.query(Outbox))


def test_it_cannot_be_revoked_before(app: Flask) -> None:
    with app.app_context():
        made = w.found()
        row = db.session.query(Application).one()

        with pytest.raises(Refused, match="The grantee can still sign until"):
            w.apply(made, row, "take_back", "pia", Role.APPROVER, reason="We need the money elsewhere.")

    assert left(app)[0] == "agreement"


def test_an_award_signed_by_both_cannot_be_ended(app: Flask) -> None:
    with app.app_context():
        made, row = w.found(), db.session.query(Application).one()
        w.signed(made, w.award_of(row))

        for key, name, role in (("turn_down", "mg1", Role.APPLICANT), ("take_back", "pia", Role.APPROVER)):
            with pytest.raises(Refused, match="is not available at the step “Active”"):
                w.apply(made, row, key, name, role, reason="It is too late for that.")


def test_no_award_lapses_by_itself(app: Flask) -> None:
    with app.app_context():
        award = db.session.query(Award).one()

        rows: list[Stateful] = [award.agreement, *award.instalments, *reports_of(award)]
        for row in rows:
            with pytest.raises(Refused, match="The award has not been declined or revoked"):
                transitions.apply(row, "lapse", actor=CLOCK)


def test_its_letter_is_no_longer_valid(app: Flask) -> None:
    grantee = browser(app, "mg1")
    grantee.submit(grantee.get("/awards/1"), "/transitions/turn_down", reason="", confirmed="yes")

    with app.app_context():
        letter = db.session.query(Document).filter_by(kind="award_letter").one()
        [end] = db.session.query(DocumentEnd).all()
        assert (end.document_id, end.kind) == (letter.id, "revoked")
        address = f"/v/{letter.number}/{letter.code}"
    assert "revoked" in browser(app, "mg1").get(address).page.text


def test_no_list_counts_it_as_awarded_and_verification_passes(app: Flask) -> None:
    grantee = browser(app, "mg1")
    with app.app_context():
        before = figures.counted()
        db.session.rollback()
    grantee.submit(grantee.get("/awards/1"), "/transitions/turn_down", reason="", confirmed="yes")

    with app.app_context():
        after = figures.counted()
        assert (before.awards, after.awards, after.promised) == (0, 0, NOTHING)
        assert public.recently_funded() == []
        assert [str(message) for message in findings(evidence(app.extensions["settings"]), lambda _: True)] == []
    assert "Award declined" in browser(app, "olga").get("/awards?stage=ended").page.text


def test_the_chapter_may_apply_again_and_is_not_overdue(app: Flask, settings: Settings) -> None:
    grantee = browser(app, "mg1")
    grantee.submit(grantee.get("/awards/1"), "/transitions/turn_down", reason="", confirmed="yes")
    advance(settings, 900 * DAY)

    with app.app_context():
        found = applicant(w.found().chapters["mg"])
        assert (found.held, found.overdue) == (0, ())


def sign(app: Flask) -> None:
    """The grantee signs."""
    with app.app_context():
        agreement = db.session.query(Award).one().agreement
        w.apply(w.found(), agreement, "sign", "mg2", Role.APPLICANT, name="Mia Demo", read=True)


@pytest.mark.parametrize(("name", "key"), [("mg1", "turn_down"), ("pia", "take_back")])
def test_a_page_from_before_the_signature_ends_no_award(app: Flask, settings: Settings, name: str, key: str) -> None:
    advance(settings, 15 * DAY)
    somebody = browser(app, name)
    old = somebody.get("/awards/1")
    sign(app)

    answer = somebody.submit(old, f"/transitions/{key}", reason="Nobody signed in fifteen days.", confirmed="yes")

    assert answer.status_code == 409
    assert "The grantee has already signed the agreement." in answer.page.text
    assert left(app)[0] == "agreement"


def test_the_foundation_can_decline_to_countersign(app: Flask) -> None:
    sign(app)
    pia = browser(app, "pia")

    answer = pia.submit(
        pia.get("/awards/1"), "/transitions/refuse", reason="The school has closed meanwhile.", confirmed="yes"
    )

    assert "Countersignature declined" in pia.get("/applications/1/history").page.text
    assert answer.status_code == 302
    assert left(app) == ("terminated", Decimal(100_000), ALL_WITHDRAWN)


@pytest.mark.parametrize(
    ("code", "reported"),
    [("BTN-L", {"olga": "whether they will", "pia": "or revoke"}), ("BTN-S", {"olga": "or revoke", "pia": ""})],
)
@pytest.mark.ground("template")
def test_only_those_who_may_revoke_the_award_get_the_task(
    app: Flask, settings: Settings, code: str, reported: dict[str, str]
) -> None:
    with app.app_context():
        made = w.build(programmes=(code,))
        row = w.in_review(made, code, amount=4_000)
        w.review(made, row)
        if code == "BTN-S":
            w.apply(made, row, "award", "omar", Role.OFFICER, amount=row.asked, conditions="")
        else:
            w.apply(made, row, "to_panel", "olga", Role.OFFICER)
            w.apply(made, row, "recommend", "omar", Role.OFFICER, kind="award", amount=row.asked, conditions="")
            w.apply(made, row, "award", "pia", Role.APPROVER, amount=row.asked, conditions="")
    advance(settings, 15 * DAY)

    for name, sentence in reported.items():
        page = browser(app, name).get("/inbox")
        assert titles(page) == (["Not signed in time: fibre title"] if sentence else [])
        assert sentence in page.page.text
