"""Awards: the list, and the page of one award."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, redirect, request, url_for
from flask_babel import gettext, ngettext
from markupsafe import Markup, escape
from werkzeug.wrappers import Response

from grants.access import Permission, roles_on
from grants.db import db, transaction
from grants.forms.awards import DivisionForm
from grants.models import Application, Award, Instalment, Payment
from grants.queries import awards, cases, documents
from grants.queries.statuses import Status
from grants.services import awards as deeds
from grants.services.transitions import Refused, Stale
from grants.web.applications import status
from grants.web.site.authorization import actor_on_row, load, page_position, permitted, principal
from grants.web.site.formats import amount, day, number, translate
from grants.web.site.navigation import page
from grants.web.transitions import available
from workflows.engine.roles import Role
from workflows.engine.steps import STEPS

bp = Blueprint("awards", __name__)


@bp.get("/awards")
@permitted(Permission.READ_AWARD)
def index() -> str:
    """The awards that the reader may see, newest first."""
    stage = request.args.get("stage", "")
    rows, after = awards.listed(principal(), stage=stage, before=page_position("before"))
    return page(
        "awards/index.html",
        awards=rows,
        held=awards.held(row.id for row in rows),
        tabs=_tabs(stage),
        steps=STEPS,
        next=url_for(".index", stage=stage or None, before=after) if after else None,
        first="before" not in request.args,
    )


@bp.get("/awards/<int:id>")
@permitted(Permission.READ_AWARD)
def show(id: int) -> str:
    """One award: amounts, the conditions of each instalment, signatures, reports, documents."""
    award = load(Award, id)
    made = _offers(award)
    return page(
        "awards/show.html",
        award=award,
        step=status.step_of(award.application, Status(agreement=award.agreement.step)),
        offers=[offer for offer in made if offer["transition"].key != "returned"],
        returns=_returns(award, made),
        lines=awards.lines(award.application) if award.amount < award.application.asked else [],
        divides=_divisible(award) and Role.APPLICANT in roles_on(award, principal()),
        **_money(award),
        **_documents(award),
    )


def _offers(award: Award) -> list[dict[str, Any]]:
    """Actions on the agreement and, until both sides have signed, on the whole award."""
    ways_out = {"to_sign": ("turn_down", "take_back"), "countersign": ("refuse",)}.get(award.agreement.step, ())
    whole = [offer for offer in available(award.application) if offer["transition"].key in ways_out] if ways_out else []
    return [*available(award.agreement), *whole]


def _returns(award: Award, made: list[dict[str, Any]]) -> dict[str, Any] | None:
    """Unspent funds, repayments and finance's form to record one; None if none of these applies."""
    rows = awards.repayments(award)
    record = [offer for offer in made if offer["transition"].key == "returned" and not offer["reasons"]]
    if not (rows or award.unused or record):
        return None
    settled = award.unused or award.to_close or award.application.step == "closed"
    return {"rows": rows, "used": cases.used(award) if settled else None, "offers": record}


@bp.get("/awards/<int:id>/budget")
@permitted(Permission.DIVIDE_AWARD)
def budget(id: int) -> str | Response:
    """The form to distribute a partial award over the budget lines, until the grantee signs."""
    award = load(Award, id)
    if not _divisible(award):
        return redirect(url_for(".show", id=id, _anchor="agreement"))
    return page("awards/divide.html", award=award, form=_division(award), reasons=[])


@bp.post("/awards/<int:id>/budget")
@permitted(Permission.DIVIDE_AWARD)
def divide(id: int) -> Response | tuple[str, int]:
    """Save the amount of each line if together they equal the award."""
    award = load(Award, id)
    form, reasons = _division(award), []
    if form.sent():
        try:
            with transaction():
                version = request.form.get("version", -1, type=int)
                deeds.divide(award, form.values(), actor=actor_on_row(award, Role.APPLICANT), version=version)
        except Refused as refused:
            if not _divisible(award):
                raise
            reasons = [translate(reason) for reason in refused.reasons]
        except Stale:
            db.session.refresh(award.agreement)
            if not _divisible(award):
                raise
            return page("awards/divide.html", award=award, form=form, reasons=[], meanwhile=True), 409
        else:
            return redirect(url_for(".show", id=id, _anchor="agreement"))
    return page("awards/divide.html", award=award, form=form, reasons=reasons), 422


def _division(award: Award) -> DivisionForm:
    return DivisionForm.of(award, awards.lines(award.application))


def _divisible(award: Award) -> bool:
    """Whether the award is smaller than requested and the grantee has not signed yet."""
    return award.amount < award.application.asked and award.agreement.step == "to_sign"


@bp.get("/applications/<int:id>/award")
@permitted(Permission.READ_AWARD)
def of(id: int) -> Response:
    """Redirect to the award of an application."""
    award = awards.of(load(Application, id), principal())
    return redirect(url_for(".show", id=award.id)) if award else abort(404)


