"""Tasks of officers and approvers: one inbox query for each kind."""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    ColumnElement,
    Integer,
    Select,
    and_,
    case,
    exists,
    false,
    func,
    literal,
    null,
    or_,
    select,
    tuple_,
)

from grants.access.principals import Principal
from grants.access.visibility import impartial, visible
from grants.db import GRANTS_NOW, Side
from grants.models import (
    Agreement,
    Application,
    Assignment,
    Award,
    Call,
    Check,
    Correspondence,
    Fund,
    JoinRequest,
    Membership,
    Organisation,
    Person,
    Recommendation,
    Report,
    Review,
    Verification,
)
from grants.models.organisations import is_one_with
from grants.queries import correspondence, time_limits
from grants.queries.tasks import judgements
from grants.queries.tasks.task import columns
from workflows.deadlines import ANSWER_DAYS, LIMITED_AS, READING_DAYS, SIGNING_DAYS
from workflows.engine.roles import Role
from workflows.flows.assignment import OPEN
from workflows.programmes import programmes
from workflows.rules.decisions import not_checked_by_me

AT_WORK = ("asked", "ready", "sent")

LIMITED = ("triage", "review", "decision")
CLOCKS = (
    select(
        Call.id,
        *(time_limits.hours(step).label(step) for step in LIMITED),
        *(time_limits.in_hours(step).label(f"{step}_hours") for step in LIMITED),
    )
    .cte("clocks")
    .prefix_with("MATERIALIZED")
)
"""The time limits of each call.

The rules of a call are long: they are unpacked once per call, not once per application.
"""


def _required_reviews() -> Any:
    stage = func.jsonb_array_elements(Call.rules["stages"]).table_valued("value", joins_implicitly=True)
    key, reviews = stage.c.value.op("->>")("key"), stage.c.value.op("->>")("reviews")
    wanted = select(
        Call.id.label("call_id"),
        Call.programme,
        key.label("stage"),
        reviews.cast(Integer).label("reviews"),
    )
    return wanted.select_from(Call, stage).cte("required").prefix_with("MATERIALIZED")


REQUIRED = _required_reviews()
"""The number of reviews that each stage of each call needs."""


def parts(principal: Principal) -> list[Select[Any]]:
    """One query for each kind of task that the person's roles have."""
    found: list[Select[Any]] = []
    if Role.OFFICER in principal.calls:
        checks = _at("checks", principal, Role.OFFICER).where(~judgements.lost_checks())
        found += [_at("triage", principal, Role.OFFICER), checks, _checks_again(principal)]
        found += [_panel(principal), _reviews(principal)]
        found += [_received(principal), _conditions(principal), _to_close(principal), _to_open(principal)]
        found += [_to_verify(principal), _to_join(principal), _to_answer(principal)]
    if Role.APPROVER in principal.calls:
        found.append(_decision(principal))
    if {Role.OFFICER, Role.APPROVER} & set(principal.calls):
        found += [_countersign(principal), *_unsigned(principal)]
    return found


def _at(step: str, principal: Principal, role: Role, kind: Any = Application.step) -> Select[Any]:
    """Applications at one step that wait for a role, without those that the person has opened as a reviewer.

    In step index order, so that only rows shown are read.
    """
    due = _due(LIMITED_AS.get(step, step))
    found = _applications(principal, role, kind, *due)
    return found.where(Application.step == step, ~_opened_by(principal))


def _checks_again(principal: Principal) -> Select[Any]:
    """Applications with checks that no longer count, for those who can complete them again."""
    reviewing, deciding = _due("review"), _due("decision")
    due, at = (
        case((Application.step == "review", early), else_=late) for early, late in zip(reviewing, deciding, strict=True)
    )
    advised = _advised_by(principal)
    return _applications(principal, Role.OFFICER, literal("checks_again"), due, at).where(
        judgements.checked_again(REQUIRED, advised=advised), ~_opened_by(principal)
    )


def _panel(principal: Principal) -> Select[Any]:
    """Applications to recommend on, or to send back to review because too few reviews count."""
    few = judgements.too_few_reviews(REQUIRED)
    kind = case((few, "more_reviews"), else_=Application.step)
    ready = and_(~_checked_by(principal), ~judgements.lost_checks())
    return _at("panel", principal, Role.OFFICER, kind).where(or_(few, ready))


def _decision(principal: Principal) -> Select[Any]:
    """Applications to decide on, or to send back because the recommendation or a review no longer counts."""
    lost, few = judgements.lost_advice(), judgements.too_few_reviews(REQUIRED)
    kind = case((lost, "send_back"), (few, "few_reviews"), else_=Application.step)
    ready = and_(~_checked_by(principal), ~judgements.lost_checks())
    return _at("decision", principal, Role.APPROVER, kind).where(or_(lost, few, ready), ~_advised_by(principal))


