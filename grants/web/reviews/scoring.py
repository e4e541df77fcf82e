"""The reviewer's list of reviews, the page on which a review is written, and the page on which it is read again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from flask import url_for
from flask_babel import gettext, ngettext
from wtforms import Field

from grants.access.principals import Principal
from grants.forms.reviews import TEXTS, ReviewForm, held
from grants.models import Application, Assignment, Review, Score
from grants.queries.applications import proposals, submissions
from grants.queries.applications.proposals import Reading
from grants.queries.cases.assignments import COMMENT_WORDS
from grants.queries.reviews import written
from grants.web.applications.listing import tone
from grants.web.reviews import criteria
from grants.web.reviews.criteria import CriterionItem
from grants.web.site.autosave import Saved, owner, part
from grants.web.site.components import Fact, Link, Problem, Tab
from grants.web.site.formats import amount, clock, translate
from workflows.engine.message import Message
from workflows.forms.completeness import Content
from workflows.programme import Criterion

NOT_YET = Message("First declare whether you have a conflict of interest.")
SOON_DAYS = 5
PROPOSAL, SCORES = "proposal", "scores"
"""The two parts of the scoring page. A phone shows one of them, each at its own address."""


@dataclass(frozen=True, slots=True)
class ReviewTask:
    """An invitation to answer or a review to write. tone: late, soon or empty."""

    on: date
    tone: str
    title: str
    why: str
    link: Link


@dataclass(frozen=True, slots=True)
class EndedReview:
    """An assignment that was submitted, declined or ended. total: out of 100, if the review was submitted."""

    title: str
    call: str
    url: str
    state: str
    sent_at: datetime | None
    total: Decimal | None


@dataclass(frozen=True, slots=True)
class ReviewsPage:
    """A reviewer's assignments: invitations, reviews to write, and the rest, latest due date first.

    owner: whose text the browser may have stored.
    """

    asked: tuple[ReviewTask, ...]
    todo: tuple[ReviewTask, ...]
    done: tuple[EndedReview, ...]
    owner: str


@dataclass(frozen=True, slots=True)
class Tally:
    """Progress of the scoring: criteria scored, and points out of the weight scored so far; share in percent."""

    text: str
    points: str
    of: str
    share: float


@dataclass(frozen=True, slots=True)
class ScoringPage:
    """The proposal beside its rubric with the scores so far.

    tabs: the proposal and the scores, which a phone shows one at a time; part: the key of the present one. least: words
    required in a comment. wrong: what is wrong or missing, in the order of the page; unsaved: part of it was not saved.
    submitting: it was to be submitted. elsewhere: values saved in another window that differ from those on the page.
    """

    assignment: Assignment
    application: Application
    review: Review
    form: ReviewForm
    reading: Reading
    requested: str
    tally: Tally
    criteria: tuple[CriterionItem, ...]
    tabs: tuple[Tab, ...]
    part: str
    least: int
    saved: str
    owner: str
    wrong: tuple[Problem, ...]
    unsaved: bool
    submitting: bool
    elsewhere: tuple[Fact, ...] = ()


@dataclass(frozen=True, slots=True)
class ReviewPage:
    """A review that can no longer be changed; review, reading and total are None if the assignment ended without one.

    scores: by criterion. owner: whose text the browser may have stored.
    """

    assignment: Assignment
    application: Application
    review: Review | None
    reading: Reading | None
    rubric: Sequence[Criterion]
    requested: str
    scores: Mapping[str, Score]
    total: Decimal | None
    owner: str


def open_for(assignment: Assignment) -> bool:
    """Whether the application still accepts reviews of the assignment's submission."""
    application = assignment.application
    return application.step == "review" and application.submission_id == assignment.submission_id


