"""Unspent funds are returned before a grant is closed, and finance records the repayment."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask

from grants.access.principals import load_principal
from grants.db import db, today
from grants.models import Award, DocumentSnapshot, Entry, Outbox, Repayment
from grants.queries.money import awards, figures, funds
from grants.services.refusals import Refused
from tests import world as w
from tests.browser import Answer, browser
from tests.prepared import Prepare
from tests.web.reading import titles, words
from workflows.engine.roles import Role

pytestmark = pytest.mark.sweep

RECORD = "/transitions/returned"


def _fill() -> None:
    made, award = w.found(), w.award_of(w.first())
    w.reported(made, award, 1)
    w.paid(made, award)
    w.reported(made, award, 2, used="0.9")


@pytest.fixture(scope="session")
def ground(prepare: Prepare, active: str) -> str:
    """A grant of 10,000 that is paid in full and reported, with 1,000 unspent."""
    return prepare("left_over", _fill, active)


@pytest.fixture
def award(app: Flask) -> int:
    """The id of the award."""
    with app.app_context():
        return db.session.query(Award).one().id


def record(app: Flask, award: int, **text_found: Any) -> Answer:
    """Fay records a repayment."""
    fay = browser(app, "fay")
    with app.app_context():
        given = {"amount": "1,000.00", "day": today().isoformat(), "reference": "B-2026-77"}
    return fay.submit(fay.get(f"/awards/{award}"), RECORD, **given | {"confirmed": "yes"} | text_found)


def held(app: Flask, award: int) -> tuple[Decimal, Decimal, Decimal]:
    """Paid and returned according to the ledger, and the amount still to be returned."""
    with app.app_context():
        found = awards.held([award])[award]
        return found.paid, found.returned, db.session.get_one(Award, award).unused


def tasks(app: Flask, name: str) -> list[str]:
    """The titles of the tasks in a person's inbox."""
    return titles(browser(app, name).get("/inbox"))


def test_the_grantee_is_told_the_amount_and_the_due_date(app: Flask, award: int) -> None:
    with app.app_context():
        day = today() + timedelta(days=30)
        mails = [str(row.args) for row in db.session.query(Outbox).filter_by(kind="mail")]
    page = words(browser(app, "mg1").get(f"/awards/{award}"))

    assert "Return USD 1,000.00" in page
    assert "USD 9,000.00 of the USD 10,000.00 paid was spent." in page
    assert sum("Return it by" in text and day.isoformat() in text and "1000" in text for text in mails) == 2
    assert tasks(app, "mg1") == ["Return unspent funds: fibre title"]


def test_the_grant_cannot_be_closed_until_the_money_is_returned(app: Flask, award: int) -> None:
    olga = browser(app, "olga")
    there = f"/applications/{award}"
    before = olga.get(there)

    token = before.page.form("/sign-out").fields["csrf_token"]
    refused = olga.post(f"{there}/transitions/close", data={"csrf_token": token, "confirmed": "yes"})
    record(app, award)
    closed = olga.submit(olga.get(there), "/transitions/close", confirmed="yes")

    assert refused.status_code == 409
    assert "USD 1,000.00 of unspent funds has not been returned yet." in words(before)
    assert closed.status_code == 302
    assert tasks(app, "olga") == []


def test_a_repayment_appears_in_ledger_fund_history_and_impact_report(app: Flask, award: int) -> None:
    before = held(app, award)
    answer = record(app, award)
    olga = browser(app, "olga")
    olga.submit(olga.get(f"/applications/{award}"), "/transitions/close", confirmed="yes")

    assert answer.status_code == 302
    assert (before, held(app, award)) == (
        (Decimal(10_000), Decimal(0), Decimal(1_000)),
        (Decimal(10_000), Decimal(1_000), Decimal(0)),
    )
    with app.app_context():
        [row] = db.session.query(Repayment).all()
        entry = db.session.query(Entry).filter_by(kind="refund").one()
        [stand] = funds.stands([1], load_principal(w.found().people["uma"])).values()
        report = db.session.query(DocumentSnapshot).order_by(DocumentSnapshot.document_id.desc()).first()
        assert (row.amount, row.reference, entry.note) == (Decimal(1_000), "B-2026-77", "B-2026-77")
        assert stand.use is not None
        assert (stand.use.paid, stand.use.returned) == (Decimal(10_000), Decimal(1_000))
        assert stand.received == Decimal(1_000_000)
        assert report is not None
        assert Decimal(str(report.data["returned"])) == Decimal(1_000)
    assert "Unspent funds returned: USD 1,000.00" in words(olga.get(f"/applications/{award}"))


def test_the_money_may_be_returned_in_parts(app: Flask, award: int) -> None:
    record(app, award, amount="400.00")
    between = held(app, award), tasks(app, "fay")
    record(app, award, amount="600.00", reference="B-2026-78")

    assert between == (
        (Decimal(10_000), Decimal(400), Decimal(600)),
        ["Record returned funds: fibre title"],
    )
    assert held(app, award) == (Decimal(10_000), Decimal(1_000), Decimal(0))
    assert tasks(app, "fay") == []
    assert tasks(app, "mg1") == []
    with app.app_context():
        mails = [str(row.args) for row in db.session.query(Outbox).filter_by(kind="mail")]
        assert sum("Return it by" in text for text in mails) == 2, "both contacts are asked once"
    assert "The rest has been returned." in browser(app, "mg1").get(f"/awards/{award}").page.text


