"""The facts about an applicant."""

from __future__ import annotations

from sqlalchemy import func, select

from grants.db import db
from grants.models import Application, Award, Membership, Organisation, Report
from workflows import cases


def applicant(organisation: Organisation, *, besides: int | None = None) -> cases.Applicant:
    """The facts about an organisation.

    besides: an application that does not count towards what the organisation holds.
    """
    running = (
        select(Award.currency, func.count(), func.sum(Award.amount))
        .join(Application, Application.id == Award.application_id)
        .where(
            Application.organisation_id == organisation.id,
            Application.step.in_(("agreement", "active")),
            Application.id != (besides or 0),
        )
        .group_by(Award.currency)
        .order_by(Award.currency)
    )
    held = db.session.execute(running).all()
    contacts = db.session.scalar(
        select(func.count()).where(Membership.organisation_id == organisation.id, Membership.ended_at.is_(None))
    )
    return cases.Applicant(
        name=organisation.name,
        kind=organisation.kind,
        country=organisation.country,
        standing=organisation.standing,
        contacts=contacts or 0,
        held=sum(count for _, count, _ in held),
        held_amounts={currency: amount for currency, _, amount in held},
        overdue=_overdue(organisation),
    )


def _overdue(organisation: Organisation) -> tuple[str, ...]:
    """The titles of the overdue reports, longest overdue first, at most ten.

    Without the numbers of their awards: the reason is also read by people from whom an award is hidden.
    """
    late = (
        select(Report.title)
        .join(Award, Award.id == Report.award_id)
        .join(Application, Application.id == Award.application_id)
        .where(
            Application.organisation_id == organisation.id,
            Report.step == "due",
            Report.due_on < func.date(func.grants_now()),
        )
        .order_by(Report.due_on, Report.id)
        .limit(10)
    )
    return tuple(db.session.scalars(late))
