"""The form of a proposal, made from the questions of its stage.

The same class renders the page and parses the save, with the same field names, so that input is shown again unchanged.
If a number or date cannot be parsed, the rest is saved, the field shows the error, and the typed text is kept until it
is replaced: in `unread` if the value belongs to a column, otherwise as the answer itself.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from flask_babel import gettext
from werkzeug.datastructures import MultiDict
from wtforms import Field
from wtforms.form import BaseForm

from grants.forms import entered
from grants.forms.numerals import localized
from grants.forms.places import name_question
from grants.forms.questions import LONGEST, MONTHS, answer_of, field_of, plain, text_of
from grants.forms.rows import Row, Rows, cells, goal_of, line_of, rows_of
from workflows.forms.completeness import Content, Goal, Line
from workflows.forms.contents import UNREAD
from workflows.programme import Question, Section, Stage

ROWS = ("table", "budget", "indicators")


@dataclass(frozen=True, slots=True)
class Asked:
    """A question with either its field or its rows."""

    question: Question
    field: Field | None = None
    rows: Rows | None = None

    @property
    def wrong(self) -> bool:
        """Whether some input here cannot be parsed or saved."""
        return self.rows.wrong if self.rows else bool(self.field is not None and self.field.errors)


@dataclass(frozen=True, slots=True)
class Part:
    """A section with its questions."""

    section: Section
    asked: tuple[Asked, ...]

    @property
    def wrong(self) -> bool:
        """Whether some input here cannot be parsed or saved."""
        return any(one.wrong for one in self.asked)


@dataclass(slots=True)
class Written:
    """The values to save. lines and goals are None if they were not in the request."""

    answers: dict[str, Any] = field(default_factory=dict)
    lines: list[Line] | None = None
    goals: list[Goal] | None = None
    unread: dict[str, str] = field(default_factory=dict)


class Proposal:
    """The submitted sections of a stage, with every answer that can be parsed.

    sent: names and texts as the browser sends them. only: keys of the sections to include; None for all. more: the key
    of the question to which a row is added. months: the most that the call allows.
    """

    def __init__(
        self,
        stage: Stage,
        currency: str,
        sent: MultiDict[str, str],
        *,
        only: Collection[str] | None = None,
        more: str = "",
        months: int = MONTHS,
    ) -> None:
        sections = [section for section in stage.sections if only is None or section.key in only]
        simple = {
            q.key: field_of(q, currency, months)
            for section in sections
            for q in section.questions
            if q.kind not in ROWS
        }
        form = BaseForm(simple)
        form.process(sent)
        form.validate()
        for question in (q for section in sections for q in section.questions if q.key in simple):
            name_question(question, form[question.key])
        self.parts = tuple(
            Part(
                section,
                tuple(
                    Asked(q, rows=rows_of(q, sent, currency, more=more == q.key))
                    if q.kind in ROWS
                    else Asked(q, field=form[q.key])
                    for q in section.questions
                ),
            )
            for section in sections
        )
        for one in self.asked:
            _note(one)

    @property
    def asked(self) -> Iterator[Asked]:
        """Every question, in order."""
        return (one for part in self.parts for one in part.asked)

    @property
    def wrong(self) -> list[tuple[str, str]]:
        """(id of a field, its error), in the order of the page."""
        return [pair for one in self.asked for pair in _wrong(one)]

    def note_problem(self, place: str, text: str) -> None:
        """Show what is missing or wrong in the stored content at its field, or above its rows.

        place: the name of the field, or the key of the question. Where the input cannot be read, the field says so.
        """
        for one in self.asked:
            if one.rows and place == one.question.key and text not in one.rows.errors:
                one.rows.errors.append(text)
            for field_ in _fields(one):
                if field_.name == place and not field_.errors:
                    field_.errors = [text]

    @property
    def too_long(self) -> bool:
        """Whether some input is too long to be saved."""
        return any(len(text_of(f)) > LONGEST for one in self.asked for f in _fields(one)) or any(
            one.rows.errors for one in self.asked if one.rows
        )

    def written(self) -> Written:
        """The values to save."""
        found = Written()
        for one in self.asked:
            _take(found, one)
        return found

    def values(self) -> dict[str, Any]:
        """All answers by question key, normalised so that equal answers compare equal."""
        return {one.question.key: _value(one) for one in self.asked}

    def marks(self) -> dict[str, str]:
        """A short hash of each answer as shown, to detect later which version changed."""
        return {key: mark(value) for key, value in self.values().items()}


def mark(value: Any) -> str:
    """The short hash of an answer."""
    return hashlib.sha256(json.dumps(value).encode()).hexdigest()[:8]


def typed(stage: Stage, content: Content) -> MultiDict[str, str]:
    """The stored content as form data; the inverse of `Proposal.written`."""
    sent: MultiDict[str, str] = MultiDict()
    for question in (q for section in stage.sections for q in section.questions):
        value = content.answers.get(question.key)
        if question.kind in ROWS:
            items = {"budget": content.lines, "indicators": content.goals}.get(question.kind, value or ())
            for number, row in enumerate(cells(question, items)):
                sent.update({f"{question.key}-{number}-{key}": text for key, text in row.items() if text})
        elif isinstance(value, list):
            sent.setlist(question.key, value)
        elif value not in (None, False, ""):
            sent[question.key] = _as_typed(question, value)
    for name, text in (content.answers.get(UNREAD) or {}).items():
        sent[name] = text
    return sent


def _as_typed(question: Question, value: object) -> str:
    """A stored answer as the browser sends it; a number in the format of the reader's language."""
    if value is True:
        return "y"
    text = plain(value) if isinstance(value, int) else str(value)
    return localized(text) if question.kind == "number" else text


