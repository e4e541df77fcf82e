"""The staff's page of one application: status, eligibility checks, reviews, available actions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from flask import url_for
from flask_babel import gettext

from grants.access.permissions import ALLOWED, Permission
from grants.access.principals import roles_on
from grants.db import now
from grants.forms.checks import CheckForm
from grants.models import Application, Submission
from grants.queries import calls, documents, history, organisations, persons
from grants.queries.applications import proposals, statuses
from grants.queries.applications.proposals import Reading
from grants.queries.applications.submissions import content as content_of
from grants.queries.cases.applications import Assessed, assessed, checks
from grants.queries.cases.applications import case as case_of
from grants.queries.documents import DocumentStatus
from grants.queries.flows import flow_of
from grants.queries.history import Happening
from grants.queries.reviews import conflicts, written
from grants.queries.reviews.conflicts import Declared
from grants.web.applications import checklist, decision_summary, facts, listing, rule_checks, status, submissions
from grants.web.applications.changes import asked_between
from grants.web.applications.checklist import ChecklistLine
from grants.web.applications.decision_summary import DecisionSummary, ReviewerRow
from grants.web.applications.rule_checks import RuleCheck
from grants.web.applications.status import Stop
from grants.web.applications.submissions import SubmissionList
from grants.web.site import limits, timeline
from grants.web.site.authorization import principal
from grants.web.site.components import Fact, Problem, Tab
from grants.web.site.formats import amount, translate
from grants.web.site.navigation import page
from grants.web.transitions import Offer, available
from workflows.cases import ApplicationCase
from workflows.deadlines import Elapsed
from workflows.engine.steps import Step
from workflows.forms.completeness import Content
from workflows.rules import staffing
from workflows.rules.decisions import completes_checks, lost_checkers

FEW = 6


@dataclass(frozen=True, slots=True)
class Frame:
    """What every staff page of an application shows: title, status, progress, tabs, and which submission it shows."""

    application: Application
    step: Step
    holds: str
    line: tuple[Stop, ...]
    tabs: tuple[Tab, ...]
    submissions: SubmissionList
    call_url: str


@dataclass(frozen=True, slots=True)
class OfficerView:
    """The overview page.

    checklist: the eligibility checks; problems: errors of a line that was not saved; checking: whether the reader can
    complete the checks now. offers: the reader's transitions. assigns: the URL where reviewers are invited, None if
    the reader cannot do so. entries: the newest of the history, of `events` in all. award: its id.
    missing: the roles in which nobody is left who may continue, each as a sentence.
    conflicts: those declared and not lifted; lifts: whether the reader may lift them. declares: the URL where the
    reader declares one, None if they cannot. question: what was asked before the submission that is shown; answer: what
    was sent with it in words.
    """

    frame: Frame
    facts: tuple[Fact, ...]
    rule_checks: tuple[RuleCheck, ...]
    checklist: tuple[ChecklistLine, ...]
    problems: tuple[Problem, ...]
    checking: bool
    offers: Sequence[object]
    missing: tuple[str, ...]
    reviewers: tuple[ReviewerRow, ...]
    assigns: str | None
    summary: DecisionSummary | None
    entries: Sequence[object]
    events: int
    award: int | None
    conflicts: Sequence[Declared]
    lifts: bool
    declares: str | None
    question: str
    answer: str


@dataclass(frozen=True, slots=True)
class ProposalPart:
    """The proposal or its budget on a page of its own."""

    frame: Frame
    reading: Reading


@dataclass(frozen=True, slots=True)
class DocumentsPart:
    """The documents of an application."""

    frame: Frame
    documents: tuple[DocumentStatus, ...]


@dataclass(frozen=True, slots=True)
class HistoryPart:
    """The whole history of an application."""

    frame: Frame
    entries: Sequence[object]


@dataclass(frozen=True, slots=True)
class _Shown:
    """An application with the submission that the page shows: the newest, unless the address names another."""

    application: Application
    found: Sequence[Submission]
    submission: Submission | None
    content: Content

    @classmethod
    def of(cls, application: Application) -> _Shown:
        found = submissions.of(application)
        one = submissions.chosen(found, otherwise=application.submission)
        return cls(application, found, one, content_of(application, one))

    @property
    def newest(self) -> bool:
        return self.submission is not None and self.submission.id == self.application.submission_id

    @property
    def reading(self) -> Reading:
        stage = self.submission.stage if self.submission else self.application.stage
        return proposals.reading(self.application.call, stage, self.content)

    def listed(self, part: str) -> SubmissionList:
        return submissions.listed(self.application, self.found, self.submission, part)

    def url(self, part: str) -> str:
        return submissions.address(self.application, part, self.submission)


def overview(application: Application, *, check: tuple[str, CheckForm] | None = None) -> str:
    """The overview page of an application. check: key and form of a checklist line submitted with errors."""
    shown = _Shown.of(application)
    read = assessed(application, shown.content)
    case = case_of(application, now(), read)
    asked = written.of(application)
    readable = written.readable(application, asked, principal())
    events = history.of(application, principal())
    found = statuses.of([application])[application.id]
    given = read.checks if shown.newest else checks(shown.submission.id if shown.submission else None)
    lines = checklist.lines(application, shown.submission, given, check, lost=lost_checkers(case))
    view = OfficerView(
        frame=_frame(shown, found, "overview", events=len(events)),
        facts=tuple(facts.facts(application, shown.content, organisations.holding(application, case, principal()))),
        rule_checks=tuple(rule_checks.checks(application, case)),
        checklist=tuple(lines),
        problems=tuple(checklist.problems(lines)),
        checking=_checking(application, case) and shown.newest,
        offers=_offers(shown, case, read),
        missing=_missing(application, case),
        reviewers=tuple(decision_summary.reviewer(application, one, hidden=one not in readable) for one in asked),
        assigns=_assigns(application),
        summary=decision_summary.rests_on(
            application, readable, read.recommendation, calls.money_left(application.call, case, principal())
        ),
        entries=timeline.entries(events[:FEW]),
        events=len(events),
        award=found.award_id,
        conflicts=conflicts.current(application),
        lifts=_judges(application, Permission.LIFT_CONFLICT) and application.id not in principal().reviewing,
        declares=_declares(application),
        question=_question(shown, events),
        answer=shown.submission.written.answer if shown.submission else "",
    )
    return page("applications/officer_view.html", view)


def _question(shown: _Shown, events: Sequence[Happening]) -> str:
    """What the officer asked between the submission that is shown and the one before; empty if nothing."""
    earlier = [one for one in shown.found if shown.submission and one.number < shown.submission.number]
    return asked_between(events, earlier[0], shown.submission) if earlier and shown.submission else ""


def _offers(shown: _Shown, case: ApplicationCase, read: Assessed) -> list[Offer]:
    """The reader's transitions. Staff judge the newest submission, also while the applicant writes an answer."""
    application = shown.application
    if not shown.newest:
        read = assessed(application, content_of(application, application.submission))
        case = case_of(application, now(), read)
    return available(application, case, read.recommendation)


