"""Mails to the officers when what somebody has judged no longer counts, because they are now an applicant."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from grants.queries import recipients
from grants.queries.applications.judgements import Judgement
from grants.services import outbox
from workflows.engine.message import Value
from workflows.engine.roles import Role
from workflows.flows.notifications import JUDGE_APPLIED, JUDGE_JOINED


def tell_officers(lost: Sequence[Judgement], *, joined: Collection[int] = ()) -> None:
    """Write to the officers of each application whose judge has become an applicant.

    joined: the ids of the applications whose applicant they have joined. Reviews are ended by the flow of assignments,
    which writes too.
    """
    people = recipients.of_each((one.application, Role.OFFICER) for one in lost)
    outbox.mail_all(
        outbox.Mail(
            people[one.application.id, Role.OFFICER],
            JUDGE_JOINED if one.application.id in joined else JUDGE_APPLIED,
            values_of(one),
            application=one.application,
            path=f"/applications/{one.application.id}",
        )
        for one in lost
    )


def values_of(one: Judgement) -> dict[str, Value]:
    """The values of the mail about a judgement."""
    application = one.application
    return {
        "name": one.person.name,
        "reference": application.reference or "",
        "call": application.call.title,
    }
