"""A member who may only view gets mails about messages, but no reply address, and no reply of theirs is lost."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask

from grants.models import MessageMail
from grants.services.correspondence import mails, replies
from grants.services.refusals import Refused
from tests.jobs.arriving import (
    ANSWER,
    HONEST,
    address_of,
    asked,
    places,
    put,
    refusals,
    refused_people,
    shown,
    stored,
    tick,
)
from tests.jobs.tags import plain
from tests.jobs.test_mailing import Sink
from tests.jobs.test_message_mails import sent
from tests.web.test_members import change
from workflows.engine.message import Message
from workflows.mails.messages import REPLY, VIEW_ONLY

pytestmark = [pytest.mark.ground("in_review"), pytest.mark.sweep]


def only_view(app: Flask) -> None:
    """The second member may only view."""
    with app.app_context():
        change("mg2")


def test_who_may_only_view_gets_no_reply_address(app: Flask, sink: Sink) -> None:
    only_view(app)
    asked(app)

    writer, viewer = sorted(sent(app, sink), key=lambda mail: mail["To"])

    assert (viewer["To"], viewer["Reply-To"], VIEW_ONLY in plain(viewer)) == ("mg2@example.org", None, True)
    assert (writer["Reply-To"] is not None, REPLY in plain(writer)) == (True, True)


def test_without_that_question_they_would_get_one(app: Flask, sink: Sink, monkeypatch: pytest.MonkeyPatch) -> None:
    """Counter-test."""
    monkeypatch.setattr(mails, "may_answer", lambda *_: True)
    only_view(app)
    asked(app)

    assert [mail["Reply-To"] is not None for mail in sent(app, sink)] == [True, True]


@pytest.mark.parametrize("sender", ["mg2@example.org", "r.tojo@mail.example"])
def test_a_reply_of_who_may_view_only_by_now_is_refused_with_a_mail(app: Flask, folder: Path, sender: str) -> None:
    text = HONEST.format(address=address_of(app, "mg2", asked(app)), name="1")
    only_view(app)
    put(folder, text.replace("mg1@example.org", sender))

    for _ in range(4):
        tick(app)

    assert (stored(app), len(refusals(app)), refused_people(app)) == ([], 1, ["mg2@example.org"])
    assert ANSWER not in shown(app, "olga", "/applications/1/messages").text


def test_if_the_refusal_escaped_nobody_would_read_of_it(
    app: Flask, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Counter-test: the reply is tried at every tick, and its author believes that it has arrived."""

    def escape(_: MessageMail, reason: Message) -> None:
        raise Refused(reason)

    monkeypatch.setattr(replies, "_refuse", escape)
    text = HONEST.format(address=address_of(app, "mg2", asked(app)), name="1")
    only_view(app)
    put(folder, text.replace("mg1@example.org", "mg2@example.org"))

    for _ in range(4):
        tick(app)

    assert (stored(app), refusals(app), places(folder)) == ([], [], (1, 0, 0))
