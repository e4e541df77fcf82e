"""Builds the cases that rules are asked about: all facts, in a bounded number of queries.

The facts are not filtered by what the principal may see, because a rule must know them all. People see them only
through the messages that rules return.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import singledispatch
from typing import Any

from babel.numbers import get_currency_precision
from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from grants.db import db, now
from grants.models import (
    Account,
    Agreement,
    Application,
    Assignment,
    Award,
    Balance,
    Batch,
    BudgetLine,
    Call,
    Check,
    Indicator,
    Instalment,
    Membership,
    Organisation,
    Payment,
    Recommendation,
    Repayment,
    Report,
    ReportSpending,
)
from grants.queries import completeness
from workflows import cases
from workflows.deadlines import SIGN_WITHIN_DAYS
from workflows.engine.message import Message
from workflows.forms.completeness import Content, Goal, Line, missing
from workflows.rules.calls import objections

ZERO = Decimal(0)


@singledispatch
def of(row: Any, arrived_at: datetime) -> Any:
    """The case of a row that has a flow. arrived_at: when the request came in, by the database's clock."""
    raise TypeError(f"{type(row).__name__} has no flow")


@of.register
def _(row: Application, arrived_at: datetime) -> cases.ApplicationCase:
    content = written(row)
    data = row.call.data
    checks = list(db.session.scalars(select(Check).where(Check.application_id == row.id).order_by(Check.id)))
    advice = recommendation(row)
    return cases.ApplicationCase(
        step=row.step,
        stage=row.stage,
        arrived_at=arrived_at,
        applicant=applicant(row.organisation, besides=row.id),
        round=round_of(row.call),
        missing=missing(data.stage(row.stage), content),
        invited_until=row.invited_until,
        **_asked(row, content),
        checks_open=len({key for key, _ in data.checks} - {c.key for c in checks}),
        checks_failed=tuple(
            title for key, title in data.checks for c in checks if c.key == key and c.verdict == "failed"
        ),
        checked_by=frozenset(c.by for c in checks),
        reviews_needed=data.stage(row.stage).reviews,
        **_reviews(row),
        recommendation=advice.kind if advice else None,
        recommended_amount=advice.amount if advice else None,
        recommended_by=advice.by if advice else None,
        written_by=_writers(row),
        **_after_award(row),
    )


def drafted_against(row: Application, content: Content) -> tuple[Message, ...]:
    """The rules of the call that a draft breaks so far; no facts about the applicant are looked up."""
    return objections(
        cases.ApplicationCase(
            arrived_at=now(),
            applicant=cases.Applicant(kind=row.organisation.kind),
            round=cases.Round(
                currency=row.call.currency,
                most=row.call.data.most,
                months_most=row.call.data.months_most,
                rules=row.call.data.rules,
            ),
            **_asked(row, content),
        ),
        "submit",
    )


def _asked(row: Application, content: Content) -> dict[str, Any]:
    """The facts about the proposal itself."""
    return {
        "asked": row.asked,
        "months": row.months or 0,
        "indirect": sum((line.total for line in content.lines if line.category == "indirect"), ZERO),
        "cofunding": _number(row.answers.get("cofunding")),
        "starts_on": row.starts_on,
        "happened_on": _day(row.answers.get("happened_on")),
        "partners": _outside(row.answers.get("partners")),
    }


def written(row: Application) -> Content:
    """What has been written in an application, in the form that the rules read."""
    lines = db.session.scalars(
        select(BudgetLine).where(BudgetLine.application_id == row.id).order_by(BudgetLine.position)
    )
    goals = db.session.scalars(select(Indicator).where(Indicator.application_id == row.id).order_by(Indicator.position))
    places = get_currency_precision(row.call.currency)
    facts = {"title": row.title, "summary": row.summary, "starts_on": row.starts_on, "months": row.months}
    return Content(
        answers={**row.answers, **facts},
        lines=[Line(line.what, line.category, line.quantity, line.unit_cost, places) for line in lines],
        goals=[Goal(goal.name, goal.unit, goal.baseline, goal.target, goal.how) for goal in goals],
    )