def desk(person: Principal) -> ReviewsPage:
    """The assignments of a reviewer in three groups."""
    groups: dict[str, list[Assignment]] = {"asked": [], "ready": [], "done": []}
    for assignment in written.mine(person):
        groups[assignment.step if open_for(assignment) and assignment.step in groups else "done"].append(assignment)
    return ReviewsPage(
        asked=tuple(
            _task(one, translate(NOT_YET), gettext("Declare whether you have a conflict")) for one in groups["asked"]
        ),
        todo=tuple(_task(one, _scored(one), gettext("Continue review")) for one in groups["ready"]),
        done=tuple(_ended(one) for one in reversed(groups["done"])),
        owner=owner(),
    )


def _task(assignment: Assignment, why: str, action: str) -> ReviewTask:
    application = assignment.application
    return ReviewTask(
        on=assignment.due_on,
        tone=tone(assignment.due_on, SOON_DAYS),
        title=application.title or gettext("Untitled application"),
        why=f"{application.call.title} · {why}",
        link=Link(action, url_for("reviews.show", id=assignment.id)),
    )


def _scored(assignment: Assignment) -> str:
    rubric, review = assignment.application.call.data.rubric, assignment.review
    scored = len(written.points(review, rubric)) if review else 0
    return gettext("%(scored)s of %(criteria)s criteria scored", scored=scored, criteria=len(rubric))


def _ended(assignment: Assignment) -> EndedReview:
    application, review = assignment.application, assignment.review
    sent = review if review and review.sent_at else None
    return EndedReview(
        title=application.title or gettext("Untitled application"),
        call=application.call.title,
        url=url_for("reviews.show", id=assignment.id),
        state=assignment.step,
        sent_at=review.sent_at if review else None,
        total=written.total(sent, application.call.data.rubric) if sent else None,
    )


def requested(content: Content, currency: str) -> str:
    """The requested amount and duration, such as "USD 30,000.00 over 12 months"; a dash for an alert."""
    sum_, months = amount(content.asked or None, currency), content.answers["months"]
    if not content.asked or not months:
        return sum_
    return str(ngettext("%(sum)s over %(num)s month", "%(sum)s over %(num)s months", months, sum=sum_))


def sheet(
    assignment: Assignment,
    review: Review,
    form: ReviewForm,
    *,
    lacking: Sequence[Message] | None = None,
    elsewhere: tuple[Fact, ...] = (),
    shown: str = SCORES,
) -> ScoringPage:
    """The scoring page of a review. shown: the part that a phone shows.

    lacking: what was missing when it was to be submitted; None if it was not.
    """
    application = assignment.application
    content = submissions.content(application, assignment.submission)
    reading = proposals.reading(application.call, assignment.submission.stage, content)
    unsaved = any(field.errors for field in form)
    _note_missing(form, lacking or ())
    return ScoringPage(
        assignment=assignment,
        application=application,
        review=review,
        form=form,
        reading=reading,
        requested=requested(content, application.call.currency),
        tally=tally(assignment),
        criteria=criteria.of(form, reading, _address(assignment, PROPOSAL)),
        tabs=_tabs(assignment, shown),
        part=shown,
        least=COMMENT_WORDS,
        saved=clock(review.saved_at),
        owner=owner(),
        wrong=_problems(form),
        unsaved=unsaved,
        submitting=lacking is not None,
        elsewhere=elsewhere,
    )


def _tabs(assignment: Assignment, shown: str) -> tuple[Tab, ...]:
    titles = {PROPOSAL: gettext("Proposal"), SCORES: gettext("Scores")}
    return tuple(Tab(title, _address(assignment, key), present=key == shown) for key, title in titles.items())


def _address(assignment: Assignment, part: str) -> str:
    return url_for("reviews.show", id=assignment.id, part=part)


def part_of(assignment: Assignment, asked: str) -> str:
    """The part that a phone shows: the one asked for, else the proposal until a criterion is scored."""
    if asked in (PROPOSAL, SCORES):
        return asked
    review = assignment.review
    return SCORES if review and written.points(review, assignment.application.call.data.rubric) else PROPOSAL


def _error(field: Field) -> str:
    text = " ".join(field.errors)
    return f"{field.label.text}: {text}" if field.errors[0] in field.process_errors else text


