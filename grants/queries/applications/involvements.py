"""Who must not judge an application: the applicant's side, rivals, its reviewers, and those with a conflict."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Integer,
    Select,
    and_,
    any_,
    bindparam,
    case,
    exists,
    func,
    literal,
    or_,
    select,
    union,
    union_all,
)
from sqlalchemy.orm import aliased

from grants.access.principals import Principal, application_of
from grants.db import GRANTS_NOW, cached_for_page, db
from grants.models import (
    Application,
    Appointment,
    Assignment,
    Award,
    Batch,
    Call,
    Check,
    Conflict,
    Event,
    Instalment,
    Involvement,
    Membership,
    MoreTime,
    Organisation,
    Payment,
    Person,
    Recommendation,
    Review,
)
from grants.models.organisations import is_one_with
from workflows.cases import Involvements
from workflows.engine.steps import DECIDED
from workflows.flows.assignment import OPEN
from workflows.programmes import programmes
from workflows.rules.involvements import decides

APPOINTED = Involvement.person_id == any_(func.array(select(Appointment.person_id).scalar_subquery()))
"""Involvements of people who have or had a role: of the thousands of applicants of a call, only these judge a rival.

As an array, because the planner then begins with these people, and not with all applicants of the call.
"""
NOBODY = Involvements()
SETTLED = ("draft", "not_eligible", "declined", "withdrawn", "terminated", "closed")
"""Steps at which an application is not, or no longer, in the hands of the Foundation or of a grantee."""

REVIEWING = case((Review.assignment_id.is_not(None), "reviewers"), else_="invited")
"""What a person with an assignment is: a review exists from when they have opened the application."""
IN_REVIEW = or_(Review.assignment_id.is_not(None), Assignment.step.in_(OPEN))
"""Whether the assignment keeps its person from judging in another role: opened at any time, or open now."""


_ASKED, _CALL = bindparam("application", type_=Integer), bindparam("call", type_=Integer)
JUDGES = union_all(
    select(literal("applicants"), Involvement.person_id).where(Involvement.application_id == _ASKED),
    select(literal("rivals"), Involvement.person_id)
    .join(Application, Application.id == Involvement.application_id)
    .where(Application.call_id == _CALL, Application.id != _ASKED, APPOINTED),
    select(REVIEWING, Assignment.person_id)
    .outerjoin(Review, Review.assignment_id == Assignment.id)
    .where(Assignment.application_id == _ASKED, IN_REVIEW),
    select(literal("conflicted"), Conflict.person_id).where(
        Conflict.application_id == _ASKED, Conflict.lifted_at.is_(None)
    ),
)
"""Those who must not judge one application; composed once, because every case asks for them."""


@cached_for_page
def of(application: Application) -> Involvements:
    """Those who must not judge the application. One query."""
    found = db.session.execute(JUDGES, {"application": application.id, "call": application.call_id})
    return grouped((0, kind, person) for kind, person in found).get(0, NOBODY)


def of_each(applications: Sequence[Application]) -> dict[int, Involvements]:
    """Those who must not judge each of these applications, by its id. One query for any number."""
    ids = {application.id for application in applications}
    if len(ids) == 1:
        return {applications[0].id: of(applications[0])}
    judged = aliased(Application)
    applicants = select(Involvement.application_id, literal("applicants"), Involvement.person_id)
    rivals = (
        select(judged.id, literal("rivals"), Involvement.person_id)
        .join(Application, Application.id == Involvement.application_id)
        .join(judged, (judged.call_id == Application.call_id) & (judged.id != Application.id))
        .where(judged.id.in_(ids), APPOINTED)
    )
    reviewing = select(Assignment.application_id, REVIEWING, Assignment.person_id).outerjoin(Review)
    declared = select(Conflict.application_id, literal("conflicted"), Conflict.person_id)
    parts = (
        applicants.where(Involvement.application_id.in_(ids)),
        rivals,
        reviewing.where(Assignment.application_id.in_(ids), IN_REVIEW),
        declared.where(Conflict.application_id.in_(ids), Conflict.lifted_at.is_(None)),
    )
    found = grouped(db.session.execute(union_all(*parts)))
    return {id: found.get(id, NOBODY) for id in ids}


def of_rows(rows: Iterable[Any], principal: Principal) -> Involvements:
    """What the principal is to what these rows belong to; of nobody else. One query for each batch.

    None for a person who was never on an applicant's side.
    """
    if not principal.involved or principal.id is None:
        return NOBODY
    judged = {pair for row in rows for pair in _judged(row)}
    own = any(application in principal.involved for application, _ in judged)
    rival = any(call in principal.applied for application, call in judged if application not in principal.involved)
    oneself = frozenset({principal.id})
    return Involvements(applicants=oneself if own else frozenset(), rivals=oneself if rival else frozenset())


def _judged(row: Any) -> Iterable[tuple[int | None, int]]:
    """The applications that the row belongs to, each with its call; a call itself belongs to none."""
    if isinstance(row, Call):
        return [(None, row.id)]
    if isinstance(row, Batch):
        paid = db.session.execute(_paid(Payment.batch_id == row.id))
        return [(application, call) for _, application, call in paid]
    application = application_of(row)
    return [(application.id, application.call_id)] if application else []


def competing(person: int) -> list[Call]:
    """The calls in which the person is on an applicant's side while something is at stake, by id.

    That is while the call takes proposals, from everybody or from one applicant, or an application of it is still to be
    decided, signed or carried out.
    """
    own = select(Application.call_id).join(Involvement).where(Involvement.person_id == person)
    extended = exists().where(MoreTime.call_id == Call.id, MoreTime.until > GRANTS_NOW)
    taking = and_(Call.step == "open", or_(Call.closes_at.is_(None), Call.closes_at > GRANTS_NOW))
    unsettled = or_(Application.step.not_in(SETTLED), Application.invited_until > GRANTS_NOW)
    running = exists().where(Application.call_id == Call.id, unsettled)
    at_stake = or_(taking, extended, running)
    return list(db.session.scalars(select(Call).where(Call.id.in_(own), at_stake).order_by(Call.id)))


def reviewing(person: int) -> list[Call]:
    """The calls in which the person is invited to review an undecided application, or has opened one as a reviewer.

    By id. An application that was invited to its next stage and did not come in time is not decided on any more.
    """
    own = select(Assignment.application_id).outerjoin(Review).where(Assignment.person_id == person, IN_REVIEW)
    coming = or_(Application.step != "draft", Application.invited_until > GRANTS_NOW)
    undecided = exists().where(Application.call_id == Call.id, Application.step.not_in(DECIDED), coming)
    return list(db.session.scalars(select(Call).where(undecided.where(Application.id.in_(own))).order_by(Call.id)))


def assessors(application: Application) -> frozenset[int]:
    """The staff who have completed an eligibility check of the application or made a recommendation on it."""
    return frozenset(db.session.scalars(union(*_assessed(application))))


def _assessed(application: Application) -> Iterable[Select[int]]:
    return (select(row.by).where(row.application_id == application.id) for row in (Check, Recommendation))


def deciders(call: Call, organisation: Organisation) -> list[str]:
    """The names of the organisation's people who have decided on an application in the call, by their ids."""
    return deciders_of(call, [organisation])[organisation.id]


