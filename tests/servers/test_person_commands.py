"""`grants person` and `grants role`: accounts and roles from the command line, before anybody can sign in."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

import pytest
from click.testing import CliRunner
from flask import Flask

import config
from config import Settings
from grants.cli import main
from grants.db import db, transaction
from grants.models import Assignment, Event, Link, Membership, Person, SignIn
from grants.queries import factors
from grants.queries import links as stored
from grants.queries import persons as found
from grants.services import persons, transitions
from grants.services.reviews import assignments
from tests import world as w
from tests.browser import confirmed_session
from tests.locks import recorded
from tests.second_factors import give_app
from workflows.engine.roles import Role

pytestmark = pytest.mark.sweep

Run = Callable[..., tuple[int, str]]
TOKEN = re.compile(r"http://localhost:8000/link/([\w-]{43})\n")


@pytest.fixture
def run(app: Flask, settings: Settings) -> Run:
    """Run a command on the database of the test; its exit status and what it printed."""
    public = replace(settings, public_url="http://localhost:8000")

    def command(*words: str) -> tuple[int, str]:
        done = CliRunner().invoke(main, list(words), env=config.exported(public))
        assert done.exception is None or isinstance(done.exception, SystemExit), done.exc_info
        return done.exit_code, done.output

    return command


def events(address: str) -> list[tuple[str, str, str]]:
    """The history of a person: key, role and channel."""
    one = found.at(address)
    assert one is not None
    rows = db.session.query(Event).filter_by(subject="person", subject_id=one.id).order_by(Event.number)
    return [(row.key, row.role, row.via) for row in rows]


def works(token: str) -> bool:
    """Whether a link still works."""
    return stored.live(token) is not None


def test_the_first_administrator_is_made_with_two_commands(app: Flask, run: Run) -> None:
    status, printed = run("person", "add", " Ada@Example.org", "--name", "Ada  Obi\n", "--timezone", "Africa/Lagos")
    given = run("role", "give", "ada@example.org", "administrator")

    token = TOKEN.search(printed)
    assert (status, token is not None, given) == (0, True, (0, "Ada  Obi now has the role: Administrator.\n"))
    with app.app_context():
        ada = found.at("ada@example.org")
        assert ada is not None
        assert (ada.timezone, ada.language, ada.password_hash) == ("Africa/Lagos", "en", None)
        assert [*map(persons_role, found.held(ada))] == [("administrator", None, None)]
        assert token is not None
        assert works(token[1])
        as_command = [(key, "clock", "command") for key in ("add", "link", "appoint")]
        assert events("ada@example.org") == as_command


def persons_role(row: object) -> tuple[object, ...]:
    """Role and scope of an appointment."""
    return tuple(getattr(row, name) for name in ("role", "programme", "call_id"))


def test_a_new_link_replaces_the_earlier_one(app: Flask, run: Run) -> None:
    printed = [run("person", "add", "ada@example.org", "--name", "Ada"), run("person", "link", "ADA@example.org")]
    older, newer = (TOKEN.search(text) for _, text in printed)

    assert older is not None
    assert newer is not None
    with app.app_context():
        assert (works(older[1]), works(newer[1])) == (False, True)


@pytest.mark.ground("small")
def test_people_are_listed_with_their_roles(run: Run) -> None:
    run("role", "give", "olga@example.org", "reviewer", "--programme", "BTN-L")

    status, printed = run("person", "list")

    lines = printed.splitlines()
    assert (status, lines) == (0, sorted(lines))
    assert "olga@example.org  Olga (demo)  Programme officer; Reviewer, programme BTN-L  (no password yet)" in lines, (
        printed
    )


@pytest.mark.ground("in_review")
def test_an_account_ends_with_everything_it_gave(app: Flask, run: Run, settings: Settings) -> None:
    with app.app_context(), transaction():
        world = w.found()
        rex, olga = world.people["rex"], world.actor("olga", Role.OFFICER)
        assignments.assign(application=w.first(), reviewer=rex, actor=olga)
        confirmed_session(rex, settings)
    run("person", "link", "rex@example.org")

    status, printed = run("person", "end", "rex@example.org")

    assert (status, printed.splitlines()[1:]) == (0, ["Ended: Reviewer."])
    with app.app_context():
        row = found.at("rex@example.org")
        assert row is not None
        assert row.ended_at is not None
        assert (found.held(row), db.session.query(SignIn).count(), db.session.query(Link).count()) == ([], 0, 0)
        assert [one.step for one in db.session.query(Assignment).filter_by(person_id=row.id)] == ["released"]
        assert events("rex@example.org")[-2:] == [("dismiss", "clock", "command"), ("end", "clock", "command")]
    assert run("person", "end", "rex@example.org")[0] == 1


@pytest.mark.ground("small")
def test_lost_second_factors_are_reset_with_a_reason(app: Flask, run: Run) -> None:
    with app.app_context(), transaction():
        give_app(app, w.found().people["fay"])

    status, printed = run("person", "reset-factors", "fay@example.org", "--reason", "Lost the phone")
    without, _ = run("person", "reset-factors", "fay@example.org", "--reason", "  ")

    assert (status, without) == (0, 1)
    assert printed == "Fay (demo) has no second factor now (1 removed) and is signed out. An email says so.\n"
    with app.app_context():
        assert factors.of(w.found().people["fay"].id) == []
        assert events("fay@example.org")[-1] == ("reset_factors", "clock", "command")


@pytest.mark.ground("small")
def test_a_contact_whose_account_ends_no_longer_acts_for_the_organisation(app: Flask, run: Run) -> None:
    status, printed = run("person", "end", "mg1@example.org")

    assert (status, printed.splitlines()[1:]) == (0, ["No longer acts for Chapter MG."])
    with app.app_context():
        row = found.at("mg1@example.org")
        assert row is not None
        assert [one.ended_at is None for one in db.session.query(Membership).filter_by(person_id=row.id)] == [False]


@pytest.mark.ground("small")
def test_a_role_is_given_and_ended_within_its_scope(app: Flask, run: Run) -> None:
    with app.app_context():
        call = str(w.found().calls["BTN-S"].id)
    given = run("role", "give", "rex@example.org", "officer", "--call", call)
    elsewhere = run("role", "end", "rex@example.org", "officer")
    ended = run("role", "end", "rex@example.org", "officer", "--call", call)

    scope = f"Programme officer, call {call}"
    assert given == (0, f"Rex (demo) now has the role: {scope}.\n")
    assert elsewhere == (
        1,
        f"Error: Rex (demo) does not have this role with this scope. Roles of this person: {scope}; Reviewer.\n",
    )
    assert ended == (0, f"Rex (demo) no longer has the role: {scope}.\n")


@pytest.mark.ground("small")
def test_ending_the_last_administrator_says_how_to_make_another(app: Flask, run: Run) -> None:
    with app.app_context():
        administrators = [p.email for p in w.found().people.values() if ("administrator", None, None) in roles(p)]
    printed = [run("role", "end", address, "administrator")[1] for address in administrators]

    assert printed[-1].endswith(
        "No administrator for all programmes is left. Assign one with `grants role give EMAIL administrator`.\n"
    )


def roles(person: Person) -> list[tuple[object, ...]]:
    """The roles of a person with their scope."""
    return [persons_role(row) for row in found.held(person)]


REFUSED = {
    (
        "person",
        "add",
        "olga@example.org",
        "--name",
        "Olga",
    ): "An account with this email address already exists: Olga (demo). `grants person link` prints a new link.",
    ("person", "add", "olga", "--name", "Olga"): "Enter an email address such as name@example.org.",
    ("person", "add", "a b@example.org", "--name", "Olga"): "Enter an email address such as name@example.org.",
    ("person", "add", "ann@example.org", "--name", " "): "Enter a name of 1 to 200 characters.",
    ("person", "add", "ann@example.org", "--name", "Ann", "--language", "french"): "Enter a language as one of these "
    "codes: en, fr, es, ar.",
    ("person", "add", "ann@example.org", "--name", "Ann", "--timezone", "Paris"): "Enter a time zone such as "
    "Europe/Paris.",
    ("person", "end", "ann@example.org"): "There is no account with the email address ann@example.org. "
    "`grants person list` lists all accounts.",
    ("person", "link", "ann@example.org"): "There is no account with the email address ann@example.org. "
    "`grants person list` lists all accounts.",
    ("role", "give", "ann@example.org", "officer"): "There is no account with the email address ann@example.org. "
    "`grants person list` lists all accounts.",
    ("role", "give", "olga@example.org", "king"): "There is no role king. Roles: officer, approver, finance, auditor, "
    "administrator, reviewer.",
    ("role", "give", "olga@example.org", "applicant"): "There is no role applicant. Roles: officer, approver, finance, "
    "auditor, administrator, reviewer.",
    ("role", "give", "olga@example.org", "officer"): "This person already has this role.",
    ("role", "give", "olga@example.org", "finance", "--programme", "X"): "There is no programme X. Programmes: "
    "BTN-L, BTN-S, DRR, RES.",
    ("role", "give", "olga@example.org", "finance", "--call", "99"): "There is no call 99.",
    ("role", "give", "olga@example.org", "finance", "--call", "9" * 12): f"There is no call {'9' * 12}.",
    ("role", "give", "olga@example.org", "finance", "--call", "one"): "There is no call one.",
    ("role", "give", "olga@example.org", "finance", "--call", "1", "--programme", "RES"): "Give either --programme or "
    "--call.",
    (
        "role",
        "end",
        "olga@example.org",
        "finance",
    ): "Olga (demo) does not have this role with this scope. Roles of this person: Programme officer.",
}


@pytest.mark.ground("small")
@pytest.mark.parametrize("words", REFUSED, ids=" ".join)
def test_what_cannot_be_done_is_refused_with_a_sentence(app: Flask, run: Run, words: tuple[str, ...]) -> None:
    with app.app_context():
        before = db.session.query(Event).count()

    assert run(*words) == (1, f"Error: {REFUSED[words]}\n")
    with app.app_context():
        assert db.session.query(Event).count() == before


def test_an_address_of_an_ended_account_is_not_given_again(app: Flask, run: Run) -> None:
    run("person", "add", "ada@example.org", "--name", "Ada")
    run("person", "end", "ada@example.org")

    again = run("person", "add", "ada@example.org", "--name", "Ada")[1]
    assert again.startswith("Error: The account with this email address was closed on ")
    assert run("person", "link", "ada@example.org")[1].startswith("Error: The account of Ada was closed on ")
    assert run("person", "list") == (0, "ada@example.org  Ada  (closed)\n")


def test_without_tables_the_command_says_what_to_do(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    with_nothing = replace(config.read(), database_url="", instance=config.ROOT / "nowhere")
    monkeypatch.setattr(config, "read", lambda: with_nothing)

    status, printed = run("person", "list")

    assert status == 1
    assert printed.startswith("Error: No database is reachable for the instance ")


@pytest.mark.ground("in_review")
@pytest.mark.parametrize("name", ["mg1", "rex", "olga"])
def test_an_account_ends_in_the_order_of_the_locks(app: Flask, name: str) -> None:
    with app.app_context(), transaction():
        world = w.found()
        assignments.assign(application=w.first(), reviewer=world.people["rex"], actor=world.actor("olga", Role.OFFICER))
    with recorded(app) as locks, app.app_context(), transaction():
        person = db.session.get_one(Person, w.found().people[name].id)
        persons.end(person, actor=w.SYSTEM, apply=transitions.apply)

    assert locks.findings == []
