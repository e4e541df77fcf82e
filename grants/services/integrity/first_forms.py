"""The fingerprints of earlier releases, in their frozen form: what an event stores as `facts`, without a version.

They hash an application, agreement, batch, report or assignment together with the rows that belonged to it. Columns are
listed here as they were, so that a later column changes nothing.
"""

from __future__ import annotations

from functools import singledispatch
from typing import Any

from sqlalchemy import select

from grants.db import Model, db
from grants.models import (
    Agreement,
    Application,
    Appointment,
    Assignment,
    Batch,
    Call,
    Instalment,
    Membership,
    Payment,
    Repayment,
    Report,
    Review,
    Submission,
)
from grants.services.integrity.fingerprints import canonical_hash, of_stored

MODELS: dict[str, type[Any]] = {
    model.__tablename__: model
    for model in (Application, Agreement, Instalment, Report, Batch, Call, Assignment, Appointment, Membership)
}
"""The models that have such a fingerprint, by table."""
AWARD = "id application_id number amount currency conditions starts_on ends_on made_by made_at met_at met_by"


@singledispatch
def of(row: Any) -> str | None:
    """SHA-256 of the row's settled values; None while they could change freely. Raises TypeError for other models."""
    raise TypeError(f"{type(row).__name__} has no fingerprint")


@of.register
def _(row: Application) -> str:
    """The application with its submissions."""
    columns = (
        "id call_id organisation_id created_by reference stage title summary starts_on months asked created_at"
        " submitted_at submission_id invited_until"
    )
    sent = select(Submission).where(Submission.application_id == row.id).order_by(Submission.number)
    return canonical_hash(_columns(row, columns), [_submission(one) for one in db.session.scalars(sent)])


@of.register
def _(row: Agreement) -> str:
    columns = "id award_id number signed_by signed_name signed_at countersigned_by countersigned_name countersigned_at"
    award = row.award
    wanted = select(Repayment).where(Repayment.award_id == award.id).order_by(Repayment.id)
    came_back = [
        _columns(one, "id award_id amount currency received_on reference by at") for one in db.session.scalars(wanted)
    ]
    return canonical_hash(
        _columns(row, columns),
        _columns(award, AWARD),
        [[line.id, line.agreed] for line in award.lines],
        *([came_back] if came_back else []),
    )


@of.register
def _(row: Instalment) -> str:
    return canonical_hash(_columns(row, "id award_id number amount conditions"))


@of.register
def _(row: Batch) -> str:
    columns = "id number fund_id prepared_by prepared_at approved_by approved_at released_by released_at"
    payments = select(Payment).where(Payment.batch_id == row.id).order_by(Payment.id)
    payment = "id batch_id instalment_id amount currency undone paid_at"
    return canonical_hash(_columns(row, columns), [_columns(one, payment) for one in db.session.scalars(payments)])


@of.register
def _(row: Report) -> str | None:
    if row.step == "due":
        return None
    columns = (
        "id award_id number title kind due_on summary setbacks next_steps story story_by story_consent question unread"
        " saved_at sent_by sent_at approved_by approved_at"
    )
    figures = [[figure.id, figure.actual, figure.source] for figure in row.figures]
    spending = [[spent.id, spent.spent, spent.explanation] for spent in row.spending]
    return canonical_hash(_columns(row, columns), figures, spending)


@of.register
def _(row: Call) -> str | None:
    columns = "id programme title currency fund_id opens_at opened_at rules created_by created_at"
    return None if row.step == "draft" else canonical_hash(_columns(row, columns))


@of.register
def _(row: Assignment) -> str:
    columns = "id application_id submission_id person_id stage due_on assigned_by assigned_at cleared_at reason"
    named = _columns(row, columns) | {"state": row.step}
    return canonical_hash(named, _review(row.review) if row.step == "sent" else None)


@of.register
def _(row: Appointment) -> str:
    return canonical_hash(_columns(row, "id person_id role programme call_id created_at ended_at"))


@of.register
def _(row: Membership) -> str:
    return canonical_hash(_columns(row, "id person_id organisation_id title created_at ended_at"))


def _review(review: Review | None) -> list[Any]:
    """The columns of a review, and its scores by criterion."""
    if review is None:
        return []
    scores = sorted((score.criterion, score.points, score.comment) for score in review.scores)
    columns = "id assignment_id strengths concerns questions fund amount confidence sent_at"
    return [_columns(review, columns), scores]


def _submission(row: Submission) -> list[Any]:
    """The columns of a submission; also the hash of its content if `sha256` is not that."""
    columns = "id application_id number stage sha256 salt sent_at sent_by preserved"
    return [_columns(row, columns), *([] if row.preserved else [of_stored(row)])]


def _columns(row: Model, names: str) -> dict[str, Any]:
    return {name: getattr(row, name) for name in names.split()}
