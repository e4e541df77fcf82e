"""Template values of the pages of reviews."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from flask import get_template_attribute, url_for
from flask_babel import gettext, ngettext

from grants.forms.reviews import TEXTS, ConflictForm, DeclineForm, ReviewForm, held
from grants.models import Application, Assignment
from grants.queries import proposals
from grants.queries import reviews as found
from grants.services.reviews import COMMENT_WORDS, CONFLICTS
from grants.web.applications.listing import tone
from grants.web.site.authorization import principal
from grants.web.site.formats import amount, clock, translate
from workflows.engine.message import Message
from workflows.programme import Criterion

NOT_YET = (Message("First declare whether you have a conflict of interest."),)
SOON_DAYS = 5


def open_for(assignment: Assignment) -> bool:
    """Whether the application still accepts reviews of the assignment's stage."""
    return assignment.application.step == "review" and assignment.application.stage == assignment.stage


def desk(assignments: Iterable[Assignment]) -> dict[str, Any]:
    """A reviewer's assignments in three groups: asked, todo, done."""
    heaps: dict[str, list[dict[str, Any]]] = {"asked": [], "todo": [], "done": []}
    for assignment in assignments:
        heap = (
            {"asked": "asked", "ready": "todo"}.get(assignment.state, "done")
            if assignment.state == "sent" or open_for(assignment)
            else "done"
        )
        heaps[heap].append(_desk_row(assignment))
    heaps["done"].reverse()
    return heaps


def _desk_row(assignment: Assignment) -> dict[str, Any]:
    application, review = assignment.application, assignment.review
    rubric = application.call.data.rubric
    scored = len(found.points(review, rubric)) if review else 0
    return {
        "title": application.title or gettext("Untitled"),
        "call": application.call.title,
        "on": assignment.due_on,
        "url": url_for("reviews.show", id=assignment.id),
        "state": assignment.state,
        "scored": scored,
        "criteria": len(rubric),
        "total": found.total(review, rubric) if review and review.sent_at else None,
        "sent_at": review and review.sent_at,
        "tone": tone(assignment.due_on, SOON_DAYS),
        "open": open_for(assignment),
    }


def declaration(
    assignment: Assignment, form: ConflictForm, *, decline: DeclineForm | None = None, later: bool = False
) -> dict[str, Any]:
    """The declaration page, with only as much of the proposal as its questions need."""
    application = assignment.application
    facts = [
        (gettext("Title"), application.title),
        (gettext("Applicant"), application.organisation.name),
        (gettext("People named"), ", ".join(found.people_named(application)) or "–"),
        (gettext("Partners"), ", ".join(found.partners(application)) or "–"),
        (gettext("Requested"), requested(application)),
    ]
    return {
        "assignment": assignment,
        "call": application.call,
        "form": form,
        "decline": decline or DeclineForm(),
        "later": later,
        "facts": facts,
        "boxes": [form[key] for key, _ in CONFLICTS],
        "looked_up": _looked_up(assignment),
    }


def _looked_up(assignment: Assignment) -> list[dict[str, str]]:
    facts = found.looked_up(assignment)
    lines = (
        (facts.member, gettext("No shared organisation or chapter"), gettext("You act for the applicant")),
        (
            facts.applied,
            gettext("You have no proposal in this call"),
            gettext("Your organisation has applied in this call"),
        ),
        (facts.domain, gettext("No shared e-mail domain"), gettext("You share an e-mail domain with the applicant")),
    )
    return [{"mark": "diamond" if holds else "tick", "text": bad if holds else good} for holds, good, bad in lines]


def requested(application: Application) -> str:
    """The requested amount and duration, such as "USD 30,000.00 over 12 months"."""
    sum_ = amount(application.asked, application.call.currency)
    if not application.months:
        return sum_
    return str(ngettext("%(sum)s over %(num)s month", "%(sum)s over %(num)s months", application.months, sum=sum_))


def sheet(assignment: Assignment, form: ReviewForm) -> dict[str, Any]:
    """The scoring page: the rubric with the scores so far."""
    application, review = assignment.application, assignment.review
    return {
        "assignment": assignment,
        "application": application,
        "form": form,
        "review": review,
        "tally": tally(assignment),
        "criteria": _unfolded([_criterion(form, criterion) for criterion in form.rubric]),
        "least": COMMENT_WORDS,
        "requested": requested(application),
        "wrong": [
            {"url": f"#{field.id}", "text": f"{field.label.text}: {' '.join(field.errors)}"}
            for field in form
            if field.errors
        ],
        "saved": clock(review.saved_at) if review else "",
        "owner": f"person-{principal().id}",
    }


