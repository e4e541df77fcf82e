"""The facts about batches of payments that the guards of their flow read."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from sqlalchemy import func, select

from grants.db import db
from grants.models import Award, Batch, Instalment, Payment
from workflows import cases


def cases_of(rows: Sequence[Batch]) -> list[cases.BatchCase]:
    """The cases of these batches, in one query for any number of payments."""
    wanted = (
        select(Payment.batch_id, Award.made_by, func.count())
        .join(Instalment, Instalment.id == Payment.instalment_id)
        .join(Award, Award.id == Instalment.award_id)
        .where(Payment.batch_id.in_([row.id for row in rows]), ~Payment.undone)
        .group_by(Payment.batch_id, Award.made_by)
    )
    makers: dict[int, dict[int, int]] = defaultdict(dict)
    for batch, maker, count in db.session.execute(wanted):
        makers[batch][maker] = count
    return [
        cases.BatchCase(
            step=row.step,
            prepared_by=row.prepared_by,
            approved_by=row.approved_by,
            released_by=row.released_by,
            award_makers=frozenset(makers[row.id]),
            payments=sum(makers[row.id].values()),
        )
        for row in rows
    ]
