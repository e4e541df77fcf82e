"""Check and submit: every reason against submission with a link to resolve it, or the button."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from flask import url_for

from grants.db import now
from grants.forms.proposals import control_of
from grants.models import Application, ApplicationSave
from grants.queries import cases
from grants.queries.applications import drafts, statuses
from grants.queries.flows import flow_of
from grants.services.letters import answered_by
from grants.web.applications import status
from grants.web.drafts import replies
from grants.web.drafts.dates import doubtful
from grants.web.drafts.editor import OpenDraft, asked_of, open_url
from grants.web.site.authorization import actor_on_row, principal
from grants.web.site.components import Problem
from grants.web.site.formats import translate
from workflows.engine.flow import Transition
from workflows.engine.message import Message
from workflows.engine.roles import Role
from workflows.forms.completeness import for_want_of, missing
from workflows.forms.contents import REPLY
from workflows.programme import Stage


@dataclass(frozen=True, slots=True)
class SummaryPage:
    """The check before submission. wrong: what prevents it; transition: the one that submits, at submit_url.

    noun: what is submitted, as part of a sentence. has_budget, has_duration: whether this stage has them. version: of
    the draft that is submitted. question: the officer's, to be answered in words or by a change; reply: the answer.
    lost: rejected saves to choose from. doubtful: sentences on dates to look at, which prevent nothing.
    """

    application: Application
    title: str
    asked: Decimal
    months: int
    version: int
    question: str
    reply: str
    noun: str
    has_budget: bool
    has_duration: bool
    wrong: tuple[Problem, ...]
    lost: Sequence[ApplicationSave]
    doubtful: tuple[str, ...]
    deadline: datetime | None
    decision_by: datetime
    transition: Transition
    submit_url: str


def summary_page(application: Application) -> SummaryPage:
    """Unreadable values, missing answers and violations of the call's rules, and the submitting transition."""
    draft, transition = OpenDraft.of(application), submit_transition(application)
    decision_by = answered_by(application.call, now())
    wrong = [Problem(text, cure_url(application, draft.stage, place)) for place, text in problems(draft)]
    return SummaryPage(
        application=application,
        title=draft.title,
        asked=draft.content.asked,
        months=draft.content.answers["months"] or 0,
        version=draft.row.version,
        question=asked_of(application),
        reply=draft.reply,
        noun=draft.noun,
        has_budget=draft.stage.has_budget,
        has_duration=draft.stage.question("months") is not None,
        wrong=tuple(wrong),
        lost=drafts.lost([application], principal()),
        doubtful=doubtful(draft, decision_by.date()),
        deadline=status.deadline(application, statuses.of([application])[application.id]),
        decision_by=decision_by,
        transition=transition,
        submit_url=url_for("transitions.apply", noun="applications", id=application.id, key=transition.key),
    )


def problems(draft: OpenDraft) -> list[tuple[str, str]]:
    """What prevents the submission: the field, the question or another place where it is resolved, and the reason."""
    application, key = draft.application, submit_transition(draft.application).key
    actor = actor_on_row(application, Role.APPLICANT)
    reasons = flow_of(application).objections(key, cases.of(application, now()), actor)
    unread = [*replies.problems(application, draft.reply), *draft.form().wrong]
    besides = _besides(draft, [id for id, _ in unread], reasons)
    return [*unread, *((reason.cure or "", translate(reason)) for reason in besides)]


def _besides(draft: OpenDraft, unread: list[str], reasons: Iterable[Message]) -> list[Message]:
    """The reasons that do not merely repeat that some values cannot be read.

    Omitted are answers missing because of unreadable values, and rule violations computed without those values; also
    the rule that the budget requests something, where the budget is among what is missing.
    """
    known, lacking = for_want_of(draft.stage, draft.content, unread), missing(draft.stage, draft.content)
    questions = {_question_of(place) for place in unread}
    if not draft.application.asked and any(_question_of(message.cure or "") == "budget" for message in lacking):
        questions.add("budget")
    return [
        message
        for message in reasons
        if message not in known and (message in lacking or _question_of(message.cure or "") not in questions)
    ]


def submit_transition(application: Application) -> Transition:
    """The applicant's main transition from the current step: submit, answer or alert."""
    transitions = flow_of(application).offered(application.step, application.stage, {Role.APPLICANT})
    return next(transition for transition in transitions if transition.weight == "first")


def cure_url(application: Application, stage: Stage, cure: str) -> str:
    """The URL where a reason with this cure can be resolved: its field; the draft itself if no place is known."""
    if question := stage.question(_question_of(cure)):
        section = next(section.key for section in stage.sections if question in section.questions)
        return url_for("drafts.write", id=application.id, checked=1, open=section, _anchor=control_of(question, cure))
    if cure in {section.key for section in stage.sections}:
        return open_url(application, cure)
    if cure == REPLY:
        return url_for("drafts.write", id=application.id, checked=1, _anchor=REPLY)
    if cure == "organisation":
        return url_for("organisations.show", id=application.organisation_id)
    return url_for("reports.index") if cure == "reports" else url_for("drafts.write", id=application.id)


def _question_of(place: str) -> str:
    """The key of the question that a field belongs to."""
    return place.partition("-")[0]
