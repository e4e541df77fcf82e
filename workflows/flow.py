"""The flow engine: a flow is a table of moves, and this module reads it. It changes nothing.

A row says who may take a step further, under which rules, what is asked, who is told and what follows.
Buttons, forms, permissions, history, mails and pictures are all drawn from the same rows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from workflows.printable import strange
from workflows.roles import Actor, Role
from workflows.say import Say
from workflows.steps import STEPS


class Case(Protocol):
    """What every case has; each flow's own dataclass adds the facts its rules ask for."""

    @property
    def step(self) -> str:
        """Where it stands."""

    @property
    def stage(self) -> str:
        """Which round of writing it is in; empty for what has none."""

    @property
    def answers(self) -> Mapping[str, Any]:
        """What was answered to the questions of the move."""


Rule = Callable[[Any, Actor], Say | tuple[Say, ...] | None]


@dataclass(frozen=True, slots=True)
class Ask:
    """A question that a move puts to whoever takes it.

    kind: text, line, amount, day, days, choice, tick. `words` is the least number of words of a text; one that is
    `printed` stands in a letter.
    """

    key: str
    kind: str
    label: str
    help: str = ""
    required: bool = True
    words: int = 0
    printed: bool = False
    options: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Tell:
    """A mail that follows a move: to whom, with which subject and text."""

    to: Role
    subject: str
    text: str


@dataclass(frozen=True, slots=True)
class Move:
    """One row. `does` names the service that follows, `within` the number of the call that bounds the step.

    A row of one `stage` exists in that stage only; `sets` is the stage that the move begins.
    weight: first, second, grave or link, as a button looks. `says` is the consequence in one line, `past` the
    sentence of the history.
    """

    key: str
    title: str
    source: tuple[str, ...]
    target: str
    by: tuple[Role, ...]
    needs: tuple[Rule, ...] = ()
    asks: tuple[Ask, ...] = ()
    tells: tuple[Tell, ...] = ()
    does: str | None = None
    within: str | None = None
    stage: str | None = None
    sets: str | None = None
    weight: str = "second"
    says: str = ""
    past: str = ""

    def here(self, step: str, stage: str) -> bool:
        """Whether the row exists at this step of this stage."""
        return step in self.source and self.stage in (None, stage)


class Objected(ValueError):
    """A move was worked out although reasons stand against it."""

    def __init__(self, reasons: tuple[Say, ...]) -> None:
        super().__init__("; ".join(map(str, reasons)))
        self.reasons = reasons


@dataclass(frozen=True)
class Flow:
    """A table of moves over steps, checked as it is made.

    Raises ValueError for a step outside the vocabulary, a key given twice for one step, a step that cannot be
    reached, or an end that the clock could reach by approving, awarding or releasing.
    """

    name: str
    starts: tuple[str, ...]
    moves: tuple[Move, ...]
    steps: tuple[str, ...] = field(init=False)

    def __post_init__(self) -> None:
        named = [*self.starts, *(s for m in self.moves for s in (*m.source, m.target))]
        if unknown := sorted({s for s in named if s not in STEPS}):
            raise ValueError(f"{self.name}: not in the vocabulary of steps: {', '.join(unknown)}")
        pairs = [(m.key, source, m.stage) for m in self.moves for source in m.source]
        if doubled := sorted(
            {
                f"{key} from {source}"
                for key, source, stage in pairs
                if pairs.count((key, source, stage)) > 1 or (stage and (key, source, None) in pairs)
            }
        ):
            raise ValueError(f"{self.name}: given twice: {', '.join(doubled)}")
        if stranded := sorted(set(named) - self._reached()):
            raise ValueError(f"{self.name}: cannot be reached: {', '.join(stranded)}")
        for move in self.moves:
            if Role.CLOCK in move.by and (move.does in PEOPLE_ONLY or move.target in PEOPLE_ONLY):
                raise ValueError(f"{self.name}: the clock may not {move.key}")
        object.__setattr__(self, "steps", tuple(dict.fromkeys(named)))

    def _reached(self) -> set[str]:
        reached = set(self.starts)
        while more := {m.target for m in self.moves if reached & set(m.source)} - reached:
            reached |= more
        return reached

    def move(self, key: str, step: str, stage: str) -> Move | None:
        """The row of that key at that step of that stage."""
        return next((m for m in self.moves if m.key == key and m.here(step, stage)), None)

    def offered(self, step: str, stage: str, roles: Iterable[Role]) -> tuple[Move, ...]:
        """The moves that exist here for these roles, whether or not their rules hold yet."""
        held = set(roles)
        return tuple(m for m in self.moves if m.here(step, stage) and held & set(m.by))

    def objections(self, key: str, case: Case, actor: Actor) -> tuple[Say, ...]:
        """Every reason why not, at once; empty when the move may be taken."""
        move = self.move(key, case.step, case.stage)
        if move is None:
            return (self._misplaced(key, case.step),)
        if actor.role not in move.by:
            return (Say("This is not yours to do."),)
        return tuple(say for rule in move.needs for say in _said(rule(case, actor)))

    def _misplaced(self, key: str, step: str) -> Say:
        known = next((m for m in self.moves if m.key == key), None)
        if known is None:
            return Say("There is no such step to take here.")
        return Say("“%(title)s” is not possible at the step “%(step)s”.", title=known.title, step=STEPS[step].word)

    def outcome(self, key: str, case: Case, actor: Actor) -> Move:
        """The move that leads on; raises Objected with all reasons when it may not be taken."""
        reasons = self.objections(key, case, actor)
        move = self.move(key, case.step, case.stage)
        if move is None or (reasons := (*reasons, *unanswered(move, case.answers))):
            raise Objected(reasons)
        return move

    def timed(self) -> tuple[Move, ...]:
        """The moves the clock takes when their time has run out."""
        return tuple(m for m in self.moves if m.within and Role.CLOCK in m.by)

    def changed(self, *rows: Move, without: Iterable[str] = (), name: str | None = None) -> Flow:
        """This flow with rows replaced by key, added, or left out."""
        gone = {*without, *(row.key for row in rows)}
        return replace(self, name=name or self.name, moves=(*(m for m in self.moves if m.key not in gone), *rows))


PEOPLE_ONLY = frozenset(
    {"awards.make", "batches.approve", "batches.release", "reports.approve", "agreement", "approved", "released"}
)
"""What only people do, and the steps that only people reach, whatever a table says."""


def unanswered(move: Move, answers: Mapping[str, Any]) -> tuple[Say, ...]:
    """What the move asks and the answers lack."""
    return tuple(say for ask in move.asks for say in _said(_lacks(ask, answers.get(ask.key))))


def _lacks(ask: Ask, answer: Any) -> Say | None:
    if answer is None or answer is False or not str(answer).strip():
        return Say("“%(label)s” needs an answer.", label=ask.label, cure=ask.key) if ask.required else None
    if ask.options and answer not in [value for value, _ in ask.options]:
        return Say("Choose one of the answers to “%(label)s”.", label=ask.label, cure=ask.key)
    if ask.words and len(str(answer).split()) < ask.words:
        return Say("“%(label)s” needs at least %(words)s words.", label=ask.label, words=ask.words, cure=ask.key)
    if ask.printed and (characters := strange(str(answer))):
        return Say(
            "“%(label)s” has characters that our letters cannot print: %(characters)s",
            label=ask.label,
            characters=characters,
            cure=ask.key,
        )
    return None


def _said(answer: Say | tuple[Say, ...] | None) -> tuple[Say, ...]:
    if answer is None:
        return ()
    return (answer,) if isinstance(answer, Say) else answer
