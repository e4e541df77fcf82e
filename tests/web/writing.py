"""Helpers with which tests of drafts read and send forms."""

from __future__ import annotations

from typing import Any

from flask import Flask

from grants.db import db
from grants.models import Application
from grants.queries.applications import drafts
from grants.services.integrity import fingerprints
from tests import world as w
from tests.browser import Careful, signed_in
from workflows.forms.completeness import Content

AUTO = {"X-Autosave": "1"}
"""The header that a page sends with an autosave."""


def started(app: Flask) -> tuple[Careful, int]:
    """A browser of Mg1 and the id of the draft with which a test begins."""
    with app.app_context():
        return signed_in(app, w.found().people["mg1"]), db.session.query(Application).one().id


def form_of(client: Careful, id: int) -> dict[str, Any]:
    """The fields of the draft's form as a browser would send them."""
    page: Any = client.get(f"/applications/{id}/write")
    return single(page.page.form("/write"))


def single(form: Any) -> dict[str, Any]:
    """The values of a form's fields; a list only if a name has several values."""
    return {name: texts[0] if len(texts) == 1 else texts for name, texts in form.fields.items()}


def stored(app: Flask, id: int) -> Application:
    """The stored application."""
    with app.app_context():
        row = db.session.get_one(Application, id)
        row.call  # noqa: B018 - read while there is a session
        return row


def drafted(app: Flask, id: int) -> Content:
    """What the draft contains."""
    with app.app_context():
        return drafts.content(db.session.get_one(Application, id))


def fingerprint(app: Flask, id: int) -> str:
    """The hash of everything in the draft."""
    return fingerprints.of_content(drafted(app, id), salt="")


def token(client: Careful, id: int) -> dict[str, str]:
    return {"csrf_token": form_of(client, id)["csrf_token"]}
