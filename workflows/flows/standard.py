"""Every flow of the product: the variants for applications, and those of what belongs to them or pays them."""

from __future__ import annotations

from workflows.flows import agreement, application, assignment, payment, report

APPLICATIONS = (application.PANEL, application.OFFICER_DECIDES, application.TWO_STAGES, application.DISASTER)
FLOWS = (*APPLICATIONS, assignment.FLOW, agreement.FLOW, report.FLOW, payment.INSTALMENT, payment.BATCH)
