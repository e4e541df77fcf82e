"""Check and submit: every reason against submission with a link to resolve it, or the button."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask import url_for

from grants.db import now
from grants.models import Application
from grants.queries import cases
from grants.services.letters import answered_by
from grants.services.moves import flow_of
from grants.web import standing
from grants.web.guard import acting
from grants.web.shell import page
from grants.web.words import said
from grants.web.writing import Draft, open_url
from workflows.flow import Move
from workflows.programme import Stage
from workflows.proposal import for_want_of, missing
from workflows.roles import Role
from workflows.say import Say


def send_page(application: Application) -> str:
    """The page with unreadable values, missing answers, the call's rules, and the submitting transition."""
    draft, move = Draft.of(application), sending_move(application)
    reasons = flow_of(application).objections(
        move.key, cases.of(application, now()), acting(application, Role.APPLICANT)
    )
    unread = draft.form().wrong
    wrong = [{"text": text, "url": url_for("drafts.write", id=application.id, _anchor=id)} for id, text in unread]
    wrong += [
        {"text": said(reason), "url": cure_url(application, draft.stage, reason)}
        for reason in _besides(draft, [id for id, _ in unread], reasons)
    ]
    return page(
        "drafts/send.html",
        application=application,
        wrong=wrong,
        deadline=standing.deadline(application),
        stage=draft.stage,
        hear_by=answered_by(application.call, now()),
        offer=_offer(application, move),
    )


def _besides(draft: Draft, unread: list[str], reasons: Iterable[Say]) -> list[Say]:
    """The reasons that do not merely repeat that some values cannot be read.

    Omitted are answers missing because of unreadable values, and rule violations computed without those values.
    """
    known, lacking = for_want_of(draft.stage, draft.content, unread), missing(draft.stage, draft.content)
    questions = {place.partition("-")[0] for place in unread}
    return [say for say in reasons if say not in known and (say in lacking or say.cure not in questions)]


def sending_move(application: Application) -> Move:
    """The applicant's main transition from the current step: submit, answer or alert."""
    moves = flow_of(application).offered(application.step, application.stage, {Role.APPLICANT})
    return next(move for move in moves if move.weight == "first")


def _offer(application: Application, move: Move) -> dict[str, Any]:
    return {
        "move": move,
        "to": url_for("moves.take", noun="applications", id=application.id, key=move.key),
        "version": application.version,
    }


def cure_url(application: Application, stage: Stage, reason: Say) -> str:
    """The URL where a reason can be resolved; the draft itself if no closer place is known."""
    cure = reason.cure or ""
    if cure in {section.key for section in stage.sections}:
        return open_url(application, cure)
    if cure == "organisation":
        return url_for("organisations.show", id=application.organisation_id)
    if cure == "reports":
        return url_for("reports.index")
    section = next((s.key for s in stage.sections for q in s.questions if q.key == cure), None)
    if section:
        return url_for("drafts.write", id=application.id, open=section, _anchor=cure)
    return url_for("drafts.write", id=application.id)
