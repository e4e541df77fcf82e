"""Messages of an application: the page, sending one, adding an internal note, and what needs no answer."""

from __future__ import annotations

from flask import Blueprint, redirect, url_for
from werkzeug.wrappers import Response

from grants.access.permissions import ALLOWED, Permission
from grants.db import transaction
from grants.forms.correspondence import MessageForm, NoteForm
from grants.models import Application, Correspondence
from grants.queries import correspondence
from grants.services.correspondence import messages
from grants.web.correspondence import thread
from grants.web.site import done
from grants.web.site.actions import action
from grants.web.site.authorization import actor_on_row, load, permitted, principal
from grants.web.site.errors import AGAINST, shown_again
from grants.web.site.idempotency import idempotent
from grants.web.site.labels import labelled
from workflows.engine.message import N_

bp = Blueprint("correspondence", __name__)


@bp.get("/applications/<int:id>/messages")
@permitted(Permission.READ_MESSAGES)
def show(id: int) -> str:
    """The messages, oldest first; for the office with internal notes in a column of their own."""
    application = load(Application, id)
    return thread.shown(application, correspondence.topics(application, principal()))


@bp.post("/applications/<int:id>/messages")
@permitted(Permission.WRITE_MESSAGE)
@action(N_("Send message"), lambda unread: unread.row(Application).heading)
@labelled(lambda _: MessageForm())
@idempotent
def send(id: int) -> Response | tuple[str, int]:
    """Send a message to the other side."""
    application = load(Application, id)
    found = correspondence.topics(application, principal())
    form = thread.form_for(found)
    if not form.sent():
        return thread.shown(application, found, form=form), 422
    try:
        with transaction():
            actor = actor_on_row(application, *sorted(ALLOWED[Permission.WRITE_MESSAGE]))
            topic = found.get(form.about.data or "")
            made = messages.send(application, body=form.body.data or "", topic=topic, actor=actor)
    except AGAINST as wrong:
        return shown_again(lambda: thread.shown(load(Application, id), found, form=form), wrong)
    return redirect(done.after(made, "message", url_for(".show", id=id)))


@bp.post("/applications/<int:id>/notes")
@permitted(Permission.WRITE_NOTE)
@action(N_("Add internal note"), lambda unread: unread.row(Application).heading)
@labelled(lambda _: NoteForm())
@idempotent
def add_note(id: int) -> Response | tuple[str, int]:
    """Add an internal note, which the applicant never sees."""
    application, form = load(Application, id), NoteForm()
    if not form.sent():
        return thread.shown(application, correspondence.topics(application, principal()), note_form=form), 422
    with transaction():
        actor = actor_on_row(application, *sorted(ALLOWED[Permission.WRITE_NOTE]))
        made = messages.note(application, body=form.note.data or "", actor=actor)
    return redirect(done.after(made, "note", url_for(".show", id=id)))


@bp.post("/messages/<int:id>/settle")
@permitted(Permission.SETTLE_MESSAGE)
@action(N_("No answer needed"))
@idempotent
def settle(id: int) -> Response:
    """Mark that a message of the applicant, with all earlier ones, needs no answer."""
    message = load(Correspondence, id)
    with transaction():
        messages.settle(message, actor=actor_on_row(message, *ALLOWED[Permission.SETTLE_MESSAGE]))
    return redirect(url_for(".show", id=message.application_id))
