"""Documents: download for permitted readers, and the public page that verifies whether we issued one."""

from __future__ import annotations

import hashlib

from flask import Blueprint, Response, current_app, redirect, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response as AnyResponse

from grants.access import Permission
from grants.forms.documents import FileForm, NumberForm
from grants.models import Document, DocumentFile
from grants.outside.storage import Damaged, Storage
from grants.queries import documents
from grants.web.site.authorization import load, open_to_all, permitted
from grants.web.site.navigation import page

bp = Blueprint("documents", __name__)


@bp.get("/documents/<int:id>")
@permitted(Permission.READ_DOCUMENT)
def show(id: int) -> Response | tuple[str, int]:
    """The PDF file or, until it is produced, a page with its progress."""
    document = load(Document, id)
    if document.file:
        return _pdf(document, document.file)
    return page(
        "documents/waiting.html", document=documents.status_of(document), progress=documents.progress(document)
    ), 404


@bp.get("/check")
@open_to_all
def verify() -> str | AnyResponse:
    """The forms to verify a document by number or by file."""
    if number := request.args.get("number", "").strip():
        return redirect(url_for(".number", number=number))
    return page("documents/verify.html", number=NumberForm(), file=FileForm())


@bp.post("/check")
@open_to_all
def check() -> str | tuple[str, int]:
    """Verify by its SHA-256 that a file was issued by us, is unaltered and current. The file is not kept."""
    form = FileForm()
    if not form.sent():
        return page("documents/verify.html", number=NumberForm(), file=form), 422
    sha256 = hashlib.sha256(form.bytes).hexdigest()
    return page("documents/validity.html", validity=documents.of_file(sha256), asked="file", sha256=sha256)


@bp.get("/v/<number>")
@open_to_all
def number(number: str) -> str | tuple[str, int]:
    """The public facts about the document with this number, without names or project."""
    validity = documents.numbered(number)
    return page("documents/validity.html", validity=validity, asked="number", number=number), 200 if validity else 404


def _pdf(document: Document, file: DocumentFile) -> Response | tuple[str, int]:
    """The stored bytes, checked against their hash, as a download named after the document's number."""
    try:
        content = Storage(current_app.extensions["settings"].files).get(file.sha256)
    except (Damaged, FileNotFoundError):
        return page(
            "errors.html",
            title=gettext("This file is not available"),
            reasons=[],
            reference=document.number,
            links=[],
            text=gettext(
                "The stored file differs from the one we issued, so we do not send it."
                " The document itself remains valid. Ask us for a copy."
            ),
        ), 500
    response = Response(content, mimetype="application/pdf")
    response.headers["Content-Disposition"] = f'inline; filename="{document.number}.pdf"'
    response.headers["Cache-Control"] = "private, no-store"
    return response
