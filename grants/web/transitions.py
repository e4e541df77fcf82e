"""The one route that applies transitions, for every flow."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from babel.numbers import get_currency_precision
from flask import Blueprint, g, redirect, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from grants.access.permissions import Permission
from grants.access.principals import application_of, roles_on
from grants.db import db, now, transaction
from grants.forms.numerals import written
from grants.forms.transitions import CONFIRMED, Unclear, answers, note, require_confirmation
from grants.models import Agreement, Application, Assignment, Batch, Call, Recommendation, Report, Verification
from grants.queries import cases
from grants.queries.applications import drafts
from grants.queries.cases.applications import recommendation
from grants.queries.flows import flow_of
from grants.services import transitions
from grants.services.money.instalments import SHOWN, shown
from grants.services.refusals import Refused, Stale
from grants.web.action_facts import facts_of, saved_draft
from grants.web.action_titles import present_action, requires_fresh_factor, title_at_any_step, title_of
from grants.web.site import done
from grants.web.site.actions import action
from grants.web.site.authorization import actor_on_row, fresh_factor, load, permitted, principal
from grants.web.site.components import Fact, Link, Problem, Reason
from grants.web.site.errors import already_sent
from grants.web.site.formats import instant, translate
from grants.web.site.headers import arrived_at
from grants.web.site.idempotency import idempotent
from grants.web.site.labels import Unread, labelled
from grants.web.site.named_amounts import NamedAmount, named_amount
from grants.web.site.navigation import page
from grants.web.site.versions import OUTDATED, sent_version
from workflows.engine.effects import Effect
from workflows.engine.flow import Field, Transition, unanswered
from workflows.engine.message import ANOTHER, Message
from workflows.engine.roles import Role
from workflows.flows.agreement import SIGNATURES

bp = Blueprint("transitions", __name__)

NOUNS: dict[str, type[Any]] = {
    "applications": Application,
    "assignments": Assignment,
    "agreements": Agreement,
    "reports": Report,
    "batches": Batch,
    "calls": Call,
    "verifications": Verification,
}
"""The models with a flow. Who may apply a transition is declared only in its row of the flow."""
ADVISED = frozenset({"award", "decline"})
"""The transitions of an application whose form begins with the officer's recommendation."""
WEIGHTS = ("first", "second", "link", "grave")
"""The order of actions on a page: the main one comes first, those that end something come last."""
TYPED = frozenset({"text", "line", "amount", "day", "instant"})
"""The kinds of fields whose input is kept when a form comes too late; choices and ticks are made again."""


@dataclass(frozen=True, slots=True)
class Offer:
    """A transition offered to the reader. to: the URL of its form. values: initial values by the key of the field.

    named: its button, if that names an amount. currency: of its amounts.
    """

    transition: Transition
    to: str
    version: int
    values: Mapping[str, str]
    reasons: Sequence[Reason]
    named: NamedAmount | None
    currency: str


@dataclass(frozen=True, slots=True)
class TransitionPage:
    """The form of a transition on a page of its own, with what was entered. back: the page of the row.

    draft: the version of the draft that it sends, if the form named one. values, errors: by the key of the field.
    reasons: why it was refused, if not because of a field. facts: of the row.
    named: its button, if that names an amount. currency: of its amounts.
    """

    transition: Transition
    to: str
    version: int
    draft: int | None
    values: Mapping[str, str]
    errors: Mapping[str, list[str]]
    summary: Sequence[Problem]
    back: Link
    reasons: Sequence[Reason]
    facts: Sequence[Fact]
    named: NamedAmount | None
    currency: str


