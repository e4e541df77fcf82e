"""The facts about an application that the guards of its flow read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.orm import joinedload

from grants.db import cached_for_page, db
from grants.models import Application, Check, Recommendation
from grants.queries.applications import involvements, submissions
from grants.queries.applications.drafts import WRITABLE
from grants.queries.cases import circumstances
from grants.queries.cases.calls import round_of
from grants.queries.cases.circumstances import AwardFacts, Circumstances
from grants.queries.cases.proposals import current, request
from grants.queries.flows import flow_of
from workflows import cases
from workflows.deadlines import SIGNING_DAYS
from workflows.engine.steps import DECIDED
from workflows.forms.completeness import Content, missing
from workflows.forms.contents import NOTHING, same


@dataclass(frozen=True, slots=True)
class Assessed:
    """What is judged of an application and what staff have recorded about it, read once.

    checks: the results of the eligibility checks of the newest submission. advised: every recommendation, also those
    that were sent back, newest first.
    """

    content: Content
    checks: Sequence[Check]
    advised: Sequence[Recommendation]

    @property
    def recommendation(self) -> Recommendation | None:
        """The current recommendation, unless it was sent back."""
        return _counting(self.advised)


CHECKS = (
    select(Check)
    .where(Check.submission_id == bindparam("submission"))
    .options(joinedload(Check.person))
    .order_by(Check.id)
)
RECOMMENDATIONS = (
    select(Recommendation)
    .where(Recommendation.application_id == bindparam("application"))
    .options(joinedload(Recommendation.person))
    .order_by(Recommendation.id.desc())
)


def assessed(row: Application, content: Content | None = None) -> Assessed:
    """What is judged of an application. content: if it is not what the flow judges at this step.

    Once there is a decision, no rule judges the content any more, and it is not read.
    """
    if content is None:
        content = NOTHING if row.step in DECIDED else current(row)
    return Assessed(content, checks(row.submission_id), recommendations(row))


def case(row: Application, arrived_at: datetime, read: Assessed | None = None) -> cases.ApplicationCase:
    """The case of an application. arrived_at: when the request came in, by the database clock.

    read: what is judged, if the caller has read it already.
    """
    read = read or assessed(row)
    content, data, given, advice = read.content, row.call.data, read.checks, read.recommendation
    found = circumstances.of(row, _reminders(row))
    return cases.ApplicationCase(
        step=row.step,
        step_at=row.step_at,
        reminded_at=found.reminded_at,
        stage=row.stage,
        arrived_at=arrived_at,
        applicant=found.applicant,
        round=round_of(row.call, found.envelope_left),
        more_time_until=found.more_time_until if row.step == "draft" else None,
        missing=missing(data.stage(row.stage), content),
        invited_until=row.invited_until,
        changed=_changed(row, content),
        **request(content),
        checks_open=len({key for key, _ in data.checks} - {c.key for c in given}),
        checks_failed=tuple(
            title for key, title in data.checks for c in given if c.key == key and c.verdict == "failed"
        ),
        checked_by=frozenset(c.by for c in given),
        reviews_needed=data.stage(row.stage).reviews,
        **_reviews(found),
        recommendation=advice.kind if advice else None,
        recommended_by=advice.by if advice else None,
        recommenders=frozenset(one.by for one in read.advised),
        involvements=involvements.of(row),
        deciders=_deciders(row) if found.appointed and row.step in WRITABLE else (),
        **_after_award(found.award),
    )


def _deciders(row: Application) -> tuple[str, ...]:
    return tuple(involvements.deciders(row.call, row.organisation))


def _reminders(row: Application) -> list[str]:
    """The keys of the transitions by which the clock reminds of the present step; most steps have none."""
    return [transition.key for transition in flow_of(row).reminders() if row.step in transition.source]


@cached_for_page
def checks(submission_id: int | None) -> list[Check]:
    """The results of the eligibility checks of a submission so far, with the person who gave each."""
    if submission_id is None:
        return []
    return list(db.session.scalars(CHECKS, {"submission": submission_id}))


def _changed(row: Application, content: Content) -> bool:
    """Whether the answer to a question differs from what was sent last; true at any other step."""
    return row.step != "question" or not same(content, submissions.content(row, row.submission))


def recommendation(row: Application) -> Recommendation | None:
    """The current recommendation, unless it was sent back."""
    return _counting(recommendations(row))


@cached_for_page
def recommendations(row: Application) -> list[Recommendation]:
    """Every recommendation on the application, also those that were sent back, newest first."""
    return list(db.session.scalars(RECOMMENDATIONS, {"application": row.id}))


def _counting(advised: Sequence[Recommendation]) -> Recommendation | None:
    return next((one for one in advised if not one.sent_back), None)


def _reviews(found: Circumstances) -> dict[str, Any]:
    states = found.reviews
    return {"reviews_in": states.get("sent", 0), "reviewers": sum(states.get(s, 0) for s in ("asked", "ready", "sent"))}


def _after_award(award: AwardFacts | None) -> dict[str, Any]:
    if award is None:
        return {}
    return {
        "agreement": award.agreement,
        "sign_until": award.made_at.date() + timedelta(days=SIGNING_DAYS),
        "reports_open": award.ends.reports_open,
        "instalments_open": award.ends.instalments_open,
        "unused": award.ends.unused,
    }
