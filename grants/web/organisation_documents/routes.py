"""Documents of an organisation: add one, replace it, read its versions."""

from __future__ import annotations

from flask import Blueprint, redirect, url_for
from werkzeug.wrappers import Response

from grants.access.permissions import Permission
from grants.db import transaction
from grants.forms.organisation_documents import DocumentForm, VersionForm
from grants.models import Organisation, OrganisationDocument
from grants.services import organisation_documents as documents
from grants.web.attachments.receiving import received
from grants.web.organisation_documents import document_view
from grants.web.site import done
from grants.web.site.actions import action
from grants.web.site.authorization import actor_on_row, load, permitted
from grants.web.site.bodies import takes_files
from grants.web.site.errors import AGAINST, shown_again
from grants.web.site.idempotency import idempotent
from grants.web.site.labels import labelled
from grants.web.site.navigation import page
from workflows.engine.message import N_
from workflows.engine.roles import Role
from workflows.organisation_documents import ACCEPTED

bp = Blueprint("organisation_documents", __name__, url_prefix="/organisations")
MEGABYTES = max(kind.megabytes for kind in ACCEPTED)
FORM = "organisation_documents/upload.html"


@bp.get("/<int:id>/documents/new")
@permitted(Permission.WRITE_ORGANISATION_DOCUMENT)
def new(id: int) -> str:
    """The form of a new document."""
    return page(FORM, document_view.adding(load(Organisation, id), DocumentForm()))


@bp.post("/<int:id>/documents/new")
@permitted(Permission.WRITE_ORGANISATION_DOCUMENT)
@takes_files(MEGABYTES)
@action(N_("Add document"), lambda unread: unread.row(Organisation).name)
@labelled(lambda _: DocumentForm())
@idempotent
def add(id: int) -> Response | tuple[str, int]:
    """Add a document; its file is checked afterwards."""
    organisation, form = load(Organisation, id), DocumentForm()
    if not form.sent():
        return page(FORM, document_view.adding(organisation, form)), 422
    try:
        made = _added(organisation, form)
    except AGAINST as wrong:
        return shown_again(lambda: page(FORM, document_view.adding(load(Organisation, id), form)), wrong)
    return redirect(done.after(made, "add_document", url_for("organisations.show", id=id)))


@bp.get("/documents/<int:id>")
@permitted(Permission.READ_ORGANISATION_DOCUMENT)
def show(id: int) -> str:
    """One document with all its versions."""
    return page("organisation_documents/show.html", document_view.show(*_loaded(load(OrganisationDocument, id))))


@bp.get("/documents/<int:id>/replace")
@permitted(Permission.WRITE_ORGANISATION_DOCUMENT)
def replace(id: int) -> str:
    """The form of a newer version of a document."""
    return page(FORM, document_view.replacing(*_loaded(load(OrganisationDocument, id)), VersionForm()))


@bp.post("/documents/<int:id>/replace")
@permitted(Permission.WRITE_ORGANISATION_DOCUMENT)
@takes_files(MEGABYTES)
@action(N_("Replace document"), lambda unread: document_view.title(unread.row(OrganisationDocument)))
@labelled(lambda _: VersionForm())
@idempotent
def add_version(id: int) -> Response | tuple[str, int]:
    """Add a newer version; 409 if another person was first."""
    document, form = load(OrganisationDocument, id), VersionForm()
    if not form.sent():
        return page(FORM, document_view.replacing(*_loaded(document), form)), 422
    try:
        made = _replaced(document, form)
    except AGAINST as wrong:
        return shown_again(lambda: page(FORM, document_view.replacing(*_loaded(document), form)), wrong)
    return redirect(done.after(made, "replace_document", url_for(".show", id=made.id)))


def _loaded(document: OrganisationDocument) -> tuple[Organisation, OrganisationDocument]:
    """The organisation of a document, and the document."""
    return load(Organisation, document.organisation_id), document


def _added(organisation: Organisation, form: DocumentForm) -> OrganisationDocument:
    with received(form.file) as upload, transaction():
        actor = actor_on_row(organisation, Role.APPLICANT)
        return documents.add(organisation, upload, form.facts(), type=form.type.data, title=form.named(), actor=actor)


def _replaced(document: OrganisationDocument, form: VersionForm) -> OrganisationDocument:
    with received(form.file) as upload, transaction():
        actor = actor_on_row(document, Role.APPLICANT)
        return documents.replace(document, upload, form.facts(), actor=actor)