@bp.post(
    "/<any(applications, assignments, agreements, reports, batches, calls, verifications):noun>/<int:id>"
    "/transitions/<key>"
)
@permitted(Permission.SEE_INBOX)
@action(
    lambda address: title_at_any_step(NOUNS[address["noun"]], address["key"]),
    lambda unread: present_action(*_addressed(unread)),
)
@labelled(lambda unread: _note(*_addressed(unread)))
@fresh_factor(lambda address: requires_fresh_factor(NOUNS[address["noun"]], address["key"]))
@idempotent
def apply(noun: str, id: int, key: str) -> Response | tuple[str, int]:
    """Apply a transition, or show every reason why it is refused."""
    row = load(NOUNS[noun], id)
    transition = flow_of(row).transition(key, row.step, getattr(row, "stage", ""))
    _note(row, key)
    try:
        given = answers(transition, request.form, _currency(row)) if transition else {}
        with transaction():
            target = _take(row, key, given)
    except (Unclear, Refused, Stale) as wrong:
        errors = {} if isinstance(wrong, Stale) else _errors(transition, wrong)
        again = transition if errors else _still_possible(row, key)
        if again is None:
            g.facts = _facts(row, key)
            if transition is None and _submits(row, key):
                return already_sent(page_of(row))
            raise
        return _form_again(row, again, errors, wrong), 422 if errors else 409
    return redirect(target)


def _addressed(unread: Unread) -> tuple[Any, str]:
    """The row and the key in the address of a form."""
    return unread.row(NOUNS[unread.address["noun"]]), unread.address["key"]


def _submits(row: Any, key: str) -> bool:
    """Whether it submits a proposal that was submitted before, perhaps from another window, and not by the clock."""
    if not isinstance(row, Application) or row.submission is None or (key == "answer" and row.submission.number == 1):
        return False
    return any(one.key == key and one.effect is Effect.SUBMIT_APPLICATION for one in flow_of(row).transitions)


def _note(row: Any, key: str) -> None:
    rows = [one for one in flow_of(row).transitions if one.key == key]
    fields = [field for one in rows for field in one.fields]
    confirmations = [Field(CONFIRMED, "tick", one.understood) for one in rows if one.final]
    note(fields + confirmations, _currency(row))


def _facts(row: Any, key: str) -> Sequence[Fact]:
    """The facts of the row, for a reader who can have this transition at some step."""
    roles = {role for one in flow_of(row).transitions if one.key == key for role in one.roles}
    return facts_of(row) if roles & roles_on(row, principal()) else ()


def _still_possible(row: Any, key: str) -> Transition | None:
    """The transition from the present step of the row, whose fields the reader has filled in; None without any."""
    db.session.rollback()
    transition = flow_of(row).transition(key, row.step, getattr(row, "stage", ""))
    typed = transition is not None and any(f.kind in TYPED and request.form.get(f.key) for f in transition.fields)
    return transition if typed else None


def _take(row: Any, key: str, given: dict[str, Any]) -> str:
    """Apply it; 403 if no role of the principal can ever do so. At the wrong step, the flow gives the reason."""
    by = [role for transition in flow_of(row).transitions if transition.key == key for role in transition.roles]
    actor = actor_on_row(row, *(by or roles_on(row, principal())))
    require_confirmation(flow_of(row).transition(key, row.step, getattr(row, "stage", "")), request.form, given)
    transitions.apply(
        row,
        key,
        actor=actor,
        answers=given | ({SHOWN: request.args[SHOWN]} if SHOWN in request.args else {}),
        version=_version(row, key),
        draft=sent_version(None, "draft"),
        arrived_at=arrived_at(),
    )
    signed = isinstance(row, Agreement) and key in SIGNATURES
    named = signed or actor.role not in {Role.APPLICANT, Role.REVIEWER}
    return done.after(row, key, page_of(row)) if named else page_of(row)


def _version(row: Any, key: str) -> int | None:
    """The version of the row that the page showed.

    A form without one is refused as outdated where the transition keeps the step, so that the step alone would not
    tell that another person was first.
    """
    transition = flow_of(row).transition(key, row.step, getattr(row, "stage", ""))
    keeps = transition is not None and transition.target == row.step
    return sent_version(OUTDATED if keeps else None)


