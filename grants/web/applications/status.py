"""Status of an application: the stages of its progress, who holds each, and approximate dates."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from flask_babel import gettext, ngettext

from grants.models import Application
from grants.queries.statuses import Status
from grants.services.applications import answer_until
from grants.services.letters import answered_by
from grants.services.transitions import flow_of
from grants.web.site.formats import day, translate
from workflows.engine.flow import Flow, Transition
from workflows.engine.roles import Role
from workflows.engine.steps import STEPS, Holder, Step
from workflows.programme import Stage

ENDED = ("not_eligible", "declined", "withdrawn", "terminated")
DECISION = ("panel", "decision")
AFTER = ("agreement", "active", "closed")
ROLES = {Role.OFFICER: "programme officer", Role.APPROVER: "approver"}


@dataclass(frozen=True, slots=True)
class View:
    """An application with the facts that its progress is drawn from. ours: whether the reader is staff."""

    application: Application
    facts: Status
    ours: bool = False

    @property
    def clock(self) -> dict[str, int]:
        """The time limits of the call, in hours and days."""
        return self.application.call.data.clock


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


def line(application: Application, facts: Status, *, ours: bool = False) -> list[dict[str, Any]]:
    """The five or six stages of progress for `templates/macros/steps.html`, in the reader's wording."""
    place = View(application, facts, ours)
    stops = _stops(application, facts)
    present = next((number for number, (_, steps) in enumerate(stops) if application.step in steps), len(stops) - 1)
    return [_drawn(place, name, steps, number, present) for number, (name, steps) in enumerate(stops)]


Stop = tuple[str, tuple[str, ...]]


def _stops(application: Application, facts: Status) -> list[Stop]:
    """The stages of progress in this flow; a final step replaces those not reached."""
    way = road(flow_of(application), application.stage)
    stops: list[Stop] = [(gettext("Draft") if application.step == "draft" else gettext("Submitted"), ("draft",))]
    stops += [_stop(step) for step in way if step in ("triage", "checks", "review")]
    if application.step == "question":
        stops.insert(2, (gettext("Question"), ("question",)))
    stops += [(translate(stage.title), ()) for stage in _later(application)]
    stops += [(gettext("Decision"), DECISION), (gettext("Agreement"), ("agreement",))]
    if application.step in ENDED:
        return [
            *(s for s in stops if set(s[1]) & facts.reached.keys()),
            (translate(STEPS[application.step].word), (application.step,)),
        ]
    if application.step in AFTER[1:]:
        return [*stops, (gettext("Project"), AFTER[1:])]
    return stops


def _stop(step: str) -> Stop:
    names = {"triage": gettext("Triage"), "checks": gettext("Checks"), "review": gettext("Reviews")}
    return names[step], (step,)


def _later(application: Application) -> list[Stage]:
    stages = list(application.call.data.stages)
    return stages[stages.index(application.call.data.stage(application.stage)) + 1 :]


def _drawn(place: View, name: str, steps: tuple[str, ...], number: int, present: int) -> dict[str, Any]:
    done = place.application.step == "closed" and number <= present
    state = "past" if number < present or done else "present" if number == present else "coming"
    notes = NOTES[state](place, steps)
    return {
        "name": name,
        "notes": [note for note in notes if note][:2],
        "state": state,
        "holder": str(step_of(place.application, place.facts).holder) if state == "present" else None,
    }


def _past(place: View, steps: tuple[str, ...]) -> list[str]:
    if steps == ("draft",):
        at = place.application.submitted_at
    else:
        at = next((at for step in _next_of(place, steps) if (at := place.facts.reached.get(step))), None)
    return [day(at.date(), "short")] if at else []


def _next_of(place: View, steps: tuple[str, ...]) -> tuple[str, ...]:
    """The steps after these; a stage is done on the day the next one was reached."""
    way = (*road(flow_of(place.application), place.application.stage), "active", "closed")
    last = max((way.index(step) for step in steps if step in way), default=len(way))
    return way[last + 1 :]


