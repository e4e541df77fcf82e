"""What somebody must do next: one question for all their roles, soonest first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, cast, func, literal, null, or_, select, union_all
from sqlalchemy.types import Date, Text

from grants.access import Who, seen
from grants.db import GRANTS_NOW, Side, db
from grants.models import (
    Agreement,
    Application,
    Assignment,
    Award,
    Batch,
    Call,
    Fund,
    Instalment,
    Organisation,
    Report,
)
from grants.queries import batches
from workflows.roles import Role

MOST = 100
REPORT_AHEAD_DAYS = 60


@dataclass(frozen=True, slots=True)
class Duty:
    """One thing to do. kind says what; id is the row to open; due_on None means no day is set."""

    kind: str
    id: int
    title: str
    party: str
    due_on: date | None


def duties(who: Who) -> list[Duty]:
    """Everything somebody must do now, soonest first, a hundred at most."""
    parts = _parts(who)
    if not parts:
        return []
    whole = union_all(*(part.limit(MOST) for part in parts)).subquery()
    rows = db.session.execute(select(whole).order_by(whole.c.due_on.nulls_last(), whole.c.id, whole.c.kind).limit(MOST))
    return [Duty(*row) for row in rows]


def count(who: Who) -> int:
    """How many there are, a hundred at most."""
    if not (parts := _parts(who)):
        return 0
    whole = union_all(*(part.order_by(None).limit(MOST) for part in parts)).subquery()
    return min(db.session.scalar(select(func.count()).select_from(whole)) or 0, MOST)


def sides(who: Who) -> list[str]:
    """The organisations somebody acts for, by name."""
    if not who.organisations:
        return []
    return list(
        db.session.scalars(
            select(Organisation.name).where(Organisation.id.in_(who.organisations)).order_by(Organisation.sort_key)
        )
    )


def _parts(who: Who) -> list[Select[Any]]:
    parts: list[Select[Any]] = []
    if who.organisations:
        mine = Application.organisation_id.in_(who.organisations)
        parts += [*_to_write(mine), *_to_account_for(mine)]
    if who.reviews:
        parts.append(_reviewer(who))
    for role, steps in DECIDING.items():
        if role in who.calls:
            parts += [_at(step, who, role) for step in steps]
    if Role.OFFICER in who.calls:
        parts += [_countersign(who), _received(who)]
    if Role.FINANCE in who.calls:
        parts += _finance(who)
    return parts


DECIDING = {Role.OFFICER: ("triage", "checks", "panel"), Role.APPROVER: ("decision",)}
"""The steps at which an application waits for a role."""


def _columns(kind: Any, id: Any, title: Any, party: Any, due: Any) -> tuple[Any, ...]:
    return (
        cast(kind, Text).label("kind"),
        id.label("id"),
        title.label("title"),
        party.label("party"),
        cast(due, Date).label("due_on"),
    )


def _hours(*names: str) -> Any:
    """The first number of a call's clock that is set: `name_hours`, or `name_days` in hours."""
    clock = Call.rules["clock"]
    numbers = ((clock[f"{name}_hours"].as_integer(), clock[f"{name}_days"].as_integer() * 24) for name in names)
    return func.coalesce(*(number for pair in numbers for number in pair))


def _day(hours: Any) -> Any:
    """The day a step is due: so many hours after it was reached."""
    return func.date(Application.step_at + func.make_interval(0, 0, 0, 0, hours))


CLOCKS = select(Call.id, _hours("triage", "decision").label("hours")).cte("clocks").prefix_with("MATERIALIZED")
"""The rules of a call are long: they are unpacked once for each call, not once for each application."""


def _to_write(mine: ColumnElement[bool]) -> list[Select[Any]]:
    """The applicant's drafts and the questions put to them."""
    written = select(
        *_columns(
            Application.step,
            Application.id,
            Application.title,
            Call.title,
            func.coalesce(Application.invited_until, Call.closes_at),
        )
    )
    drafts = written.join(Call).where(mine, Application.step == "draft", Call.step == "open").order_by(Application.id)
    questions = (
        select(
            *_columns(
                literal("question"),
                Application.id,
                Application.title,
                Call.title,
                _day(_hours("question")),
            )
        )
        .join(Call)
        .where(mine, Application.step == "question")
        .order_by(Application.id)
    )
    return [drafts, questions]


