"""Invitations: invite, send again, withdraw; and the page on which an invitation is accepted.

Opening an invitation changes nothing: mail scanners open links too.
"""

from __future__ import annotations

from flask import Blueprint, current_app, redirect, request, url_for
from werkzeug.wrappers import Response

from grants.access.permissions import Permission
from grants.db import ConstraintViolated, db, transaction
from grants.forms.invitations import AcceptanceForm, ColleagueForm, RoleInvitationForm
from grants.models import Invitation, Organisation, Person
from grants.outside import greenlets
from grants.queries import invitations as stored
from grants.queries.persons import at
from grants.queries.sessions import COOKIE
from grants.services import acceptances, invitations, persons, sessions
from grants.services.refusals import Refused
from grants.web.invitations import invitation_view
from grants.web.invitations.invitation_view import ColleaguePage
from grants.web.organisations import organisation_view
from grants.web.site import done
from grants.web.site.actions import action
from grants.web.site.authorization import (
    actor_on_row,
    before_second_step,
    creator,
    fresh_factor,
    keep_session,
    load,
    open_to_all,
    permitted,
    principal,
)
from grants.web.site.errors import AGAINST, shown_again
from grants.web.site.formats import translate
from grants.web.site.idempotency import idempotent, not_idempotent
from grants.web.site.labels import labelled
from grants.web.site.navigation import page
from workflows.engine.message import N_
from workflows.engine.roles import Role

bp = Blueprint("invitations", __name__)


@bp.get("/organisations/<int:id>/invite")
@permitted(Permission.INVITE_MEMBER)
def new(id: int) -> str:
    """The form that invites a colleague."""
    return _colleague(load(Organisation, id), ColleagueForm())


@bp.post("/organisations/<int:id>/invite")
@permitted(Permission.INVITE_MEMBER)
@action(N_("Send invitation"), lambda unread: unread.row(Organisation).name)
@labelled(lambda _: ColleagueForm())
@idempotent
def invite(id: int) -> Response | tuple[str, int]:
    """Invite a colleague; the answer is the same whether or not the address has an account."""
    organisation, form = load(Organisation, id), ColleagueForm()
    if not form.sent():
        return _colleague(organisation, form), 422
    try:
        with transaction():
            made = invitations.invite_member(
                organisation,
                email=form.email.data or "",
                name=form.name.data or "",
                rights=form.rights,
                actor=actor_on_row(organisation, Role.APPLICANT),
            )
    except AGAINST as wrong:
        return shown_again(lambda: _colleague(load(Organisation, id), form), wrong)
    return redirect(done.after(made, "invite", organisation_view.people_of(id)))


@bp.get("/people/invite")
@permitted(Permission.SET_PEOPLE)
def new_role() -> str:
    """The form that invites somebody to a role of the Foundation."""
    return page("invitations/role.html", invitation_view.role_page(RoleInvitationForm()))


@bp.post("/people/invite")
@permitted(Permission.SET_PEOPLE)
@action(N_("Send invitation"))
@labelled(lambda _: invitation_view.role_page(RoleInvitationForm()))
@fresh_factor()
@idempotent
def invite_to_role() -> Response | tuple[str, int]:
    """Invite somebody to a role, everywhere or in one programme or call."""
    view = invitation_view.role_page(RoleInvitationForm())
    programme, call_id = view.form.where()
    actor = creator(programme=programme, call_id=call_id) if view.form.scope.data else None
    if not view.form.sent() or actor is None:
        return page("invitations/role.html", view), 422
    try:
        with transaction():
            made = invitations.invite_to_role(
                Role(view.form.role.data),
                email=view.form.email.data or "",
                name=view.form.name.data or "",
                programme=programme,
                call_id=call_id,
                ends_on=view.form.ends_on.data,
                actor=actor,
            )
    except AGAINST as wrong:
        return shown_again(lambda: page("invitations/role.html", invitation_view.role_page(view.form)), wrong)
    return redirect(done.after(made, "invite", url_for("persons.index")))


@bp.post("/invitations/<int:id>/again")
@permitted(Permission.SET_INVITATION)
@action(N_("Send again"), lambda unread: unread.row(Invitation).name)
@fresh_factor()
@idempotent
def send_again(id: int) -> Response:
    """Replace an open invitation by the same one with a new link."""
    invitation = load(Invitation, id)
    with transaction():
        made = invitations.send_again(invitation, actor=actor_on_row(invitation, Role.APPLICANT, Role.ADMINISTRATOR))
    return redirect(done.after(made, "invite", _list_of(made)))


