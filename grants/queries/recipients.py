"""Recipients of mails: the people who see an application in a role at the moment of asking."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import literal, or_, select, union_all

from grants.access.principals import load_principals
from grants.access.visibility import reached
from grants.db import db
from grants.models import Application, Appointment, Assignment, Award, Membership, Person
from workflows.engine.roles import Role

MOST = 100
PAGES = {
    "applications": select(Application.id, Application.id.label("application")),
    "awards": select(Award.id, Award.application_id.label("application")),
    "reviews": select(Assignment.id, Assignment.application_id.label("application")),
}
"""The pages that mails link to, with the application of each."""


def of(application: Application, role: Role) -> list[Person]:
    """The people who see the application in that role now; by name, at most a hundred."""
    if role is Role.APPLICANT:
        wanted = select(Membership.person_id).where(
            Membership.organisation_id == application.organisation_id, Membership.ended_at.is_(None)
        )
    elif role is Role.REVIEWER:
        wanted = select(Assignment.person_id).where(Assignment.application_id == application.id)
    else:
        scope = or_(
            Appointment.call_id == application.call_id,
            Appointment.programme == application.call.programme,
            Appointment.programme.is_(None) & Appointment.call_id.is_(None),
        )
        wanted = select(Appointment.person_id).where(Appointment.role == role, Appointment.ended_at.is_(None), scope)
    people = (
        select(Person)
        .where(Person.id.in_(wanted), Person.ended_at.is_(None))
        .order_by(Person.name, Person.id)
        .limit(MOST)
    )
    return entitled(list(db.session.scalars(people)), application.id, [role])


def entitled(people: Sequence[Person], application: int, roles: Iterable[Role]) -> list[Person]:
    """Those of these people who may be written to about the application in one of the roles, in the same order.

    Asks the filter that decides what a page shows them, with nothing but the role. Three queries for any number.
    """
    held = list(roles)
    asked = [
        select(literal(number)).where(Application.id == application, or_(*(reached(principal, role) for role in held)))
        for number, principal in enumerate(load_principals(people))
    ]
    found = set(db.session.scalars(union_all(*asked))) if asked else set()
    return [person for number, person in enumerate(people) if number in found]


def linked(path: str) -> int | None:
    """The id of the application that this page is about; None if there is none."""
    noun, _, id = path.strip("/").partition("/")
    if noun not in PAGES or not id.isdecimal():
        return None
    rows = PAGES[noun].subquery()
    return db.session.scalar(select(rows.c.application).where(rows.c.id == int(id)))
