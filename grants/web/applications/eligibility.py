"""Whether an organisation can apply in a call, with every reason, before a draft exists."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from flask import Blueprint, redirect, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from grants.access import Permission
from grants.db import now, transaction
from grants.forms.eligibility import BeginForm
from grants.models import Call, Organisation
from grants.queries import cases, organisations, proposals
from grants.services import applications, idempotency
from grants.services.transitions import Refused
from grants.web.calls import rules_text
from grants.web.site.authorization import load, permitted, principal
from grants.web.site.formats import translate
from grants.web.site.navigation import page
from workflows.cases import ApplicationCase
from workflows.engine.roles import Actor, Role
from workflows.rules.calls import CALL_RULES, objections
from workflows.rules.proposals import in_time

bp = Blueprint("eligibility", __name__)


@bp.get("/calls/<int:id>/apply")
@permitted(Permission.START_APPLICATION)
def show(id: int) -> str:
    """The call's rules, met and not met, for each of the reader's organisations."""
    return _shown(load(Call, id), BeginForm(organisations.chosen(principal())))


@bp.post("/calls/<int:id>/apply")
@permitted(Permission.START_APPLICATION)
def begin(id: int) -> Response | tuple[str, int]:
    """Create the draft, once even if the form is sent twice; or show every reason why not."""
    call, form = load(Call, id), BeginForm(organisations.chosen(principal()))
    if not form.sent():
        return _shown(call, form), 422
    organisation = load(Organisation, form.organisation.data)
    try:
        with transaction():
            target = idempotency.perform(
                request.form.get("idempotency_key", ""),
                person=principal().id or 0,
                body=f"begin {id} {organisation.id}".encode(),
                do=lambda: _begin(call, organisation),
            )
    except Refused:
        return _shown(call, form), 409
    return redirect(target)


def _begin(call: Call, organisation: Organisation) -> str:
    actor = Actor(person=principal().id, role=Role.APPLICANT, on_behalf_of=organisation.id)
    return url_for("drafts.write", id=applications.begin(call=call, organisation=organisation, actor=actor).id)


def _shown(call: Call, form: BeginForm) -> str:
    sides = [_side(call, organisation) for organisation in organisations.chosen(principal())]
    drafts = [one for one in proposals.own(principal(), steps=("draft",)) if one.call_id == call.id]
    return page(
        "eligibility/show.html",
        call=call,
        form=form,
        sides=sides,
        possible=any(not side["reasons"] for side in sides),
        drafts=drafts,
        later=[
            rules_text.text(spec, call.data, call.currency)
            for spec in call.data.rules
            if "start" not in CALL_RULES[spec.key].asked_at
        ],
    )


def _side(call: Call, organisation: Organisation) -> dict[str, Any]:
    """The rules applied before a draft exists: those met, and every reason against with a link to its remedy."""
    round_ = cases.round_of(call)
    case = ApplicationCase(arrived_at=now(), applicant=cases.applicant(organisation), round=round_)
    late = in_time(case, Actor(person=principal().id, role=Role.APPLICANT))
    reasons: list[dict[str, Any]] = [{"mark": "cross", "text": translate(late)}] if late else []
    holds: list[dict[str, Any]] = []
    for spec in (one for one in call.data.rules if "start" in CALL_RULES[one.key].asked_at):
        against = objections(replace(case, round=replace(round_, rules=(spec,))), "start")
        reasons += [
            {"mark": "cross", "text": translate(message), "link": _cure(message.cure, organisation)}
            for message in against
        ]
        if not against:
            holds.append({"mark": "tick", "text": rules_text.text(spec, call.data, call.currency)})
    return {"organisation": organisation, "reasons": reasons, "holds": holds}


def _cure(cure: str | None, organisation: Organisation) -> dict[str, str] | None:
    if cure == "organisation":
        return {"title": gettext("View organisation details"), "url": url_for("organisations.show", id=organisation.id)}
    return {"title": gettext("Go to reports"), "url": url_for("reports.index")} if cure == "reports" else None
