"""Awards: make, divide over the budget lines, end before both signatures, close."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

from babel.numbers import get_currency_precision
from sqlalchemy import select

from grants.db import db, now, today
from grants.models import (
    Agreement,
    Application,
    Award,
    AwardIndicator,
    AwardLine,
    Decision,
    Person,
    Report,
    Submission,
    SubmissionIndicator,
    SubmissionLine,
)
from grants.queries import cases, profiles
from grants.services import decisions, documents, letters, locking, numbering, reports
from grants.services.effects import Context
from grants.services.integrity import history
from grants.services.money import instalments, ledger
from grants.services.refusals import Refused, Stale
from reports.snapshots import AwardLetter
from workflows.apportionment import apportioned, misapportioned
from workflows.deadlines import SIGNING_DAYS
from workflows.engine.message import Message, Money
from workflows.engine.roles import CLOCK, Actor
from workflows.forms.completeness import add_months
from workflows.rules.calls import objections


def make(application: Application, context: Context) -> Message:
    """Create the award with its decision, agreement, instalments and reports; commit the money; order the letter.

    The amount is also divided over the budget lines. Raises Refused when the call's envelope holds less than the
    amount; the fund is held.
    """
    actor, answers, submission = context.actor, context.answers, decisions.submission_of(application)
    award_number, agreement_number, letter = numbering.draw("A", "G", documents.SERIES[AwardLetter])
    starts = max(application.starts_on or today(), today())
    award = Award(
        application=application,
        amount=answers["amount"],
        currency=application.call.currency,
        conditions=answers.get("conditions") or "",
        starts_on=starts,
        ends_on=add_months(starts, application.months or 1),
        made_by=actor.person,
        number=award_number,
        profile=profiles.present(application.organisation),
    )
    agreement = Agreement(award=award, number=agreement_number, step="to_sign")
    decided = Decision(application_id=application.id, submission_id=submission.id, kind="award", by=actor.person)
    db.session.add_all([award, agreement, decided])
    _copy(award, submission)
    db.session.flush()
    try:
        ledger.commit(award, actor=actor)
    except ledger.Overspent as spent:
        raise Refused(Message("The call has less than this amount left to award.", cure="amount")) from spent
    history.begin(agreement, actor=actor, message=Message("Agreement prepared"))
    instalments.plan(award, application.call.data.instalments, actor=actor)
    reports.owe(award, application.call.data.reports, actor=actor)
    letters.award_letter(award, signed_by=db.session.get_one(Person, actor.person), number=letter)
    until = today() + timedelta(days=SIGNING_DAYS)
    return Message("Awarded %(amount)s", amount=Money(award.amount, award.currency), until=until)


def _copy(award: Award, submission: Submission) -> None:
    """Copy the budget and the indicators of the submission, with the agreed amount of each budget line.

    That is the same share of every line, or all when nothing was cut.
    """
    lines, places = submission.lines, get_currency_precision(award.currency)
    parts = apportioned(award.amount, [line.total for line in lines], places)
    award.lines = [AwardLine(agreed=part, **_columns(line)) for line, part in zip(lines, parts, strict=True)]
    award.indicators = [AwardIndicator(**_columns(one)) for one in submission.indicators]


def _columns(row: SubmissionLine | SubmissionIndicator) -> dict[str, Any]:
    mapped = row.__mapper__.column_attrs.keys()
    return {key: getattr(row, key) for key in mapped if key not in {"id", "submission_id"}}


def divide(award: Award, parts: Mapping[int, Decimal], *, actor: Actor, version: int) -> None:
    """Set how a partial award is divided over the budget lines, and record it in history.

    parts: award line id → amount; a line that is missing keeps its amount. Raises Refused when the agreement is no
    longer waiting for the grantee's signature, the parts do not add up to the award, or they break a rule of the
    call; Stale when the agreement's version is no longer `version`.
    """
    agreement = award.agreement
    locking.hold(agreement, actor=actor)
    if agreement.step != "to_sign":
        raise Refused(Message("The agreement has been signed. Its budget can no longer be changed."))
    if agreement.version != version:
        raise Stale(agreement)
    lines = award.lines
    wanted = [parts.get(line.id, line.agreed) for line in lines]
    wrong = misapportioned(wanted, [line.total for line in lines], award.amount, award.currency)
    if reasons := wrong or _against(award, lines, wanted):
        raise Refused(*reasons)
    for line, part in zip(lines, wanted, strict=True):
        line.agreed = part
    agreement.divided_at = now()
    divided = "; ".join(f"{line.what}: {round(line.agreed, 3):f}" for line in lines)
    message = Message("Award allocated across the budget lines")
    db.session.flush()
    history.record(history.about(agreement), actor=actor, key="divide", message=message, words={"lines": divided})


def _against(award: Award, lines: list[AwardLine], wanted: list[Decimal]) -> tuple[Message, ...]:
    """Every rule of the call that this division breaks."""
    indirect = sum((w for line, w in zip(lines, wanted, strict=True) if line.category == "indirect"), Decimal(0))
    case = cases.of(award.application, now())
    return objections(replace(case, asked=award.amount, indirect=indirect), "divide")


def give_up(application: Application, context: Context) -> None:
    """End an award before both parties have signed: decline, revoke, or refuse to countersign.

    The money returns to the call's envelope; agreement, instalments and reports lapse; the award letter is revoked.
    Raises Refused when one of them can no longer lapse.
    """
    award = db.session.scalars(select(Award).where(Award.application_id == application.id)).one()
    db.session.flush()
    ledger.uncommit(award, actor=context.actor)
    owed = db.session.scalars(select(Report).where(Report.award_id == award.id).order_by(Report.number)).all()
    for rows in ([award.agreement], award.instalments, owed):
        context.apply(rows, "lapse", actor=CLOCK)
    documents.revoke(
        application, "award_letter", reason="The award ended before both parties had signed the agreement."
    )


def close(application: Application, context: Context) -> None:
    """Clear the flag that the grant can be closed, and order the impact report."""
    award = db.session.scalars(select(Award).where(Award.application_id == application.id)).one()
    award.to_close = False
    letters.impact_report(award)
