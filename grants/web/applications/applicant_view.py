"""Applications as their applicants see them: the list, and the page of one application."""

from __future__ import annotations

from typing import Any

from flask import url_for
from flask_babel import gettext

from grants.models import Application
from grants.queries import decisions, documents, history, proposals, statuses
from grants.queries.statuses import Status
from grants.web.applications import status
from grants.web.drafts.editor import WRITABLE, asked_of
from grants.web.site import timeline
from grants.web.site.authorization import principal
from grants.web.site.formats import day
from grants.web.site.navigation import page
from grants.web.transitions import available

JUST_SENT = ("checks", "triage")
FEW = 30


def show_own(application: Application) -> str:
    """The page of an application for its applicants."""
    facts = statuses.of([application])[application.id]
    step = status.step_of(application, facts)
    writable = application.step in WRITABLE
    return page(
        "applications/applicant_view.html",
        application=application,
        step=step,
        holds=status.held_by(step),
        line=status.line(application, facts),
        says=sentence(application, facts),
        facts=facts,
        writable=writable,
        sent=application.step in JUST_SENT,
        decision_by=status.decision_by(application),
        deadline=status.deadline(application) if writable else None,
        question=asked_of(application),
        decision=decisions.of(application, principal()),
        offers=_offers(application, writable=writable),
        documents=documents.of(application, principal()),
        events=timeline.entries(history.of(application, principal()))[:FEW],
        reading=proposals.reading(application),
    )


def _offers(application: Application, *, writable: bool) -> list[dict[str, Any]]:
    """The transitions offered here; submission has its own page, which lists what is missing."""
    return [offer for offer in available(application) if not (writable and offer["transition"].weight == "first")]


def show_list() -> str:
    """The page with the proposals of the reader's organisations."""
    rows = proposals.own(principal())
    return page("applications/applicant_list.html", rows=lines(rows, statuses.of(rows)))


def lines(applications: list[Application], facts: dict[int, Status]) -> list[dict[str, Any]]:
    """One row per application with its progress, for `templates/applications/_status.html`."""
    return [
        {
            "application": one,
            "step": (step := status.step_of(one, facts[one.id])),
            "holds": status.held_by(step),
            "line": status.line(one, facts[one.id]),
            "url": url_for("drafts.write" if one.step == "draft" else "applications.show", id=one.id),
        }
        for one in applications
    ]


def sentence(application: Application, facts: Status) -> str:
    """One sentence on who holds it and until when; empty if a notice on the page says so."""
    hear = status.decision_by(application)
    day_ = day(hear.date()) if hear else ""
    translate = {
        "review": gettext("Reviewers are assessing it. You will hear from us by %(day)s.", day=day_),
        "active": gettext("The award is active and the project is running."),
        "closed": gettext("The project is finished and the grant is closed."),
        "agreement": gettext("You have signed the agreement. We countersign next.")
        if facts.agreement == "countersign"
        else "",
    } | dict.fromkeys(
        ("triage", "checks", "panel", "decision"),
        gettext("We are assessing it. You will hear from us by %(day)s.", day=day_),
    )
    return translate.get(application.step, "")
