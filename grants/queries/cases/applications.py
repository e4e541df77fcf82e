"""The facts about an application that the guards of its flow read."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from grants.db import db
from grants.models import Application, Assignment, Award, Check, Recommendation
from grants.queries.applications import involvements, submissions
from grants.queries.applications.drafts import WRITABLE
from grants.queries.cases.awards import loose_ends
from grants.queries.cases.calls import more_time, round_of
from grants.queries.cases.organisations import applicant
from grants.queries.cases.proposals import current, request
from grants.queries.flows import flow_of
from grants.queries.time_limits import reminded_at
from workflows import cases
from workflows.deadlines import SIGNING_DAYS
from workflows.forms.completeness import Content, missing
from workflows.forms.contents import same


def case(row: Application, arrived_at: datetime, content: Content | None = None) -> cases.ApplicationCase:
    """The case of an application. arrived_at: when the request came in, by the database clock.

    content: what is judged, if it is not what the flow judges at this step. The results of checks count only for the
    newest submission.
    """
    content = current(row) if content is None else content
    data = row.call.data
    checks = list(db.session.scalars(select(Check).where(Check.submission_id == row.submission_id).order_by(Check.id)))
    advised = recommendations(row)
    advice = _counting(advised)
    return cases.ApplicationCase(
        step=row.step,
        step_at=row.step_at,
        reminded_at=_reminded_at(row),
        stage=row.stage,
        arrived_at=arrived_at,
        applicant=applicant(row.organisation, besides=row.id),
        round=round_of(row.call),
        more_time_until=more_time(row.call_id, row.organisation_id) if row.step == "draft" else None,
        missing=missing(data.stage(row.stage), content),
        invited_until=row.invited_until,
        changed=_changed(row, content),
        **request(content),
        checks_open=len({key for key, _ in data.checks} - {c.key for c in checks}),
        checks_failed=tuple(
            title for key, title in data.checks for c in checks if c.key == key and c.verdict == "failed"
        ),
        checked_by=frozenset(c.by for c in checks),
        reviews_needed=data.stage(row.stage).reviews,
        **_reviews(row),
        recommendation=advice.kind if advice else None,
        recommended_by=advice.by if advice else None,
        recommenders=frozenset(one.by for one in advised),
        involvements=involvements.of(row),
        deciders=tuple(involvements.deciders(row.call, row.organisation)) if row.step in WRITABLE else (),
        **_after_award(row),
    )


def _reminded_at(row: Application) -> datetime | None:
    """When the clock last reminded of the present step; None if it never did, or never does at this step."""
    reminders = [transition.key for transition in flow_of(row).reminders() if row.step in transition.source]
    return db.session.scalar(reminded_at(reminders, row.id, row.step_at)) if reminders else None


def _changed(row: Application, content: Content) -> bool:
    """Whether the answer to a question differs from what was sent last; true at any other step."""
    return row.step != "question" or not same(content, submissions.content(row, row.submission))


def recommendation(row: Application) -> Recommendation | None:
    """The current recommendation, unless it was sent back."""
    return _counting(recommendations(row))


def recommendations(row: Application) -> list[Recommendation]:
    """Every recommendation on the application, also those that were sent back, newest first."""
    made = select(Recommendation).where(Recommendation.application_id == row.id)
    return list(db.session.scalars(made.order_by(Recommendation.id.desc())))


def _counting(advised: Sequence[Recommendation]) -> Recommendation | None:
    return next((one for one in advised if not one.sent_back), None)


def _reviews(row: Application) -> dict[str, Any]:
    counted = (
        select(Assignment.step, func.count())
        .where(Assignment.application_id == row.id, Assignment.submission_id == row.submission_id)
        .group_by(Assignment.step)
    )
    states = dict(db.session.execute(counted).all())
    return {"reviews_in": states.get("sent", 0), "reviewers": sum(states.get(s, 0) for s in ("asked", "ready", "sent"))}


def _after_award(row: Application) -> dict[str, Any]:
    award = db.session.scalars(
        select(Award).where(Award.application_id == row.id).options(joinedload(Award.agreement))
    ).first()
    if award is None:
        return {}
    until = award.made_at.date() + timedelta(days=SIGNING_DAYS)
    ends = loose_ends(award)
    return {
        "agreement": award.agreement.step,
        "sign_until": until,
        "reports_open": ends.reports_open,
        "instalments_open": ends.instalments_open,
        "unused": ends.unused,
    }
