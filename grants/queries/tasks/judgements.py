"""Judgements that no longer count, as SQL: what the rules in `workflows/rules/decisions.py` find in a case."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any

from sqlalchemy import CTE, ColumnElement, Select, and_, any_, exists, func, or_, select, tuple_, union
from sqlalchemy.orm import InstrumentedAttribute, aliased

from grants.models import Application, Appointment, Assignment, Check, Conflict, Involvement, Recommendation
from workflows.engine.roles import Role
from workflows.programmes import programmes
from workflows.rules.decisions import checked_at

OFFICERS = any_(func.array(select(Appointment.person_id).where(Appointment.role == Role.OFFICER).scalar_subquery()))
"""Everybody who is or was an officer: only they complete checks and recommend. As an array, to begin with them."""


def _lost(name: str, by: InstrumentedAttribute[int], made: ColumnElement[bool], steps: Iterable[str]) -> CTE:
    """The applications with a judgement by somebody who has a conflict of interest now, or was ever an applicant.

    by: who has judged. made: whether a judgement counts otherwise. steps: where it is needed.
    """
    here = Application.step.in_(sorted(steps))
    declared = (
        select(Application.id)
        .join(Conflict, Conflict.application_id == Application.id)
        .where(Conflict.lifted_at.is_(None), Conflict.person_id == OFFICERS)
        .where(here, exists().where(made, by == Conflict.person_id))
    )
    own = aliased(Application)
    applied = (
        select(Involvement.person_id, own.call_id)
        .join(own, own.id == Involvement.application_id)
        .where(Involvement.person_id == OFFICERS)
        .distinct()
        .subquery("applied")
    )
    involved = (
        select(Application.id)
        .join(applied, applied.c.call_id == Application.call_id)
        .where(here, exists().where(made, by == applied.c.person_id))
    )
    return union(declared, involved).cte(name).prefix_with("MATERIALIZED")


def _newest_advice() -> Any:
    one = aliased(Recommendation)
    newest = select(func.max(one.id)).where(one.application_id == Application.id, ~one.sent_back)
    return newest.correlate(Application).scalar_subquery()


def places(*, again: bool) -> Iterator[tuple[str, str, str]]:
    """Programmes, stages and steps where checks are completed. again: where those are that no longer count."""
    for code, programme in programmes().items():
        for stage in programme.rules.stages:
            for step in programme.flow.steps:
                if checked_at(programme.flow, step, stage.key, again=again):
                    yield code, stage.key, step


@cache
def _checks(steps: frozenset[str]) -> CTE:
    """The applications at these steps with a check of the newest submission that no longer counts.

    One object for the same steps, because a statement that asks twice refers to it by its name.
    """
    return _lost("lost_checks", Check.by, Check.submission_id == Application.submission_id, steps)


ADVICE = _lost("lost_advice", Recommendation.by, Recommendation.id == _newest_advice(), {"decision"})
"""The applications to decide on whose recommendation no longer counts."""


def lost_checks() -> ColumnElement[bool]:
    """Whether a check of the application no longer counts. The programmes are those that are installed now."""
    steps = frozenset(step for _, _, step in places(again=True))
    return Application.id.in_(select(_checks(steps).c.id))


def lost_advice() -> ColumnElement[bool]:
    """Whether the application is to be decided on and its recommendation no longer counts."""
    return Application.id.in_(select(ADVICE.c.id))


def too_few_reviews(required: CTE) -> ColumnElement[bool]:
    """Whether fewer reviews of the newest submission count than are required."""
    sent: Select[int] = select(func.count()).where(
        Assignment.application_id == Application.id,
        Assignment.submission_id == Application.submission_id,
        Assignment.step == "sent",
    )
    needed = select(required.c.reviews).where(_here(required))
    return sent.correlate(Application).scalar_subquery() < needed.correlate(Application).scalar_subquery()


def checked_again(required: CTE, *, advised: ColumnElement[bool]) -> ColumnElement[bool]:
    """Whether checks of the application that no longer count can be completed again where it stands.

    advised: whether the person has recommended on it; then they complete only the checks of a first time.
    """
    place = tuple_(required.c.programme, required.c.stage, Application.step)
    first, later = (exists().where(_here(required), place.in_(list(places(again=again)))) for again in (False, True))
    return and_(lost_checks(), or_(first, and_(later, ~advised)))


def _here(required: CTE) -> ColumnElement[bool]:
    return and_(required.c.call_id == Application.call_id, required.c.stage == Application.stage)
