"""Status of an application: the stages of its progress, who holds each, and approximate dates."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import lru_cache
from typing import NamedTuple

from flask_babel import gettext, ngettext

from grants.models import Application
from grants.queries.applications import drafts
from grants.queries.applications.statuses import Status
from grants.queries.flows import flow_of
from grants.services.applications.submissions import answer_until
from grants.services.letters import answered_by
from grants.web.site.formats import current_day, day, instant, translate
from workflows import programme
from workflows.deadlines import LIMITED_AS, own_limit, time_limit
from workflows.engine.flow import Flow, Transition
from workflows.engine.message import N_, Message
from workflows.engine.roles import Role
from workflows.engine.steps import STEPS, Holder, Step

ENDED = ("not_eligible", "declined", "withdrawn", "terminated")
DECISION = ("panel", "decision")
ACCEPTED = ("accepted",)
"""Stands for the steps of an earlier stage, which ended when the applicant was invited to the next one."""
REVIEWED = N_("All reviews submitted")
TURNED_DOWN = N_("Award declined")
AFTER = ("agreement", "active", "closed")
ROLES = {Role.OFFICER: Message("programme officer"), Role.APPROVER: Message("approver")}


@dataclass(frozen=True, slots=True)
class Stop:
    """One stage of an application's progress, drawn by `templates/macros/steps.html`.

    notes: at most two short lines. state: past, stopped (left before it was completed), present or coming. holder: who
    must act next, for the present stage only. late: the delay of the present stage, such as "2 days overdue"; empty if
    there is none.
    """

    name: str
    notes: tuple[str, ...]
    state: str
    holder: str = ""
    late: str = ""


@dataclass(frozen=True, slots=True)
class Subject:
    """An application with the facts that its progress is drawn from. ours: whether the reader is staff."""

    application: Application
    facts: Status
    ours: bool = False

    @property
    def clock(self) -> dict[str, int]:
        """The time limits of the call, in hours and days."""
        return self.application.call.data.clock


@lru_cache(maxsize=64)
def road(flow: Flow, stage: str) -> tuple[str, ...]:
    """The steps of a stage in order; of several transitions, the one with the main button is followed."""
    steps, step = ["draft"], "draft"
    while (
        (transition := _onward(flow, step, stage)) and transition.next_stage is None and transition.target not in steps
    ):
        steps.append(step := transition.target)
    return tuple(steps)


def _onward(flow: Flow, step: str, stage: str) -> Transition | None:
    """The transition that leads on: the main button's, or the clock's after both sides have signed."""
    transitions = [
        transition for transition in flow.transitions if transition.here(step, stage) and transition.target != step
    ]
    return next((transition for transition in transitions if transition.weight == "first"), None) or next(
        (m for m in transitions if m.target in AFTER), None
    )


def line(application: Application, facts: Status, *, ours: bool = False) -> list[Stop]:
    """The five or six stages of progress, in the reader's wording."""
    subject = Subject(application, facts, ours)
    stages = _stages(subject)
    last = len(stages) - 1
    present = next((number for number, stage in enumerate(stages) if application.step in stage.steps), last)
    return [_drawn(subject, stage, number, present) for number, stage in enumerate(stages)]


class Stage(NamedTuple):
    """A stage of progress: its title and the steps that it covers; a later stage of the programme covers none yet."""

    name: str
    steps: tuple[str, ...]


def _stages(subject: Subject) -> list[Stage]:
    """The stages of progress in this flow; a final step replaces those not reached.

    A question stands before the checks, because they are completed only after it is answered.
    """
    application = subject.application
    way = road(flow_of(application), application.stage)
    stages = [Stage(translate(earlier.title), ACCEPTED) for earlier in _earlier(application)]
    stages.append(Stage(_draft(application), ("draft",)))
    stages += [_stage(step) for step in way if step in ("triage", "checks", "review")]
    if application.step == "question":
        stages.insert(1 + len(_earlier(application)), Stage(translate(STEPS["question"].word), ("question",)))
    stages += [Stage(translate(later.title), ()) for later in _later(application)]
    stages += [Stage(gettext("Decision"), DECISION), Stage(gettext("Agreement"), ("agreement",))]
    if application.step in ENDED:
        reached = [stage for stage in stages if _was_reached(subject, stage)]
        return [*reached, Stage(translate(step_of(application, subject.facts).word), (application.step,))]
    if application.step in AFTER[1:]:
        return [*stages, Stage(gettext("Project"), AFTER[1:])]
    return stages


def _stage(step: str) -> Stage:
    names = {"triage": gettext("Alert assessment"), "checks": gettext("Checks"), "review": gettext("Reviews")}
    return Stage(names[step], (step,))