@pytest.mark.parametrize(
    ("text_found", "sentence"),
    [
        ({"amount": "10,000"}, "At most USD 1,000.00 can be returned."),
        ({"amount": "0"}, "Enter an amount above zero, such as 1,250."),
        ({"amount": "some"}, "Enter an amount above zero, such as 1,250."),
        ({"day": "2099-01-01"}, "This date is in the future. Enter the date on which we received the funds."),
        ({"day": "2001-01-01"}, "Enter that date or a later one."),
        ({"day": "yesterday"}, "Enter a date, such as 2026-03-01."),
        ({"reference": ""}, "Enter the bank reference."),
    ],
)
def test_an_impossible_repayment_is_refused_and_nothing_is_recorded(
    app: Flask, award: int, text_found: dict[str, str], sentence: str
) -> None:
    answer = record(app, award, **text_found)

    assert answer.status_code == 422
    assert sentence in words(answer)
    assert {**answer.page.form(RECORD).fields}.get(next(iter(text_found))) == [*text_found.values()]
    assert held(app, award) == (Decimal(10_000), Decimal(0), Decimal(1_000))


def test_the_same_form_sent_twice_is_recorded_once(app: Flask, award: int) -> None:
    fay = browser(app, "fay")
    page = fay.get(f"/awards/{award}")
    with app.app_context():
        given = {"amount": "400.00", "day": today().isoformat(), "reference": "B-2026-77"}

    fay.submit(page, RECORD, confirmed="yes", **given)
    fay.submit(page, RECORD, confirmed="yes", **given)

    assert held(app, award)[1] == Decimal(400)


@pytest.mark.parametrize("name", ["mg1", "olga", "pia", "uma"])
def test_only_finance_sees_the_form(app: Flask, award: int, name: str) -> None:
    with pytest.raises(LookupError):
        browser(app, name).get(f"/awards/{award}").page.form(RECORD)


def test_without_payments_nothing_can_be_returned(app: Flask, award: int) -> None:
    with app.app_context():
        made = w.found()
        second = w.active(made, chapter="bo")

        with pytest.raises(Refused, match="There are no funds to return"):
            w.returned(made, second, "1")


def test_without_unspent_funds_no_repayment_is_requested(app: Flask, award: int) -> None:
    with app.app_context():
        made = w.found()
        second = w.active(made, chapter="bo")
        w.reported(made, second, 1)
        w.paid(made, second)
        w.reported(made, second, 2)
        number, left, closes = second.id, second.unused, second.to_close

    assert (left, closes) == (Decimal(0), True)
    assert "Unspent funds" not in browser(app, "fay").get(f"/awards/{number}").page.text


def test_an_award_reported_first_and_paid_last_is_computed_after_the_payment(app: Flask, award: int) -> None:
    with app.app_context():
        made = w.found()
        second = w.active(made, chapter="bo")
        w.reported(made, second, 1)
        w.reported(made, second, 2, used="0.5")
        before = second.unused
        w.paid(made, second)

        assert (before, second.unused) == (Decimal(0), Decimal(5_000))
        assert db.session.query(Repayment).filter_by(award_id=second.id).count() == 0
        w.apply(
            made, second.agreement, "returned", "fay", Role.FINANCE, amount=Decimal(5_000), day=today(), reference="x"
        )
        assert (second.unused, second.to_close) == (Decimal(0), True)


def test_the_same_repayment_is_not_recorded_twice(app: Flask, award: int) -> None:
    record(app, award, amount="400.00")

    again = record(app, award, amount="400.00")

    assert again.status_code == 422
    assert "Returned funds with this bank reference are already recorded." in words(again)
    assert held(app, award)[1] == Decimal(400)


def test_when_everything_is_returned_the_form_disappears(app: Flask, award: int) -> None:
    record(app, award)

    with pytest.raises(LookupError):
        record(app, award, reference="B-2026-78")


def test_unspent_funds_are_requested_once_nothing_more_is_to_be_paid(app: Flask, award: int) -> None:
    with app.app_context():
        made = w.found()
        second = w.active(made, chapter="bo")
        w.paid(made, second)
        w.reported(made, second, 1)
        w.reported(made, second, 2, used="0.5")
        number, between = second.id, (second.unused, second.back_by)
        w.paid(made, second)
        after = second.unused, second.back_by == today() + timedelta(days=30)

    assert between == (Decimal(0), None)
    assert after == (Decimal(5_000), True)
    assert "USD 5,000.00 of the USD 10,000.00 paid was spent." in words(browser(app, "fay").get(f"/awards/{number}"))


def test_a_repayment_before_the_last_report_does_not_change_the_amount_used(app: Flask, award: int) -> None:
    with app.app_context():
        made = w.found()
        second = w.active(made, chapter="bo")
        w.paid(made, second)
        number = second.id
    answer = record(app, number, amount="2,000.00")
    page = words(browser(app, "fay").get(f"/awards/{number}"))

    assert answer.status_code == 302
    assert held(app, number) == (Decimal(6_000), Decimal(2_000), Decimal(0))
    assert "We calculate unspent funds once all reports are approved and all instalments are paid." in page
    assert "paid was spent" not in page


def test_public_figures_still_count_returned_money_as_paid(app: Flask, award: int) -> None:
    record(app, award)

    with app.app_context():
        assert figures.counted().paid == Decimal(10_000)
