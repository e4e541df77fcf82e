"""Drafts: write, save even if incomplete, check; submission uses the route of transitions."""

from __future__ import annotations

from flask import Blueprint, abort, jsonify, redirect, request, url_for
from werkzeug.wrappers import Response

from grants.access.permissions import Permission
from grants.db import transaction
from grants.forms.proposals import Proposal, chosen, kept_texts, typed
from grants.forms.questions import months_allowed
from grants.models import Application, ApplicationSave
from grants.queries.applications.drafts import WRITABLE
from grants.services.applications import drafts
from grants.services.refusals import Refused, Stale
from grants.web.drafts import conflicts, replies, summary
from grants.web.drafts.discarded import refused_save
from grants.web.drafts.editor import OpenDraft, draft_page, saved
from grants.web.site.actions import action
from grants.web.site.authorization import actor_on_row, load, permitted
from grants.web.site.autosave import automatic
from grants.web.site.idempotency import idempotent, idempotent_beside_autosave
from grants.web.site.labels import Texts, Unread, labelled
from grants.web.site.navigation import page
from grants.web.site.versions import OUTDATED, sent_version
from workflows.engine.message import N_
from workflows.engine.roles import Role
from workflows.forms.contents import REPLY

bp = Blueprint("drafts", __name__, url_prefix="/applications/<int:id>")


def _form_of(unread: Unread) -> Proposal:
    return _sent(unread.row(Application), unread.address.get("section"), unread.sent)


@bp.get("/write")
@permitted(Permission.WRITE_APPLICATION)
def write(id: int) -> str | Response:
    """The form of the application's current stage."""
    application = load(Application, id)
    if application.step not in WRITABLE:
        return redirect(url_for("applications.show", id=id))
    draft = OpenDraft.of(application)
    form = draft.form(more=request.args.get("add", ""))
    view = draft_page(draft, form)
    for place, text in summary.problems(draft) if "checked" in request.args else ():
        form.note_problem(place, text)
    return page("drafts/write.html", view)


@bp.post("/write")
@bp.post("/write/<section>")
@permitted(Permission.WRITE_APPLICATION)
@action(N_("Save"), lambda unread: unread.row(Application).heading)
@labelled(_form_of)
@idempotent_beside_autosave
def save(id: int, section: str | None = None) -> Response | tuple[Response | str, int]:
    """Save the draft, complete or not; answer an automatic save with JSON."""
    application = load(Application, id)
    form, reply = _sent(application, section, request.form), replies.sent_in(application, request.form)
    if automatic() and form.too_long:
        return jsonify(wrong=[text for _, text in form.wrong]), 422
    try:
        _keep(application, form, sent_version(OUTDATED), reply)
    except (Refused, Stale) as lost:
        if isinstance(lost, Refused) or not _same(application, form):
            return _lost(application)
    if automatic():
        return jsonify(saved(OpenDraft.of(application), form))
    if form.wrong or any(replies.problems(application, reply or "")):
        return page("drafts/write.html", draft_page(OpenDraft.of(application), form)), 422
    return redirect(_next(id))


@bp.get("/send")
@permitted(Permission.WRITE_APPLICATION)
def check(id: int) -> str | Response:
    """The reasons why the draft cannot be submitted yet, or the button that submits it."""
    application = load(Application, id)
    if application.step not in WRITABLE:
        return redirect(url_for("applications.show", id=id))
    return page("drafts/send.html", summary.summary_page(application))


@bp.get("/kept/<int:save_id>")
@permitted(Permission.WRITE_APPLICATION)
def kept(id: int, save_id: int) -> str | Response:
    """Two versions of the same proposal, side by side."""
    application, row = load(Application, id), _kept(id, save_id)
    if application.discarded:
        return redirect(url_for("applications.show", id=id))
    return page("drafts/kept.html", conflicts.compared(application, row))


