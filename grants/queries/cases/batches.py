"""The facts about batches of payments that the guards of their flow read."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from sqlalchemy import func, literal, select, union_all

from grants.db import db
from grants.models import Award, Batch, Instalment, Payment
from grants.queries.applications import involvements
from workflows import cases

MAKER = "maker"


def cases_of(rows: Sequence[Batch]) -> list[cases.BatchCase]:
    """The cases of these batches, in one query for any number of payments."""
    makers, apart = _people(rows)
    return [
        cases.BatchCase(
            step=row.step,
            prepared_by=row.prepared_by,
            approved_by=row.approved_by,
            released_by=row.released_by,
            award_makers=frozenset(makers[row.id]),
            involvements=apart.get(row.id, involvements.NOBODY),
            payments=sum(makers[row.id].values()),
        )
        for row in rows
    ]


def _people(rows: Sequence[Batch]) -> tuple[dict[int, dict[int, int]], dict[int, cases.Involvements]]:
    """By batch, who made the awards with how many payments of each, and who must not handle it."""
    awards = (
        select(Payment.batch_id, literal(MAKER), Award.made_by, func.count())
        .join(Instalment, Instalment.id == Payment.instalment_id)
        .join(Award, Award.id == Instalment.award_id)
        .where(Payment.batch_id.in_([row.id for row in rows]), ~Payment.undone)
        .group_by(Payment.batch_id, Award.made_by)
    )
    others = [arm.add_columns(literal(0)) for arm in involvements.arms(rows)]
    found = db.session.execute(union_all(awards, *others)).all()
    makers: dict[int, dict[int, int]] = defaultdict(dict)
    for batch, kind, person, count in found:
        if kind == MAKER:
            makers[batch][person] = count
    return makers, involvements.grouped(row[:3] for row in found if row[1] != MAKER)
