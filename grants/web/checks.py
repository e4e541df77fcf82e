"""The officer's eligibility checklist, one line at a time."""

from __future__ import annotations

from flask import Blueprint, redirect, request, url_for
from werkzeug.wrappers import Response

from grants.access import Permission
from grants.db import saving
from grants.forms.checks import CheckForm
from grants.models import Application
from grants.services import checks, repeats
from grants.web.casework import overview
from grants.web.guard import acting, load, permitted, who
from workflows.roles import Role

bp = Blueprint("checks", __name__)


@bp.post("/applications/<int:id>/checks/<key>")
@permitted(Permission.CHECK)
def give(id: int, key: str) -> Response | tuple[str, int]:
    """Record the verdict on a line; “failed” needs a reason."""
    application, form = load(Application, id), CheckForm(prefix=f"{key}-")
    if not form.sent():
        return overview(application, check=(key, form)), 422
    with saving():
        target = repeats.once(
            request.form.get("once", ""),
            person=who().id or 0,
            body=repr((id, key, form.data)).encode(),
            do=lambda: _give(application, key, form),
        )
    return redirect(target)


def _give(application: Application, key: str, form: CheckForm) -> str:
    checks.give(
        application,
        key=key,
        verdict=form.verdict.data,
        note=form.note.data or "",
        actor=acting(application, Role.OFFICER),
    )
    return url_for("applications.show", id=application.id, _anchor="checks")
