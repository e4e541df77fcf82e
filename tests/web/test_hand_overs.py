"""A member hands over to a successor, who accepts at the earliest on the day, and has the rights from then on."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask

from config import Settings
from grants.db import db, today, transaction
from grants.models import Event, Invitation, Membership, Person
from grants.queries import memberships as found
from grants.services import hand_overs, invitations, memberships
from tests import world as w
from tests.browser import Answer, anonymous
from tests.databases import advance
from tests.jobs.test_mailing import Sink
from tests.web.test_colleagues import LOVA, accept, browser, chapter, invite, paths, send, sink
from tests.web.test_members import change, held, unasked
from workflows.engine.rights import ALL, GIVEN, Right
from workflows.engine.roles import Role

__all__ = ["sink"]

pytestmark = [pytest.mark.ground("small"), pytest.mark.sweep]

MEMBER, OTHER = "mg2", "other"


def ask(app: Flask, successor: str = MEMBER, days: int = 0, by: str = "mg1", **fields: str) -> Answer:
    """A member, by default the first contact, asks a successor by the form of the page."""
    client = browser(app, by)
    with app.app_context():
        own, day = held(by).id, today() + timedelta(days=days)
        chosen = str(held(successor).id) if successor != OTHER else OTHER
    path = f"/memberships/{own}/hand-over"
    return client.submit(client.get(path), path, successor=chosen, starts_on=day.isoformat(), **fields)


def asked(app: Flask, sink: Sink, successor: str = MEMBER, days: int = 0, **fields: str) -> str:
    """The path in the mail to the successor."""
    assert ask(app, successor, days, **fields).status_code == 302
    send(app)
    return paths(sink)[-1]


def rights(app: Flask, name: str) -> frozenset[Right]:
    """The rights of this member."""
    with app.app_context():
        return held(name).rights


@pytest.fixture
def limited(app: Flask) -> None:
    """The second member may only edit, so that the first is the last contact."""
    with app.app_context():
        change("mg2", Right.EDIT)


def test_a_member_takes_over_and_the_giver_may_still_view(app: Flask, sink: Sink, limited: None) -> None:
    path = asked(app, sink)
    assert "Takes over from" in browser(app, "mg2").get(path).text

    assert accept(browser(app, "mg2"), path).location == chapter(app)

    assert [rights(app, "mg1"), rights(app, "mg2")] == [frozenset({Right.VIEW}), ALL]
    with app.app_context():
        kept = db.session.query(Event).filter(Event.subject == "organisation", Event.key == "rights")
        assert [event.person_id for event in kept][-2:] == [w.found().people["mg1"].id] * 2


def test_a_new_person_takes_over(app: Flask, sink: Sink) -> None:
    path = asked(app, sink, OTHER, email=LOVA, name="Lova (demo)")

    assert accept(anonymous(app), path).status_code == 302

    with app.app_context():
        lova = db.session.query(Person).filter_by(email=LOVA).one()
        membership = found.current(lova, w.found().chapters["mg"])
        assert membership is not None
        assert membership.rights == ALL
    assert rights(app, "mg1") == {Right.VIEW}


def test_nothing_moves_before_the_day(app: Flask, sink: Sink, settings: Settings, limited: None) -> None:
    path, client = asked(app, sink, days=10), browser(app, "mg2")

    assert "You can accept from" in client.get(path).page.text
    assert unasked(client, path).status_code == 409
    assert rights(app, "mg2") == {Right.VIEW, Right.EDIT}
    advance(settings, 11 * 86_400)
    assert accept(browser(app, "mg2"), path).status_code == 302
    assert rights(app, "mg2") == ALL


def test_without_the_guard_rights_would_move_before_the_day(
    app: Flask, sink: Sink, limited: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Counter-test."""
    path = asked(app, sink, days=10)
    monkeypatch.setattr(hand_overs, "is_early", lambda _: False)

    assert unasked(browser(app, "mg2"), path).status_code == 302
    assert rights(app, "mg2") == ALL


@pytest.mark.parametrize(("days", "status"), [(-1, 409), (0, 302), (76, 302), (77, 409)])
def test_the_link_works_for_90_days_at_most(app: Flask, days: int, status: int) -> None:
    assert ask(app, days=days).status_code == status

    with app.app_context():
        assert all(one.ends_at - one.created_at <= timedelta(days=90) for one in db.session.query(Invitation))


