"""Reports: the list, the page to read one, and the page to write one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from flask import Blueprint, jsonify, redirect, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response as AnyResponse

from grants.access.permissions import Permission
from grants.db import today
from grants.forms.reports import ReportForm
from grants.models import ApplicationSave, Report
from grants.queries import reports
from grants.services.refusals import Stale
from grants.web.reports import editor, progress
from grants.web.reports.progress import ReportRow, UnsentPage
from grants.web.site.actions import action
from grants.web.site.authorization import load, permitted, principal
from grants.web.site.autosave import automatic
from grants.web.site.components import Tab
from grants.web.site.idempotency import idempotent_beside_autosave
from grants.web.site.labels import labelled
from grants.web.site.navigation import page
from grants.web.transitions import available
from workflows.engine.message import N_
from workflows.engine.roles import Role
from workflows.engine.steps import STEPS, Step
from workflows.forms import values

bp = Blueprint("reports", __name__)

OURS = frozenset({Role.OFFICER, Role.APPROVER, Role.AUDITOR})


@dataclass(frozen=True, slots=True)
class ReportsPage:
    """A page of the reports at one step. ours: whether it is shown to staff; next, previous: addresses or None."""

    rows: Sequence[ReportRow]
    step: Step
    tabs: tuple[Tab, ...]
    ours: bool
    today: date
    next: str | None
    previous: str | None


@bp.get("/reports")
@permitted(Permission.READ_REPORT)
def index() -> str:
    """The reports at one step; by default those to read for staff, those to submit for grantees."""
    ours = bool(OURS & principal().roles)
    asked = request.args.get("step", "")
    step = asked if asked in reports.STEPS else ("received" if ours else "due")
    return page("reports/index.html", _listed(step, ours=ours))


@bp.get("/reports/<int:id>")
@permitted(Permission.READ_REPORT)
def show(id: int) -> str:
    """One report: figures against targets, money used, texts, and the actions available to the reader."""
    report = load(Report, id)
    if progress.ours(report) and report.step == "due":
        return page("reports/unsent.html", UnsentPage(report, progress.step_of(report)))
    return page("reports/show.html", progress.report_page(report, available(report)))


@bp.get("/reports/<int:id>/write")
@permitted(Permission.WRITE_REPORT)
def write(id: int) -> str | AnyResponse:
    """The form of a report, or the comparison of a rejected save with the saved version."""
    report = load(Report, id)
    if report.step != "due":
        return redirect(url_for(".show", id=id))
    kept = request.args.get("kept", type=values.whole)
    lost = editor.lost_text(report, load(ApplicationSave, kept)) if kept is not None else None
    form = ReportForm.of(report, lost)
    checked = lost is None and "checked" in request.args
    view = editor.written_page(report, form, compared=lost is not None, kept=kept, checked=checked)
    return page("reports/write.html", view)


@bp.post("/reports/<int:id>/write")
@permitted(Permission.WRITE_REPORT)
@action(N_("Save"), lambda unread: unread.row(Report).award.application.title)
@labelled(lambda unread: ReportForm.of(unread.row(Report)))
@idempotent_beside_autosave
def save(id: int) -> AnyResponse | tuple[AnyResponse | str, int]:
    """Save the report. A number that cannot be parsed keeps its old value; everything else is saved."""
    report = load(Report, id)
    form = ReportForm.of(report)
    readable = form.sent()
    try:
        editor.keep(report, form)
    except Stale:
        return editor.too_late(report, form)
    if automatic():
        return jsonify(editor.saved(report, form))
    if not readable:
        return page("reports/write.html", editor.written_page(report, form)), 422
    return redirect(url_for(".check" if request.form.get("then") == "check" else ".write", id=id))


@bp.get("/reports/<int:id>/send")
@permitted(Permission.WRITE_REPORT)
def check(id: int) -> str:
    """What is missing before the report can be submitted, each with a link to its field, or the button."""
    report = load(Report, id)
    return page("reports/send.html", editor.submission_page(report, available(report)))


def _listed(step: str, *, ours: bool) -> ReportsPage:
    rows, after = reports.listed(principal(), step, after=_place(request.args.get("after", "")))
    return ReportsPage(
        rows=[ReportRow(report, progress.step_of(report)) for report in rows],
        step=STEPS[step],
        tabs=_tabs(step, ours=ours),
        ours=ours,
        today=today(),
        next=url_for(".index", step=step, after=f"{after[0]}_{after[1]}") if after else None,
        previous=url_for(".index", step=step) if "after" in request.args else None,
    )


def _place(text: str) -> tuple[date, int] | None:
    """The paging position from the query string; None, meaning the first page, if it cannot be parsed."""
    on, _, number = text.partition("_")
    try:
        return values.day(on), values.whole(number)
    except ValueError:
        return None


def _tabs(present: str, *, ours: bool) -> tuple[Tab, ...]:
    titles = (
        {"received": gettext("To review"), "due": gettext("With the grantee"), "approved": gettext("Approved")}
        if ours
        else {"due": gettext("To submit"), "received": gettext("With us"), "approved": gettext("Approved")}
    )
    return tuple(Tab(title, url_for(".index", step=step), step == present) for step, title in titles.items())
