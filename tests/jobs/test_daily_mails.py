"""The daily email: what can wait comes once a day in one mail; nothing is lost and nothing comes twice."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from email.message import EmailMessage

import pytest
from flask import Flask

from config import Settings
from grants.db import db, now, transaction
from grants.jobs import clock, processing
from grants.models import Application, ClockFailure, CollectedMail, DailyMail, Outbox, Person
from grants.queries import daily_mails as stored
from grants.services import daily_mails as service
from grants.services import outbox
from tests import world
from tests.databases import advance
from tests.jobs.tags import plain, rich
from tests.jobs.test_mailing import Sink, receiving
from tests.prepared import Prepare
from tests.world import recorded
from workflows.engine.flow import Notification
from workflows.engine.message import Value
from workflows.engine.roles import Role
from workflows.engine.urgency import Delivery
from workflows.flows.notifications import LATE, TURNED_DOWN, WITHDRAWN

pytestmark = pytest.mark.sweep

HOUR = 3_600
VALUES: dict[str, Value] = {"title": "Masts", "reference": "A-1", "organisation": "Chapter", "reason": "No time."}


@pytest.fixture(scope="session")
def ground(prepare: Prepare) -> str:
    """An application, with an officer who wants a daily email and lives in Paris."""

    def fill() -> None:
        made = world.build(programmes=("BTN-L",))
        world.submitted(made)
        with transaction():
            db.session.query(Outbox).delete()
            olga = db.session.query(Person).filter_by(email="olga@example.org").one()
            olga.mail_delivery, olga.timezone = Delivery.DAILY, "Europe/Paris"
            recorded()

    return prepare("daily_mails", fill)


@pytest.fixture
def sink(app: Flask) -> Iterator[Sink]:
    """A mail server of the application."""
    with receiving(app) as kept:
        yield kept


def olga() -> Person:
    """The officer."""
    return db.session.query(Person).filter_by(email="olga@example.org").one()


def prefer(delivery: Delivery) -> None:
    """The officer chooses when mails are sent."""
    with transaction():
        olga().mail_delivery = delivery
        recorded()


def queue(*notifications: Notification) -> list[int]:
    """Queue these mails to the officer; the ids of their rows."""
    with transaction():
        application = db.session.query(Application).one()
        mails = [
            outbox.Mail([olga()], one, VALUES, application=application, path="/applications/1", role=Role.OFFICER)
            for one in notifications
        ]
        outbox.mail_all(mails)
    return [id for (id,) in db.session.query(Outbox.id).order_by(Outbox.id.desc()).limit(len(mails))][::-1]


def work() -> None:
    """The worker sends everything that waits in the outbox."""
    db.session.remove()
    rows = db.session.query(Outbox.id).filter(Outbox.done_at.is_(None)).order_by(Outbox.id)
    processing.work([id for (id,) in rows])
    db.session.remove()


def until_hour(settings: Settings, hour: int) -> None:
    """Time passes until it is this hour in Paris, and a few minutes."""
    db.session.remove()
    began, _ = stored.newest_hour(now(), "Europe/Paris", hour)
    advance(settings, 24 * HOUR + 300 - int((now() - began).total_seconds()))


def subjects(sink: Sink) -> list[str]:
    """The subjects of the mails that arrived."""
    return [str(one["Subject"]) for one in sink.got]


def daily(sink: Sink) -> list[EmailMessage]:
    """The daily emails that arrived."""
    return [one for one in sink.got if str(one["Subject"]).startswith("Daily email of")]


def test_what_can_wait_comes_in_one_mail_at_the_hour_of_the_person(app: Flask, settings: Settings, sink: Sink) -> None:
    with app.app_context():
        until_hour(settings, 12)
        queue(TURNED_DOWN, LATE["review"], WITHDRAWN)
        work()
        clock.tick()
        work()
        assert subjects(sink) == ["Overdue: Masts"]
        advance(settings, 18 * HOUR)
        clock.tick()
        work()
        assert daily(sink) == [], "it is six o'clock in Paris"

        advance(settings, HOUR)
        clock.tick()
        work()

        [mail] = daily(sink)
        assert mail["To"] == "olga@example.org"
        title = db.session.query(Application).one().title
        assert plain(mail).split("\n\n")[2:4] == [
            f"Award declined: Masts\n{title}\nhttp://localhost/applications/1",
            f"Application withdrawn: Masts\n{title}\nhttp://localhost/applications/1",
        ]
        page = rich(mail)
        assert page.count('<a href="http://localhost/applications/1"><bdi>') == 2
        assert page.count('<a href="http://localhost/tasks">') == 1


def test_each_is_sent_once_however_often_clock_and_worker_run(app: Flask, settings: Settings, sink: Sink) -> None:
    with app.app_context():
        ids = queue(TURNED_DOWN)
        for _ in range(3):
            processing.work(ids)
        for _ in range(4):
            until_hour(settings, 8)
            clock.tick()
            work()
            clock.tick()
            work()

        assert len(daily(sink)) == len(sink.got) == 1
        assert db.session.query(CollectedMail).count() == 1
        assert db.session.get_one(Outbox, ids[0]).problem == service.COLLECTED


def test_a_day_without_anything_new_has_no_mail(app: Flask, settings: Settings, sink: Sink) -> None:
    with app.app_context():
        until_hour(settings, 8)
        clock.tick()
        work()

        assert (sink.got, db.session.query(DailyMail).count()) == ([], 0)


def test_after_an_outage_everything_comes_in_one_mail(app: Flask, settings: Settings, sink: Sink) -> None:
    with app.app_context():
        queue(TURNED_DOWN)
        work()
        advance(settings, 80 * HOUR)
        queue(WITHDRAWN)
        work()

        clock.tick()
        work()

        [mail] = daily(sink)
        assert ("Award declined" in plain(mail), "Application withdrawn" in plain(mail)) == (True, True)


def collected(app: Flask, settings: Settings) -> None:
    """One mail waits, and its daily email is due."""
    with app.app_context():
        queue(TURNED_DOWN)
        work()
        until_hour(settings, 7)


def test_two_clocks_at_once_order_it_once(app: Flask, settings: Settings) -> None:
    begin = threading.Barrier(2)

    def tick() -> None:
        with app.app_context():
            begin.wait()
            clock.tick()

    collected(app, settings)
    clocks = [threading.Thread(target=tick) for _ in range(2)]
    for one in clocks:
        one.start()
    for one in clocks:
        one.join()

    with app.app_context():
        assert db.session.query(DailyMail).count() == 1
        assert db.session.query(Outbox).filter(Outbox.done_at.is_(None)).count() == 1
        assert db.session.query(ClockFailure).count() == 0


def found_twice(app: Flask, settings: Settings, between: Callable[[], object]) -> int:
    """Two clocks have found the same daily email and order it one after the other; how many are ordered."""
    collected(app, settings)
    with app.app_context():
        [one] = stored.due(settings.daily_mail_hour)
        for act in (lambda: service.order(one, hour=7), between, lambda: service.order(one, hour=7)):
            with transaction():
                act()
            db.session.remove()
        return db.session.query(Outbox).filter(Outbox.done_at.is_(None)).count()


def test_one_that_was_found_twice_is_ordered_once(app: Flask, settings: Settings) -> None:
    assert found_twice(app, settings, lambda: None) == 1


def test_what_was_collected_meanwhile_waits_for_the_next_day(app: Flask, settings: Settings) -> None:
    assert found_twice(app, settings, waits_again) == 1


def test_without_its_row_it_would_be_ordered_twice(app: Flask, settings: Settings) -> None:
    """Counter-test: the first daily email is forgotten, and its mail waits again."""

    def forget() -> None:
        waits_again()
        db.session.query(DailyMail).delete()

    assert found_twice(app, settings, forget) == 2


def waits_again() -> None:
    """The mail is as if it had been collected just now, early enough."""
    db.session.query(CollectedMail).update({"daily_mail_id": None})


def test_a_worker_that_was_overtaken_collects_nothing(app: Flask, settings: Settings) -> None:
    with app.app_context():
        [id] = queue(TURNED_DOWN)
        late = outbox.claim(id)
        assert late is not None
        advance(settings, 91)
        work()

        with pytest.raises(outbox.Fenced):
            service.collect(late, olga().id)
        assert db.session.query(CollectedMail).count() == 1


def test_a_worker_killed_before_the_end_sends_the_same_mail_again(
    app: Flask, settings: Settings, sink: Sink, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Killed(BaseException):
        pass

    def kill(*_: object, **__: object) -> None:
        raise Killed

    collected(app, settings)
    with app.app_context():
        clock.tick()
        with monkeypatch.context() as patch:
            patch.setattr("grants.jobs.daily_mails.outbox.finish", kill)
            with pytest.raises(Killed):
                work()
        db.session.remove()
        advance(settings, 91)
        work()

    first, second = daily(sink)
    assert (first["Message-ID"], plain(first)) == (second["Message-ID"], plain(second))


def test_whoever_wants_everything_at_once_again_loses_nothing_that_waited(
    app: Flask, settings: Settings, sink: Sink
) -> None:
    with app.app_context():
        queue(TURNED_DOWN)
        work()
        prefer(Delivery.IMMEDIATE)
        queue(WITHDRAWN)
        work()
        assert subjects(sink) == ["Application withdrawn: Masts"]

        until_hour(settings, 8)
        clock.tick()
        work()

        [mail] = daily(sink)
        assert ("Award declined" in plain(mail), "Application withdrawn" in plain(mail)) == (True, False)


def test_only_urgent_leaves_out_what_is_optional_and_records_why(app: Flask, settings: Settings, sink: Sink) -> None:
    with app.app_context():
        queue(WITHDRAWN)
        work()
        prefer(Delivery.URGENT)
        [out, ordinary, urgent] = queue(WITHDRAWN, TURNED_DOWN, LATE["review"])
        work()
        assert [db.session.get_one(Outbox, id).problem for id in (out, ordinary, urgent)] == [
            service.NOT_URGENT,
            service.COLLECTED,
            "",
        ]

        until_hour(settings, 8)
        clock.tick()
        work()

        [mail] = daily(sink)
        assert ("Award declined" in plain(mail), "Application withdrawn" in plain(mail)) == (True, False)
        rows = db.session.query(CollectedMail).order_by(CollectedMail.id)
        assert [row.left_out for row in rows] == [service.NOT_URGENT, ""]


def test_without_the_choice_it_would_be_sent(app: Flask, sink: Sink) -> None:
    """Counter-test."""
    with app.app_context():
        prefer(Delivery.IMMEDIATE)
        queue(WITHDRAWN)
        work()

    assert subjects(sink) == ["Application withdrawn: Masts"]


def test_a_daily_email_that_cannot_be_ordered_is_recorded_and_stops_no_other(
    app: Flask, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise KeyError("day")

    collected(app, settings)
    with app.app_context():
        with monkeypatch.context() as patch:
            patch.setattr("grants.services.daily_mails.outbox.mail_daily", fail)
            clock.tick()
        [failure] = db.session.query(ClockFailure)
        assert failure.task == f"daily_mail {olga().id}"
        assert db.session.query(DailyMail).count() == 0

        advance(settings, 61)
        clock.tick()

        assert (db.session.query(ClockFailure).count(), db.session.query(DailyMail).count()) == (0, 1)


def test_daily_emails_are_deleted_with_what_they_contained(app: Flask, settings: Settings) -> None:
    collected(app, settings)
    with app.app_context():
        clock.tick()
        advance(settings, 91 * 24 * HOUR)
        clock.tick()
        db.session.remove()

        assert (db.session.query(DailyMail).count(), db.session.query(CollectedMail).count()) == (0, 0)