def deciders_of(call: Call, organisations: Sequence[Organisation]) -> dict[int, list[str]]:
    """The same for several organisations, by the id of each, in one query for any number.

    Two queries where such a person has or had a role.
    """
    acting = (
        select(Organisation.id, Person.id, Person.name)
        .distinct()
        .join(Membership, is_one_with(Membership.organisation_id, Organisation.id))
        .join(Person, Person.id == Membership.person_id)
        .where(
            Organisation.id.in_([organisation.id for organisation in organisations]),
            Membership.ended_at.is_(None),
            exists().where(Appointment.person_id == Person.id),
        )
    )
    people = db.session.execute(acting.order_by(Person.id)).all()
    found: frozenset[int] = frozenset()
    if people:
        decided = _decided().join(Application, Application.id == Event.about_id).where(Application.call_id == call.id)
        ids = {id for _, id, _ in people}
        found = frozenset(db.session.scalars(decided.where(Event.person_id.in_(ids))))
    return {one.id: [name for side, id, name in people if side == one.id and id in found] for one in organisations}


def rivals(organisation: Any) -> Select[int]:
    """The people who were ever on the side of another applicant to a call to which the organisation has applied.

    organisation: its id, or the column with it.
    """
    own = aliased(Application)
    return (
        select(Involvement.person_id)
        .join(Application, Application.id == Involvement.application_id)
        .join(own, (own.call_id == Application.call_id) & (own.id != Application.id))
        .where(
            is_one_with(own.organisation_id, organisation),
            ~is_one_with(Application.organisation_id, organisation),
            APPOINTED,
        )
    )


