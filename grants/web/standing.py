"""Where an application stands: the stops of its way, who holds each, and about when."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from flask_babel import gettext, ngettext

from grants.models import Application
from grants.queries.standing import Standing
from grants.services.applications import answer_until
from grants.services.letters import answered_by
from grants.services.moves import flow_of
from grants.web.words import day, said
from workflows.flow import Flow, Move
from workflows.programme import Stage
from workflows.roles import Role
from workflows.steps import STEPS, Holder, Step

ENDED = ("not_eligible", "declined", "withdrawn", "terminated")
DECISION = ("panel", "decision")
AFTER = ("agreement", "active", "closed")
ROLES = {Role.OFFICER: "programme officer", Role.APPROVER: "approver"}


@dataclass(frozen=True, slots=True)
class Place:
    """Where an application is, with all that its line is drawn from. ours: it is read from the Foundation's side."""

    application: Application
    facts: Standing
    ours: bool = False

    @property
    def clock(self) -> dict[str, int]:
        """The numbers of hours and days of the call."""
        return self.application.call.data.clock


def road(flow: Flow, stage: str) -> tuple[str, ...]:
    """The steps of a stage in their order: wherever several moves lead on, the one drawn as the first button."""
    steps, step = ["draft"], "draft"
    while (move := _onward(flow, step, stage)) and move.sets is None and move.target not in steps:
        steps.append(step := move.target)
    return tuple(steps)


def _onward(flow: Flow, step: str, stage: str) -> Move | None:
    """Leading on is a first button, or what the clock does after both have signed."""
    moves = [move for move in flow.moves if move.here(step, stage) and move.target != step]
    return next((move for move in moves if move.weight == "first"), None) or next(
        (m for m in moves if m.target in AFTER), None
    )


def line(application: Application, facts: Standing, *, ours: bool = False) -> list[dict[str, Any]]:
    """The stops for `templates/macros/steps.html`, five or six, whatever the flow; in the words of whoever reads."""
    place = Place(application, facts, ours)
    stops = _stops(application, facts)
    present = next((number for number, (_, steps) in enumerate(stops) if application.step in steps), len(stops) - 1)
    return [_drawn(place, name, steps, number, present) for number, (name, steps) in enumerate(stops)]


Stop = tuple[str, tuple[str, ...]]


