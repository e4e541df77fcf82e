"""Which rights a member can give by an invitation: a contact all, others their own."""

from __future__ import annotations

import pytest
from flask import Flask

from grants.services import invitations
from tests.browser import anonymous
from tests.jobs.test_mailing import Sink
from tests.web.test_colleagues import accept, invite, paths, send, sink
from tests.web.test_members import change
from workflows.engine.rights import Right

__all__ = ["sink"]

pytestmark = pytest.mark.ground("small")


@pytest.mark.parametrize(
    ("held", "ticked", "status"),
    [
        ({Right.SIGN}, {"may_edit": "", "is_contact": "y"}, 409),
        ({Right.SIGN}, {"may_edit": "y"}, 409),
        ({Right.SIGN}, {"may_edit": "", "may_sign": "y"}, 302),
        ({Right.CONTACT}, {"may_edit": "y", "may_submit": "y"}, 302),
    ],
)
def test_only_a_contact_gives_rights_beyond_their_own(
    app: Flask, held: set[Right], ticked: dict[str, str], status: int
) -> None:
    with app.app_context():
        change("mg2", *held, by="mg1")

    answer = invite(app, by="mg2", **ticked)

    assert answer.status_code == status
    assert ("Only a contact can give rights" in answer.get_data(as_text=True)) is (status == 409)


def test_without_that_rule_the_right_to_sign_would_take_over_the_organisation(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Counter-test."""
    with app.app_context():
        change("mg2", Right.SIGN, by="mg1")
    monkeypatch.setattr(invitations, "expect_own", lambda *_: None)

    assert invite(app, by="mg2", is_contact="y").status_code == 302


def test_what_the_inviter_could_no_longer_give_is_not_accepted(app: Flask, sink: Sink) -> None:
    invite(app, by="mg2", is_contact="y")
    send(app)
    with app.app_context():
        change("mg2", Right.SIGN, by="mg1")

    assert accept(anonymous(app), paths(sink)[-1]).status_code == 409
