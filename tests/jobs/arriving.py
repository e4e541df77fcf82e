"""Helpers with which tests put mails into the maildir and read what became of them."""

from __future__ import annotations

from pathlib import Path

from flask import Flask
from werkzeug.test import TestResponse

from grants.db import db, transaction
from grants.jobs import clock
from grants.models import Correspondence, Outbox, Person
from grants.services.correspondence import mails, messages
from tests import world as w
from tests.browser import signed_in
from workflows.engine.message import Message
from workflows.engine.roles import Role

DOMAIN = "replies.example.org"
ASKED = "Is the supplier’s offer in writing?"
ANSWER = "Yes, it is valid until 30 November."
HONEST = f"""\
From: Mg1 <mg1@example.org>
To: Foundation <{{address}}>
Subject: Re: Read our message
Message-ID: <{{name}}@mail.example>
Content-Type: text/plain; charset=utf-8

{ANSWER}

On Monday Olga wrote:
> {ASKED}
"""


def asked(app: Flask) -> int:
    """Olga writes to the applicant; the id of her message."""
    with app.app_context(), transaction():
        world = w.found()
        return messages.send(w.first(), body=ASKED, actor=world.actor("olga", Role.OFFICER)).id


def address_of(app: Flask, name: str, message: int, role: Role = Role.APPLICANT) -> str:
    """A reply address of this person for a message."""
    with app.app_context(), transaction() as session:
        row = session.get_one(Correspondence, message)
        return f"reply+{mails.issue(row, w.found().people[name], role)}@{DOMAIN}"


def put(folder: Path, text: str | bytes, name: str = "1.mail") -> None:
    """The mail server puts a mail into the maildir."""
    (folder / "new" / name).write_bytes(text if isinstance(text, bytes) else text.encode())


def tick(app: Flask) -> None:
    """The clock ticks."""
    with app.app_context():
        clock.tick()


def stored(app: Flask) -> list[Correspondence]:
    """The messages that came by mail."""
    with app.app_context():
        return list(db.session.query(Correspondence).filter_by(via="mail").order_by(Correspondence.id))


def ordinary_mails(app: Flask) -> list[str]:
    """The subjects of the mails that are queued and not about a message."""
    with app.app_context():
        rows = db.session.query(Outbox).filter_by(kind="mail").order_by(Outbox.id)
        return [str(row.args["subject"]["text"]) for row in rows if "subject" in row.args]  # type: ignore[index]


def _refused() -> list[Outbox]:
    rows = db.session.query(Outbox).filter_by(kind="mail").order_by(Outbox.id)
    return [row for row in rows if "not added" in str(row.args.get("subject"))]


def refusals(app: Flask) -> list[str]:
    """The reasons of the refusals that are queued."""
    with app.app_context():
        texts = [Message.from_json(row.args["text"]) for row in _refused()]  # type: ignore[arg-type]
        return [str(text.values["reason"].text) for text in texts]  # type: ignore[union-attr]


def refused_people(app: Flask) -> list[str]:
    """The addresses of the people to whom these refusals are mailed."""
    with app.app_context():
        return [db.session.get_one(Person, row.args["person"]).email for row in _refused()]


def shown(app: Flask, name: str, page: str) -> TestResponse:
    """A page, as this person reads it."""
    with app.app_context():
        client = signed_in(app, w.found().people[name])
    return client.get(page)


def places(folder: Path) -> tuple[int, int, int]:
    """How many files wait, are read, and are parked."""
    return tuple(len(list((folder / place).glob("*"))) for place in ("new", "cur", "failed"))  # type: ignore[return-value]
