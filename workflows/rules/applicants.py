"""Rules of a call about who applies: asked before anything is written wherever they can be."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

from pydantic import Field

from workflows.cases import ApplicationCase, Kind, Standing
from workflows.rules.switches import CallRule, Params
from workflows.say import Money, Say


class Kinds(Params):
    """Kinds of applicants that are allowed."""

    allowed: Annotated[tuple[Kind, ...], Field(min_length=1)]


class Countries(Params):
    """Countries that are allowed, by the two letters of ISO 3166-1."""

    allowed: Annotated[tuple[Annotated[str, Field(pattern="^[A-Z]{2}$")], ...], Field(min_length=1)]


class Standings(Params):
    """Standings that are allowed."""

    allowed: Annotated[tuple[Standing, ...], Field(min_length=1)]


class AtLeast(Params):
    """A least number."""

    count: Annotated[int, Field(ge=1, le=100)]


class Held(Params):
    """Grants at once, and their amount together."""

    grants: Annotated[int, Field(ge=1, le=100)]
    amount: Annotated[Decimal, Field(gt=0)]


def applicants(case: ApplicationCase, params: Kinds) -> Say | None:
    """The applicant is of a kind that the call is for."""
    if case.applicant.kind in params.allowed:
        return None
    return Say("This call is not for applicants of the kind “%(kind)s”.", kind=case.applicant.kind)


def countries(case: ApplicationCase, params: Countries) -> Say | None:
    """The country is on the call's list."""
    if case.applicant.country in params.allowed:
        return None
    return Say("This call is not open to applicants from %(country)s.", country=case.applicant.country or "–")


def standing(case: ApplicationCase, params: Standings) -> Say | None:
    """The chapter's standing is one that the call accepts."""
    if case.applicant.kind != "chapter" or case.applicant.standing in params.allowed:
        return None
    return Say(
        "The chapter’s standing is “%(standing)s”; this call wants “%(wanted)s”.",
        standing=case.applicant.standing.replace("_", " "),
        wanted=params.allowed[0].replace("_", " "),
        cure="organisation",
    )


def contacts(case: ApplicationCase, params: AtLeast) -> Say | None:
    """So many people of the organisation have an account."""
    if case.applicant.contacts >= params.count:
        return None
    return Say(
        "Contacts needed: %(wanted)s. Named so far: %(count)s.",
        wanted=params.count,
        count=case.applicant.contacts,
        cure="organisation",
    )


def no_overdue(case: ApplicationCase, params: Params) -> Say | None:
    """No earlier report is overdue."""
    if not case.applicant.overdue:
        return None
    return Say("An earlier report is overdue: %(reports)s.", reports=", ".join(case.applicant.overdue), cure="reports")


def held(case: ApplicationCase, params: Held) -> tuple[Say, ...]:
    """Not too many grants at once, nor too much money in them."""
    said = []
    if case.applicant.held >= params.grants:
        text = "Grants that you hold: %(held)s. At most %(most)s may run at once."
        said.append(Say(text, held=case.applicant.held, most=params.grants))
    if case.applicant.held_amount + case.asked > params.amount:
        most = Money(params.amount, case.round.currency)
        said.append(Say("With this one your grants would come to more than %(most)s.", most=most))
    return tuple(said)


RULES = (
    CallRule("applicants", applicants, Kinds, ("start", "submit")),
    CallRule("countries", countries, Countries, ("start", "submit")),
    CallRule("standing", standing, Standings, ("start", "submit", "award")),
    CallRule("contacts", contacts, AtLeast, ("submit",)),
    CallRule("no_overdue", no_overdue, Params, ("start", "submit", "award")),
    CallRule("held", held, Held, ("start", "submit", "award")),
)
