"""The flow of a row, and the application that it belongs to."""

from __future__ import annotations

from grants.models import Agreement, Application, Assignment, Batch, Call, Instalment, Report, Verification
from workflows.engine.flow import Flow, Transition
from workflows.flows import agreement, assignment, call, payment, report, verification
from workflows.programmes import programmes

InApplication = Application | Assignment | Agreement | Report | Instalment
Stateful = InApplication | Batch | Call | Verification
"""The rows that have a flow. A batch belongs to no application, because it pays instalments of several."""


FLOWS: dict[type[Stateful], Flow] = {
    Call: call.FLOW,
    Assignment: assignment.FLOW,
    Agreement: agreement.FLOW,
    Report: report.FLOW,
    Instalment: payment.INSTALMENT,
    Batch: payment.BATCH,
    Verification: verification.FLOW,
}
"""The flow of each kind of row, except applications: theirs depends on the programme."""


def flow_of(row: Stateful) -> Flow:
    """The flow of this row."""
    return programmes()[row.call.programme].flow if isinstance(row, Application) else FLOWS[type(row)]


def transitions_of(table: str, key: str) -> tuple[Transition, ...]:
    """The transitions of this key, in every flow that a row of the table can have."""
    flows: dict[str, tuple[Flow, ...]] = {type_.__tablename__: (flow,) for type_, flow in FLOWS.items()}
    flows[Application.__tablename__] = tuple(one.flow for one in programmes().values())
    return tuple(row for flow in flows.get(table, ()) for row in flow.transitions if row.key == key)


def parent_application(row: InApplication) -> Application:
    """The application that the row belongs to; an application belongs to itself."""
    match row:
        case Application():
            return row
        case Assignment():
            return row.application
        case _:
            return row.award.application
