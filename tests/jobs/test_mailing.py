"""Mails are sent through a real SMTP server, and a repeated mail can be told from a new one."""

from __future__ import annotations

import email
import email.policy
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from flask import Flask
from sqlalchemy import Interval, bindparam, func, select, text, update

from grants.cli.up import free_port
from grants.db import db, transaction
from grants.jobs import entitlement, mailing, processing
from grants.models import Application, Appointment, Checkpoint, Outbox, Person
from grants.services import outbox, persons, transitions
from grants.services.integrity.sealing import digest_mails
from tests.databases import advance
from tests.history.proof import add_event, sealed
from tests.jobs.tags import Tags, plain, rich
from tests.world import recorded
from workflows.engine.flow import Notification
from workflows.engine.message import Message
from workflows.engine.roles import CLOCK, Role


@dataclass
class Sink:
    """A mail server that stores what it receives and gives configured answers."""

    answer: str = "250 Kept"
    got: list[EmailMessage] = field(default_factory=list)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's name
        """Store the mail, whatever the answer is."""
        assert isinstance(envelope.content, bytes)
        self.got.append(email.message_from_bytes(envelope.content, policy=email.policy.default))
        return self.answer


@contextmanager
def receiving(app: Flask) -> Iterator[Sink]:
    """A mail server on a free port, set in the application's settings."""
    kept = Sink()
    server = Controller(kept, hostname="127.0.0.1", port=free_port())
    settings = app.extensions["settings"]
    app.extensions["settings"] = replace(settings, smtp_host="127.0.0.1", smtp_port=server.port, smtp_tls=False)
    server.start()
    try:
        yield kept
    finally:
        server.stop()
        app.extensions["settings"] = settings


@pytest.fixture
def sink(awarded_app: Flask) -> Iterator[Sink]:
    """A mail server of the application."""
    with receiving(awarded_app) as kept:
        yield kept


@pytest.fixture
def mails(awarded_app: Flask) -> list[int]:
    """The outbox rows of all mails."""
    with awarded_app.app_context():
        return [row.id for row in db.session.query(Outbox).filter_by(kind="mail").order_by(Outbox.id)]


def test_a_repeated_mail_has_the_same_message_id(awarded_app: Flask, sink: Sink, mails: list[int]) -> None:
    with awarded_app.app_context():
        late = outbox.claim(mails[0])
        advance(awarded_app.extensions["settings"], 91)
        assert late is not None

        assert processing.work_one(mails[0])
        with pytest.raises(outbox.Fenced):
            mailing.send(late)

    first, second = sink.got
    assert first["Message-ID"] == second["Message-ID"]
    assert (first["To"], first["Subject"], plain(first)) == (
        second["To"],
        second["Subject"],
        plain(second),
    )


def test_each_mail_has_its_own_message_id(awarded_app: Flask, sink: Sink, mails: list[int]) -> None:
    with awarded_app.app_context():
        assert processing.work(mails) == len(mails)

    assert len({message["Message-ID"] for message in sink.got}) == len(mails) > 5


def test_a_mail_says_who_what_and_where(awarded_app: Flask, sink: Sink, mails: list[int]) -> None:
    with awarded_app.app_context():
        processing.work(mails)
        known = {person.email for person in db.session.query(Person)}

    assert {message["To"] for message in sink.got} <= known
    assert {message["From"] for message in sink.got} == {"Internet Society Foundation <grants@example.org>"}
    assert all("http://localhost/" in plain(message) for message in sink.got)
    assert not any("%(" in f"{message['Subject']}{plain(message)}" for message in sink.got)


