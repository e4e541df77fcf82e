"""Reviews and decision summary of an application: reviewers, their progress, their scores, the recommendation."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from statistics import median

from flask import url_for
from flask_babel import gettext

from grants.models import Application, Assignment, Recommendation
from grants.queries.reviews import written
from grants.web.site.components import Fact
from grants.web.site.formats import amount, current_day, day, number, translate
from workflows.flows.assignment import FLOW

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class ReviewerRow:
    """One row of the table of reviews.

    asked: the day of the invitation. due: None if nothing is expected any more. late: whether the review is overdue.
    state: its status as text, drawn in `tone` (good, late or empty). score, fund and amount: None before submission.
    url: the submitted review. gone: whether the reviewer no longer takes part. stage: the title of an earlier stage.
    """

    name: str
    asked: date
    due: date | None
    late: bool
    state: str
    tone: str
    score: Decimal | None
    fund: bool | None
    amount: Decimal | None
    url: str | None
    gone: bool
    stage: str


@dataclass(frozen=True, slots=True)
class DecisionSummary:
    """What the reviews and the officer recommend. far_apart: whether the scores differ widely; url: all scores."""

    rows: tuple[Fact, ...]
    far_apart: bool
    advice: Recommendation | None
    url: str


def reviewer(application: Application, one: Assignment, *, hidden: bool) -> ReviewerRow:
    """One row of the table of reviews. hidden: whether the reader must not know what it says, nor how far it is."""
    rubric, review = application.call.data.rubric, one.review
    sent = review if one.step == "sent" and not hidden else None
    state, shade = _state(one, len(rubric), hidden=hidden)
    return ReviewerRow(
        name=one.person.name,
        asked=one.assigned_at.date(),
        due=one.due_on if one.step in ("asked", "ready", "sent") else None,
        late=one.step in ("asked", "ready") and one.due_on < current_day(),
        state=state,
        tone=shade,
        score=written.total(sent, rubric) if sent else None,
        fund=sent.fund if sent else None,
        amount=sent.amount if sent else None,
        url=url_for("reviews.of", id=application.id, _anchor=f"review-{one.id}") if sent else None,
        gone=one.step in ("declined", "conflicted", "released"),
        stage=translate(application.call.data.stage(one.stage).title) if one.stage != application.stage else "",
    )


def _state(one: Assignment, criteria: int, *, hidden: bool) -> tuple[str, str]:
    """The status of a reviewer and its tone; hidden: without the reason of a refusal and the progress of a review."""
    match one.step:
        case "asked":
            return gettext("invited, no answer yet"), ""
        case "ready":
            return translate(FLOW.step(one.step).word) if hidden else _progress(one, criteria), ""
        case "sent" if one.review and one.review.sent_at:
            return gettext("submitted %(day)s", day=day(one.review.sent_at.date(), "short")), "good"
        case "declined":
            named = one.reason and not hidden
            return (gettext("declined: %(reason)s", reason=one.reason) if named else gettext("declined")), "late"
        case "conflicted":
            return gettext("has a conflict of interest"), "late"
    return gettext("no longer needed"), ""


def _progress(one: Assignment, criteria: int) -> str:
    """How many criteria of a review are scored."""
    scored = len(written.points(one.review, one.application.call.data.rubric)) if one.review else 0
    if not scored:
        return gettext("accepted, not started")
    return gettext("started, %(count)s of %(of)s scored", count=scored, of=criteria)


def rests_on(
    application: Application, asked: list[Assignment], advice: Recommendation | None, left: Decimal | None
) -> DecisionSummary | None:
    """Decision summary: scores, amounts, recommendation and money left; None until the first review is submitted.

    left: what the call has left to award; None where it is not shown to the reader.
    """
    board = written.board(asked, application.call.data.rubric, application.stage)
    if not board.totals:
        return None
    currency = application.call.currency
    rows = _scores(board) + _recommended(board, currency)
    if advice:
        text = advised(advice.kind, amount(advice.amount, currency), advice.person.name)
        rows.append(Fact(gettext("Officer’s recommendation"), text))
    rows.append(Fact(gettext("Requested"), amount(application.asked or None, currency)))
    text = gettext("not shown to you") if left is None else amount(left, currency)
    rows.append(Fact(gettext("Available in the call’s envelope"), text))
    return DecisionSummary(tuple(rows), board.far_apart, advice, url_for("reviews.of", id=application.id))


def _scores(board: written.Board) -> list[Fact]:
    mean, low, high = number(board.mean or ZERO, 1), min(board.totals), max(board.totals)
    scores = (
        gettext("%(mean)s out of 100", mean=mean)
        if low == high
        else gettext("%(mean)s out of 100 (from %(low)s to %(high)s)", mean=mean, low=number(low), high=number(high))
    )
    in_favour = gettext("%(count)s of %(of)s", count=board.in_favour, of=len(board.reviews))
    return [
        Fact(gettext("Mean total score"), scores),
        Fact(gettext("Reviewers who recommend funding"), in_favour),
    ]


def _recommended(board: written.Board, currency: str) -> list[Fact]:
    if not board.amounts:
        return []
    return [
        Fact(gettext("Recommended amounts"), " · ".join(amount(one, currency) for one in board.amounts)),
        Fact(gettext("Median recommended amount"), amount(median(board.amounts), currency)),
    ]


def advised(kind: str, sum_: str, by: str) -> str:
    """The recommendation of an officer in words. sum_: the amount, by: their name."""
    if kind == "award":
        return gettext("Award %(sum)s · %(by)s", sum=sum_, by=by)
    return gettext("Decline · %(by)s", by=by)
