"""The one route that applies transitions, for every flow."""

from __future__ import annotations

from typing import Any

from babel.numbers import get_currency_precision
from flask import Blueprint, redirect, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from grants.access import Permission, application_of, roles_on
from grants.db import now, transaction
from grants.forms.base import written
from grants.forms.transitions import Unclear, answers
from grants.models import Agreement, Application, Batch, Report
from grants.queries import cases
from grants.services import idempotency, transitions
from grants.web.site.authorization import actor_on_row, load, permitted, principal
from grants.web.site.formats import translate
from grants.web.site.navigation import arrived_at, page
from workflows.engine.flow import Transition
from workflows.engine.message import Message

bp = Blueprint("transitions", __name__)

NOUNS: dict[str, type[Any]] = {
    "applications": Application,
    "agreements": Agreement,
    "reports": Report,
    "batches": Batch,
}
"""The models with a flow. Who may apply a transition is declared only in its row of the flow."""


@bp.post("/<any(applications, agreements, reports, batches):noun>/<int:id>/transitions/<key>")
@permitted(Permission.SEE_INBOX)
def apply(noun: str, id: int, key: str) -> Response | tuple[str, int]:
    """Apply a transition, or show every reason why it is refused."""
    row = load(NOUNS[noun], id)
    transition = transitions.flow_of(row).transition(key, row.step, getattr(row, "stage", ""))
    try:
        given = answers(transition, request.form, _currency(row)) if transition else {}
    except Unclear as unclear:
        return form_again(
            row, transition, values=unclear.values, errors={k: [text] for k, text in unclear.errors.items()}
        )
    try:
        with transaction():
            target = idempotency.perform(
                request.form.get("idempotency_key", ""),
                person=principal().id or 0,
                body=_body(noun, id, key),
                do=lambda: _take(row, key, given),
            )
    except transitions.Refused as refused:
        return _explain(row, transition, refused)
    return redirect(target)


def _take(row: Any, key: str, given: dict[str, Any]) -> str:
    """Apply it; 403 if no role of the principal can ever do so. At the wrong step, the flow gives the reason."""
    by = [
        role
        for transition in transitions.flow_of(row).transitions
        if transition.key == key
        for role in transition.roles
    ]
    actor = actor_on_row(row, *(by or roles_on(row, principal())))
    transitions.apply(
        row, key, actor=actor, answers=given, version=request.form.get("version", type=int), arrived_at=arrived_at()
    )
    return page_of(row)


def _body(noun: str, id: int, key: str) -> bytes:
    """The request as bytes to compare for idempotency, without fields that differ from page to page."""
    sent = sorted(
        (name, text)
        for name, text in request.form.items(multi=True)
        if name not in {"csrf_token", "idempotency_key", "version"}
    )
    return repr((noun, id, key, sent)).encode()


def _explain(row: Any, transition: Transition | None, refused: transitions.Refused) -> tuple[str, int]:
    """Show the form again if every reason belongs to one of its fields; else raise for the 409 page."""
    keys = {field.key for field in transition.fields} if transition else set()
    if transition is None or not all(reason.cure in keys for reason in refused.reasons):
        raise refused
    errors: dict[str, list[str]] = {}
    for reason in refused.reasons:
        errors.setdefault(str(reason.cure), []).append(translate(reason))
    return form_again(row, transition, values=request.form, errors=errors)


def form_again(
    row: Any, transition: Transition | None, *, values: Any, errors: dict[str, list[str]]
) -> tuple[str, int]:
    """The transition's form again, with the input and its errors; 422."""
    return page(
        "transitions/form_again.html",
        transition=transition,
        to=request.path,
        values=values,
        errors=errors,
        back=page_of(row),
        version=row.version,
        title=_title(row),
        summary=[{"url": f"#{transition.key}-{key}", "text": " ".join(found)} for key, found in errors.items()]
        if transition
        else [],
    ), 422


def available(row: Any) -> list[dict[str, Any]]:
    """The transitions offered to the reader, each with the reasons against it."""
    roles = roles_on(row, principal())
    flow = transitions.flow_of(row)
    case = cases.of(row, now())
    found = []
    for transition in flow.offered(row.step, getattr(row, "stage", ""), roles):
        reasons = flow.objections(transition.key, case, actor_on_row(row, *transition.roles))
        found.append(
            {
                "transition": transition,
                "to": url_for("transitions.apply", noun=_noun(row), id=row.id, key=transition.key),
                "version": row.version,
                "values": _advised(row, transition),
                "reasons": [{"text": translate(reason), "cure": cure(row, reason)} for reason in reasons],
            }
        )
    return found


def _advised(row: Any, transition: Transition) -> dict[str, str]:
    """The officer's recommendation, as initial values for the approver."""
    advice = (
        cases.recommendation(row) if transition.key in ("award", "decline") and isinstance(row, Application) else None
    )
    if advice is None:
        return {}
    places = get_currency_precision(row.call.currency)
    amount = "" if advice.amount is None else written(advice.amount, places, group=False)
    return {"amount": amount, "conditions": advice.conditions, "feedback": advice.feedback}


def cure(row: Any, reason: Message) -> dict[str, str] | None:
    """A link to the page where this reason can be resolved, or None."""
    application = application_of(row)
    if application is None or reason.cure is None:
        return None
    here = {"id": application.id}
    places: dict[str, tuple[str, str, dict[str, Any]]] = {
        "checks": (gettext("Go to eligibility checks"), "applications.show", {**here, "_anchor": "checks"}),
        "reviews": (gettext("View reviews"), "applications.show", {**here, "_anchor": "reviews"}),
        "award": (gettext("View award"), "awards.of", here),
    }
    if reason.cure not in places:
        return None
    title, endpoint, values = places[reason.cure]
    return {"title": title, "url": url_for(endpoint, **values)}


def page_of(row: Any) -> str:
    """The URL of the page that shows this row."""
    if isinstance(row, Agreement):
        return url_for("awards.show", id=row.award_id)
    return url_for(f"{_noun(row)}.show", id=row.id)


def _noun(row: Any) -> str:
    return next(noun for noun, model in NOUNS.items() if isinstance(row, model))


def _currency(row: Any) -> str:
    application = application_of(row)
    return application.call.currency if application else row.fund.currency


def _title(row: Any) -> str:
    application = application_of(row)
    return application.title if application else row.number
