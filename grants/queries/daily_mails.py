"""Daily emails that are due, and what is in one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlalchemy import String, cast, func, literal, select
from sqlalchemy.orm import joinedload

from grants.db import GRANTS_NOW, db, now
from grants.models import Application, ClockFailure, CollectedMail, DailyMail, Organisation, Person
from grants.queries.failures import DAILY

MOST = 100_000
"""The most people whose waiting mails one tick of the clock looks at."""


@dataclass(frozen=True, slots=True)
class Due:
    """A daily email that is due. day: in the time zone of the person."""

    person: int
    day: date

    @property
    def task(self) -> str:
        """The key under which a failure to order it is recorded."""
        return f"{DAILY}{self.person}"


def due(hour: int, *, only: int | None = None) -> list[Due]:
    """The daily emails that are due, those of the longest waiting mails first; those that are parked left out.

    hour: of the day in the time zone of each person. only: that of this person, parked or not.
    """
    newest = select(func.max(DailyMail.day)).where(DailyMail.person_id == Person.id).scalar_subquery()
    waiting = (
        select(Person.id, Person.timezone, func.min(CollectedMail.collected_at), newest)
        .join(CollectedMail, CollectedMail.person_id == Person.id)
        .where(CollectedMail.daily_mail_id.is_(None))
        .group_by(Person.id)
        .order_by(func.min(CollectedMail.collected_at), Person.id)
        .limit(MOST)
    )
    key = func.concat(literal(DAILY), cast(Person.id, String))
    parked = select(ClockFailure.id).where(ClockFailure.task == key, ClockFailure.next_at > GRANTS_NOW).exists()
    waiting = waiting.where(~parked) if only is None else waiting.where(Person.id == only)
    at, found = now(), list[Due]()
    for person, zone, since, last in db.session.execute(waiting):
        began, day = newest_hour(at, zone, hour)
        if since <= began and (last is None or last < day):
            found.append(Due(person, day))
    return found


def newest_hour(at: datetime, zone: str, hour: int) -> tuple[datetime, date]:
    """The newest instant, up to `at`, at which it was this hour in the time zone, and its day there.

    An unknown time zone counts as UTC, so that the mails of its person are sent.
    """
    try:
        there = ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        there = ZoneInfo("UTC")
    day = at.astimezone(there).date()
    began = datetime.combine(day, time(hour), tzinfo=there).astimezone(UTC)
    if began > at:
        day -= timedelta(days=1)
        began = datetime.combine(day, time(hour), tzinfo=there).astimezone(UTC)
    return began, day


def waiting() -> set[str]:
    """The keys of the failures of daily emails that are still to be ordered."""
    failed = select(ClockFailure.task).where(ClockFailure.task.startswith(DAILY, autoescape=True))
    key = func.concat(literal(DAILY), cast(CollectedMail.person_id, String))
    return set(db.session.scalars(select(key).where(key.in_(failed), CollectedMail.daily_mail_id.is_(None))))


def collected(daily_mail: int) -> list[CollectedMail]:
    """The mails of a daily email, oldest first, without those that were left out."""
    wanted = select(CollectedMail).where(CollectedMail.daily_mail_id == daily_mail, CollectedMail.left_out == "")
    return list(db.session.scalars(wanted.order_by(CollectedMail.id)))


def applications(ids: list[int]) -> dict[int, Application]:
    """The applications that the mails of a daily email are about, by id; who may see each was asked for each mail."""
    wanted = select(Application).where(Application.id.in_(ids)).options(joinedload(Application.call))
    return {one.id: one for one in db.session.scalars(wanted)}


def organisations(ids: list[int]) -> dict[int, str]:
    """The names of the organisations that the mails of a daily email are about, by id."""
    wanted = select(Organisation.id, Organisation.name).where(Organisation.id.in_(ids))
    return {row.id: row.name for row in db.session.execute(wanted)}
