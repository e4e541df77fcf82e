"""Mails and letters reach and name only people who see the application, in the role that they are written to in.

The permission is checked when the mail is queued, and again when the worker writes it. Counter-tests remove one check.
"""

from __future__ import annotations

from collections.abc import Callable
from email.message import Message as Email
from typing import Any

import pytest
from flask import Flask

from config import Settings
from grants.access.principals import load_principal
from grants.access.visibility import visible
from grants.db import Side, db, now, transaction
from grants.jobs import entitlement, mailing, processing
from grants.models import Application, Appointment, Award, Conflict, DocumentSnapshot, Membership, Outbox, Person
from grants.queries import recipients
from grants.services import persons, transitions
from grants.services.reviews import assignments
from tests import world as w
from tests.browser import named
from workflows.engine.roles import Role

pytestmark = [pytest.mark.ground("awarded"), pytest.mark.sweep]
REASON = "The school has closed meanwhile, and nobody else would keep the mast; we are sorry to say so."


@pytest.fixture
def world(app: Flask) -> w.World:
    """The people of the test data."""
    with app.app_context():
        return w.found()


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The addresses to which a worker delivers a mail."""
    found: list[str] = []

    def keep(_: Settings, message: Email) -> None:
        found.append(str(message["To"]))

    monkeypatch.setattr(mailing, "deliver", keep)
    return found


def application() -> Application:
    """The application of the award."""
    return db.session.query(Award).one().application


def join(name: str) -> None:
    """Become a member of the applicant."""
    persons.join(named(name), application().organisation, actor=w.SYSTEM)


def declare(name: str) -> None:
    """Declare a conflict of interest."""
    db.session.add(Conflict(application_id=application().id, person_id=named(name).id, kinds="family"))
    w.recorded()


def end_role(name: str) -> None:
    """Lose every role."""
    for row in db.session.query(Appointment).filter_by(person_id=named(name).id, ended_at=None):
        persons.dismiss(row, actor=w.SYSTEM, apply=transitions.apply)


def narrow(name: str) -> None:
    """Keep the same roles in another programme only."""
    held = db.session.query(Appointment).filter_by(person_id=named(name).id, ended_at=None).all()
    end_role(name)
    for row in held:
        persons.appoint(named(name), Role(row.role), programme="RES", actor=w.SYSTEM)


def close_account(name: str) -> None:
    """Lose the account."""
    named(name).ended_at = now()
    w.recorded()


LOSSES = [join, declare, end_role, narrow, close_account]


def to(role: Role) -> set[str]:
    """The names of the recipients in that role."""
    return {person.email.split("@")[0] for person in recipients.of(application(), role)}


@pytest.mark.parametrize("lose", LOSSES)
@pytest.mark.parametrize(("name", "role"), [("pia", Role.APPROVER), ("olga", Role.OFFICER), ("fay", Role.FINANCE)])
def test_who_does_not_see_the_application_is_not_written_to(
    app: Flask, name: str, role: Role, lose: Callable[[str], None]
) -> None:
    with app.app_context():
        before = to(role)
        with transaction():
            lose(name)

        assert name in before
        assert to(role) == before - {name}


def test_the_recipients_are_those_whom_the_filter_of_pages_shows_the_application(app: Flask) -> None:
    sides = {Role.OFFICER: Side.OFFICE, Role.FINANCE: Side.FINANCE, Role.APPLICANT: Side.APPLICANT}
    with app.app_context():
        for name, lose in (("omar", join), ("fox", declare), ("fritz", narrow)):
            with transaction():
                lose(name)
        for role, side in sides.items():
            shown = {
                person.email.split("@")[0]
                for person in db.session.query(Person)
                if role in load_principal(person).roles
                and db.session.query(Application)
                .filter(visible(Application, load_principal(person).limited_to({role}), (side,)))
                .count()
            }
            assert to(role) == shown


def queued(app: Flask) -> list[str]:
    """The recipients of the mail to officers that is queued when the grantee declines the award."""
    with app.app_context():
        newest = max(row.id for row in db.session.query(Outbox))
        w.apply(w.found(), application(), "turn_down", "mg1", Role.APPLICANT, reason=REASON)
        mails = db.session.query(Outbox).filter(Outbox.kind == "mail", Outbox.id > newest).order_by(Outbox.id)
        return [db.session.get_one(Person, row.args["person"]).email.split("@")[0] for row in mails]


def test_an_officer_who_joined_the_applicant_is_not_mailed(app: Flask) -> None:
    with app.app_context(), transaction():
        join("olga")

    assert queued(app) == ["omar"]


def test_without_the_filter_the_officer_is_mailed(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Counter-test: the mail about a declined award goes to a member of the grantee."""
    monkeypatch.setattr(recipients, "shown", lambda _, asked: set(asked))
    with app.app_context(), transaction():
        join("olga")

    assert queued(app) == ["olga", "omar"]


def contact(app: Flask) -> str:
    """The name of the contact in the receipt for another application of the chapter."""
    with app.app_context():
        w.submitted(w.found())
        newest = db.session.query(DocumentSnapshot).order_by(DocumentSnapshot.document_id.desc()).limit(1).one()
        data: Any = newest.data
        return str(data["contact"]["name"])


