"""A reviewer's pages: invitations, declaration, scoring; and the staff's comparison of all reviews."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Blueprint, jsonify, redirect, request, url_for
from werkzeug.wrappers import Response

from grants.access.permissions import Permission
from grants.db import transaction
from grants.forms.reviews import ConflictForm, ReviewForm, filled, review_form
from grants.models import Application, Assignment, Review
from grants.queries.cases.assignments import missing
from grants.services import transitions
from grants.services.refusals import Refused, Stale
from grants.services.reviews import scores
from grants.web.reviews import comparison, conflicts, scoring
from grants.web.site.actions import action
from grants.web.site.authorization import actor_on_row, load, permitted, principal
from grants.web.site.autosave import automatic
from grants.web.site.components import Fact
from grants.web.site.headers import arrived_at
from grants.web.site.idempotency import idempotent, idempotent_beside_autosave
from grants.web.site.labels import Unread, labelled
from grants.web.site.navigation import page
from grants.web.site.versions import OUTDATED, sent_version
from workflows.engine.message import N_, Message
from workflows.engine.roles import Role
from workflows.flows.assignment import AT_WORK

bp = Blueprint("reviews", __name__)


def _form_of(unread: Unread) -> ReviewForm:
    return _form(unread.row(Assignment))


@bp.get("/reviews")
@permitted(Permission.REVIEW)
def index() -> str:
    """The reviewer's own reviews: invited, to do, done."""
    return page("reviews/index.html", scoring.desk(principal()))


@bp.get("/reviews/<int:id>")
@permitted(Permission.REVIEW)
def show(id: int) -> str:
    """The declaration first; then, if no conflict was declared, the proposal and its rubric."""
    assignment = load(Assignment, id)
    if assignment.step == "asked" and scoring.open_for(assignment):
        return _before(assignment, ConflictForm())
    if assignment.application.call_id in principal().applied and assignment.step in AT_WORK:
        return _before(assignment, ConflictForm())
    if assignment.step == "ready" and assignment.review and scoring.open_for(assignment):
        return _scoring(assignment, _form(assignment))
    return page("reviews/read.html", scoring.finished(assignment), wide=True)


@bp.post("/reviews/<int:id>/clear")
@permitted(Permission.ANSWER_ASSIGNMENT)
@action(N_("Submit declaration"), lambda unread: unread.row(Assignment).application.title)
@labelled(lambda _: ConflictForm())
@idempotent
def clear(id: int) -> Response | tuple[str, int]:
    """Record the declaration: no conflict opens the proposal, any conflict ends the assignment."""
    assignment, form = load(Assignment, id), ConflictForm()
    if not form.sent():
        return _before(assignment, form), 422
    with transaction():
        _declare(assignment, form)
    return redirect(url_for(".index", passed=1) if form.kinds() else url_for(".show", id=id))


@bp.post("/reviews/<int:id>/conflict")
@permitted(Permission.ANSWER_ASSIGNMENT)
@action(N_("Declare conflict of interest"), lambda unread: unread.row(Assignment).application.title)
@labelled(lambda _: ConflictForm())
@idempotent
def conflict(id: int) -> Response | tuple[str, int]:
    """Record a conflict found after the declaration, and end the assignment."""
    assignment, form = load(Assignment, id), ConflictForm()
    if not form.sent() or not form.kinds():
        return page("reviews/conflict.html", conflicts.declaration(assignment, form, later=True)), 422
    with transaction():
        _declare(assignment, form)
    return redirect(url_for(".index", passed=1))


@bp.get("/reviews/<int:id>/conflict")
@permitted(Permission.ANSWER_ASSIGNMENT)
def changed(id: int) -> str:
    """The declaration again, for a reviewer who has already started."""
    return page("reviews/conflict.html", conflicts.declaration(load(Assignment, id), ConflictForm(), later=True))