class Bonds(NamedTuple):
    """What ties a person to organisations.

    own: they act or acted for one, or were on the applicant's side in an application of one. rival: they were on the
    side of another applicant to a call to which one has applied. judges: they have a conflict of interest in an
    application of one, or review or reviewed it.
    """

    own: bool
    rival: bool
    judges: bool


def bonds(organisations: Sequence[Organisation], person: int | None) -> Bonds:
    """What ties the person to one of these organisations, in one statement."""
    ids = [organisation.id for organisation in organisations]

    def of_one(column: Any) -> ColumnElement[bool]:
        return or_(*(is_one_with(column, id) for id in ids))

    member = select(Membership.id).where(Membership.person_id == person, of_one(Membership.organisation_id))
    side = select(Involvement.id).where(Involvement.person_id == person)
    conflicts = select(Conflict.id).where(Conflict.person_id == person, Conflict.lifted_at.is_(None))
    reviews = select(Assignment.id).where(Assignment.person_id == person)
    tied = (
        found.join(Application, Application.id == row.application_id).where(of_one(Application.organisation_id))
        for found, row in ((side, Involvement), (conflicts, Conflict), (reviews, Assignment))
    )
    involved, conflicted, reviewing = (found.exists() for found in tied)
    rival = or_(*(rivals(id).where(Involvement.person_id == person).exists() for id in ids))
    asked = select(or_(member.exists(), involved), rival, or_(conflicted, reviewing))
    return Bonds(*db.session.execute(asked).one())


def judges(application: Application) -> frozenset[int]:
    """Those who have completed a check of the application, submitted a review, recommended or decided on it.

    A review counts here also when it no longer counts for the decision.
    """
    sent = select(Assignment.person_id).join(Review).where(Assignment.application_id == application.id)
    decided = _decided().where(Event.about_id == application.id)
    judged = union(*_assessed(application), sent.where(Review.sent_at.is_not(None)), decided)
    return frozenset(db.session.scalars(judged))


def _decided() -> Select[Any]:
    """The people of all events that decide on an application for good."""
    keys = {row.key for one in programmes().values() for row in one.flow.transitions if decides(row)}
    made = select(Event.person_id).where(Event.about == Application.__tablename__, Event.key.in_(keys))
    return made.where(Event.step_from.is_not(None), Event.person_id.is_not(None))


def applied(call: Call) -> Select[int]:
    """The people who have or had a role and have applied to the call."""
    parts = select(Involvement.person_id).join(Application, Application.id == Involvement.application_id)
    return parts.where(Application.call_id == call.id, APPOINTED)


def arms(batches: Sequence[Batch]) -> list[Select[Any]]:
    """The parts of a union (batch, kind, person): those who must not handle each batch, for `grouped`.

    They are involved in an application that it pays, or in a rival of one, or have a conflict of interest in one.
    """
    paid = _paid(Payment.batch_id.in_([batch.id for batch in batches])).cte("paid")
    other = aliased(Application)
    own: Select[Any] = select(paid.c.batch_id, literal("applicants"), Involvement.person_id).join(
        paid, paid.c.application_id == Involvement.application_id
    )
    rivals: Select[Any] = (
        select(paid.c.batch_id, literal("rivals"), Involvement.person_id)
        .join(other, other.id == Involvement.application_id)
        .join(paid, (paid.c.call_id == other.call_id) & (paid.c.application_id != other.id))
        .where(APPOINTED)
    )
    declared: Select[Any] = (
        select(paid.c.batch_id, literal("conflicted"), Conflict.person_id)
        .join(paid, paid.c.application_id == Conflict.application_id)
        .where(Conflict.lifted_at.is_(None))
    )
    return [own, rivals, declared]


def _paid(batches: ColumnElement[bool]) -> Select[int, int, int]:
    """The rows (batch, application, call) of what these batches pay."""
    return (
        select(Payment.batch_id, Award.application_id, Application.call_id)
        .select_from(Payment)
        .join(Instalment, Instalment.id == Payment.instalment_id)
        .join(Award, Award.id == Instalment.award_id)
        .join(Application, Application.id == Award.application_id)
        .where(batches, ~Payment.undone)
        .distinct()
    )


def grouped(rows: Iterable[Any]) -> dict[int, Involvements]:
    """The people by the key of each row (key, kind, person)."""
    found: dict[int, dict[str, set[int]]] = defaultdict(lambda: defaultdict(set))
    for key, kind, person in rows:
        found[key][kind].add(person)
    return {key: Involvements(**{kind: frozenset(ids) for kind, ids in kinds.items()}) for key, kinds in found.items()}
