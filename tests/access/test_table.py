"""Every endpoint × method × role × own or other object has an expected result, and the application gives it.

A permitted request succeeds, and a refused one fails because of the person alone: both send the same form, about
objects at the step where the request is allowed. The counter-tests remove the guards, and the refused request succeeds.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import true

from grants.access import principals, ties
from grants.access.permissions import ALLOWED, Permission
from grants.access.principals import application_of
from grants.db import db
from grants.demo.page_reader import Page
from grants.models import Organisation
from grants.queries import calls, closures, organisations
from grants.services import authority, persons
from grants.web.persons import account_view, person_view
from grants.web.site import authorization, idempotency, sending
from grants.web.site.idempotency import idempotent, not_idempotent
from tests.access.cast import ACTORS, SCOPED, WITHOUT_LIMIT
from tests.access.forms import SENT
from tests.access.stage import REDIRECTS, Stage
from tests.access.table import MEANING, Row, attempt, form, named, page, replay, rows, verdict
from tests.access.twice import sent_twice
from tests.browser import without_key
from tests.parsed import Parsed
from tests.sweeps import swept
from workflows.engine.roles import Actor, Role
from workflows.flows import agreement, assignment, call, payment, report
from workflows.programmes import programmes


def test_every_route_has_its_rows(flow_row: Flask) -> None:
    served = {
        (rule.endpoint, method)
        for rule in flow_row.url_map.iter_rules()
        for method in rule.methods or ()
        if method not in {"HEAD", "OPTIONS"}
    }

    assert served - {(row.endpoint, row.method) for row in rows()} == set()
    assert {(row.endpoint, row.method) for row in rows()} - served == set()


OTHERS = (
    ("assignments", assignment.FLOW),
    ("agreements", agreement.FLOW),
    ("reports", report.FLOW),
    ("batches", payment.BATCH),
    ("calls", call.FLOW),
)


def test_every_transition_that_a_person_may_apply_has_its_row() -> None:
    applications = [
        (f"applications/{{}}/{transition.key}", transition)
        for p in programmes().values()
        for transition in p.flow.transitions
    ]
    others = [(f"{noun}/{{}}/{transition.key}", transition) for noun, flow in OTHERS for transition in flow.transitions]
    wanted = {name for name, transition in applications + others if set(transition.roles) - {Role.CLOCK}}
    written = {
        f"{noun}/{{}}/{key}"
        for noun, _, _, key in (row.path.strip("/").split("/") for row in rows() if "/transitions/" in row.path)
    }

    assert wanted - written == set()


def test_the_table_is_whole() -> None:
    assert {len(row.verdicts) for row in rows()} == {len(ACTORS)}
    assert {mark for row in rows() for mark in row.verdicts} <= set(MEANING)
    assert len({row.id for row in rows()}) == len(rows())


def test_every_permitted_request_has_a_form_and_an_object(stage: Stage) -> None:
    changing = {row.path for row in rows() if row.method != "GET" and row.allowed}

    assert changing - set(SENT) == set(), "an allowed row does not say what it sends"
    assert set(SENT) - changing == set(), "a form that no row sends"
    assert [row.path for row in rows() if "{" in stage.filled(row.path)] == [], "a thing that the cast does not have"


def test_every_changing_request_is_permitted_to_someone() -> None:
    assert [row.id for row in rows() if row.method != "GET" and not row.allowed] == []


@pytest.mark.parametrize("row", swept(named(rows()), lambda row: (row.noun, row.method == "GET")))
def test_who_succeeds(stage: Stage, row: Row) -> None:
    found = replay(stage, row)

    assert found == row.verdicts, {
        actor: f"{MEANING.get(real, real)}, not {MEANING[wanted]}"
        for actor, wanted, real in zip(ACTORS, row.verdicts, found, strict=True)
        if real != wanted
    }


def test_an_empty_form_is_no_success(stage: Stage) -> None:
    """Counter-test: a request that passed the permission and failed afterwards is detected."""
    row = next(row for row in rows() if row.endpoint == "funds.receive")

    assert verdict(attempt(stage, row, "fin", {"title": "", "idempotency_key": "one"}), row) == "2"


def test_a_call_at_the_wrong_step_is_no_success(stage: Stage) -> None:
    """Counter-test: a transition that was already applied is detected."""
    row = next(row for row in rows() if row.path.endswith("{checked}/transitions/pass"))
    late = Row(row.endpoint, row.method, row.path.replace("checked", "panel"), row.verdicts)

    assert verdict(attempt(stage, late, "off", {"idempotency_key": "one"}), late) == "9"


FILTER, PERMISSION, ROLE = "the filter of what one may see", "the permission", "the role on this very thing"


class Guards:
    """The guards of a view, each of which can be removed by its name."""

    def __init__(self, stage: Stage, row: Row, patch: pytest.MonkeyPatch) -> None:
        self.view, self.patch = stage.app.view_functions[row.endpoint], patch
        patch.setattr(
            authority, "confirm", lambda *_, **__: None
        )  # the second look of the commands has tests of its own
        self.left = {FILTER, PERMISSION, ROLE}

    def remove(self, *names: str) -> None:
        """Remove these guards."""
        for name in names:
            getattr(self, {FILTER: "_show_everything", PERMISSION: "_permit", ROLE: "_act"}[name])()
        self.left -= set(names)

    def _show_everything(self) -> None:
        """Everywhere, because the queries of a view and the options of its form apply the same filter again."""
        asking = [module for name, module in sys.modules.items() if name.startswith("grants.queries.")]
        for module in (authorization, *(module for module in asking if hasattr(module, "visible"))):
            self.patch.setattr(module, "visible", lambda *_: true())
        self.patch.setattr(calls, "programmes_of", lambda _: tuple(programmes()))
        self.patch.setattr(person_view, "_unlimited", lambda: True)
        self.patch.setattr(organisations, "chosen", lambda _: db.session.query(Organisation).all())

    def _permit(self) -> None:
        self.patch.setattr(self.view, "permission", None)
        self.patch.setattr(account_view, "reasons_to_stay", lambda _: [])  # it refuses what everybody may else do
        self.patch.setattr(closures, "obstacles", lambda _: [])

    def _act(self) -> None:
        self.patch.setattr(authorization, "actor_on", _any_actor)
        self.patch.setattr(authorization, "actor_in", _any_creator)


def _any_actor(row: Any, principal: Any, roles: Any) -> Actor:
    """Let any person act in the first of the roles."""
    role = next(iter(roles))
    application = application_of(row)
    behalf = application.organisation_id if application and role is Role.APPLICANT else None
    return Actor(person=principal.id, role=role, on_behalf_of=behalf)


def _any_creator(principal: Any, permission: Permission, **_: Any) -> Actor:
    """Let any person create an object in the first of the permitted roles."""
    return Actor(person=principal.id, role=min(ALLOWED[permission]))


ASKED = ("aud", "other", "app", "rev", "off", "off2", "conf", "fin", "adm", "own")
"""The order of the actors: first those who took no part in the objects, because taking part is a reason to refuse."""

REFUSED = [
    pytest.param(row, actor, id=f"{row.id}, {actor}, {MEANING[mark]}")
    for row in rows()
    for mark in "34"
    for actor in [actor for actor in ASKED if row.verdicts[ACTORS.index(actor)] == mark][:1]
]
"""Each row, with an actor who is not permitted, and one who must not know that the object exists."""


def guarding(row: Row, actor: str) -> str:
    """The guard that refuses the row to the actor."""
    if row.verdicts[ACTORS.index(actor)] == "4":
        return FILTER
    return ROLE if row.endpoint == "transitions.apply" else PERMISSION


APPLIED = {"/invitations/{role_invitation}/again", "/invitations/{role_invitation}/withdraw"}
"""Rows that only applicants must not know; that they have applied is a further reason to refuse."""


@pytest.mark.parametrize(("row", "actor"), swept(REFUSED, lambda row, actor: (row.noun, guarding(row, actor))))
def test_without_its_guard_a_refused_call_succeeds(
    stage: Stage, row: Row, actor: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A 404 comes from the filter, a 403 from the permission or, for a transition, from the role.

    The request is still refused without the other two guards; once this guard is removed too, the page is shown or the
    change is made.
    """
    guards, mark = Guards(stage, row, monkeypatch), row.verdicts[ACTORS.index(actor)]
    data, last = form(stage, row, actor), guarding(row, actor)
    if row.path in APPLIED:
        monkeypatch.setattr(persons, "expect_impartial", lambda *_, **__: None)
    guards.remove(*guards.left - {last})
    still = verdict(attempt(stage, row, actor, data), row)
    guards.remove(last)

    assert (still, verdict(attempt(stage, row, actor, data), row)) == (mark, "+")


