"""The applicant's inbox: tasks, the status of proposals, and what each organisation holds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from flask_babel import gettext

from grants.db import now
from grants.models import Application, ApplicationSave, Organisation
from grants.queries import organisations, public
from grants.queries.applications import drafts, proposals, statuses
from grants.queries.applications.statuses import Status
from grants.queries.organisations import Holding
from grants.web.applications import applicant_view, status
from grants.web.applications.applicant_view import ProposalRow
from grants.web.site.authorization import principal
from grants.web.site.components import Fact
from grants.web.site.formats import amounts, current_day, label
from grants.web.site.navigation import open_tasks, page
from grants.web.tasks import foundation, rows
from grants.web.tasks.foundation import FoundationTask
from grants.web.tasks.rows import TaskRow
from workflows.rules.applicants import Held

MOST = 20
ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class UrgentDraft:
    """The draft that is due first. days_left: until the deadline, 0 without one."""

    application: Application
    deadline: datetime | None
    days_left: int


@dataclass(frozen=True, slots=True)
class OrganisationFacts:
    """What one of the reader's organisations holds now."""

    organisation: Organisation
    facts: tuple[Fact, ...]


@dataclass(frozen=True, slots=True)
class ApplicantInbox:
    """The applicant's inbox.

    ours: open tasks of the Foundation. decision_by: when the reader hears from the Foundation next, None if nothing is
    under assessment. lost: the reader's own texts that came too late, while one can still choose.
    lost_title: of the newest of them; empty if it has none.
    """

    draft: UrgentDraft | None
    lost: Sequence[ApplicationSave]
    lost_title: str
    tasks: tuple[TaskRow, ...]
    proposals: tuple[ProposalRow, ...]
    ours: tuple[FoundationTask, ...]
    decision_by: datetime | None
    holdings: tuple[OrganisationFacts, ...]


def show_inbox() -> str:
    """The tasks of an applicant."""
    running = proposals.own(principal(), steps=proposals.RUNNING, most=MOST)
    facts = statuses.of(running)
    holdings = organisations.holdings(principal().organisations, principal())
    lost = drafts.lost([one for one in running if one.step in drafts.WRITABLE], principal())
    view = ApplicantInbox(
        draft=_urgent(running, facts),
        lost=lost,
        lost_title=next((one.heading for one in running if lost and one.id == lost[0].application_id), ""),
        tasks=tuple(rows.of(open_tasks())),
        proposals=tuple(applicant_view.lines(running, facts)),
        ours=tuple(foundation.ours(running, facts, current_day())),
        decision_by=_next_decision(running),
        holdings=tuple(OrganisationFacts(one.organisation, tuple(held_facts(one))) for one in holdings),
    )
    return page("tasks/applicant.html", view)


def _urgent(running: list[Application], facts: Mapping[int, Status]) -> UrgentDraft | None:
    """The draft with the earliest deadline, among those that can still be submitted."""
    unsent = [
        (status.deadline(one, facts[one.id]), one)
        for one in running
        if one.step == "draft" and drafts.deadline_of(one, facts[one.id].more_time_until).allows(now())
    ]
    if not unsent:
        return None
    until, draft = min(unsent, key=lambda pair: (pair[0] is None, pair[0], pair[1].id))
    return UrgentDraft(draft, until, (until.date() - current_day()).days if until else 0)


def _next_decision(running: list[Application]) -> datetime | None:
    days = [status.decision_by(one) for one in running if one.step not in status.AFTER]
    return min((at for at in days if at), default=None)


def held_facts(holding: Holding) -> list[Fact]:
    """An organisation's grants and remaining limit under the rules of the open calls it may apply to."""
    limits, found = _limits(holding.organisation.kind), known_facts(holding)
    if not limits:
        return [*found, Fact(gettext("Current grants"), str(holding.grants))]
    most = max(limit.grants for limit in limits.values())
    held = gettext("%(count)s (maximum %(most)s)", count=holding.grants, most=most)
    found += [Fact(gettext("Current grants"), held), Fact(gettext("Remaining limit"), _room(holding, limits))]
    if holding.overdue:
        found.append(Fact(gettext("Overdue reports"), str(holding.overdue)))
    return found


def held_in_scope(holding: Holding) -> list[Fact]:
    """The grants of an organisation that the reader sees; its limit depends on the others as well and is not shown."""
    return [*known_facts(holding), Fact(gettext("Current grants that you can see"), str(holding.grants))]


def known_facts(holding: Holding) -> list[Fact]:
    """The facts that depend on no grant."""
    organisation = holding.organisation
    found = [Fact(gettext("Standing"), label(organisation.standing))] if organisation.kind == "chapter" else []
    return [*found, Fact(gettext("Confirmed contacts"), str(holding.contacts))]


def _room(holding: Holding, limits: Mapping[str, Held]) -> str:
    """What each limit leaves in its currency: amounts of different currencies are never added."""
    room = {
        currency: max(limit.amount - holding.amounts.get(currency, ZERO), ZERO)
        for currency, limit in limits.items()
        if holding.grants < limit.grants
    }
    return amounts(room, cents=False) if room else gettext("none until a grant ends")


def _limits(kind: str) -> dict[str, Held]:
    """The limit on current grants by currency; of several open calls, the one that allows the largest amount."""
    found: dict[str, Held] = {}
    for call in public.open_calls():
        rules = {rule.key: rule.params for rule in call.data.rules}
        if "held" in rules and kind in rules.get("applicants", {}).get("allowed", ()):
            limit = Held.model_validate(rules["held"])
            found[call.currency] = max(found.get(call.currency, limit), limit, key=lambda one: one.amount)
    return found
