"""The page with the messages of an application: for its applicant, and for the office with internal notes beside."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask import current_app, request
from flask_babel import gettext

from grants.access.permissions import ALLOWED, Permission
from grants.access.principals import roles_on
from grants.db import transaction
from grants.forms.correspondence import MessageForm, NoteForm
from grants.models import Application, Award, Correspondence, Note, Report
from grants.models.correspondence import FOUNDATION
from grants.queries import correspondence
from grants.queries.applications import statuses
from grants.services.correspondence import messages as commands
from grants.web.applications import officer_view, status
from grants.web.applications.officer_view import Frame
from grants.web.correspondence.entries import Entry, Facts, entries
from grants.web.site.authorization import principal
from grants.web.site.formats import reference, translate
from grants.web.site.navigation import page
from workflows.engine.roles import Role
from workflows.engine.steps import Step

Topics = dict[str, Award | Report]
PREFETCH = "Sec-Purpose"
"""A header of browsers that load a page ahead: nobody has read that yet."""


@dataclass(frozen=True, slots=True)
class ApplicantThread:
    """The messages as the applicant sees them. No field holds a note.

    writes: whether the reader can write now. by_mail: whether
    answering a mail works here.
    """

    application: Application
    title: str
    step: Step
    holds: str
    entries: tuple[Entry, ...]
    form: MessageForm
    writes: bool
    by_mail: bool


@dataclass(frozen=True, slots=True)
class OfficeThread:
    """The messages as the office sees them.

    notes: newest first; None for a reader who must not read them. writes, adds: whether
    the reader can write a message, and add a note.
    """

    frame: Frame
    entries: tuple[Entry, ...]
    form: MessageForm
    notes: Sequence[Note] | None
    note_form: NoteForm
    writes: bool
    adds: bool


def form_for(found: Topics) -> MessageForm:
    """The form of a message, with the choices of what it is about."""
    form = MessageForm()
    names = _names(found)
    form.about.choices = [("", gettext("The application")), *names.items()]
    return form


def _names(found: Topics) -> dict[str, str]:
    return {
        key: translate(one.title) if isinstance(one, Report) else reference(one.number) for key, one in found.items()
    }


def shown(
    application: Application, found: Topics, *, form: MessageForm | None = None, note_form: NoteForm | None = None
) -> str:
    """The page. found: the topics of the application. form, note_form: with what was entered and refused."""
    form = form or form_for(found)
    if Role.APPLICANT in roles_on(application, principal()):
        return _for_applicant(application, found, form)
    return _for_office(application, found, form, note_form or NoteForm())


def _for_applicant(application: Application, found: Topics, form: MessageForm) -> str:
    messages = correspondence.of(application, principal())
    reads = correspondence.reads(messages)
    read = {one.message_id for one in reads if one.person_id == principal().id}
    fresh = [one for one in messages if one.side == FOUNDATION and one.id not in read]
    facts = statuses.of([application])[application.id]
    step = status.step_of(application, facts)
    known = Facts(correspondence.waiting(messages, reads), frozenset(one.id for one in fresh), _names(found))
    view = ApplicantThread(
        application=application,
        title=application.heading or gettext("Untitled application"),
        step=step,
        holds=status.held_by(step),
        entries=entries(application, messages, known),
        form=form,
        writes=application.reference is not None,
        by_mail=bool(current_app.extensions["settings"].reply_domain),
    )
    html = page("correspondence/applicant.html", view)
    _note_read(fresh)
    return html


def _note_read(fresh: Sequence[Correspondence]) -> None:
    """Note that the reader has opened what they had not read; a page that a browser only loads ahead notes nothing."""
    if not fresh or request.method != "GET" or PREFETCH in request.headers:
        return
    with transaction():
        commands.read(principal().id or 0, fresh)


def _for_office(application: Application, found: Topics, form: MessageForm, note_form: NoteForm) -> str:
    messages = correspondence.of(application, principal())
    ours = [one for one in messages if one.side == FOUNDATION]
    reads = correspondence.reads(messages)
    waiting = correspondence.waiting(messages, reads)
    facts = Facts(
        waiting=waiting,
        unread=waiting,
        topics=_names(found),
        reads=reads,
        deliveries=correspondence.deliveries(ours),
    )
    reviewing = application.id in principal().reviewing
    view = OfficeThread(
        frame=officer_view.frame_of(application, "messages"),
        entries=entries(application, messages, facts),
        form=form,
        notes=None if reviewing else correspondence.notes(application, principal()),
        note_form=note_form,
        writes=_may(application, Permission.WRITE_MESSAGE),
        adds=_may(application, Permission.WRITE_NOTE) and not reviewing,
    )
    return page("correspondence/officer.html", view)


def _may(application: Application, permission: Permission) -> bool:
    allowed = roles_on(application, principal()) & ALLOWED[permission]
    return bool(allowed) and application.call_id not in principal().applied
