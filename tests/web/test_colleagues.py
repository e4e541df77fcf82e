"""Invitations by mail: who sends them, what they show, who accepts them, and what ends them."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from flask import Flask

from config import Settings
from grants.db import db, transaction
from grants.forms import links as password_forms
from grants.jobs import processing
from grants.models import Appointment, Invitation, Outbox, Person
from grants.queries import memberships as found
from grants.services import invitations, memberships, persons, transitions
from grants.services.refusals import Refused
from grants.services.sessions import hasher
from tests import world as w
from tests.browser import Answer, Careful, anonymous, signed_in
from tests.databases import advance
from tests.jobs.tags import plain
from tests.jobs.test_mailing import Sink, receiving
from tests.web.reading import statements
from tests.web.test_members import unasked
from workflows.engine.rights import Right
from workflows.engine.roles import Role

pytestmark = [pytest.mark.ground("small"), pytest.mark.sweep]

LOVA = "lova@example.org"
TOKEN = re.compile(r"/invitation/[\w-]{43}")
GONE = "This invitation does not work"


@pytest.fixture
def sink(app: Flask) -> Iterator[Sink]:
    """A mail server of the application."""
    with receiving(app) as kept:
        yield kept


def browser(app: Flask, name: str = "mg1") -> Careful:
    """The browser of this person."""
    with app.app_context():
        return signed_in(app, w.found().people[name])


def chapter(app: Flask) -> str:
    """The path of the page of the chapter MG."""
    with app.app_context():
        return f"/organisations/{w.found().chapters['mg'].id}"


def invite(app: Flask, email: str = LOVA, name: str = "Lova (demo)", by: str = "mg1", **fields: str) -> Answer:
    """Invite by the form of the page."""
    client, path = browser(app, by), f"{chapter(app)}/invite"
    return client.submit(client.get(path), path, email=email, name=name, **{"may_edit": "y", **fields})


def invite_to_role(app: Flask, email: str = LOVA, role: str = "officer") -> Answer:
    """The administrator invites to a role."""
    client = browser(app, "ada")
    form = client.get("/people/invite")
    return client.submit(form, "/people/invite", email=email, name="Lova (demo)", role=role, scope="everything")


def send(app: Flask) -> None:
    """Write the mails that were ordered."""
    with app.app_context():
        wanted = db.session.query(Outbox.id).filter(Outbox.args.has_key("invitation"), Outbox.done_at.is_(None))
        rows = [id for (id,) in wanted.order_by(Outbox.id)]
        processing.work(rows)


def paths(sink: Sink) -> list[str]:
    """The links in the mails that arrived."""
    return [found[0] for mail in sink.got if (found := TOKEN.search(plain(mail)))]


def mailed(app: Flask, sink: Sink, **fields: str) -> str:
    """The path in the mail of a new invitation."""
    assert invite(app, **fields).status_code == 302
    send(app)
    return paths(sink)[-1]


def accept(client: Careful, path: str, **fields: str) -> Answer:
    """Open the invitation and send its form."""
    return client.submit(client.get(path), path, **fields)


def rights(email: str = LOVA) -> set[Right] | None:
    """The rights of the person with this address in the chapter; None if they do not act for it."""
    person = db.session.query(Person).filter_by(email=email).one_or_none()
    membership = found.current(person, w.found().chapters["mg"]) if person else None
    return set(membership.rights) if membership else None


def test_an_invitation_makes_an_account_with_its_rights(app: Flask, sink: Sink) -> None:
    client, path = anonymous(app), mailed(app, sink, is_contact="y")

    answer = accept(client, path)

    assert (answer.status_code, answer.location) == (302, chapter(app))
    assert client.get(chapter(app)).status_code == 200
    with app.app_context():
        assert rights() == {Right.VIEW, Right.EDIT, Right.CONTACT}
        assert db.session.query(Person).filter_by(email=LOVA).one().password_hash is None


def test_a_password_can_be_set_at_once(app: Flask, sink: Sink) -> None:
    client, path = anonymous(app), mailed(app, sink)

    assert accept(client, path, password="short").status_code == 422
    assert accept(client, path, name="", password="").status_code == 422
    assert accept(client, path, password="a mast on the hill").status_code == 302

    with app.app_context():
        assert db.session.query(Person).filter_by(email=LOVA).one().password_hash


def test_opening_an_invitation_changes_nothing_and_shows_no_whole_address(app: Flask, sink: Sink) -> None:
    path = mailed(app, sink)
    with statements(app) as sent:
        text = anonymous(app).get(path).page.text

    assert [one for one in sent if one.startswith(("INSERT", "UPDATE", "DELETE"))] == []
    assert "Mg1 (demo)" in text
    assert LOVA not in text


def test_the_inviter_gets_the_same_answer_whether_or_not_there_is_an_account(app: Flask) -> None:
    answers = [invite(app, email=email) for email in (LOVA, "bo1@example.org")]

    assert [answer.status_code for answer in answers] == [302, 302]
    pages = [browser(app).get(chapter(app)).page.text for _ in range(2)]
    assert "bo1@example.org" in pages[0]
    assert "Bo1" not in pages[0]


def test_the_token_is_in_the_mail_alone(app: Flask, sink: Sink) -> None:
    token = mailed(app, sink).rpartition("/")[2]

    with app.app_context():
        row = db.session.query(Invitation).one()
        assert row.token_sha256 not in {None, token}
        assert [one for one in db.session.query(Outbox) if token in str(one.args)] == []


def test_a_person_with_an_account_accepts_and_signs_in_as_always(app: Flask, sink: Sink) -> None:
    client, path = anonymous(app), mailed(app, sink, email="bo1@example.org")

    answer = accept(client, path)

    assert answer.location == chapter(app)
    assert client.get(chapter(app)).status_code == 302, "nobody is signed in by the invitation"
    with app.app_context():
        assert rights("bo1@example.org") == {Right.VIEW, Right.EDIT}


def test_another_person_who_is_signed_in_reads_so_and_cannot_accept(app: Flask, sink: Sink) -> None:
    client, path = browser(app, "bo1"), mailed(app, sink)

    shown = client.get(path)
    answer = unasked(client, path, name="Bo")

    assert "You are signed in as Bo1 (demo), whose email address is different." in " ".join(shown.page.text.split())
    assert (answer.status_code, answer.location) == (302, path)
    with app.app_context():
        assert (rights(), rights("bo1@example.org")) == (None, None)


def end(app: Flask, how: str, settings: Settings) -> None:
    """The invitation is over."""
    with app.app_context():
        world = w.found()
        actor = world.actor("mg1", Role.APPLICANT, world.chapters["mg"])
        if how == "expired":
            advance(settings, 15 * 86_400)
            return
        with transaction():
            row = db.session.query(Invitation).order_by(Invitation.id.desc()).limit(1).one()
            (invitations.withdraw if how == "withdrawn" else invitations.send_again)(row, actor=actor)


@pytest.mark.parametrize("how", ["expired", "withdrawn", "replaced"])
def test_an_invitation_that_is_over_has_one_page(app: Flask, sink: Sink, settings: Settings, how: str) -> None:
    path, client = mailed(app, sink), anonymous(app)
    shown = client.get(path)
    end(app, how, settings)

    answers = [client.submit(shown, path), client.get(path), client.get("/invitation/" + "x" * 43)]

    assert [(answer.status_code, GONE in answer.text) for answer in answers] == [(404, True)] * 3
    with app.app_context():
        assert rights() is None


def test_an_invitation_is_accepted_once(app: Flask, sink: Sink) -> None:
    path, first, second = mailed(app, sink), anonymous(app), anonymous(app)
    shown = second.get(path)
    assert accept(first, path).status_code == 302

    assert second.submit(shown, path).status_code == 404
    assert unasked(first, path).location == chapter(app), "the second of two clicks leads on"


def test_sending_again_replaces_the_link(app: Flask, sink: Sink) -> None:
    earlier = mailed(app, sink)
    with app.app_context():
        id = db.session.query(Invitation).one().id
    client = browser(app, "mg2")

    assert client.submit(client.get(chapter(app)), f"/invitations/{id}/again").status_code == 302
    send(app)

    newest = paths(sink)[-1]
    assert anonymous(app).get(earlier).status_code == 404
    assert accept(anonymous(app), newest).status_code == 302


def lowered(app: Flask) -> None:
    """The person who invited loses the right to invite."""
    with app.app_context():
        world = w.found()
        actor, membership = world.actor("mg2", Role.APPLICANT, world.chapters["mg"]), None
        membership = found.current(world.people["mg1"], world.chapters["mg"])
        assert membership
        with transaction():
            memberships.change(membership, rights=[Right.EDIT], version=None, actor=actor)


def test_an_invitation_ends_with_the_right_of_the_person_who_invited(app: Flask, sink: Sink) -> None:
    path = mailed(app, sink)
    lowered(app)

    answer = accept(anonymous(app), path)

    assert answer.status_code == 409
    assert "This invitation cannot be accepted now" in answer.text
    with app.app_context():
        assert rights() is None
        assert db.session.query(Person).filter_by(email=LOVA).count() == 0


def test_without_the_second_look_the_invitation_would_still_work(
    app: Flask, sink: Sink, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Counter-test."""
    path = mailed(app, sink)
    lowered(app)
    monkeypatch.setattr("grants.services.authority._confirm_rights", lambda *_: None)

    assert accept(anonymous(app), path).status_code == 302
    with app.app_context():
        assert rights() is not None


