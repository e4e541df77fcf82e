"""The rules that a call can enable, and their evaluation for a case at a given moment."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal

from workflows.cases import ApplicationCase
from workflows.engine.flow import Guard, Transition
from workflows.engine.message import Message
from workflows.engine.roles import Actor
from workflows.programme import RuleSpec
from workflows.rules import applicants, budgets, days
from workflows.rules.call_rule import CallRule, Moment
from workflows.rules.involvements import nobody_decided

CALL_RULES: dict[str, CallRule] = {rule.key: rule for rule in (*applicants.RULES, *budgets.RULES, *days.RULES)}

MOMENTS: dict[Moment, str] = {
    "start": "The call’s rules allow this applicant to start.",
    "submit": "The call’s rules allow this proposal to be submitted.",
    "award": "The call’s rules are still met.",
    "divide": "The call’s rules allow this allocation of the award across the budget lines.",
}


_moments: dict[Guard, Moment] = {}
"""The moment of each guard that `call_allows` has made."""


def call_allows(moment: Moment) -> Guard:
    """A guard that checks every rule that the call has enabled for this moment."""

    def rule(case: ApplicationCase, actor: Actor) -> tuple[Message, ...]:
        return objections(_awarded(case) if moment == "award" else case, moment)

    rule.__doc__ = MOMENTS[moment]
    _moments[rule] = moment
    return rule


def _awarded(case: ApplicationCase) -> ApplicationCase:
    """The case with the amount that is awarded, in place of the amount requested; zero until it is entered."""
    amount = case.answers.get("amount")
    return replace(case, asked=amount if isinstance(amount, Decimal) and amount.is_finite() else Decimal(0))


def counts_over_applicant(transition: Transition) -> bool:
    """Whether a guard reads what the applicant holds, or who acts for it, so that nobody may change that meanwhile."""
    called = (guard for guard, moment in _moments.items() if moment in ("start", "submit", "award"))
    over = (*called, nobody_decided, applicants.enough_contacts)
    return any(guard in over for guard in transition.guards)


def objections(case: ApplicationCase, moment: Moment) -> tuple[Message, ...]:
    """Every objection of the call's rules at this moment; raises KeyError for an unknown rule."""
    return tuple(message for spec in case.round.rules for message in objections_of(spec, case, moment))


def objections_of(spec: RuleSpec, case: ApplicationCase, moment: Moment) -> tuple[Message, ...]:
    """Every objection of one rule at this moment; raises KeyError for an unknown rule."""
    rule = CALL_RULES[spec.key]
    if moment not in rule.asked_at:
        return ()
    answer = rule.check(case, rule.params.model_validate(spec.params))
    return answer if isinstance(answer, tuple) else () if answer is None else (answer,)


def unknown_rules(specs: Iterable[RuleSpec]) -> tuple[str, ...]:
    """Error texts for unknown keys and invalid parameters; empty when all rules are valid."""
    wrong = []
    for spec in specs:
        if spec.key not in CALL_RULES:
            wrong.append(f"no such rule: {spec.key}")
            continue
        try:
            CALL_RULES[spec.key].params.model_validate(spec.params)
        except ValueError as error:
            wrong.append(f"{spec.key}: {error}")
    return tuple(wrong)