def applicant(organisation: Organisation, *, besides: int | None = None) -> cases.Applicant:
    """The facts about an organisation.

    besides: an application that does not count towards what the organisation holds.
    """
    running = (
        select(func.count(), func.coalesce(func.sum(Award.amount), 0))
        .join(Application, Application.id == Award.application_id)
        .where(
            Application.organisation_id == organisation.id,
            Application.step.in_(("agreement", "active")),
            Application.id != (besides or 0),
        )
    )
    held, amount = db.session.execute(running).one()
    contacts = db.session.scalar(
        select(func.count()).where(Membership.organisation_id == organisation.id, Membership.ended_at.is_(None))
    )
    return cases.Applicant(
        name=organisation.name,
        kind=organisation.kind,
        country=organisation.country,
        standing=organisation.standing,
        contacts=contacts or 0,
        held=held,
        held_amount=amount,
        overdue=_overdue(organisation),
    )


def _overdue(organisation: Organisation) -> tuple[str, ...]:
    """The overdue reports, longest overdue first, at most ten."""
    late = (
        select(Award.number, Report.title)
        .join(Report, Report.award_id == Award.id)
        .join(Application, Application.id == Award.application_id)
        .where(
            Application.organisation_id == organisation.id,
            Report.step == "due",
            Report.due_on < func.date(func.grants_now()),
        )
        .order_by(Report.due_on, Report.id)
        .limit(10)
    )
    return tuple(f"{title}, {number}" for number, title in db.session.execute(late))


def round_of(call: Call) -> cases.Round:
    """The facts about a call."""
    return cases.Round(
        title=call.title,
        step=call.step,
        currency=call.currency,
        most=call.data.most,
        months_most=call.data.months_most,
        opens_at=call.opens_at,
        closes_at=call.closes_at,
        envelope_left=envelope_left(call),
        rules=call.data.rules,
    )


def envelope_left(call: Call) -> Decimal:
    """The amount that the call has left to award, in its currency."""
    left = select(Balance.amount).join(Account).where(Account.call_id == call.id, Account.kind == "envelope")
    return db.session.scalar(left) or ZERO


def recommendation(row: Application) -> Recommendation | None:
    """The current recommendation, unless it was sent back."""
    newest = (
        select(Recommendation)
        .where(Recommendation.application_id == row.id, ~Recommendation.sent_back)
        .order_by(Recommendation.id.desc())
        .limit(1)
    )
    return db.session.scalars(newest).first()


def _reviews(row: Application) -> dict[str, Any]:
    counted = (
        select(Assignment.state, func.count())
        .where(Assignment.application_id == row.id, Assignment.stage == row.stage)
        .group_by(Assignment.state)
    )
    states = dict(db.session.execute(counted).all())
    return {"reviews_in": states.get("sent", 0), "reviewers": sum(states.get(s, 0) for s in ("asked", "ready", "sent"))}


def _writers(row: Application) -> frozenset[int]:
    members = db.session.scalars(
        select(Membership.person_id).where(
            Membership.organisation_id == row.organisation_id, Membership.ended_at.is_(None)
        )
    )
    return frozenset({row.created_by, *members})


def _after_award(row: Application) -> dict[str, Any]:
    award = db.session.scalars(
        select(Award).where(Award.application_id == row.id).options(joinedload(Award.agreement))
    ).first()
    if award is None:
        return {}
    until = award.made_at.date() + timedelta(days=SIGN_WITHIN_DAYS)
    return {"agreement": award.agreement.step, "sign_until": until, **loose_ends(award)}


def loose_ends(award: Award) -> dict[str, Any]:
    """The award's number of reports not approved and instalments not paid, and its unspent funds not yet returned."""
    reports = select(func.count()).where(Report.award_id == award.id, Report.step != "approved")
    paid = select(Payment.instalment_id).where(~Payment.undone, Payment.paid_at.is_not(None))
    unpaid = select(func.count()).where(Instalment.award_id == award.id, Instalment.id.not_in(paid))
    waits = db.session.scalar(reports) or 0
    to_pay = db.session.scalar(unpaid) or 0
    unused = ZERO if waits or to_pay else max(_paid(award) - used(award), ZERO)
    return {"reports_open": waits, "instalments_open": to_pay, "unused": unused}


def _paid(award: Award) -> Decimal:
    """The amount paid and not returned, according to the ledger."""
    paid = select(Balance.amount).join(Account).where(Account.award_id == award.id, Account.kind == "paid")
    return db.session.scalar(paid) or ZERO


