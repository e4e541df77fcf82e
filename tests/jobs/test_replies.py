"""Replies by mail: honest ones arrive on the application, hostile ones harm nobody."""

from __future__ import annotations

import re
from collections.abc import Callable
from email.message import EmailMessage
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from config import Settings
from grants.db import db, transaction
from grants.models import ClockFailure, Correspondence, MessageMail, Outbox, Person
from grants.outside import incoming
from grants.queries import correspondence as found
from grants.queries import recipients
from grants.services.correspondence import messages, replies
from grants.services.correspondence.messages import Received
from tests import world as w
from tests.databases import advance
from tests.jobs.arriving import (
    ANSWER,
    ASKED,
    HONEST,
    address_of,
    asked,
    ordinary_mails,
    places,
    put,
    refusals,
    refused_people,
    shown,
    stored,
    tick,
)
from tests.web.reading import words
from workflows.engine.roles import Role

pytestmark = [pytest.mark.ground("in_review"), pytest.mark.sweep]


def test_a_reply_arrives_on_the_application(app: Flask, folder: Path) -> None:
    put(folder, HONEST.format(address=address_of(app, "mg1", asked(app)), name="1"))

    tick(app)

    [row] = stored(app)
    assert (row.body, row.side, row.held_from) == (ANSWER, "applicant", "")
    assert row.quoted == f"On Monday Olga wrote:\n> {ASKED}"
    assert places(folder) == (0, 1, 0)
    page = words(shown(app, "olga", "/applications/1/messages"))
    assert "by email" in page
    assert "Show the quoted email (2 lines)" in page


def test_an_officer_answers_by_mail(app: Flask, folder: Path) -> None:
    with app.app_context(), transaction():
        message = messages.send(w.first(), body="May we?", actor=w.found().actor("mg1", Role.APPLICANT)).id
    text = HONEST.replace("mg1@", "olga@").format(address=address_of(app, "olga", message, Role.OFFICER), name="1")
    put(folder, text)

    tick(app)

    assert [(row.side, row.body) for row in stored(app)] == [("foundation", ANSWER)]


def test_the_same_mail_is_stored_once(app: Flask, folder: Path) -> None:
    address = address_of(app, "mg1", asked(app))
    for name in ("1.mail", "2.mail"):
        put(folder, HONEST.format(address=address, name="same"), name)

    tick(app)

    assert len(stored(app)) == 1
    assert places(folder) == (0, 2, 0)


def test_html_alone_is_read_as_text(app: Flask, folder: Path) -> None:
    mail = EmailMessage()
    mail["From"], mail["Message-ID"] = "mg1@example.org", "<h@mail.example>"
    mail["Delivered-To"] = address_of(app, "mg1", asked(app))
    mail.set_content(
        f"<style>p {{}}</style><p>Yes, <b>really</b>.</p><script>x()</script><div>{ANSWER}</div>"
        f"<blockquote>On Monday<p>{ASKED}</p></blockquote>",
        subtype="html",
    )
    put(folder, mail.as_bytes())

    tick(app)

    [row] = stored(app)
    assert [line for line in row.body.split("\n") if line] == ["Yes, really.", ANSWER]
    assert ASKED in row.quoted


def test_attachments_are_counted_and_left_out(app: Flask, folder: Path) -> None:
    mail = EmailMessage()
    mail["From"], mail["To"] = "mg1@example.org", address_of(app, "mg1", asked(app))
    mail.set_content(ANSWER)
    for name in ("offer.pdf", "list.pdf"):
        mail.add_attachment(b"%PDF-", maintype="application", subtype="pdf", filename=name)
    put(folder, mail.as_bytes())

    tick(app)

    assert [row.files for row in stored(app)] == [2]
    page = words(shown(app, "mg1", "/applications/1/messages"))
    assert "2 attachments were not added. Upload them on the page of the application." in page


def test_a_right_to_left_text_keeps_its_letters_and_no_override(app: Flask, folder: Path) -> None:
    text = HONEST.replace(ANSWER, "نعم، العرض \u202eمكتوب\u0000").format(
        address=address_of(app, "mg1", asked(app)), name="r"
    )
    put(folder, text)

    tick(app)

    assert [row.body for row in stored(app)] == ["نعم، العرض مكتوب"]