def _to_account_for(mine: ColumnElement[bool]) -> list[Select[Any]]:
    """The grantee's agreements to sign, the reports that fall due soon, and those that were sent back."""
    sign = (
        select(*_columns(literal("sign"), Award.id, Application.title, Award.number, null()))
        .join(Award, Award.application_id == Application.id)
        .join(Agreement)
        .where(mine, Agreement.step == "to_sign")
        .order_by(Award.id)
    )
    soon = Report.due_on <= func.date(GRANTS_NOW) + REPORT_AHEAD_DAYS
    reports = (
        select(*_columns(literal("report"), Report.id, Application.title, Report.title, Report.due_on))
        .join(Award, Award.id == Report.award_id)
        .join(Application, Application.id == Award.application_id)
        .join(Agreement, Agreement.award_id == Award.id)
        .where(mine, Report.step == "due", or_(soon, Report.sent_at.is_not(None)), Agreement.step == "signed")
        .order_by(Report.due_on, Report.id)
    )
    return [sign, reports]


def _reviewer(who: Who) -> Select[Any]:
    return (
        select(*_columns(Assignment.state, Assignment.id, Application.title, Organisation.name, Assignment.due_on))
        .join(Application, Application.id == Assignment.application_id)
        .join(Organisation, Organisation.id == Application.organisation_id)
        .where(
            Assignment.person_id == who.id,
            Assignment.state.in_(("asked", "ready")),
            Application.step == "review",
            Application.stage == Assignment.stage,
            Application.id.not_in(who.conflicts),
        )
        .order_by(Assignment.due_on, Assignment.id)
    )


def _at(step: str, who: Who, role: Role) -> Select[Any]:
    """What waits at one step for a role, in the order of the index of steps: no more is read than is shown."""
    hours = select(CLOCKS.c.hours).where(CLOCKS.c.id == Application.call_id).scalar_subquery()
    return (
        select(*_columns(Application.step, Application.id, Application.title, Organisation.name, _day(hours)))
        .join(Organisation, Organisation.id == Application.organisation_id)
        .where(_covered(who, role), Application.step == step, seen(Application, who, (Side.OFFICE,)))
        .order_by(Application.step_at, Application.id)
    )


def _covered(who: Who, role: Role) -> Any:
    covered = who.calls[role]
    return Application.id.is_not(None) if covered is None else Application.call_id.in_(covered)


def _countersign(who: Who) -> Select[Any]:
    return (
        select(*_columns(literal("countersign"), Award.id, Application.title, Award.number, null()))
        .join(Award, Award.application_id == Application.id)
        .join(Agreement)
        .where(_covered(who, Role.OFFICER), Agreement.step == "countersign", seen(Application, who, (Side.OFFICE,)))
        .order_by(Award.id)
    )


def _received(who: Who) -> Select[Any]:
    return (
        select(
            *_columns(literal("received"), Report.id, Application.title, Report.title, func.date(Report.step_at) + 21)
        )
        .join(Award, Award.id == Report.award_id)
        .join(Application, Application.id == Award.application_id)
        .where(_covered(who, Role.OFFICER), Report.step == "received", seen(Application, who, (Side.OFFICE,)))
        .order_by(Report.step_at, Report.id)
    )


def _finance(who: Who) -> list[Select[Any]]:
    payable = (
        select(*_columns(literal("payable"), Fund.id, Fund.title, cast(func.count(), Text), null()))
        .join(Call, Call.fund_id == Fund.id)
        .join(Application, Application.call_id == Call.id)
        .join(Award, Award.application_id == Application.id)
        .join(Instalment, Instalment.award_id == Award.id)
        .where(*batches.waiting(who))
        .group_by(Fund.id, Fund.title)
        .order_by(Fund.id)
    )
    theirs = and_(Batch.step.in_(("prepared", "approved", "released")), seen(Batch, who))
    not_mine = func.coalesce(Batch.prepared_by, 0) != who.id
    not_mine_either = func.coalesce(Batch.approved_by, 0) != who.id
    on_its_way = (
        select(*_columns(literal("batch_") + Batch.step, Batch.id, Batch.number, Fund.title, null()))
        .join(Fund)
        .where(theirs, not_mine, not_mine_either)
        .order_by(Batch.id)
    )
    return [payable, on_its_way]
