"""Whether an organisation can apply in a call, with every reason, before a draft exists."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from flask import Blueprint, redirect, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from grants.access.permissions import Permission
from grants.db import now, transaction
from grants.forms.eligibility import BeginForm
from grants.models import Application, Call, Organisation
from grants.queries import organisations
from grants.queries.applications import proposals
from grants.queries.applications.drafts import more_time
from grants.queries.applications.involvements import deciders_of
from grants.queries.cases.calls import round_of
from grants.queries.cases.organisations import applicants
from grants.services import transitions
from grants.services.applications.drafts import begin as begin_draft
from grants.services.refusals import Refused
from grants.web.applications.rule_checks import RuleCheck
from grants.web.calls import rules_text
from grants.web.site.actions import action
from grants.web.site.authorization import load, permitted, principal
from grants.web.site.components import Link
from grants.web.site.formats import translate
from grants.web.site.idempotency import idempotent
from grants.web.site.labels import labelled
from grants.web.site.navigation import page
from workflows.cases import ApplicationCase
from workflows.engine.message import N_, Message
from workflows.engine.roles import Actor, Role
from workflows.programme import RuleSpec
from workflows.rules.calls import CALL_RULES, objections_of
from workflows.rules.involvements import has_decided
from workflows.rules.proposals import in_time

bp = Blueprint("eligibility", __name__)


@dataclass(frozen=True, slots=True)
class Side:
    """An organisation of the reader: the rules that it meets, and the reasons why it cannot apply."""

    organisation: Organisation
    reasons: tuple[RuleCheck, ...]
    met: tuple[RuleCheck, ...]


@dataclass(frozen=True, slots=True)
class EligibilityView:
    """The page before a draft exists. draft: one that was started already. later: the rules checked at submission."""

    call: Call
    form: BeginForm
    sides: tuple[Side, ...]
    draft: Application | None
    later: tuple[str, ...]

    @property
    def possible(self) -> bool:
        """Whether any of the organisations can apply."""
        return any(not side.reasons for side in self.sides)

    @property
    def curable(self) -> bool:
        """Whether every reason against one of the organisations can be resolved."""
        return any(all(reason.link for reason in side.reasons) for side in self.sides)


@bp.get("/calls/<int:id>/apply")
@permitted(Permission.START_APPLICATION)
def show(id: int) -> str:
    """The call's rules, met and not met, for each of the reader's organisations."""
    return _shown(load(Call, id), BeginForm(organisations.chosen(principal())))


@bp.post("/calls/<int:id>/apply")
@permitted(Permission.START_APPLICATION)
@action(N_("Start a draft"), lambda unread: unread.row(Call).title)
@labelled(lambda _: BeginForm(organisations.chosen(principal())))
@idempotent
def begin(id: int) -> Response | tuple[str, int]:
    """Create the draft, or show every reason why not."""
    call, form = load(Call, id), BeginForm(organisations.chosen(principal()))
    if not form.sent():
        return _shown(call, form), 422
    organisation = load(Organisation, form.organisation.data)
    try:
        return redirect(_begun(call, organisation))
    except Refused:
        return _shown(call, form), 409


def _begun(call: Call, organisation: Organisation) -> str:
    """Create the draft in one transaction, and return the URL where it is written."""
    with transaction():
        return _begin(call, organisation)


def _begin(call: Call, organisation: Organisation) -> str:
    actor = Actor(person=principal().id, role=Role.APPLICANT, on_behalf_of=organisation.id)
    application = begin_draft(call=call, organisation=organisation, actor=actor, apply=transitions.apply)
    return url_for("drafts.write", id=application.id)


def _shown(call: Call, form: BeginForm) -> str:
    drafts = [one for one in proposals.own(principal(), steps=("draft",)) if one.call_id == call.id]
    view = EligibilityView(
        call=call,
        form=form,
        sides=_sides(call, organisations.chosen(principal())),
        draft=drafts[0] if drafts else None,
        later=tuple(_text(spec, call) for spec in call.data.rules if "start" not in CALL_RULES[spec.key].asked_at),
    )
    return page("eligibility/show.html", view)


def _sides(call: Call, theirs: Sequence[Organisation]) -> tuple[Side, ...]:
    """Each organisation with the rules that it meets, and those that it does not, in as many queries as for one."""
    whole, facts, until, decided = round_of(call), applicants(theirs), more_time(call.id), deciders_of(call, theirs)
    cases = {
        one.id: ApplicationCase(
            arrived_at=now(), applicant=facts[one.id], round=whole, more_time_until=until.get(one.id)
        )
        for one in theirs
    }
    return tuple(_side(call, one, cases[one.id], map(has_decided, decided[one.id])) for one in theirs)


def _side(call: Call, organisation: Organisation, case: ApplicationCase, decided: Iterable[Message]) -> Side:
    """The rules applied before a draft exists: those met, and every reason against with a link to its remedy."""
    late = in_time(case, Actor(person=principal().id, role=Role.APPLICANT))
    reasons = [RuleCheck("cross", translate(one)) for one in (*([late] if late else []), *decided)]
    met = []
    for spec in (one for one in call.data.rules if "start" in CALL_RULES[one.key].asked_at):
        against = objections_of(spec, case, "start")
        reasons += [RuleCheck("cross", translate(one), _cure(one.cure, organisation)) for one in against]
        if not against:
            met.append(RuleCheck("tick", _text(spec, call)))
    return Side(organisation, tuple(reasons), tuple(met))


def _text(spec: RuleSpec, call: Call) -> str:
    return rules_text.text(spec, call.data, call.currency)


def _cure(cure: str | None, organisation: Organisation) -> Link | None:
    if cure == "organisation":
        return Link(gettext("View organisation details"), url_for("organisations.show", id=organisation.id))
    return Link(gettext("Go to reports"), url_for("reports.index")) if cure == "reports" else None
