"""What the case of an application counts in other tables, read in one statement."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import bindparam, exists, func, select

from grants.db import db
from grants.models import (
    Account,
    Agreement,
    Application,
    Appointment,
    Assignment,
    Award,
    Balance,
    Membership,
    MoreTime,
)
from grants.models.organisations import is_one_with
from grants.queries.cases import awards, organisations
from grants.queries.cases.awards import LooseEnds
from grants.queries.time_limits import reminded_at
from workflows import cases

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class AwardFacts:
    """An award: when it was made, the step of its agreement, and what is open under it."""

    made_at: datetime
    agreement: str
    ends: LooseEnds


@dataclass(frozen=True, slots=True)
class Circumstances:
    """The facts about one application that are counted in other tables.

    applicant: without what this application awards. envelope_left: of its call; zero before money is allocated.
    more_time_until: the latest deadline given to the applicant alone. reminded_at: when the clock last reminded of the
    present step. reviews: the number of assignments on the newest submission, by step. appointed: whether anybody who
    acts for the applicant has or had a role. award: None without one.
    """

    applicant: cases.Applicant
    envelope_left: Decimal
    more_time_until: datetime | None
    reminded_at: datetime | None
    reviews: dict[str, int]
    appointed: bool
    award: AwardFacts | None


def of(row: Application, reminders: Collection[str]) -> Circumstances:
    """The circumstances of an application. reminders: the keys of the transitions that remind of its present step."""
    found = db.session.execute(STATEMENT, {"application": row.id, "reminders": list(reminders)}).one()
    contacts, held, overdue, unverified, left, until, at, reviews, appointed, made_at, agreement, *ends = found
    return Circumstances(
        applicant=organisations.applicant_of(row.organisation, (contacts, held, overdue, unverified)),
        envelope_left=ZERO if left is None else left,
        more_time_until=until,
        reminded_at=at,
        reviews=dict(reviews or ()),
        appointed=appointed,
        award=None if made_at is None else AwardFacts(made_at, agreement, LooseEnds(*ends)),
    )


_LEFT = (
    select(Balance.amount)
    .join(Account, Account.id == Balance.account_id)
    .where(Account.call_id == Application.call_id, Account.kind == "envelope")
)
_MORE_TIME = select(func.max(MoreTime.until)).where(
    MoreTime.call_id == Application.call_id, MoreTime.organisation_id == Application.organisation_id
)
_BY_STEP = (
    select(Assignment.step, func.count().label("count"))
    .where(Assignment.application_id == Application.id, Assignment.submission_id == Application.submission_id)
    .group_by(Assignment.step)
    .correlate(Application)
    .subquery()
)
_REVIEWS = select(func.json_agg(func.json_build_array(_BY_STEP.c.step, _BY_STEP.c.count)))
_REMINDED = reminded_at(bindparam("reminders", expanding=True), Application.id, Application.step_at)
_APPOINTED = exists().where(
    is_one_with(Membership.organisation_id, Application.organisation_id),
    Membership.ended_at.is_(None),
    Appointment.person_id == Membership.person_id,
)

STATEMENT = (
    select(
        *organisations.columns(Application.organisation_id, besides=Application.id),
        *(one.scalar_subquery() for one in (_LEFT, _MORE_TIME, _REMINDED, _REVIEWS)),
        _APPOINTED,
        Award.made_at,
        Agreement.step,
        *awards.columns(),
    )
    .select_from(Application)
    .outerjoin(Award, Award.application_id == Application.id)
    .outerjoin(Agreement, Agreement.award_id == Award.id)
    .where(Application.id == bindparam("application"))
)
"""It is composed once, because every case asks it and building it takes longer than running it."""
