"""The scores and texts of a review, as they are written."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from grants.db import db, now
from grants.models import Review, Score
from grants.services.refusals import Stale
from grants.services.reviews.assignments import expect
from workflows.engine.roles import Actor


def save(
    review: Review,
    *,
    scores: Mapping[str, tuple[int | None, str]],
    texts: Mapping[str, str],
    fund: bool | None,
    amount: Decimal | None,
    confidence: int | None,
    amount_typed: str = "",
    version: int | None = None,
    actor: Actor | None = None,
) -> None:
    """Save a draft of a review, complete or not. scores: criterion → (points, comment); texts: column → text.

    amount_typed: what was typed as the amount and cannot be read.
    Raises Refused unless the reviewer has declared no conflict, has not submitted it, and the application is in review
    with the submission that is reviewed; Stale when the review's version is no longer `version`.
    """
    expect(review.assignment, actor=actor)
    if version is not None and review.version != version:
        raise Stale(review)
    held = {score.criterion: score for score in review.scores}
    for criterion, (points, comment) in scores.items():
        if criterion not in held:
            held[criterion] = Score(criterion=criterion)
            review.scores.append(held[criterion])
        held[criterion].points, held[criterion].comment = points, comment
    for name, text in texts.items():
        setattr(review, name, text)
    review.fund, review.amount, review.confidence, review.saved_at = fund, amount, confidence, now()
    review.amount_typed = amount_typed
    db.session.flush()
