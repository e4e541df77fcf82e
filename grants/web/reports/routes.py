"""Reports: the list, the page to read one, and the page to write one."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from flask import Blueprint, jsonify, redirect, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response as AnyResponse

from grants.access import Permission
from grants.db import today
from grants.forms.reports import ReportForm
from grants.models import ApplicationSave, Report
from grants.queries import awards, completeness, reports
from grants.services.transitions import Stale
from grants.web.reports import editor
from grants.web.reports.progress import indicators, money_used
from grants.web.site.authorization import load, permitted, principal
from grants.web.site.formats import amount, translate
from grants.web.site.navigation import page
from grants.web.transitions import available
from workflows.deadlines import READ_WITHIN_DAYS
from workflows.engine.roles import Role
from workflows.engine.steps import STEPS

bp = Blueprint("reports", __name__)

OURS = frozenset({Role.OFFICER, Role.APPROVER, Role.AUDITOR})


@bp.get("/reports")
@permitted(Permission.READ_REPORT)
def index() -> str:
    """The reports at one step; by default those to read for staff, those to submit for grantees."""
    ours = bool(OURS & principal().roles)
    asked = request.args.get("step", "")
    step = asked if asked in reports.STEPS else ("received" if ours else "due")
    rows, after = reports.listed(principal(), step, after=_place(request.args.get("after", "")))
    more = url_for(".index", step=step, after=f"{after[0]}_{after[1]}") if after else None
    shown = {"tabs": _tabs(step, ours=ours), "first": "after" not in request.args, "next": more, "today": today()}
    return page("reports/index.html", rows=rows, step=step, steps=STEPS, ours=ours, **shown)


@bp.get("/reports/<int:id>")
@permitted(Permission.READ_REPORT)
def show(id: int) -> str:
    """One report: figures against targets, money used, texts, and the actions available to the reader."""
    report = load(Report, id)
    beside = _beside(report)
    if beside["ours"] and report.step == "due":
        return page("reports/unsent.html", report=report, steps=STEPS)
    return page("reports/show.html", report=report, offers=available(report), steps=STEPS, **_told(report), **beside)


@bp.get("/reports/<int:id>/write")
@permitted(Permission.WRITE_REPORT)
def write(id: int) -> str | AnyResponse:
    """The form of a report, or the comparison of a rejected save with the saved version."""
    report = load(Report, id)
    if report.step != "due":
        return redirect(url_for(".show", id=id))
    kept = request.args.get("kept", type=int)
    lost = editor.lost_text(report, load(ApplicationSave, kept)) if kept is not None else None
    return editor.written_page(report, ReportForm.of(report, lost), compared=lost is not None, kept=kept)


@bp.post("/reports/<int:id>/write")
@permitted(Permission.WRITE_REPORT)
def save(id: int) -> AnyResponse | tuple[AnyResponse | str, int]:
    """Save the report. A number that cannot be parsed keeps its old value; everything else is saved."""
    report = load(Report, id)
    form = ReportForm.of(report)
    readable = form.sent()
    try:
        editor.keep(report, form)
    except Stale:
        return editor.too_late(report, form)
    if "X-Autosave" in request.headers:
        return jsonify(editor.saved(report, form))
    if not readable:
        return editor.written_page(report, form), 422
    return redirect(url_for(".check" if request.form.get("then") == "check" else ".write", id=id))


@bp.get("/reports/<int:id>/send")
@permitted(Permission.WRITE_REPORT)
def check(id: int) -> str:
    """What is missing before the report can be submitted, each with a link to its field, or the button."""
    report = load(Report, id)
    wanting = [
        {"text": translate(message), "url": url_for(".write", id=id, _anchor=message.cure)}
        for message in completeness.of(report)
    ]
    found, known = available(report), {one["text"] for one in wanting}
    against = [reason["text"] for offer in found for reason in offer["reasons"] if reason["text"] not in known]
    return page("reports/send.html", report=report, missing=wanting, against=against, offers=found)


def _told(report: Report) -> dict[str, Any]:
    """The content of the report, for the template."""
    lines, sums = money_used(report)
    return {"indicators": indicators(report), "lines": lines, "sums": sums, "sender": reports.sender(report)}


def _beside(report: Report) -> dict[str, Any]:
    """What the page shows beside the report."""
    return {
        "waiting": reports.waiting(report),
        "checks": _checks(report),
        "clock": _clock(report),
        "ours": report.award.application.organisation_id not in principal().organisations,
    }


def _place(text: str) -> tuple[date, int] | None:
    """The paging position from the query string; None, meaning the first page, if it cannot be parsed."""
    on, _, number = text.partition("_")
    try:
        return date.fromisoformat(on), int(number)
    except ValueError:
        return None


def _tabs(present: str, *, ours: bool) -> list[dict[str, Any]]:
    titles = (
        {"received": gettext("To read"), "due": gettext("With the grantee"), "approved": gettext("Approved")}
        if ours
        else {"due": gettext("To submit"), "received": gettext("With us"), "approved": gettext("Approved")}
    )
    return [
        {"title": title, "url": url_for(".index", step=step), "present": step == present}
        for step, title in titles.items()
    ]


def _clock(report: Report) -> dict[str, Any] | None:
    """For a submitted report: the day of reading, the number of days allowed, and the last day."""
    if report.step != "received":
        return None
    began = report.step_at.date()
    until = began + timedelta(days=READ_WITHIN_DAYS)
    return {"day": (today() - began).days + 1, "of": READ_WITHIN_DAYS, "until": until}


def _checks(report: Report) -> list[dict[str, str]]:
    """Automatic checks that save the reader a comparison by hand."""
    currency, paid, used = (
        report.award.currency,
        awards.held([report.award_id])[report.award_id].paid,
        reports.used(report),
    )
    sourced = all(figure.source or figure.indicator.how for figure in report.figures)
    fits = {"used": amount(used, currency), "paid": amount(paid, currency)}
    found = [
        (
            "tick" if sourced else "diamond",
            gettext("Every indicator has a source") if sourced else gettext("An indicator has no source"),
        ),
        (
            "tick" if used <= paid else "diamond",
            gettext("%(used)s used of %(paid)s paid", **fits)
            if used <= paid
            else gettext("%(used)s used, but only %(paid)s paid", **fits),
        ),
    ]
    if report.story:
        found.append(
            ("tick", gettext("Consent given for the story"))
            if report.story_consent
            else ("cross", gettext("No consent for the story"))
        )
    return [{"mark": mark, "text": text} for mark, text in found]
