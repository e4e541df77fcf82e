"""The public start page: the open calls, and figures of the money awarded so far."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext, ngettext

from config import FIRST_ADMINISTRATOR
from grants.db import now
from grants.models import Award, Call, Figures
from grants.queries import persons, public
from grants.queries.money import figures
from grants.web.calls import rules_text
from grants.web.public.call_view import hear
from grants.web.site.components import Figure
from grants.web.site.formats import amount, number, translate
from workflows.programmes import programmes

SOON_DAYS = 14


@dataclass(frozen=True, slots=True)
class OpenCall:
    """A row of the open calls. applicants: who can apply. hear: when they get a decision. soon: it closes soon."""

    call: Call
    lead: str
    applicants: str
    hear: str
    soon: bool


@dataclass(frozen=True, slots=True)
class Round:
    """The results of the call that closed last. summary: how many proposals were submitted."""

    summary: str
    results: Sequence[Figure]


@dataclass(frozen=True, slots=True)
class HomePage:
    """The start page.

    begin: the commands that make the first administrator, while there is none. figures: empty before the first award,
    as of `at`. round: None before its first decision.
    """

    begin: Sequence[str]

    calls: Sequence[OpenCall]
    at: datetime
    figures: Sequence[Figure]
    round: Round | None
    funded: Sequence[Award]


def show() -> HomePage:
    """The start page at this moment."""
    at = now()
    latest = figures.latest()
    return HomePage(
        begin=() if persons.has_administrator() else FIRST_ADMINISTRATOR,
        calls=[_open_call(call, at) for call in public.open_calls()],
        at=latest.at,
        figures=_figures(latest),
        round=_round(latest),
        funded=public.recently_funded(),
    )


def _open_call(call: Call, at: datetime) -> OpenCall:
    left = (call.closes_at - at).days if call.closes_at else None
    programme = programmes()[call.programme]
    return OpenCall(
        call=call,
        lead=translate(programme.lead),
        applicants=rules_text.applicants_text(call.data, programme),
        hear=hear(call),
        soon=left is not None and left < SOON_DAYS,
    )


def _figures(latest: Figures) -> list[Figure]:
    if not latest.awards:
        return []
    currency = latest.currency or "USD"
    where = (
        ngettext("grant awarded in 1 country", "grants awarded in 1 country", latest.awards)
        if latest.countries == 1
        else gettext("grants awarded in %(countries)s countries", countries=latest.countries)
    )
    found = [
        Figure(number(latest.awards), where),
        Figure(amount(latest.promised, currency, cents=False), gettext("awarded in total")),
        Figure(amount(latest.paid, currency, cents=False), gettext("paid to grantees")),
    ]
    if latest.days:
        days = ngettext("%(num)s day", "%(num)s days", latest.days)
        found.append(Figure(days, gettext("median time from submission to decision")))
    return found


def _round(latest: Figures) -> Round | None:
    decided = latest.funded + latest.declined + latest.not_eligible
    if not decided or latest.call is None:
        return None
    results = [
        _counted(latest.funded, ngettext("application funded", "applications funded", latest.funded)),
        _counted(
            latest.declined,
            ngettext("application declined, with feedback", "applications declined, with feedback", latest.declined),
        ),
        _counted(
            latest.not_eligible,
            ngettext("application not eligible", "applications not eligible", latest.not_eligible),
        ),
    ]
    if latest.undecided:
        waiting = ngettext("application not decided yet", "applications not decided yet", latest.undecided)
        results.append(_counted(latest.undecided, waiting))
    summary = ngettext(
        "%(call)s: %(num)s application was submitted.",
        "%(call)s: %(num)s applications were submitted.",
        latest.sent,
        call=latest.call.title,
    )
    return Round(summary, results)


def _counted(count: int, what: str) -> Figure:
    return Figure(number(count), what)