@bp.post("/reviews/<int:id>")
@permitted(Permission.REVIEW)
@action(N_("Save"), lambda unread: unread.row(Assignment).application.title)
@labelled(_form_of)
@idempotent_beside_autosave
def save(id: int) -> Response | tuple[Response | str, int]:
    """Save the review, complete or not; a value that cannot be parsed stays on the page with its error."""
    assignment = load(Assignment, id)
    form, review = _form(assignment), _review(assignment)
    whole = form.validate()
    try:
        with transaction():
            _save(review, form)
    except Stale:
        return _stale(assignment, form)
    if automatic():
        return jsonify(scoring.saved(assignment, review, form))
    if not whole:
        return _scoring(assignment, form), 422
    return redirect(url_for(".show", id=id, part=scoring.SCORES, saved=1))


@bp.post("/reviews/<int:id>/send")
@permitted(Permission.REVIEW)
@action(N_("Submit review"), lambda unread: unread.row(Assignment).application.title)
@labelled(_form_of)
@idempotent
def send(id: int) -> Response | tuple[Response | str, int]:
    """Save the review and submit it, or show everything that is wrong or missing at once."""
    assignment = load(Assignment, id)
    form, review = _form(assignment), _review(assignment)
    whole = form.validate()
    try:
        with transaction():
            _save(review, form)
        if not whole:
            return _scoring(assignment, form, lacking=missing(review)), 422
        with transaction():
            _take(assignment, "send")
    except Stale:
        return _stale(assignment, form)
    except Refused as refused:
        return _lacking(assignment, form, refused)
    return redirect(url_for(".index", sent=id))


@bp.get("/applications/<int:id>/reviews")
@permitted(Permission.READ_REVIEWS)
def of(id: int) -> str:
    """The reviews of an application side by side: criteria by reviewers, totals, amounts, comments."""
    return page("reviews/compare.html", comparison.compared(load(Application, id), principal()))


def _declare(assignment: Assignment, form: ConflictForm) -> None:
    version = sent_version(None)
    _take(assignment, "conflict" if form.kinds() else "clear", form.answers(), version)


def _take(assignment: Assignment, key: str, answers: dict[str, bool] | None = None, version: int | None = None) -> None:
    actor = actor_on_row(assignment, Role.REVIEWER)
    transitions.apply(assignment, key, actor=actor, answers=answers, version=version, arrived_at=arrived_at())


def _form(assignment: Assignment) -> ReviewForm:
    rules = assignment.application.call
    return filled(review_form(rules.data.rubric, rules.currency), _review(assignment))


def _review(assignment: Assignment) -> Review:
    """The review of an assignment; raises Refused before the declaration."""
    if assignment.review is None:
        raise Refused(scoring.NOT_YET)
    return assignment.review


def _save(review: Review, form: ReviewForm) -> None:
    """Save the review. An automatic save whose answer was lost is sent again, and changes nothing; else raise Stale."""
    actor = actor_on_row(review.assignment, Role.REVIEWER)
    try:
        scores.save(review, **form.facts(review), version=sent_version(OUTDATED), actor=actor)
    except Stale:
        if not automatic() or scoring.elsewhere(review, form):
            raise


def _before(assignment: Assignment, form: ConflictForm) -> str:
    later = assignment.step != "asked"
    return page("reviews/conflict.html", conflicts.declaration(assignment, form, later=later))


def _scoring(
    assignment: Assignment,
    form: ReviewForm,
    *,
    lacking: Sequence[Message] | None = None,
    elsewhere: tuple[Fact, ...] = (),
) -> str:
    shown = scoring.part_of(assignment, request.args.get("part", "")) if request.method == "GET" else scoring.SCORES
    review = _review(assignment)
    view = scoring.sheet(assignment, review, form, lacking=lacking, elsewhere=elsewhere, shown=shown)
    return page("reviews/score.html", view, wide=True)


def _lacking(assignment: Assignment, form: ReviewForm, refused: Refused) -> tuple[str, int]:
    """Show each reason beside its field; raise if one belongs to no field."""
    if any(reason.cure is None for reason in refused.reasons):
        raise refused
    return _scoring(assignment, form, lacking=refused.reasons), 422


def _stale(assignment: Assignment, form: ReviewForm) -> tuple[Response | str, int]:
    """The review was saved elsewhere meanwhile: show the submitted values with the saved ones beside them; 409."""
    if automatic():
        return jsonify(notice=page("reviews/_stale.html"), keep=True), 409
    return _scoring(assignment, form, elsewhere=scoring.elsewhere(_review(assignment), form)), 409
