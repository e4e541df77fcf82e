"""Call rules about amounts and duration, checked when a proposal is submitted."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

from pydantic import Field

from workflows.cases import KINDS_IN_SENTENCES, ApplicationCase, Kind
from workflows.engine.message import N_, Message, Money
from workflows.rules.call_rule import CallRule, Params

Amount = Annotated[Decimal, Field(ge=0)]


class Share(Params):
    """A percentage of the amount requested."""

    percent: Annotated[Decimal, Field(ge=0, le=100)]


class Above(Params):
    """The amount above which a partner and a minimum duration in months are required."""

    amount: Amount
    months: Annotated[int, Field(ge=0)] = 0


class OfKind(Params):
    """A maximum grant for one type of applicant."""

    kind: Kind
    amount: Amount


def fields(case: ApplicationCase, params: Params) -> Message | None:
    """The budget requests at least one item."""
    return (
        None
        if case.asked > 0
        else Message("The budget requests nothing yet. Add at least one item with a cost.", cure="budget")
    )


def most(case: ApplicationCase, params: Params) -> Message | None:
    """The amount requested does not exceed the maximum grant."""
    if case.asked <= case.round.most:
        return None
    return Message(
        "The amount requested is %(asked)s; the maximum grant in this call is %(most)s.",
        asked=Money(case.asked, case.round.currency),
        most=Money(case.round.most, case.round.currency),
        cure="budget",
    )


def most_of_kind(case: ApplicationCase, params: OfKind) -> Message | None:
    """The amount requested does not exceed the maximum grant for this type of applicant."""
    if case.applicant.kind != params.kind or case.asked <= params.amount:
        return None
    return Message(
        "The amount requested is %(asked)s; the maximum grant for %(kinds)s is %(most)s.",
        asked=Money(case.asked, case.round.currency),
        kinds=KINDS_IN_SENTENCES[params.kind],
        most=Money(params.amount, case.round.currency),
        cure="budget",
    )


def longest(case: ApplicationCase, params: Params) -> Message | None:
    """The project is no longer than the call allows."""
    if case.months <= case.round.months_most:
        return None
    return Message(
        "The project runs for %(months)s months; this call allows at most %(most)s.",
        months=case.months,
        most=case.round.months_most,
        cure="months",
    )


def indirect(case: ApplicationCase, params: Share) -> Message | None:
    """Indirect costs are within the maximum percentage."""
    limit = case.asked * params.percent / 100
    if case.indirect <= limit:
        return None
    return Message(
        "Indirect costs are %(indirect)s; this call allows at most %(percent)s%% of the grant, which is %(limit)s.",
        indirect=Money(case.indirect, case.round.currency),
        percent=_plain(params.percent),
        limit=Money(round(limit, 2), case.round.currency),
        cure="budget",
    )


def cofunding(case: ApplicationCase, params: Share) -> Message | None:
    """Co-funding, not counting unpaid work, reaches the minimum percentage."""
    least = case.asked * params.percent / 100
    if case.cofunding >= least:
        return None
    return Message(
        "Co-funding is %(cofunding)s; this call requires at least %(least)s.",
        cofunding=Money(case.cofunding, case.round.currency),
        least=Money(round(least, 2), case.round.currency),
        cure="cofunding",
    )


def partner_above(case: ApplicationCase, params: Above) -> tuple[Message, ...]:
    """A project with a grant above the set amount has an outside partner and lasts the minimum duration."""
    if case.asked <= params.amount:
        return ()
    reasons = []
    amount = Money(params.amount, case.round.currency)
    if not case.partners:
        text = N_("Add a partner from outside the Internet Society, or request %(amount)s or less.")
        reasons.append(Message(text, amount=amount, cure="partners"))
    if case.months < params.months:
        text = N_("A project with a grant above %(amount)s must run for at least %(months)s months.")
        reasons.append(Message(text, amount=amount, months=params.months, cure="months"))
    return tuple(reasons)


def _plain(percent: Decimal) -> Decimal:
    """The number without trailing zeros, and without the exponent that `normalize` gives to 10."""
    return percent.to_integral_value() if percent == percent.to_integral_value() else percent.normalize()


RULES = (
    CallRule("asks", fields, Params, ("submit",)),
    CallRule("most", most, Params, ("submit",)),
    CallRule("most_of_kind", most_of_kind, OfKind, ("submit",)),
    CallRule("longest", longest, Params, ("submit",)),
    CallRule("indirect", indirect, Share, ("submit", "divide")),
    CallRule("cofunding", cofunding, Share, ("submit",)),
    CallRule("partner_above", partner_above, Above, ("submit",)),
)