def test_a_member_without_the_right_to_sign_does_not_invite(app: Flask) -> None:
    lowered(app)

    assert browser(app).get(f"{chapter(app)}/invite").status_code == 403


def test_a_member_is_not_invited_and_bad_addresses_are_named(app: Flask) -> None:
    answers = [invite(app, email=email) for email in ("mg2@example.org", "no address", "x" * 300 + "@example.org")]

    assert [answer.status_code for answer in answers] == [409, 409, 422]
    assert "already acts for the organisation" in answers[0].text
    assert "Enter an email address such as name@example.org." in answers[1].text


def test_a_new_invitation_of_an_address_replaces_the_earlier_one(app: Flask) -> None:
    assert [invite(app).status_code for _ in range(2)] == [302, 302]

    with app.app_context():
        assert [row.is_open for row in db.session.query(Invitation).order_by(Invitation.id)] == [False, True]


def test_another_member_replaces_the_invitation_of_a_colleague(app: Flask) -> None:
    assert [invite(app, by=name).status_code for name in ("mg2", "mg1", "mg2")] == [302] * 3

    with app.app_context():
        assert [row.is_open for row in db.session.query(Invitation).order_by(Invitation.id)] == [False, False, True]


def test_an_organisation_has_a_bounded_number_of_open_invitations(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(invitations, "MOST_OPEN", 1)

    assert [invite(app, email=f"l{n}@example.org").status_code for n in range(2)] == [302, 409]


def test_the_contacts_read_that_an_invitation_was_accepted(app: Flask, sink: Sink) -> None:
    accept(anonymous(app), mailed(app, sink))

    with app.app_context():
        rows = db.session.query(Outbox).filter(Outbox.args.has_key("organisation")).order_by(Outbox.id)
        people = {person.id: name for name, person in w.found().people.items()}
        assert sorted(people[row.args["person"]] for row in rows) == ["mg1", "mg2"]  # type: ignore[index]


def test_an_administrator_invites_to_a_role(app: Flask, sink: Sink) -> None:
    assert invite_to_role(app).status_code == 302
    assert "Programme officer" in browser(app, "ada").get("/people").page.text
    send(app)

    assert accept(anonymous(app), paths(sink)[-1]).location == "/inbox"

    with app.app_context():
        lova = db.session.query(Person).filter_by(email=LOVA).one()
        assert [one.role for one in db.session.query(Appointment).filter_by(person_id=lova.id)] == ["officer"]


def test_a_role_is_not_given_once_the_administrator_is_none(app: Flask, sink: Sink) -> None:
    invite_to_role(app)
    send(app)
    with app.app_context(), transaction():
        ada = db.session.query(Appointment).filter_by(role="administrator").one()
        persons.dismiss(ada, actor=w.SYSTEM, apply=transitions.apply)

    assert accept(anonymous(app), paths(sink)[-1]).status_code == 409

    with app.app_context():
        assert db.session.query(Person).filter_by(email=LOVA).count() == 0


def test_administrators_do_not_invite_themselves_to_another_role(app: Flask, sink: Sink) -> None:
    invite_to_role(app, email="ada@example.org", role="approver")
    send(app)

    assert accept(browser(app, "ada"), paths(sink)[-1]).status_code == 409


def test_the_mail_names_the_day_and_who_invites(app: Flask, sink: Sink) -> None:
    mailed(app, sink)

    text = plain(sink.got[-1])
    assert "Mg1 (demo)" in text
    assert "Chapter MG" in text


def test_a_password_that_many_people_use_is_refused(app: Flask, sink: Sink) -> None:
    invite(app)
    send(app)

    answer = accept(anonymous(app), paths(sink)[-1], name="Lova (demo)", password="password1234")

    assert (answer.status_code, "Many people use this password" in answer.page.text) == (422, True)


def test_without_the_list_that_password_would_be_set(app: Flask, sink: Sink, monkeypatch: pytest.MonkeyPatch) -> None:
    """Counter-test."""
    monkeypatch.setattr(password_forms, "is_common", lambda _: False)
    path = mailed(app, sink)

    assert accept(anonymous(app), path, password="password1234").status_code == 302

    with app.app_context():
        hashed = db.session.query(Person.password_hash).filter_by(email=LOVA).scalar() or ""
        assert hasher(app.extensions["settings"]).verify(hashed, "password1234")


def test_two_invitations_at_once_make_one_open_invitation(app: Flask) -> None:
    """The second one waits for the organisation, and then replaces the first."""
    with app.app_context():
        world = w.found()
        actor = world.actor("mg1", Role.APPLICANT, world.chapters["mg"])
        for _ in range(2):
            with transaction():
                invitations.invite_member(world.chapters["mg"], email=LOVA, name="L", rights=[], actor=actor)
        row = db.session.query(Invitation).order_by(Invitation.id).limit(1).one()
        with pytest.raises(Refused, match="no longer open"), transaction():
            invitations.withdraw(row, actor=actor)
