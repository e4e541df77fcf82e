"""The page to write a report, the answer to its automatic saves, and the handling of conflicting saves."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import abort, jsonify, request, url_for
from flask_babel import gettext
from markupsafe import Markup
from werkzeug.wrappers import Response

from grants.db import db, transaction
from grants.forms.reports import ReportForm
from grants.models import ApplicationSave, Report
from grants.queries import completeness
from grants.services import reports
from grants.services.applications import drafts
from grants.web.reports.progress import SpendingTotals, money_used, too_early
from grants.web.site.authorization import actor_on_row
from grants.web.site.autosave import Saved, automatic, owner, part
from grants.web.site.components import Problem
from grants.web.site.formats import clock, translate
from grants.web.site.navigation import page
from grants.web.site.versions import OUTDATED, sent_version
from workflows.engine.roles import Role
from workflows.forms.values import whole


@dataclass(frozen=True, slots=True)
class WritingPage:
    """The page on which a report is written.

    sums: of the money spent. compared: whether the stored value is shown beside every field that differs; theirs: these
    values, by field. kept: id of the rejected save. saved: time of the last save, or empty. checked: the form shows
    what is missing before the report can be submitted.
    """

    report: Report
    form: ReportForm
    checked: bool
    sums: SpendingTotals
    theirs: Mapping[str, str]
    compared: bool
    kept: int | None
    saved: str
    owner: str


@dataclass(frozen=True, slots=True)
class SubmissionPage:
    """The check before submission. missing: each with the address of its field; offers: the transitions available.

    too_early: the project has not begun.
    """

    report: Report
    missing: tuple[Problem, ...]
    offers: Sequence[object]
    too_early: bool


def written_page(
    report: Report, form: ReportForm, *, compared: bool = False, kept: int | None = None, checked: bool = False
) -> WritingPage:
    """The report's form. checked: with what is missing, for a reader who comes from the check.

    compared: whether to show the stored value beside every field that differs. kept: id of the rejected save.
    """
    if checked:
        _note_missing(report, form)
    return WritingPage(
        report=report,
        form=form,
        checked=checked,
        sums=money_used(report).sums,
        theirs=dict(_theirs(report, form)) if compared else {},
        compared=compared,
        kept=kept,
        saved=clock(report.saved_at) if report.version > 1 else "",
        owner=owner(),
    )


def submission_page(report: Report, offers: Sequence[object]) -> SubmissionPage:
    """What is missing before the report can be submitted."""
    missing = tuple(
        Problem(translate(message), url_for("reports.write", id=report.id, checked=1, _anchor=message.cure))
        for message in completeness.of(report)
    )
    return SubmissionPage(report, missing, offers, too_early(report))


def _theirs(report: Report, form: ReportForm) -> Iterator[tuple[str, str]]:
    """The stored text of each field in which the reader wrote something else."""
    stored = ReportForm.as_stored(report)
    texts = stored.typed()
    for field in form:
        if field.errors or _value_of(field) != _value_of(stored[field.name]):
            yield field.name, texts.get(field.name, "")


def _value_of(field: Any) -> Any:
    """A field's value, with empty, untouched and unticked all as an empty string."""
    return "" if field.data is None or field.data is False else field.data


def keep(report: Report, form: ReportForm) -> None:
    """Save the form in a transaction and settle the kept version, if any. Raises Refused or Stale."""
    with transaction():
        version = sent_version(OUTDATED)
        reports.save(report, **form.values(), version=version, actor=actor_on_row(report, Role.APPLICANT))
        _settle(request.form.get("kept", type=whole), report)


def _note_missing(report: Report, form: ReportForm) -> None:
    """Show what is missing at its field. Where the input cannot be read, the field says so."""
    for message in completeness.of(report):
        for field in form:
            if field.name == message.cure and not field.errors:
                field.errors = [translate(message)]


def saved(report: Report, form: ReportForm) -> Saved:
    """The answer to an automatic save: the values that could not be saved, and the totals."""
    parts = {
        "unread": part("reports/_unread.html", "unread", form),
        "sums": part("reports/_fields.html", "sums_row", money_used(report).sums),
    }
    wrong, lacking = [field.id for field in form if field.errors], [str(one.cure) for one in completeness.of(report)]
    return Saved(clock(report.saved_at), report.version, parts, wrong, lacking)


def too_late(report: Report, form: ReportForm) -> tuple[Response | str, int]:
    """Another save came first: keep the submitted version and show both; 409."""
    with transaction():
        row = drafts.keep_lost(
            report.award.application,
            section=_section(report),
            content=form.typed(),
            actor=actor_on_row(report, Role.APPLICANT),
            version=sent_version(OUTDATED),
        )
    if automatic():
        return jsonify(notice=_notice(url_for("reports.write", id=report.id, kept=row.id))), 409
    db.session.refresh(report)
    return page("reports/write.html", written_page(report, form, compared=True, kept=row.id)), 409


def lost_text(report: Report, row: ApplicationSave) -> dict[str, str]:
    """The texts of a rejected save, by field; 404 if it belongs to another report."""
    if row.section != _section(report) or row.application_id != report.award.application_id:
        abort(404)
    return {name: str(text) for name, text in row.content.items()}


def _settle(kept: int | None, report: Report) -> None:
    """Mark the kept version as settled after a save from the comparison page."""
    row = db.session.get(ApplicationSave, kept) if kept is not None else None
    if row is not None and row.section == _section(report):
        drafts.settle(row, actor=actor_on_row(report, Role.APPLICANT))


def _section(report: Report) -> str:
    return f"report:{report.id}"


def _notice(url: str) -> str:
    title, text = (
        gettext("This report was saved by another person or in another window"),
        gettext("Both versions are saved."),
    )
    link = Markup('<a href="{}">{}</a>').format(url, gettext("Compare and choose"))
    return Markup('<div class="notice yours"><h2>{}</h2><p>{} {}</p></div>').format(title, text, link)