@pytest.mark.parametrize(
    ("language", "greeting", "page"),
    [
        ("en", "Dear Olga Bell,", "Open the page:"),
        ("fr", "Bonjour Olga Bell,", "Ouvrir la page\u202f:"),
        ("es", "Hola, Olga Bell:", "Abrir la página:"),
        ("ar", "\u2068Olga Bell\u2069، تحية طيبة،", "فتح الصفحة:"),
    ],
)
def test_a_mail_greets_its_recipient_says_what_its_link_opens_and_is_signed(
    awarded_app: Flask, sink: Sink, language: str, greeting: str, page: str
) -> None:
    with awarded_app.app_context():
        with transaction():
            somebody = db.session.query(Person).filter_by(email="olga@example.org").one()
            somebody.name, somebody.language = "Olga Bell", language
            recorded()
            text = Notification(Role.OFFICER, "Subject", "Text")
            application = db.session.query(Application).one()
            outbox.mail(outbox.Mail([somebody], text, {}, application=application, path="/tasks"))
            row = db.session.query(Outbox).order_by(Outbox.id.desc()).first()
        assert row is not None
        assert processing.work_one(row.id)

    lines = plain(sink.got[0]).splitlines()
    assert lines == [greeting, "", "Text", "", f"{page} http://localhost/tasks", "", "Internet Society Foundation"]


def test_a_mail_to_an_unreachable_server_is_retried(awarded_app: Flask, mails: list[int]) -> None:
    settings = awarded_app.extensions["settings"]
    awarded_app.extensions["settings"] = replace(settings, smtp_host="127.0.0.1", smtp_port=free_port(), smtp_tls=False)

    with awarded_app.app_context():
        assert not processing.work_one(mails[0])

        row = db.session.get_one(Outbox, mails[0])
        assert (row.done_at, row.dead_at, row.problem.partition(":")[0]) == (None, None, "ConnectionRefusedError")


def outage(app: Flask, mail: int, hours: int) -> list[int]:
    """The mail server cannot be reached for so long; the seconds from one attempt to the next."""
    settings = app.extensions["settings"]
    app.extensions["settings"] = replace(settings, smtp_host="127.0.0.1", smtp_port=free_port(), smtp_tls=False)
    pauses: list[int] = []
    with app.app_context():
        while sum(pauses) < hours * 3_600:
            assert not processing.work_one(mail)
            row = db.session.get_one(Outbox, mail)
            assert row.dead_at is None
            at = db.session.execute(text("SELECT grants_now()")).scalar_one()
            pauses.append(round((row.next_at - at).total_seconds()))
            db.session.remove()
            advance(settings, pauses[-1])
    app.extensions["settings"] = settings
    return pauses


def test_a_mail_outlasts_a_day_without_its_server(awarded_app: Flask, sink: Sink, mails: list[int]) -> None:
    pauses = outage(awarded_app, mails[0], 24)

    assert pauses[:6] == [4, 8, 16, 32, 64, 128]
    assert set(pauses[10:]) == {3_600}
    with awarded_app.app_context():
        assert processing.work_one(mails[0])
    assert len(sink.got) == 1


def test_a_mail_is_given_up_after_two_days(awarded_app: Flask, mails: list[int]) -> None:
    pauses = [outbox.pause(attempt) for attempt in range(1, outbox.PATIENT_TRIES)]
    assert timedelta(hours=47) < sum(pauses, timedelta()) < timedelta(hours=49)
    with awarded_app.app_context(), transaction():
        db.session.get_one(Outbox, mails[0]).attempts = outbox.PATIENT_TRIES - 1

    with awarded_app.app_context():
        assert not processing.work_one(mails[0])
        assert db.session.get_one(Outbox, mails[0]).dead_at is not None


def five_jobs_in_a_row(app: Flask, mail: int) -> tuple[int, bool]:
    """Five jobs in the queue name the same mail, whose server is down; (attempts, whether it is given up)."""
    settings = app.extensions["settings"]
    app.extensions["settings"] = replace(settings, smtp_host="127.0.0.1", smtp_port=free_port(), smtp_tls=False)
    with app.app_context():
        for _ in range(5):
            processing.work([mail])
        row = db.session.get_one(Outbox, mail)
        return row.attempts, row.dead_at is not None


def test_a_pause_holds_for_every_job_that_names_the_mail(awarded_app: Flask, mails: list[int]) -> None:
    assert five_jobs_in_a_row(awarded_app, mails[0]) == (1, False)


