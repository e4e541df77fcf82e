"""The data of a programme. A call copies it, an officer edits the copy, and the copy is frozen when the call opens.

All models are frozen pydantic models of plain values, so that they can be stored as JSON with the call. The flow is
code and stays with the programme.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from workflows.engine.flow import Flow
from workflows.engine.message import Message

SCHEMA = 2
STAGES = {"alert": Message("Alert"), "statement": Message("Statement"), "proposal": Message("Proposal")}
"""The name of each stage where its programme's own title is not at hand."""
SUBMITTED = {"alert": Message("alert"), "statement": Message("statement of interest"), "proposal": Message("proposal")}
"""What applicants submit in each stage, as part of a sentence."""
REPORTS = {
    "Interim report": Message("interim report"),
    "First report": Message("first report"),
    "Second report": Message("second report"),
    "Third report": Message("third report"),
    "Final report": Message("final report"),
    "Final report and publication": Message("final report and publication"),
}
"""The title of each report of the programmes, as part of a sentence."""
TIME_LIMITS = {
    "question_days": Message("Days to answer a question"),
    "triage_days": Message("Days to assess an alert"),
    "review_days": Message("Days to review"),
    "decision_days": Message("Days for each step: checks, recommendation, decision"),
    "invited_days": Message("Days to write the next stage"),
    "question_hours": Message("Hours to answer a question"),
    "triage_hours": Message("Hours to assess an alert"),
    "review_hours": Message("Hours to review"),
    "decision_hours": Message("Hours to decide"),
    "invited_hours": Message("Hours to write the next stage"),
}
"""The name of each time limit that a call's clock can have."""
WHOLE = 100
"""The required sum of instalments and of weights, in percent."""


class Data(BaseModel):
    """Base of the models: frozen, and without unknown keys."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Column(Data):
    """A column of a table question. after: key of another date column; this date must not be earlier."""

    key: str
    title: str
    kind: Literal["text", "date", "number", "tick"] = "text"
    after: str = ""


class Question(Data):
    """One question of a form.

    kind: text (one line), long (paragraphs), date, number, choice, tags (several), table (rows of columns), budget,
    indicators or tick. fact: stored in a column of the application (title, summary, starts_on, months). words, rows:
    upper limits; 0 means no limit. least: the number of words from which a text counts as an answer.
    """

    key: str
    kind: Literal["text", "long", "date", "number", "choice", "tags", "table", "budget", "indicators", "tick"]
    label: str
    help: str = ""
    words: int = 0
    least: int = 0
    rows: int = 0
    required: bool = True
    fact: bool = False
    options: tuple[tuple[str, str], ...] = ()
    columns: tuple[Column, ...] = ()

    @property
    def named(self) -> Message:
        """Its label as a message, for the values of other messages."""
        return Message(self.label)


class Section(Data):
    """Questions that are answered and saved together."""

    key: str
    title: str
    help: str = ""
    questions: tuple[Question, ...]

    @property
    def named(self) -> Message:
        """Its title as a message, for the values of other messages."""
        return Message(self.title)


class Stage(Data):
    """A round of writing (alert, statement, proposal) and the reviews it needs."""

    key: Literal["alert", "statement", "proposal"]
    title: str
    sections: tuple[Section, ...]
    reviews: int = 0

    def question(self, key: str) -> Question | None:
        """The question with this key, or None if this stage does not have it."""
        return next((q for s in self.sections for q in s.questions if q.key == key), None)

    @property
    def has_budget(self) -> bool:
        """Whether this stage has a budget, and thus an amount requested."""
        return any(q.kind == "budget" for s in self.sections for q in s.questions)


class Criterion(Data):
    """One criterion of the rubric, with six anchors for the scores 0 to 5.

    short: a title of at most two lines on a phone; empty if the title is short. passages: keys of the sections of the
    proposal that the criterion is about, the most important first. A review shows those that its proposal has.
    """

    key: str
    title: str
    short: str = ""
    question: str
    weight: int = Field(gt=0, le=100)
    anchors: tuple[str, str, str, str, str, str]
    passages: tuple[str, ...] = ()

    @property
    def short_title(self) -> str:
        """Its title where there is little room."""
        return self.short or self.title


class RuleSpec(Data):
    """A rule that a call enables, with its parameters."""

    key: str
    params: dict[str, Any] = {}


class InstalmentPlan(Data):
    """A share of the award and its conditions: `agreement`, `report:<number>`."""

    percent: Decimal = Field(gt=0, le=100)
    conditions: tuple[str, ...] = ("agreement",)


class ReportSchedule(Data):
    """A report that the grantee must submit.

    at: `start` means due `months` and then `days` after the start of the project, `end` means due `days` after its end.
    """

    title: str
    kind: Literal["interim", "final"]
    at: Literal["start", "end"] = "end"
    months: int = 0
    days: int = 30


class CallRules(Data):
    """The rules of a call, frozen when it opens."""

    schema_number: int = SCHEMA
    most: Decimal = Field(gt=0)
    months_most: int = Field(gt=0)
    stages: tuple[Stage, ...] = Field(min_length=1)
    rubric: tuple[Criterion, ...] = Field(min_length=1)
    rules: tuple[RuleSpec, ...] = ()
    instalments: tuple[InstalmentPlan, ...] = Field(min_length=1)
    reports: tuple[ReportSchedule, ...] = Field(min_length=1)
    checks: tuple[tuple[str, str], ...] = Field(min_length=1)
    clock: dict[str, int] = {}

    @model_validator(mode="after")
    def _adds_up(self) -> Self:
        if sum(i.percent for i in self.instalments) != WHOLE:
            raise ValueError("the instalments must sum to 100 percent")
        if sum(c.weight for c in self.rubric) != WHOLE:
            raise ValueError("the weights of the rubric must sum to 100")
        for condition in (c for i in self.instalments for c in i.conditions):
            kind, _, number = condition.partition(":")
            if kind not in {"agreement", "report"} or (kind == "report" and not 1 <= int(number) <= len(self.reports)):
                raise ValueError(f"no such condition: {condition}")
        for stage in self.stages:
            keys = [q.key for s in stage.sections for q in s.questions]
            if len(keys) != len(set(keys)):
                raise ValueError(f"the stage {stage.key} has the same question twice")
        sections = {section.key for stage in self.stages for section in stage.sections}
        if unknown := [key for one in self.rubric for key in one.passages if key not in sections]:
            raise ValueError(f"no such section: {unknown[0]}")
        return self

    def stage(self, key: str) -> Stage:
        """The stage with this key; raises KeyError if there is none."""
        for stage in self.stages:
            if stage.key == key:
                return stage
        raise KeyError(key)

    def before(self, key: str) -> Stage:
        """The stage before the one with this key; the first stage if there is none before it."""
        keys: list[str] = [stage.key for stage in self.stages]
        return self.stages[max(keys.index(key) - 1, 0)]


@dataclass(frozen=True, slots=True)
class Programme:
    """A programme as declared in its file. `series` is the prefix of its applications' reference numbers."""

    code: str
    series: str
    title: str
    lead: str
    eligible: str
    flow: Flow
    rules: CallRules