@bp.post("/invitations/<int:id>/withdraw")
@permitted(Permission.SET_INVITATION)
@action(N_("Withdraw invitation"), lambda unread: unread.row(Invitation).name)
@idempotent
def withdraw(id: int) -> Response:
    """Withdraw an open invitation."""
    invitation = load(Invitation, id)
    with transaction():
        invitations.withdraw(invitation, actor=actor_on_row(invitation, Role.APPLICANT, Role.ADMINISTRATOR))
    return redirect(done.after(invitation, "withdraw", _list_of(invitation)))


@bp.get("/invitation/<token>")
@before_second_step
@open_to_all
def show(token: str) -> str | tuple[str, int]:
    """Who invites to what, with the button that accepts, and for a new account its form."""
    invitation = stored.live(token)
    return _acceptance(invitation, _form(invitation)) if invitation else _unusable()


@bp.post("/invitation/<token>")
@before_second_step
@open_to_all
@not_idempotent("an invitation is accepted once, and nobody may be signed in yet to whom a key could belong")
def accept(token: str) -> Response | str | tuple[str, int]:
    """Accept the invitation; a new account is signed in, an existing one signs in as always."""
    invitation = stored.live(token)
    if invitation is None:
        return _over(token)
    form = _form(invitation)
    if principal().id and not invitation_view.is_for_reader(invitation):
        return redirect(url_for(".show", token=token))
    if form and not _fits(form, invitation):
        return _acceptance(invitation, form), 422
    try:
        return _accepted(invitation, token, form)
    except (invitations.Unusable, ConstraintViolated):
        return _unusable()
    except Refused:
        db.session.rollback()
        return page("errors.html", invitation_view.refused(invitation)), 409


@bp.after_request
def _conceal(response: Response) -> Response:
    """Keep the address of an invitation out of caches and of the requests that follow."""
    if request.endpoint in {"invitations.show", "invitations.accept"}:
        response.headers["Cache-Control"] = "no-store"
        response.headers["Referrer-Policy"] = "strict-origin"
    return response


def _colleague(organisation: Organisation, form: ColleagueForm) -> str:
    return page("invitations/colleague.html", ColleaguePage(organisation, form))


def _list_of(invitation: Invitation) -> str:
    """The address of the page that lists the invitation."""
    organisation = invitation.organisation_id
    return organisation_view.people_of(organisation) if organisation else url_for("persons.index")


def _form(invitation: Invitation) -> AcceptanceForm | None:
    """The form of a new account; None if there is one."""
    return None if at(invitation.email) else AcceptanceForm(data={"name": invitation.name})


def _fits(form: AcceptanceForm, invitation: Invitation) -> bool:
    """Whether the form has a name, and a password, if any, that its person may choose; else it has an error."""
    if not form.sent():
        return False
    chosen = Person(email=invitation.email, name=form.name.data or "")
    if form.password.data and (reason := persons.unfit(form.password.data, chosen)):
        form.password.errors = [translate(reason)]
        return False
    return True


def _accepted(invitation: Invitation, token: str, form: AcceptanceForm | None) -> Response:
    """Accept it, and lead on. The password is hashed before anything is open."""
    settings, hashed = current_app.extensions["settings"], None
    name, password = (form.name.data or "", form.password.data or "") if form else ("", "")
    organisation = invitation.organisation_id
    db.session.rollback()
    if password:
        hashed = sessions.password_hash(password, settings, greenlets.aside)
    with transaction():
        person, is_new = acceptances.accept(invitation, token, name=name, password_hash=hashed)
        session = ""
        if is_new:
            sessions.close(request.cookies.get(COOKIE, ""))
            session = sessions.open_for(person, settings)
    answer = redirect(_target(organisation))
    return keep_session(answer, session) if session else answer


def _target(organisation: int | None) -> str:
    """The address of what the invitation has opened."""
    return url_for("organisations.show", id=organisation) if organisation else url_for("tasks.show")


def _over(token: str) -> Response | tuple[str, int]:
    """The second of two clicks leads on, as the first; anybody else reads that the invitation does not work."""
    accepted = stored.accepted_by(token, principal().id)
    return redirect(_target(accepted.organisation_id)) if accepted else _unusable()


def _acceptance(invitation: Invitation, form: AcceptanceForm | None) -> str:
    return page("invitations/accept.html", invitation_view.acceptance(invitation, form))


def _unusable() -> tuple[str, int]:
    """404, in the same words for an invitation that is unknown, over, or for another person."""
    db.session.rollback()
    return page("errors.html", invitation_view.unusable()), 404