@bp.post("/kept/<int:save_id>")
@permitted(Permission.WRITE_APPLICATION)
@action(N_("Save my choice"), lambda unread: unread.row(Application).heading)
@idempotent
def choose(id: int, save_id: int) -> Response | tuple[str, int]:
    """Save the chosen answers of the two versions; if one is too long to be saved, nothing is chosen yet."""
    application, row = load(Application, id), _kept(id, save_id)
    if application.discarded:
        return redirect(url_for("applications.show", id=id))
    draft = OpenDraft.of(application)
    mine = {
        name.removeprefix("take-")
        for name, choice in request.form.items()
        if name.startswith("take-") and choice == "mine"
    }
    mixed = chosen(typed(draft.stage, draft.content), kept_texts(row.content), mine)
    form = Proposal(draft.stage, draft.currency, mixed)
    if mine and form.too_long:
        return page("drafts/write.html", draft_page(draft, form)), 422
    with transaction():
        if mine:
            reply = replies.kept_in(row) if REPLY in mine else None
            keep(application, form, sent_version(OUTDATED), reply)
        drafts.settle(row, actor=actor_on_row(application, Role.APPLICANT))
    return redirect(url_for(".write", id=id))


def _sent(application: Application, section: str | None, sent: Texts) -> Proposal:
    """The sections received completely. Each ends with a marker, so a truncated request deletes nothing."""
    stage = application.call.data.stage(application.stage)
    whole = {one.key for one in stage.sections if f"has-{one.key}" in sent}
    if section is not None and section not in {one.key for one in stage.sections}:
        abort(404)
    return Proposal(
        stage,
        application.call.currency,
        sent,
        only=whole if section is None else whole & {section},
        more=sent.get("add", ""),
        months=months_allowed(application.call.data),
    )


def _keep(application: Application, form: Proposal, version: int, reply: str | None) -> None:
    with transaction():
        keep(application, form, version, reply)


def keep(application: Application, form: Proposal, version: int, reply: str | None = None) -> None:
    """Save the form's values, and the answer to the officer's question."""
    found = form.written()
    drafts.save(
        application,
        answers=found.answers,
        lines=found.lines,
        goals=found.goals,
        asked={one.question.key for one in form.asked if not (one.rows and one.rows.errors)},
        unread=found.unread,
        reply=reply,
        actor=actor_on_row(application, Role.APPLICANT),
        version=version,
    )


def _same(application: Application, form: Proposal) -> bool:
    """Whether the submitted values are already stored, as after a double click."""
    draft = OpenDraft.of(application)
    stored = draft.form().values()
    reply = replies.sent_in(application, request.form)
    return reply in (None, draft.reply) and all(stored.get(key) == value for key, value in form.values().items())


def _lost(application: Application) -> tuple[Response | str, int]:
    """Keep the rejected save in a transaction of its own and let the person choose between both versions.

    A save into a discarded draft is not kept.
    """
    if application.discarded:
        return refused_save(application)
    asked = {one.question.key for one in OpenDraft.of(application).form().asked} | {"has", "marks"}
    asked |= {REPLY} if replies.comparable(application) else set()
    typed_in = {name: texts for name, texts in request.form.lists() if name.partition("-")[0] in asked}
    with transaction():
        row = drafts.keep_lost(
            application,
            section="",
            content=typed_in,
            version=sent_version(OUTDATED),
            actor=actor_on_row(application, Role.APPLICANT),
        )
    if automatic():
        return jsonify(notice=page("drafts/lost.html", row)), 409
    return page("drafts/kept.html", conflicts.compared(application, row)), 409


def _kept(id: int, save_id: int) -> ApplicationSave:
    """The rejected save of this proposal; 404 for another one, and for that of a report, which has its own page."""
    row = load(ApplicationSave, save_id)
    if row.application_id != id or row.about_report:
        abort(404)
    return row


def _next(id: int) -> str:
    """The URL after a save: the check page, or the form, with an added row if requested."""
    if request.form.get("then") == "check":
        return url_for(".check", id=id)
    if question := request.form.get("add", ""):
        return url_for(".write", id=id, add=question, _anchor=question)
    return url_for(".write", id=id)
