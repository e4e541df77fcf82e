"""Mean review scores in a call: those of one proposal compared with those of the funded proposals."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import or_, select

from grants.db import db
from grants.models import Application, Assignment, Review, Score
from grants.queries.reviews.written import BEST

FUNDED = ("agreement", "active", "closed")
"""The steps of an application whose award is in force."""
LEAST = 3
"""With fewer funded proposals no mean is given, because it would reveal the score of one proposal."""


@dataclass(frozen=True, slots=True)
class Beside:
    """Out of a hundred: the mean score of a proposal, and the mean of the mean scores of the funded proposals."""

    own: Decimal
    funded: Decimal


def beside_funded(application: Application) -> Beside | None:
    """Scores of a reviewed proposal and of the funded ones of its call and stage; None if they cannot be compared."""
    means = _means(application)
    own = means.pop(application.id, None)
    if own is None or len(means) < LEAST:
        return None
    return Beside(own=round(own, 1), funded=round(sum(means.values(), Decimal(0)) / len(means), 1))


def _means(application: Application) -> dict[int, Decimal]:
    """The mean of the complete reviews, by application: for this one and the funded ones."""
    weights = {criterion.key: criterion.weight for criterion in application.call.data.rubric}
    totals: dict[tuple[int, int], dict[str, Decimal]] = defaultdict(dict)
    rows = db.session.execute(
        select(Assignment.application_id, Score.review_id, Score.criterion, Score.points)
        .join(Review, Review.id == Score.review_id)
        .join(Assignment, Assignment.id == Review.assignment_id)
        .join(Application, Application.id == Assignment.application_id)
        .where(
            Application.call_id == application.call_id,
            Assignment.stage == application.stage,
            Assignment.step == "sent",
            or_(Application.id == application.id, Application.step.in_(FUNDED)),
        )
        .order_by(Score.id)
    )
    for id, review, criterion, points in rows:
        if criterion in weights and points is not None:
            totals[id, review][criterion] = Decimal(weights[criterion] * points) / BEST
    whole: dict[int, list[Decimal]] = defaultdict(list)
    for (id, _), found in totals.items():
        if len(found) == len(weights):
            whole[id].append(sum(found.values(), Decimal(0)))
    return {id: sum(given, Decimal(0)) / len(given) for id, given in whole.items()}
