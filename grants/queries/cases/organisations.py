"""The facts about an applicant."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Select, Text, bindparam, cast, func, select
from sqlalchemy.orm import aliased

from grants.db import GRANTS_NOW, db
from grants.models import Application, Award, Membership, Organisation, Report, Verification
from grants.models.organisations import is_one_with
from workflows import cases

MOST_OVERDUE = 10
_THEIRS = aliased(Application)


def columns(owner: Any, besides: Any = None) -> tuple[ColumnElement[Any], ...]:
    """The facts of an organisation, as columns of a query.

    Its contacts, its running grants, its overdue reports, and whether it is to be verified.

    owner: the column with its id. besides: the column with the id of an application that does not count towards what
    the organisation holds.
    """
    contacts = confirmed(owner)
    others = [] if besides is None else [_THEIRS.id != besides]
    held = running(_THEIRS, owner, *others, outside=_tables(owner, besides))
    own = is_one_with(Verification.organisation_id, owner)
    unverified = select(Verification.id).where(own, Verification.step != "verified")
    waits = unverified.correlate(*_tables(owner)).exists()
    return contacts.scalar_subquery(), held, _overdue(owner), waits


def confirmed(owner: Any) -> Select[int]:
    """The number of confirmed contacts of an organisation. owner: the column with its id, or the id."""
    own = is_one_with(Membership.organisation_id, owner)
    current = (own, Membership.ended_at.is_(None), Membership.is_contact)
    return select(func.count(Membership.person_id.distinct())).where(*current)


def running(theirs: Any, owner: Any, *conditions: Any, outside: Sequence[Any]) -> ColumnElement[Any]:
    """The running grants of an organisation as [currency, number, sum as text] for each currency; null without any.

    theirs: the applications, or an alias of them. owner: the column with the id of the organisation. conditions: on
    the applications that count. outside: the tables of the enclosing query.
    """
    found = (
        select(Award.currency, func.count().label("count"), cast(func.sum(Award.amount), Text).label("sum"))
        .join(theirs, theirs.id == Award.application_id)
        .where(is_one_with(theirs.organisation_id, owner), theirs.step.in_(("agreement", "active")), *conditions)
        .group_by(Award.currency)
        .correlate(*outside)
        .subquery()
    )
    line = func.json_build_array(found.c.currency, found.c.count, found.c.sum)
    return select(func.json_agg(line)).scalar_subquery()


def counted(held: Sequence[tuple[str, int, str]] | None) -> tuple[int, dict[str, Decimal]]:
    """The number of the running grants, and their sum in each currency. held: the value of `running`."""
    lines = sorted(held or ())
    return sum(count for _, count, _ in lines), {currency: Decimal(amount) for currency, _, amount in lines}


def _overdue(owner: Any) -> ColumnElement[Any]:
    """The titles of the overdue reports, longest overdue first, at most ten.

    Without the numbers of their awards: the reason is also read by people from whom an award is hidden.
    """
    late = (
        select(Report.title)
        .join(Award, Award.id == Report.award_id)
        .join(_THEIRS, _THEIRS.id == Award.application_id)
        .where(is_one_with(_THEIRS.organisation_id, owner), Report.step == "due", Report.due_on < func.date(GRANTS_NOW))
        .order_by(Report.due_on, Report.id)
        .limit(MOST_OVERDUE)
        .correlate(*_tables(owner))
    )
    return func.array(late.scalar_subquery())


def _tables(*columns: Any) -> list[Any]:
    """The tables of these columns of the enclosing query."""
    return [column.table for column in columns if column is not None]


def applicant_of(organisation: Organisation, row: Sequence[Any]) -> cases.Applicant:
    """The facts about an organisation; of a duplicate, kind, country and standing of the kept entry.

    row: the values of `columns`.
    """
    contacts, held, overdue, unverified = row
    grants, amounts = counted(held)
    kept = organisation.merged_into or organisation
    return cases.Applicant(
        name=organisation.name,
        kind=kept.kind,
        country=kept.country,
        standing=kept.standing,
        contacts=contacts,
        held=grants,
        held_amounts=amounts,
        overdue=tuple(overdue),
        unverified=unverified,
    )


APPLICANTS = select(Organisation.id, *columns(Organisation.id)).where(
    Organisation.id.in_(bindparam("organisations", expanding=True))
)
"""What organisations hold. It is composed once, because building it takes longer than running it."""


def applicants(organisations: Sequence[Organisation]) -> dict[int, cases.Applicant]:
    """The facts about these organisations, by id, in one query for any number."""
    found = db.session.execute(APPLICANTS, {"organisations": [one.id for one in organisations]})
    rows = {id: row for id, *row in found}
    return {one.id: applicant_of(one, rows[one.id]) for one in organisations}


def applicant(organisation: Organisation) -> cases.Applicant:
    """The facts about one organisation."""
    return applicants([organisation])[organisation.id]