def used(award: Award) -> Decimal:
    """The amount used since the start, according to the last report."""
    last = select(func.max(Report.number)).where(Report.award_id == award.id).scalar_subquery()
    spent = (
        select(func.sum(ReportSpending.spent))
        .join(Report, Report.id == ReportSpending.report_id)
        .where(Report.award_id == award.id, Report.number == last)
    )
    return db.session.scalar(spent) or ZERO


@of.register
def _(row: Agreement, arrived_at: datetime) -> cases.AgreementCase:
    award = row.award
    return cases.AgreementCase(
        step=row.step,
        stage=row.stage,
        arrived_at=arrived_at,
        application=award.application.step,
        signed_by=row.signed_by,
        **(_returnable(award) if row.step == "signed" else {}),
        currency=award.currency,
    )


def _returnable(award: Award) -> dict[str, Any]:
    """What can be returned: all that was paid until everything is reported and paid; afterwards the unspent funds."""
    ends = loose_ends(award)
    settled = not (ends["reports_open"] or ends["instalments_open"])
    references = select(Repayment.reference).where(Repayment.award_id == award.id).order_by(Repayment.id)
    left = (
        select(func.min(Batch.released_at))
        .join(Payment, Payment.batch_id == Batch.id)
        .join(Instalment, Instalment.id == Payment.instalment_id)
        .where(Instalment.award_id == award.id, ~Payment.undone)
    )
    left_at = db.session.scalar(left)
    return {
        "returnable": ends["unused"] if settled else _paid(award),
        "references": tuple(db.session.scalars(references)),
        "left_on": left_at.date() if left_at else None,
    }


@of.register
def _(row: Report, arrived_at: datetime) -> cases.ReportCase:
    earlier = db.session.scalars(
        select(Report.title)
        .where(Report.award_id == row.award_id, Report.number < row.number, Report.step != "approved")
        .order_by(Report.number)
    )
    return cases.ReportCase(
        step=row.step,
        missing=tuple(completeness.of(row)),
        application=row.award.application.step,
        agreement=row.award.agreement.step,
        earlier_open=tuple(earlier),
        sent_by=row.sent_by,
    )


@of.register
def _(row: Instalment, arrived_at: datetime) -> cases.InstalmentCase:
    return cases.InstalmentCase(
        step=row.step,
        application=row.award.application.step,
        waits_for=tuple(message for message, holds in conditions(row) if not holds),
    )


def conditions(row: Instalment) -> list[tuple[Message, bool]]:
    """Each condition of an instalment as a message, and whether it is met."""
    reports = {
        r.number: r
        for r in db.session.scalars(select(Report).where(Report.award_id == row.award_id).order_by(Report.number))
    }
    message = []
    for condition in row.conditions:
        kind, _, number = condition.partition(":")
        if kind == "agreement":
            message.append((Message("The agreement is signed by both sides."), row.award.agreement.step == "signed"))
        elif kind == "condition":
            message.append((Message("The condition of the award is met."), not row.award.conditional))
        else:
            report = reports[int(number)]
            message.append(
                (
                    Message(
                        "%(report)s, due on %(day)s, is approved.", report=Message(report.title), day=report.due_on
                    ),
                    report.step == "approved",
                )
            )
    message += [
        (Message("Instalment %(number)s must become payable first.", number=one.number), False)
        for one in row.award.instalments
        if one.number < row.number and one.step == "planned" and message and all(holds for _, holds in message)
    ]
    return message


@of.register
def _(row: Batch, arrived_at: datetime) -> cases.BatchCase:
    payments = [p for p in row.payments if not p.undone]
    makers = db.session.scalars(
        select(Award.made_by)
        .join(Instalment)
        .where(Instalment.id.in_([p.instalment_id for p in payments]))
        .order_by(Award.made_by)
    )
    return cases.BatchCase(
        step=row.step,
        prepared_by=row.prepared_by,
        approved_by=row.approved_by,
        released_by=row.released_by,
        award_makers=frozenset(makers),
        payments=len(payments),
    )


def _number(text: object) -> Decimal:
    try:
        return Decimal(str(text or 0))
    except ArithmeticError:
        return ZERO


def _day(text: object) -> date | None:
    try:
        return date.fromisoformat(str(text or ""))
    except ValueError:
        return None


def _outside(rows: object) -> int:
    """The number of partners from outside the Internet Society."""
    return sum(bool(row.get("outside")) for row in rows) if isinstance(rows, list) else 0
