"""Recipients of notifications."""

from __future__ import annotations

from sqlalchemy import or_, select

from grants.db import db
from grants.models import Application, Appointment, Conflict, Membership, Person
from workflows.engine.roles import Role


def of(application: Application, role: Role) -> list[Person]:
    """The people with that role for the application, except those in conflict; by name, at most a hundred."""
    if role is Role.APPLICANT:
        wanted = select(Membership.person_id).where(
            Membership.organisation_id == application.organisation_id, Membership.ended_at.is_(None)
        )
    else:
        scope = or_(
            Appointment.call_id == application.call_id,
            Appointment.programme == application.call.programme,
            Appointment.programme.is_(None) & Appointment.call_id.is_(None),
        )
        conflicted = select(Conflict.person_id).where(
            Conflict.application_id == application.id, Conflict.lifted_at.is_(None)
        )
        wanted = select(Appointment.person_id).where(
            Appointment.role == role, Appointment.ended_at.is_(None), scope, Appointment.person_id.not_in(conflicted)
        )
    people = (
        select(Person)
        .where(Person.id.in_(wanted), Person.ended_at.is_(None))
        .order_by(Person.name, Person.id)
        .limit(100)
    )
    return list(db.session.scalars(people))