def test_a_letter_names_a_contact_who_sees_the_application(app: Flask) -> None:
    with app.app_context(), transaction():
        join("olga")

    assert contact(app) == "Omar (demo)"


def test_without_the_filter_a_letter_names_a_member_of_the_applicant(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Counter-test."""
    monkeypatch.setattr(recipients, "shown", lambda _, asked: set(asked))
    with app.app_context(), transaction():
        join("olga")

    assert contact(app) == "Olga (demo)"


def test_the_contact_is_an_officer_who_has_not_lost_the_role(app: Flask) -> None:
    assert contact(app) == "Olga (demo)"


def written(app: Flask) -> dict[str, str]:
    """Let a worker write the newest mails; return why each was not sent, by the name of its recipient."""
    with app.app_context():
        mails = [row.id for row in db.session.query(Outbox).filter_by(kind="mail", done_at=None).order_by(Outbox.id)]
        assert processing.work(mails) == len(mails)
        db.session.remove()
        rows = [db.session.get_one(Outbox, id) for id in mails]
        assert all(row.done_at and not row.dead_at for row in rows)
        return {db.session.get_one(Person, row.args["person"]).email.split("@")[0]: row.problem for row in rows}


@pytest.mark.parametrize("lose", LOSSES)
def test_who_loses_the_right_before_the_mail_is_written_gets_none(
    app: Flask, sent: list[str], lose: Callable[[str], None]
) -> None:
    queued(app)
    with app.app_context(), transaction():
        lose("olga")

    found = written(app)

    assert "olga@example.org" not in sent
    assert "omar@example.org" in sent
    assert (found["olga"], found["omar"]) == (entitlement.LOST, "")


def test_without_the_second_look_the_mail_is_sent(app: Flask, sent: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Counter-test."""
    queued(app)
    with app.app_context(), transaction():
        join("olga")
    monkeypatch.setattr(recipients, "shown", lambda _, asked: set(asked))

    written(app)

    assert "olga@example.org" in sent


def test_a_member_who_left_the_applicant_gets_no_mail(app: Flask, sent: list[str]) -> None:
    with app.app_context(), transaction():
        db.session.query(Membership).filter_by(person_id=named("mg2").id).one().ended_at = now()
        w.recorded()

    found = written(app)

    assert {"mg1@example.org"} == {address for address in sent if address.startswith("mg")}
    assert (found["mg1"], found["mg2"]) == ("", entitlement.LOST)


@pytest.mark.parametrize("lose", [join, declare, end_role, close_account])
def test_a_reviewer_is_invited_only_while_they_may_review(
    app: Flask, sent: list[str], lose: Callable[[str], None]
) -> None:
    with app.app_context():
        world = w.found()
        row = w.in_review(world, chapter="bo")
        for name in ("ria", "rob"):
            with transaction():
                assignments.assign(
                    application=row, reviewer=world.people[name], actor=world.actor("olga", Role.OFFICER)
                )
        with transaction():
            match lose.__name__:
                case "join":
                    persons.join(named("rob"), row.organisation, actor=w.SYSTEM)
                case "declare":
                    db.session.add(Conflict(application_id=row.id, person_id=named("rob").id, kinds="family"))
                    w.recorded()
                case _:
                    lose("rob")

    found = written(app)

    assert (found["ria"], found["rob"]) == ("", entitlement.LOST)
    assert sent.count("rob@example.org") < sent.count("ria@example.org")


def test_an_invitation_that_was_declined_is_not_mailed(app: Flask, sent: list[str]) -> None:
    with app.app_context():
        world = w.found()
        row = w.in_review(world, chapter="bo")
        with transaction():
            officer = world.actor("olga", Role.OFFICER)
            asked = assignments.assign(application=row, reviewer=world.people["rob"], actor=officer)
        with transaction():
            transitions.apply(asked, "decline", actor=world.actor("rob", Role.REVIEWER), answers={"reason": REASON})

    assert written(app)["rob"] == entitlement.LOST
    assert sent.count("rob@example.org") == 1, "only the invitation to review the application that was awarded"


@pytest.mark.parametrize("page", ["applications", "awards"])
def test_a_mail_queued_by_an_earlier_release_is_looked_at_too(app: Flask, sent: list[str], page: str) -> None:
    """Its row names neither application nor role: the link leads to the application, and any role counts."""
    queued(app)
    with app.app_context():
        with transaction():
            award = db.session.query(Award).one()
            path = f"/{page}/{award.id if page == 'awards' else award.application_id}"
            for row in db.session.query(Outbox).filter_by(kind="mail", done_at=None):
                kept = {key: value for key, value in row.args.items() if key not in {"application", "role"}}
                row.args = kept | {"path": path}
        with transaction():
            declare("olga")

    assert written(app)["olga"] == entitlement.LOST
    assert {"omar@example.org", "mg1@example.org"} <= set(sent)


def test_every_mail_states_its_application_and_role(app: Flask) -> None:
    queued(app)
    with app.app_context():
        for row in db.session.query(Outbox).filter_by(kind="mail"):
            assert Role(str(row.args["role"]))
            assert db.session.get_one(Application, row.args["application"])
