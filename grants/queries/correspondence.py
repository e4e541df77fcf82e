"""Messages and internal notes of an application, their readers, and what became of their mails."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Text, and_, cast, exists, or_, select
from sqlalchemy.orm import aliased, joinedload

from grants.access.principals import Principal
from grants.access.visibility import visible
from grants.db import Side, cached_for_page, db
from grants.models import (
    Application,
    Appointment,
    Award,
    Conflict,
    Correspondence,
    Involvement,
    Membership,
    MessageMail,
    MessageRead,
    Note,
    Outbox,
    Person,
    Report,
)
from grants.models.correspondence import APPLICANT, FOUNDATION
from grants.models.organisations import is_one_with
from grants.queries.persons import covering
from workflows.engine.roles import Role
from workflows.engine.steps import DECIDED

MOST = 200


@dataclass(frozen=True, slots=True)
class Delivery:
    """What became of the mail of a message to one person. state: waiting, sent, unsent or returned; at: since when.

    problem: why it was not sent, or came back.
    """

    name: str
    state: str
    at: datetime
    problem: str = ""


def of(application: Application, principal: Principal) -> list[Correspondence]:
    """The newest two hundred messages that the principal may see, oldest first."""
    wanted = (
        select(Correspondence)
        .where(Correspondence.application_id == application.id, visible(Correspondence, principal))
        .options(joinedload(Correspondence.person))
        .order_by(Correspondence.id.desc())
        .limit(MOST)
    )
    return list(reversed(db.session.scalars(wanted).all()))


def notes(application: Application, principal: Principal) -> list[Note]:
    """The newest two hundred internal notes, newest first.

    Nobody who reviews the application reads them, because they could reveal the other reviews.
    """
    if application.id in principal.reviewing:
        return []
    wanted = (
        select(Note)
        .where(Note.application_id == application.id, visible(Note, principal, (Side.OFFICE,)))
        .options(joinedload(Note.person))
        .order_by(Note.id.desc())
        .limit(MOST)
    )
    return list(db.session.scalars(wanted))


def reads(messages: Sequence[Correspondence]) -> list[MessageRead]:
    """Who has read these messages, in the order in which they did."""
    ids = [message.id for message in messages]
    if not ids:
        return []
    wanted = select(MessageRead).where(MessageRead.message_id.in_(ids)).options(joinedload(MessageRead.person))
    return list(db.session.scalars(wanted.order_by(MessageRead.read_at, MessageRead.person_id)))


def deliveries(messages: Iterable[Correspondence]) -> dict[int, list[Delivery]]:
    """What became of the mails of these messages, by message; of mails of the last three months."""
    ids = [message.id for message in messages]
    found: dict[int, list[Delivery]] = defaultdict(list)
    if not ids:
        return found
    number = Outbox.args["message"].astext
    mail = aliased(MessageMail)
    back = and_(
        mail.message_id == cast(Outbox.args["message"].astext, mail.message_id.type), mail.person_id == Person.id
    )
    back = and_(back, mail.returned_at.is_not(None))
    wanted = (
        select(number, Person.name, Outbox, mail.returned_at, mail.problem)
        .join(Person, cast(Person.id, Text) == Outbox.args["person"].astext)
        .outerjoin(mail, back)
        .where(number.in_([str(id) for id in ids]))
        .order_by(Person.name, Person.id)
    )
    for message, name, row, returned_at, reason in db.session.execute(wanted):
        found[int(message)].append(_delivery(name, row, returned_at, reason))
    return found


def _delivery(name: str, row: Outbox, returned_at: datetime | None, reason: str | None) -> Delivery:
    if returned_at:
        return Delivery(name, "returned", returned_at, reason or "")
    if row.dead_at:
        return Delivery(name, "unsent", row.dead_at, row.problem)
    if row.done_at is None:
        return Delivery(name, "waiting", row.created_at)
    return Delivery(name, "unsent" if row.problem else "sent", row.done_at, row.problem)


def unanswered() -> ColumnElement[bool]:
    """Messages of the applicant without a later one of the Foundation, and not marked as needing no answer."""
    later = aliased(Correspondence)
    answered = exists().where(
        later.application_id == Correspondence.application_id,
        later.side == FOUNDATION,
        later.held_from == "",
        later.id > Correspondence.id,
    )
    settled = exists().where(MessageRead.message_id == Correspondence.id, MessageRead.settled_at.is_not(None))
    return and_(Correspondence.side == APPLICANT, ~answered, ~settled)


def unread(reader: int | None) -> ColumnElement[bool]:
    """Messages of the Foundation that this person has not opened, and nobody of the applicant has answered."""
    later = aliased(Correspondence)
    answered = exists().where(
        later.application_id == Correspondence.application_id,
        later.side == APPLICANT,
        later.held_from == "",
        later.id > Correspondence.id,
    )
    opened = exists().where(MessageRead.message_id == Correspondence.id, MessageRead.person_id == reader)
    return and_(Correspondence.side == FOUNDATION, Correspondence.held_from == "", ~answered, ~opened)


def waiting(messages: Sequence[Correspondence], reads: Sequence[MessageRead]) -> frozenset[int]:
    """The ids of those of these messages, in their order, that `unanswered` finds. reads: of these messages."""
    settled = {row.message_id for row in reads if row.settled_at}
    answered = max((one.id for one in messages if one.side == FOUNDATION and not one.held_from), default=0)
    return frozenset(one.id for one in messages if one.id > answered and one.id not in settled)


def topics(application: Application, principal: Principal) -> dict[str, Award | Report]:
    """What a message can be about beside the application, by `award:<id>` and `report:<id>`; empty before an award."""
    if application.step not in DECIDED:
        return {}
    wanted = (
        select(Award, Report)
        .outerjoin(Report, and_(Report.award_id == Award.id, visible(Report, principal)))
        .where(Award.application_id == application.id, visible(Award, principal))
        .order_by(Report.number)
    )
    found: dict[str, Award | Report] = {}
    for award, report in db.session.execute(wanted):
        found[f"award:{award.id}"] = award
        if report:
            found[f"report:{report.id}"] = report
    return found


@cached_for_page
def officer_of(application: Application) -> Person | None:
    """The officer who is named on the pages of the applicant: the first by name who may be written to about it.

    A draft has one too, although no officer reads it yet. None if nobody has the role.
    """
    apart = or_(
        exists().where(
            Conflict.person_id == Person.id,
            Conflict.application_id == application.id,
            Conflict.lifted_at.is_(None),
        ),
        exists().where(
            Involvement.person_id == Person.id,
            Involvement.application_id.in_(select(Application.id).where(Application.call_id == application.call_id)),
        ),
        exists().where(
            Membership.person_id == Person.id,
            is_one_with(Membership.organisation_id, application.organisation_id),
            Membership.ended_at.is_(None),
        ),
    )
    appointed = exists().where(
        Appointment.person_id == Person.id, Appointment.role == Role.OFFICER, covering(application.call)
    )
    wanted = select(Person).where(appointed, Person.ended_at.is_(None), ~apart).order_by(Person.name, Person.id)
    return db.session.scalars(wanted.limit(1)).first()
