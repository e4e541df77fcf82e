"""Rules of a call about money and length, asked when a proposal is sent."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

from pydantic import Field

from workflows.cases import ApplicationCase, Kind
from workflows.rules.switches import CallRule, Params
from workflows.say import Money, Say

Amount = Annotated[Decimal, Field(ge=0)]


class Share(Params):
    """A percentage of what is asked for."""

    percent: Annotated[Decimal, Field(ge=0, le=100)]


class Above(Params):
    """An amount above which more is wanted: a partner, and a project of so many months."""

    amount: Amount
    months: Annotated[int, Field(ge=0)] = 0


class OfKind(Params):
    """A limit for applicants of one kind."""

    kind: Kind
    amount: Amount


def asks(case: ApplicationCase, params: Params) -> Say | None:
    """The budget asks for something."""
    return None if case.asked > 0 else Say("The budget asks for nothing yet.", cure="budget")


def most(case: ApplicationCase, params: Params) -> Say | None:
    """The call gives that much."""
    if case.asked <= case.round.most:
        return None
    return Say(
        "You ask for %(asked)s; this call gives at most %(most)s.",
        asked=Money(case.asked, case.round.currency),
        most=Money(case.round.most, case.round.currency),
        cure="budget",
    )


def most_of_kind(case: ApplicationCase, params: OfKind) -> Say | None:
    """An applicant of this kind asks for no more than its own limit."""
    if case.applicant.kind != params.kind or case.asked <= params.amount:
        return None
    return Say(
        "You ask for %(asked)s; an applicant of the kind “%(kind)s” gets at most %(most)s.",
        asked=Money(case.asked, case.round.currency),
        kind=params.kind,
        most=Money(params.amount, case.round.currency),
        cure="budget",
    )


def longest(case: ApplicationCase, params: Params) -> Say | None:
    """The project is no longer than the call allows."""
    if case.months <= case.round.months_most:
        return None
    return Say(
        "The project runs %(months)s months; this call allows %(most)s.",
        months=case.months,
        most=case.round.months_most,
        cure="months",
    )


def indirect(case: ApplicationCase, params: Share) -> Say | None:
    """Indirect costs are at most a share of what is asked."""
    limit = case.asked * params.percent / 100
    if case.indirect <= limit:
        return None
    return Say(
        "Indirect costs are %(indirect)s; at most %(percent)s %% of the grant is allowed, here %(limit)s.",
        indirect=Money(case.indirect, case.round.currency),
        percent=_plain(params.percent),
        limit=Money(round(limit, 2), case.round.currency),
        cure="budget",
    )


def cofunding(case: ApplicationCase, params: Share) -> Say | None:
    """Other money is at least a share of what is asked; the applicant's own work does not count."""
    least = case.asked * params.percent / 100
    if case.cofunding >= least:
        return None
    return Say(
        "Other money is %(cofunding)s; this call wants at least %(least)s.",
        cofunding=Money(case.cofunding, case.round.currency),
        least=Money(round(least, 2), case.round.currency),
        cure="cofunding",
    )


def partner_above(case: ApplicationCase, params: Above) -> tuple[Say, ...]:
    """Above an amount, an outside partner and a least length are wanted."""
    if case.asked <= params.amount:
        return ()
    said = []
    amount = Money(params.amount, case.round.currency)
    if not case.partners:
        said.append(Say("Above %(amount)s an outside partner is needed.", amount=amount, cure="partners"))
    if case.months < params.months:
        text = "Above %(amount)s the project runs at least %(months)s months."
        said.append(Say(text, amount=amount, months=params.months, cure="months"))
    return tuple(said)


def _plain(percent: Decimal) -> Decimal:
    """Without needless zeros, and without the exponent that `normalize` gives to 10."""
    return percent.to_integral_value() if percent == percent.to_integral_value() else percent.normalize()


RULES = (
    CallRule("asks", asks, Params, ("submit",)),
    CallRule("most", most, Params, ("submit",)),
    CallRule("most_of_kind", most_of_kind, OfKind, ("submit",)),
    CallRule("longest", longest, Params, ("submit",)),
    CallRule("indirect", indirect, Share, ("submit", "divide")),
    CallRule("cofunding", cofunding, Share, ("submit",)),
    CallRule("partner_above", partner_above, Above, ("submit",)),
)
