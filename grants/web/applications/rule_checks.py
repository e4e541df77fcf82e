"""The rules of a call, checked automatically for one application or one applicant."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from flask_babel import gettext

from grants.models import Application, Call
from grants.queries.cases.calls import more_time
from grants.web.calls import rules_text
from grants.web.site.components import Link
from grants.web.site.formats import instant, translate
from workflows.cases import ApplicationCase
from workflows.programme import RuleSpec, Stage
from workflows.rules.call_rule import Moment
from workflows.rules.calls import objections_of

MOMENTS: tuple[Moment, ...] = ("submit", "award")

NEED_BUDGET = frozenset({"asks", "most", "most_of_kind", "indirect", "cofunding", "partner_above"})
"""The rules about the amount requested and the budget."""
NEED_ANSWER = {"longest": "months", "starts_ahead": "starts_on"}
"""The rules about one answer of the proposal, with its question."""


@dataclass(frozen=True, slots=True)
class RuleCheck:
    """A rule that is met, or one reason why it is not. mark: tick or cross. link: where the reason can be resolved."""

    mark: str
    text: str
    link: Link | None = None


def checks(application: Application, case: ApplicationCase) -> list[RuleCheck]:
    """For each rule of the call a tick with its text, or every reason against; before them the time of submission."""
    sent, closes_at = application.submitted_at, application.call.closes_at
    late = sent and closes_at and sent > closes_at and _first_stage(application) and not _had_more_time(application)
    at = instant(sent, "utc") if sent else "–"
    found = [RuleCheck("cross" if late else "tick", gettext("Submitted %(at)s", at=at))]
    for spec in application.call.data.rules:
        if not _applies(spec, application.call.data.stage(application.stage)):
            continue
        found += _rule(case, spec, application.call, sent)
    return found


def _first_stage(application: Application) -> bool:
    """Whether what was submitted last had the deadline of the call, and not that of an invitation."""
    return application.call.data.stages[0].key == application.stage


def _had_more_time(application: Application) -> bool:
    """Whether the applicant had a deadline of its own when it submitted."""
    until, sent = more_time(application.call_id, application.organisation_id), application.submitted_at
    return until is not None and sent is not None and sent <= until


def _applies(spec: RuleSpec, stage: Stage) -> bool:
    """Whether the stage has what the rule is about: a budget, a duration or a start date."""
    if spec.key in NEED_BUDGET:
        return stage.has_budget
    return spec.key not in NEED_ANSWER or stage.question(NEED_ANSWER[spec.key]) is not None


def _rule(case: ApplicationCase, spec: RuleSpec, call: Call, sent: datetime | None) -> list[RuleCheck]:
    then = replace(case, arrived_at=sent) if sent else case
    against = dict.fromkeys(message for moment in MOMENTS for message in objections_of(spec, then, moment))
    if not against:
        return [RuleCheck("tick", rules_text.text(spec, call.data, call.currency).rstrip("."))]
    return [RuleCheck("cross", translate(message)) for message in against]