def tally(assignment: Assignment) -> Tally:
    """Progress of the scoring: criteria scored, and points out of the weight scored so far."""
    rubric, review = assignment.application.call.data.rubric, assignment.review
    points = written.points(review, rubric) if review else {}
    of = sum(criterion.weight for criterion in rubric if criterion.key in points)
    got = sum(points.values(), Decimal(0))
    return Tally(
        text=gettext("Scored %(count)s of %(of)s", count=len(points), of=len(rubric)),
        points="" if not points else f"{got.normalize():f}" if got else "0",
        of=gettext("out of %(of)s points so far", of=of) if points else gettext("No criteria scored yet"),
        share=float(100 * got / of) if of else 0,
    )


def saved(assignment: Assignment, review: Review, form: ReviewForm) -> Saved:
    """The answer to an automatic save: time, new version, and the page parts that have changed."""
    macros = "reviews/_parts.html"
    parts = {
        "tally-so-far": part(macros, "tally_part", tally(assignment)),
        "criteria-grid": part(macros, "criteria_grid", criteria.of(form)),
        "not-read": part(macros, "not_read", [_error(field) for field in form if field.errors]),
    }
    return Saved(clock(review.saved_at), review.version, parts)


def _note_missing(form: ReviewForm, reasons: Sequence[Message]) -> None:
    """Set what is missing as the error of its field; a field with an error of its own keeps it."""
    criteria = {criterion.key for criterion in form.rubric}
    for reason in reasons:
        key = str(reason.cure)
        if key in criteria:
            key = f"comment_{key}" if form[f"score_{key}"].data else f"score_{key}"
        form[key].errors = form[key].errors or [translate(reason)]


def _problems(form: ReviewForm) -> tuple[Problem, ...]:
    """Every error of the form, as a link to its field, in the order of the page."""
    wrong = [form[name] for name in _in_order(form) if form[name].errors]
    return tuple(Problem(_error(field), f"#{field.id.replace('score_', 'criterion-')}") for field in wrong)


def _in_order(form: ReviewForm) -> tuple[str, ...]:
    """The names of the fields, in the order of the page."""
    criteria = (f"{part}_{criterion.key}" for criterion in form.rubric for part in ("score", "comment"))
    return (*criteria, *TEXTS, "fund", "amount", "confidence")


def elsewhere(review: Review, form: ReviewForm) -> tuple[Fact, ...]:
    """The values saved in another window that differ from the submitted ones."""
    kept = held(review)
    currency = review.assignment.application.call.currency
    differing = [
        name for name in _in_order(form) if (kept.get(name) or "") != (form[name].data or "") or form[name].errors
    ]
    return tuple(Fact(_label(form, name), _text(form[name], kept.get(name), currency)) for name in differing)


def _text(field: Any, value: Any, currency: str) -> str:
    if isinstance(value, Decimal):
        return amount(value, currency)
    chosen = dict(field.choices) if field.name in ("fund", "confidence") else {}
    return str(chosen.get(value, value) or "–")


def _label(form: ReviewForm, name: str) -> str:
    title = next((translate(c.title) for c in form.rubric if name.endswith(f"_{c.key}")), "")
    return (
        f"{title}: {form[name].label.text}" if title and name.startswith("comment") else title or form[name].label.text
    )


def finished(assignment: Assignment) -> ReviewPage:
    """A review that can no longer be changed, or an assignment that ended without one."""
    application, rubric = assignment.application, assignment.application.call.data.rubric
    reads = assignment.step in ("ready", "sent")
    review, submission = assignment.review if reads else None, assignment.submission
    content = submissions.content(application, submission)
    return ReviewPage(
        assignment=assignment,
        application=application,
        review=review,
        reading=proposals.reading(application.call, submission.stage, content) if reads else None,
        rubric=rubric,
        requested=requested(content, application.call.currency),
        scores={score.criterion: score for score in review.scores} if review else {},
        total=written.total(review, rubric) if review else None,
        owner=owner(),
    )
