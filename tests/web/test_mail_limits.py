"""Nobody can have a stranger mailed without end: invitations, hand-overs, changes of an address, registrations."""

from __future__ import annotations

import pytest
from flask import Flask

from config import Settings
from grants.db import db, transaction
from grants.models import Invitation, Outbox
from grants.queries import sessions
from grants.services import email_changes, invitations, links, mail_limits
from grants.services import sessions as sign_in
from grants.services.refusals import Refused
from tests import world as w
from tests.browser import Answer, anonymous
from tests.databases import advance
from tests.web.test_colleagues import LOVA, browser, chapter, invite, invite_to_role
from tests.web.test_hand_overs import OTHER, ask

pytestmark = [pytest.mark.ground("small"), pytest.mark.sweep]

MOST = mail_limits.TO_ADDRESS
TODAY = "5 emails have been sent to this address within 24 hours, which is the maximum. Try again tomorrow."


def ordered(app: Flask, kind: str = "invitation") -> int:
    """How many mails of this kind were ordered."""
    with app.app_context():
        return db.session.query(Outbox).filter(Outbox.args.has_key(kind)).count()


def withdraw_and_invite(app: Flask) -> Answer:
    """Withdraw the open invitation, and invite the address again."""
    client, page = browser(app), f"{chapter(app)}"
    with app.app_context():
        [id] = [row.id for row in db.session.query(Invitation) if row.is_open]
    client.submit(client.get(page), f"/invitations/{id}/withdraw")
    return invite(app)


def again(app: Flask) -> Answer:
    """Send the open invitation again."""
    with app.app_context():
        [id] = [row.id for row in db.session.query(Invitation) if row.is_open]
    client = browser(app)
    return client.submit(client.get(chapter(app)), f"/invitations/{id}/again")


@pytest.mark.parametrize("repeat", [invite, withdraw_and_invite, again])
def test_an_address_is_invited_five_times_a_day(app: Flask, settings: Settings, repeat: object) -> None:
    assert callable(repeat)
    answers = [invite(app), *(repeat(app) for _ in range(MOST))]

    assert [answer.status_code for answer in answers] == [302] * MOST + [409]
    assert (TODAY in answers[-1].text, ordered(app)) == (True, MOST)
    advance(settings, 86_400)
    assert invite(app).status_code == 302


def test_without_the_limit_a_stranger_would_be_mailed_without_end(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Counter-test."""
    monkeypatch.setattr(mail_limits, "count", lambda *_: None)
    for _ in range(MOST + 2):
        invite(app)

    assert ordered(app) == MOST + 2


def test_the_limit_of_an_address_is_one_for_all_who_type_it(app: Flask) -> None:
    """Two members, an administrator and a hand-over."""
    answers = [
        invite(app), invite(app, by="mg2"), invite(app), invite_to_role(app, LOVA),
        ask(app, OTHER, email=LOVA, name="Lova (demo)"),
    ]  # fmt: skip

    assert [answer.status_code for answer in answers] == [302] * MOST
    assert invite_to_role(app, LOVA, "auditor").status_code == 409
    assert ask(app, OTHER, email=LOVA, name="Lova (demo)").status_code == 409


@pytest.mark.parametrize("limit", ["BY_PERSON", "BY_ORGANISATION"])
def test_a_person_and_an_organisation_invite_a_bounded_number_a_day(
    app: Flask, monkeypatch: pytest.MonkeyPatch, limit: str
) -> None:
    monkeypatch.setattr(invitations, limit, 2)

    answers = [invite(app, email=f"l{n}@example.org") for n in range(3)]

    assert [answer.status_code for answer in answers] == [302, 302, 409]
    assert invite(app, email="l4@example.org", by="mg2").status_code == (302 if limit == "BY_PERSON" else 409)


def test_a_change_of_an_address_counts_too(app: Flask, settings: Settings) -> None:
    for _ in range(MOST):
        invite(app)
    with app.app_context(), transaction():
        mia = w.found().people["mg1"]
        with pytest.raises(Refused) as refused:
            email_changes.ask(mia, LOVA)

    assert refused.value.reasons == (mail_limits.ADDRESS,)


def test_a_person_asks_for_ten_changes_a_day(app: Flask, settings: Settings) -> None:
    for n in range(email_changes.A_DAY):
        advance(settings, 1_000)
        with app.app_context(), transaction():
            email_changes.ask(w.found().people["mg1"], f"mia{n}@new.example")
    advance(settings, 1_000)

    with app.app_context(), transaction(), pytest.raises(Refused) as refused:
        email_changes.ask(w.found().people["mg1"], "mia@new.example")

    assert refused.value.reasons == (email_changes.ASKED,)


def test_one_place_orders_twenty_links_a_day_for_an_address(app: Flask, settings: Settings) -> None:
    for _ in range(links.A_DAY + 3):
        advance(settings, 1_000)
        with app.app_context(), transaction():
            links.ask(LOVA, links.SIGN_IN, address="192.0.2.1")
    with app.app_context(), transaction():
        links.ask(LOVA, links.SIGN_IN, address="192.0.2.2")

    assert ordered(app, "link") == links.A_DAY + 1


TYPED = ("mails to lova@example.org", "address of 1", "addresses of 1 in a day", "code for fay@example.org")
"""What other limits count, as a stranger could type it at the sign-in page."""


@pytest.mark.parametrize("typed", TYPED)
def test_what_is_typed_at_the_sign_in_page_spends_no_other_limit(app: Flask, typed: str) -> None:
    client = anonymous(app)
    for _ in range(MOST):
        client.submit(client.get("/sign-in"), "/sign-in", email=typed, password="a guess")

    with app.app_context():
        counted = sessions.failures(typed, "127.0.0.1", mail_limits.WINDOW).account
        tried = sessions.failures(f"password for {typed}", "127.0.0.1", mail_limits.WINDOW).account
    assert (counted, tried) == (0, MOST)


def test_if_the_sign_in_counted_it_plainly_nobody_could_invite_the_address(app: Flask) -> None:
    """Counter-test: the same key, without the word that the sign-in puts before it."""
    with app.app_context(), transaction():
        for _ in range(MOST):
            sign_in.record_failure(account=f"mails to {LOVA}", address="127.0.0.1")

    assert (invite(app).status_code, ordered(app)) == (409, 0)
