"""Drafts of applications: start one, save it, make it anew, keep and settle conflicting saves."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from sqlalchemy import func, select

from grants.db import db, now
from grants.models import Application, ApplicationSave, Assignment, Call, Draft, Organisation
from grants.queries.applications import drafts, submissions
from grants.queries.applications.involvements import deciders
from grants.queries.cases.calls import more_time, round_of
from grants.queries.cases.organisations import applicant
from grants.services import locking
from grants.services.applications import involvements
from grants.services.effects import Apply
from grants.services.integrity import history
from grants.services.refusals import Refused, Stale
from grants.services.reviews import assignments
from workflows.cases import ApplicationCase
from workflows.engine.message import Message
from workflows.engine.roles import Actor
from workflows.forms.completeness import Content, Goal, Line
from workflows.forms.contents import NOTHING, REPLY, UNREAD, packed
from workflows.rules.calls import objections
from workflows.rules.involvements import nobody_decided
from workflows.rules.proposals import in_time

MOST_LOST = 50
"""Unsettled conflicting saves that one person may have on one application."""
LARGEST_VERSION = 2**31 - 1
"""The largest version that its column holds; a form can name any."""


def begin(*, call: Call, organisation: Organisation, actor: Actor, apply: Apply) -> Application:
    """Create a draft application and its first history event; its author and all members are involved for good.

    They no longer review what is not decided in the call. apply: `transitions.apply`. Raises Refused with every reason
    why this organisation cannot apply in this call, and Stale when somebody joins or leaves it meanwhile.
    """
    members = involvements.members(organisation)
    locking.hold(organisation, *members, shared=[call], actor=actor, reviewing=True)
    if involvements.members(organisation) != members:
        raise Stale(organisation)
    if reasons := against(call, organisation, actor):
        raise Refused(*reasons)
    application = Application(
        call=call, organisation=organisation, created_by=actor.person, stage=call.data.stages[0].key, step="draft"
    )
    db.session.add(application)
    db.session.flush()
    db.session.add(Draft(application_id=application.id, content=packed(NOTHING)))
    db.session.flush()
    involvements.note_beginning(application, members, actor=actor)
    history.begin(application, actor=actor, message=Message("Draft started"))
    theirs = Assignment.person_id.in_([person.id for person in members])
    assignments.release_involved(theirs, Application.call_id == call.id, apply=apply)
    return application


def against(call: Call, organisation: Organisation, actor: Actor) -> tuple[Message, ...]:
    """Every reason why this organisation cannot apply in this call; empty when it can. Changes nothing."""
    case = ApplicationCase(
        arrived_at=now(),
        applicant=applicant(organisation),
        round=round_of(call),
        more_time_until=more_time(call.id, organisation.id),
        deciders=tuple(deciders(call, organisation)),
    )
    late = in_time(case, actor)
    if kept := organisation.merged_into:
        text = "%(name)s is a duplicate. Begin the application for “%(kept)s”."
        return (Message(text, name=organisation.name, kept=kept.name),)
    return (*([late] if late else []), *objections(case, "start"), *nobody_decided(case, actor))


def save(
    application: Application,
    *,
    answers: Mapping[str, Any],
    lines: Sequence[Line] | None,
    goals: Sequence[Goal] | None,
    asked: Collection[str] = (),
    unread: Mapping[str, str] = MappingProxyType({}),
    reply: str | None = None,
    actor: Actor,
    version: int,
) -> None:
    """Save a draft, complete or not. Only the first edit of a person whom no event names yet is one.

    answers are merged into the stored answers. unread: the texts that cannot be read, by field; they replace the
    earlier ones of the questions `asked`. reply: the answer to the officer's question, None to leave it; ignored where
    nothing is asked. lines and goals replace the stored budget lines and indicators; None leaves them unchanged. Raises
    Refused unless the application is a draft or reopened for a question, and Stale when the draft's version is no
    longer `version`.
    """
    locking.hold_draft(application, actor=actor)
    if application.step not in drafts.WRITABLE:
        raise Refused(Message("The proposal has been submitted and can no longer be changed."))
    draft = drafts.of(application)
    if draft.version != version:
        raise Stale(draft)
    wanted = reply is not None and application.step == "question"
    stored, beside = drafts.read(draft, application), {REPLY: reply} if wanted else {}
    _write(
        draft,
        Content(
            answers={**stored.answers, **answers, **beside, UNREAD: {**_unread(stored, asked), **unread}},
            lines=stored.lines if lines is None else lines,
            goals=stored.goals if goals is None else goals,
        ),
    )
    involvements.note_edit(application, "wrote", actor=actor)
    db.session.flush()


def _unread(stored: Content, asked: Collection[str]) -> dict[str, str]:
    """The stored texts that cannot be read, without those of the questions that are answered anew."""
    before: dict[str, str] = stored.answers.get(UNREAD) or {}
    return {name: text for name, text in before.items() if name.split("-")[0] not in asked}


def renew(application: Application) -> None:
    """Make the draft anew from the newest submission. What was written after that submission and not sent is dropped.

    Its version continues, so that a page opened before cannot overwrite it.
    """
    _write(drafts.of(application), submissions.content(application, application.submission))


def clear(application: Application) -> None:
    """Empty the draft, because its content has been sent."""
    draft = drafts.of(application)
    draft.content, draft.saved_at = {}, now()


def _write(draft: Draft, content: Content) -> None:
    draft.content, draft.saved_at = packed(content), now()


def keep_lost(
    application: Application, *, section: str, content: Mapping[str, Any], version: int, actor: Actor
) -> ApplicationSave:
    """Store the content of a save that came after another person's, so that both versions can be compared.

    Raises Refused when the person already has MOST_LOST unsettled saves on this application.
    """
    locking.hold_draft(application, actor=actor)
    mine = select(func.count()).where(
        ApplicationSave.application_id == application.id,
        ApplicationSave.person_id == actor.person,
        ApplicationSave.settled_at.is_(None),
    )
    if (db.session.scalar(mine) or 0) >= MOST_LOST:
        raise Refused(
            Message(
                "%(count)s versions of this proposal are waiting to be compared, the maximum. Compare them before "
                "you continue.",
                count=MOST_LOST,
            )
        )
    row = ApplicationSave(
        application_id=application.id,
        person_id=actor.person,
        section=section,
        on_version=min(version, LARGEST_VERSION),
        content=dict(content),
    )
    db.session.add(row)
    db.session.flush()
    return row


def settle(save: ApplicationSave, *, actor: Actor) -> None:
    """Mark a conflicting save as settled: a person compared the versions and chose one."""
    locking.hold_draft(db.session.get_one(Application, save.application_id), actor=actor)
    save.settled_at = now()
    db.session.flush()