def _due(step: str) -> tuple[Any, Any]:
    """The date on which a step is due by the clock of its call, and the instant where the limit is one of hours."""
    whole, hourly = (
        select(CLOCKS.c[name]).where(CLOCKS.c.id == Application.call_id).scalar_subquery()
        for name in (step, f"{step}_hours")
    )
    return func.date(time_limits.ends_at(whole)), time_limits.ends_at(hourly)


def _applications(principal: Principal, role: Role, kind: Any, due: Any, at: Any = None) -> Select[Any]:
    """Applications that the person sees in this role, longest at their step first."""
    return (
        select(*columns(kind, Application.id, Application.title, Organisation.name, due, at=at))
        .join(Organisation, Organisation.id == Application.organisation_id)
        .where(_covered(principal, role), visible(Application, principal, (Side.OFFICE,)), impartial(principal))
        .order_by(Application.step_at, Application.id)
    )


def _covered(principal: Principal, *roles: Role) -> ColumnElement[bool]:
    """Whether the application is in a call of one of these roles."""
    covered = [principal.calls[role] for role in roles if role in principal.calls]
    if None in covered:
        return Application.id.is_not(None)
    return or_(false(), *(Application.call_id.in_(calls) for calls in covered if calls))


def _checked_by(principal: Principal) -> ColumnElement[bool]:
    return exists().where(Check.submission_id == Application.submission_id, Check.by == principal.id)


def _opened_by(principal: Principal) -> ColumnElement[bool]:
    """Whether the person has opened the application as a reviewer or is invited to, so that another person acts."""
    opened = exists().where(Review.assignment_id == Assignment.id)
    own = exists().where(Assignment.application_id == Application.id, Assignment.person_id == principal.id)
    return own.where(or_(opened, Assignment.step.in_(OPEN)))


def _advised_by(principal: Principal) -> ColumnElement[bool]:
    """Whether the person has ever recommended on the application, so that another person decides."""
    return exists().where(Recommendation.application_id == Application.id, Recommendation.by == principal.id)


def _reviews(principal: Principal) -> Select[Any]:
    """Applications in review: too few reviewers are invited, or all reviews are in and an officer must act."""
    counted = (
        select(
            func.count().filter(Assignment.step.in_(AT_WORK)).label("asked"),
            func.count().filter(Assignment.step == "sent").label("sent"),
        )
        .where(Assignment.application_id == Application.id, Assignment.stage == Application.stage)
        .lateral("counted")
    )
    here = and_(REQUIRED.c.call_id == Application.call_id, REQUIRED.c.stage == Application.stage)
    needed = select(REQUIRED.c.reviews).where(here).scalar_subquery()
    divided = exists().where(here, tuple_(REQUIRED.c.programme, REQUIRED.c.stage).in_(apart()))
    few = counted.c.asked < needed
    to_panel = exists().where(here, tuple_(REQUIRED.c.programme, REQUIRED.c.stage).in_(leading_to("panel")))
    kind = case(
        (few, literal("assign")),
        (to_panel, "reviewed"),
        (exists().where(here, tuple_(REQUIRED.c.programme, REQUIRED.c.stage).in_(leading_to("decision"))), "advise"),
        else_=literal("choose"),
    )
    theirs = or_(~_checked_by(principal), ~divided)
    return (
        _applications(principal, Role.OFFICER, kind, *_due("review"))
        .join(counted, literal(value=True))
        .where(Application.step == "review", ~_opened_by(principal))
        .where(or_(few, and_(counted.c.sent >= needed, theirs, ~judgements.lost_checks())))
    )


def leading_to(target: str) -> list[tuple[str, str]]:
    """Programmes and stages where an officer sends a reviewed application to this step."""
    return [
        (code, stage.key)
        for code, programme in programmes().items()
        for stage in programme.rules.stages
        for row in programme.flow.offered("review", stage.key, {Role.OFFICER})
        if row.weight == "first" and row.target == target
    ]


def apart() -> list[tuple[str, str]]:
    """Programmes and stages where the person who completed the checks cannot send a reviewed application on."""
    return [
        (code, stage.key)
        for code, programme in programmes().items()
        for stage in programme.rules.stages
        if (
            onward := [
                row for row in programme.flow.offered("review", stage.key, {Role.OFFICER}) if row.weight == "first"
            ]
        )
        and all(not_checked_by_me in transition.guards for transition in onward)
    ]


def _countersign(principal: Principal) -> Select[Any]:
    return (
        _awards(principal, literal("countersign"), null(), Role.OFFICER, Role.APPROVER)
        .join(Agreement, Agreement.award_id == Award.id)
        .where(Agreement.step == "countersign", func.coalesce(Agreement.signed_by, 0) != principal.id)
    )