def _present(place: View, _: tuple[str, ...]) -> list[str]:
    application = place.application
    match application.step:
        case "draft" | "question":
            until = deadline(application)
            hands = gettext("with the applicant") if place.ours else gettext("with you")
            return [hands, gettext("due %(day)s", day=day(until.date(), "short")) if until else ""]
        case "review":
            return _reviews(place)
        case "agreement":
            return [_signer(place)]
        case "active":
            return [gettext("project running")]
        case step if step in ENDED:
            return [day(application.step_at.date(), "short")]
    until = decision_by(application) if application.step in DECISION else _ends(place)
    return [_actor(place, application.step), _by(until)]


def _ends(place: View) -> datetime | None:
    """When the time limit of the current step ends; None if the call sets none."""
    clock, step = place.clock, place.application.step
    hours = clock.get(f"{step}_hours") or 24 * clock.get(f"{step}_days", 0)
    return place.application.step_at + timedelta(hours=hours) if hours else None


def _signer(place: View) -> str:
    if place.facts.agreement == "countersign":
        return gettext("we sign next")
    return gettext("grantee signs") if place.ours else gettext("you sign next")


def _reviews(place: View) -> list[str]:
    needed = place.application.call.data.stage(place.application.stage).reviews
    due = place.facts.review_due
    return [
        gettext("%(count)s of %(needed)s submitted", count=place.facts.reviews.get("sent", 0), needed=needed),
        gettext("last one due %(day)s", day=day(due.date(), "short")) if due else "",
    ]


def _coming(place: View, steps: tuple[str, ...]) -> list[str]:
    match steps:
        case ("agreement",):
            return [
                gettext("grantee and Foundation") if place.ours else gettext("you and the Foundation"),
                gettext("both sign"),
            ]
        case ("review",):
            needed = place.application.call.data.stage(place.application.stage).reviews
            return [ngettext("%(num)s reviewer", "%(num)s reviewers", needed), span(place.clock, "review")]
        case ():
            if place.ours:
                return [gettext("applicant writes it"), gettext("if invited")]
            return [gettext("you write it"), gettext("if you are invited")]
        case _ if steps == DECISION:
            last = not _later(place.application)
            return [
                _decider(place),
                (_by(decision_by(place.application)) if last else "") or span(place.clock, "decision"),
            ]
    return [_actor(place, steps[0]), span(place.clock, steps[0])]


NOTES: dict[str, Callable[[View, tuple[str, ...]], list[str]]] = {
    "past": _past,
    "present": _present,
    "coming": _coming,
}


def _actor(place: View, step: str) -> str:
    """The role that applies the next transition, as text."""
    transition = _onward(flow_of(place.application), step, place.application.stage)
    return translate(ROLES.get(transition.roles[0], "")) if transition and transition.roles[0] in ROLES else ""


def _decider(place: View) -> str:
    award = next(
        (transition for transition in flow_of(place.application).transitions if transition.target == "agreement"), None
    )
    return translate(ROLES.get(award.roles[0], "")) if award else ""


def span(clock: dict[str, int], step: str) -> str:
    """The approximate duration of a step by the call's time limits, as text."""
    if hours := clock.get(f"{step}_hours"):
        return ngettext("within %(num)s hour", "within %(num)s hours", hours)
    if days := clock.get(f"{step}_days"):
        return ngettext("about %(num)s day", "about %(num)s days", days)
    return ""


def _by(when: datetime | None) -> str:
    return gettext("by %(day)s", day=day(when.date(), "short")) if when else ""


def deadline(application: Application) -> datetime | None:
    """The applicant's deadline for submitting a draft or an answer; None if there is none."""
    if application.step == "question":
        return answer_until(application)
    return application.invited_until or application.call.closes_at


def decision_by(application: Application) -> datetime | None:
    """When the applicant gets a decision, as stated in the receipt."""
    return answered_by(application.call, application.submitted_at) if application.submitted_at else None


def step_of(application: Application, facts: Status) -> Step:
    """The application's step; an agreement is held by the grantee first, then by the Foundation."""
    step = STEPS[application.step]
    if step.key == "agreement" and facts.agreement == "to_sign":
        return replace(step, holder=Holder.APPLICANT)
    return step


def held_by(step: Step, *, ours: bool = False) -> str:
    """Who holds the step, in the reader's wording; empty if no one does."""
    words = {
        Holder.APPLICANT: gettext("with the applicant") if ours else gettext("with you"),
        Holder.OURS: gettext("with us"),
        Holder.REVIEWERS: gettext("with reviewers"),
    }
    return words.get(step.holder, "")
