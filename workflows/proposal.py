"""What a form still lacks: pure questions over the content of one stage."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any, TypeVar

from workflows.printable import strange
from workflows.programme import Question, Section, Stage
from workflows.say import Say

CATEGORIES = (
    ("equipment", "Equipment"),
    ("connectivity", "Connectivity"),
    ("services", "Professional services"),
    ("staff", "Staff"),
    ("training", "Training and events"),
    ("travel", "Travel"),
    ("communication", "Communication"),
    ("indirect", "Indirect"),
    ("other", "Other"),
)


@dataclass(frozen=True, slots=True)
class Line:
    """A budget line as its writer left it; missing numbers are None."""

    what: str
    category: str
    quantity: Decimal | None
    unit_cost: Decimal | None
    places: int = 2

    @property
    def total(self) -> Decimal:
        """Quantity × unit cost, to the smallest unit of the call's currency, which has so many places."""
        return round((self.quantity or Decimal(0)) * (self.unit_cost or Decimal(0)), self.places)


@dataclass(frozen=True, slots=True)
class Goal:
    """An indicator as its writer left it."""

    name: str
    unit: str
    baseline: Decimal | None
    target: Decimal | None
    how: str


@dataclass(frozen=True, slots=True)
class Content:
    """What has been written: facts and answers by the question's key, budget lines and indicators."""

    answers: Mapping[str, Any]
    lines: Sequence[Line] = ()
    goals: Sequence[Goal] = ()


@dataclass(frozen=True, slots=True)
class SectionState:
    """How far a section is: questions answered, of how many that must be, what is wrong, whether anything is there."""

    section: Section
    answered: int
    questions: int
    problems: tuple[Say, ...]
    begun: bool

    @property
    def mark(self) -> str:
        """full, part or empty; free where nothing must be answered and nothing is."""
        if not self.problems:
            return "full" if self.questions or self.begun else "free"
        return "part" if self.begun else "empty"


def states(stage: Stage, content: Content, against: Sequence[Say] = ()) -> tuple[SectionState, ...]:
    """Each section of the stage with what it lacks. against: what else stands against it, by what would cure it."""
    return tuple(_state(section, content, against) for section in stage.sections)


def missing(stage: Stage, content: Content) -> tuple[Say, ...]:
    """All that the stage lacks, in its order."""
    return tuple(say for state in states(stage, content) for say in state.problems)


def for_want_of(stage: Stage, content: Content, unread: Collection[str]) -> frozenset[Say]:
    """What the stage lacks only because these places, named as in the form, hold what cannot be read."""
    lacking = frozenset(missing(stage, content))
    for place in unread:
        content = _as_if_read(stage, content, place)
    return lacking - frozenset(missing(stage, content))


READ: Mapping[str, Any] = {"number": Decimal(1), "date": date(2000, 1, 1)}
"""What stands for a number or a day that cannot be read yet, where only the rest is looked at."""


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
    """The rows, one of them with a number in that column."""
    return [replace(row, **{column: READ["number"]}) if at == number else row for at, row in enumerate(rows)]


def words(text: str) -> int:
    """Words as people count them: runs between white space."""
    return len(text.split())


def _state(section: Section, content: Content, against: Sequence[Say]) -> SectionState:
    problems = [say for question in section.questions for say in _problems(section, question, content)]
    begun = any(_filled(question, content) for question in section.questions)
    cures = {section.key, *(question.key for question in section.questions)}
    problems += [say for say in against if begun and say.cure in cures]
    asked = [q for q in section.questions if q.required]
    answered = sum(_filled(question, content) for question in asked)
    return SectionState(section, answered, len(asked), tuple(problems), begun)


def _filled(question: Question, content: Content) -> bool:
    if question.kind == "budget":
        return bool(content.lines)
    if question.kind == "indicators":
        return bool(content.goals)
    answer = content.answers.get(question.key)
    return answer is not None and answer is not False and answer != [] and str(answer).strip() != ""


def _problems(section: Section, question: Question, content: Content) -> Sequence[Say]:
    if not _filled(question, content):
        if not question.required:
            return ()
        return (
            Say(
                "%(section)s: “%(label)s” is not answered.",
                section=section.title,
                label=question.label,
                cure=section.key,
            ),
        )
    return _wrong(section, question, content)


def _wrong(section: Section, question: Question, content: Content) -> Sequence[Say]:
    """What does not fit in an answer that is there."""
    match question.kind:
        case "budget":
            return (*_budget_problems(section, question, content.lines), *_unprintable(section, question, content))
        case "indicators":
            wrong = (*_goal_problems(section, content.goals), *_too_many(section, question, len(content.goals)))
            return (*wrong, *_unprintable(section, question, content))
        case "text" | "long":
            text = str(content.answers[question.key])
            return (*_too_long(section, question, text), *_unprintable(section, question, content))
        case "table":
            rows = content.answers[question.key]
            return (*_row_problems(section, question, rows), *_too_many(section, question, len(rows)))
        case "number" | "date" if not readable(question.kind, content.answers[question.key]):
            return (_unreadable(section, question),)
        case _:
            return ()


