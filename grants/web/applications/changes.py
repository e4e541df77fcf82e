"""What changed between two submissions of an application: question by question, and line by line."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from flask import abort, request
from flask_babel import gettext, ngettext

from grants.models import Application, Submission
from grants.queries import history
from grants.queries.applications import submissions as stored
from grants.queries.history import Happening
from grants.web.applications import submissions
from grants.web.applications.submissions import SubmissionList
from grants.web.drafts.conflicts import shown
from grants.web.site.authorization import principal
from grants.web.site.formats import number, translate
from workflows.forms import differences
from workflows.forms.completeness import CATEGORIES, Content, Goal, Line
from workflows.forms.differences import Change, Run
from workflows.forms.values import whole
from workflows.programme import Question, Section, Stage
from workflows.words import words

ROWS = ("budget", "indicators")
FEWEST = 2
CATEGORY = dict(CATEGORIES)


@dataclass(frozen=True, slots=True)
class ChangedAnswer:
    """A question whose answer changed. runs: both texts as one. note: the number of words, for a long text."""

    key: str
    section: str
    label: str
    runs: tuple[Run, ...]
    note: str


@dataclass(frozen=True, slots=True)
class ChangedLine:
    """A budget line. kind: same, changed, added or removed. before, after: None where it does not exist."""

    kind: str
    name: tuple[Run, ...]
    before: Line | None
    after: Line | None
    difference: Decimal


@dataclass(frozen=True, slots=True)
class ChangedValue:
    """A value of an indicator that changed."""

    name: str
    field: str
    runs: tuple[Run, ...]
    kind: str


@dataclass(frozen=True, slots=True)
class ChangesPage:
    """Two submissions compared.

    older, newer: their numbers; submissions: all that can be compared. question: the last one that was asked between
    them. answer: in words, sent with the newer one. before, after: the amounts requested. same: questions that did not
    change. lost: the content of one of them is not stored, so that only the amounts are compared.
    """

    application: Application
    submissions: SubmissionList
    older: int
    newer: int
    summary: str
    question: str
    answer: str
    answers: tuple[ChangedAnswer, ...]
    lines: tuple[ChangedLine, ...]
    before: Decimal
    after: Decimal
    values: tuple[ChangedValue, ...]
    same: tuple[str, ...]
    lost: bool


def page_of(application: Application) -> ChangesPage:
    """The two submissions that the address names, by default the newest and the one before; 404 without two."""
    found = submissions.of(application)
    if len(found) < FEWEST:
        abort(404)
    newer = _named("to", found, found[0].number)
    older = _named("from", found, max(newer.number - 1, found[-1].number))
    return _compared(application, found, older, newer)


def _named(name: str, found: Sequence[Submission], otherwise: int) -> Submission:
    wanted = request.args.get(name, otherwise, type=whole)
    return next((one for one in found if one.number == wanted), None) or abort(404)


def _compared(
    application: Application, found: Sequence[Submission], older: Submission, newer: Submission
) -> ChangesPage:
    before, after = (stored.content(application, one) for one in (older, newer))
    stage, lost = application.call.data.stage(newer.stage), stored.lost(older) or stored.lost(newer)
    answers = () if lost else tuple(_answers(stage, before, after))
    lines = tuple(_line(change) for change in differences.lines(before.lines, after.lines))
    lines = lines if any(line.kind != "same" for line in lines) and _held(before.lines, after.lines, lost=lost) else ()
    goals = differences.goals(before.goals, after.goals) if _held(before.goals, after.goals, lost=lost) else ()
    values = tuple(_values(goals))
    return ChangesPage(
        application=application,
        submissions=submissions.listed(application, found, None),
        older=older.number,
        newer=newer.number,
        summary=_summary(answers, lines, values, lost=lost),
        question=asked_between(history.of(application, principal()), older, newer),
        answer=newer.written.answer,
        answers=answers,
        lines=lines,
        before=before.asked,
        after=after.asked,
        values=values,
        same=() if lost else tuple(_same(stage, answers, lines, values)),
        lost=lost,
    )


def _held(before: Sequence[object], after: Sequence[object], *, lost: bool) -> bool:
    """Whether rows of both submissions can be compared: where answers are lost, the rows may be lost with them."""
    return not lost or bool(before and after)


def _answers(stage: Stage, before: Content, after: Content) -> Iterator[ChangedAnswer]:
    for section, question in _questions(stage):
        old, new = (_text(question, content) for content in (before, after))
        if old != new:
            count = gettext("%(after)s words, previously %(before)s", after=words(new), before=words(old))
            yield ChangedAnswer(
                key=question.key,
                section=translate(section.title),
                label=translate(question.label),
                runs=differences.compared(old, new),
                note=count if question.kind == "long" else "",
            )


def _questions(stage: Stage) -> Iterator[tuple[Section, Question]]:
    return ((s, q) for s in stage.sections for q in s.questions if q.kind not in ROWS)


def _text(question: Question, content: Content) -> str:
    return "\n".join(shown(question, content.answers.get(question.key)))


def _same(
    stage: Stage, answers: Sequence[ChangedAnswer], lines: Sequence[ChangedLine], values: Sequence[ChangedValue]
) -> Iterator[str]:
    """The labels of the questions whose answers are the same, also of the budget and the indicators."""
    changed = {answer.key for answer in answers}
    rows = {"budget": lines, "indicators": values}
    for section in stage.sections:
        for question in section.questions:
            if question.key not in changed and not rows.get(question.kind):
                yield translate(question.label)


def _line(change: Change[Line]) -> ChangedLine:
    names = [_name(line) for line in (change.before, change.after)]
    return ChangedLine(
        kind=change.kind,
        name=differences.compared(*names) if change.kind == "changed" else (Run("same", names[0] or names[1]),),
        before=change.before,
        after=change.after,
        difference=differences.difference(change),
    )


def _name(line: Line | None) -> str:
    return f"{line.what} ({translate(CATEGORY.get(line.category, line.category))})" if line else ""


def _values(changes: Sequence[Change[Goal]]) -> Iterator[ChangedValue]:
    """Each value of an indicator that changed; every value of one that was added or removed."""
    fields = {
        "name": gettext("Indicator"),
        "unit": gettext("Unit"),
        "baseline": gettext("Baseline"),
        "target": gettext("Target"),
        "how": gettext("How it is measured"),
    }
    for change in (one for one in changes if one.kind != "same"):
        for key, label in fields.items():
            old, new = (_value(goal, key) for goal in (change.before, change.after))
            if old != new:
                name = (change.after or change.before or Goal("", "", None, None, "")).name
                yield ChangedValue(name, label, differences.compared(old, new), change.kind)


def _value(goal: Goal | None, key: str) -> str:
    value = getattr(goal, key) if goal else None
    return number(value) if isinstance(value, Decimal) else str(value or "")


def asked_between(events: Iterable[Happening], older: Submission, newer: Submission) -> str:
    """The officer's last question between the two submissions. events: newest first."""
    between = (one for one in events if one.key == "ask" and older.sent_at <= one.at <= newer.sent_at)
    return next((one.words.get("question", "") for one in between), "")


def _summary(
    answers: Sequence[ChangedAnswer], lines: Sequence[ChangedLine], values: Sequence[ChangedValue], *, lost: bool
) -> str:
    """What changed, counted; empty if nothing is known to have changed and the answers cannot be compared."""
    changed = sum(line.kind != "same" for line in lines)
    parts = {
        ngettext("%(num)s answer changed", "%(num)s answers changed", len(answers)): len(answers),
        ngettext("%(num)s budget line changed", "%(num)s budget lines changed", changed): changed,
        ngettext("%(num)s indicator value changed", "%(num)s indicator values changed", len(values)): len(values),
    }
    return " · ".join(part for part, count in parts.items() if count) or ("" if lost else gettext("nothing changed"))
