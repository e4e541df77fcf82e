"""Applications as their applicants see them: the list, and the page of one application."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from flask import url_for
from flask_babel import gettext

from grants.models import Application, ApplicationSave, Decision
from grants.queries import documents, history
from grants.queries.applications import decisions, drafts, proposals, statuses
from grants.queries.applications.drafts import WRITABLE
from grants.queries.applications.proposals import Reading
from grants.queries.applications.statuses import Status
from grants.queries.documents import DocumentStatus
from grants.web.applications import status, submissions
from grants.web.applications.status import Stop
from grants.web.applications.submissions import SubmissionList
from grants.web.drafts.discarded import discarded_page
from grants.web.drafts.editor import asked_of
from grants.web.site import timeline
from grants.web.site.authorization import principal
from grants.web.site.components import Fact
from grants.web.site.formats import amount, day, instant, reference, translate
from grants.web.site.navigation import page
from grants.web.transitions import available
from workflows.engine.steps import Step
from workflows.programme import SUBMITTED

JUST_SENT = ("checks", "triage")
FEW = 30


@dataclass(frozen=True, slots=True)
class ApplicantView:
    """The page of one application.

    stage: the title of the current stage. holds: who holds the step. sentence: who holds it and until when, in full.
    writable: whether a draft or an answer can be written, before `deadline`. sent: whether it was just submitted.
    to_sign: whether the agreement waits for the applicant's signature. award: its id. question: the officer's.
    reading: the draft while it can be written, else the submission that is shown.
    submitted: what was submitted in this stage, as part of a sentence. revised_at: when the newest answer to a question
    was submitted, None without one. lost: the reader's own texts that came too late.
    """

    application: Application
    title: str
    stage: str
    step: Step
    holds: str
    line: tuple[Stop, ...]
    sentence: str
    sent: bool
    writable: bool
    deadline: datetime | None
    decision_by: datetime | None
    question: str
    submitted: str
    revised_at: datetime | None
    decision: Decision | None
    to_sign: bool
    award: int | None
    facts: tuple[Fact, ...]
    offers: Sequence[object]
    documents: tuple[DocumentStatus, ...]
    entries: Sequence[object]
    reading: Reading
    submissions: SubmissionList
    lost: Sequence[ApplicationSave]


@dataclass(frozen=True, slots=True)
class ProposalRow:
    """A proposal with its progress, drawn by `templates/applications/_status.html`."""

    application: Application
    step: Step
    holds: str
    line: tuple[Stop, ...]
    url: str


@dataclass(frozen=True, slots=True)
class ProposalList:
    """The page with the proposals of the reader's organisations."""

    rows: tuple[ProposalRow, ...]


def show_own(application: Application) -> str:
    """The page of an application for its applicants."""
    if application.discarded:
        return discarded_page(application)
    facts = statuses.of([application])[application.id]
    step = status.step_of(application, facts)
    writable = application.step in WRITABLE
    sent = submissions.of(application)
    shown = submissions.chosen(sent, otherwise=sent[0] if sent and not writable else None)
    reading = proposals.sent(application, shown) if shown else _unsent(application)
    events = history.of(application, principal())
    view = ApplicantView(
        application=application,
        title=application.heading or gettext("Untitled application"),
        stage=translate(application.call.data.stage(shown.stage if shown else application.stage).title),
        step=step,
        holds=status.held_by(step),
        line=tuple(status.line(application, facts)),
        sentence=sentence(application, facts),
        sent=application.step in JUST_SENT,
        writable=writable,
        deadline=status.deadline(application, facts) if writable else None,
        decision_by=status.decision_by(application),
        question=asked_of(application),
        submitted=translate(SUBMITTED[application.stage]),
        revised_at=next((event.at for event in events if event.key == "answer"), None),
        decision=decisions.of(application, principal()),
        to_sign=application.step == "agreement" and facts.agreement == "to_sign",
        award=facts.award_id,
        facts=tuple(_facts(application, reading)),
        offers=_offers(application, writable=writable),
        documents=tuple(documents.of(application, principal())),
        entries=timeline.entries(events)[:FEW],
        reading=reading,
        submissions=submissions.listed(application, sent, shown),
        lost=drafts.lost([application], principal()),
    )
    return page("applications/applicant_view.html", view)


def _unsent(application: Application) -> Reading:
    """The draft, as it would be sent now."""
    return proposals.reading(application.call, application.stage, drafts.content(application))


def _facts(application: Application, reading: Reading) -> list[Fact]:
    number = reference(application.reference) or gettext("assigned when you submit")
    found = [Fact(gettext("Number"), number), Fact(gettext("Applicant"), application.organisation.name)]
    if reading.asked:
        found.append(Fact(gettext("Amount requested"), amount(reading.asked, reading.currency)))
    if application.submitted_at:
        found.append(Fact(gettext("Submitted"), instant(application.submitted_at)))
    return found


def _offers(application: Application, *, writable: bool) -> Sequence[object]:
    """The transitions offered here; submission has its own page, which lists what is missing."""
    offers: Sequence[Any] = available(application)
    return [offer for offer in offers if not (writable and offer.transition.weight == "first")]


def show_list() -> str:
    """The page with the proposals of the reader's organisations."""
    rows = proposals.own(principal())
    return page("applications/applicant_list.html", ProposalList(tuple(lines(rows, statuses.of(rows)))))


def lines(applications: list[Application], facts: dict[int, Status]) -> list[ProposalRow]:
    """One row per application with its progress."""
    return [_line(one, facts[one.id]) for one in applications]


def _line(application: Application, facts: Status) -> ProposalRow:
    step = status.step_of(application, facts)
    return ProposalRow(
        application=application,
        step=step,
        holds=status.held_by(step),
        line=tuple(status.line(application, facts)),
        url=url_for("drafts.write" if application.step == "draft" else "applications.show", id=application.id),
    )


def sentence(application: Application, facts: Status) -> str:
    """One sentence on who holds it and until when; empty if a notice on the page says so."""
    until = status.decision_by(application)
    by = day(until.date()) if until else ""
    match application.step:
        case "triage" | "checks" | "panel" | "decision":
            return gettext("We are assessing your application. You will hear from us by %(day)s.", day=by)
        case "review":
            return (
                gettext("The reviews are complete. You will hear from us by %(day)s.", day=by)
                if status.all_submitted(application, facts)
                else gettext("Reviewers are assessing your application. You will hear from us by %(day)s.", day=by)
            )
        case "agreement" if facts.agreement == "countersign":
            return gettext("You have signed the agreement. We will countersign it next.")
        case "active":
            return _running(status.starts_ahead(facts))
        case "closed":
            return gettext(
                "The project is finished. We closed the grant on %(day)s.", day=day(application.step_at.date())
            )
    return ""


def _running(starts: date | None) -> str:
    if starts:
        return gettext("Your grant is active. The project starts on %(day)s.", day=day(starts))
    return gettext("Your grant is active and the project is running.")
