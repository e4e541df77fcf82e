"""Validation of the content of one stage: pure functions that report what is missing or invalid.

The cure of each message is the field to correct, by its name in the form: that of the question, or of a cell.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, TypeVar

from workflows.engine.message import N_, Message
from workflows.forms import absent, extent, values
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
    problems = [message for question in section.questions for message in _problems(question, content)]
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


def _problems(question: Question, content: Content) -> Sequence[Message]:
    if not _filled(question, content):
        return (absent.answer(question),) if question.required else ()
    return _wrong(question, content)


def _wrong(question: Question, content: Content) -> Sequence[Message]:
    """Problems of an answer that is filled in."""
    match question.kind:
        case "budget":
            return (*_budget_problems(question, content.lines), *_unprintable(question, content))
        case "indicators":
            wrong = (*_goal_problems(question, content.goals), *_too_many(question, len(content.goals)))
            return (*wrong, *_unprintable(question, content))
        case "text" | "long":
            long = _length(question, content)
            return (*long, *_unprintable(question, content, shorten=not long))
        case "table":
            rows = content.answers[question.key]
            return (*_row_problems(question, rows), *_too_many(question, len(rows)))
        case "number" | "date" if not readable(question.kind, content.answers[question.key]):
            return (Message(unreadable(question), label=question.named, cure=question.key),)
        case _:
            return ()


UNREADABLE = {
    "number": N_("Enter a number for “%(label)s”, such as 12.50."),
    "date": N_("Enter a date for “%(label)s”, such as 2027-03-01."),
}
UNREADABLE_AMOUNTS = {"cofunding": N_("Enter the co-funding as an amount, such as 1,250.")}


def unreadable(question: Question) -> str:
    """What to do about a number, an amount or a day that cannot be read."""
    return UNREADABLE_AMOUNTS.get(question.key) or UNREADABLE[question.kind]


def _length(question: Question, content: Content) -> Sequence[Message]:
    """Problems of a text with more or fewer words than the question asks for."""
    count = words(str(content.answers[question.key]))
    about: dict[str, Any] = {"label": question.named, "cure": question.key, "count": count}
    if question.words and count > question.words:
        text = N_("Enter %(most)s words or fewer in “%(label)s”: you entered %(count)s.")
        return (Message(text, most=question.words, **about),)
    if _too_short(question, content):
        asked = N_("Enter at least %(least)s words in “%(label)s”: you entered %(count)s.")
        return (Message(asked, least=question.least, **about),)
    return ()


LINE, ROWS = 300, 40
"""The maximum number of characters of a line in a letter, and the maximum number of indicators in a report."""

STRANGE = N_("Remove these characters from “%(label)s”, because they cannot be printed in our letters: %(characters)s")
TOO_MUCH = {
    "characters": N_("Enter %(most)s characters or fewer in “%(label)s”: you entered %(count)s."),
    "lines": N_("Enter %(most)s lines or fewer in “%(label)s”: you entered %(count)s."),
    "word": N_("Enter words of %(most)s characters or fewer in “%(label)s”: one has %(count)s."),
}


def _unprintable(question: Question, content: Content, *, shorten: bool = True) -> Sequence[Message]:
    """Problems of texts that letters and reports print: characters without a font, and what they have no room for.

    shorten: whether to say how many characters are too many; not where too many words have been found already.
    """
    messages: list[Message] = []
    for label, place, text, most in _repeated(question, content):
        about: dict[str, Any] = {"label": label, "cure": place}
        if characters := strange(text):
            messages.append(Message(STRANGE, characters=characters, **about))
        for one in (one for one in extent.excesses(text, characters=most) if shorten or one.of != "characters"):
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
    return Message("%(table)s, line %(number)s", table=question.named, number=number)


def _budget_problems(question: Question, lines: Sequence[Line]) -> Sequence[Message]:
    messages = [
        Message(text, number=number, cure=f"{question.key}-{number - 1}-{cell}")
        for number, line in enumerate(lines, 1)
        for cell, text in _lacking(line)
    ]
    most = question.rows or extent.BUDGET_LINES
    if len(lines) > most:
        text = N_("Enter %(most)s budget lines or fewer: you entered %(count)s.")
        messages.append(Message(text, count=len(lines), most=most, cure=question.key))
    return messages


def _lacking(line: Line) -> Iterator[tuple[str, str]]:
    """The cells of a budget line that must be filled in, each with what to do about it."""
    if not line.what:
        yield "what", absent.BUDGET["what"]
    if line.quantity is None:
        yield "quantity", absent.BUDGET["quantity"]
    elif line.quantity <= 0:
        yield "quantity", absent.TOO_LOW["quantity"]
    if line.unit_cost is None:
        yield "unit_cost", absent.BUDGET["unit_cost"]
    elif line.unit_cost <= 0 or (line.total <= 0 and line.quantity and line.quantity > 0):
        yield "unit_cost", absent.TOO_LOW["unit_cost"]


def _goal_problems(question: Question, goals: Sequence[Goal]) -> Sequence[Message]:
    return [
        Message(text, number=number, cure=f"{question.key}-{number - 1}-{cell}")
        for number, goal in enumerate(goals, 1)
        for cell, text in absent.INDICATORS.items()
        if getattr(goal, cell) in {None, ""}
    ]


def _too_many(question: Question, count: int) -> Sequence[Message]:
    most = question.rows or (ROWS if question.kind == "indicators" else 0)
    if not most or count <= most:
        return ()
    if most == 1:
        text = N_("Enter only one line in “%(label)s”: you entered %(count)s.")
        return (Message(text, count=count, label=question.named, cure=question.key),)
    return (Message(TOO_MUCH["lines"], count=count, label=question.named, most=most, cure=question.key),)


def _row_problems(question: Question, rows: Sequence[Mapping[str, str]]) -> Sequence[Message]:
    return [message for number, row in enumerate(rows, 1) for message in _row_problem(question, row, number)]


WRONG_CELL = {
    "number": N_("Enter a number under “%(column)s” in line %(number)s of “%(label)s”, such as 12.50."),
    "date": N_("Enter a date under “%(column)s” in line %(number)s of “%(label)s”, such as 2027-03-01."),
}


def _row_problem(question: Question, row: Mapping[str, str], number: int) -> list[Message]:
    """What is wrong with a row of a table, for each column to correct."""
    messages = []
    for column in question.columns:
        written = row.get(column.key) or ""
        about: dict[str, Any] = {"label": question.named, "number": number}
        about["cure"] = f"{question.key}-{number - 1}-{column.key}"
        if column.kind != "tick" and not written:
            messages.append(absent.cell(question, column, number))
        elif not readable(column.kind, written):
            messages.append(Message(WRONG_CELL[column.kind], column=Message(column.title), **about))
        elif column.after and readable("date", row.get(column.after)) and written < str(row[column.after]):
            text = N_("Enter an end date on or after the start date in line %(number)s of “%(label)s”.")
            messages.append(Message(text, **about))
    return messages


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
