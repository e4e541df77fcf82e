"""The mails of messages: language, reply address, thread, and what became of them."""

from __future__ import annotations

import re
from dataclasses import replace
from email.message import EmailMessage
from pathlib import Path

import pytest
from flask import Flask

from grants.db import db, transaction
from grants.jobs import message_mails, processing
from grants.models import Correspondence, MessageMail, Outbox, Person
from grants.services.correspondence import messages
from tests import world as w
from tests.jobs.arriving import ASKED, DOMAIN, asked, put, shown, stored, tick
from tests.jobs.tags import plain
from tests.jobs.test_mailing import Sink
from tests.web.reading import words
from workflows.engine.roles import Role
from workflows.mails.messages import ON_PAGE

pytestmark = [pytest.mark.ground("in_review"), pytest.mark.sweep]


def sent(app: Flask, sink: Sink) -> list[EmailMessage]:
    """The mails of messages, sent by a worker."""
    with app.app_context():
        rows = [row.id for row in db.session.query(Outbox).filter_by(kind="mail") if "message" in row.args]
        for id in rows:
            assert processing.work_one(id)
    return sink.got


def test_a_message_is_mailed_to_the_other_side_in_their_language(app: Flask, sink: Sink) -> None:
    with app.app_context(), transaction() as session:
        session.query(Person).filter_by(email="mg1@example.org").one().language = "fr"
        w.recorded()
    asked(app)

    french, english = sorted(sent(app, sink), key=lambda mail: mail["To"])

    assert (french["To"], english["To"]) == ("mg1@example.org", "mg2@example.org")
    assert ASKED in plain(english)
    assert ASKED in plain(french)
    assert "Dear Mg2 (demo)," in plain(english)
    assert "Read our message" not in french["Subject"]
    assert "/applications/1/messages" in plain(english)
    assert re.fullmatch(rf".*<reply\+[0-9a-f]{{32}}@{re.escape(DOMAIN)}>", english["Reply-To"])


def test_the_token_is_stored_as_a_hash_only(app: Flask, sink: Sink) -> None:
    asked(app)
    token = re.findall(r"reply\+([0-9a-f]{32})@", sent(app, sink)[0]["Reply-To"])[0]

    with app.app_context():
        assert token not in str([row.args for row in db.session.query(Outbox)])
        assert token not in {row.token_sha256 for row in db.session.query(MessageMail)}


def test_without_a_domain_the_mail_says_to_answer_on_the_page(app: Flask, sink: Sink) -> None:
    app.extensions["settings"] = replace(app.extensions["settings"], reply_domain="")
    asked(app)

    mail = sent(app, sink)[0]

    assert mail["Reply-To"] is None
    assert ON_PAGE in plain(mail)


def test_the_mails_of_an_application_form_one_thread(app: Flask, sink: Sink) -> None:
    asked(app)
    asked(app)

    first, second = (mail for mail in sent(app, sink) if mail["To"] == "mg1@example.org")

    assert second["In-Reply-To"] == first["Message-ID"]
    assert second["References"] == f"{first['References']} {first['Message-ID']}"


def test_an_erased_text_is_not_mailed(app: Flask, sink: Sink) -> None:
    message = asked(app)
    with app.app_context(), transaction() as session:
        row = session.get_one(Correspondence, message)
        messages.erase(row, reason="They asked for it.", actor=w.found().actor("olga", Role.OFFICER))

    assert sent(app, sink) == []
    with app.app_context():
        assert {row.problem for row in db.session.query(Outbox) if "message" in row.args} == {message_mails.GONE}


BOUNCE = """\
From: MAILER-DAEMON@mail.example
To: {address}
Return-Path: <>
Content-Type: multipart/report; report-type=delivery-status; boundary=x

--x
Content-Type: text/plain

It could not be delivered.
--x
Content-Type: message/delivery-status

Reporting-MTA: dns; mail.example

Final-Recipient: rfc822; mg1@example.org
Action: failed
Status: 5.2.2
Diagnostic-Code: smtp; 552 5.2.2 mailbox full
--x--
"""


def test_a_bounce_is_shown_under_the_message(app: Flask, folder: Path, sink: Sink) -> None:
    asked(app)
    mail = next(one for one in sent(app, sink) if one["To"] == "mg1@example.org")
    put(folder, BOUNCE.format(address=re.findall(r"<(.*)>", mail["Reply-To"])[0]))

    tick(app)

    assert stored(app) == []
    page = words(shown(app, "olga", "/applications/1/messages"))
    assert "Email to Mg1 (demo) was returned" in page
    assert "552 5.2.2 mailbox full" in page
    assert "Emailed to Mg2 (demo)" in page
