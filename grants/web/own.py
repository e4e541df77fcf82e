"""Applications as their applicants see them: the list, and the page of one application."""

from __future__ import annotations

from typing import Any

from flask import url_for
from flask_babel import gettext

from grants.models import Application
from grants.queries import decisions, documents, history, proposals
from grants.queries import standing as stood
from grants.queries.standing import Standing
from grants.web import past, standing
from grants.web.guard import who
from grants.web.moves import offers
from grants.web.shell import page
from grants.web.words import day
from grants.web.writing import WRITABLE, asked_of

JUST_SENT = ("checks", "triage")
FEW = 30


def show_own(application: Application) -> str:
    """The page of an application for its applicants."""
    facts = stood.of([application])[application.id]
    step = standing.step_of(application, facts)
    writable = application.step in WRITABLE
    return page(
        "applications/show_own.html",
        application=application,
        step=step,
        holds=standing.held_by(step),
        line=standing.line(application, facts),
        says=sentence(application, facts),
        facts=facts,
        writable=writable,
        sent=application.step in JUST_SENT,
        hear_by=standing.hear_by(application),
        deadline=standing.deadline(application) if writable else None,
        question=asked_of(application),
        decision=decisions.of(application, who()),
        offers=_offers(application, writable=writable),
        papers=documents.of(application, who()),
        events=past.told(history.of(application, who()))[:FEW],
        reading=proposals.reading(application),
    )


def _offers(application: Application, *, writable: bool) -> list[dict[str, Any]]:
    """The transitions offered here; submission has its own page, which lists what is missing."""
    return [offer for offer in offers(application) if not (writable and offer["move"].weight == "first")]


def show_list() -> str:
    """The page with the proposals of the reader's organisations."""
    rows = proposals.own(who())
    return page("applications/own.html", rows=lines(rows, stood.of(rows)))


def lines(applications: list[Application], facts: dict[int, Standing]) -> list[dict[str, Any]]:
    """One row per application with its progress, for `templates/applications/_stand.html`."""
    return [
        {
            "application": one,
            "step": (step := standing.step_of(one, facts[one.id])),
            "holds": standing.held_by(step),
            "line": standing.line(one, facts[one.id]),
            "url": url_for("drafts.write" if one.step == "draft" else "applications.show", id=one.id),
        }
        for one in applications
    ]


def sentence(application: Application, facts: Standing) -> str:
    """One sentence on who holds it and until when; empty if a notice on the page says so."""
    hear = standing.hear_by(application)
    day_ = day(hear.date()) if hear else ""
    said = {
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
    return said.get(application.step, "")
