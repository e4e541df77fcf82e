"""The criteria of a review that is being written: each with its fields and the passages of the proposal to read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from flask_babel import gettext
from wtforms import Field

from grants.forms.reviews import ReviewForm
from grants.queries.applications.proposals import Part, Reading
from grants.queries.cases.assignments import COMMENT_WORDS
from grants.queries.reviews import written
from grants.web.site.components import Link
from grants.web.site.formats import translate
from workflows.programme import Criterion
from workflows.words import words


@dataclass(frozen=True, slots=True)
class Passage:
    """A section of the proposal that a criterion is about. others: links to further ones."""

    title: str
    part: Part
    others: tuple[Link, ...] = ()


@dataclass(frozen=True, slots=True)
class CriterionItem:
    """A criterion with its two fields. weight: a sentence; done: scored and explained; open: expanded.

    short: its title where there is little room. worth: the points of each score, as a sentence. following: the next
    criterion, and the overall assessment after the last.
    """

    key: str
    title: str
    short: str
    question: str
    weight: str
    worth: Mapping[str, str]
    score: Field
    comment: Field
    done: bool
    open: bool
    passage: Passage | None = None
    following: Link | None = None


def of(form: ReviewForm, reading: Reading | None = None, proposal: str = "") -> tuple[CriterionItem, ...]:
    """The criteria; expanded are the first incomplete one and every one with an error.

    reading: the proposal; proposal: the address of its page.
    """
    rubric = form.rubric
    first = next((criterion.key for criterion in rubric if not _done(form, criterion)), None)
    return tuple(
        replace(
            _criterion(form, criterion, first=criterion.key == first),
            passage=_passage(criterion, reading, proposal) if reading else None,
            following=_link(after),
        )
        for criterion, after in zip(rubric, (*rubric[1:], None), strict=True)
    )


def _link(criterion: Criterion | None) -> Link:
    if criterion is None:
        return Link(gettext("Overall assessment"), "#end")
    return Link(translate(criterion.title), f"#rubric-{criterion.key}")


def _passage(criterion: Criterion, reading: Reading, proposal: str) -> Passage | None:
    """What to read for a criterion, in the stage that is reviewed or else in an earlier one."""
    parts = {part.key: (part, sheet) for sheet in reversed(reading.sheets) for part in sheet.parts}
    found = [parts[key] for key in criterion.passages if key in parts]
    if not found:
        return None
    part, sheet = found[0]
    title = gettext("In the proposal: %(section)s", section=translate(part.title))
    if sheet is not reading.sheets[0]:
        title = gettext("Earlier stage: %(stage)s", stage=translate(sheet.title))
    others = (Link(translate(other.title), f"{proposal}#read-{other.key}") for other, _ in found[1:])
    return Passage(title, part, tuple(others))


def _done(form: ReviewForm, criterion: Criterion) -> bool:
    score, comment = form[f"score_{criterion.key}"], form[f"comment_{criterion.key}"]
    return bool(score.data) and words(comment.data or "") >= COMMENT_WORDS and not comment.errors


def _criterion(form: ReviewForm, criterion: Criterion, *, first: bool) -> CriterionItem:
    score, comment = form[f"score_{criterion.key}"], form[f"comment_{criterion.key}"]
    return CriterionItem(
        key=criterion.key,
        title=translate(criterion.title),
        short=translate(criterion.short_title),
        question=translate(criterion.question),
        weight=_weight(criterion, score.data),
        worth={
            value: gettext("%(points)s of %(most)s points", points=_points(criterion, value), most=criterion.weight)
            for value in map(str, range(int(written.BEST) + 1))
        },
        score=score,
        comment=comment,
        done=_done(form, criterion),
        open=first or bool(score.errors or comment.errors),
    )


def _weight(criterion: Criterion, score: str | None) -> str:
    if not score:
        return gettext("weight %(weight)s", weight=criterion.weight)
    return gettext(
        "weight %(weight)s · score %(score)s gives %(points)s points",
        weight=criterion.weight,
        score=score,
        points=_points(criterion, score),
    )


def _points(criterion: Criterion, score: str) -> str:
    points = Decimal(criterion.weight * int(score)) / written.BEST
    return f"{points.normalize():f}"
