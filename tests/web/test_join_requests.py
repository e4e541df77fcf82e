"""Requests to act for an organisation: who decides, when, and what follows."""

from __future__ import annotations

import threading

import pytest
from flask import Flask

from config import Settings
from grants.db import db, transaction
from grants.models import JoinRequest, Membership, Organisation, Outbox
from grants.services import join_requests, locking
from grants.services.refusals import Refused
from tests import world as w
from tests.browser import Careful, browser
from tests.databases import advance
from workflows.engine.roles import Role

pytestmark = [pytest.mark.ground("large"), pytest.mark.sweep]
REASON = "We do not know this person."


def ask(app: Flask, name: str = "joe", chapter: str = "mg") -> str:
    """Somebody asks to join the chapter; the path of the request."""
    with app.app_context(), transaction() as session:
        organisation = session.get_one(Organisation, w.found().chapters[chapter].id)
        locking.hold(organisation)
        return f"/join-requests/{join_requests.ask(w.person(name), organisation, title='Treasurer', days=5).id}"


def joined(app: Flask, name: str = "joe") -> int:
    """How many organisations the person acts for."""
    with app.app_context():
        return db.session.query(Membership).filter_by(person_id=w.found().people[name].id, ended_at=None).count()


def subjects(app: Flask) -> list[str]:
    """The subjects of the mails about requests."""
    with app.app_context():
        rows = db.session.query(Outbox.args["subject"]["text"].astext).filter(Outbox.kind == "mail").order_by(Outbox.id)
        return [text for (text,) in rows if "equest" in text or "asks" in text]


def accept(client: Careful, path: str) -> int:
    """Select “Accept request”; the status of the answer."""
    return client.submit(client.get(path), "/accept").status_code


def test_a_contact_accepts_and_the_person_reads_the_organisation(app: Flask) -> None:
    path, member, joe = ask(app), browser(app, "mg1"), browser(app, "joe")
    waiting, before = member.get("/inbox").page.text, joe.get("/organisations/1").status_code

    status = accept(member, path)

    assert "Answer the request to join: Joe (demo)" in waiting
    assert (before, status, joined(app)) == (403, 302, 1)
    assert joe.get("/organisations/1").status_code == 200
    assert subjects(app) == [
        *["Decide by %(day)s: %(name)s asks to join %(organisation)s"] * 2,
        "Request accepted: you can now act for %(organisation)s",
    ]
    assert "Answer the request" not in member.get("/inbox").page.text


def test_a_contact_declines_with_a_reason_that_the_person_reads(app: Flask) -> None:
    path, member = ask(app), browser(app, "mg1")

    empty = member.submit(member.get(path), "/decline")
    answer = member.submit(member.get(path), "/decline", reason=REASON)

    assert (empty.status_code, answer.status_code, joined(app)) == (422, 302, 0)
    assert f"Reason: {REASON}" in browser(app, "joe").get("/join-requests").page.text


@pytest.mark.parametrize("name", ["bo1", "rex", "pia", "joe"])
def test_nobody_else_reads_or_decides_it(app: Flask, name: str) -> None:
    path, client = ask(app), browser(app, name)

    statuses = {client.get(path).status_code, client.post(f"{path}/accept").status_code}

    assert statuses <= {400, 403, 404}
    assert joined(app) == 0


def test_an_officer_decides_after_five_days_only(app: Flask, settings: Settings) -> None:
    path, officer = ask(app), browser(app, "olga")
    early, task = accept(officer, path), officer.get("/inbox").page.text
    advance(settings, 6 * 86_400)

    officer = browser(app, "olga")
    late = officer.get("/inbox").page.text

    assert (early, joined(app)) == (409, 0)
    assert "Decide on the request to join" not in task
    assert "Decide on the request to join: Joe (demo)" in late
    assert (accept(officer, path), joined(app)) == (302, 1)


def test_without_the_days_an_officer_would_decide_at_once(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Counter-test."""
    path = ask(app)
    monkeypatch.setattr(join_requests.recipients, "members", lambda _: [])  # type: ignore[attr-defined]

    assert (accept(browser(app, "olga"), path), joined(app)) == (302, 1)


def test_nobody_decides_on_their_own_request(app: Flask) -> None:
    with app.app_context():
        made = w.found()
        with transaction() as session:
            organisation = session.get_one(Organisation, made.chapters["mg"].id)
            locking.hold(made.people["olga"], organisation)
            row = join_requests.ask(made.people["olga"], organisation, title="", days=-1)
        with pytest.raises(Refused, match="your own request"), transaction():
            join_requests.accept(db.session.get_one(JoinRequest, row.id), actor=made.actor("olga", Role.OFFICER))


def test_asking_twice_makes_one_request(app: Flask) -> None:
    first = ask(app)
    with app.app_context(), transaction() as session:
        made = w.found()
        organisation = session.get_one(Organisation, made.chapters["mg"].id)
        locking.hold(made.people["joe"], organisation)
        again = join_requests.ask(made.people["joe"], organisation, title="", days=5)

        assert first == f"/join-requests/{again.id}"


def test_of_two_decisions_at_once_one_counts(app: Flask) -> None:
    """Ten rounds of “Accept” against “Decline”."""
    for number in range(10):
        name = f"joe{number}"
        path = ask(app, name)
        clients = [browser(app, member) for member in ("mg1", "mg2")]
        pages, statuses = [client.get(path) for client in clients], list[int]()

        def answer(place: int, clients=clients, pages=pages, statuses=statuses) -> None:  # type: ignore[no-untyped-def]  # noqa: ANN001
            fields = {"reason": REASON} if place else {}
            action = "/decline" if place else "/accept"
            statuses.append(clients[place].submit(pages[place], action, **fields).status_code)

        threads = [threading.Thread(target=answer, args=(place,)) for place in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        with app.app_context():
            row = db.session.query(JoinRequest).order_by(JoinRequest.id.desc()).first()
            assert row is not None
            assert (sorted(statuses), joined(app, name)) == ([302, 409], int(bool(row.accepted)))
