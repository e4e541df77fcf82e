"""Downloads of uploaded files and their previews: only what was accepted, as it was stored, and never as a page."""

from __future__ import annotations

from flask import Blueprint, Response, abort, current_app
from flask_babel import gettext

from grants.access.permissions import Permission
from grants.models import Attachment
from grants.outside import greenlets
from grants.outside.inspection import names
from grants.outside.storage import Damaged, Storage
from grants.web.site.authorization import load, permitted
from grants.web.site.components import ErrorPage
from grants.web.site.navigation import page

bp = Blueprint("attachments", __name__, url_prefix="/attachments")

APART = {
    "Content-Security-Policy": "sandbox; default-src 'none'",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "private, no-store",
}
"""A browser runs nothing of such an answer and lets no other site embed it, whatever the file holds."""


@bp.get("/<int:id>")
@permitted(Permission.READ_ATTACHMENT)
def show(id: int) -> Response | tuple[str, int]:
    """Download a file; 404 while it is being checked, and if it was not accepted."""
    check = load(Attachment, id).check
    if check is None or not (check.sha256 and check.name and check.media_type):
        return _not_ready(refused=check is not None)
    return _answer(check.sha256, check.media_type, names.disposition(check.name))


@bp.get("/<int:id>/previews/<int:number>")
@permitted(Permission.READ_ATTACHMENT)
def preview(id: int, number: int) -> Response | tuple[str, int]:
    """The picture of one of the first pages of a file."""
    found = next((one for one in load(Attachment, id).previews if one.number == number), None)
    if found is None:
        abort(404)
    return _answer(found.sha256, "image/jpeg", names.disposition(f"preview-{number}.jpg", inline=True))


def _answer(sha256: str, media_type: str, disposition: str) -> Response | tuple[str, int]:
    """A stored file, compared with its hash."""
    try:
        content = greenlets.aside(Storage(current_app.extensions["settings"].files).get, sha256)
    except (Damaged, FileNotFoundError):
        current_app.logger.exception("the stored file %s is missing or damaged", sha256)
        text = gettext("The stored file is missing or damaged, so you cannot download it. Tell an administrator.")
        return page("errors.html", ErrorPage(gettext("This file is not available"), text)), 500
    response = Response(content, mimetype=media_type)
    response.headers.update(APART)
    response.headers["Content-Disposition"] = disposition
    return response


def _not_ready(*, refused: bool) -> tuple[str, int]:
    if refused:
        text = gettext(
            "This file was not accepted and has been deleted from our servers. The page of the document gives the "
            "reason."
        )
    else:
        text = gettext("This file is still being checked. Try again in a minute.")
    return page("errors.html", ErrorPage(gettext("This file is not available"), text)), 404