def _errors(transition: Transition | None, wrong: Unclear | Refused) -> dict[str, list[str]]:
    """The errors by field; empty if a reason belongs to none of them, so that the 409 page must list it."""
    if isinstance(wrong, Unclear):
        return _all_errors(transition, wrong)
    keys = {field.key for field in transition.fields} if transition else set()
    errors: dict[str, list[str]] = {}
    for reason in wrong.reasons:
        if reason.cure not in keys:
            return {}
        errors.setdefault(str(reason.cure), []).append(translate(reason))
    return errors


def _all_errors(transition: Transition | None, wrong: Unclear) -> dict[str, list[str]]:
    """What cannot be parsed, what is missing and the tick, in the order of the form."""
    missing = unanswered(transition, wrong.found) if transition else ()
    found = {str(one.cure): translate(one) for one in missing} | dict(wrong.errors)
    order = [field.key for field in transition.fields] if transition else []
    return {key: [found[key]] for key in [*order, CONFIRMED] if key in found}


def _form_again(row: Any, transition: Transition, errors: dict[str, list[str]], wrong: Exception) -> str:
    """The transition's form again, with the input and its errors, or with the reasons against it.

    Without either, another person was first. Then a form that sends a draft names the present one, and what is in it.
    """
    changed = isinstance(wrong, Stale) and _present_draft(row) is not None
    against = wrong.reasons if isinstance(wrong, Refused) and not errors else ()
    view = TransitionPage(
        transition=_while_open(row, transition),
        to=request.full_path.rstrip("?"),
        version=row.version,
        draft=_present_draft(row) if changed else sent_version(None, "draft"),
        values=request.form,
        errors=errors,
        summary=[Problem(" ".join(found), f"#{transition.key}-{key}") for key, found in errors.items()],
        back=Link(title_of(row), page_of(row) if _present_draft(row) is None else url_for("drafts.check", id=row.id)),
        reasons=_reasons(row, against),
        facts=[*_facts(row, transition.key), *(saved_draft(row) if changed else ())],
        named=named_amount(transition, request.form.get("amount", ""), _currency(row)),
        currency=_currency(row),
    )
    return page("transitions/form_again.html", view)


def _present_draft(row: Any) -> int | None:
    """The version of the draft that the form sends; None for a form that sends none."""
    sends = isinstance(row, Application) and row.step in drafts.WRITABLE and sent_version(None, "draft") is not None
    return drafts.of(row).version if sends else None


def available(row: Any, case: cases.Case | None = None, advice: Recommendation | None = None) -> list[Offer]:
    """The transitions offered to the reader, each with the reasons against it.

    case, advice: of the row and the officer's recommendation, if the caller has read both already.
    """
    return available_on([row])[0] if case is None else _offers(row, case, advice)


def available_on(rows: Sequence[Any]) -> list[list[Offer]]:
    """The transitions offered to the reader on each of several rows of one table."""
    found = zip(rows, cases.together(rows, now()), strict=True)
    return [_offers(row, case, _advice(row)) for row, case in found]


def _advice(row: Any) -> Recommendation | None:
    """The officer's recommendation, where the reader may decide on it."""
    offered = flow_of(row).offered(row.step, getattr(row, "stage", ""), roles_on(row, principal()))
    asked = isinstance(row, Application) and any(transition.key in ADVISED for transition in offered)
    return recommendation(row) if asked else None


def _offers(row: Any, case: cases.Case, advice: Recommendation | None) -> list[Offer]:
    offered = flow_of(row).offered(row.step, getattr(row, "stage", ""), roles_on(row, principal()))
    return by_weight(_offer(row, transition, case, _advised(row, transition.key, advice)) for transition in offered)


def _offer(row: Any, transition: Transition, case: cases.Case, values: Mapping[str, str]) -> Offer:
    objections = flow_of(row).objections(transition.key, case, actor_on_row(row, *transition.roles))
    return Offer(
        transition=_while_open(row, transition),
        to=url_for("transitions.apply", noun=_noun(row), id=row.id, key=transition.key),
        version=row.version,
        values=values,
        reasons=_reasons(row, objections),
        named=named_amount(transition, values.get("amount", ""), _currency(row)),
        currency=_currency(row),
    )


