"""The tasks of a person in all their roles, most urgent first."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Select, case, cast, exists, func, literal, null, or_, select, union_all
from sqlalchemy.types import Text

from grants.access.principals import Principal
from grants.access.shapes import kept, shape_of, values_of
from grants.access.visibility import impartial, visible
from grants.db import GRANTS_NOW, Side, db
from grants.models import (
    Account,
    Agreement,
    Application,
    Assignment,
    Award,
    Batch,
    Call,
    Correspondence,
    Draft,
    Fund,
    Instalment,
    JoinRequest,
    Organisation,
    Person,
    Report,
)
from grants.queries import correspondence, time_limits
from grants.queries.applications import drafts
from grants.queries.money import batches
from grants.queries.tasks import conditions, officers
from grants.queries.tasks.task import Task, columns
from workflows.deadlines import SIGNING_DAYS
from workflows.engine.roles import Role
from workflows.flows.payment import BATCH

MOST = 100
REPORT_AHEAD_DAYS = 60


def tasks(principal: Principal) -> list[Task]:
    """All tasks of the principal, most urgent first, at most a hundred."""
    statement = listing(shape_of(principal))
    return [] if statement is None else [Task(*row) for row in db.session.execute(statement, values_of(principal))]


def count(principal: Principal) -> int:
    """The number of tasks, at most a hundred."""
    statement = counting(shape_of(principal))
    return 0 if statement is None else min(db.session.scalar(statement, values_of(principal)) or 0, MOST)


@kept
def listing(shape: Principal) -> Select[Any] | None:
    """The statement of `tasks` for principals of this shape."""
    if not (parts := _parts(shape)):
        return None
    found = union_all(*(part.limit(MOST) for part in parts)).subquery()
    return (
        select(found)
        .order_by(found.c.due_on.nulls_last(), found.c.due_at.nulls_last(), found.c.id, found.c.kind)
        .limit(MOST)
    )


@kept
def counting(shape: Principal) -> Select[int] | None:
    """The statement of `count` for principals of this shape."""
    if not (parts := _parts(shape)):
        return None
    found = union_all(*(part.order_by(None).limit(MOST) for part in parts)).subquery()
    return select(func.count()).select_from(found)


def _parts(principal: Principal) -> list[Select[Any]]:
    parts: list[Select[Any]] = []
    if principal.organisations:
        mine = Application.organisation_id.in_(principal.organisations)
        parts += [*_to_write(mine), *_to_account_for(mine), _to_answer(principal), _to_read(principal, mine)]
    if Role.REVIEWER in principal.calls:
        parts.append(_reviewer(principal))
    parts += officers.parts(principal)
    if Role.FINANCE in principal.calls:
        parts += _finance(principal)
    return parts


def _to_write(mine: ColumnElement[bool]) -> list[Select[Any]]:
    """The applicant's drafts that can still be submitted, and the applications sent back to them with questions."""
    written = select(
        *columns(
            Application.step,
            Application.id,
            case((Application.submission_id.is_(None), func.coalesce(Draft.title, "")), else_=Application.title),
            Call.title,
            drafts.UNTIL,
        )
    )
    unsent = (
        written.join(Call)
        .join(Application.draft)
        .where(mine, Application.step == "draft", drafts.OPEN)
        .order_by(Application.id)
    )
    questions = (
        select(
            *columns(
                literal("question"),
                Application.id,
                Application.title,
                Call.title,
                func.date(time_limits.ends_at(time_limits.hours("question"))),
            )
        )
        .join(Call)
        .where(mine, Application.step == "question")
        .order_by(Application.id)
    )
    return [unsent, questions]