def _criterion(form: ReviewForm, criterion: Criterion) -> dict[str, Any]:
    score, comment = form[f"score_{criterion.key}"], form[f"comment_{criterion.key}"]
    weight = gettext("weight %(weight)s", weight=criterion.weight)
    if score.data:
        worth = Decimal(criterion.weight * int(score.data)) / found.BEST
        weight = gettext(
            "weight %(weight)s · score %(score)s gives %(points)s points",
            weight=criterion.weight,
            score=score.data,
            points=f"{worth.normalize():f}",
        )
    return {
        "key": criterion.key,
        "title": translate(criterion.title),
        "question": translate(criterion.question),
        "weight": weight,
        "score": score,
        "comment": comment,
        "done": bool(score.data) and len((comment.data or "").split()) >= COMMENT_WORDS and not comment.errors,
    }


def _unfolded(criteria: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Expand the first incomplete criterion and every criterion with an error."""
    first = next((one["key"] for one in criteria if not one["done"]), None)
    return [
        one | {"open": one["key"] == first or bool(one["score"].errors or one["comment"].errors)} for one in criteria
    ]


def tally(assignment: Assignment) -> dict[str, Any]:
    """Progress of the scoring: criteria scored, and points out of the weight scored so far."""
    rubric, review = assignment.application.call.data.rubric, assignment.review
    points = found.points(review, rubric) if review else {}
    of = sum(criterion.weight for criterion in rubric if criterion.key in points)
    got = sum(points.values(), Decimal(0))
    return {
        "text": gettext("Scored %(count)s of %(of)s", count=len(points), of=len(rubric)),
        "points": f"{got.normalize():f}" if got else "0",
        "of": gettext("of %(of)s points so far", of=of),
        "share": float(100 * got / of) if of else 0,
    }


def saved(assignment: Assignment, form: ReviewForm) -> dict[str, Any]:
    """The answer to an automatic save: time, new version, and the page parts that have changed."""
    macros = "reviews/_parts.html"
    review = assignment.review
    wrong = [f"{field.label.text}: {' '.join(field.errors)}" for field in form if field.errors]
    return {
        "saved_at": clock(review.saved_at) if review else "",
        "version": review.version if review else 0,
        "parts": {
            "tally-so-far": str(get_template_attribute(macros, "tally_part")(tally(assignment))),
            "not-read": str(get_template_attribute(macros, "not_read")(wrong)),
        },
    }


def lacking(form: ReviewForm, reasons: Sequence[Message]) -> list[dict[str, str]]:
    """What is missing in the review, each as a link to its field and an error beside it."""
    keys = {criterion.key for criterion in form.rubric}
    lines = []
    for reason in reasons:
        key = str(reason.cure)
        text = translate(reason)
        if key in keys:
            form[f"score_{key}" if not form[f"score_{key}"].data else f"comment_{key}"].errors = [text]
            lines.append({"url": f"#criterion-{key}", "text": text})
        else:
            form[key].errors = [text]
            lines.append({"url": f"#{form[key].id}", "text": text})
    return lines


def elsewhere(assignment: Assignment, form: ReviewForm) -> list[dict[str, str]]:
    """The values saved in another window that differ from the submitted ones."""
    kept = held(assignment.review) if assignment.review else {}
    texts = [
        *TEXTS,
        *(f"comment_{criterion.key}" for criterion in form.rubric),
        *(f"score_{criterion.key}" for criterion in form.rubric),
        "amount",
    ]
    differing = [name for name in texts if (kept.get(name) or "") != (form[name].data or "")]
    return [{"label": _label(form, name), "text": _text(kept.get(name), assignment)} for name in differing]


def _text(value: Any, assignment: Assignment) -> str:
    return amount(value, assignment.application.call.currency) if isinstance(value, Decimal) else str(value or "–")


def _label(form: ReviewForm, name: str) -> str:
    title = next((translate(c.title) for c in form.rubric if name.endswith(f"_{c.key}")), "")
    return (
        f"{title}: {form[name].label.text}" if title and name.startswith("comment") else title or form[name].label.text
    )


def finished(assignment: Assignment) -> dict[str, Any]:
    """A review that can no longer be changed, or an assignment that ended without one."""
    application = assignment.application
    reads = assignment.state in ("ready", "sent")
    rubric = application.call.data.rubric
    return {
        "assignment": assignment,
        "application": application,
        "review": assignment.review if reads else None,
        "rubric": rubric,
        "reading": proposals.reading(application) if reads else None,
        "requested": requested(application),
        "scores": {s.criterion: s for s in assignment.review.scores} if reads and assignment.review else {},
        "total": found.total(assignment.review, rubric) if reads and assignment.review else None,
    }


def compared(application: Application) -> dict[str, Any]:
    """The reviews of the current stage side by side, followed by those of earlier stages."""
    assignments, rubric = found.of(application), application.call.data.rubric
    stages = list(dict.fromkeys([application.stage, *(a.stage for a in assignments)]))
    boards = [found.board(assignments, rubric, stage) for stage in stages]
    return {
        "application": application,
        "boards": [b for b in boards if b.assignments or b.stage == application.stage],
        "needed": application.call.data.stage(application.stage).reviews,
        "titles": {s.key: translate(s.title) for s in application.call.data.stages},
    }