def test_its_life_is_a_setting(app: Flask) -> None:
    app.extensions["settings"] = replace(app.extensions["settings"], hand_over_days=380)

    assert [ask(app, days=days).status_code for days in (366, 367)] == [302, 409]


def open_invitations(app: Flask) -> list[tuple[str, bool]]:
    """Who has sent each open invitation, and whether it is a hand-over."""
    with app.app_context():
        rows = db.session.query(Invitation).order_by(Invitation.id)
        return [(row.inviter.name, row.hands_over is not None) for row in rows if row.is_open]


def test_a_hand_over_leaves_the_invitation_of_a_colleague(app: Flask, limited: None) -> None:
    """Mg2 may neither invite nor withdraw an invitation."""
    invite(app)

    answer = ask(app, OTHER, by="mg2", email=LOVA, name="Lova (demo)")

    assert (answer.status_code, "Mg1 (demo) has invited this address" in answer.page.text) == (409, True)
    assert open_invitations(app) == [("Mg1 (demo)", False)]


def test_nobody_else_replaces_a_hand_over(app: Flask) -> None:
    ask(app, OTHER, by="mg2", email=LOVA, name="Lova (demo)")

    assert invite(app).status_code == 409
    assert open_invitations(app) == [("Mg2 (demo)", True)]


def test_without_that_guard_a_member_would_end_the_invitation_of_a_colleague(
    app: Flask, limited: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Counter-test."""
    whole = invitations.replace
    monkeypatch.setattr(invitations, "replace", lambda *given, **_: whole(*given))
    invite(app)

    ask(app, OTHER, by="mg2", email=LOVA, name="Lova (demo)")

    assert open_invitations(app) == [("Mg2 (demo)", True)]


def test_without_the_second_look_rights_would_be_handed_over_twice(
    app: Flask, sink: Sink, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Counter-test of `test_rights_are_handed_over_to_one_person`: the rights that were offered are moved."""
    first, second = asked(app, sink), asked(app, sink, OTHER, email=LOVA, name="Lova (demo)")
    accept(browser(app, "mg2"), first)
    monkeypatch.setattr(Membership, "rights", property(lambda _: ALL))

    accept(anonymous(app), second)

    with app.app_context():
        assert db.session.query(Person).filter_by(email=LOVA).count() == 1


def test_another_person_has_an_address_and_a_name(app: Flask) -> None:
    assert [ask(app, OTHER).status_code, ask(app, OTHER, email="mg1@example.org", name="M").status_code] == [422, 409]


def test_a_membership_that_has_ended_hands_over_nothing(app: Flask, sink: Sink) -> None:
    path = asked(app, sink)
    with app.app_context():
        world = w.found()
        with transaction():
            memberships.end(held("mg1"), actor=world.actor("mg2", Role.APPLICANT, world.chapters["mg"]))

    assert accept(browser(app, "mg2"), path).status_code in {404, 409}
    with app.app_context():
        assert db.session.query(Invitation).filter(Invitation.accepted_at.is_not(None)).count() == 0


def test_rights_are_handed_over_to_one_person(app: Flask, sink: Sink) -> None:
    first, second = asked(app, sink), asked(app, sink, OTHER, email=LOVA, name="Lova (demo)")

    assert accept(browser(app, "mg2"), first).status_code == 302
    assert accept(anonymous(app), second).status_code in {404, 409}

    with app.app_context():
        assert db.session.query(Person).filter_by(email=LOVA).count() == 0


def test_only_what_was_offered_is_handed_over(app: Flask, sink: Sink) -> None:
    with app.app_context():
        change("mg1", Right.EDIT, by="mg2")
    path = asked(app, sink, OTHER, email=LOVA, name="Lova (demo)")
    with app.app_context():
        change("mg1", Right.EDIT, Right.SIGN, by="mg2")

    accept(anonymous(app), path)

    with app.app_context():
        lova = db.session.query(Person).filter_by(email=LOVA).one()
        membership = found.current(lova, w.found().chapters["mg"])
        assert membership is not None
        assert membership.rights == {Right.VIEW, Right.EDIT}


def test_a_member_who_may_only_view_has_nothing_to_hand_over(app: Flask) -> None:
    with app.app_context():
        change("mg1", by="mg2")

    assert ask(app).status_code == 409
    assert not rights(app, "mg1") & set(GIVEN)
