"""The link of optional mails: one click sends only urgent emails from then on, and opening it changes nothing."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask import Flask

from config import Settings
from grants.db import db, now, today, transaction
from grants.jobs import clock, processing
from grants.models import Application, Event, Outbox, Person
from grants.services import outbox, unsubscriptions
from tests.browser import anonymous, named
from tests.databases import advance
from tests.jobs.tags import plain
from tests.jobs.test_mailing import Sink, receiving
from tests.world import recorded
from workflows.engine.flow import Notification
from workflows.engine.message import Message, Value
from workflows.engine.roles import Role
from workflows.engine.urgency import Delivery
from workflows.flows.notifications import LATE, TURNED_DOWN, WITHDRAWN

pytestmark = pytest.mark.ground("small")
VALUES: dict[str, Value] = {"title": "Masts", "reference": "A-1", "organisation": "Chapter", "reason": "No time."}
DAY = 86_400


@pytest.fixture
def sink(app: Flask) -> Iterator[Sink]:
    """A mail server of the application."""
    with receiving(app) as kept:
        yield kept


def address(app: Flask, name: str = "olga", key: str = "") -> str:
    """The path of the link of a mail of today to this person."""
    with app.app_context():
        token = unsubscriptions.token(named(name).id, today(), key=key or str(app.secret_key))
    return f"/unsubscribe/{token}"


def delivery(app: Flask, name: str = "olga") -> str:
    """What the person has chosen."""
    with app.app_context():
        return named(name).mail_delivery


def last_event(app: Flask, name: str = "olga") -> str:
    """The newest event of the person."""
    with app.app_context():
        events = db.session.query(Event).filter_by(subject="person", subject_id=named(name).id)
        event = events.order_by(Event.number.desc()).first()
        return str(Message.from_json(event.message)) if event else ""


def send(app: Flask, notification: Notification, wanted: Delivery = Delivery.IMMEDIATE) -> None:
    """Send a mail to the officer, who wants this delivery."""
    with app.app_context():
        with transaction():
            olga = db.session.query(Person).filter_by(email="olga@example.org").one()
            olga.mail_delivery = wanted
            recorded()
            application = db.session.query(Application).first()
            outbox.mail(outbox.Mail([olga], notification, VALUES, application, "/applications/1", role=Role.OFFICER))
        work()


def work() -> None:
    """The worker sends what waits."""
    db.session.remove()
    processing.work([id for (id,) in db.session.query(Outbox.id).filter(Outbox.done_at.is_(None))])


def test_an_optional_mail_has_a_link_that_works_with_one_click(app: Flask, sink: Sink) -> None:
    send(app, WITHDRAWN)
    [mail] = [one for one in sink.got if one["Subject"] == "Application withdrawn: Masts"]
    link = str(mail["List-Unsubscribe"]).strip(" <>").removeprefix("http://localhost")

    answer = anonymous(app).post(link, data={"List-Unsubscribe": "One-Click"})

    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert (answer.status_code, delivery(app)) == (200, "urgent")
    assert last_event(app) == "Fewer emails chosen through the link in an email"


@pytest.mark.parametrize("notification", [LATE["review"], TURNED_DOWN])
def test_other_mails_have_none(app: Flask, sink: Sink, notification: Notification) -> None:
    send(app, notification)

    assert sink.got[-1]["Subject"] in {"Overdue: Masts", "Award declined: Masts"}
    assert {one["List-Unsubscribe"] for one in sink.got} == {None}


def test_a_daily_email_has_one_if_something_in_it_is_optional(app: Flask, settings: Settings, sink: Sink) -> None:
    for notification in (TURNED_DOWN, WITHDRAWN):
        send(app, notification, Delivery.DAILY)
        advance(settings, 2 * DAY)
        with app.app_context():
            clock.tick()
            work()

    found = [one for one in sink.got if str(one["Subject"]).startswith("Daily email")]
    assert ["Application withdrawn" in plain(one) for one in found] == [False, True]
    assert [one["List-Unsubscribe"] is not None for one in found] == [False, True]


def test_opening_the_link_changes_nothing_and_its_button_does(app: Flask) -> None:
    client, path = anonymous(app), address(app)
    before = last_event(app)

    shown = client.get(path)
    assert (shown.status_code, delivery(app), last_event(app)) == (200, "immediate", before)
    assert "olga" not in shown.page.text.lower()
    assert (shown.headers["Cache-Control"], shown.headers["Referrer-Policy"]) == ("no-store", "no-referrer")

    answer = client.post(path, data=shown.page.form(path).fields)
    assert (answer.status_code, delivery(app)) == (200, "urgent")
    assert "You now receive fewer emails" in answer.page.text


def test_a_second_click_records_nothing_more(app: Flask) -> None:
    path = address(app)
    with app.app_context():
        before = db.session.query(Event).count()

    answers = [anonymous(app).post(path).status_code for _ in range(3)]

    with app.app_context():
        assert (answers, db.session.query(Event).count()) == ([200, 200, 200], before + 1)


def unusable(app: Flask, path: str) -> tuple[int, int, str]:
    """The two answers to a link, and the text of its page without the name of the reader."""
    client = anonymous(app)
    shown, sent = client.get(path), client.post(path, data={"List-Unsubscribe": "One-Click"})
    assert shown.page.text.split("Demonstration")[0] == sent.page.text.split("Demonstration")[0]
    return shown.status_code, sent.status_code, shown.page.text


def test_a_forged_link_gets_the_page_of_an_expired_one(app: Flask, settings: Settings) -> None:
    good = address(app)
    forged = address(app, key="y" * 32)
    other = good.replace("/unsubscribe/", "/unsubscribe/1", 1)
    found = [unusable(app, path) for path in (forged, other, "/unsubscribe/x", "/unsubscribe/1.2026-01-01.x")]
    advance(settings, (unsubscriptions.LIFETIME + timedelta(days=1)).days * DAY)
    found.append(unusable(app, good))

    assert {(shown, sent) for shown, sent, _ in found} == {(404, 404)}
    assert len({text for _, _, text in found}) == 1
    assert delivery(app) == "immediate"


def test_with_the_right_key_the_forged_link_would_work(app: Flask) -> None:
    """Counter-test."""
    app.secret_key = "y" * 32
    try:
        assert anonymous(app).post(address(app, key="y" * 32)).status_code == 200
    finally:
        app.secret_key = "x" * 32

    assert delivery(app) == "urgent"


def test_the_link_of_a_closed_account_does_not_work(app: Flask) -> None:
    path = address(app)
    with app.app_context(), transaction():
        named("olga").ended_at = now()
        recorded()

    assert unusable(app, path)[:2] == (404, 404)
    assert delivery(app) == "immediate"


def test_a_form_of_another_page_still_needs_its_token(app: Flask) -> None:
    """Only this address takes a form without the token of the page."""
    assert anonymous(app).post("/sign-in", data={"email": "olga@example.org"}).status_code == 400
