"""Every flow of the product: the variants for applications, and those of agreements, reports and payments."""

from __future__ import annotations

from workflows.flows import agreement, application, payment, report

APPLICATIONS = (application.PANEL, application.OFFICER_DECIDES, application.TWO_STAGES, application.DISASTER)
FLOWS = (*APPLICATIONS, agreement.FLOW, report.FLOW, payment.INSTALMENT, payment.BATCH)
