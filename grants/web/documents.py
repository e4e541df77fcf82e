"""Documents: the file for those who may read it, and the public page that says whether one is ours."""

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
from grants.web.guard import load, open_to_all, permitted
from grants.web.shell import page

bp = Blueprint("documents", __name__)


@bp.get("/documents/<int:id>")
@permitted(Permission.READ_DOCUMENT)
def show(id: int) -> Response | tuple[str, int]:
    """The PDF file; until it is printed, how far that is."""
    document = load(Document, id)
    if document.file:
        return _pdf(document, document.file)
    return page("papers/waiting.html", paper=documents.paper(document), progress=documents.progress(document)), 404


@bp.get("/check")
@open_to_all
def verify() -> str | AnyResponse:
    """Ask by number or with the file."""
    if number := request.args.get("number", "").strip():
        return redirect(url_for(".number", number=number))
    return page("papers/check.html", number=NumberForm(), file=FileForm())


@bp.post("/check")
@open_to_all
def check() -> str | tuple[str, int]:
    """Say whether a file is ours, whole and current. It is compared by its SHA-256 and not kept."""
    form = FileForm()
    if not form.sent():
        return page("papers/check.html", number=NumberForm(), file=form), 422
    sha256 = hashlib.sha256(form.bytes).hexdigest()
    return page("papers/standing.html", standing=documents.of_file(sha256), asked="file", sha256=sha256)


@bp.get("/v/<number>")
@open_to_all
def number(number: str) -> str | tuple[str, int]:
    """What everybody may know of the document with that number; no name, no project."""
    standing = documents.numbered(number)
    return page("papers/standing.html", standing=standing, asked="number", number=number), 200 if standing else 404


def _pdf(document: Document, file: DocumentFile) -> Response | tuple[str, int]:
    """The stored bytes under the document's number; they are compared with their hash before they go out."""
    try:
        content = Storage(current_app.extensions["settings"].files).get(file.sha256)
    except (Damaged, FileNotFoundError):
        return page(
            "errors.html",
            title=gettext("We cannot give you this file now"),
            reasons=[],
            reference=document.number,
            links=[],
            text=gettext("What is stored is not what we printed, so it stays here. The document itself holds."),
        ), 500
    response = Response(content, mimetype="application/pdf")
    response.headers["Content-Disposition"] = f'inline; filename="{document.number}.pdf"'
    response.headers["Cache-Control"] = "private, no-store"
    return response
