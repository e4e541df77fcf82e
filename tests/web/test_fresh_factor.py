"""Releasing payments and changing roles or factors requires a second factor that was shown a short time ago."""

from __future__ import annotations

import pytest
from flask import Flask

from config import Settings
from grants.db import db, transaction
from grants.models import Award, Batch
from grants.queries import factors
from grants.queries.sessions import Current
from grants.services import transitions
from tests import world as w
from tests.browser import Answer, Careful, browser
from tests.databases import advance
from tests.second_factors import code, give_app
from tests.web.passwords import SECOND_STEP
from workflows.engine.roles import Role
from workflows.flows.standard import FLOWS

ROUTES = {
    "duplicates.merge", "duplicates.separate", "email.change", "email.show", "factors.add_app", "factors.add_passkey",
    "factors.passkey_options", "factors.remove", "factors.renew_codes", "invitations.invite_to_role",
    "invitations.send_again", "persons.appoint", "persons.dismiss", "provider_accounts.remove", "transitions.apply",
}  # fmt: skip
"""The routes that declare it, read by eye. The one of transitions asks the row of the flow."""


def test_releasing_money_and_changing_roles_declare_it(app: Flask) -> None:
    flows = {(flow.name, one.key) for flow in FLOWS for one in flow.transitions if one.fresh_factor}

    assert flows == {("payment batch", "release")}
    assert {name for name, view in app.view_functions.items() if hasattr(view, "fresh_factor")} == ROUTES


def officer(app: Flask, settings: Settings) -> tuple[Careful, Answer]:
    """An administrator with a page of Rex that has been open for 16 minutes."""
    with app.app_context():
        with transaction():
            give_app(app, w.found().people["ada"])
        rex = w.found().people["rex"].id
    window = browser(app, "ada")
    shown = window.get(f"/people/{rex}?role=auditor&scope=everything")
    advance(settings, 16 * 60)
    return window, shown


def roles(app: Flask, name: str = "rex") -> int:
    """How many roles this person has."""
    with app.app_context():
        return len(factors.roles(w.found().people[name].id))


def assigning(shown: Answer) -> str:
    """The address of the form that assigns the role."""
    posted = (form.action for form in shown.page.forms if form.method == "post")
    return next(action for action in posted if action.startswith("/people/"))


@pytest.mark.ground("small")
def test_a_form_waits_for_the_code_and_goes_on(app: Flask, settings: Settings) -> None:
    window, shown = officer(app, settings)
    action = assigning(shown)

    asked = window.submit(shown, action, role="auditor", scope="everything")
    before = roles(app)
    kept = window.submit(asked, SECOND_STEP, code=code(app))
    done = window.submit(kept, action)

    assert (asked.status_code, asked.page.h1, before) == (401, "Confirm that it is you", 1)
    assert "Assign role" in asked.page.text
    assert (kept.status_code, kept.page.h1) == (200, "You have confirmed that it is you")
    assert (done.status_code, roles(app)) == (302, 2)


@pytest.mark.ground("small")
def test_a_wrong_code_keeps_the_form(app: Flask, settings: Settings) -> None:
    window, shown = officer(app, settings)
    action = assigning(shown)
    asked = window.submit(shown, action, role="auditor", scope="everything")

    wrong = window.submit(asked, SECOND_STEP, code="000000")
    kept = window.submit(wrong, SECOND_STEP, code=code(app))

    assert wrong.status_code == 422
    assert kept.page.form(action).fields["role"] == ["auditor"]


@pytest.mark.ground("small")
def test_unguarded_an_old_session_changes_roles(
    app: Flask, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Counter-test."""
    window, shown = officer(app, settings)
    action = assigning(shown)
    monkeypatch.setattr(Current, "is_fresh", lambda *_: True)

    window.submit(shown, action, role="auditor", scope="everything")

    assert roles(app) == 2


@pytest.mark.ground("active")
def test_payments_are_released_after_a_fresh_factor(app: Flask, settings: Settings) -> None:
    batch = approved(app)
    with app.app_context(), transaction():
        give_app(app, w.found().people["fritz"])
    window = browser(app, "fritz")
    shown = window.get(f"/batches/{batch}")
    advance(settings, 16 * 60)

    asked = window.submit(shown, "/transitions/release", confirmed="yes")
    before = step(app, batch)
    kept = window.submit(asked, SECOND_STEP, code=code(app))
    done = window.submit(kept, "/transitions/release")

    assert (asked.status_code, before) == (401, "approved")
    assert (done.status_code, step(app, batch)) == (302, "released")


def approved(app: Flask) -> int:
    """The number of a batch that can be released."""
    with app.app_context():
        world = w.found()
        made = w.batch(world, *db.session.query(Award))
        with transaction():
            transitions.apply(made, "approve", actor=world.actor("fox", Role.FINANCE))
        return made.id


def step(app: Flask, batch: int) -> str:
    """The step of a batch."""
    with app.app_context():
        return db.session.get_one(Batch, batch).step
