"""Call rules about the applicant. Most are already checked before a draft is started."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

from pydantic import Field

from workflows.cases import KINDS_IN_SENTENCES, STANDINGS, AgreementCase, ApplicationCase, Kind, Standing
from workflows.engine.message import Message, Money
from workflows.engine.roles import Actor
from workflows.rules.call_rule import CallRule, Params


class Kinds(Params):
    """The types of applicant that the call accepts."""

    allowed: Annotated[tuple[Kind, ...], Field(min_length=1)]


class Countries(Params):
    """The countries that the call accepts, as ISO 3166-1 alpha-2 codes."""

    allowed: Annotated[tuple[Annotated[str, Field(pattern="^[A-Z]{2}$")], ...], Field(min_length=1)]


class Standings(Params):
    """The standings of a chapter that the call accepts."""

    allowed: Annotated[tuple[Standing, ...], Field(min_length=1)]


class AtLeast(Params):
    """A minimum number."""

    count: Annotated[int, Field(ge=1, le=100)]


class Held(Params):
    """The maximum number of current grants, and their maximum total amount in the currency of the call."""

    grants: Annotated[int, Field(ge=1, le=100)]
    amount: Annotated[Decimal, Field(gt=0)]


def applicants(case: ApplicationCase, params: Kinds) -> Message | None:
    """The call is open to this type of applicant."""
    if case.applicant.kind in params.allowed:
        return None
    return Message("This call is not open to %(kinds)s.", kinds=KINDS_IN_SENTENCES[case.applicant.kind])


def countries(case: ApplicationCase, params: Countries) -> Message | None:
    """The call is open to applicants from this country."""
    if case.applicant.country in params.allowed:
        return None
    return Message("This call is not open to applicants from %(country)s.", country=case.applicant.country or "–")


def standing(case: ApplicationCase, params: Standings) -> Message | None:
    """The chapter’s standing is one of those that the call accepts."""
    if case.applicant.kind != "chapter" or case.applicant.standing in params.allowed:
        return None
    return Message(
        "The chapter’s standing is “%(standing)s”, which this call does not accept.",
        standing=STANDINGS[case.applicant.standing],
        cure="organisation",
    )


def contacts(case: ApplicationCase, params: AtLeast) -> Message | None:
    """The organisation has as many confirmed contacts as the call requires."""
    return too_few_contacts(case.applicant.contacts, params.count)


def too_few_contacts(confirmed: int, required: int) -> Message | None:
    """The reason against submitting or signing for an organisation without enough confirmed contacts."""
    if confirmed >= required:
        return None
    return Message.counted(
        "The organisation needs %(n)s confirmed contact; %(count)s so far. Name contacts on its page.",
        "The organisation needs %(n)s confirmed contacts; %(count)s so far. Name contacts on its page.",
        n=required,
        count=confirmed,
        cure="organisation",
    )


def enough_contacts(case: AgreementCase, actor: Actor) -> Message | None:
    """The organisation has as many confirmed contacts as the call requires."""
    return too_few_contacts(case.contacts, case.contacts_required)


def no_overdue(case: ApplicationCase, params: Params) -> Message | None:
    """No earlier report is overdue."""
    if not case.applicant.overdue:
        return None
    return Message(
        "The applicant has overdue reports, which must be submitted first: %(reports)s.",
        reports=", ".join(case.applicant.overdue),
        cure="reports",
    )


def held(case: ApplicationCase, params: Held) -> tuple[Message, ...]:
    """The number and the total amount of the applicant’s current grants are within the limits."""
    # Grants in every currency are counted, but only amounts in the currency of the call are added.
    reasons, together = [], case.applicant.held_amounts.get(case.round.currency, Decimal(0)) + case.asked
    if case.applicant.held >= params.grants:
        reasons.append(
            Message.counted(
                "The applicant has %(n)s current grant; the limit is %(most)s.",
                "The applicant has %(n)s current grants; the limit is %(most)s.",
                n=case.applicant.held,
                most=params.grants,
            )
        )
    if together > params.amount:
        most = Money(params.amount, case.round.currency)
        reasons.append(
            Message(
                "With this application, the applicant’s current grants would exceed the limit of %(most)s in total.",
                most=most,
            )
        )
    return tuple(reasons)


RULES = (
    CallRule("applicants", applicants, Kinds, ("start", "submit")),
    CallRule("countries", countries, Countries, ("start", "submit")),
    CallRule("standing", standing, Standings, ("start", "submit", "award")),
    CallRule("contacts", contacts, AtLeast, ("submit",)),
    CallRule("no_overdue", no_overdue, Params, ("start", "submit", "award")),
    CallRule("held", held, Held, ("start", "submit", "award")),
)
