"""The history of a row, as messages."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, select
from sqlalchemy.orm import joinedload

from grants.access.permissions import Permission
from grants.access.principals import Principal, roles_on
from grants.db import cached_for_page, db
from grants.models import Agreement, Application, Batch, Call, Event, Fund, MoreTime
from grants.queries import withheld
from grants.queries.flows import transitions_of
from workflows.engine.message import Message
from workflows.engine.roles import Role
from workflows.flows.agreement import SIGNATURES

MOST = 200
INSIDE = {Role.OFFICER, Role.APPROVER, Role.AUDITOR, Role.FINANCE}


@dataclass(frozen=True, slots=True)
class Happening:
    """One event: the message, the person's name (empty for the clock), role, written texts, and the time.

    account: the address of the person's account, where they signed.
    """

    message: Message
    by: str
    role: str
    words: dict[str, str]
    at: datetime
    key: str
    account: str = ""


@cached_for_page
def of(row: Application | Batch | Call | Fund, principal: Principal) -> list[Happening]:
    """The newest two hundred events of a row, newest first.

    Applicants do not see events that are internal to the staff, and of the texts that staff wrote they see those that
    a mail or a letter tells them. A member of staff who reviews the application and has not submitted their review does
    not see internal events either, because these could reveal the other reviews. The events of a fund name amounts of
    all its calls, so they are shown only to those who may see the whole fund. More time for an applicant is left out of
    the history of a call where an application of that applicant is hidden from the reader.
    """
    if isinstance(row, Fund) and not principal.unlimited(Permission.READ_FUND):
        return []
    table = row.__tablename__
    wanted = (
        select(Event)
        .where(Event.subject == table, Event.subject_id == row.id)
        .options(joinedload(Event.words))
        .order_by(Event.number.desc())
        .limit(MOST)
    )
    if isinstance(row, Call) and (apart := [one for call, one in withheld.of(principal).places if call == row.id]):
        given = select(MoreTime.id).where(MoreTime.call_id == row.id, MoreTime.organisation_id.in_(apart))
        wanted = wanted.where(~and_(Event.about == "more_time", Event.about_id.in_(given)))
    office = bool(roles_on(row, principal) & INSIDE)
    if not office or (isinstance(row, Application) and row.id in principal.reviewing):
        wanted = wanted.where(Event.audience == "all")
    return [_happening(event, office=office) for event in db.session.scalars(wanted).unique()]


def newest(table: str, id: int, key: str, principal: Principal) -> int | None:
    """The id of the newest event with this key about a row, among those of the principal; None without one."""
    about = (Event.about == table, Event.about_id == id, Event.key == key)
    wanted = select(Event.id).where(*about, Event.person_id == principal.id).order_by(Event.id.desc()).limit(1)
    return db.session.scalars(wanted).first()


def newest_at(table: str, id: int, key: str) -> datetime | None:
    """When the newest event with this key about a row happened; None without one."""
    about = (Event.about == table, Event.about_id == id, Event.key == key)
    return db.session.scalar(select(Event.at).where(*about).order_by(Event.id.desc()).limit(1))


def done_by(id: int, principal: Principal) -> Happening | None:
    """An event of the principal, as they know it; None if another person did it, or nobody."""
    wanted = select(Event).where(Event.id == id, Event.person_id == principal.id)
    wanted = wanted.options(joinedload(Event.words), joinedload(Event.person))
    found = db.session.scalars(wanted).unique().first()
    return _happening(found, office=True) if found else None


def _happening(event: Event, *, office: bool) -> Happening:
    """The event as the reader may see it.

    Applicants see the names of people on their own side, but only the roles of people at the Foundation, except of
    who signed.
    """
    signs = event.about == Agreement.__tablename__ and event.key in SIGNATURES
    named = office or signs or event.role == Role.APPLICANT
    by = event.person.name if event.person and named else ""
    account = event.person.email if event.person and signs else ""
    words = {
        w.name: w.words for w in event.words if office or event.role == Role.APPLICANT or _disclosed(event, w.name)
    }
    return Happening(Message.from_json(event.message), by, event.role, words, event.at, event.key, account)


def _disclosed(event: Event, name: str) -> bool:
    """Whether applicants read this text of the Foundation: a field of a transition that says so wherever it exists."""
    rows = transitions_of(event.about, event.key)
    return bool(rows) and all(name in row.disclosed for row in rows)