def _stops(application: Application, facts: Standing) -> list[Stop]:
    """What this flow's stage passes; an end that was reached takes the place of what would have come."""
    way = road(flow_of(application), application.stage)
    stops: list[Stop] = [(gettext("Draft") if application.step == "draft" else gettext("Sent"), ("draft",))]
    stops += [_stop(step) for step in way if step in ("triage", "checks", "review")]
    if application.step == "question":
        stops.insert(2, (gettext("Question"), ("question",)))
    stops += [(said(stage.title), ()) for stage in _later(application)]
    stops += [(gettext("Decision"), DECISION), (gettext("Agreement"), ("agreement",))]
    if application.step in ENDED:
        return [
            *(s for s in stops if set(s[1]) & facts.reached.keys()),
            (said(STEPS[application.step].word), (application.step,)),
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


def _drawn(place: Place, name: str, steps: tuple[str, ...], number: int, present: int) -> dict[str, Any]:
    done = place.application.step == "closed" and number <= present
    state = "past" if number < present or done else "present" if number == present else "coming"
    notes = NOTES[state](place, steps)
    return {
        "name": name,
        "notes": [note for note in notes if note][:2],
        "state": state,
        "holder": str(step_of(place.application, place.facts).holder) if state == "present" else None,
    }


def _past(place: Place, steps: tuple[str, ...]) -> list[str]:
    if steps == ("draft",):
        at = place.application.submitted_at
    else:
        at = next((at for step in _next_of(place, steps) if (at := place.facts.reached.get(step))), None)
    return [day(at.date(), "short")] if at else []


def _next_of(place: Place, steps: tuple[str, ...]) -> tuple[str, ...]:
    """The steps after these: a stop is done on the day the next one was reached."""
    way = (*road(flow_of(place.application), place.application.stage), "active", "closed")
    last = max((way.index(step) for step in steps if step in way), default=len(way))
    return way[last + 1 :]


def _present(place: Place, _: tuple[str, ...]) -> list[str]:
    application = place.application
    match application.step:
        case "draft" | "question":
            until = deadline(application)
            hands = gettext("with the applicant") if place.ours else gettext("in your hands")
            return [hands, gettext("until %(day)s", day=day(until.date(), "short")) if until else ""]
        case "review":
            return _reviews(place)
        case "agreement":
            return [_signer(place)]
        case "active":
            return [gettext("the project runs")]
        case step if step in ENDED:
            return [day(application.step_at.date(), "short")]
    until = hear_by(application) if application.step in DECISION else _ends(place)
    return [_actor(place, application.step), _by(until)]


def _ends(place: Place) -> datetime | None:
    """When the present step's own time is over, where the call sets one."""
    clock, step = place.clock, place.application.step
    hours = clock.get(f"{step}_hours") or 24 * clock.get(f"{step}_days", 0)
    return place.application.step_at + timedelta(hours=hours) if hours else None


def _signer(place: Place) -> str:
    if place.facts.agreement == "countersign":
        return gettext("ours to sign")
    return gettext("the grantee signs") if place.ours else gettext("yours to sign")


def _reviews(place: Place) -> list[str]:
    needed = place.application.call.data.stage(place.application.stage).reviews
    due = place.facts.review_due
    return [
        gettext("%(count)s of %(needed)s are in", count=place.facts.reviews.get("sent", 0), needed=needed),
        gettext("last one due %(day)s", day=day(due.date(), "short")) if due else "",
    ]


def _coming(place: Place, steps: tuple[str, ...]) -> list[str]:
    match steps:
        case ("agreement",):
            return [gettext("grantee and we") if place.ours else gettext("you and we"), gettext("both sign")]
        case ("review",):
            needed = place.application.call.data.stage(place.application.stage).reviews
            return [ngettext("%(num)s reviewer", "%(num)s reviewers", needed), span(place.clock, "review")]
        case ():
            if place.ours:
                return [gettext("they write it"), gettext("if we invite them")]
            return [gettext("you write it"), gettext("if you are invited")]
        case _ if steps == DECISION:
            last = not _later(place.application)
            return [_decider(place), (_by(hear_by(place.application)) if last else "") or span(place.clock, "decision")]
    return [_actor(place, steps[0]), span(place.clock, steps[0])]


NOTES: dict[str, Callable[[Place, tuple[str, ...]], list[str]]] = {
    "past": _past,
    "present": _present,
    "coming": _coming,
}


def _actor(place: Place, step: str) -> str:
    """Who takes it on from there."""
    move = _onward(flow_of(place.application), step, place.application.stage)
    return said(ROLES.get(move.by[0], "")) if move and move.by[0] in ROLES else ""


def _decider(place: Place) -> str:
    award = next((move for move in flow_of(place.application).moves if move.target == "agreement"), None)
    return said(ROLES.get(award.by[0], "")) if award else ""


def span(clock: dict[str, int], step: str) -> str:
    """About how long a step takes by the call's own numbers."""
    if hours := clock.get(f"{step}_hours"):
        return ngettext("within %(num)s hour", "within %(num)s hours", hours)
    if days := clock.get(f"{step}_days"):
        return ngettext("about %(num)s day", "about %(num)s days", days)
    return ""


def _by(when: datetime | None) -> str:
    return gettext("by %(day)s", day=day(when.date(), "short")) if when else ""


def deadline(application: Application) -> datetime | None:
    """Until when what is in the applicant's hands must be sent; None where no day is set."""
    if application.step == "question":
        return answer_until(application)
    return application.invited_until or application.call.closes_at


def hear_by(application: Application) -> datetime | None:
    """By when the applicant hears from us: what the receipt says too."""
    return answered_by(application.call, application.submitted_at) if application.submitted_at else None


def step_of(application: Application, facts: Standing) -> Step:
    """Its step; one agreement is in the grantee's hands first and then in ours."""
    step = STEPS[application.step]
    if step.key == "agreement" and facts.agreement == "to_sign":
        return replace(step, holder=Holder.APPLICANT)
    return step


def held_by(step: Step, *, ours: bool = False) -> str:
    """What a tag's word leaves open, in the words of whoever reads."""
    words = {
        Holder.APPLICANT: gettext("with the applicant") if ours else gettext("with you"),
        Holder.OURS: gettext("with us"),
        Holder.REVIEWERS: gettext("with reviewers"),
    }
    return words.get(step.holder, "")
