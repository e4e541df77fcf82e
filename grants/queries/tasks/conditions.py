"""The guards of transitions as SQL, so that the inbox shows a task only to those whom the guards allow to do it."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import ColumnElement, and_, exists, func, or_, select, true
from sqlalchemy.orm import aliased

from grants.access.principals import Principal
from grants.access.visibility import impartial_batches
from grants.models import Application, Award, Batch, Conflict, Instalment, Involvement, Payment
from workflows.engine.effects import Effect
from workflows.engine.flow import Flow, Guard
from workflows.rules.involvements import no_rival, not_involved
from workflows.rules.money import a_third_person, pays_somebody, signed_impartially

Condition = Callable[[Principal], ColumnElement[bool]]
PAYMENTS = select(Payment.id).where(Payment.batch_id == Batch.id, ~Payment.undone)


def _third_person(principal: Principal) -> ColumnElement[bool]:
    decided = (
        PAYMENTS.join(Instalment, Instalment.id == Payment.instalment_id)
        .join(Award, Award.id == Instalment.award_id)
        .where(Award.made_by == principal.id)
    )
    return and_(
        func.coalesce(Batch.prepared_by, 0) != principal.id,
        func.coalesce(Batch.approved_by, 0) != principal.id,
        ~exists(decided.correlate(Batch)),
    )


def _signed_impartially(_: Principal) -> ColumnElement[bool]:
    other, paid = aliased(Application), aliased(Application)
    grants = (
        PAYMENTS.join(Instalment, Instalment.id == Payment.instalment_id)
        .join(Award, Award.id == Instalment.award_id)
        .join(paid, paid.id == Award.application_id)
    )
    declared = grants.join(Conflict, Conflict.application_id == paid.id).where(
        Conflict.lifted_at.is_(None), Conflict.person_id.in_((Batch.prepared_by, Batch.approved_by))
    )
    involved = (
        grants.join(other, other.call_id == paid.call_id)
        .join(Involvement, Involvement.application_id == other.id)
        .where(Involvement.person_id.in_((Batch.prepared_by, Batch.approved_by)))
    )
    return and_(~exists(declared.correlate(Batch)), ~exists(involved.correlate(Batch)))


CONDITIONS: dict[Guard, Condition] = {
    a_third_person: _third_person,
    signed_impartially: _signed_impartially,
    not_involved: lambda _: true(),
    no_rival: impartial_batches,
    pays_somebody: lambda _: exists(PAYMENTS.correlate(Batch)),
}
"""The condition of each guard, over the rows of its flow. People do not see batches that they are involved in."""


def actionable_batches(flow: Flow, principal: Principal) -> ColumnElement[bool]:
    """The batches on which the guards let the person apply the main transition of the step.

    Raises KeyError for a guard of such a transition without a condition.
    """
    return or_(
        *(
            and_(Batch.step.in_(row.source), *(CONDITIONS[guard](principal) for guard in row.guards))
            for row in flow.transitions
            if row.weight == "first"
        )
    )


def unfinished_batches(flow: Flow) -> ColumnElement[bool]:
    """The batches that a transition leads on from: a handful, so that the other conditions are asked of these alone."""
    return Batch.step.in_(sorted({step for row in flow.transitions for step in row.source}))


def lost_batches(flow: Flow, principal: Principal) -> ColumnElement[bool]:
    """The batches whose signatures no longer count, and that the guards let the person cancel."""
    cancelling = (row for row in flow.transitions if row.effect is Effect.CANCEL_BATCH)
    return and_(
        ~_signed_impartially(principal),
        or_(
            *(
                and_(Batch.step.in_(row.source), *(CONDITIONS[guard](principal) for guard in row.guards))
                for row in cancelling
            )
        ),
    )
