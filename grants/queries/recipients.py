"""Recipients of mails: the people who see an application in a role, or hold the role, at the moment of asking."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from sqlalchemy import Select, func, literal, or_, select, union_all

from grants.access.principals import load_principals
from grants.access.visibility import reached
from grants.db import db
from grants.models import Application, Appointment, Assignment, Award, Call, Membership, Person
from grants.models.appointments import IN_FORCE
from grants.models.organisations import is_one_with
from workflows.engine.roles import Role

MOST = 100
TOGETHER = 1_000
"""The most people whose filters are asked in one query: each has a filter of their own."""
PAGES = {
    "applications": select(Application.id, Application.id.label("application")),
    "awards": select(Award.id, Award.application_id.label("application")),
    "reviews": select(Assignment.id, Assignment.application_id.label("application")),
}
"""The pages that mails link to, with the application of each."""


def of(application: Application, role: Role) -> list[Person]:
    """The people who see the application in that role now; by name, at most a hundred."""
    return of_each([(application, role)])[application.id, role]


def contact(application: Application) -> Person | None:
    """The officer whom letters and mails to the applicant name: the first by name; None if nobody sees it."""
    return next(iter(of(application, Role.OFFICER)), None)


def contact_of(call: Call) -> Person | None:
    """The officer of a call who answers questions: the first by name; None without one."""
    scope = or_(
        Appointment.call_id == call.id,
        Appointment.programme == call.programme,
        Appointment.programme.is_(None) & Appointment.call_id.is_(None),
    )
    held = select(Appointment.person_id).where(Appointment.role == Role.OFFICER, IN_FORCE, scope)
    wanted = select(Person).where(Person.id.in_(held), Person.ended_at.is_(None))
    return db.session.scalars(wanted.order_by(Person.name, Person.id).limit(1)).first()


def everywhere(role: Role) -> list[Person]:
    """The people who have the role for everything now; by name, at most a hundred."""
    held = select(Appointment.person_id).where(
        Appointment.role == role,
        IN_FORCE,
        Appointment.programme.is_(None),
        Appointment.call_id.is_(None),
    )
    wanted = select(Person).where(Person.id.in_(held), Person.ended_at.is_(None))
    return list(db.session.scalars(wanted.order_by(Person.name, Person.id).limit(MOST)))


def members(organisation_id: int) -> list[Person]:
    """The people who act for the organisation now; by name, at most a hundred."""
    acting = select(Membership.person_id).where(
        is_one_with(Membership.organisation_id, organisation_id), Membership.ended_at.is_(None)
    )
    wanted = select(Person).where(Person.id.in_(acting), Person.ended_at.is_(None))
    return list(db.session.scalars(wanted.order_by(Person.name, Person.id).limit(MOST)))


def of_each(wanted: Iterable[tuple[Application, Role]]) -> dict[tuple[int, Role], list[Person]]:
    """The people who see each of these applications in that role now, by application id and role.

    By name, at most a hundred for each. Three queries and one for each role, for any number of applications.
    """
    roles: dict[Role, set[int]] = defaultdict(set)
    found: dict[tuple[int, Role], list[Person]] = {}
    for application, role in wanted:
        roles[role].add(application.id)
        found[application.id, role] = []
    people: dict[int, Person] = {}
    asked: list[tuple[int, int, Role]] = []
    for role, applications in roles.items():
        for about, person in db.session.execute(_candidates(applications, role)):
            people[person.id] = person
            asked.append((person.id, about, role))
    entitled_to = shown(people.values(), asked)
    for one in asked:
        if one in entitled_to:
            id, about, role = one
            found[about, role].append(people[id])
    return found


def _candidates(applications: Iterable[int], role: Role) -> Select[int, Person]:
    """Each of the applications with the people who have the role there, by name, at most a hundred for each."""
    if role is Role.APPLICANT:
        ties = select(Application.id, Membership.person_id).join(
            Membership, is_one_with(Membership.organisation_id, Application.organisation_id)
        )
        ties = ties.where(Membership.ended_at.is_(None))
    elif role is Role.REVIEWER:
        ties = select(Application.id, Assignment.person_id).join(Assignment)
    else:
        scope = or_(
            Appointment.call_id == Application.call_id,
            Appointment.programme == Call.programme,
            Appointment.programme.is_(None) & Appointment.call_id.is_(None),
        )
        ties = select(Application.id, Appointment.person_id).join(Application.call).join(Appointment, scope)
        ties = ties.where(Appointment.role == role, IN_FORCE)
    tie = ties.where(Application.id.in_(applications)).distinct().subquery("tie")
    place = func.row_number().over(partition_by=tie.c.id, order_by=(Person.name, Person.id)).label("place")
    ranked = (
        select(tie.c.id.label("application"), Person.id.label("person"), place)
        .join(Person, Person.id == tie.c.person_id)
        .where(Person.ended_at.is_(None))
        .subquery("ranked")
    )
    return (
        select(ranked.c.application, Person)
        .join(Person, Person.id == ranked.c.person)
        .where(ranked.c.place <= MOST)
        .order_by(ranked.c.application, ranked.c.place)
    )


def entitled(people: Sequence[Person], application: int, roles: Iterable[Role]) -> list[Person]:
    """Those of these people who may be written to about the application in one of the roles, in the same order.

    Three queries for any number.
    """
    asked = [(person.id, application, role) for role in roles for person in people]
    found = {person for person, _, _ in shown(people, asked)}
    return [person for person in people if person.id in found]


def shown(people: Iterable[Person], asked: Iterable[tuple[int, int, Role]]) -> set[tuple[int, int, Role]]:
    """Those of these (person, application, role) where the person may be written to about the application in the role.

    Asks the filter that decides what a page shows them, with nothing but the role. Three queries for a thousand people.
    """
    wanted: dict[tuple[int, Role], set[int]] = defaultdict(set)
    for person, application, role in asked:
        wanted[person, role].add(application)
    if not wanted:
        return set()
    principals = {principal.id: principal for principal in load_principals(people)}
    numbered = [one for one in wanted if one[0] in principals]
    parts = [
        select(literal(number), Application.id).where(
            Application.id.in_(wanted[person, role]), reached(principals[person], role)
        )
        for number, (person, role) in enumerate(numbered)
    ]
    found = set()
    for first in range(0, len(parts), TOGETHER):
        for number, application in db.session.execute(union_all(*parts[first : first + TOGETHER])):
            person, role = numbered[number]
            found.add((person, application, role))
    return found


def linked(path: str) -> int | None:
    """The id of the application that this page is about; None if there is none."""
    noun, _, id = path.strip("/").partition("/")
    if noun not in PAGES or not id.isdecimal():
        return None
    rows = PAGES[noun].subquery()
    return db.session.scalar(select(rows.c.application).where(rows.c.id == int(id)))