def _while_open(row: Any, transition: Transition) -> Transition:
    """An award says so if its call is still open: what arrives until then competes for less."""
    if transition.effect is not Effect.MAKE_AWARD or row.call.step != "open" or row.call.closes_at is None:
        return transition
    until = row.call.closes_at
    if until <= arrived_at():
        return transition
    still = gettext(
        "The call is open until %(at)s. Applications submitted by then will compete for the rest of the envelope.",
        at=instant(until),
    )
    return replace(transition, consequence=f"{gettext(transition.consequence)} {still}")


def with_consequence(
    offers: Sequence[Offer], key: str, consequence: str = "", title: str = "", *, payable: Iterable[int]
) -> list[Offer]:
    """The offers, of which this one says more exactly what it does.

    payable: the numbers of the instalments that the texts name; if others become payable, the action is refused.
    """

    def exact(one: Offer) -> Offer:
        before = one.transition
        texts = replace(before, consequence=consequence or before.consequence, title=title or before.title)
        return replace(one, transition=texts, to=f"{one.to}?{urlencode({SHOWN: shown(payable)})}")

    return [exact(one) if one.transition.key == key else one for one in offers]


def by_weight(offers: Iterable[Offer]) -> list[Offer]:
    """Offers in the order in which a page shows them; those of one weight keep their order."""
    return sorted(offers, key=lambda offer: WEIGHTS.index(offer.transition.weight))


def _reasons(row: Any, found: Iterable[Message]) -> tuple[Reason, ...]:
    return tuple(Reason(translate(reason), cure(row, reason), another=reason.cure == ANOTHER) for reason in found)


def _advised(row: Any, key: str, advice: Recommendation | None) -> dict[str, str]:
    """The officer's recommendation, as initial values for the approver who follows it; none for one who does not."""
    if key not in ADVISED or advice is None or advice.kind != key:
        return {}
    money = "" if advice.amount is None else written(advice.amount, get_currency_precision(row.call.currency))
    return {"amount": money, "conditions": advice.conditions, "feedback": advice.feedback}


def cure(row: Any, reason: Message) -> Link | None:
    """A link to the page where this reason can be resolved, or None."""
    application = application_of(row)
    if reason.cure == "fund" and isinstance(row, Call):
        return Link(gettext("View fund"), url_for("funds.show", id=row.fund_id))
    if application is None:
        return None
    organisation = application.organisation_id
    match reason.cure:
        case "checks":
            link = Link(gettext("Go to eligibility checks"), _part_of(application, "checks"))
        case "reviews":
            link = Link(gettext("View reviews"), _part_of(application, "reviews"))
        case "award":
            link = Link(gettext("View grant"), url_for("awards.of", id=application.id))
        case "organisation" if organisation in principal().organisations:
            url = url_for("organisations.show", id=organisation, _anchor="people")
            link = Link(gettext("View people in your organisation"), url)
        case _:
            return None
    return link


def _part_of(application: Application, part: str) -> str:
    return url_for("applications.show", id=application.id, _anchor=part)


def page_of(row: Any) -> str:
    """The URL of the page that shows this row."""
    if isinstance(row, Agreement):
        return url_for("awards.show", id=row.award_id)
    if isinstance(row, Assignment):
        return _page_of_assignment(row)
    if isinstance(row, Verification):
        return url_for("organisations.show", id=row.organisation_id)
    return url_for(f"{_noun(row)}.show", id=row.id)


def _page_of_assignment(row: Assignment) -> str:
    """The reviewer's page of their assignment, or their list once it has ended; for officers the list of reviewers."""
    if row.person_id != principal().id:
        return url_for("assignments.new", id=row.application_id)
    match row.step:
        case "declined":
            return url_for("reviews.index", declined=1)
        case "conflicted":
            return url_for("reviews.index", passed=1)
        case _:
            return url_for("reviews.show", id=row.id)


def _noun(row: Any) -> str:
    return next(noun for noun, model in NOUNS.items() if isinstance(row, model))


def _currency(row: Any) -> str:
    if isinstance(row, Verification):
        return ""
    application = application_of(row)
    return application.call.currency if application else row.fund.currency