def _draft(application: Application) -> str:
    """The name of what the applicant writes: its title if it is not the first that they write."""
    if _earlier(application):
        return translate(application.call.data.stage(application.stage).title)
    unsent = application.step == "draft" or application.submitted_at is None
    return gettext("Draft") if unsent else gettext("Submitted")


def _earlier(application: Application) -> list[programme.Stage]:
    """The stages of the programme that precede the application's stage."""
    stages = list(application.call.data.stages)
    return stages[: stages.index(application.call.data.stage(application.stage))]


def _later(application: Application) -> list[programme.Stage]:
    """The stages of the programme that follow the application's stage."""
    return list(application.call.data.stages)[len(_earlier(application)) + 1 :]


def _was_reached(subject: Subject, stage: Stage) -> bool:
    """Whether an ended application reached this stage; where the reviews lead to an award, it was decided on too."""
    if stage.steps == DECISION and _when(subject, "agreement"):
        return True
    return stage.steps == ACCEPTED or any(_when(subject, step) for step in stage.steps)


def _when(subject: Subject, step: str) -> datetime | None:
    """When the step was last reached in the present stage; None if it was not."""
    reached = subject.facts.reached
    at = reached.get(step)
    return at if at and at >= reached.get("draft", at) else None


def _drawn(subject: Subject, stage: Stage, number: int, present: int) -> Stop:
    done = subject.application.step == "closed" and number <= present
    state = "past" if number < present or done else "present" if number == present else "coming"
    if state == "past" and _cut_short(subject, stage):
        state = "stopped"
    notes = [note for note in NOTES[state](subject, stage.steps) if note]
    holder = str(step_of(subject.application, subject.facts).holder) if state == "present" else ""
    return Stop(stage.name, tuple(notes[:2]), state, holder)


def _cut_short(subject: Subject, stage: Stage) -> bool:
    """Whether the application was withdrawn or terminated at this stage: nothing after it was reached."""
    ended = subject.application.step in ("withdrawn", "terminated")
    after = any(_when(subject, step) for step in _next_of(subject, stage.steps))
    return ended and stage.steps != ACCEPTED and not after


def _past(subject: Subject, steps: tuple[str, ...]) -> list[str]:
    if steps == ACCEPTED:
        invited = subject.facts.reached.get("draft")
        return [gettext("accepted %(day)s", day=day(invited.date(), "short"))] if invited else []
    if steps == ("draft",):
        at = subject.application.submitted_at
    elif "closed" in steps:
        closed = subject.facts.reached.get("closed")
        return [gettext("closed %(day)s", day=day(closed.date(), "short"))] if closed else []
    else:
        at = next((at for step in _next_of(subject, steps) if (at := _when(subject, step))), None)
    return [day(at.date(), "short")] if at else []


def _next_of(subject: Subject, steps: tuple[str, ...]) -> tuple[str, ...]:
    """The steps after these; a stage is done on the day the next one was reached.

    A flow without steps of its own for the decision leads from the reviews to the agreement.
    """
    if steps == DECISION:
        return AFTER
    way = (*road(flow_of(subject.application), subject.application.stage), "active", "closed")
    last = max((way.index(step) for step in steps if step in way), default=len(way))
    return way[last + 1 :]


def _present(subject: Subject, _: tuple[str, ...]) -> list[str]:
    application = subject.application
    match application.step:
        case "draft" | "question":
            until = deadline(application, subject.facts)
            hands = gettext("with the applicant") if subject.ours else gettext("with you")
            return [hands, gettext("due %(day)s", day=day(until.date(), "short")) if until else ""]
        case "review":
            return _reviews(subject)
        case "agreement":
            return [_signer(subject)]
        case "active":
            return [_project(subject.facts)]
        case step if step in ENDED:
            return [day(application.step_at.date(), "short")]
    return [_actor(subject, application.step), _ends(subject)]


def _ends(subject: Subject) -> str:
    """Until when the current step lasts, as text: for applicants the date of the decision, for staff the time limit."""
    application = subject.application
    if not subject.ours and application.step in (*LIMITED_AS, "decision"):
        return _by(decision_by(application)) if application.step in DECISION else ""
    limit = time_limit(subject.clock, application.step)
    if limit and limit.hours:
        return gettext("by %(day)s", day=instant(application.step_at + limit.span, "utc"))
    return _by(application.step_at + limit.span) if limit else ""


def _project(facts: Status) -> str:
    starts = starts_ahead(facts)
    return gettext("starts %(day)s", day=day(starts, "short")) if starts else gettext("project running")


def starts_ahead(facts: Status) -> date | None:
    """The first day of the awarded project, while it is ahead; else None."""
    return facts.starts_on if facts.starts_on and facts.starts_on > current_day() else None


