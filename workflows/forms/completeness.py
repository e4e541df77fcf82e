"""Validation of the content of one stage: pure functions that report what is missing or invalid.

The cure of each message is the field to correct, by its name in the form: that of the question, or of a cell.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, TypeVar

from workflows.engine.message import N_, Message
from workflows.forms import extent, values
from workflows.forms.printable import strange
from workflows.programme import Question, Section, Stage
from workflows.words import words

CATEGORIES = (
    ("equipment", N_("Equipment")),
    ("connectivity", N_("Connectivity")),
    ("services", N_("Professional services")),
    ("staff", N_("Staff")),
    ("training", N_("Training and events")),
    ("travel", N_("Travel")),
    ("communication", N_("Communications")),
    ("indirect", N_("Indirect costs")),
    ("other", N_("Other")),
)


@dataclass(frozen=True, slots=True)
class Line:
    """A budget line as entered; missing numbers are None. sent: the total that a submission stores."""

    what: str
    category: str
    quantity: Decimal | None
    unit_cost: Decimal | None
    places: int = 2
    sent: Decimal | None = field(default=None, compare=False)

    @property
    def total(self) -> Decimal:
        """Quantity × unit cost, rounded half up to `places`, the decimal places of the call's currency.

        A line that was sent keeps its total: earlier releases rounded half to even.
        """
        if self.sent is not None:
            return self.sent
        product = (self.quantity or Decimal(0)) * (self.unit_cost or Decimal(0))
        return product.quantize(Decimal(1).scaleb(-self.places), rounding=ROUND_HALF_UP)


@dataclass(frozen=True, slots=True)
class Goal:
    """An indicator as entered."""

    name: str
    unit: str
    baseline: Decimal | None
    target: Decimal | None
    how: str


@dataclass(frozen=True, slots=True)
class Content:
    """The content of a stage: facts and answers by question key, budget lines and indicators."""

    answers: Mapping[str, Any]
    lines: Sequence[Line] = ()
    goals: Sequence[Goal] = ()

    @property
    def asked(self) -> Decimal:
        """The amount requested: the sum of the budget lines."""
        return sum((line.total for line in self.lines), Decimal(0))

    @property
    def title(self) -> str:
        """The title of the project; empty if there is none yet."""
        return str(self.answers.get("title") or "")


@dataclass(frozen=True, slots=True)
class SectionState:
    """Progress of a section: answered and total required questions, problems, and whether anything is filled in."""

    section: Section
    answered: int
    questions: int
    problems: tuple[Message, ...]
    begun: bool

    @property
    def mark(self) -> str:
        """full, part or empty; free if nothing is required and nothing is filled in."""
        if not self.problems:
            return "full" if self.questions or self.begun else "free"
        return "part" if self.begun else "empty"


def states(stage: Stage, content: Content, against: Sequence[Message] = ()) -> tuple[SectionState, ...]:
    """The state of each section of the stage. against: further objections, assigned to sections by their cure."""
    return tuple(_state(section, content, against) for section in stage.sections)


def missing(stage: Stage, content: Content) -> tuple[Message, ...]:
    """Every problem of the stage, in the order of its sections."""
    return tuple(message for state in states(stage, content) for message in state.problems)


def for_want_of(stage: Stage, content: Content, unread: Collection[str]) -> frozenset[Message]:
    """The problems that exist only because these fields, by their names in the form, hold unreadable values."""
    lacking = frozenset(missing(stage, content))
    for place in unread:
        content = _as_if_read(stage, content, place)
    return lacking - frozenset(missing(stage, content))


READ: Mapping[str, Any] = {"number": Decimal(1), "date": date(2000, 1, 1)}
"""Stand-ins for an unreadable number or date, used to validate everything else."""


def _as_if_read(stage: Stage, content: Content, place: str) -> Content:
    key, _, cell = place.partition("-")
    number, _, column = cell.partition("-")
    question = stage.question(key)
    match question and question.kind:
        case "budget" if column in {"quantity", "unit_cost"}:
            return replace(content, lines=_with(content.lines, int(number), column))
        case "indicators" if column in {"baseline", "target"}:
            return replace(content, goals=_with(content.goals, int(number), column))
        case "table" if question and column:
            kind = next(one.kind for one in question.columns if one.key == column)
            rows = [*content.answers[key]]
            rows[int(number)] = {**rows[int(number)], column: str(READ.get(kind, rows[int(number)][column]))}
            return replace(content, answers={**content.answers, key: rows})
        case "number" | "date" as kind:
            return replace(content, answers={**content.answers, key: READ[kind]})
    return content


Numbered = TypeVar("Numbered", Line, Goal)


def _with(rows: Sequence[Numbered], number: int, column: str) -> list[Numbered]:
    """The rows, with a stand-in number in one column of one row."""
    return [replace(row, **{column: READ["number"]}) if at == number else row for at, row in enumerate(rows)]


def _state(section: Section, content: Content, against: Sequence[Message]) -> SectionState:
    problems = [message for question in section.questions for message in _problems(section, question, content)]
    begun = any(_filled(question, content) for question in section.questions)
    cures = {section.key, *(question.key for question in section.questions)}
    problems += [message for message in against if begun and message.cure in cures]
    asked = [q for q in section.questions if q.required]
    answered = sum(_filled(question, content) and not _too_short(question, content) for question in asked)
    return SectionState(section, answered, len(asked), tuple(problems), begun)


def _filled(question: Question, content: Content) -> bool:
    if question.kind == "budget":
        return bool(content.lines)
    if question.kind == "indicators":
        return bool(content.goals)
    answer = content.answers.get(question.key)
    return answer is not None and answer is not False and answer != [] and str(answer).strip() != ""


def _too_short(question: Question, content: Content) -> bool:
    """Whether a text has fewer words than the question asks for, so that it is no answer yet."""
    return bool(question.least) and words(str(content.answers.get(question.key) or "")) < question.least


def _problems(section: Section, question: Question, content: Content) -> Sequence[Message]:
    if not _filled(question, content):
        if not question.required:
            return ()
        confirmed = N_("%(section)s: “%(label)s” is not confirmed.")
        missing = N_("%(section)s: “%(label)s” is missing.")
        text = confirmed if question.kind == "tick" else missing
        return (Message(text, section=section.named, label=question.named, cure=question.key),)
    return _wrong(section, question, content)


def _wrong(section: Section, question: Question, content: Content) -> Sequence[Message]:
    """Problems of an answer that is filled in."""
    match question.kind:
        case "budget":
            return (*_budget_problems(section, question, content.lines), *_unprintable(section, question, content))
        case "indicators":
            wrong = (
                *_goal_problems(section, question, content.goals),
                *_too_many(section, question, len(content.goals)),
            )
            return (*wrong, *_unprintable(section, question, content))
        case "text" | "long":
            return (*_length(section, question, content), *_unprintable(section, question, content))
        case "table":
            rows = content.answers[question.key]
            return (*_row_problems(section, question, rows), *_too_many(section, question, len(rows)))
        case "number" | "date" if not readable(question.kind, content.answers[question.key]):
            return (_unreadable(section, question),)
        case _:
            return ()


def _length(section: Section, question: Question, content: Content) -> Sequence[Message]:
    """Problems of a text with more or fewer words than the question asks for."""
    count = words(str(content.answers[question.key]))
    about: dict[str, Any] = {"section": section.named, "label": question.named, "cure": question.key, "count": count}
    if question.words and count > question.words:
        return (
            Message(
                "%(section)s: “%(label)s” has %(count)s words; %(most)s are allowed.", most=question.words, **about
            ),
        )
    if _too_short(question, content):
        asked = N_("%(section)s: “%(label)s” has %(count)s words; at least %(least)s are required.")
        return (Message(asked, least=question.least, **about),)
    return ()


LINE, ROWS = 300, 40
"""The maximum number of characters of a line in a letter, and the maximum number of indicators in a report."""

STRANGE = N_("%(section)s: remove characters that our letters cannot print from “%(label)s”: %(characters)s")
TOO_MUCH = {
    "characters": N_("%(section)s: “%(label)s” has %(count)s characters; %(most)s are allowed."),
    "lines": N_("%(section)s: “%(label)s” has %(count)s lines; %(most)s are allowed."),
    "word": N_("%(section)s: “%(label)s” has a word of %(count)s characters; %(most)s are allowed."),
}


def _unprintable(section: Section, question: Question, content: Content) -> Sequence[Message]:
    """Problems of texts that letters and reports print: characters without a font, and what they have no room for."""
    messages: list[Message] = []
    for label, place, text, most in _repeated(question, content):
        about: dict[str, Any] = {"section": section.named, "label": label, "cure": place}
        if characters := strange(text):
            messages.append(Message(STRANGE, characters=characters, **about))
        for one in extent.excesses(text, characters=most):
            messages += [Message(TOO_MUCH[one.of], count=one.size, most=one.most, **about)]
    return messages


def _repeated(question: Question, content: Content) -> list[tuple[Message, str, str, int]]:
    """Each text that letters or reports print: its label, its field, the text and its maximum length."""
    key = question.key
    match question.kind:
        case "budget":
            return [
                (_numbered(question, number), f"{key}-{number - 1}-what", line.what, LINE)
                for number, line in enumerate(content.lines, 1)
            ]
        case "indicators":
            return [
                (_numbered(question, number), f"{key}-{number - 1}-{cell}", getattr(goal, cell), LINE)
                for number, goal in enumerate(content.goals, 1)
                for cell in ("name", "unit", "how")
            ]
        case _ if question.fact:
            return [
                (question.named, key, str(content.answers[key]), LINE if question.kind == "text" else extent.CHARACTERS)
            ]
    return []


def _numbered(question: Question, number: int) -> Message:
    return Message("%(label)s, %(number)s", label=question.named, number=number)


def _budget_problems(section: Section, question: Question, lines: Sequence[Line]) -> Sequence[Message]:
    messages = [
        Message(
            "%(section)s: line %(number)s needs a description, a quantity and a cost above zero.",
            section=section.named,
            number=number,
            cure=f"{question.key}-{number - 1}-{cell}",
        )
        for number, line in enumerate(lines, 1)
        if (cell := _lacking(line))
    ]
    most = question.rows or extent.BUDGET_LINES
    if len(lines) > most:
        messages.append(
            Message(
                "%(section)s: the budget has %(count)s lines; this call allows at most %(most)s.",
                section=section.named,
                count=len(lines),
                most=most,
                cure=question.key,
            )
        )
    return messages


def _lacking(line: Line) -> str:
    """The first cell of a budget line that must be filled in; empty if the line is complete."""
    if not line.what:
        return "what"
    if not line.quantity or line.quantity < 0:
        return "quantity"
    return "unit_cost" if line.unit_cost is None or line.total <= 0 else ""


def _goal_problems(section: Section, question: Question, goals: Sequence[Goal]) -> Sequence[Message]:
    messages = []
    for number, goal in enumerate(goals):
        cells = (cell for cell in ("name", "baseline", "target") if getattr(goal, cell) in {None, ""})
        if cell := next(cells, ""):
            messages.append(
                Message(
                    "%(section)s: enter the baseline and the target of “%(name)s” as numbers.",
                    section=section.named,
                    name=goal.name or "–",
                    cure=f"{question.key}-{number}-{cell}",
                )
            )
    return messages


def _too_many(section: Section, question: Question, count: int) -> Sequence[Message]:
    most = question.rows or (ROWS if question.kind == "indicators" else 0)
    if not most or count <= most:
        return ()
    text = N_("%(section)s: “%(label)s” has %(count)s lines; this call allows at most %(most)s.")
    return (
        Message(
            text,
            section=section.named,
            count=count,
            label=question.named,
            most=most,
            cure=question.key,
        ),
    )


def _row_problems(section: Section, question: Question, rows: Sequence[Mapping[str, str]]) -> Sequence[Message]:
    messages = []
    for number, row in enumerate(rows, 1):
        if found := _row_problem(question, row):
            text, column = found
            cure = f"{question.key}-{number - 1}-{column}"
            messages.append(Message(text, section=section.named, number=number, label=question.named, cure=cure))
    return messages


def _row_problem(question: Question, row: Mapping[str, str]) -> tuple[str, str] | None:
    """What is wrong with a row of a table, and the column to correct; None if it is complete."""
    columns = [column for column in question.columns if column.kind != "tick"]
    for column in columns:
        if not row.get(column.key):
            return N_("%(section)s: line %(number)s of “%(label)s” is incomplete."), column.key
    for column in columns:
        if not readable(column.kind, row[column.key]):
            return N_("%(section)s: line %(number)s of “%(label)s” has an invalid date or number."), column.key
    for column in columns:
        if column.after and row[column.key] < row[column.after]:
            return N_("%(section)s: line %(number)s of “%(label)s” ends before it starts."), column.key
    return None


def readable(kind: str, answer: Any) -> bool:
    """Whether the answer is a valid number or date. Drafts keep whatever was typed."""
    try:
        match kind:
            case "number":
                values.number(answer)
            case "date":
                values.day(answer)
    except ValueError:
        return False
    return True


def _unreadable(section: Section, question: Question) -> Message:
    texts = {
        "number": N_("%(section)s: “%(label)s” is not a number."),
        "date": N_("%(section)s: “%(label)s” is not a date."),
    }
    return Message(texts[question.kind], section=section.named, label=question.named, cure=question.key)


def add_months(day: date, months: int) -> date:
    """The last day of a project that starts on `day` and runs for `months` months.

    This is the day before the same day of the last month. If that month is too short, it is the last day of the month:
    a project of one month from 30 January ends on 28 February.
    Source: the legal counting of calendar periods (German Civil Code, section 188).
    """
    years, month = divmod(day.month - 1 + months, 12)
    year = day.year + years
    if day.day == 1:
        return date(year, month + 1, 1) - timedelta(days=1)
    return date(year, month + 1, min(day.day - 1, monthrange(year, month + 1)[1]))
