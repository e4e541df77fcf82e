"""Organisations: their grants and their contacts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import func, select

from grants.access.principals import Principal
from grants.access.visibility import visible
from grants.db import GRANTS_NOW, db
from grants.models import Application, Award, Membership, Organisation, Report

MOST = 100


@dataclass(frozen=True, slots=True)
class Holding:
    """What an organisation holds now: contacts with an account, running grants and their sum, overdue reports."""

    organisation: Organisation
    contacts: int
    grants: int
    amount: Decimal
    overdue: int


def holdings(ids: Iterable[int], principal: Principal) -> list[Holding]:
    """The holdings of these organisations, as far as visible, by name, at most a hundred, in one query."""
    owner, shown = Organisation.id, visible(Application, principal)
    running = (Application.organisation_id == owner, Application.step.in_(("agreement", "active")), shown)
    grants = select(func.count(Award.id)).join(Application, Application.id == Award.application_id).where(*running)
    amount = (
        select(func.coalesce(func.sum(Award.amount), 0))
        .join(Application, Application.id == Award.application_id)
        .where(*running)
    )
    contacts = select(func.count(Membership.id)).where(
        Membership.organisation_id == owner, Membership.ended_at.is_(None)
    )
    overdue = (
        select(func.count(Report.id))
        .join(Award, Award.id == Report.award_id)
        .join(Application, Application.id == Award.application_id)
        .where(Application.organisation_id == owner, Report.step == "due", Report.due_on < func.date(GRANTS_NOW), shown)
    )
    parts = [part.scalar_subquery() for part in (contacts, grants, amount, overdue)]
    rows = db.session.execute(
        select(Organisation, *parts)
        .where(owner.in_(list(ids)), visible(Organisation, principal))
        .order_by(Organisation.sort_key, owner)
        .limit(MOST)
    )
    return [Holding(*row) for row in rows]


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
