"""Organisations that were entered twice: an administrator merges them, and separates them again."""

from __future__ import annotations

from flask import Blueprint, abort, redirect, request, url_for
from werkzeug.wrappers import Response

from grants.access.permissions import Permission
from grants.db import transaction
from grants.forms.duplicates import MergeForm, SeparationForm
from grants.models import Organisation
from grants.services import duplicates, transitions
from grants.web.duplicates import merge_view
from grants.web.site import done
from grants.web.site.actions import action
from grants.web.site.authorization import actor_on_row, fresh_factor, load, permitted
from grants.web.site.errors import AGAINST, shown_again
from grants.web.site.idempotency import idempotent
from grants.web.site.labels import labelled
from grants.web.site.navigation import page
from grants.web.site.versions import OUTDATED, sent_version
from workflows.engine.message import N_
from workflows.engine.roles import Role
from workflows.forms.values import WHOLE

bp = Blueprint("duplicates", __name__, url_prefix="/organisations/<int:id>")


@bp.get("/merge")
@permitted(Permission.SET_ORGANISATIONS)
def choose(id: int) -> str:
    """Choose the entry that is kept; once it is chosen, both side by side."""
    duplicate, kept = load(Organisation, id), _kept(request.args.get("kept", ""))
    if kept is None:
        return page("duplicates/choose.html", merge_view.choice(duplicate))
    return page("duplicates/merge.html", merge_view.comparison(duplicate, kept, MergeForm()))


@bp.post("/merge")
@permitted(Permission.SET_ORGANISATIONS)
@action(N_("Merge entries"), lambda unread: unread.row(Organisation).name)
@labelled(lambda _: MergeForm())
@fresh_factor()
@idempotent
def merge(id: int) -> Response | tuple[str, int]:
    """Merge this entry into the one that is kept."""
    duplicate, form = load(Organisation, id), MergeForm()
    kept = _kept(form.kept.data or "") or abort(422)
    if not form.sent():
        return page("duplicates/merge.html", merge_view.comparison(duplicate, kept, form)), 422
    try:
        with transaction():
            target = _merged(duplicate, kept, form)
    except AGAINST as wrong:
        return shown_again(lambda: _comparison(id, kept.id, form), wrong)
    return redirect(target)


@bp.get("/separate")
@permitted(Permission.SET_ORGANISATIONS)
def separation(id: int) -> str:
    """The form to undo a merge; 404 for an organisation that is not merged."""
    return _separation(load(Organisation, id), SeparationForm())


@bp.post("/separate")
@permitted(Permission.SET_ORGANISATIONS)
@action(N_("Undo merge"), lambda unread: unread.row(Organisation).name)
@labelled(lambda _: SeparationForm())
@fresh_factor()
@idempotent
def separate(id: int) -> Response | tuple[str, int]:
    """Undo the merge of this entry."""
    duplicate, form = load(Organisation, id), SeparationForm()
    if not form.sent():
        return _separation(duplicate, form), 422
    try:
        with transaction():
            actor = actor_on_row(duplicate, Role.ADMINISTRATOR)
            version = sent_version(OUTDATED)
            duplicates.separate(duplicate, reason=form.reason.data or "", version=version, actor=actor)
    except AGAINST as wrong:
        return shown_again(lambda: _separation(load(Organisation, id), form), wrong)
    return redirect(done.after(duplicate, "separate", url_for("organisations.show", id=id)))


def _kept(text: str) -> Organisation | None:
    """The chosen entry; None if none is chosen, 404 for one that does not exist."""
    return load(Organisation, int(text)) if WHOLE.fullmatch(text) else None


def _comparison(id: int, kept: int, form: MergeForm) -> str:
    view = merge_view.comparison(load(Organisation, id), load(Organisation, kept), form)
    return page("duplicates/merge.html", view)


def _separation(duplicate: Organisation, form: SeparationForm) -> str:
    kept = duplicate.merged_into or abort(404)
    return page("duplicates/separate.html", merge_view.separation(duplicate, kept, form))


def _merged(duplicate: Organisation, kept: Organisation, form: MergeForm) -> str:
    """Merge; returns the address of the page that follows."""
    duplicates.merge(
        duplicate,
        kept,
        reason=form.reason.data or "",
        version=sent_version(OUTDATED),
        actor=actor_on_row(duplicate, Role.ADMINISTRATOR),
        apply=transitions.apply,
    )
    return done.after(duplicate, "merge", url_for("organisations.show", id=duplicate.id))
