"""The officer's eligibility checklist, one line at a time."""

from __future__ import annotations

from flask import Blueprint, redirect, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from grants.access.permissions import Permission
from grants.db import transaction
from grants.forms.checks import CheckForm
from grants.models import Application, Check
from grants.services.applications import checks
from grants.services.refusals import Stale
from grants.web.applications.officer_view import overview
from grants.web.site.actions import action
from grants.web.site.authorization import actor_on_row, load, permitted
from grants.web.site.idempotency import idempotent
from grants.web.site.labels import labelled
from grants.web.site.versions import OUTDATED, sent_version
from workflows.engine.message import N_
from workflows.engine.roles import Role

bp = Blueprint("checks", __name__)


@bp.post("/applications/<int:id>/checks/<key>")
@permitted(Permission.CHECK)
@action(N_("Save result"), lambda unread: unread.row(Application).title)
@labelled(lambda unread: CheckForm(prefix=f"{unread.address['key']}-"))
@idempotent
def give(id: int, key: str) -> Response | tuple[str, int]:
    """Record the verdict on a line of the newest submission; “failed” needs a reason.

    409, with what was typed, when the applicant has sent another submission or another person has given a verdict.
    """
    application, form = load(Application, id), CheckForm(prefix=f"{key}-")
    if not form.sent():
        return overview(application, check=(key, form)), 422
    try:
        with transaction():
            target = _give(application, key, form)
    except Stale as stale:
        form.verdict.errors = [
            gettext(
                "Another person recorded a result of this check while your page was open. It is shown below. To "
                "replace it with your result, save again."
            )
            if isinstance(stale.row, Check)
            else gettext(
                "The applicant has answered our question. Read the new submission, then record your result again."
            )
        ]
        return overview(application, check=(key, form)), 409
    return redirect(target)


def _give(application: Application, key: str, form: CheckForm) -> str:
    checks.give(
        application,
        submission=sent_version(OUTDATED, "submission"),
        key=key,
        verdict=form.verdict.data,
        note=form.note.data or "",
        actor=actor_on_row(application, Role.OFFICER),
        version=sent_version(OUTDATED),
    )
    return url_for("applications.show", id=application.id, _anchor="checks")
