"""Instalments: planned with the award, and falling due by themselves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from babel.numbers import get_currency_precision

from grants.db import db
from grants.models import Award, Instalment
from grants.queries import cases
from grants.services import ledger, moves
from workflows.division import divided
from workflows.programme import InstalmentPlan
from workflows.roles import CLOCK, Actor
from workflows.say import Say


def plan(award: Award, plans: Sequence[InstalmentPlan], *, actor: Actor) -> None:
    """Cut the award into its instalments; the first one waits for the award's own condition too."""
    places = get_currency_precision(award.currency)
    amounts = divided(award.amount, [plan.percent for plan in plans], places)
    for number, (plan, amount) in enumerate(zip(plans, amounts, strict=True), 1):
        conditions = list(plan.conditions)
        if number == 1 and award.conditions:
            conditions.append("condition")
        instalment = Instalment(award=award, number=number, amount=amount, conditions=conditions, step="planned")
        db.session.add(instalment)
        db.session.flush()
        moves.begin(instalment, actor=actor, say=Say("Instalment %(number)s planned", number=number))


def follow(award: Award) -> None:
    """Let whatever now can happen by itself happen: instalments whose conditions hold fall due."""
    for instalment in award.instalments:
        if instalment.step == "planned":
            try:
                moves.take(instalment, "fall_due", actor=CLOCK)
            except moves.Refused:
                continue


def settle(award: Award) -> None:
    """Say that a grant can be closed, once everything is reported and paid.

    The last report and the last payment may come at the same instant: whoever holds the award's lock counts, and
    then sees what the other has kept.
    """
    db.session.flush()
    db.session.refresh(award, with_for_update={"of": Award})
    if not any(cases.loose_ends(award).values()):
        award.to_close = True


@moves.deed("instalments.fall_due")
def fall_due(instalment: Instalment, *, actor: Actor, answers: Mapping[str, Any], case: Any) -> None:
    """Book it as payable."""
    ledger.make_payable(instalment.award, amount=instalment.amount, actor=actor)
