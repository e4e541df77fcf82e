"""Tasks of officers and approvers: one inbox query for each kind."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Integer, Select, and_, case, exists, func, literal, null, or_, select, tuple_

from grants.access import Who, seen
from grants.db import GRANTS_NOW, Side
from grants.models import (
    Agreement,
    Application,
    Assignment,
    Award,
    Call,
    Check,
    Fund,
    Organisation,
    Recommendation,
    Report,
)
from grants.queries.duty import columns, day, hours
from workflows.duties import READ_WITHIN_DAYS, SIGN_WITHIN_DAYS
from workflows.programmes import programmes
from workflows.roles import Role
from workflows.rules.decisions import not_checked_by_me

AT_WORK = ("asked", "ready", "sent")

CLOCKS = (
    select(Call.id, hours("triage", "decision").label("hours"), hours("review").label("review"))
    .cte("clocks")
    .prefix_with("MATERIALIZED")
)
"""The time limits of each call.

The rules of a call are long: they are unpacked once per call, not once per application.
"""


def _needs() -> Any:
    stage = func.jsonb_array_elements(Call.rules["stages"]).table_valued("value", joins_implicitly=True)
    key, reviews = stage.c.value.op("->>")("key"), stage.c.value.op("->>")("reviews")
    wanted = select(
        Call.id.label("call_id"),
        Call.programme,
        key.label("stage"),
        reviews.cast(Integer).label("reviews"),
    )
    return wanted.select_from(Call, stage).cte("needs").prefix_with("MATERIALIZED")


NEEDS = _needs()
"""The number of reviews that each stage of each call needs."""


def parts(who: Who) -> list[Select[Any]]:
    """One query for each kind of task that the person's roles have."""
    found: list[Select[Any]] = []
    if Role.OFFICER in who.calls:
        found += [_at(step, who, Role.OFFICER) for step in ("triage", "checks")]
        found += [_at("panel", who, Role.OFFICER).where(~_checked_by(who)), _reviews(who)]
        found += [_received(who), _conditions(who), _to_close(who), _to_open(who)]
    if Role.APPROVER in who.calls:
        found.append(_at("decision", who, Role.APPROVER).where(~_checked_by(who), ~_advised_by(who)))
    if {Role.OFFICER, Role.APPROVER} & set(who.calls):
        found += [_countersign(who), *_unsigned(who)]
    return found


def _at(step: str, who: Who, role: Role) -> Select[Any]:
    """Applications at one step that wait for a role, in step index order, so that only rows shown are read."""
    limit = select(CLOCKS.c.hours).where(CLOCKS.c.id == Application.call_id).scalar_subquery()
    return _applications(who, role, Application.step, day(limit)).where(Application.step == step)


def _applications(who: Who, role: Role, kind: Any, due: Any) -> Select[Any]:
    """Applications that the person sees in this role, longest at their step first."""
    return (
        select(*columns(kind, Application.id, Application.title, Organisation.name, due))
        .join(Organisation, Organisation.id == Application.organisation_id)
        .where(_covered(who, role), seen(Application, who, (Side.OFFICE,)))
        .order_by(Application.step_at, Application.id)
    )


def _covered(who: Who, *roles: Role) -> ColumnElement[bool]:
    """Whether the application is in a call of one of these roles."""
    covered = [who.calls[role] for role in roles if role in who.calls]
    if None in covered:
        return Application.id.is_not(None)
    return Application.call_id.in_(frozenset().union(*(calls for calls in covered if calls)))


def _checked_by(who: Who) -> ColumnElement[bool]:
    return exists().where(Check.application_id == Application.id, Check.by == who.id)


def _advised_by(who: Who) -> ColumnElement[bool]:
    return exists().where(
        Recommendation.application_id == Application.id, Recommendation.by == who.id, ~Recommendation.sent_back
    )


def _reviews(who: Who) -> Select[Any]:
    """Applications in review: too few reviewers are invited, or all reviews are in and an officer must act."""
    counted = (
        select(
            func.count().filter(Assignment.state.in_(AT_WORK)).label("asked"),
            func.count().filter(Assignment.state == "sent").label("sent"),
        )
        .where(Assignment.application_id == Application.id, Assignment.stage == Application.stage)
        .lateral("counted")
    )
    here = and_(NEEDS.c.call_id == Application.call_id, NEEDS.c.stage == Application.stage)
    needed = select(NEEDS.c.reviews).where(here).scalar_subquery()
    divided = exists().where(here, tuple_(NEEDS.c.programme, NEEDS.c.stage).in_(apart()))
    few = counted.c.asked < needed
    kind = case((few, literal("assign")), else_=literal("reviewed"))
    limit = select(CLOCKS.c.review).where(CLOCKS.c.id == Application.call_id).scalar_subquery()
    theirs = or_(~_checked_by(who), ~divided)
    return (
        _applications(who, Role.OFFICER, kind, day(limit))
        .join(counted, literal(value=True))
        .where(Application.step == "review", or_(few, and_(counted.c.sent >= needed, theirs)))
    )


