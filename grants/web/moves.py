"""The one route that takes a move, whatever it moves."""

from __future__ import annotations

from typing import Any

from babel.numbers import get_currency_precision
from flask import Blueprint, redirect, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from grants.access import Permission, application_of, roles_on
from grants.db import now, saving
from grants.forms.base import written
from grants.forms.moves import Unclear, answers
from grants.models import Agreement, Application, Batch, Report
from grants.queries import cases
from grants.services import moves, repeats
from grants.web.guard import acting, load, permitted, who
from grants.web.shell import arrived_at, page
from grants.web.words import said
from workflows.flow import Move
from workflows.say import Say

bp = Blueprint("moves", __name__)

NOUNS: dict[str, type[Any]] = {
    "applications": Application,
    "agreements": Agreement,
    "reports": Report,
    "batches": Batch,
}
"""What moves. Who may take a move stands in its own row of the flow and nowhere else."""


@bp.post("/<any(applications, agreements, reports, batches):noun>/<int:id>/moves/<key>")
@permitted(Permission.SEE_INBOX)
def take(noun: str, id: int, key: str) -> Response | tuple[str, int]:
    """Take a move, or say every reason why not."""
    row = load(NOUNS[noun], id)
    move = moves.flow_of(row).move(key, row.step, getattr(row, "stage", ""))
    try:
        given = answers(move, request.form, _currency(row)) if move else {}
    except Unclear as unclear:
        return ask_again(
            row, move, values=unclear.values, errors={k: [gettext(text)] for k, text in unclear.errors.items()}
        )
    try:
        with saving():
            target = repeats.once(
                request.form.get("once", ""),
                person=who().id or 0,
                body=_body(noun, id, key),
                do=lambda: _take(row, key, given),
            )
    except moves.Refused as refused:
        return _explain(row, move, refused)
    return redirect(target)


def _take(row: Any, key: str, given: dict[str, Any]) -> str:
    """Whoever may never take a move of this name is refused as such; at the wrong step the flow has the sentence."""
    by = [role for move in moves.flow_of(row).moves if move.key == key for role in move.by]
    actor = acting(row, *(by or roles_on(row, who())))
    moves.take(
        row, key, actor=actor, answers=given, version=request.form.get("version", type=int), arrived_at=arrived_at()
    )
    return page_of(row)


def _body(noun: str, id: int, key: str) -> bytes:
    """What was asked for, without what changes from page to page."""
    sent = sorted(
        (name, text) for name, text in request.form.items(multi=True) if name not in {"csrf_token", "once", "version"}
    )
    return repr((noun, id, key, sent)).encode()


def _explain(row: Any, move: Move | None, refused: moves.Refused) -> tuple[str, int]:
    """Reasons that a better answer cures go beside the form with what was typed; others are for the 409 page."""
    keys = {ask.key for ask in move.asks} if move else set()
    if move is None or not all(reason.cure in keys for reason in refused.reasons):
        raise refused
    errors: dict[str, list[str]] = {}
    for reason in refused.reasons:
        errors.setdefault(str(reason.cure), []).append(said(reason))
    return ask_again(row, move, values=request.form, errors=errors)


def ask_again(row: Any, move: Move | None, *, values: Any, errors: dict[str, list[str]]) -> tuple[str, int]:
    """The move's form once more, with what was typed and what is wrong with it."""
    return page(
        "moves/again.html",
        move=move,
        to=request.path,
        values=values,
        errors=errors,
        back=page_of(row),
        version=row.version,
        title=_title(row),
        summary=[{"url": f"#{move.key}-{key}", "text": " ".join(found)} for key, found in errors.items()]
        if move
        else [],
    ), 422


def offers(row: Any) -> list[dict[str, Any]]:
    """What the reader may do with a thing now, each with every reason against it, for `templates/macros/move.html`."""
    roles = roles_on(row, who())
    flow = moves.flow_of(row)
    case = cases.of(row, now())
    found = []
    for move in flow.offered(row.step, getattr(row, "stage", ""), roles):
        reasons = flow.objections(move.key, case, acting(row, *move.by))
        found.append(
            {
                "move": move,
                "to": url_for("moves.take", noun=_noun(row), id=row.id, key=move.key),
                "version": row.version,
                "values": _advised(row, move),
                "reasons": [{"text": said(reason), "cure": cure(row, reason)} for reason in reasons],
            }
        )
    return found


def _advised(row: Any, move: Move) -> dict[str, str]:
    """What the officer recommended, for whoever decides on it to take over or change."""
    advice = cases.recommendation(row) if move.key in ("award", "decline") and isinstance(row, Application) else None
    if advice is None:
        return {}
    places = get_currency_precision(row.call.currency)
    amount = "" if advice.amount is None else written(advice.amount, places, group=False)
    return {"amount": amount, "conditions": advice.conditions, "feedback": advice.feedback}


def cure(row: Any, reason: Say) -> dict[str, str] | None:
    """Where a reason can be mended, as a link."""
    application = application_of(row)
    if application is None or reason.cure is None:
        return None
    here = {"id": application.id}
    places: dict[str, tuple[str, str, dict[str, Any]]] = {
        "checks": (gettext("Go to the checks"), "applications.show", {**here, "_anchor": "checks"}),
        "reviews": (gettext("See the reviews"), "applications.show", {**here, "_anchor": "reviews"}),
        "award": (gettext("See the award"), "awards.of", here),
    }
    if reason.cure not in places:
        return None
    title, endpoint, values = places[reason.cure]
    return {"title": title, "url": url_for(endpoint, **values)}


def page_of(row: Any) -> str:
    """The page where a thing is shown."""
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
