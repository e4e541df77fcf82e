"""The rules of a call, checked automatically for one application or one applicant."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from flask_babel import gettext

from grants.models import Application, Call
from grants.web.calls import rules_text
from grants.web.site.components import Link
from grants.web.site.formats import instant, translate
from workflows.cases import ApplicationCase
from workflows.programme import RuleSpec
from workflows.rules.calls import objections


@dataclass(frozen=True, slots=True)
class RuleCheck:
    """A rule that is met, or one reason why it is not. mark: tick or cross. link: where the reason can be resolved."""

    mark: str
    text: str
    link: Link | None = None


def checks(application: Application, case: ApplicationCase) -> list[RuleCheck]:
    """For each rule of the call a tick with its text, or every reason against; before them the time of submission."""
    sent, closes_at = application.submitted_at, application.call.closes_at
    late = sent and closes_at and application.invited_until is None and sent > closes_at
    at = instant(sent, "utc") if sent else "–"
    found = [RuleCheck("cross" if late else "tick", gettext("Submitted %(at)s", at=at))]
    for spec in application.call.data.rules:
        found += _rule(case, spec, application.call, sent)
    return found


def _rule(case: ApplicationCase, spec: RuleSpec, call: Call, sent: datetime | None) -> list[RuleCheck]:
    alone = replace(case, round=replace(case.round, rules=(spec,)), arrived_at=sent or case.arrived_at)
    against = dict.fromkeys(message for moment in ("submit", "award") for message in objections(alone, moment))
    if not against:
        return [RuleCheck("tick", rules_text.text(spec, call.data, call.currency).rstrip("."))]
    return [RuleCheck("cross", translate(message)) for message in against]
