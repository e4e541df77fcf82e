"""Instalments: plan, make payable when their conditions hold, and update whether a grant can be closed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from babel.numbers import get_currency_precision

from grants.db import db, today
from grants.models import Award, Instalment
from grants.queries import recipients
from grants.queries.cases import awards
from grants.services import locking, outbox, updates
from grants.services.effects import Context, Result
from grants.services.integrity import history
from grants.services.money import ledger
from grants.services.refusals import Refused
from workflows.apportionment import apportioned
from workflows.deadlines import RETURN_DAYS
from workflows.engine.message import Message, Money
from workflows.engine.roles import CLOCK, Actor, Role
from workflows.mails.grants import RETURN_FUNDS
from workflows.programme import InstalmentPlan

SHOWN = "payable"
"""Beside the answers of a transition: the instalments that the page said would become payable."""


def plan(award: Award, plans: Sequence[InstalmentPlan], *, actor: Actor) -> None:
    """Create the instalments of an award, each with its first history event.

    The first instalment also depends on the award condition, if there is one.
    """
    places = get_currency_precision(award.currency)
    amounts = apportioned(award.amount, [plan.percent for plan in plans], places)
    for number, (plan, amount) in enumerate(zip(plans, amounts, strict=True), 1):
        conditions = list(plan.conditions)
        if number == 1 and award.conditions:
            conditions.append("condition")
        instalment = Instalment(award=award, number=number, amount=amount, conditions=conditions, step="planned")
        db.session.add(instalment)
        db.session.flush()
        history.begin(instalment, actor=actor, message=Message("Instalment %(number)s planned", number=number))


def follow(award: Award, *, context: Context) -> None:
    """Make every planned instalment payable whose conditions hold; leave the others planned.

    Raises Refused when the page of the actor named other instalments than those that become payable now (`shown`).
    """
    made = []
    for instalment in award.instalments:
        if instalment.step == "planned":
            try:
                context.apply(instalment, "fall_due", actor=CLOCK)
            except Refused:
                continue
            made.append(instalment.number)
    if context.answers.get(SHOWN) not in (None, shown(made)):
        raise Refused(
            Message(
                "The instalments that this action would make payable have changed since you opened the page. "
                "Reload the page to see them, then try again."
            )
        )


def shown(numbers: Iterable[int]) -> str:
    """The instalments that an action makes payable, as its form sends them back: "1,2", or "none"."""
    return ",".join(map(str, numbers)) or "none"


def settle(rows: Sequence[Award]) -> None:
    """Update the unspent funds to be returned, and whether the grant can be closed, for each of these awards.

    It can be closed when all reports are approved, all instalments paid, and no unspent funds are left. When unspent
    funds first appear, set the day by which to return them and write to the grantee. The awards are held, so that the
    last report and the last payment are counted even when they are recorded at the same time.
    """
    for award in rows:
        locking.require(award)
    db.session.flush()
    day, fresh = today() + timedelta(days=RETURN_DAYS), []
    found = awards.loose_ends_of([award.id for award in rows])
    for award in rows:
        ends = found[award.id]
        if ends.unused and not award.unused:
            award.back_by = day
            fresh.append(award)
        award.unused, award.to_close = ends.unused, ends.tied
    updates.store(rows)
    _ask_back(fresh, day)


def _ask_back(rows: Sequence[Award], day: date) -> None:
    """Queue a mail to each grantee with the amount to return and the day."""
    people = recipients.of_each((award.application, Role.APPLICANT) for award in rows)
    outbox.mail_all(
        outbox.Mail(
            people[award.application_id, Role.APPLICANT],
            RETURN_FUNDS,
            {
                "title": award.application.title,
                "unused": Money(award.unused, award.currency),
                "day": day,
                "number": award.number,
            },
            application=award.application,
            path=f"/awards/{award.id}",
        )
        for award in rows
    )


def fall_due(rows: Sequence[Instalment], contexts: Sequence[Context]) -> list[Result]:
    """Book the instalments from committed to payable."""
    ledger.make_payable([(row.award, row.amount) for row in rows], actor=contexts[0].actor)
    return [None] * len(rows)