def apart() -> list[tuple[str, str]]:
    """Programmes and stages where the person who completed the checks cannot send a reviewed application on."""
    return [
        (code, stage.key)
        for code, programme in programmes().items()
        for stage in programme.rules.stages
        if (onward := [m for m in programme.flow.offered("review", stage.key, {Role.OFFICER}) if m.weight == "first"])
        and all(not_checked_by_me in move.needs for move in onward)
    ]


def _countersign(who: Who) -> Select[Any]:
    return (
        _awards(who, literal("countersign"), null(), Role.OFFICER, Role.APPROVER)
        .join(Agreement, Agreement.award_id == Award.id)
        .where(Agreement.step == "countersign", func.coalesce(Agreement.signed_by, 0) != who.id)
    )


def _unsigned(who: Who) -> list[Select[Any]]:
    """Awards not signed in time, for those who may revoke them and for the officers who remind the grantee."""
    due = func.date(Award.made_at) + SIGN_WITHIN_DAYS
    found = []
    for role in (role for role in (Role.OFFICER, Role.APPROVER) if role in who.calls):
        theirs = Application.call_id.in_(select(Call.id).where(Call.programme.in_(takes_back(role))))
        kind = case((theirs, literal("take_back")), else_=literal("unsigned"))
        late = (
            _awards(who, kind, due, role)
            .join(Agreement, Agreement.award_id == Award.id)
            .where(Agreement.step == "to_sign", due < func.date(GRANTS_NOW))
        )
        found.append(late if role is Role.OFFICER else late.where(theirs))
    return found


def takes_back(role: Role) -> list[str]:
    """The programmes in which this role may revoke an unsigned award."""
    return [
        code
        for code, programme in programmes().items()
        if any(move.key == "take_back" and role in move.by for move in programme.flow.moves)
    ]


def _conditions(who: Who) -> Select[Any]:
    """Awards signed by both sides whose condition is not yet confirmed as met."""
    return (
        _awards(who, literal("condition"), null(), Role.OFFICER)
        .join(Agreement, Agreement.award_id == Award.id)
        .where(Award.conditions != "", Award.met_at.is_(None), Agreement.step == "signed")
    )


def _to_close(who: Who) -> Select[Any]:
    """Applications where everything is reported and paid."""
    settled = select(Award.application_id).where(Award.to_close)
    return _applications(who, Role.OFFICER, literal("close"), null()).where(Application.id.in_(settled))


def _to_open(who: Who) -> Select[Any]:
    """Calls in preparation, with the date on which they open."""
    covered = who.calls[Role.OFFICER]
    return (
        select(*columns(literal("open_call"), Call.id, Call.title, Fund.title, func.date(Call.opens_at)))
        .join(Fund, Fund.id == Call.fund_id)
        .where(Call.step == "draft", Call.id.is_not(None) if covered is None else Call.id.in_(covered))
        .order_by(Call.id)
    )


def _awards(who: Who, kind: Any, due: Any, *roles: Role) -> Select[Any]:
    return (
        select(*columns(kind, Award.id, Application.title, Award.number, due))
        .join(Award, Award.application_id == Application.id)
        .where(_covered(who, *roles), seen(Application, who, (Side.OFFICE,)))
        .order_by(Award.id)
    )


def _received(who: Who) -> Select[Any]:
    due = func.date(Report.step_at) + READ_WITHIN_DAYS
    return (
        select(*columns(literal("received"), Report.id, Application.title, Report.title, due))
        .join(Award, Award.id == Report.award_id)
        .join(Application, Application.id == Award.application_id)
        .where(
            _covered(who, Role.OFFICER),
            Report.step == "received",
            func.coalesce(Report.sent_by, 0) != who.id,
            seen(Application, who, (Side.OFFICE,)),
        )
        .order_by(Report.step_at, Report.id)
    )
