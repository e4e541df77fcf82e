"""The page of one award: money, instalments, agreement, reports and documents."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from grants.models import Award, Report
from grants.queries import documents
from grants.queries.applications.statuses import Status
from grants.queries.documents import DocumentStatus
from grants.queries.money import awards
from grants.web.applications import status
from grants.web.awards import agreement, money_view
from grants.web.awards.agreement import AgreementView
from grants.web.awards.money_view import MoneyView, Returns
from grants.web.reports import progress
from grants.web.reports.progress import ReportRow
from grants.web.site.authorization import principal
from grants.web.transitions import Offer, available, by_weight
from workflows.engine.steps import Step


@dataclass(frozen=True, slots=True)
class AwardPage:
    """One award. for_staff: the reader does not act for the grantee.

    due: the next report that the grantee submits; soon: whether it is due now. returns: unspent funds, None where
    there are none.
    """

    award: Award
    step: Step
    for_staff: bool
    money: MoneyView
    returns: Returns | None
    agreement: AgreementView
    reports: Sequence[ReportRow]
    due: Report | None
    soon: bool
    documents: Sequence[DocumentStatus]


def show(award: Award) -> AwardPage:
    """The page of this award, as the reader may see it."""
    made = _offers(award)
    reports = awards.reports(award, principal())
    due = next((report for report in reports if report.step == "due"), None)
    return AwardPage(
        award=award,
        step=status.step_of(award.application, Status(agreement=award.agreement.step)),
        for_staff=award.application.organisation_id not in principal().organisations,
        money=money_view.of(award),
        returns=money_view.returns(award, made),
        agreement=agreement.of(award, made),
        reports=[ReportRow(report, progress.step_of(report)) for report in reports],
        due=due,
        soon=due is not None and progress.is_due(due),
        documents=documents.of(award.application, principal()),
    )


def _offers(award: Award) -> list[Offer]:
    """Actions on the agreement and, until both sides have signed, on the whole award."""
    ways_out = {"to_sign": ("turn_down", "take_back"), "countersign": ("refuse",)}.get(award.agreement.step, ())
    whole = [offer for offer in available(award.application) if offer.transition.key in ways_out] if ways_out else []
    return by_weight([*available(award.agreement), *whole])
