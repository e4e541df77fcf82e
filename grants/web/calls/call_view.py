"""The pages of calls as officers see them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from flask import request
from flask_babel import gettext
from markupsafe import Markup

from grants.access.permissions import Permission
from grants.db import now
from grants.forms.calls import CallForm, MoreTimeForm, NewCallForm
from grants.models import Call, MoreTime
from grants.queries import calls, history
from grants.queries.applications import listing
from grants.queries.calls import Money
from grants.web.applications.listing import capped
from grants.web.calls import rules_text, schedule_text
from grants.web.calls.schedule_text import Payment, ReportDue
from grants.web.site import timeline
from grants.web.site.authorization import principal
from grants.web.site.components import Fact
from grants.web.site.formats import translate
from grants.web.site.timeline import Entry
from grants.web.transitions import Offer, available
from workflows.engine.diagram import svg
from workflows.engine.steps import STEPS
from workflows.flows.call import FLOW
from workflows.programmes import programmes


@dataclass(frozen=True, slots=True)
class CallRow:
    """One call of the list. programme: its title. scheduled: it opens later.

    submitted: number of its applications, as displayed; empty if there are none.
    """

    call: Call
    programme: str
    submitted: str
    money: Money
    scheduled: bool


@dataclass(frozen=True, slots=True)
class CallsPage:
    """Every call that the reader may see. may_set: the reader may set up another."""

    rows: Sequence[CallRow]
    may_set: bool


@dataclass(frozen=True, slots=True)
class NewCallPage:
    """The form that creates a call from a programme."""

    form: NewCallForm


@dataclass(frozen=True, slots=True)
class CallPage:
    """One call. rules: as sentences. counts: number of applications at each step. saved: the form was just saved.

    may_set: the reader may change this call. offers: the reader's transitions. given: applicants with more time.
    scheduled: it opens later. closed_at: when an officer closed it. diagram: the flow with the present step, as SVG.
    """

    call: Call
    closed_at: datetime | None
    scheduled: bool
    form: CallForm
    rules: Sequence[str]
    payments: Sequence[Payment]
    reports: Sequence[ReportDue]
    money: Money
    counts: Sequence[Fact]
    events: Sequence[Entry]
    saved: bool
    may_set: bool
    offers: Sequence[Offer]
    given: Sequence[MoreTime]
    diagram: Markup


@dataclass(frozen=True, slots=True)
class MoreTimePage:
    """The form that gives one applicant more time. whom: whether there is anyone to choose."""

    call: Call
    form: MoreTimeForm
    whom: bool


def index() -> CallsPage:
    """Every call with its money and its number of applications."""
    at = now()
    rows = [
        CallRow(
            one.call,
            translate(programmes()[one.call.programme].title),
            capped(one.sent) if one.sent else "",
            one.money,
            scheduled=one.call.scheduled(at),
        )
        for one in calls.listing(principal())
    ]
    return CallsPage(rows, may_set=principal().may(Permission.CREATE_CALL))


def new(form: NewCallForm) -> NewCallPage:
    """The form with the funds and programmes that the reader may choose."""
    form.offer(calls.funds(principal()), calls.programmes_of(principal()))
    return NewCallPage(form)


def show(call: Call, form: CallForm) -> CallPage:
    """The page of this call. form: as sent, with its errors, or with the stored values."""
    counts = listing.by_step(principal(), listing.Filters(call=call.id))
    return CallPage(
        call=call,
        closed_at=calls.closed_at(call),
        scheduled=call.scheduled(now()),
        form=form,
        rules=[rules_text.text(spec, call.data, call.currency) for spec in call.data.rules],
        payments=schedule_text.payments(call.data),
        reports=schedule_text.reports(call.data),
        money=calls.money(call, principal()),
        counts=[Fact(translate(STEPS[step].word), capped(count)) for step, count in counts.items()],
        events=timeline.entries(history.of(call, principal())),
        saved="kept" in request.args,
        may_set=calls.settable(call, principal()),
        offers=available(call),
        given=calls.given(call, principal()),
        diagram=Markup(svg(FLOW, call.step, word=gettext)),  # noqa: S704 - made from our own table
    )


def more_time(call: Call, form: MoreTimeForm) -> MoreTimePage:
    """The form with the applicants that have a draft in this call."""
    found = calls.writing(call, principal())
    form.offer(found)
    return MoreTimePage(call, form, whom=bool(found))
