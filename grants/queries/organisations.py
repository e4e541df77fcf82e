"""Organisations: their grants and their contacts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, bindparam, func, or_, select, tuple_
from sqlalchemy.orm import contains_eager

from grants.access.permissions import Permission
from grants.access.principals import Principal
from grants.access.shapes import kept, shape_of, values_of
from grants.access.visibility import visible
from grants.db import GRANTS_NOW, cached_for_page, db
from grants.models import Application, Award, Membership, Organisation, Profile, Report
from grants.models.organisations import is_one_with
from grants.queries import withheld
from grants.queries.cases.organisations import confirmed, counted, running
from grants.queries.search import each, holds, words_of
from workflows.cases import ApplicationCase
from workflows.forms.values import WHOLE

MOST = 100
PAGE = 50


@dataclass(frozen=True, slots=True)
class Holding:
    """What an organisation holds now: confirmed contacts, running grants, overdue reports.

    amounts: the sum of the running grants by currency.
    """

    organisation: Organisation
    contacts: int
    grants: int
    overdue: int
    amounts: Mapping[str, Decimal]


@dataclass(frozen=True, slots=True)
class Listed:
    """An organisation in the list. legal_name: empty without legal details. people: those who act for it now."""

    organisation: Organisation
    legal_name: str
    people: int


@dataclass(frozen=True, slots=True)
class Listing:
    """A page of organisations by name; `after` is the key of the next page, or empty on the last page."""

    rows: tuple[Listed, ...]
    after: str


def listing(principal: Principal, *, words: str = "", after: str = "") -> Listing:
    """Fifty organisations by name, each of whose words stands in a name or register number, in one query."""
    details = (
        select(Profile.legal_name)
        .where(Profile.organisation_id == Organisation.id)
        .order_by(Profile.number.desc())
        .limit(1)
        .scalar_subquery()
    )
    acting = (Membership.organisation_id == Organisation.id, Membership.ended_at.is_(None))
    people = select(func.count(Membership.id)).where(*acting).scalar_subquery()
    key = (Organisation.sort_key, Organisation.id)
    wanted = select(Organisation, func.coalesce(details, ""), people).where(visible(Organisation, principal))
    if sought := words_of(words):
        wanted = wanted.where(each(sought, _holds))
    name, _, id = after.rpartition(":")
    if WHOLE.fullmatch(id):
        wanted = wanted.where(tuple_(*key) > tuple_(name, int(id)))
    rows = [Listed(*row) for row in db.session.execute(wanted.order_by(*key).limit(PAGE + 1))]
    last = rows[PAGE - 1].organisation if len(rows) > PAGE else None
    return Listing(tuple(rows[:PAGE]), f"{last.sort_key}:{last.id}" if last else "")


def _holds(word: str) -> ColumnElement[bool]:
    """Match the word in the name, or in the legal name or the number in a register of any version."""
    texts = (Profile.legal_name, Profile.register_number, Profile.identifier)
    found = select(Profile.organisation_id).where(or_(*(holds(func.plain(text), word) for text in texts)))
    return or_(holds(func.plain(Organisation.name), word), Organisation.id.in_(found))


def holdings(ids: Iterable[int], principal: Principal, *, besides: int = 0) -> list[Holding]:
    """The holdings of these organisations, as far as visible, by name, at most a hundred, in one query.

    besides: an application that does not count towards what its organisation holds.
    """
    asked = {"asked": list(ids), "besides": besides, **values_of(principal)}
    return [
        Holding(organisation, contacts=persons, grants=grants, overdue=late, amounts=amounts)
        for organisation, persons, late, held in db.session.execute(held_by(shape_of(principal)), asked)
        for grants, amounts in (counted(held),)
    ]


@kept
def held_by(shape: Principal) -> Select[Any]:
    """The statement of `holdings` for principals of this shape."""
    owner, shown = Organisation.id, and_(Application.id != bindparam("besides"), visible(Application, shape))
    contacts = confirmed(owner)
    overdue = (
        select(func.count(Report.id))
        .join(Award, Award.id == Report.award_id)
        .join(Application, Application.id == Award.application_id)
        .where(
            is_one_with(Application.organisation_id, owner),
            Report.step == "due",
            Report.due_on < func.date(GRANTS_NOW),
            shown,
        )
    )
    return (
        select(
            Organisation,
            contacts.scalar_subquery(),
            overdue.scalar_subquery(),
            running(Application, owner, shown, outside=[Organisation]),
        )
        .where(owner.in_(bindparam("asked", expanding=True)), visible(Organisation, shape))
        .order_by(Organisation.sort_key, owner)
        .limit(MOST)
    )


def holding(application: Application, case: ApplicationCase, principal: Principal) -> Holding:
    """What the applicant holds besides this application, as far as visible.

    case: of the application. Its facts are shown where no grant can be hidden from the reader; otherwise one query.
    """
    if not sees_all_grants(application.organisation_id, principal):
        return holdings([application.organisation_id], principal, besides=application.id)[0]
    facts = case.applicant
    return Holding(application.organisation, facts.contacts, facts.held, len(facts.overdue), facts.held_amounts)


def sees_all_grants(organisation_id: int, principal: Principal) -> bool:
    """Whether no grant of the organisation can be hidden from the principal.

    Their scope, a conflict of interest and what they once did for an applicant hide grants.
    """
    unlimited = principal.unlimited(Permission.READ_AWARD)
    return unlimited and organisation_id not in withheld.of(principal).organisations


def contacts(organisation: Organisation, principal: Principal) -> list[Membership]:
    """The memberships of those who act for the organisation now, with persons, the oldest first, at most a hundred."""
    return list(
        db.session.scalars(
            select(Membership)
            .join(Membership.person)
            .options(contains_eager(Membership.person))
            .where(
                is_one_with(Membership.organisation_id, organisation.id),
                Membership.ended_at.is_(None),
                visible(Membership, principal),
            )
            .order_by(Membership.id)
            .limit(MOST)
        )
    )


@cached_for_page
def chosen(principal: Principal) -> list[Organisation]:
    """The organisations for which the principal may start an application, by name, at most a hundred."""
    ids = [id for id in principal.organisations if principal.has_right(Permission.START_APPLICATION, id)]
    return list(
        db.session.scalars(
            select(Organisation)
            .where(Organisation.id.in_(ids), Organisation.merged_into_id.is_(None))
            .order_by(Organisation.sort_key, Organisation.id)
            .limit(MOST)
        )
    )
