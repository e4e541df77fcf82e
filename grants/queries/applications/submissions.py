"""Submissions: the content that was sent, and the submissions of an application that a reader may see."""

from __future__ import annotations

from babel.numbers import get_currency_precision
from sqlalchemy import Select, bindparam, select
from sqlalchemy.orm import joinedload

from grants.access.principals import Principal
from grants.access.shapes import kept, shape_of, values_of
from grants.access.visibility import visible
from grants.db import db
from grants.models import Application, Submission
from workflows.forms.completeness import Content, Goal, Line
from workflows.forms.contents import unpacked_answers

MOST = 100


def of(application: Application, principal: Principal) -> list[Submission]:
    """The submissions of an application that the reader may see, newest first, with who sent them."""
    asked = {"application": application.id, **values_of(principal)}
    return list(db.session.scalars(readable(shape_of(principal)), asked))


@kept
def readable(shape: Principal) -> Select[Submission]:
    """The statement of `of` for principals of this shape."""
    return (
        select(Submission)
        .where(Submission.application_id == bindparam("application"), visible(Submission, shape))
        .options(joinedload(Submission.person), joinedload(Submission.written))
        .order_by(Submission.number.desc())
        .limit(MOST)
    )


def content(application: Application, submission: Submission | None) -> Content:
    """What was sent, in the form that the rules read; three queries. Empty without a submission."""
    if submission is None:
        return Content(answers=unpacked_answers({}))
    places = get_currency_precision(application.call.currency)
    return Content(
        answers=unpacked_answers(submission.written.content or {}),
        lines=[
            Line(line.what, line.category, line.quantity, line.unit_cost, places, line.total)
            for line in submission.lines
        ],
        goals=[Goal(one.name, one.unit, one.baseline, one.target, one.how) for one in submission.indicators],
    )


def lost(submission: Submission) -> bool:
    """Whether the answers of a submission are not stored: erased, or not preserved by an earlier release."""
    return submission.written.content is None
