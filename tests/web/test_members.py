"""The people of an organisation: their rights, the contacts, removing a member and leaving."""

from __future__ import annotations

import pytest
from flask import Flask

from grants.db import db, transaction
from grants.models import Event, Membership, Outbox
from grants.queries import memberships as found
from grants.services import memberships
from grants.services.refusals import Refused, Stale
from tests import world as w
from tests.browser import Answer, Careful, signed_in
from workflows.engine.rights import Right
from workflows.engine.roles import Role

pytestmark = pytest.mark.ground("small")

EVERYTHING = {Right.EDIT, Right.SUBMIT, Right.SIGN, Right.CONTACT}


def browser(app: Flask, name: str = "mg1") -> Careful:
    """The browser of this person."""
    with app.app_context():
        return signed_in(app, w.found().people[name])


def unasked(client: Careful, path: str, **fields: str) -> Answer:
    """Send a form that no page shows to this person."""
    token = client.get("/inbox").page.form("/sign-out").fields["csrf_token"]
    return client.post(path, data={"csrf_token": token, **fields})


def held(name: str) -> Membership:
    """The membership of the person in the chapter MG."""
    world = w.found()
    membership = found.current(world.people[name], world.chapters["mg"])
    assert membership is not None
    return membership


def id_of(app: Flask, name: str) -> int:
    """The id of that membership."""
    with app.app_context():
        return held(name).id


def chapter(app: Flask) -> str:
    """The path of the page of the chapter."""
    with app.app_context():
        return f"/organisations/{w.found().chapters['mg'].id}"


def change(name: str, *rights: Right, by: str = "mg1", version: int | None = None) -> None:
    """A contact gives these rights."""
    world = w.found()
    actor = world.actor(by, Role.APPLICANT, world.chapters["mg"])
    with transaction():
        memberships.change(held(name), rights=rights, version=version, actor=actor)


def mails(app: Flask) -> list[tuple[str, str]]:
    """Recipient and subject of the mails about organisations."""
    with app.app_context():
        rows = db.session.query(Outbox).filter(Outbox.args.has_key("organisation")).order_by(Outbox.id)
        people = {person.id: name for name, person in w.found().people.items()}
        return [(people[row.args["person"]], row.args["subject"]["text"]) for row in rows]  # type: ignore[index]


def events(app: Flask, subject: str) -> list[str]:
    """The keys of the events of this kind of subject."""
    with app.app_context():
        wanted = db.session.query(Event).filter(Event.subject == subject, Event.key.in_(("rights", "leave")))
        return [event.key for event in wanted.order_by(Event.id)]


def test_the_table_shows_each_right_with_a_hidden_word(app: Flask) -> None:
    with app.app_context():
        change("mg2", Right.EDIT)

    text = " ".join(browser(app).get(chapter(app)).page.text.split())

    assert "1 of 2 contacts confirmed" in text
    assert "1 of 2 contacts is confirmed" in text
    assert "yes yes –no –no Member since" in text.replace("– no", "–no")


def test_two_contacts_are_enough_and_nothing_is_asked(app: Flask) -> None:
    text = browser(app).get(chapter(app)).page.text

    assert "2 of 2 contacts confirmed" in text
    assert "Invite a contact" not in text


def test_a_contact_changes_rights_from_the_next_request_on(app: Flask) -> None:
    first, second, path = browser(app), browser(app, "mg2"), f"/memberships/{id_of(app, 'mg2')}"
    assert second.get(path).status_code == 200

    answer = first.submit(first.get(path), path, may_sign="", is_contact="")

    assert answer.status_code == 302
    with app.app_context():
        assert held("mg2").rights >= {Right.VIEW}
        assert Right.CONTACT not in held("mg2").rights
    assert second.get(path).status_code == 403
    assert second.get("/inbox").status_code == 200
    assert events(app, "person") == events(app, "organisation") == ["rights"]
    assert mails(app) == [("mg2", "Rights changed: %(name)s, %(organisation)s")]


def test_an_older_page_overwrites_no_rights(app: Flask) -> None:
    with app.app_context():
        version = held("mg2").version
        change("mg2", Right.EDIT)
        with pytest.raises(Stale):
            change("mg2", *EVERYTHING, version=version)


def test_the_same_rights_again_are_no_event(app: Flask) -> None:
    with app.app_context():
        change("mg2", *EVERYTHING)

    assert (events(app, "person"), mails(app)) == ([], [])


def remove(app: Flask, name: str, **fields: str) -> Answer:
    """The first contact removes a member."""
    client, path = browser(app), f"/memberships/{id_of(app, name)}"
    return client.submit(client.get(path), f"{path}/end", **fields)


def test_a_contact_removes_a_member_who_then_sees_nothing(app: Flask) -> None:
    second = browser(app, "mg2")

    assert remove(app, "mg2").status_code == 422
    assert remove(app, "mg2", confirmed="yes").status_code == 302

    assert second.get(chapter(app)).status_code in {403, 404}
    assert events(app, "organisation") == ["leave"]
    assert mails(app) == [("mg2", "Membership ended: %(name)s, %(organisation)s")]


def leave(app: Flask, name: str) -> Answer:
    """The person leaves by the form of the page."""
    client, path = browser(app, name), f"/memberships/{id_of(app, name)}/leave"
    return client.submit(client.get(chapter(app)), path, confirmed="yes")


def test_a_member_leaves_and_the_contacts_get_a_mail(app: Flask) -> None:
    assert leave(app, "mg2").status_code == 302

    assert mails(app) == [("mg1", "Membership ended: %(name)s, %(organisation)s")]


def test_the_last_contact_reads_what_to_do_first(app: Flask) -> None:
    with app.app_context():
        change("mg2", Right.EDIT)

    text = browser(app).get(chapter(app)).page.text

    assert "You are the only contact. Name another contact first; then you can leave." in text


def as_last(world: w.World) -> None:
    """The last contact leaves, in a transaction of its own."""
    actor = world.actor("mg1", Role.APPLICANT, world.chapters["mg"])
    with transaction():
        memberships.leave(held("mg1"), actor=actor)


def test_the_last_contact_neither_leaves_nor_gives_that_up(app: Flask) -> None:
    with app.app_context():
        change("mg2", Right.EDIT)
        with pytest.raises(Refused, match="is the only contact of the organisation"):
            as_last(w.found())
        with pytest.raises(Refused, match="is the only contact of the organisation"):
            change("mg1", Right.EDIT)
        assert held("mg1").is_contact


def test_without_the_guard_an_organisation_would_be_without_a_contact(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Counter-test."""
    monkeypatch.setattr(memberships, "is_last_contact", lambda _: False)

    with app.app_context():
        change("mg2", Right.EDIT)
        as_last(w.found())
        assert found.contacts(w.found().chapters["mg"]) == []


def test_a_member_who_is_no_contact_changes_nobody(app: Flask) -> None:
    with app.app_context():
        change("mg2", Right.EDIT, Right.SUBMIT, Right.SIGN)
        with pytest.raises(Refused, match="You need the right “Contact”"):
            change("mg1", Right.EDIT, by="mg2")


def test_nobody_ends_the_membership_of_another_by_leaving(app: Flask) -> None:
    client = browser(app, "mg1")

    answer = unasked(client, f"/memberships/{id_of(app, 'mg2')}/leave", confirmed="yes")

    assert answer.status_code == 403
    with app.app_context():
        assert held("mg2").ended_at is None
