"""Reminders that are due: of what is not done, the last one whose day has come and that was not sent."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ARRAY, Date, Integer, Select, and_, cast, exists, func, literal, or_, select

from grants.db import GRANTS_NOW, db
from grants.models import Agreement, Application, Assignment, Award, ClockFailure, Reminder, Report
from grants.queries import time_limits
from grants.queries.applications import drafts
from grants.queries.failures import REMIND
from workflows.deadlines import RETURN_DAYS, SIGNING_DAYS
from workflows.flows.assignment import OPEN
from workflows.mails.reminders import SCHEDULES, Kind

MOST = 500


@dataclass(frozen=True, slots=True)
class Due:
    """A reminder that is due. about: the id of the row. days: before the day that it is due if negative, else after."""

    kind: Kind
    application: int
    about: int
    day: date
    days: int

    @property
    def task(self) -> str:
        """The key under which a failure to send it is recorded."""
        return f"{REMIND}{self.kind}"


def due(*, only: tuple[Kind, int] | None = None) -> list[Due]:
    """Every reminder that is due, at most MOST of each kind, the earliest day first; those that are parked left out.

    only: of this kind about the row with this id.
    """
    kinds = [only[0]] if only else list(Kind)
    return [Due(kind, *row) for kind in kinds for row in db.session.execute(_due(kind, only[1] if only else None))]


def _due(kind: Kind, about: int | None) -> Select[Any]:
    open_ = SOURCES[kind]().subquery("open")
    days = func.unnest(literal(list(SCHEDULES[kind].days), ARRAY(Integer))).column_valued("days")
    come = and_(func.isfinite(open_.c.day), open_.c.day + days <= _TODAY, open_.c.day + days > open_.c.since)
    newest = select(func.max(days)).where(come, or_(days > 0, open_.c.day >= _TODAY)).correlate(open_).scalar_subquery()
    last = select(open_, newest.label("days")).subquery("last")
    sent = exists().where(
        Reminder.kind == kind,
        Reminder.about_id == last.c.about,
        Reminder.due_on == last.c.day,
        Reminder.days == last.c.days,
    )
    parked = exists().where(
        ClockFailure.application_id == last.c.application,
        ClockFailure.task == f"{REMIND}{kind}",
        ClockFailure.next_at > GRANTS_NOW,
    )
    wanted = select(last.c.application, last.c.about, last.c.day, last.c.days).where(last.c.days.is_not(None), ~sent)
    wanted = wanted.where(~parked) if about is None else wanted.where(last.c.about == about)
    return wanted.order_by(last.c.day, last.c.about).limit(MOST)


def _on(instant: Any) -> Any:
    """The day of an instant, in UTC."""
    return cast(func.timezone("UTC", instant), Date)


_TODAY = _on(GRANTS_NOW)


def _open(application: Any, about: Any, day: Any, since: Any) -> Select[Any]:
    """Rows that are not done. day: by when. since: they are open; reminders of earlier days are not sent."""
    return select(application.label("application"), about.label("about"), day.label("day"), since.label("since"))


def _drafts() -> Select[Any]:
    found = _open(Application.id, Application.id, _on(drafts.UNTIL), _on(Application.step_at)).join(Application.call)
    return found.where(Application.step == "draft", drafts.UNTIL.is_not(None), drafts.OPEN)


def _answers() -> Select[Any]:
    ends_at = time_limits.ends_at(time_limits.hours("question"))
    found = _open(Application.id, Application.id, _on(ends_at), _on(Application.step_at)).join(Application.call)
    return found.where(Application.step == "question", ends_at.is_not(None), ends_at >= GRANTS_NOW)


def _reviews() -> Select[Any]:
    found = _open(Assignment.application_id, Assignment.id, Assignment.due_on, _on(Assignment.assigned_at))
    return found.where(Assignment.step.in_(OPEN))


def _signatures() -> Select[Any]:
    day = _on(Award.made_at) + SIGNING_DAYS
    found = _open(Award.application_id, Award.id, day, _on(Award.made_at)).join(Agreement)
    return found.where(Agreement.step == "to_sign")


def _conditions() -> Select[Any]:
    found = _open(Award.application_id, Award.id, Award.starts_on, _on(Agreement.step_at)).join(Agreement)
    return found.where(Agreement.step == "signed", Award.conditions != "", Award.met_at.is_(None))


def _reports() -> Select[Any]:
    since = _on(func.greatest(Agreement.step_at, Report.step_at))
    found = _open(Award.application_id, Report.id, Report.due_on, since).select_from(Report)
    found = found.join(Award, Award.id == Report.award_id).join(Agreement, Agreement.award_id == Award.id)
    return found.where(Report.step == "due", Agreement.step == "signed")


def _repayments() -> Select[Any]:
    found = _open(Award.application_id, Award.id, Award.back_by, Award.back_by - RETURN_DAYS)
    return found.where(Award.unused > 0)


SOURCES: dict[Kind, Callable[[], Select[Any]]] = {
    Kind.DRAFT: _drafts,
    Kind.ANSWER: _answers,
    Kind.REVIEW: _reviews,
    Kind.SIGNATURE: _signatures,
    Kind.CONDITION: _conditions,
    Kind.REPORT: _reports,
    Kind.REPAYMENT: _repayments,
}