FREE = {actor: next(name for name, held in WITHOUT_LIMIT.items() if held == role) for actor, role in SCOPED.items()}

LIMITED = [
    pytest.param(row, actor, id=f"{row.id}, {actor}")
    for row in rows()
    for actor in [actor for actor, free in FREE.items() if actor in row.refused and free in row.allowed][:1]
]
"""Each row with an actor who is refused only because their role is limited to a programme or call."""


@pytest.mark.parametrize(("row", "actor"), swept(LIMITED, lambda row, actor: (row.noun, actor)))
def test_without_its_limit_a_role_succeeds(stage: Stage, row: Row, actor: str, monkeypatch: pytest.MonkeyPatch) -> None:
    real = principals.scope_of

    def everywhere(appointments: Iterable[ties.Tie]) -> Any:
        held, codes = real(appointments)
        return dict.fromkeys(held), codes

    data = form(stage, row, actor)
    still = verdict(attempt(stage, row, actor, data), row)
    monkeypatch.setattr(principals, "scope_of", everywhere)

    assert still in "34"
    assert verdict(attempt(stage, row, actor, data), row) == "+"


@pytest.mark.parametrize("path", ["/applications", "/funds", "/office/calls", "/awards", "/reports", "/people"])
def test_without_its_permission_the_public_reads_a_list(
    stage: Stage, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = next(row for row in rows() if row.id == f"GET {path}")
    Guards(stage, row, monkeypatch).remove(PERMISSION)

    assert verdict(attempt(stage, row, "anon"), row) == "+"


def test_every_permission_guards_a_row(flow_row: Flask) -> None:
    """A wider permission is detected: a person without it is refused by it alone, as the counter-tests show."""
    asked = {
        getattr(flow_row.view_functions[row.endpoint], "permission", None)
        for row in rows()
        if "3" in row.verdicts[1:] and row.endpoint != "transitions.apply"
    }

    assert set(Permission) - asked == {Permission.SEE_INBOX}, "only the inbox is everybody's"


def test_a_route_that_declares_nothing_does_not_start() -> None:
    app = Flask("undeclared")
    app.add_url_rule("/open", "open", lambda: "")

    with pytest.raises(authorization.Undeclared, match="declares no permission"):
        authorization.require_declarations(app)


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_a_changing_route_that_is_neither_idempotent_nor_exempt_does_not_start(method: str) -> None:
    app = Flask("undeclared")
    app.add_url_rule("/open", "open", authorization.open_to_all(lambda: ""), methods=[method])

    with pytest.raises(authorization.Undeclared, match="declares neither idempotency nor why it needs none"):
        authorization.require_declarations(app)


def test_a_changing_route_that_is_exempt_without_a_reason_does_not_start() -> None:
    app = Flask("undeclared")
    view = not_idempotent("")(authorization.open_to_all(lambda: ""))
    app.add_url_rule("/open", "open", view, methods=["POST"])

    with pytest.raises(authorization.Undeclared, match="nor why it needs none"):
        authorization.require_declarations(app)


def test_a_view_that_does_not_load_its_id_does_not_start() -> None:
    app = Flask("undeclared")

    @app.post("/things/<int:id>")
    @authorization.permitted(Permission.SEE_INBOX)
    @idempotent
    def show(id: int) -> Any:
        return str(id)

    with pytest.raises(authorization.Undeclared, match="does not load it"):
        authorization.require_declarations(app)


EXEMPT = {
    "documents.check", "email.change", "factors.add_app", "factors.add_passkey", "factors.passkey_options",
    "factors.renew_codes", "invitations.accept", "links.use", "own_data.close", "password.change",
    "provider_accounts.begin",
    "registrations.create", "registrations.create_for", "registrations.use", "second_step.create",
    "second_step.passkey_options", "second_step.use_passkey", "sessions.create", "sessions.end",
    "unsubscriptions.use",
}  # fmt: skip
CHANGING = [row for row in rows() if row.method != "GET" and row.endpoint not in EXEMPT]
MADE_ANEW = ("/calls/{call}/apply", "/funds/{fund}/envelope", "/office/calls/new")
"""Requests that only the key protects from being applied twice."""


def test_the_routes_without_a_key_are_these(flow_row: Flask) -> None:
    reasons = {
        rule.endpoint: getattr(flow_row.view_functions[rule.endpoint], "idempotency", "")
        for rule in flow_row.url_map.iter_rules()
        if "POST" in (rule.methods or ())
    }

    assert {endpoint for endpoint, reason in reasons.items() if reason != sending.KEY} == EXEMPT
    assert [reasons[endpoint] for endpoint in EXEMPT if len(reasons[endpoint].split()) < 4] == []


@pytest.mark.parametrize("row", swept(named(row for row in rows() if row.method == "GET"), lambda row: row.noun))
def test_every_form_of_every_page_carries_a_key(stage: Stage, row: Row) -> None:
    keyless = {}
    for actor in row.allowed:
        answer = page(stage, row, actor)
        if answer.mimetype == "text/html":
            keyless[actor] = without_key(Parsed(answer.get_data(as_text=True)))

    assert {actor: forms for actor, forms in keyless.items() if forms} == {}


@pytest.mark.parametrize("field", ["", '<input type="hidden" name="idempotency_key" value="">'])
def test_a_form_without_key_is_found(field: str) -> None:
    """Counter-test."""
    assert without_key(Page(f'<form method="post" action="/batches">{field}</form>')) == ["/batches"]


TWICE = [row for row in CHANGING if row.endpoint != "account.end_session"]
"""All but the form that ends, in the table, the session that would send it again."""


@pytest.mark.parametrize("row", swept(named(TWICE), lambda row: row.noun))
def test_a_form_sent_twice_has_one_effect_and_one_answer(stage: Stage, row: Row) -> None:
    (first, second), (before, between, after) = sent_twice(stage, row)

    assert first[0] in REDIRECTS
    assert before != between, "the first sending has its effect"
    assert between == after
    assert first == second


@pytest.mark.parametrize("path", MADE_ANEW)
def test_without_the_mechanism_a_form_sent_twice_has_two_effects(
    stage: Stage, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Counter-test: a double click creates two drafts, two allocations, two calls."""
    monkeypatch.setattr(idempotency, "_answer", lambda do: do())

    _, (before, between, after) = sent_twice(stage, next(row for row in CHANGING if row.path == path))

    assert before != between, "the first sending has its effect"
    assert between != after, "and so has the second"
