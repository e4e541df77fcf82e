"""Awards: money committed, agreement and plan made, letter ordered; divided over the budget; and closed at the end."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from babel.numbers import get_currency_precision
from sqlalchemy import select

from grants.db import db, now, today
from grants.models import Agreement, Application, Award, BudgetLine, Decision, Person, Report
from grants.queries import awards, cases
from grants.services import documents, fingerprints, history, instalments, ledger, letters, moves, numbers, reports
from workflows.division import divided, misdivided
from workflows.proposal import add_months
from workflows.roles import CLOCK, Actor
from workflows.rules.calls import objections
from workflows.say import Money, Say


@moves.deed("awards.make")
def make(application: Application, *, actor: Actor, answers: Mapping[str, Any], case: Any) -> Say:
    """Commit the money, make agreement, instalments and reports, order the letter.

    Raises Refused when the envelope is spent meanwhile: the balance is read under the fund's lock.
    """
    ledger.lock(application.call.fund_id)
    starts = max(application.starts_on or today(), today())
    award = Award(
        application=application,
        amount=answers["amount"],
        currency=application.call.currency,
        conditions=answers.get("conditions") or "",
        starts_on=starts,
        ends_on=add_months(starts, application.months or 1),
        made_by=actor.person,
        number=numbers.take("A"),
    )
    agreement = Agreement(award=award, number=numbers.take("G"), step="to_sign")
    db.session.add_all([award, agreement, Decision(application_id=application.id, kind="award", by=actor.person)])
    _agree(award)
    db.session.flush()
    try:
        ledger.commit(award, actor=actor)
    except ledger.Overspent as spent:
        raise moves.Refused(spent.reason) from spent
    moves.begin(agreement, actor=actor, say=Say("Agreement made"))
    instalments.plan(award, application.call.data.instalments, actor=actor)
    reports.owe(award, application.call.data.reports, actor=actor)
    letters.award_letter(award, signed_by=db.session.get_one(Person, actor.person))
    return Say("Awarded: %(amount)s", amount=Money(award.amount, award.currency))


def _agree(award: Award) -> None:
    """What the award gives for each line: all that was asked, or of each the same part."""
    lines = awards.lines(award.application)
    parts = divided(award.amount, [line.total for line in lines], get_currency_precision(award.currency))
    for line, part in zip(lines, parts, strict=True):
        line.agreed = part


def divide(award: Award, parts: Mapping[int, Decimal], *, actor: Actor, version: int) -> None:
    """The grantee divides a part award over the lines of the budget. parts: by the line's number in the database.

    Raises Refused once it is signed, where it does not add up or breaks a rule of the call; Stale when somebody else
    changed the agreement in between.
    """
    agreement = award.agreement
    db.session.refresh(agreement, with_for_update={"of": Agreement})
    if agreement.step != "to_sign":
        raise moves.Refused(Say("The agreement is signed, and its budget can no longer be changed."))
    if agreement.version != version:
        raise moves.Stale(agreement)
    lines = awards.lines(award.application)
    wanted = [parts.get(line.id, line.agreed or Decimal(0)) for line in lines]
    wrong = misdivided(wanted, [line.total for line in lines], award.amount, award.currency)
    if reasons := wrong or _against(award, lines, wanted):
        raise moves.Refused(*reasons)
    for line, part in zip(lines, wanted, strict=True):
        line.agreed = part
    agreement.divided_at = now()
    told = "; ".join(f"{line.what}: {round(line.agreed or Decimal(0), 3):f}" for line in lines)
    say = Say("Budget of the award divided")
    db.session.flush()
    facts = fingerprints.of(agreement)
    history.record(moves.about(agreement), actor=actor, key="divide", say=say, words={"lines": told}, facts=facts)


def _against(award: Award, lines: list[BudgetLine], wanted: list[Decimal]) -> tuple[Say, ...]:
    """What the rules of the call say of these lines."""
    indirect = sum((w for line, w in zip(lines, wanted, strict=True) if line.category == "indirect"), Decimal(0))
    case = cases.of(award.application, now())
    return objections(replace(case, asked=award.amount, indirect=indirect), "divide")


@moves.deed("awards.give_up")
def give_up(application: Application, *, actor: Actor, answers: Mapping[str, Any], case: Any) -> None:
    """Before both have signed: the money goes back to the call, and nothing that followed from the award is owed."""
    award = db.session.scalars(select(Award).where(Award.application_id == application.id)).one()
    db.session.flush()
    ledger.uncommit(award, actor=actor)
    owed = db.session.scalars(select(Report).where(Report.award_id == award.id).order_by(Report.number))
    for row in (award.agreement, *award.instalments, *owed):
        moves.take(row, "lapse", actor=CLOCK)
    documents.revoke(application, "award_letter", reason="The award was given up before both sides had signed.")


@moves.deed("awards.close")
def close(application: Application, *, actor: Actor, answers: Mapping[str, Any], case: Any) -> None:
    """Order the impact report."""
    award = db.session.scalars(select(Award).where(Award.application_id == application.id)).one()
    award.to_close = False
    letters.impact_report(award)
