"""Builds the cases that guards and rules read: all facts, in a bounded number of queries.

The facts are not filtered by what the principal may see, because a rule must know them all. People see them only
through the messages that rules return.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, overload

from grants.models import Agreement, Application, Assignment, Batch, Call, Instalment, Report, Verification
from grants.queries.cases import (
    agreements,
    applications,
    assignments,
    batches,
    calls,
    instalments,
    reports,
    verifications,
)
from grants.queries.flows import Stateful
from workflows.cases import (
    AgreementCase,
    ApplicationCase,
    AssignmentCase,
    BatchCase,
    CallCase,
    InstalmentCase,
    ReportCase,
    VerificationCase,
)

Case = (
    ApplicationCase
    | AssignmentCase
    | AgreementCase
    | ReportCase
    | InstalmentCase
    | BatchCase
    | CallCase
    | VerificationCase
)
TOGETHER: dict[type[Stateful], Callable[[Sequence[Any]], Sequence[Case]]] = {
    Instalment: instalments.cases_of,
    Batch: batches.cases_of,
    Assignment: assignments.cases_of,
}


def together(rows: Sequence[Stateful], arrived_at: datetime) -> list[Case]:
    """The cases of several rows of one table, in their order.

    Those of instalments, batches and assignments are built together, in the number of queries of a single one; the
    others one by one.
    """
    for model, cases_of in TOGETHER.items():
        if all(isinstance(row, model) for row in rows):
            return [*cases_of(rows)]
    return [of(row, arrived_at) for row in rows]


@overload
def of(row: Application, arrived_at: datetime) -> ApplicationCase: ...
@overload
def of(row: Stateful, arrived_at: datetime) -> Case: ...
def of(row: Stateful, arrived_at: datetime) -> Case:
    """The case of a row that has a flow. arrived_at: when the request came in, by the database clock."""
    match row:
        case Application():
            return applications.case(row, arrived_at)
        case Agreement():
            return agreements.case(row, arrived_at)
        case Call():
            return calls.case(row, arrived_at)
        case _:
            return _at_any_time(row)


def _at_any_time(row: Assignment | Report | Instalment | Batch | Verification) -> Case:
    """The case of a row whose rules know no time."""
    match row:
        case Assignment():
            return assignments.case(row)
        case Report():
            return reports.case(row)
        case Instalment():
            return instalments.cases_of([row])[0]
        case Batch():
            return batches.cases_of([row])[0]
        case Verification():
            return verifications.case(row)