def _signer(subject: Subject) -> str:
    if subject.facts.agreement == "countersign":
        return gettext("we sign next")
    return gettext("applicant signs") if subject.ours else gettext("you sign next")


def _reviews(subject: Subject) -> list[str]:
    needed = _needed(subject.application)
    due = subject.facts.review_due
    return [
        gettext("%(count)s of %(needed)s submitted", count=subject.facts.reviews.get("sent", 0), needed=needed),
        gettext("last one due %(day)s", day=day(due.date(), "short")) if due else "",
    ]


def _coming(subject: Subject, steps: tuple[str, ...]) -> list[str]:
    match steps:
        case ("agreement",):
            return [
                gettext("applicant and Foundation") if subject.ours else gettext("you and the Foundation"),
                gettext("both sign"),
            ]
        case ("review",):
            reviewers = ngettext("%(num)s reviewer", "%(num)s reviewers", _needed(subject.application))
            return [reviewers, span(subject.clock, "review")]
        case ():
            if subject.ours:
                return [gettext("applicant writes it"), gettext("if invited")]
            return [gettext("you write it"), gettext("if you are invited")]
        case _ if steps == DECISION:
            last = not _later(subject.application)
            return [
                _decider(subject),
                (_by(decision_by(subject.application)) if last else "") or span(subject.clock, "decision"),
            ]
    return [_actor(subject, steps[0]), span(subject.clock, steps[0])]


NOTES: dict[str, Callable[[Subject, tuple[str, ...]], list[str]]] = {
    "past": _past,
    "stopped": _past,
    "present": _present,
    "coming": _coming,
}


def _actor(subject: Subject, step: str) -> str:
    """The role that applies the next transition, as text."""
    return _role(_onward(flow_of(subject.application), step, subject.application.stage))


def _decider(subject: Subject) -> str:
    """The role that decides on the award, as text."""
    transitions = flow_of(subject.application).transitions
    return _role(next((transition for transition in transitions if transition.target == "agreement"), None))


def _role(transition: Transition | None) -> str:
    return translate(ROLES[transition.roles[0]]) if transition and transition.roles[0] in ROLES else ""


def span(clock: dict[str, int], step: str) -> str:
    """The approximate duration of a step by the call's time limits, as text."""
    limit = own_limit(clock, step)
    if limit is None:
        return ""
    if limit.hours:
        return ngettext("within %(num)s hour", "within %(num)s hours", limit.number)
    return ngettext("about %(num)s day", "about %(num)s days", limit.number)


def _by(when: datetime | None) -> str:
    return gettext("by %(day)s", day=day(when.date(), "short")) if when else ""


def deadline(application: Application, facts: Status) -> datetime | None:
    """The applicant's deadline for submitting a draft or an answer; None if there is none."""
    if application.step == "question":
        return answer_until(application)
    return drafts.deadline_of(application, facts.more_time_until).until


def decision_by(application: Application) -> datetime | None:
    """When the applicant gets a decision, as stated in the receipt."""
    return answered_by(application.call, application.submitted_at) if application.submitted_at else None


def step_of(application: Application, facts: Status) -> Step:
    """The application's step, with its present holder.

    An agreement is held by the grantee first, then by the Foundation. A review is held by the Foundation while
    reviewers must be invited, and once all of them have submitted. What was withdrawn after an award is a declined
    award.
    """
    step = STEPS[application.step]
    if step.key == "review" and all_submitted(application, facts):
        return replace(step, word=REVIEWED, holder=Holder.OURS)
    if step.key == "review" and facts.reviewing < _needed(application):
        return replace(step, holder=Holder.OURS)
    return award_step(step, facts.agreement)


def award_step(step: Step, agreement: str | None) -> Step:
    """The application's step, by the step of its agreement.

    The grantee holds an agreement until they sign. “Withdrawn” means that the award was declined if there is one.
    """
    if step.key == "agreement" and agreement == "to_sign":
        return replace(step, holder=Holder.APPLICANT)
    return replace(step, word=TURNED_DOWN) if step.key == "withdrawn" and agreement is not None else step


def all_submitted(application: Application, facts: Status) -> bool:
    """Whether the required reviews of the stage are submitted and none is outstanding."""
    return facts.reviewing == facts.reviews.get("sent", 0) >= _needed(application)


def _needed(application: Application) -> int:
    """How many reviews the current stage requires."""
    return application.call.data.stage(application.stage).reviews


def held_by(step: Step, *, ours: bool = False) -> str:
    """Who holds the step, in the reader's wording; empty if no one does."""
    words = {
        Holder.APPLICANT: gettext("with the applicant") if ours else gettext("with you"),
        Holder.OURS: gettext("with us"),
        Holder.REVIEWERS: gettext("with reviewers"),
    }
    return words.get(step.holder, "")