def _money(award: Award) -> dict[str, Any]:
    """The award's balances in the ledger, and its instalments."""
    held = awards.held([award.id])[award.id]
    payments = awards.payments(award)
    return {
        "held": held,
        "parts": _parts(award, held, sum(payment.paid_at is not None for payment in payments.values())),
        "instalments": _instalments(award, payments),
        "fund": _fund(award),
    }


def _documents(award: Award) -> dict[str, Any]:
    """The award's reports and documents, and the next report due."""
    reports = awards.reports(award, principal())
    return {
        "reports": reports,
        "documents": documents.of(award.application, principal()),
        "due": next((report for report in reports if report.step == "due"), None),
        "ours": award.application.organisation_id not in principal().organisations,
        "steps": STEPS,
    }


def _fund(award: Award) -> dict[str, str] | None:
    """The fund that pays, as a link for readers who may see funds."""
    fund = award.application.call.fund
    return (
        {"title": fund.title, "url": url_for("funds.show", id=fund.id)}
        if principal().may(Permission.READ_FUND)
        else None
    )


def _tabs(present: str) -> list[dict[str, Any]]:
    titles = {"": gettext("All"), "running": gettext("Running"), "ended": gettext("Ended")}
    return [
        {"title": title, "url": url_for(".index", stage=stage or None), "present": stage == present}
        for stage, title in titles.items()
    ]


def _parts(award: Award, held: awards.Held, count: int) -> list[dict[str, Any]]:
    """The parts of the money bar: paid, in transit, payable, planned. count: number of payments made."""
    parts = [
        (
            "paid",
            held.paid,
            ngettext("paid, in %(num)s payment", "paid, in %(num)s payments", count) if count else gettext("paid"),
        ),
        ("returned", held.returned, gettext("of this, returned")),
        ("in_transit", held.in_transit, gettext("sent to the bank, not yet confirmed")),
        ("payable", held.payable, gettext("payable, not yet sent to the bank")),
        ("planned", held.planned, gettext("planned, conditions not all met yet")),
    ]
    always = {"paid", "payable", "planned"}
    return [
        {"kind": kind, "amount": part, "figure": amount(part, award.currency, code=False), "text": text}
        for kind, part, text in parts
        if part or kind in always
    ]


def _instalments(award: Award, payments: dict[int, Payment]) -> list[dict[str, Any]]:
    open_to_me = awards.batches(award, principal())
    return [_instalment(row, award, payments.get(row.id), open_to_me) for row in award.instalments]


def _instalment(row: Instalment, award: Award, payment: Payment | None, open_to_me: frozenset[int]) -> dict[str, Any]:
    step, on = _standing(row, payment)
    share = number(round(100 * row.amount / award.amount, 1))
    return {
        "number": row.number,
        "figure": amount(row.amount, award.currency, code=False),
        "share": f"{share}\N{NO-BREAK SPACE}%",
        "step": STEPS[step],
        "on": on,
        "next": _next(row, payment, open_to_me),
        "conditions": [
            {"mark": "tick" if holds else "ring", "text": translate(message)}
            for message, holds in cases.conditions(row)
        ],
    }


def _standing(row: Instalment, payment: Payment | None) -> tuple[str, str]:
    """The step of an instalment, continued by that of its payment, and the day it was reached."""
    if payment and payment.paid_at:
        return "paid", day(payment.paid_at.date(), "year")
    if payment and payment.batch.step == "released":
        return "released", gettext("since %(day)s", day=day(payment.batch.step_at.date(), "short"))
    if row.step == "payable":
        return "payable", gettext("since %(day)s", day=day(row.step_at.date(), "short"))
    return row.step, ""


def _next(row: Instalment, payment: Payment | None, open_to_me: frozenset[int]) -> Markup:
    """What happens next to an instalment; its batch is a link for readers who may open it."""
    if payment is None:
        waits = {
            "planned": gettext("It becomes payable automatically when every condition is met."),
            "payable": gettext("Finance adds it to the next batch."),
            "withdrawn": gettext("It was withdrawn and will not be paid."),
        }
        return escape(waits[row.step])
    batch = payment.batch
    sentences = {
        "prepared": gettext("%(batch)s is prepared and waiting for approval by a second person."),
        "approved": gettext("%(batch)s is approved and waiting for release by a third person."),
        "released": gettext("%(batch)s has been sent to the bank and is waiting for confirmation."),
        "paid": gettext("%(batch)s, confirmed by the bank on %(day)s."),
    }
    named: str | Markup = gettext("The batch of payments")
    if batch.id in open_to_me:
        named = Markup('<a href="{}">{}</a>').format(url_for("batches.show", id=batch.id), batch.number)
    return escape(sentences[batch.step]) % {
        "batch": named,
        "day": day(payment.paid_at.date(), "year") if payment.paid_at else "",
    }
