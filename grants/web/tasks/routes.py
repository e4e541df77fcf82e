"""The start page after signing in: the reader's tasks."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, redirect, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from grants.access import Permission
from grants.models import Application
from grants.queries import organisations, proposals, statuses
from grants.queries.organisations import Holding
from grants.web.applications import applicant_view, status
from grants.web.site.authorization import permitted, principal
from grants.web.site.formats import amount, current_day, label
from grants.web.site.navigation import open_tasks, page
from grants.web.tasks import foundation, officer
from workflows.engine.roles import Role
from workflows.programmes import programmes
from workflows.rules.applicants import Held

bp = Blueprint("tasks", __name__)

MOST = 20


@bp.get("/inbox")
@permitted(Permission.SEE_INBOX)
def show() -> str | Response:
    """The staff's inbox, a reviewer's list or an applicant's tasks."""
    if set(principal().calls) - {Role.REVIEWER}:
        return officer.show_inbox()
    if not principal().organisations:
        return redirect(url_for("reviews.index"))
    return _applicant()


def _applicant() -> str:
    rows = proposals.own(principal(), steps=proposals.RUNNING, most=MOST)
    facts = statuses.of(rows)
    drafts = sorted((one for one in rows if one.step == "draft" and _open(one)), key=_soonest)
    until = status.deadline(drafts[0]) if drafts else None
    return page(
        "tasks/applicant.html",
        tasks=officer.rows(open_tasks()),
        rows=applicant_view.lines(rows, facts),
        draft=drafts[0] if drafts else None,
        deadline=until,
        left=(until.date() - current_day()).days if until else 0,
        ours=foundation.ours(rows, facts, current_day()),
        next=min(
            (at for one in rows if (at := status.decision_by(one)) and one.step not in status.AFTER), default=None
        ),
        holdings=[
            (one.organisation, held_facts(one))
            for one in organisations.holdings(principal().organisations, principal())
        ],
    )


def _open(draft: Application) -> bool:
    return draft.invited_until is not None or draft.call.step == "open"


def _soonest(draft: Application) -> tuple[bool, Any, int]:
    until = status.deadline(draft)
    return until is None, until, draft.id


def held_facts(holding: Holding) -> list[tuple[str, str]]:
    """An organisation's grants and remaining limit under the rules of the programmes it may apply to."""
    limit = _limit(holding.organisation.kind)
    found = (
        [(gettext("Standing"), label(holding.organisation.standing))] if holding.organisation.kind == "chapter" else []
    )
    found.append((gettext("Contacts"), str(holding.contacts)))
    if limit is None:
        return [*found, (gettext("Grants held"), str(holding.grants))]
    found.append(
        (gettext("Grants held"), gettext("%(count)s of at most %(most)s", count=holding.grants, most=limit.grants))
    )
    room = max(limit.amount - holding.amount, limit.amount * 0)
    found.append(
        (
            gettext("Remaining limit"),
            amount(room, "USD", cents=False) if holding.grants < limit.grants else gettext("none until a grant ends"),
        )
    )
    if holding.overdue:
        found.append((gettext("Overdue reports"), str(holding.overdue)))
    return found


def _limit(kind: str) -> Held | None:
    """The limit on active grants; of several programmes, the one that allows the largest amount."""
    held = [
        Held.model_validate(rule.params)
        for one in programmes().values()
        for rule in one.rules.rules
        if rule.key == "held" and any(r.key == "applicants" and kind in r.params["allowed"] for r in one.rules.rules)
    ]
    return max(held, key=lambda one: one.amount, default=None)
