"""What the pages of invitations show."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask import request, url_for
from flask_babel import gettext
from flask_login import current_user

from grants.forms.invitations import AcceptanceForm, ColleagueForm, RoleInvitationForm
from grants.models import Invitation, Organisation
from grants.queries.persons import at
from grants.services.hand_overs import is_early
from grants.services.memberships import listed
from grants.web.links.link_view import masked
from grants.web.persons import person_view
from grants.web.persons.invited import scope_of
from grants.web.site import components
from grants.web.site.authorization import principal
from grants.web.site.components import ErrorPage, Fact
from grants.web.site.formats import day, label, translate


@dataclass(frozen=True, slots=True)
class ColleaguePage:
    """The form that invites a colleague."""

    organisation: Organisation
    form: ColleagueForm


@dataclass(frozen=True, slots=True)
class RolePage:
    """The form that invites to a role of the Foundation."""

    form: RoleInvitationForm


@dataclass(frozen=True, slots=True)
class AcceptancePage:
    """An invitation as the invited person reads it.

    facts: who invites, to what. address: of the invitation, masked, because the mail may have been forwarded. form: for
    a new account; None if there is one. other: the name of somebody else who is signed in at this browser, who cannot
    accept it.
    """

    title: str
    facts: Sequence[Fact]
    address: str
    url: str
    form: AcceptanceForm | None
    other: str
    starts: str


def role_page(form: RoleInvitationForm) -> RolePage:
    """The form, with the roles and scopes that the reader may give."""
    person_view.offer(form)
    return RolePage(form)


def acceptance(invitation: Invitation, form: AcceptanceForm | None) -> AcceptancePage:
    """The page of an invitation that is open."""
    organisation = invitation.organisation
    purpose = (
        Fact(gettext("Organisation"), organisation.name) if organisation else Fact(gettext("Role"), _role(invitation))
    )
    ends_on = invitation.role_ends_on
    rights: list[Fact] = [Fact(gettext("Ends on"), day(ends_on))] if ends_on else []
    if giver := invitation.giver:
        starts_on = invitation.starts_on or invitation.created_at.date()
        rights = [Fact(gettext("Takes over from"), giver.person.name), Fact(gettext("Start date"), day(starts_on))]
    rights += [Fact(gettext("Rights"), translate(listed(invitation.rights)))] if organisation else []
    signed_in_as = current_user.name if current_user.is_authenticated else ""
    return AcceptancePage(
        title=gettext("Invitation"),
        facts=[Fact(gettext("Invited by"), invitation.inviter.name), purpose, *rights],
        address=masked(invitation.email),
        url=request.path,
        form=form,
        starts=day(invitation.starts_on) if invitation.starts_on and is_early(invitation) else "",
        other=signed_in_as if signed_in_as and not is_for_reader(invitation) else "",
    )


def is_for_reader(invitation: Invitation) -> bool:
    """Whether the signed-in person has the address of the invitation."""
    person = at(invitation.email)
    return person is not None and person.id == principal().id


def _role(invitation: Invitation) -> str:
    call = invitation.call.title if invitation.call else ""
    return f"{label(invitation.role or '')} · {scope_of(invitation.programme, call)}"


def unusable() -> ErrorPage:
    """The page of every invitation that does not work, whatever the reason."""
    text = gettext(
        "This invitation has expired, was withdrawn or replaced by a newer one, has already been accepted, or is for "
        "another person. Check that you opened the newest email, or ask the person who invited you to send it again."
    )
    sign_in = components.Link(gettext("Sign in"), url_for("sessions.new"))
    return ErrorPage(gettext("This invitation does not work"), text, links=[sign_in])


def refused(invitation: Invitation) -> ErrorPage:
    """The page of an invitation that cannot be accepted now. The reasons concern others, so they are not named."""
    text = gettext(
        "The person who invited you can no longer give you this, or a rule now prevents it. Nothing was changed. "
        "Ask %(name)s for a new invitation.",
        name=invitation.inviter.name,
    )
    return ErrorPage(gettext("This invitation cannot be accepted now"), text)
