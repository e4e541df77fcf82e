"""Instalments: plan, make payable when their conditions hold, and update whether a grant can be closed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal

from babel.numbers import get_currency_precision

from grants.db import db, today
from grants.models import Award, Instalment
from grants.queries import recipients
from grants.queries.cases import awards
from grants.services import locking, outbox
from grants.services.effects import Apply, Context
from grants.services.integrity import history
from grants.services.money import ledger
from grants.services.refusals import Refused
from workflows.apportionment import apportioned
from workflows.deadlines import RETURN_DAYS
from workflows.engine.message import Message, Money
from workflows.engine.roles import CLOCK, Actor, Role
from workflows.programme import InstalmentPlan


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


def follow(award: Award, *, apply: Apply) -> None:
    """Make every planned instalment payable whose conditions hold; leave the others planned."""
    for instalment in award.instalments:
        if instalment.step == "planned":
            try:
                apply(instalment, "fall_due", actor=CLOCK)
            except Refused:
                continue


def settle(award: Award) -> None:
    """Update the unspent funds to be returned, and whether the grant can be closed.

    It can be closed when all reports are approved, all instalments paid, and no unspent funds are left. When unspent
    funds first appear, set the day by which to return them and write to the grantee. The award is held, so that the
    last report and the last payment are counted even when they are recorded at the same time.
    """
    locking.require(award)
    db.session.flush()
    ends = awards.loose_ends(award)
    if ends["unused"] and not award.unused:
        award.back_by = today() + timedelta(days=RETURN_DAYS)
        _ask_back(award, ends["unused"], award.back_by)
    award.unused, award.to_close = ends["unused"], not any(ends.values())


def _ask_back(award: Award, unused: Decimal, day: date) -> None:
    """Queue a mail to the grantee with the amount to return and the day."""
    application = award.application
    outbox.mail(
        recipients.of(application, Role.APPLICANT),
        application=application,
        role=Role.APPLICANT,
        subject=Message("Return unspent funds by %(day)s: %(title)s", day=day, title=application.title),
        text=Message(
            "%(unused)s of the money that we paid was not spent. Return it by %(day)s, and give %(number)s as the "
            "payment reference. Ask your programme officer which account to use.",
            unused=Money(unused, award.currency),
            day=day,
            number=award.number,
        ),
        path=f"/awards/{award.id}",
    )


def fall_due(instalment: Instalment, context: Context) -> None:
    """Book the instalment from committed to payable."""
    ledger.make_payable(instalment.award, amount=instalment.amount, actor=context.actor)
