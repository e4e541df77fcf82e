"""Organisations: their grants and their contacts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import ColumnElement, and_, func, select

from grants.access.permissions import Permission
from grants.access.principals import Principal
from grants.access.visibility import visible
from grants.db import GRANTS_NOW, db
from grants.models import Application, Award, Membership, Organisation, Report
from grants.queries import withheld

MOST = 100


@dataclass(frozen=True, slots=True)
class Holding:
    """What an organisation holds now: contacts with an account, running grants, overdue reports.

    amounts: the sum of the running grants by currency.
    """

    organisation: Organisation
    contacts: int
    grants: int
    overdue: int
    amounts: Mapping[str, Decimal]


def holdings(ids: Iterable[int], principal: Principal, *, besides: int = 0) -> list[Holding]:
    """The holdings of these organisations, as far as visible, by name, at most a hundred, in two queries.

    besides: an application that does not count towards what its organisation holds.
    """
    owner, wanted = Organisation.id, list(ids)
    shown = and_(Application.id != besides, visible(Application, principal))
    contacts = select(func.count(Membership.id)).where(
        Membership.organisation_id == owner, Membership.ended_at.is_(None)
    )
    overdue = (
        select(func.count(Report.id))
        .join(Award, Award.id == Report.award_id)
        .join(Application, Application.id == Award.application_id)
        .where(Application.organisation_id == owner, Report.step == "due", Report.due_on < func.date(GRANTS_NOW), shown)
    )
    parts = [part.scalar_subquery() for part in (contacts, overdue)]
    rows = db.session.execute(
        select(Organisation, *parts)
        .where(owner.in_(wanted), visible(Organisation, principal))
        .order_by(Organisation.sort_key, owner)
        .limit(MOST)
    )
    held = _held(wanted, shown)
    return [
        Holding(
            organisation,
            contacts=persons,
            grants=sum(count for count, _ in held[organisation.id].values()),
            overdue=late,
            amounts={currency: amount for currency, (_, amount) in held[organisation.id].items()},
        )
        for organisation, persons, late in rows
    ]


def sees_all_grants(organisation_id: int, principal: Principal) -> bool:
    """Whether no grant of the organisation can be hidden from the principal.

    Their scope, a conflict of interest and what they once did for an applicant hide grants.
    """
    unlimited = principal.unlimited(Permission.READ_AWARD)
    return unlimited and organisation_id not in withheld.of(principal).organisations


def _held(organisations: list[int], shown: ColumnElement[bool]) -> dict[int, dict[str, tuple[int, Decimal]]]:
    """The number and the sum of the running grants of these organisations, by organisation and currency."""
    running = (
        select(Application.organisation_id, Award.currency, func.count(), func.sum(Award.amount))
        .join(Award, Award.application_id == Application.id)
        .where(Application.organisation_id.in_(organisations), Application.step.in_(("agreement", "active")), shown)
        .group_by(Application.organisation_id, Award.currency)
        .order_by(Application.organisation_id, Award.currency)
    )
    found: dict[int, dict[str, tuple[int, Decimal]]] = defaultdict(dict)
    for owner, currency, count, amount in db.session.execute(running):
        found[owner][currency] = count, amount
    return found


def contacts(organisation: Organisation, principal: Principal) -> list[Membership]:
    """The people who act for the organisation now, oldest membership first, at most a hundred."""
    return list(
        db.session.scalars(
            select(Membership)
            .join(Membership.person)
            .where(
                Membership.organisation_id == organisation.id,
                Membership.ended_at.is_(None),
                visible(Membership, principal),
            )
            .order_by(Membership.id)
            .limit(MOST)
        )
    )


def chosen(principal: Principal) -> list[Organisation]:
    """The organisations that the principal acts for, by name, at most a hundred."""
    return list(
        db.session.scalars(
            select(Organisation)
            .where(Organisation.id.in_(principal.organisations))
            .order_by(Organisation.sort_key, Organisation.id)
            .limit(MOST)
        )
    )
