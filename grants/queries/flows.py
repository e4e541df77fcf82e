"""The flow of a row, and the application that it belongs to."""

from __future__ import annotations

from grants.models import Agreement, Application, Assignment, Batch, Instalment, Report
from workflows.engine.flow import Flow
from workflows.flows import agreement, assignment, payment, report
from workflows.programmes import programmes

InApplication = Application | Assignment | Agreement | Report | Instalment
Stateful = InApplication | Batch
"""The rows that have a flow. A batch belongs to no application, because it pays instalments of several."""


def flow_of(row: Stateful) -> Flow:
    """The flow of this row."""
    match row:
        case Application():
            return programmes()[row.call.programme].flow
        case Assignment():
            return assignment.FLOW
        case Agreement():
            return agreement.FLOW
        case Report():
            return report.FLOW
        case Instalment():
            return payment.INSTALMENT
        case Batch():
            return payment.BATCH


def parent_application(row: InApplication) -> Application:
    """The application that the row belongs to; an application belongs to itself."""
    match row:
        case Application():
            return row
        case Assignment():
            return row.application
        case _:
            return row.award.application