def _too_long(section: Section, question: Question, text: str) -> Sequence[Say]:
    count = words(text)
    if not question.words or count <= question.words:
        return ()
    return (
        Say(
            "%(section)s: “%(label)s” has %(count)s words; %(most)s are allowed.",
            section=section.title,
            label=question.label,
            count=count,
            most=question.words,
            cure=section.key,
        ),
    )


LINE, ROWS = 300, 40
"""The characters of one line in a letter, and the most indicators in a report."""


def _unprintable(section: Section, question: Question, content: Content) -> Sequence[Say]:
    """What our letters and reports repeat must fit a line of theirs, in characters that they have."""
    said = []
    for label, text, most in _repeated(question, content):
        about: dict[str, Any] = {"section": section.title, "label": label, "cure": section.key}
        if characters := strange(text):
            told = "%(section)s: “%(label)s” has characters that our letters cannot print: %(characters)s"
            said.append(Say(told, characters=characters, **about))
        if most and len(text) > most:
            told = "%(section)s: “%(label)s” has %(count)s characters; %(most)s are allowed."
            said.append(Say(told, count=len(text), most=most, **about))
    return said


def _repeated(question: Question, content: Content) -> list[tuple[str, str, int]]:
    """Each text that is repeated: what it is called, itself, and how many characters it may have; 0 for any number."""
    match question.kind:
        case "budget":
            return [(f"{question.label}, {number}", line.what, LINE) for number, line in enumerate(content.lines, 1)]
        case "indicators":
            return [
                (f"{question.label}, {number}", text, LINE)
                for number, goal in enumerate(content.goals, 1)
                for text in (goal.name, goal.unit, goal.how)
            ]
        case _ if question.fact:
            return [(question.label, str(content.answers[question.key]), LINE if question.kind == "text" else 0)]
    return []


def _budget_problems(section: Section, question: Question, lines: Sequence[Line]) -> Sequence[Say]:
    said = []
    for number, line in enumerate(lines, 1):
        if not line.what or line.quantity is None or line.unit_cost is None or line.total <= 0:
            said.append(
                Say(
                    "%(section)s: line %(number)s needs what it is, a quantity and a cost above zero.",
                    section=section.title,
                    number=number,
                    cure=section.key,
                )
            )
    if question.rows and len(lines) > question.rows:
        said.append(
            Say(
                "%(section)s: %(count)s lines; at most %(most)s fit this call.",
                section=section.title,
                count=len(lines),
                most=question.rows,
                cure=section.key,
            )
        )
    return said


def _goal_problems(section: Section, goals: Sequence[Goal]) -> Sequence[Say]:
    return [
        Say(
            "%(section)s: give the start and the target of “%(name)s” as numbers.",
            section=section.title,
            name=goal.name or "–",
            cure=section.key,
        )
        for goal in goals
        if not goal.name or goal.baseline is None or goal.target is None
    ]


def _too_many(section: Section, question: Question, count: int) -> Sequence[Say]:
    most = question.rows or (ROWS if question.kind == "indicators" else 0)
    if not most or count <= most:
        return ()
    text = "%(section)s: %(count)s rows of “%(label)s”; at most %(most)s fit this call."
    return (Say(text, section=section.title, count=count, label=question.label, most=most, cure=section.key),)


def _row_problems(section: Section, question: Question, rows: Sequence[Mapping[str, str]]) -> Sequence[Say]:
    said = []
    for number, row in enumerate(rows, 1):
        wanted = [(column.kind, row.get(column.key)) for column in question.columns if column.kind != "tick"]
        if any(not cell for _, cell in wanted):
            text = "%(section)s: row %(number)s of “%(label)s” is half filled."
        elif not all(readable(kind, cell) for kind, cell in wanted):
            text = "%(section)s: row %(number)s of “%(label)s” has a day or a number that cannot be read."
        elif any(column.after and row[column.key] < row[column.after] for column in question.columns):
            text = "%(section)s: row %(number)s of “%(label)s” ends before it starts."
        else:
            continue
        said.append(Say(text, section=section.title, number=number, label=question.label, cure=section.key))
    return said


def readable(kind: str, answer: Any) -> bool:
    """Whether an answer of that kind is one: drafts keep whatever was typed."""
    try:
        match kind:
            case "number":
                return Decimal(str(answer)).is_finite()
            case "date":
                return isinstance(answer, date) or bool(date.fromisoformat(str(answer)))
    except (InvalidOperation, ValueError):
        return False
    return True


def _unreadable(section: Section, question: Question) -> Say:
    texts = {"number": "%(section)s: “%(label)s” is not a number.", "date": "%(section)s: “%(label)s” is not a day."}
    return Say(texts[question.kind], section=section.title, label=question.label, cure=section.key)


def add_months(day: date, months: int) -> date:
    """The last day of a project of so many months that starts on `day`: the day before the same day of a later month.

    A month that lacks that day ends the project with its own last day: 30 January and a month is 28 February, as
    calendar periods are counted in law (German Civil Code, section 188).
    """
    years, month = divmod(day.month - 1 + months, 12)
    year = day.year + years
    if day.day == 1:
        return date(year, month + 1, 1) - timedelta(days=1)
    return date(year, month + 1, min(day.day - 1, monthrange(year, month + 1)[1]))
