"""Every flow of the product: calls, the variants for applications, and what belongs to these or pays them."""

from __future__ import annotations

from workflows.flows import agreement, application, assignment, call, payment, report, verification

APPLICATIONS = (application.PANEL, application.OFFICER_DECIDES, application.TWO_STAGES, application.DISASTER)
FLOWS = (
    call.FLOW,
    *APPLICATIONS,
    assignment.FLOW,
    agreement.FLOW,
    report.FLOW,
    payment.INSTALMENT,
    payment.BATCH,
    verification.FLOW,
)
