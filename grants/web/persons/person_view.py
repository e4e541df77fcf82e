"""The pages of people: the list, and one person with their roles."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from flask_babel import gettext

from grants.access.principals import covers_place
from grants.db import today
from grants.forms.persons import AppointmentForm
from grants.models import Appointment, Call, Membership, Person
from grants.queries import persons
from grants.queries.applications import involvements
from grants.queries.persons import Listing, covers_call
from grants.web.persons import preview_view
from grants.web.persons.invited import RoleInvitation, ends_soon, scope_of
from grants.web.persons.preview_view import RolePreview
from grants.web.site.authorization import principal
from grants.web.site.formats import label, language_name, zone_name
from workflows.engine.roles import Role
from workflows.programmes import programmes


@dataclass(frozen=True, slots=True)
class PersonsPage:
    """People with an account. words: the search text. invited: the open invitations to roles, on the first page."""

    words: str
    listing: Listing
    invited: Sequence[RoleInvitation] = ()


@dataclass(frozen=True, slots=True)
class RoleRow:
    """A current role. scope: the programme or the call to which it is limited, as text. since: its first day.

    until: the day at whose beginning it ends. soon: this is near.

    ends: whether the reader may end it, because they neither are on the side of an applicant of a call that it covers
    nor review in it. alone: nobody else has this role. errors: of its form.
    """

    id: int
    role: str
    title: str
    scope: str
    since: date
    until: date | None = None
    soon: bool = False
    ends: bool = True
    alone: bool = False
    errors: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class PersonPage:
    """One person with their current roles and organisations, the form to add a role, and its preview.

    language: the name of the language of their mails. timezone: the city and the present difference from UTC. apart:
    the titles of the calls in which the reader is on an applicant's side, so that another person sets their roles;
    reviewing: of those in which they review what is to be decided, likewise. own: the reader is this person.
    """

    person: Person
    language: str
    timezone: str
    apart: Sequence[str]
    reviewing: Sequence[str]
    own: bool
    form: AppointmentForm
    roles: Sequence[RoleRow]
    memberships: Sequence[Membership]
    preview: RolePreview | None = None


def show(
    person: Person,
    form: AppointmentForm,
    unconfirmed: int | None = None,
    *,
    chosen: bool = False,
    outdated: bool = False,
) -> PersonPage:
    """The page of this person; the form offers the calls that a role can be limited to.

    unconfirmed: the appointment whose form was sent without its tick. chosen: the form, in which this was offered, is
    valid, so the page shows what its role would allow; outdated: something else than what was shown before.
    """
    if not chosen:
        offer(form)
    reader, held = principal(), persons.appointments(person, principal())
    apart = involvements.competing(reader.id) if reader.id and reader.applied else []
    reviewing = involvements.reviewing(reader.id) if reader.id else []
    return PersonPage(
        person,
        language_name(person.language_of_mails),
        zone_name(person.timezone),
        [call.title for call in apart],
        [call.title for call in reviewing],
        person.id == reader.id,
        form,
        _endable(_rows(held, [*apart, *reviewing]), person, unconfirmed),
        persons.memberships(person),
        preview_view.show(person, form, held, outdated=outdated) if chosen and person.id != reader.id else None,
    )


def offer(form: AppointmentForm) -> None:
    """Offer the roles and scopes that the reader may give."""
    form.offer(persons.calls(principal()), _programmes(), everything=_unlimited())


def _endable(rows: Sequence[RoleRow], person: Person, unconfirmed: int | None) -> list[RoleRow]:
    """The roles with what their forms say; nobody ends their own."""
    alone, wrong = persons.alone_in(person), [gettext("Tick the box to confirm.")]
    return [
        replace(
            row,
            ends=row.ends and person.id != principal().id,
            alone=row.role in alone,
            errors=wrong if row.id == unconfirmed else (),
        )
        for row in rows
    ]


def roles_of(person: Person) -> list[RoleRow]:
    """The person's roles, as far as the reader sees them."""
    return _rows(persons.appointments(person, principal()))


def _rows(held: Sequence[Appointment], apart: Sequence[Call] = ()) -> list[RoleRow]:
    """These roles as rows. apart: the calls of which the reader ends no role."""
    titles = dict(persons.titles(one.call_id for one in held if one.call_id))
    return [
        RoleRow(
            one.id,
            one.role,
            label(one.role),
            scope_of(one.programme, titles.get(one.call_id or 0, "")),
            one.created_at.date(),
            one.ends_on,
            ends_soon(one.ends_on, today()),
            ends=covers_place(principal(), Role.ADMINISTRATOR, programme=one.programme, call_id=one.call_id)
            and not any(covers_call(call, programme=one.programme, call_id=one.call_id) for call in apart),
        )
        for one in held
    ]


def _programmes() -> list[str]:
    """The programmes to which the reader may limit a role."""
    return [code for code in programmes() if principal().covers_programme(Role.ADMINISTRATOR, code)]


def _unlimited() -> bool:
    """Whether the reader may give a role without a limit."""
    return principal().covers_everything(Role.ADMINISTRATOR)
