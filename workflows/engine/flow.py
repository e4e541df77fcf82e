"""The flow engine: a flow is a table of transitions. This module evaluates it and changes nothing.

Each row states who may apply the transition, its guards, the fields of its form, its notifications and its effect.
Buttons, forms, permissions, history, mails and diagrams are all generated from the same rows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Protocol, TypeVar

from workflows.engine.effects import Effect
from workflows.engine.message import N_, Message, Value
from workflows.engine.rights import Right
from workflows.engine.roles import ROLES, Actor, Role
from workflows.engine.steps import STEPS, Step
from workflows.engine.urgency import Urgency
from workflows.forms.printable import strange
from workflows.words import words


class Case(Protocol):
    """The attributes of every case. The dataclass of each flow adds the facts that its rules need."""

    @property
    def step(self) -> str:
        """The current step."""

    @property
    def stage(self) -> str:
        """The current stage of writing; empty for flows without stages."""

    @property
    def answers(self) -> Mapping[str, Any]:
        """The answers to the fields of the transition."""


class TimedCase(Case, Protocol):
    """The attributes of the cases of a flow with time limits."""

    @property
    def arrived_at(self) -> datetime:
        """When the transition was requested, by the clock of the database."""

    def time_limit_ends_at(self, step: str, *, reminder: bool) -> datetime | None:
        """When the time limit of the step ends; None if there is none.

        reminder: for a transition that leaves the step as it is, when the limit ends again after the last one.
        """


Guard = Callable[[Any, Actor], Message | tuple[Message, ...] | None]
G = TypeVar("G", bound=Guard)


@dataclass(frozen=True, slots=True)
class Field:
    """A field in the form of a transition.

    kind: text, line, amount, day, instant, choice or tick. words: minimum number of words of a text. printed: the
    text is printed in a letter. one_line: a text without line breaks, such as a name. optional: when a field that is
    not required must be filled in, such as “required if …”. missing: what to do where a required one is empty.
    """

    key: str
    kind: str
    label: str
    help: str = ""
    required: bool = True
    words: int = 0
    printed: bool = False
    one_line: bool = False
    options: tuple[tuple[str, str], ...] = ()
    optional: str = ""
    missing: str = ""

    @property
    def named(self) -> Message:
        """Its label as a message, for the values of other messages."""
        return Message(self.label)


@dataclass(frozen=True, slots=True)
class Notification:
    """A mail: the role of its recipients, its subject and its text.

    key, occasion: of a mail that no transition sends; a transition gives them to its own. whom: the recipients, where
    they are not everybody who has the role on the application. more: further paragraphs. quotes: a text of a person
    stands after the first paragraph. plural: the text for all numbers but one, if the mail counts something. urgency:
    whether it can wait for the daily email, or be left out.
    """

    to: Role
    subject: str
    text: str
    key: str = ""
    occasion: str = ""
    whom: str = ""
    more: tuple[str, ...] = ()
    quotes: bool = False
    plural: str = ""
    urgency: Urgency = Urgency.URGENT

    def headline(self, values: Mapping[str, Value]) -> Message:
        """The subject with its values."""
        return Message(self.subject, cure=None, **values)

    def body(self, values: Mapping[str, Value]) -> Message:
        """The text with its values."""
        if not self.plural:
            return Message(self.text, cure=None, **values)
        return Message.counted(self.text, self.plural, cure=None, **values)  # type: ignore[arg-type]

    def paragraphs(self, values: Mapping[str, Value]) -> tuple[Message, ...]:
        """The text and the further paragraphs with their values."""
        return (self.body(values), *(Message(text, cure=None, **values) for text in self.more))


_LAST: set[Guard] = set()


def asked_last(rule: G) -> G:
    """A guard that is asked only when nothing else is against the transition.

    Its answer depends on a figure that may be hidden from the person. A form that is refused anyway must not reveal it.
    """
    _LAST.add(rule)
    return rule


@dataclass(frozen=True, slots=True)
class Transition:
    """One transition of a flow.

    effect: what it changes besides the step. time_limit: the step whose time limit, set by the call, must have passed
    before the clock applies the transition. stage: the only stage in which the transition exists; None means every
    stage. next_stage: the stage that the transition starts. weight: style of the button, one of first, second, grave
    and link. title_with_amount: the title of its button once an amount is entered. consequence: one sentence, shown
    beside the button. final: its form has a box to tick before it is applied; understood: the sentence beside that
    box. not_done: the heading above its form where it was refused. history_text: the sentence recorded in the history.
    right: which an applicant must have in their organisation. fresh_factor: a person must have shown their second
    factor a short time ago.
    """

    key: str
    title: str
    source: tuple[str, ...]
    target: str
    roles: tuple[Role, ...]
    guards: tuple[Guard, ...] = ()
    fields: tuple[Field, ...] = ()
    notifies: tuple[Notification, ...] = ()
    effect: Effect | None = None
    time_limit: str | None = None
    stage: str | None = None
    next_stage: str | None = None
    weight: str = "second"
    title_with_amount: str = ""
    consequence: str = ""
    final: bool = False
    understood: str = N_("I understand that this cannot be undone.")
    not_done: str = ""
    history_text: str = ""
    right: Right = Right.EDIT
    fresh_factor: bool = False

    def here(self, step: str, stage: str) -> bool:
        """Whether the transition exists at this step in this stage."""
        return step in self.source and self.stage in (None, stage)

    @property
    def disclosed(self) -> frozenset[str]:
        """The keys of the fields whose text the applicant reads.

        Those that applicants fill in, those printed in a letter, and those that a mail to the applicant contains.
        """
        mails = [part for mail in self.notifies if mail.to is Role.APPLICANT for part in (mail.subject, mail.text)]
        return frozenset(
            field.key
            for field in self.fields
            if field.printed or self.roles == (Role.APPLICANT,) or any(f"%({field.key})s" in part for part in mails)
        )


@dataclass(frozen=True, slots=True)
class Ending:
    """What ends when a row leaves a step for another, whatever transition leads away.

    step: that is left. part: the name of the flow of rows that belong to it. key: the transition that the clock applies
    to those of them that are open.
    """

    step: str
    part: str
    key: str


class TransitionNotAllowed(ValueError):
    """Raised when a transition is refused; `reasons` has every reason."""

    def __init__(self, reasons: tuple[Message, ...]) -> None:
        super().__init__("; ".join(map(str, reasons)))
        self.reasons = reasons


@dataclass(frozen=True, eq=False)
class Flow:
    """A table of transitions between steps, validated when it is created. Each is equal to itself only.

    endings: what ends when a step is left. for_people: the steps that the clock never leads to, whatever the table
    says. own_steps: the steps that have another label or holder in this flow than in `STEPS`. Raises ValueError for an
    unknown step, a key used twice at one step, an unreachable step, or a transition that lets the clock approve, award
    or release.
    """

    name: str
    starts: tuple[str, ...]
    transitions: tuple[Transition, ...]
    endings: tuple[Ending, ...] = ()
    for_people: frozenset[str] = frozenset({"agreement", "approved", "released"})
    own_steps: tuple[Step, ...] = ()
    steps: tuple[str, ...] = field(init=False)

    def __post_init__(self) -> None:
        named = [*self.starts, *(step for row in self.transitions for step in (*row.source, row.target))]
        named += [one.step for one in self.endings] + [one.key for one in self.own_steps]
        if unknown := sorted({s for s in named if s not in STEPS}):
            raise ValueError(f"{self.name}: unknown steps: {', '.join(unknown)}")
        pairs = [(row.key, source, row.stage) for row in self.transitions for source in row.source]
        if doubled := sorted(
            {
                f"{key} from {source}"
                for key, source, stage in pairs
                if pairs.count((key, source, stage)) > 1 or (stage and (key, source, None) in pairs)
            }
        ):
            raise ValueError(f"{self.name}: duplicate transitions: {', '.join(doubled)}")
        if stranded := sorted(set(named) - self._reached()):
            raise ValueError(f"{self.name}: unreachable steps: {', '.join(stranded)}")
        for transition in self.transitions:
            if Role.CLOCK in transition.roles and self._reserved_for_people(transition):
                raise ValueError(f"{self.name}: the clock must not apply {transition.key}")
        object.__setattr__(self, "steps", tuple(dict.fromkeys(named)))

    def _reserved_for_people(self, transition: Transition) -> bool:
        return transition.effect in PEOPLE_ONLY_EFFECTS or transition.target in self.for_people

    def _reached(self) -> set[str]:
        reached = set(self.starts)
        while more := {row.target for row in self.transitions if reached & set(row.source)} - reached:
            reached |= more
        return reached

    def step(self, key: str) -> Step:
        """The step with its label and holder in this flow."""
        return next((one for one in self.own_steps if one.key == key), STEPS[key])

    def transition(self, key: str, step: str, stage: str) -> Transition | None:
        """The transition with this key at this step in this stage, or None."""
        return next((row for row in self.transitions if row.key == key and row.here(step, stage)), None)

    def offered(self, step: str, stage: str, roles: Iterable[Role]) -> tuple[Transition, ...]:
        """The transitions that exist here for these roles, whether or not their guards pass."""
        held = set(roles)
        return tuple(row for row in self.transitions if row.here(step, stage) and held & set(row.roles))

    def objections(self, key: str, case: Case, actor: Actor) -> tuple[Message, ...]:
        """Every reason to refuse the transition; empty when it may be applied."""
        transition = self.transition(key, case.step, case.stage)
        if transition is None:
            return (self._misplaced(key, case.step),)
        if actor.role not in transition.roles:
            return (_forbidden(transition.roles),)
        early = _too_early(transition, case) if transition.time_limit and actor.role is Role.CLOCK else None
        barred = actor.rights.against(transition.right) if actor.role is Role.APPLICANT else None
        first = [rule for rule in transition.guards if rule not in _LAST]
        reasons = (
            *messages_of(early),
            *messages_of(barred),
            *(message for rule in first for message in messages_of(rule(case, actor))),
        )
        if reasons or unanswered(transition, case.answers):
            return reasons
        last = [rule for rule in transition.guards if rule in _LAST]
        return tuple(message for rule in last for message in messages_of(rule(case, actor)))

    def _misplaced(self, key: str, step: str) -> Message:
        known = next((row for row in self.transitions if row.key == key), None)
        if known is None:
            return Message("This action is not available. Reload the page to see what you can do now.")
        return Message(
            "“%(title)s” is not available at the step “%(step)s”. Reload the page to see what you can do now.",
            title=Message(known.title),
            step=Message(self.step(step).word),
        )

    def outcome(self, key: str, case: Case, actor: Actor) -> Transition:
        """The transition to apply; raises TransitionNotAllowed with every reason when it is refused."""
        reasons = self.objections(key, case, actor)
        transition = self.transition(key, case.step, case.stage)
        if transition is None or (reasons := (*reasons, *unanswered(transition, case.answers))):
            raise TransitionNotAllowed(reasons)
        return transition

    def ended(self, before: str, after: str) -> tuple[Ending, ...]:
        """What ends when a row goes from one step to another."""
        return tuple(one for one in self.endings if before == one.step != after)

    def timed(self) -> tuple[Transition, ...]:
        """The transitions that the clock applies when their time limit has passed."""
        return tuple(row for row in self.transitions if row.time_limit and Role.CLOCK in row.roles)

    def reminders(self) -> tuple[Transition, ...]:
        """The timed transitions that leave the step as it is: they only notify."""
        return tuple(row for row in self.timed() if row.source == (row.target,))

    def changed(self, *rows: Transition, without: Iterable[str] = (), name: str | None = None) -> Flow:
        """A copy of this flow with transitions replaced by key, added or left out."""
        gone = {*without, *(row.key for row in rows)}
        return replace(
            self, name=name or self.name, transitions=(*(row for row in self.transitions if row.key not in gone), *rows)
        )


def _too_early(transition: Transition, case: Any) -> Message | None:
    """The time limit of a transition of the clock has passed."""
    limited: TimedCase = case
    ends_at = limited.time_limit_ends_at(transition.time_limit or "", reminder=case.step == transition.target)
    if ends_at is None:
        return Message("This step has no time limit.")
    if limited.arrived_at <= ends_at:
        return Message("The time limit ends on %(at)s.", at=ends_at)
    return None


PEOPLE_ONLY_EFFECTS = frozenset({Effect.MAKE_AWARD, Effect.APPROVE_BATCH, Effect.RELEASE_BATCH, Effect.APPROVE_REPORT})
"""Effects that are never open to the clock, whatever a table says."""


def _forbidden(roles: tuple[Role, ...]) -> Message:
    return Message("You don’t have permission to do this. You need the role %(roles)s.", roles=either(roles))


def either(roles: tuple[Role, ...]) -> Message:
    """The names of the roles, of which one is needed, each in its own quotation marks."""
    first, *others = (Message("“%(role)s”", role=ROLES[role]) for role in roles)
    named = first
    for other in others:
        named = Message("%(role)s or %(other)s", role=named, other=other)
    return named


def unanswered(transition: Transition, answers: Mapping[str, Any]) -> tuple[Message, ...]:
    """A message for each field of the transition whose answer is missing or invalid."""
    return tuple(
        message for field in transition.fields for message in messages_of(_missing(field, answers.get(field.key)))
    )


def _missing(field: Field, answer: Any) -> Message | None:
    if answer is None or answer is False or not str(answer).strip():
        return _absent(field) if field.required else None
    if field.options and answer not in [value for value, _ in field.options]:
        return _absent(field)
    if field.words and words(str(answer)) < field.words:
        text = N_("Enter at least %(words)s words in “%(label)s”.")
        return Message(text, label=field.named, words=field.words, cure=field.key)
    if field.printed and (characters := strange(str(answer))):
        return Message(
            "Remove these characters from “%(label)s”, because they cannot be printed in our letters: %(characters)s",
            label=field.named,
            characters=characters,
            cure=field.key,
        )
    return None


def _absent(field: Field) -> Message:
    if field.missing:
        return Message(field.missing, cure=field.key)
    return Message("Enter an answer to “%(label)s”.", label=field.named, cure=field.key)


def messages_of(answer: Message | tuple[Message, ...] | None) -> tuple[Message, ...]:
    """The answer of a guard as a tuple."""
    if answer is None:
        return ()
    return (answer,) if isinstance(answer, Message) else answer