Change = Callable[[str], str]
LEFT_OUT: dict[str, Change] = {
    "a stranger without a token": lambda text: re.sub(r"reply\+[0-9a-f]{32}", "grants", text),
    "a forged token": lambda text: re.sub(r"reply\+[0-9a-f]{32}", f"reply+{'0' * 32}", text),
    "an out-of-office reply": lambda text: f"Auto-Submitted: auto-replied\n{text}",
    "a vacation reply of old programs": lambda text: f"Precedence: bulk\n{text}",
    "a mail that nobody wrote": lambda text: f"Return-Path: <>\n{text}",
    "a mailing list": lambda text: f"List-Id: <all.example.org>\n{text}",
    "a delayed mail": lambda text: text.replace(
        "text/plain; charset=utf-8", "multipart/report; report-type=delivery-status; boundary=x"
    ),
}


@pytest.mark.parametrize("name", LEFT_OUT)
def test_it_is_left_out_and_nobody_is_answered(app: Flask, folder: Path, name: str) -> None:
    text = HONEST.format(address=address_of(app, "mg1", asked(app)), name="1")
    before = ordinary_mails(app)
    put(folder, LEFT_OUT[name](text))

    tick(app)

    assert (stored(app), ordinary_mails(app)) == ([], before)
    assert places(folder) == (0, 1, 0)