def chosen(stored: MultiDict[str, str], kept: MultiDict[str, str], questions: Collection[str]) -> MultiDict[str, str]:
    """The stored content with these questions taken from the kept one."""
    mixed: MultiDict[str, str] = MultiDict()
    for source, wanted in ((stored, False), (kept, True)):
        for name, texts in source.lists():
            if (name.split("-")[0] in questions) is wanted:
                mixed.setlist(name, texts)
    return mixed


def _wrong(one: Asked) -> Iterator[tuple[str, str]]:
    label = gettext(one.question.label)
    if one.field is not None and one.field.errors:
        yield one.field.id, _labelled(one.field, label, own=one.question.fact and one.question.kind == "number")
    if one.rows:
        yield from ((one.question.key, f"{label}: {text}") for text in one.rows.errors)
        for line, row in _named(one):
            yield from ((f.id, _labelled(f, f"{line}, {f.label.text}")) for f in row if f.errors)


def _labelled(field: Field, label: str, *, own: bool = False) -> str:
    """The error of a field as it stands away from it. own: it names what is asked, although it is one of reading."""
    error = str(field.errors[0])
    return f"{label}: {error}" if error in field.process_errors and not own else error


def control_of(question: Question, place: str) -> str:
    """The id of the control that is meant by a field or by the key of a question: the first one of its kind."""
    if place != question.key:
        return place
    match question.kind:
        case "choice" | "tags":
            return f"{place}-0"
        case "budget" | "indicators" | "table":
            first = {"budget": "what", "indicators": "name"}.get(question.kind) or question.columns[0].key
            return f"{place}-0-{first}"
    return place


def _note(one: Asked) -> None:
    """Remember the labels of what was entered, for the page of a refusal."""
    if one.field is not None:
        entered.note([one.field])
    for line, row in _named(one):
        entered.note(row, line)


def _named(one: Asked) -> Iterator[tuple[str, Row]]:
    """Each row of a table with its name, such as “Budget, line 2”; a table of one row gives it its own."""
    label = gettext(one.question.label)
    for number, row in enumerate(one.rows.rows if one.rows else (), 1):
        name = gettext("%(table)s, line %(number)s", table=label, number=number)
        yield label if one.question.rows == 1 else name, row


def _fields(one: Asked) -> list[Field]:
    if one.rows:
        return [f for row in one.rows.rows for f in row]
    return [one.field] if one.field is not None else []


def _take(found: Written, one: Asked) -> None:
    """Add an answer to the values to save; one that is too long is omitted, so the stored one remains."""
    question = one.question
    if one.rows and not one.rows.errors:
        _take_rows(found, question, one.rows)
    elif one.field is not None and len(text_of(one.field)) <= LONGEST:
        found.answers[question.key] = answer_of(question, one.field)
        if question.fact and one.field.errors:
            found.unread[question.key] = text_of(one.field)


def _take_rows(found: Written, question: Question, rows: Rows) -> None:
    filled = rows.filled
    if question.kind == "table":
        found.answers[question.key] = [row.texts() for row in filled]
        return
    if question.kind == "budget":
        found.lines = [line_of(row) for row in filled]
    else:
        found.goals = [goal_of(row) for row in filled]
    for number, row in enumerate(filled):
        found.unread |= {f"{question.key}-{number}-{key}": text_of(row[key]) for key in row.errors}


def _value(one: Asked) -> Any:
    if one.rows:
        return [row.texts() for row in one.rows.filled]
    if one.question.fact and one.field is not None and not one.field.errors:
        return plain(one.field.data) if isinstance(one.field.data, int) else str(one.field.data or "")
    if one.field is not None and one.field.errors:
        return text_of(one.field)
    return answer_of(one.question, one.field) if one.field is not None else None


def kept_texts(content: Mapping[str, Any]) -> MultiDict[str, str]:
    """The form data of a rejected save, from its stored JSON."""
    sent: MultiDict[str, str] = MultiDict()
    for name, texts in content.items():
        sent.setlist(name, [str(text) for text in texts])
    return sent
