"""Reviews and decision summary of an application: reviewers, their progress, their scores, the recommendation."""

from __future__ import annotations

from decimal import Decimal
from statistics import median
from typing import Any

from flask import url_for
from flask_babel import gettext
from markupsafe import Markup, escape

from grants.models import Application, Assignment
from grants.queries import cases, reviews
from grants.web.site.formats import amount, current_day, day, number
from workflows.cases import ApplicationCase

ZERO = Decimal(0)


def reviewer(application: Application, one: Assignment) -> dict[str, Any]:
    """One row of the table of reviews."""
    rubric, review = application.call.data.rubric, one.review
    sent = review if one.state == "sent" else None
    scored = len(reviews.points(review, rubric)) if review else 0
    total = reviews.total(sent, rubric) if sent else None
    state, shade = _state(one, scored, len(rubric))
    late = one.state in ("asked", "ready") and one.due_on < current_day()
    return {
        "name": one.person.name,
        "asked": one.assigned_at.date(),
        "due": one.due_on if one.state in ("asked", "ready", "sent") else None,
        "late": late,
        "state": state,
        "tone": shade,
        "score": total,
        "fund": sent and sent.fund,
        "amount": sent and sent.amount,
        "id": one.id,
        "url": url_for("reviews.of", id=application.id, _anchor=f"review-{one.id}") if sent else None,
        "gone": one.state in ("declined", "conflicted", "released"),
        "stage": one.stage if one.stage != application.stage else "",
    }


def _state(one: Assignment, scored: int, criteria: int) -> tuple[str, str]:
    match one.state:
        case "asked":
            return gettext("invited, no answer yet"), ""
        case "ready":
            return (
                gettext("started, %(count)s of %(of)s scored", count=scored, of=criteria)
                if scored
                else gettext("accepted, not started")
            ), ""
        case "sent" if one.review and one.review.sent_at:
            return gettext("submitted %(day)s", day=day(one.review.sent_at.date(), "short")), "good"
        case "declined":
            return (gettext("declined: %(reason)s", reason=one.reason) if one.reason else gettext("declined")), "late"
        case "conflicted":
            return gettext("has a conflict of interest"), "late"
    return gettext("no longer needed"), ""


def rests_on(application: Application, asked: list[Assignment], case: ApplicationCase) -> dict[str, Any] | None:
    """Decision summary: scores, amounts, recommendation and money left; None until the first review is submitted."""
    board = reviews.board(asked, application.call.data.rubric, application.stage)
    if not board.totals:
        return None
    currency, amounts = application.call.currency, board.amounts
    advice = cases.recommendation(application)
    rows: list[tuple[str, Any]] = [
        (
            gettext("Mean total score"),
            gettext(
                "%(mean)s of 100, from %(low)s to %(high)s",
                mean=number(round(board.mean or ZERO, 1)),
                low=number(min(board.totals)),
                high=number(max(board.totals)),
            ),
        ),
        (
            gettext("Reviewers who recommend funding"),
            gettext("%(count)s of %(of)s", count=board.in_favour, of=len(board.reviews)),
        ),
    ]
    if amounts:
        rows.append((gettext("Amounts suggested"), Markup(" · ").join(escape(amount(a, currency)) for a in amounts)))
        rows.append((gettext("Median amount suggested"), amount(median(amounts), currency)))
    if advice:
        rows.append(
            (
                gettext("Officer’s recommendation"),
                _advised(advice.kind, amount(advice.amount, currency), advice.person.name),
            )
        )
    rows += [
        (gettext("Requested"), amount(application.asked, currency)),
        (gettext("Left in the call’s envelope"), amount(case.round.envelope_left, currency)),
    ]
    link = url_for("reviews.of", id=application.id)
    return {"rows": rows, "far_apart": board.far_apart, "advice": advice, "url": link}


def _advised(kind: str, sum_: str, by: str) -> str:
    if kind == "award":
        return gettext("Award %(sum)s (%(by)s)", sum=sum_, by=by)
    return gettext("Decline (%(by)s)", by=by)