def _to_account_for(mine: ColumnElement[bool]) -> list[Select[Any]]:
    """The grantee's agreements to sign, the reports due soon, and the reports sent back with questions."""
    sign = (
        select(
            *columns(
                literal("sign"), Award.id, Application.title, Award.number, func.date(Award.made_at) + SIGNING_DAYS
            )
        )
        .join(Award, Award.application_id == Application.id)
        .join(Agreement)
        .where(mine, Agreement.step == "to_sign")
        .order_by(Award.id)
    )
    soon = Report.due_on <= func.date(GRANTS_NOW) + REPORT_AHEAD_DAYS
    asked = case((Report.question != "", literal("report_question")), else_=literal("report"))
    reports = (
        select(*columns(asked, Report.id, Application.title, Report.title, Report.due_on))
        .join(Award, Award.id == Report.award_id)
        .join(Application, Application.id == Award.application_id)
        .join(Agreement, Agreement.award_id == Award.id)
        .where(mine, Report.step == "due", or_(soon, Report.sent_at.is_not(None)), Agreement.step == "signed")
        .order_by(Report.due_on, Report.id)
    )
    meet = (
        select(*columns(literal("meet"), Award.id, Application.title, Award.number, null()))
        .join(Award, Award.application_id == Application.id)
        .join(Agreement)
        .where(mine, Agreement.step == "signed", Award.conditions != "", Award.met_at.is_(None))
        .order_by(Award.id)
    )
    return [sign, meet, reports, _left_over("give_back").where(mine)]


def _to_answer(principal: Principal) -> Select[Any]:
    """Requests of people who ask to act for one of the organisations."""
    return (
        select(*columns(literal("join"), JoinRequest.id, Person.name, Organisation.name, JoinRequest.due_on))
        .join(Person, Person.id == JoinRequest.person_id)
        .join(Organisation, Organisation.id == JoinRequest.organisation_id)
        .where(JoinRequest.decided_at.is_(None), JoinRequest.organisation_id.in_(principal.organisations))
        .order_by(JoinRequest.due_on, JoinRequest.id)
    )


def _to_read(principal: Principal, mine: ColumnElement[bool]) -> Select[Any]:
    """The applications with a message of the Foundation that the person has not read."""
    fresh = select(Correspondence.application_id).where(correspondence.unread(principal.id))
    return (
        select(*columns(literal("unread"), Application.id, Application.title, Call.title, null()))
        .join(Call)
        .where(mine, Application.id.in_(fresh))
        .order_by(Application.id)
    )


def _left_over(kind: str) -> Select[Any]:
    """Awards with unspent funds that have not been returned."""
    return (
        select(*columns(literal(kind), Award.id, Application.title, Award.number, Award.back_by))
        .join(Award, Award.application_id == Application.id)
        .where(Award.unused > 0)
        .order_by(Award.id)
    )


def _reviewer(principal: Principal) -> Select[Any]:
    return (
        select(*columns(Assignment.step, Assignment.id, Application.title, Organisation.name, Assignment.due_on))
        .join(Application, Application.id == Assignment.application_id)
        .join(Organisation, Organisation.id == Application.organisation_id)
        .where(
            visible(Assignment, principal, ()),
            Assignment.step.in_(("asked", "ready")),
            Application.step == "review",
            Application.stage == Assignment.stage,
        )
        .order_by(Assignment.due_on, Assignment.id)
    )


def _finance(principal: Principal) -> list[Select[Any]]:
    payable = (
        select(*columns(literal("payable"), Fund.id, Fund.title, cast(func.count(), Text), null()))
        .join(Call, Call.fund_id == Fund.id)
        .join(Application, Application.call_id == Call.id)
        .join(Award, Award.application_id == Application.id)
        .join(Instalment, Instalment.award_id == Award.id)
        .where(*batches.waiting(principal))
        .group_by(Fund.id, Fund.title)
        .order_by(Fund.id)
    )
    lost = conditions.lost_batches(BATCH, principal)
    kind = case((lost, "batch_lost"), else_=literal("batch_") + Batch.step)
    on_its_way = (
        select(*columns(kind, Batch.id, Batch.number, Fund.title, null()))
        .join(Fund)
        .where(conditions.unfinished_batches(BATCH), visible(Batch, principal, (Side.FINANCE,)))
        .where(or_(conditions.actionable_batches(BATCH, principal), lost))
        .order_by(Batch.id)
    )
    empty = (
        select(*columns(literal("envelope"), Fund.id, Call.title, Fund.title, func.date(Call.opens_at)))
        .join(Fund, Fund.id == Call.fund_id)
        .where(
            Call.step == "draft",
            ~exists().where(Account.call_id == Call.id),
            visible(Call, principal, (Side.FINANCE,)),
        )
        .order_by(Call.id)
    )
    back = _left_over("expect").where(visible(Application, principal, (Side.FINANCE,)), impartial(principal))
    return [payable, on_its_way, empty, back]