def frame_of(application: Application, present: str) -> Frame:
    """The frame of a page of the application that has its own route, such as its messages."""
    return _frame(_Shown.of(application), statuses.of([application])[application.id], present)


def part(application: Application, part: str) -> str:
    """One part of an application on a page of its own: proposal, budget, documents or history."""
    shown = _Shown.of(application)
    frame = _frame(shown, statuses.of([application])[application.id], part)
    return page(f"applications/{part}.html", _part(shown, frame, part))


def _part(shown: _Shown, frame: Frame, part: str) -> ProposalPart | DocumentsPart | HistoryPart:
    match part:
        case "documents":
            return DocumentsPart(frame, tuple(documents.of(frame.application, principal())))
        case "history":
            return HistoryPart(frame, timeline.entries(history.of(frame.application, principal())))
    return ProposalPart(frame, shown.reading)


def _frame(shown: _Shown, facts: statuses.Status, present: str, *, events: int | None = None) -> Frame:
    application = shown.application
    return Frame(
        application=application,
        step=status.step_of(application, facts),
        holds=_holds(application, facts),
        line=_line(application, facts),
        tabs=_tabs(shown, present, facts.reviews.get("sent", 0), events),
        submissions=shown.listed("" if present in ("overview", "messages") else present),
        call_url=url_for("calls.show", id=application.call_id),
    )


def _tabs(shown: _Shown, present: str, sent: int, events: int | None) -> tuple[Tab, ...]:
    application = shown.application
    needed = listing.needed(application)
    asked = amount(shown.content.asked or None, application.call.currency, code=False, cents=False)
    tabs = [
        Tab(gettext("Overview"), shown.url(""), present == "overview"),
        _tab(shown, gettext("Proposal"), "proposal", present),
        _tab(shown, gettext("Budget"), "budget", present, asked),
        Tab(gettext("Messages"), url_for("correspondence.show", id=application.id), present == "messages"),
        _tab(shown, gettext("Documents"), "documents", present),
        _tab(shown, gettext("History"), "history", present, events),
    ]
    if needed and _may(application, Permission.READ_REVIEWS):
        url = url_for("reviews.of", id=application.id)
        tabs.insert(3, Tab(gettext("Reviews"), url, present == "reviews", f"{sent}/{needed}"))
    return tuple(tabs)


def _tab(shown: _Shown, title: str, part: str, present: str, count: str | int | None = None) -> Tab:
    return Tab(title, shown.url(part), part == present, count)


def _holds(application: Application, facts: statuses.Status) -> str:
    """Who holds the application, and on which day or hour of how many allowed."""
    hands = status.held_by(status.step_of(application, facts), ours=True)
    days = limits.counted(_running(application)) if hands else ""
    return " · ".join(part for part in (hands, days) if part)


def _running(application: Application) -> Elapsed:
    return limits.running(application.step_at, listing.limit_of(application))


def _line(application: Application, facts: statuses.Status) -> tuple[Stop, ...]:
    """The progress of the application in the staff's wording, with delays."""
    late = limits.overdue(_running(application))
    stops = status.line(application, facts, ours=True)
    return tuple(replace(stop, late=late) if stop.state == "present" else stop for stop in stops)


def _may(application: Application, permission: Permission) -> bool:
    return bool(roles_on(application, principal()) & ALLOWED[permission])


def _judges(application: Application, permission: Permission) -> bool:
    """Whether the reader has the permission, and has not applied in the call themselves."""
    return _may(application, permission) and application.call_id not in principal().applied


def _checking(application: Application, case: ApplicationCase) -> bool:
    """Whether the reader can complete the checklist now."""
    return completes_checks(flow_of(application), case, principal().id) and _judges(application, Permission.CHECK)


def _missing(application: Application, case: ApplicationCase) -> tuple[str, ...]:
    """The roles in which nobody is left who may take this step or the next one."""
    found = staffing.missing(flow_of(application), case, persons.judging(application))
    return tuple(translate(message) for message in found)


def _assigns(application: Application) -> str | None:
    """The URL where reviewers are invited; None without permission or at another step."""
    if application.step != "review" or not _judges(application, Permission.ASSIGN):
        return None
    return url_for("assignments.new", id=application.id)


def _declares(application: Application) -> str | None:
    """The URL where the reader declares a conflict of interest; None for those who do not decide about it."""
    if not _may(application, Permission.DECLARE_CONFLICT):
        return None
    return url_for("conflicts.new", id=application.id)
