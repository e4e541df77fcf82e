"""The facts that somebody needs who repeats an action that was refused: those of the page of its row, in short."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from flask_babel import gettext, ngettext

from grants.access.principals import roles_on
from grants.db import now
from grants.models import Agreement, Application, Assignment, Award, Batch, Call, Report, Verification
from grants.queries import calls, cases
from grants.queries.applications import drafts
from grants.queries.cases.applications import recommendation
from grants.queries.money import batches
from grants.web.applications.decision_summary import advised
from grants.web.site.authorization import principal
from grants.web.site.components import Fact
from grants.web.site.formats import amount, day, instant, translate
from workflows.engine.message import Message
from workflows.engine.roles import Role
from workflows.forms.contents import REPLY


def facts_of(row: Any) -> list[Fact]:
    """The facts of a row with a flow, as far as its page shows them to the reader."""
    return next(make(row) for model, make in FACTS.items() if isinstance(row, model))


def _application(row: Application) -> list[Fact]:
    months = [Fact(gettext("Duration"), ngettext("%(num)s month", "%(num)s months", row.months))] if row.months else []
    asked = [Fact(gettext("Requested"), amount(row.asked, row.call.currency))] if row.asked else []
    return [*_applicant(row), *asked, *months, *(_decision(row) if row.step in {"review", "panel", "decision"} else [])]


def saved_draft(row: Application) -> list[Fact]:
    """When the draft was saved last, and the answer to the officer's question in it; for the applicant's side alone."""
    saved, reply = gettext("Saved version"), drafts.content(row).answers.get(REPLY)
    answer = [Fact(f"{saved}: {gettext('Your answer to our question')}", str(reply))] if reply else []
    return [Fact(saved, instant(drafts.of(row).saved_at)), *answer]


def _applicant(row: Application) -> list[Fact]:
    number = [Fact(gettext("Number"), row.reference)] if row.reference else []
    return [*number, Fact(gettext("Applicant"), row.organisation.name), Fact(gettext("Call"), row.call.title)]


def _decision(row: Application) -> list[Fact]:
    """What an award rests on, for those who recommend or decide."""
    if not roles_on(row, principal()) & {Role.OFFICER, Role.APPROVER} or row.id in principal().reviewing:
        return []
    found, currency = [], row.call.currency
    if advice := recommendation(row):
        text = advised(advice.kind, amount(advice.amount, currency), advice.person.name)
        found.append(Fact(gettext("Officer’s recommendation"), text))
    left = calls.money_left(row.call, cases.of(row, now()), principal())
    return (
        [*found, Fact(gettext("Available in the call’s envelope"), amount(left, currency))]
        if left is not None
        else found
    )


def _award(award: Award) -> list[Fact]:
    return [
        Fact(gettext("Grant"), award.number),
        Fact(gettext("Grantee"), award.application.organisation.name),
        Fact(gettext("Amount"), amount(award.amount, award.currency)),
        Fact(
            gettext("Project"),
            gettext("%(start)s to %(end)s", start=day(award.starts_on, "year"), end=day(award.ends_on, "year")),
        ),
    ]


def _agreement(row: Agreement) -> list[Fact]:
    return [*_award(row.award), Fact(gettext("Agreement"), row.number)]


def _report(row: Report) -> list[Fact]:
    report = Fact(gettext("Report"), translate(Message(row.title)))
    return [report, Fact(gettext("Due"), day(row.due_on, "year")), *_award(row.award)]


def _batch(row: Batch) -> list[Fact]:
    payments = batches.payments(row)
    total = sum((payment.amount for payment in payments), Decimal(0))
    return [
        Fact(gettext("Payments"), str(len(payments))),
        Fact(gettext("Total"), amount(total, row.fund.currency)),
        Fact(gettext("Fund"), row.fund.title),
    ]


def _call(row: Call) -> list[Fact]:
    deadline = [Fact(gettext("Deadline"), instant(row.closes_at))] if row.closes_at else []
    money = calls.money(row, principal())
    return [
        *deadline,
        Fact(gettext("Envelope"), amount(money.given, row.currency)),
        Fact(gettext("Fund"), row.fund.title),
    ]


def _verification(row: Verification) -> list[Fact]:
    return [Fact(gettext("Organisation"), row.organisation.name), Fact(gettext("Due"), day(row.due_on, "year"))]


FACTS: dict[type[Any], Callable[[Any], list[Fact]]] = {
    Application: _application,
    Assignment: lambda row: _applicant(row.application),
    Agreement: _agreement,
    Report: _report,
    Batch: _batch,
    Call: _call,
    Verification: _verification,
}
"""By the model of the row."""
