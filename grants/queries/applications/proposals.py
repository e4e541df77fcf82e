"""Proposals as their readers see them, section by section, and the list of the reader's own proposals."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import joinedload, selectinload

from grants.access.principals import Principal
from grants.access.visibility import visible
from grants.db import Side, db
from grants.models import Application, Call, Submission
from grants.models.organisations import is_one_with
from grants.queries.applications import submissions
from workflows.forms import values
from workflows.forms.completeness import CATEGORIES, Content, Line
from workflows.forms.questions import AMOUNTS
from workflows.programme import Question, Section, Stage
from workflows.words import words


@dataclass(frozen=True, slots=True)
class Answer:
    """One question with its answer, in the form in which its kind is displayed.

    value: text and long → str; date → date; number and amount → Decimal; choice → the option's title; tags → their
    titles; tick → bool; table → rows of texts in the order of the columns (a tick is a bool); budget → lines;
    indicators → goals. None if there is no answer; an answer that cannot be parsed as its kind stays the text as typed.
    """

    key: str
    kind: str
    label: str
    value: Any
    columns: tuple[str, ...] = ()
    required: bool = True

    @property
    def words(self) -> int:
        """The number of words in a text."""
        return words(self.value) if isinstance(self.value, str) else 0


@dataclass(frozen=True, slots=True)
class Row:
    """A budget line with the title of its category."""

    what: str
    category: str
    quantity: Decimal | None
    unit_cost: Decimal | None
    total: Decimal


@dataclass(frozen=True, slots=True)
class Part:
    """A section with its answers."""

    key: str
    title: str
    answers: tuple[Answer, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """One stage of the application: an alert, a statement or a proposal."""

    key: str
    title: str
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Reading:
    """A proposal to read: the current stage first, then earlier stages with the questions that only they ask.

    asked: the sum of the budget. currency: the call's.
    """

    sheets: tuple[Sheet, ...]
    asked: Decimal
    currency: str

    @property
    def parts(self) -> tuple[Part, ...]:
        """The sections of the current stage."""
        return self.sheets[0].parts

    def answer(self, key: str) -> Answer | None:
        """The answer to the question with this key, in any stage."""
        return next((a for sheet in self.sheets for part in sheet.parts for a in part.answers if a.key == key), None)


def reading(call: Call, stage: str, content: Content) -> Reading:
    """The content of one stage as its readers see it. The caller checks whether they may."""
    stages = list(reversed(_reached(call, stage)))
    shown: set[str] = set()
    sheets = []
    for one in stages:
        sheets.append(Sheet(one.key, one.title, tuple(_parts(one, content, shown))))
        shown |= {question.key for section in one.sections for question in section.questions}
    return Reading(tuple(sheets), content.asked, call.currency)


def sent(application: Application, submission: Submission) -> Reading:
    """A submission as its readers see it, in three queries. The caller checks whether they may."""
    return reading(application.call, submission.stage, submissions.content(application, submission))


def _reached(call: Call, key: str) -> list[Stage]:
    stages = list(call.data.stages)
    present = next(number for number, stage in enumerate(stages) if stage.key == key)
    return stages[: present + 1]


def _parts(stage: Stage, content: Content, shown: set[str]) -> Iterator[Part]:
    for section in stage.sections:
        if answers := tuple(_answers(section, content, shown)):
            yield Part(section.key, section.title, answers)


def _answers(section: Section, content: Content, shown: set[str]) -> Iterator[Answer]:
    for question in section.questions:
        if question.key not in shown:
            columns = tuple(column.title for column in question.columns)
            value = _value(question, content)
            kind = "amount" if question.key in AMOUNTS and isinstance(value, Decimal) else question.kind
            yield Answer(question.key, kind, question.label, value, columns, question.required)


def _value(question: Question, content: Content) -> Any:
    if question.kind == "budget":
        return [_row(line) for line in content.lines] or None
    if question.kind == "indicators":
        return list(content.goals) or None
    given = content.answers.get(question.key)
    return SHAPES[question.kind](question, given) if question.kind in SHAPES else given or None


def _rows(question: Question, given: Any) -> list[tuple[Any, ...]] | None:
    rows = given if isinstance(given, list) else []
    return [tuple(_cell(row, column.key, column.kind) for column in question.columns) for row in rows] or None


def _titles(question: Question, given: Any) -> list[str] | None:
    titles = dict(question.options)
    return [titles.get(key, key) for key in given or []] or None


def _title(question: Question, given: Any) -> str | None:
    return dict(question.options).get(str(given), given) if given else None


def _row(line: Line) -> Row:
    return Row(line.what, dict(CATEGORIES).get(line.category, line.category), line.quantity, line.unit_cost, line.total)


def _cell(row: Mapping[str, Any], key: str, kind: str) -> Any:
    given = row.get(key)
    match kind:
        case "tick":
            return bool(given)
        case "date":
            return _day(given)
        case "number":
            return _number(given)
    return given or None


def _number(given: Any) -> Any:
    if given in (None, ""):
        return None
    try:
        return values.number(given)
    except ValueError:
        return given


def _day(given: Any) -> Any:
    if not given:
        return None
    try:
        return values.day(given)
    except ValueError:
        return given


RUNNING = ("draft", "question", "triage", "checks", "review", "panel", "decision", "agreement", "active")
MOST = 100


def own(
    principal: Principal, *, steps: tuple[str, ...] = (), organisation: int | None = None, most: int = MOST
) -> list[Application]:
    """The proposals of the person's own organisations, newest first, at most a hundred, with call, organisation, draft.

    Drafts that were discarded are left out. steps: only proposals at one of these steps. organisation: only this
    organisation's.
    """
    newest = (
        select(Application.id)
        .where(
            Application.organisation_id.in_(principal.organisations),
            visible(Application, principal, (Side.APPLICANT,)),
            or_(Application.step != "withdrawn", Application.submission_id.is_not(None)),
        )
        .order_by(Application.id.desc())
        .limit(most)
    )
    if steps:
        newest = newest.where(Application.step.in_(steps))
    if organisation is not None:
        newest = newest.where(is_one_with(Application.organisation_id, organisation))
    # Only the newest are joined: the title in a draft is a part of a long value, and is read for each joined row.
    wanted = select(Application).where(Application.id.in_(newest.subquery().select()))
    return list(
        db.session.scalars(
            wanted.options(
                selectinload(Application.call),
                joinedload(Application.organisation, innerjoin=True),
                joinedload(Application.draft, innerjoin=True),
            ).order_by(Application.id.desc())
        )
    )


SHAPES: dict[str, Callable[[Question, Any], Any]] = {
    "tick": lambda _, given: bool(given),
    "table": _rows,
    "tags": _titles,
    "choice": _title,
    "number": lambda _, given: _number(given),
    "date": lambda _, given: _day(given),
}
"""How an answer is displayed, by the kind of its question; every other kind is plain text."""