def test_unguarded_five_jobs_use_up_five_attempts_at_once(
    awarded_app: Flask, mails: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = outbox.ROWS.c
    at_any_time = (
        update(outbox.ROWS)
        .where(rows.id == bindparam("row"), rows.done_at.is_(None), rows.dead_at.is_(None), rows.leased_until.is_(None))
        .values(attempts=rows.attempts + 1, leased_until=func.grants_now() + bindparam("lease", type_=Interval))
        .returning(rows.attempts, rows.kind, rows.args, outbox.ORDERED.label("ordered"))
    )
    monkeypatch.setattr(outbox, "CLAIM", at_any_time)
    monkeypatch.setattr(outbox, "PATIENT_TRIES", outbox.TRIES)

    assert five_jobs_in_a_row(awarded_app, mails[0]) == (5, True)


def test_failures_of_the_server_and_lost_workers_are_counted_apart(awarded_app: Flask, mails: list[int]) -> None:
    outage(awarded_app, mails[0], 2)
    with awarded_app.app_context():
        assert outbox.claim(mails[0]) is not None
        advance(awarded_app.extensions["settings"], 91)

        with transaction():
            assert outbox.bury() == 0


def test_a_permanently_refused_mail_fails_at_once_with_its_reason(
    awarded_app: Flask, sink: Sink, mails: list[int]
) -> None:
    sink.answer = "550 No such mailbox"

    with awarded_app.app_context():
        assert not processing.work_one(mails[0])

        row = db.session.get_one(Outbox, mails[0])
        assert (row.attempts, row.dead_at is not None) == (1, True)
        assert "No such mailbox" in row.problem


def test_a_temporarily_refused_mail_is_retried(awarded_app: Flask, sink: Sink, mails: list[int]) -> None:
    sink.answer = "451 Come back later"
    with awarded_app.app_context():
        assert not processing.work_one(mails[0])
        sink.answer = "250 Kept"
        advance(awarded_app.extensions["settings"], 5)

        assert processing.work_one(mails[0])


def test_a_title_with_a_line_break_adds_no_header(awarded_app: Flask, sink: Sink) -> None:
    with awarded_app.app_context():
        with transaction():
            somebody = db.session.query(Person).filter_by(email="olga@example.org").one()
            text, values = Notification(Role.OFFICER, "%(title)s", "Text"), {"title": "Fibre\r\nBcc: all@example.org"}
            application = db.session.query(Application).one()
            outbox.mail(outbox.Mail([somebody], text, values, application=application, path="/"))
            row = db.session.query(Outbox).order_by(Outbox.id.desc()).first()
        assert row is not None
        assert processing.work_one(row.id)

    assert sink.got[0]["Bcc"] is None
    assert sink.got[0]["Subject"] == "Fibre Bcc: all@example.org"


def test_a_mail_has_the_same_text_as_plain_text_and_as_html(awarded_app: Flask, sink: Sink, mails: list[int]) -> None:
    with awarded_app.app_context():
        processing.work(mails)

    for mail in sink.got:
        assert mail.get_content_type() == "multipart/alternative"
        assert [part.get_content_type() for part in mail.iter_parts()] == ["text/plain", "text/html"]
        html = Tags(rich(mail)).text.split()
        assert [word for word in plain(mail).split() if word.rstrip(":") not in html] == []


def test_a_mail_uses_the_time_zone_of_its_recipient_and_its_subject_utc_alone(awarded_app: Flask, sink: Sink) -> None:
    by, at = Notification(Role.OFFICER, "By %(at)s", "By %(at)s"), datetime(2027, 3, 1, 23, 30, tzinfo=UTC)
    with awarded_app.app_context():
        with transaction():
            somebody = db.session.query(Person).filter_by(email="olga@example.org").one()
            somebody.timezone = "Asia/Kathmandu"
            recorded()
            application = db.session.query(Application).one()
            outbox.mail(outbox.Mail([somebody], by, {"at": at}, application=application, path="/tasks"))
            row = db.session.query(Outbox).order_by(Outbox.id.desc()).first()
        assert row is not None
        assert processing.work_one(row.id)

    assert sink.got[0]["Subject"] == "By 1 March 2027 at 23:30 UTC"
    assert "\nBy 1 March 2027 at 23:30 UTC (2 March 2027 at 05:15 in Kathmandu)\n" in plain(sink.got[0])


@pytest.mark.parametrize(
    "title",
    [
        "Réseaux “communautaires”",
        "for for “quoted” مجتمعية Internet مجتمعية x مجتمعية a:b for हिन्दी Réseau Связь",
        "communautaire Mahajanga-Ambalavao Mahajanga-Ambalavao a:b Связь communautaire",
        "Plain and short",
        "=?utf-8?q?not_ours?= and more",
        "A title\r\nBcc: somebody@example.org",
    ],
)
def test_a_subject_arrives_unchanged(awarded_app: Flask, sink: Sink, mails: list[int], title: str) -> None:
    with awarded_app.app_context():
        with transaction():
            row = db.session.get_one(Outbox, mails[0])
            row.args = row.args | {"subject": Message("Title: %(title)s", title=title).as_json()}

        assert processing.work_one(mails[0])

    (message,) = sink.got
    assert message["Subject"] == " ".join(f"Title: {title}".split())
    assert message["Bcc"] is None


@pytest.fixture
def checkpoint(awarded_app: Flask) -> Checkpoint:
    """The newest checkpoint of the awarded grant."""
    row = sealed(awarded_app)
    assert row is not None
    return row


def queued(app: Flask) -> list[int]:
    """Queue the digest as the clock does; returns the outbox rows of its mails."""
    with app.app_context():
        last = db.session.query(db.func.max(Outbox.id)).scalar()
        db.session.rollback()
        with transaction():
            digest_mails.queue()
        return list(db.session.scalars(select(Outbox.id).where(Outbox.id > last).order_by(Outbox.id)))


def test_the_digest_is_mailed_to_each_auditor_of_everything(
    awarded_app: Flask, sink: Sink, checkpoint: Checkpoint
) -> None:
    [id] = queued(awarded_app)
    with awarded_app.app_context():
        assert processing.work_one(id)

    [mail] = sink.got
    assert (mail["To"], mail["Subject"]) == ("uma@example.org", "Digest of the history, checkpoint 1")
    assert checkpoint.digest in plain(mail).splitlines()


def test_the_digest_is_mailed_once_a_day_and_only_if_it_is_new(awarded_app: Flask, checkpoint: Checkpoint) -> None:
    settings, day = awarded_app.extensions["settings"], 86_400
    counts = [len(queued(awarded_app))]
    add_event(awarded_app)
    sealed(awarded_app)
    counts.append(len(queued(awarded_app)))
    for _ in range(2):
        advance(settings, day)
        counts.append(len(queued(awarded_app)))

    assert counts == [1, 0, 1, 0]


def test_without_a_checkpoint_nothing_is_mailed(awarded_app: Flask) -> None:
    assert queued(awarded_app) == []


def test_whoever_is_no_longer_an_auditor_gets_no_digest(awarded_app: Flask, sink: Sink, checkpoint: Checkpoint) -> None:
    [id] = queued(awarded_app)
    with awarded_app.app_context():
        with transaction():
            role = db.session.query(Appointment).filter_by(role=Role.AUDITOR).one()
            persons.dismiss(role, actor=CLOCK, apply=transitions.apply)
        processing.work_one(id)
        row = db.session.get_one(Outbox, id)

    assert (row.done_at is not None, row.problem) == (True, entitlement.ENDED)
    assert sink.got == []


def test_an_auditor_of_one_programme_gets_no_digest(awarded_app: Flask, checkpoint: Checkpoint) -> None:
    with awarded_app.app_context(), transaction():
        auditor = db.session.query(Appointment).filter_by(role=Role.AUDITOR).one()
        person = auditor.person
        persons.dismiss(auditor, actor=CLOCK, apply=transitions.apply)
        persons.appoint(person, Role.AUDITOR, programme="BTN-L", actor=CLOCK)

    assert queued(awarded_app) == []
