"""People, their roles and the calls a role can be limited to."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, func, or_, select, tuple_
from sqlalchemy.orm import joinedload

from grants.access.principals import Principal
from grants.access.visibility import visible
from grants.db import GRANTS_NOW, db
from grants.models import Application, Appointment, Call, Conflict, Membership, Person, SignIn
from grants.models.appointments import IN_FORCE
from grants.queries.search import each, holds, words_of
from workflows.engine.roles import Role
from workflows.forms.values import WHOLE

PAGE = 50


@dataclass(frozen=True, slots=True)
class Listed:
    """A person with the names of their roles and organisations."""

    person: Person
    roles: tuple[str, ...]
    organisations: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Listing:
    """A page of people by name; `after` is the key of the next page, or empty on the last page."""

    rows: tuple[Listed, ...]
    after: str


def listing(principal: Principal, *, words: str = "", after: str = "") -> Listing:
    """Fifty people by name whose name or address contains each of the words, in three queries."""
    wanted = (
        select(Person).where(visible(Person, principal)).order_by(func.plain(Person.name), Person.id).limit(PAGE + 1)
    )
    if sought := words_of(words):
        wanted = wanted.where(each(sought, holds_words))
    name, _, id = after.rpartition(":")
    if WHOLE.fullmatch(id):
        wanted = wanted.where(tuple_(func.plain(Person.name), Person.id) > tuple_(name, int(id)))
    people = list(db.session.scalars(wanted))
    page, more = people[:PAGE], people[PAGE:]
    last = db.session.execute(select(func.plain(page[-1].name))).scalar_one() if more else ""
    return Listing(tuple(_listed(page, principal)), f"{last}:{page[-1].id}" if more else "")


def holds_words(word: str) -> ColumnElement[bool]:
    """Match the word in name or email address."""
    return or_(holds(func.plain(Person.name), word), holds(func.plain(Person.email), word))


def _listed(people: list[Person], principal: Principal) -> list[Listed]:
    ids = [person.id for person in people]
    held = db.session.execute(
        select(Appointment.person_id, Appointment.role)
        .distinct()
        .where(Appointment.person_id.in_(ids), IN_FORCE, visible(Appointment, principal))
        .order_by(Appointment.role)
    ).all()
    joined = db.session.scalars(
        select(Membership)
        .options(joinedload(Membership.organisation))
        .where(Membership.person_id.in_(ids), Membership.ended_at.is_(None))
        .order_by(Membership.id)
    ).all()
    return [
        Listed(
            person,
            tuple(role for id, role in held if id == person.id),
            tuple(m.organisation.name for m in joined if m.person_id == person.id),
        )
        for person in people
    ]


def appointments(person: Person, principal: Principal) -> list[Appointment]:
    """The roles that a person holds now, as far as the principal may see them."""
    return list(
        db.session.scalars(
            select(Appointment)
            .where(Appointment.person_id == person.id, IN_FORCE, visible(Appointment, principal))
            .order_by(Appointment.role, Appointment.id)
        )
    )


def held(person: Person) -> list[Appointment]:
    """All roles of a person that have not ended, also those that are over and wait for the clock; for commands."""
    wanted = select(Appointment).where(Appointment.person_id == person.id, Appointment.ended_at.is_(None))
    return list(db.session.scalars(wanted.order_by(Appointment.role, Appointment.id)))


def at(address: str) -> Person | None:
    """The person with this email address, also if the account has ended."""
    return db.session.scalars(select(Person).where(Person.email == address.strip().lower())).first()


def hashed_as(sha256: str) -> Person | None:
    """The person whose email address has this hash, unless the account has ended."""
    found = select(Person).where(func.address_hash(Person.email) == sha256, Person.ended_at.is_(None))
    return db.session.scalars(found).first()


def everyone() -> list[tuple[Person, list[Appointment]]]:
    """All people by address, each with the roles they hold now, for commands of an operator; two queries."""
    roles = defaultdict(list)
    current = select(Appointment).where(IN_FORCE).order_by(Appointment.role, Appointment.id)
    for appointment in db.session.scalars(current):
        roles[appointment.person_id].append(appointment)
    return [(one, roles[one.id]) for one in db.session.scalars(select(Person).order_by(Person.email))]


def has_administrator() -> bool:
    """Whether an administrator without a limit has an account that has not ended."""
    wanted = select(Appointment.id).join(Person, Person.id == Appointment.person_id)
    unlimited = (Appointment.programme.is_(None), Appointment.call_id.is_(None))
    current = (IN_FORCE, Person.ended_at.is_(None))
    return (
        db.session.scalar(select(wanted.where(Appointment.role == Role.ADMINISTRATOR, *unlimited, *current).exists()))
        is True
    )


def alone_in(person: Person) -> frozenset[str]:
    """The roles that the person holds and nobody else with an open account does, wherever it applies."""
    others = (
        select(Appointment.role)
        .join(Person, Person.id == Appointment.person_id)
        .where(Appointment.person_id != person.id, IN_FORCE, Person.ended_at.is_(None))
    )
    own = (Appointment.person_id == person.id, IN_FORCE)
    return frozenset(db.session.scalars(select(Appointment.role).where(*own, Appointment.role.not_in(others))))


def memberships(person: Person) -> list[Membership]:
    """The organisations that a person acts for now."""
    return list(
        db.session.scalars(
            select(Membership)
            .options(joinedload(Membership.organisation))
            .where(Membership.person_id == person.id, Membership.ended_at.is_(None))
            .order_by(Membership.id)
        )
    )


def sign_ins(person: Person) -> list[SignIn]:
    """The sessions of a person, latest first, at most twenty."""
    running = (SignIn.person_id == person.id, SignIn.ends_at > GRANTS_NOW, SignIn.idle_ends_at > GRANTS_NOW)
    return list(
        db.session.scalars(
            select(SignIn).where(*running).order_by(SignIn.used_at.desc(), SignIn.token_sha256).limit(20)
        )
    )


def titles(calls: Iterable[int]) -> list[tuple[int, str]]:
    """These calls by id and title, also those that the reader cannot open."""
    wanted = select(Call.id, Call.title).where(Call.id.in_(calls)).order_by(Call.id)
    return [(id, title) for id, title in db.session.execute(wanted)]


def calls(principal: Principal) -> list[tuple[int, str]]:
    """The newest hundred calls by id and title to which the principal may limit a role."""
    wanted = select(Call.id, Call.title).order_by(Call.id.desc()).limit(100)
    if not principal.covers_everything(Role.ADMINISTRATOR):
        wanted = wanted.where(Call.id.in_(principal.calls.get(Role.ADMINISTRATOR) or ()))
    return list(db.session.execute(wanted))


def covering(call: Call) -> ColumnElement[bool]:
    """Current appointments that cover the call."""
    return and_(IN_FORCE, scoped_over(call))


def scoped_over(call: Call) -> ColumnElement[bool]:
    """Appointments that cover the call, or did before they ended."""
    return _scoped_over(call.id, call.programme)


def _scoped_over(call_id: Any, programme: Any) -> ColumnElement[bool]:
    everywhere = and_(Appointment.programme.is_(None), Appointment.call_id.is_(None))
    return or_(Appointment.call_id == call_id, Appointment.programme == programme, everywhere)


def covers_call(call: Call, *, programme: str | None, call_id: int | None) -> bool:
    """Whether a role with this limit covers the call; one without a limit covers every call."""
    return call.id == call_id if call_id is not None else programme in (None, call.programme)


JUDGING = (
    select(Appointment.role, Appointment.person_id)
    .join(Person, Person.id == Appointment.person_id)
    .where(
        IN_FORCE,
        _scoped_over(bindparam("call"), bindparam("programme")),
        Person.ended_at.is_(None),
        Appointment.person_id.not_in(
            select(Conflict.person_id).where(
                Conflict.application_id == bindparam("application"), Conflict.lifted_at.is_(None)
            )
        ),
    )
)


def judging(application: Application) -> Mapping[Role, frozenset[int]]:
    """The ids of the people in each role of its call, without those with a conflict of interest on the application."""
    found: dict[Role, set[int]] = defaultdict(set)
    call = application.call
    asked = {"application": application.id, "call": call.id, "programme": call.programme}
    for role, person in db.session.execute(JUDGING, asked):
        found[Role(role)].add(person)
    return {role: frozenset(people) for role, people in found.items()}
