"""Eligibility checks: the officer's verdicts."""

from __future__ import annotations

from sqlalchemy import select

from grants.db import db, now
from grants.models import Application, Check
from grants.queries.applications import involvements
from grants.queries.cases.applications import recommendations
from grants.queries.flows import flow_of
from grants.services import locking
from grants.services.integrity import history
from grants.services.refusals import Refused, Stale
from workflows.cases import Involvements
from workflows.engine.message import ANOTHER, N_, Message
from workflows.engine.roles import Actor
from workflows.rules.decisions import checked_at
from workflows.rules.involvements import objections


def give(
    application: Application,
    *,
    submission: int,
    key: str,
    verdict: str,
    note: str,
    actor: Actor,
    version: int | None = None,
) -> None:
    """Store the verdict (`passed` or `failed`) on one eligibility check of a submission, and record it in history.

    A second verdict on the same check replaces the first. submission: the number of the one that was read. version: of
    the verdict that was read, 0 for none. Raises Stale with the application when it has another submission, Stale with
    the check when it has another verdict, and Refused for a person involved on an applicant's side, when checks cannot
    be completed at the current step, for an unknown check, and for a failed check without a note.
    """
    locking.hold(application, actor=actor)
    newest = application.submission
    if newest is None or newest.number != submission:
        raise Stale(application)
    title = _possible(application, key, actor, unexplained=verdict == "failed" and not note.strip())
    check = _given(newest.id, key)
    if version is not None and version != (check.version if check else 0):
        raise Stale(check or application)
    check = check or Check(application_id=application.id, submission_id=newest.id, key=key)
    for name, value in {"verdict": verdict, "note": note.strip(), "by": actor.person, "at": now()}.items():
        setattr(check, name, value)
    db.session.add(check)
    text = N_("Check passed: %(check)s") if verdict == "passed" else N_("Check failed: %(check)s")
    history.record(
        history.about(application),
        actor=actor,
        key="check",
        message=Message(text, check=Message(title)),
        words={"note": note},
        audience="office",
    )


def _possible(application: Application, key: str, actor: Actor, *, unexplained: bool) -> str:
    """The title of the check. Raises Refused unless the actor may complete it now, and if a failure has no note."""
    apart = involvements.of(application)
    if reasons := objections(apart, actor):
        raise Refused(*reasons)
    if not checked_at(flow_of(application), application.step, application.stage):
        _expect_again(application, apart, actor)
    titles = dict(application.call.data.checks)
    if key not in titles:
        raise Refused(Message("This check is not part of this call."))
    if unexplained:
        raise Refused(Message("Enter a note on why this check failed: %(check)s.", check=Message(titles[key])))
    return titles[key]


def _expect_again(application: Application, apart: Involvements, actor: Actor) -> None:
    """Raise Refused unless a result no longer counts, the step waits for a new one, and the actor can give it."""
    by = db.session.scalars(select(Check.by).where(Check.submission_id == application.submission_id))
    again = not apart.disqualified.isdisjoint(by)
    if not checked_at(flow_of(application), application.step, application.stage, again=again):
        raise Refused(Message("The eligibility checks cannot be completed at the current step of this application."))
    if actor.person in {one.by for one in recommendations(application)}:
        text = N_("You have made a recommendation on this application, so another person must complete these checks.")
        raise Refused(Message(text, cure=ANOTHER))


def _given(submission: int, key: str) -> Check | None:
    """The verdict that the check has, if any."""
    return db.session.scalars(select(Check).where(Check.submission_id == submission, Check.key == key)).first()
