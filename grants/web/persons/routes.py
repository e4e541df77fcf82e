"""People and their roles, for administrators; and the page of one's own account."""

from __future__ import annotations

from flask import Blueprint, redirect, request, url_for
from werkzeug.wrappers import Response

from grants.access.permissions import Permission
from grants.db import transaction
from grants.forms.persons import AppointmentForm
from grants.forms.transitions import CONFIRMED
from grants.models import Appointment, Person
from grants.queries import memberships
from grants.queries import persons as found
from grants.services import persons, transitions
from grants.web.persons import account_view, person_view
from grants.web.persons.invited import lines
from grants.web.persons.person_view import PersonsPage
from grants.web.site import done
from grants.web.site.actions import action
from grants.web.site.authorization import actor_on_row, creator, fresh_factor, load, permitted, principal
from grants.web.site.errors import AGAINST, shown_again
from grants.web.site.idempotency import idempotent
from grants.web.site.labels import labelled
from grants.web.site.navigation import page
from workflows.engine.message import N_
from workflows.engine.roles import Actor, Role

bp = Blueprint("persons", __name__)


@bp.get("/people")
@permitted(Permission.SET_PEOPLE)
def index() -> str:
    """All people with an account, searchable by name or email address."""
    words, after = request.args.get("words", "").strip(), request.args.get("after", "")
    listing = found.listing(principal(), words=words, after=after)
    first = not (words or after)
    invited = lines(memberships.invited_to_roles(principal())) if first else []
    return page("persons/index.html", PersonsPage(words, listing, invited))


@bp.get("/people/<int:id>")
@permitted(Permission.SET_PEOPLE)
def show(id: int) -> str | tuple[str, int]:
    """One person's roles, the form to add a role and, once it is filled in, what the role would allow."""
    person, form = load(Person, id), AppointmentForm()
    if not form.take(request.args):
        return page("persons/show.html", person_view.show(person, form))
    person_view.offer(form)
    chosen = form.validate()
    answer = page("persons/show.html", person_view.show(person, form, chosen=chosen))
    return answer if chosen else (answer, 422)


@bp.post("/people/<int:id>")
@permitted(Permission.SET_PEOPLE)
@action(N_("Assign role"), lambda unread: unread.row(Person).name)
@labelled(lambda unread: person_view.show(unread.row(Person), AppointmentForm()))
@fresh_factor()
@idempotent
def appoint(id: int) -> Response | tuple[str, int]:
    """Give a person a role, everywhere or in one programme or call, once what it would allow has been shown."""
    person, form = load(Person, id), AppointmentForm()
    person_view.offer(form)
    programme, call_id = form.where()
    actor = creator(programme=programme, call_id=call_id) if form.scope.data else None
    if actor is None or not form.sent():
        form.sent()
        return page("persons/show.html", person_view.show(person, form)), 422
    view = person_view.show(person, form, chosen=True, outdated=True)
    if view.preview and view.preview.digest != form.shown.data:
        return page("persons/show.html", view), 409
    try:
        with transaction():
            made = _appoint(person, form, actor)
    except AGAINST as wrong:
        return shown_again(
            lambda: page("persons/show.html", person_view.show(load(Person, id), form, chosen=True)), wrong
        )
    return redirect(done.after(made, "appoint", url_for(".show", id=id)))


@bp.post("/appointments/<int:id>/end")
@permitted(Permission.SET_PEOPLE)
@action(N_("End role"), lambda unread: unread.row(Appointment).person.name)
@fresh_factor()
@idempotent
def dismiss(id: int) -> Response | tuple[str, int]:
    """End a role; a role that has already ended stays unchanged."""
    appointment = load(Appointment, id)
    if request.form.get(CONFIRMED) != "yes":
        view = person_view.show(appointment.person, AppointmentForm(), unconfirmed=id)
        return page("persons/show.html", view), 422
    if appointment.ended_at is None:
        with transaction():
            actor = actor_on_row(appointment, Role.ADMINISTRATOR)
            persons.dismiss(appointment, actor=actor, apply=transitions.apply)
    return redirect(done.after(appointment, "dismiss", url_for(".show", id=appointment.person_id)))


@bp.get("/account")
@permitted(Permission.OWN_ACCOUNT)
def account() -> str:
    """The signed-in person's own account."""
    person = account_view.oneself()
    return page("persons/account.html", account_view.show(person, account_view.form(person)))


def _appoint(person: Person, form: AppointmentForm, actor: Actor) -> Appointment:
    programme, call_id = form.where()
    return persons.appoint(
        person,
        Role(form.role.data),
        programme=programme,
        call_id=call_id,
        ends_on=form.ends_on.data,
        actor=actor,
    )
