"""Status of applications: dates of their steps, progress of the reviews, and their award. One query for all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    BindParameter,
    DateTime,
    Integer,
    Text,
    and_,
    bindparam,
    cast,
    func,
    literal,
    null,
    select,
    union_all,
)

from grants.db import db
from grants.models import Agreement, Application, Assignment, Award, Event, MoreTime, Report


@dataclass(slots=True)
class Status:
    """Facts about one application.

    reached: when each step was last reached. reviews: number per state, in the current stage. review_due: the latest
    due date of open reviews. award_id, agreement (its step) and starts_on (of the project): None before the award.
    received: reports that wait for the staff, each with the time it was received. more_time_until: the deadline that
    the applicant alone has in the call.
    """

    reached: dict[str, datetime] = field(default_factory=dict)
    reviews: dict[str, int] = field(default_factory=dict)
    review_due: datetime | None = None
    award_id: int | None = None
    agreement: str | None = None
    starts_on: date | None = None
    received: list[tuple[str, datetime]] = field(default_factory=list)
    more_time_until: datetime | None = None

    @property
    def reviewing(self) -> int:
        """How many reviewers are invited and have not dropped out, whether or not they have submitted."""
        return sum(self.reviews.get(state, 0) for state in ("asked", "ready", "sent"))


def of(applications: Sequence[Application]) -> dict[int, Status]:
    """The status facts by application id. The caller checks whether the reader may see the applications."""
    found = {application.id: Status() for application in applications}
    if found:
        for id, kind, key, at, number in db.session.execute(STATEMENT, {"ids": list(found)}):
            _fill(found[id], kind, key, at, number)
    return found


def _columns(application: Any, kind: str, key: Any, at: Any, number: Any) -> tuple[Any, ...]:
    return (
        application.label("application_id"),
        literal(kind, Text).label("kind"),
        cast(key, Text).label("key"),
        cast(at, DateTime(timezone=True)).label("at"),
        cast(number, Integer).label("number"),
    )


def _parts() -> list[Any]:
    ids: BindParameter[Any] = bindparam("ids", expanding=True)
    steps = (
        select(*_columns(Event.subject_id, "step", Event.step_to, func.max(Event.at), null()))
        .where(
            Event.subject == "application",
            Event.subject_id.in_(ids),
            Event.about == "application",
            Event.step_to.is_not(None),
        )
        .group_by(Event.subject_id, Event.step_to)
    )
    reviews = (
        select(
            *_columns(Assignment.application_id, "review", Assignment.step, func.max(Assignment.due_on), func.count())
        )
        .join(Application, Application.id == Assignment.application_id)
        .where(Assignment.application_id.in_(ids), Assignment.stage == Application.stage)
        .group_by(Assignment.application_id, Assignment.step)
    )
    awards = (
        select(*_columns(Award.application_id, "award", Agreement.step, Award.starts_on, Award.id))
        .join(Agreement, Agreement.award_id == Award.id)
        .where(Award.application_id.in_(ids))
    )
    received = (
        select(*_columns(Award.application_id, "received", Report.title, Report.step_at, Report.id))
        .join(Award, Award.id == Report.award_id)
        .where(Award.application_id.in_(ids), Report.step == "received")
    )
    more_time = (
        select(*_columns(Application.id, "more_time", null(), func.max(MoreTime.until), null()))
        .join(
            MoreTime,
            and_(MoreTime.call_id == Application.call_id, MoreTime.organisation_id == Application.organisation_id),
        )
        .where(Application.id.in_(ids), Application.step == "draft")
        .group_by(Application.id)
    )
    return [steps, reviews, awards, received, more_time]


STATEMENT = union_all(*_parts())
"""It is composed once, because building it takes longer than running it."""


def _fill(row: Status, kind: str, key: str, at: datetime | None, number: int | None) -> None:
    if kind == "review":
        row.reviews[key] = number or 0
        if key in ("asked", "ready") and at is not None:
            row.review_due = max(at, row.review_due or at)
    elif kind == "award":
        row.award_id, row.agreement, row.starts_on = number, key, at.date() if at else None
    elif kind == "more_time":
        row.more_time_until = at
    elif at is not None and kind == "received":
        row.received.append((key, at))
    elif at is not None:
        row.reached[key] = at
