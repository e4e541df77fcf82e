"""Documents: download for permitted readers, and the public page that verifies whether we issued one."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from flask import Blueprint, Response, current_app, redirect, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response as AnyResponse

from grants.access.permissions import Permission
from grants.db import transaction
from grants.forms.documents import FileForm, NumberForm, read_code, read_number
from grants.models import Document, DocumentFile
from grants.outside.storage import Damaged, Storage
from grants.queries import documents
from grants.queries.documents import DocumentStatus, Progress, Validity
from grants.services import replacements
from grants.services.documents import damaged
from grants.web.site.actions import action
from grants.web.site.authorization import actor_on_row, before_second_step, load, open_to_all, permitted
from grants.web.site.components import ErrorPage
from grants.web.site.idempotency import idempotent, not_idempotent
from grants.web.site.navigation import page
from workflows.engine.message import N_
from workflows.engine.roles import Role

bp = Blueprint("documents", __name__)


@dataclass(frozen=True, slots=True)
class WaitingPage:
    """The progress of a document that has no file yet."""

    document: DocumentStatus
    progress: Progress


@dataclass(frozen=True, slots=True)
class VerifyPage:
    """The two forms to verify a document."""

    number: NumberForm
    file: FileForm


@dataclass(frozen=True, slots=True)
class ValidityPage:
    """The public facts about a document; None if we do not know it.

    form: the number as entered, to be sent again. coded: with a code. by_file: a file was sent.
    """

    validity: Validity | None
    form: NumberForm | None = None
    coded: bool = False
    by_file: bool = False


@bp.get("/documents/<int:id>")
@permitted(Permission.READ_DOCUMENT)
def show(id: int) -> Response | tuple[str, int]:
    """The PDF file or, until it is produced, a page with its progress."""
    document = load(Document, id)
    if document.file:
        return _pdf(document, document.file)
    view = WaitingPage(documents.status_of(document), documents.progress(document))
    return page("documents/waiting.html", view), 404


@bp.post("/documents/<int:id>/again")
@permitted(Permission.REPLACE_DOCUMENT)
@action(N_("Create again"), lambda unread: unread.row(Document).number)
@idempotent
def make_again(id: int) -> AnyResponse:
    """Make a document that could not be created again, from the present facts and with another number."""
    document = load(Document, id)
    with transaction():
        fresh = replacements.make_again(document, actor=actor_on_row(document, Role.OFFICER))
    return redirect(url_for(".show", id=fresh.id))


@bp.get("/check")
@open_to_all
def verify() -> str | AnyResponse | tuple[str, int]:
    """The forms to verify a document by number or by file."""
    typed, code = request.args.get("number", "").strip(), request.args.get("code", "").strip()
    if number := read_number(typed):
        return redirect(url_for(".number", number=number, code=read_code(code) or None))
    if "number" in request.args:
        return page("documents/verify.html", VerifyPage(NumberForm.refused(typed, code), FileForm())), 422
    return page("documents/verify.html", VerifyPage(NumberForm(), FileForm()))


@bp.post("/check")
@open_to_all
@not_idempotent("it only reads: the file is compared with the documents that we issued")
def check() -> str | tuple[str, int]:
    """Verify by its SHA-256 that a file was issued by us, is unaltered and current. The file is not kept."""
    form = FileForm()
    if not form.sent():
        return page("documents/verify.html", VerifyPage(NumberForm(), form)), 422
    validity = documents.of_file(hashlib.sha256(form.bytes).hexdigest())
    return page("documents/validity.html", ValidityPage(validity, by_file=True))


@bp.get("/v/<number>")
@bp.get("/v/<number>/<code>")
@before_second_step
@open_to_all
def number(number: str, code: str = "") -> str | tuple[str, int]:
    """The public facts about the document with this number and code, without names or project."""
    validity = documents.numbered(read_number(number) or number, read_code(code))
    view = ValidityPage(validity, NumberForm(number=number), coded=bool(code))
    return page("documents/validity.html", view), 200 if validity else 404


def _pdf(document: Document, file: DocumentFile) -> Response | tuple[str, int]:
    """The stored bytes, checked against their hash, as a download named after the document's number."""
    try:
        content = Storage(current_app.extensions["settings"].files).get(file.sha256)
    except (Damaged, FileNotFoundError):
        with transaction():
            damaged(document)
        text = gettext(
            "The stored file is missing or differs from the one we created, so you cannot download it. The document "
            "itself remains valid. Our staff can see this and will create the file again."
        )
        return page("errors.html", ErrorPage(gettext("This file is not available"), text)), 500
    response = Response(content, mimetype="application/pdf")
    response.headers["Content-Disposition"] = f'inline; filename="{document.number}.pdf"'
    response.headers["Cache-Control"] = "private, no-store"
    return response
