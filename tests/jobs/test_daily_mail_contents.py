"""What stands in a daily email, and for whom: nothing that its reader may no longer see."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from flask import Flask

from config import Settings
from grants.db import db, now, transaction
from grants.jobs import clock, daily_mails, entitlement
from grants.models import Application, CollectedMail, Outbox
from grants.queries import daily_mails as stored
from grants.queries.persons import memberships
from grants.services import outbox
from tests import world
from tests.jobs.tags import plain, rich
from tests.jobs.test_daily_mails import VALUES, collected, daily, ground, olga, sink, until_hour, work
from tests.jobs.test_mailing import Sink
from tests.world import recorded
from workflows.engine.urgency import Delivery
from workflows.flows.notifications import TURNED_DOWN
from workflows.mails.organisations import VERIFIED

__all__ = ["ground", "sink"]


def test_who_has_lost_the_role_since_gets_nothing_about_it(
    app: Flask, settings: Settings, sink: Sink, monkeypatch: pytest.MonkeyPatch
) -> None:
    collected(app, settings)
    with app.app_context():
        clock.tick()
        with monkeypatch.context() as patch:
            patch.setattr("grants.jobs.daily_mails.entitlement.refusal", lambda *_: entitlement.LOST)
            work()
        row = db.session.query(Outbox).order_by(Outbox.id.desc()).first()
        assert row is not None
        assert (sink.got, row.problem) == ([], daily_mails.NOTHING)
        assert db.session.query(CollectedMail).one().left_out == entitlement.LOST


def test_a_closed_account_gets_none(app: Flask, settings: Settings, sink: Sink) -> None:
    collected(app, settings)
    with app.app_context():
        with transaction():
            olga().ended_at = now()
            recorded()
        clock.tick()
        work()

        assert (sink.got, db.session.query(CollectedMail).one().left_out) == ([], entitlement.CLOSED)


def test_the_name_of_an_organisation_stands_with_a_mail_about_it(app: Flask, settings: Settings, sink: Sink) -> None:
    with app.app_context():
        made = world.found()
        member = made.people["mg1"]
        organisation = memberships(member)[0].organisation
        with transaction():
            member.mail_delivery, member.language = Delivery.DAILY, "fr"
            recorded()
            outbox.mail_members([member], VERIFIED, {"organisation": "X"}, organisation=organisation)
        work()
        until_hour(settings, 12)
        clock.tick()
        work()

        [mail] = sink.got
        assert f"\n{organisation.name}\nhttp://localhost/organisations/{organisation.id}" in plain(mail)
        assert mail["Content-Language"] == "fr"


@pytest.mark.parametrize("wrong", ["X" * 5_000, "Two\n\nparagraphs http://evil.example"])
def test_what_a_person_wrote_is_no_link_and_no_paragraph(
    app: Flask, settings: Settings, sink: Sink, wrong: str
) -> None:
    with app.app_context():
        with transaction():
            application = db.session.query(Application).one()
            mail = outbox.Mail([olga()], TURNED_DOWN, VALUES | {"title": wrong}, application=application, path="/x")
            outbox.mail(mail)
        work()
        until_hour(settings, 8)
        clock.tick()
        work()

    assert "href=" not in rich(daily(sink)[0]).replace('href="http://localhost/', "")
    assert "Two\n" not in plain(daily(sink)[0])


@pytest.mark.parametrize(
    ("at", "zone", "expected"),
    [
        ("2026-12-01T06:30", "UTC", ("2026-11-30T07:00", "2026-11-30")),
        ("2026-12-01T07:00", "UTC", ("2026-12-01T07:00", "2026-12-01")),
        ("2026-12-01T05:59", "Europe/Paris", ("2026-11-30T06:00", "2026-11-30")),
        ("2026-12-01T20:00", "Pacific/Auckland", ("2026-12-01T18:00", "2026-12-02")),
        ("2026-03-29T06:00", "Europe/Paris", ("2026-03-29T05:00", "2026-03-29")),
        ("2026-12-01T12:00", "Mars/Olympus", ("2026-12-01T07:00", "2026-12-01")),
    ],
)
def test_the_newest_hour_follows_time_zone_and_summer_time(at: str, zone: str, expected: tuple[str, str]) -> None:
    instant = datetime.fromisoformat(at).replace(tzinfo=UTC)

    began, day = stored.newest_hour(instant, zone, 7)

    assert (began.strftime("%Y-%m-%dT%H:%M"), str(day)) == expected
