"""The pages of a registration: the form with the organisations that may be the same, what happens next, the link."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from flask import current_app, url_for
from flask_babel import gettext, ngettext

from grants.db import today
from grants.forms.registrations import MatchFields, RegistrationForm
from grants.models import Call, Person, Registration
from grants.queries import recipients
from grants.queries.matches import Match
from grants.web.calls import rules_text
from grants.web.public.call_view import hear
from grants.web.site import components
from grants.web.site.components import ErrorPage, Fact
from grants.web.site.formats import amount, country, day, days_left, instant, label
from workflows.deadlines import VERIFYING_DAYS, working_days_after
from workflows.programmes import programmes


@dataclass(frozen=True, slots=True)
class Choice:
    """An organisation that may be the same, with public facts. text: what choosing it leads to."""

    value: str
    name: str
    place: str
    text: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class Stage:
    """A numbered step of what happens next. left: the time that is left, where it is short."""

    title: str
    text: str
    left: str = ""


@dataclass(frozen=True, slots=True)
class Side:
    """What stands beside the form. call: None without one. contact: the officer who answers questions."""

    call: Call | None
    facts: Sequence[Fact]
    stages: Sequence[Stage]
    contact: Person | None


@dataclass(frozen=True, slots=True)
class RegistrationPage:
    """The form. choices: organisations that may be the same. guard: the deadline, in the bar under the header.

    accepts: whom the call accepts. to: where the form is sent.
    """

    form: RegistrationForm
    choices: Sequence[Choice]
    side: Side
    guard: str
    accepts: str
    to: str


@dataclass(frozen=True, slots=True)
class SentPage:
    """The page after registering, whether or not the address has an account. email: as typed."""

    email: str
    guard: str
    hours: int
    sender: str


@dataclass(frozen=True, slots=True)
class ConfirmPage:
    """What the mailed link does. choices: organisations that were registered meanwhile and may be the same."""

    organisation: str
    address: str
    call: Call | None
    form: MatchFields
    choices: Sequence[Choice]
    guard: str
    url: str


def show(form: RegistrationForm, call: Call | None, found: Sequence[Match] = ()) -> RegistrationPage:
    """The form, with the organisations that may be the same."""
    to = url_for("registrations.create_for", id=call.id) if call else url_for("registrations.create")
    accepts = rules_text.applicants_text(call.data, programmes()[call.programme]) if call else ""
    return RegistrationPage(form, choices(form, found), _side(call), guard(call), accepts, to)


def guard(call: Call | None) -> str:
    """What the bar under the header says beside its bold text."""
    if call is None or call.closes_at is None:
        return gettext("Registration is only the first step.")
    return gettext("Registration is only the first step. Submit your proposal by %(at)s.", at=instant(call.closes_at))


def choices(form: MatchFields, found: Sequence[Match]) -> list[Choice]:
    """The organisations that may be the same. Nothing tells who or how many act for them."""
    made = []
    for one in found:
        text = gettext("We send your request to join to people in the organisation. One of them can accept it.")
        if one.free:
            text = gettext("No one has an account for it yet. The Foundation verifies that you act for it.")
        place = ", ".join(part for part in (one.city, country(one.country)) if part)
        made.append(Choice(str(one.id), one.name, f"{label(one.kind)} · {place}", text, form.match.data == str(one.id)))
    return made


def sent(email: str, call: Call | None) -> SentPage:
    """The page after registering."""
    settings = current_app.extensions["settings"]
    return SentPage(email, guard(call), settings.registration_hours, settings.mail_from)


def confirming(row: Registration, address: str, form: MatchFields, found: Sequence[Match], url: str) -> ConfirmPage:
    """The page of a link that works. address: masked, because the link may have been forwarded."""
    return ConfirmPage(row.organisation, address, row.call, form, choices(form, found), guard(row.call), url)


def unusable() -> ErrorPage:
    """The page of every link that does not work, whatever the reason."""
    text = gettext(
        "This link has expired, has already been used, or is incomplete. Check that you copied the whole link. If you "
        "have confirmed your address before, sign in; otherwise register again."
    )
    links = [
        components.Link(gettext("Sign in"), url_for("sessions.new")),
        components.Link(gettext("Register again"), url_for("registrations.new")),
    ]
    return ErrorPage(gettext("This link does not work"), text, links=links)


def _side(call: Call | None) -> Side:
    facts, contact = [], None
    if call is not None:
        contact = recipients.contact_of(call)
        facts = [
            Fact(gettext("Maximum grant"), amount(call.data.most, call.currency, cents=False)),
            *([Fact(gettext("Closes"), instant(call.closes_at))] if call.closes_at else []),
            Fact(gettext("Decision"), hear(call)),
        ]
    return Side(call, facts, _stages(call.closes_at if call else None), contact)


def _stages(closes_at: datetime | None) -> list[Stage]:
    hours = current_app.extensions["settings"].registration_hours
    valid = ngettext(
        "The link in our email works for %(num)s hour.", "The link in our email works for %(num)s hours.", hours
    )
    by = day(working_days_after(today(), VERIFYING_DAYS))
    verified = gettext(
        "Within %(days)s working days, by %(day)s. You can work on your draft before then.", days=VERIFYING_DAYS, day=by
    )
    submit = gettext("You have not applied until you do this.")
    if closes_at:
        submit = gettext("By %(at)s. You have not applied until you do this.", at=instant(closes_at))
    return [
        Stage(gettext("You confirm your address"), valid),
        Stage(gettext("You start your draft"), gettext("At once. Every answer is saved as you type.")),
        Stage(gettext("We verify the organisation"), verified),
        Stage(gettext("You submit your proposal"), submit, days_left(closes_at) if closes_at else ""),
    ]