def test_without_the_sign_it_would_be_stored(app: Flask, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Counter-test: a loop of automatic replies would fill the application."""
    monkeypatch.setattr(incoming, "_is_automatic", lambda _: False)
    text = HONEST.format(address=address_of(app, "mg1", asked(app)), name="1")
    put(folder, LEFT_OUT["an out-of-office reply"](text))

    tick(app)

    assert len(stored(app)) == 1


def test_a_mail_from_another_address_is_held_back(app: Flask, folder: Path) -> None:
    text = HONEST.format(address=address_of(app, "mg1", asked(app)), name="1")
    put(folder, text.replace("mg1@example.org", "R.Tojo@mail.example"))

    tick(app)

    assert [row.held_from for row in stored(app)] == ["r.tojo@mail.example"]
    assert ANSWER not in words(shown(app, "mg1", "/applications/1/messages"))
    assert ANSWER in words(shown(app, "olga", "/applications/1/messages"))


def with_the_officers_token(app: Flask, folder: Path) -> int:
    """A stranger answers with the reply address of Olga; the id of the message of the applicant that it answers."""
    with app.app_context(), transaction():
        world = w.found()
        actor = world.actor("mg1", Role.APPLICANT, world.chapters["mg"])
        message = messages.send(w.first(), body="When will you decide?", actor=actor).id
    text = HONEST.format(address=address_of(app, "olga", message, Role.OFFICER), name="1")
    put(folder, text.replace("mg1@example.org", "stranger@mail.example"))
    return message


def mailed_to(app: Flask, besides: int) -> set[tuple[str, str]]:
    """The person and the role of each mail of a message, apart from this one."""
    with app.app_context():
        rows = [row.args for row in db.session.query(Outbox).filter(Outbox.args.has_key("message"))]
        new = [args for args in rows if args["message"] != besides]
        return {(db.session.get_one(Person, args["person"]).email, str(args["role"])) for args in new}


def test_a_mail_to_the_reply_address_of_an_officer_reaches_no_applicant(app: Flask, folder: Path) -> None:
    question = with_the_officers_token(app, folder)

    tick(app)

    assert [(row.side, row.held_from) for row in stored(app)] == [("foundation", "stranger@mail.example")]
    assert {role for _, role in mailed_to(app, question)} == {"officer"}
    assert ANSWER not in words(shown(app, "mg1", "/applications/1/messages"))
    with app.app_context():
        waiting = db.session.scalars(select(Correspondence.id).where(found.unanswered())).all()
        unread = db.session.scalars(select(Correspondence.id).where(found.unread(w.found().people["mg1"].id))).all()
    assert (waiting, unread) == ([question], [])


def test_without_the_mark_the_applicant_would_be_mailed_a_forged_answer(
    app: Flask, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Counter-test."""
    question = with_the_officers_token(app, folder)
    monkeypatch.setattr(replies, "Received", lambda **given: Received(**given | {"held_from": ""}))

    tick(app)

    assert ("mg1@example.org", "applicant") in mailed_to(app, question)


def test_a_token_leads_to_its_own_application_only(app: Flask, folder: Path) -> None:
    """The text names another case; the token decides."""
    with app.app_context():
        other = w.submitted(w.found(), chapter="bo").id
    text = HONEST.format(address=address_of(app, "mg1", asked(app)), name="1")
    put(folder, text.replace("Subject: Re:", f"Subject: Re: application {other}"))

    tick(app)

    assert [row.application_id for row in stored(app)] == [1]


def test_a_token_of_another_organisation_stores_nothing_visible_there(app: Flask, folder: Path) -> None:
    """Bo1 got hold of the reply address of Mg1: the mail is held back, and the applicant does not see it."""
    text = HONEST.format(address=address_of(app, "mg1", asked(app)), name="1")
    put(folder, text.replace("mg1@", "bo1@"))

    tick(app)

    assert [row.held_from for row in stored(app)] == ["bo1@example.org"]


def test_who_has_left_the_organisation_is_left_out(app: Flask, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(folder, HONEST.format(address=address_of(app, "mg1", asked(app)), name="1"))
    monkeypatch.setattr(recipients, "entitled", lambda *_: [])

    tick(app)

    assert stored(app) == []
    assert places(folder) == (0, 1, 0)


def test_five_megabytes_of_quotation_are_refused_with_a_mail(app: Flask, folder: Path) -> None:
    text = HONEST.format(address=address_of(app, "mg1", asked(app)), name="1")
    put(folder, text + f"> {ASKED}\n" * (incoming.LARGEST // len(ASKED)))

    tick(app)

    assert (stored(app), refusals(app)) == ([], ["Your email is larger than 5 MB. Write your message on the page."])


def test_just_below_the_limit_the_quotation_is_cut(app: Flask, folder: Path) -> None:
    text = HONEST.format(address=address_of(app, "mg1", asked(app)), name="1")
    put(folder, (text + "> quoted again and again\n" * 300_000).encode()[: incoming.LARGEST])

    tick(app)

    [row] = stored(app)
    assert (row.body, len(row.quoted) <= 20_000) == (ANSWER, True)


@pytest.mark.parametrize("sender", ["mg1@example.org", "r.tojo@mail.example"])
@pytest.mark.parametrize(
    ("written", "reason"),
    [
        ("word " * 3_000, "Your email has more than %(most)s characters. Write a shorter message on the page."),
        ("> only a quotation", "We found no text in your email. Write your message on the page."),
    ],
)
def test_what_is_not_stored_is_explained_to_the_person_of_the_token(
    app: Flask, folder: Path, sender: str, written: str, reason: str
) -> None:
    text = HONEST.format(address=address_of(app, "mg1", asked(app)), name="1")
    put(folder, text.replace(ANSWER, written).replace("mg1@example.org", sender))

    tick(app)

    assert (stored(app), refusals(app), refused_people(app)) == ([], [reason], ["mg1@example.org"])


def test_an_address_that_has_expired_is_explained(app: Flask, folder: Path, settings: Settings) -> None:
    put(folder, HONEST.format(address=address_of(app, "mg1", asked(app)), name="1"))
    advance(settings, 91 * 86_400)

    tick(app)

    assert (stored(app), len(refusals(app))) == ([], 1)


def test_an_expired_address_is_forgotten_later(app: Flask, folder: Path, settings: Settings) -> None:
    put(folder, HONEST.format(address=address_of(app, "mg1", asked(app)), name="1"))
    advance(settings, 121 * 86_400)

    tick(app)
    tick(app)

    with app.app_context():
        assert db.session.query(MessageMail).count() == 0


BROKEN = {
    "no sender": b"To: x\n\nHello",
    "two senders": b"From: a@b.example\nFrom: c@d.example\nTo: x\n\nHello",
    "null bytes": b"\0" * 1000,
    "deep parts": b"".join(b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (n, n) for n in range(3000)),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_file_is_parked_and_named_and_stops_no_other(app: Flask, folder: Path, name: str) -> None:
    put(folder, BROKEN[name], "0.broken")
    put(folder, HONEST.format(address=address_of(app, "mg1", asked(app)), name="1"), "1.mail")

    for _ in range(3):
        tick(app)

    assert len(stored(app)) == 1
    assert places(folder) == (0, 1, 1)
    with app.app_context():
        assert [row.task for row in db.session.query(ClockFailure)] == ["reply 0.broken"]
    page = words(shown(app, "ada", "/failures"))
    assert "Reply by email, file 0.broken" in page
    (folder / "failed" / "0.broken").unlink()
    tick(app)
    with app.app_context():
        assert db.session.query(ClockFailure).count() == 0


def test_broken_mime_is_read_as_far_as_it_goes(app: Flask, folder: Path) -> None:
    text = HONEST.format(address=address_of(app, "mg1", asked(app)), name="1")
    broken = text.replace("text/plain; charset=utf-8", 'text/plain; charset="no-such\n charset"')
    put(folder, broken)

    tick(app)

    assert [row.body for row in stored(app)] == [ANSWER]


def test_a_folder_that_cannot_be_read_is_named(app: Flask, folder: Path) -> None:
    for place in ("cur", "new"):
        (folder / place).rmdir()
    (folder / "new").write_text("no folder")

    tick(app)

    with app.app_context():
        assert [row.task for row in db.session.query(ClockFailure)] == ["replies"]