def _unsigned(principal: Principal) -> list[Select[Any]]:
    """Awards not signed in time, for those who may revoke them and for the officers who remind the grantee."""
    due = func.date(Award.made_at) + SIGNING_DAYS
    found = []
    for role in (role for role in (Role.OFFICER, Role.APPROVER) if role in principal.calls):
        theirs = Application.call_id.in_(select(Call.id).where(Call.programme.in_(takes_back(role))))
        revoked = and_(theirs, ~_opened_by(principal))
        kind = case((revoked, literal("take_back")), else_=literal("unsigned"))
        late = (
            _awards(principal, kind, due, role)
            .join(Agreement, Agreement.award_id == Award.id)
            .where(Agreement.step == "to_sign", due < func.date(GRANTS_NOW))
        )
        found.append(late if role is Role.OFFICER else late.where(revoked))
    return found


def takes_back(role: Role) -> list[str]:
    """The programmes in which this role may revoke an unsigned award."""
    return [
        code
        for code, programme in programmes().items()
        if any(transition.key == "take_back" and role in transition.roles for transition in programme.flow.transitions)
    ]


def _conditions(principal: Principal) -> Select[Any]:
    """Awards signed by both sides whose condition is not yet confirmed as met."""
    return (
        _awards(principal, literal("condition"), null(), Role.OFFICER)
        .join(Agreement, Agreement.award_id == Award.id)
        .where(Award.conditions != "", Award.met_at.is_(None), Agreement.step == "signed")
    )


def _to_answer(principal: Principal) -> Select[Any]:
    """Applications with a message that nobody has answered, with the day on which its answer is due."""
    first = (
        select(Correspondence.application_id, func.min(Correspondence.sent_at).label("sent_at"))
        .where(correspondence.unanswered())
        .group_by(Correspondence.application_id)
        .subquery("unanswered")
    )
    due = func.date(first.c.sent_at) + ANSWER_DAYS
    found = _applications(principal, Role.OFFICER, literal("message"), due)
    return found.join(first, first.c.application_id == Application.id)


def _to_close(principal: Principal) -> Select[Any]:
    """Applications where everything is reported and paid."""
    settled = select(Award.application_id).where(Award.to_close)
    return _applications(principal, Role.OFFICER, literal("close"), null()).where(Application.id.in_(settled))


def _to_open(principal: Principal) -> Select[Any]:
    """Calls in preparation, with the date on which they open."""
    covered = principal.calls[Role.OFFICER]
    return (
        select(*columns(literal("open_call"), Call.id, Call.title, Fund.title, func.date(Call.opens_at)))
        .join(Fund, Fund.id == Call.fund_id)
        .where(Call.step == "draft", Call.id.is_not(None) if covered is None else Call.id.in_(covered))
        .order_by(Call.id)
    )


def _to_verify(principal: Principal) -> Select[Any]:
    """Organisations that registered themselves, without duplicates and those that the person acts for."""
    own = exists().where(
        is_one_with(Membership.organisation_id, Verification.organisation_id), Membership.person_id == principal.id
    )
    return (
        select(*columns(literal("verify"), Organisation.id, Organisation.name, literal(""), Verification.due_on))
        .join(Verification, Verification.organisation_id == Organisation.id)
        .where(Verification.step == "registered", Organisation.merged_into_id.is_(None), ~own)
        .order_by(Verification.due_on, Organisation.id)
    )


def _to_join(principal: Principal) -> Select[Any]:
    """Requests to join on which the people of the organisation have not decided in time, or where there are none."""
    own = is_one_with(Membership.organisation_id, JoinRequest.organisation_id)
    members = exists().where(own, Membership.ended_at.is_(None))
    waits = or_(JoinRequest.due_on < func.date(GRANTS_NOW), ~members)
    return (
        select(*columns(literal("join_late"), JoinRequest.id, Person.name, Organisation.name, JoinRequest.due_on))
        .join(Person, Person.id == JoinRequest.person_id)
        .join(Organisation, Organisation.id == JoinRequest.organisation_id)
        .where(JoinRequest.decided_at.is_(None), waits, JoinRequest.person_id != principal.id)
        .order_by(JoinRequest.due_on, JoinRequest.id)
    )


def _awards(principal: Principal, kind: Any, due: Any, *roles: Role) -> Select[Any]:
    return (
        select(*columns(kind, Award.id, Application.title, Award.number, due))
        .join(Award, Award.application_id == Application.id)
        .where(_covered(principal, *roles), visible(Application, principal, (Side.OFFICE,)), impartial(principal))
        .order_by(Award.id)
    )


def _received(principal: Principal) -> Select[Any]:
    due = func.date(Report.step_at) + READING_DAYS
    return (
        select(*columns(literal("received"), Report.id, Application.title, Report.title, due))
        .join(Award, Award.id == Report.award_id)
        .join(Application, Application.id == Award.application_id)
        .where(
            _covered(principal, Role.OFFICER),
            Report.step == "received",
            func.coalesce(Report.sent_by, 0) != principal.id,
            visible(Application, principal, (Side.OFFICE,)),
            impartial(principal),
        )
        .order_by(Report.step_at, Report.id)
    )
