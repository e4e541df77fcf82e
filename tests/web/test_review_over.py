"""Whatever transition leads an application out of review, reviewers who have not submitted no longer take part."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from config import Settings
from grants.access.principals import load_principal
from grants.access.visibility import visible
from grants.cli import init
from grants.db import db, transaction
from grants.models import Application, Appointment, Assignment, Event, Outbox, Submission
from grants.queries.reviews import assignments as queries
from grants.services import persons, transitions
from grants.services.reviews import leftovers
from tests import world as w
from tests.browser import signed_in
from tests.databases import advance
from tests.prepared import Prepare
from workflows.engine.flow import Flow
from workflows.engine.roles import Role
from workflows.flows.standard import FLOWS

pytestmark = pytest.mark.sweep

FEEDBACK = "The budget does not fit the work plan, and the schools are not named at all."
WAYS: dict[str, tuple[str, str, Role, dict[str, Any]]] = {
    "withdraw": ("BTN-L", "mg1", Role.APPLICANT, {"reason": ""}),
    "to_panel": ("BTN-L", "olga", Role.OFFICER, {}),
    "award": ("BTN-S", "omar", Role.OFFICER, {"conditions": ""}),
    "decline": ("BTN-S", "omar", Role.OFFICER, {"feedback": FEEDBACK}),
    "invite": ("RES", "omar", Role.OFFICER, {}),
    "decline_statement": ("RES", "omar", Role.OFFICER, {"feedback": FEEDBACK}),
}
"""Every way out of review, with the programme, who takes it, and the answers."""


@pytest.fixture(scope="session")
def ground(prepare: Prepare) -> str:
    """An application of each programme in review: enough reviews are submitted, and Ron has begun one more."""
    return prepare("review_over", begin)


def begin() -> None:
    """Fill the database."""
    made = w.build(programmes=("BTN-S", "BTN-L", "RES"))
    with transaction():
        made.chapters["ke"] = w.organisation("University of KE", "KE", "en", "university")
        for number in (1, 2):
            made.people[f"ke{number}"] = w.person(f"ke{number}")
            persons.join(made.people[f"ke{number}"], made.chapters["ke"], actor=w.SYSTEM)
    for code, chapter, amount in (("BTN-S", "bo", 3_000), ("BTN-L", "mg", 10_000), ("RES", "ke", 10_000)):
        row = w.in_review(made, code, chapter, amount)
        w.review(made, row)
        w.scored(made, row, "ron")


def leave(code: str, key: str) -> Application:
    """Take the application of this programme out of review."""
    made = w.found()
    row = db.session.query(Application).filter_by(call_id=made.calls[code].id).one()
    _, name, role, answers = WAYS[key]
    w.apply(made, row, key, name, role, **({"amount": row.asked, **answers} if key == "award" else answers))
    return row


def of_ron(application: Application) -> Assignment:
    """Ron's assignment."""
    found = db.session.query(Assignment).filter_by(application_id=application.id)
    return found.filter_by(person_id=w.found().people["ron"].id).one()


def mails_to(name: str, subject: str) -> int:
    """The number of mails with this subject that were queued for the person."""
    person = w.found().people[name].id
    found = [row.args for row in db.session.query(Outbox).filter_by(kind="mail")]
    return sum(args["person"] == person and subject in str(args["subject"]) for args in found)


@pytest.mark.parametrize("key", WAYS)
def test_leaving_review_releases_who_has_not_submitted(app: Flask, key: str) -> None:
    with app.app_context():
        row = leave(WAYS[key][0], key)
        asked, ron = of_ron(row), w.found().people["ron"]
        steps = db.session.query(Assignment.step).filter_by(application_id=row.id).order_by(Assignment.id)

        assert [step for (step,) in steps] == ["sent", "sent", "sent", "released"]
        assert db.session.query(Event).filter_by(key="release", about_id=asked.id).count() == 1
        assert mails_to("ron", "Review no longer needed") == 1
        load = queries.candidates(row, load_principal(w.found().people["olga"]))
        assert {one.load for one in load if one.person.id == ron.id} == {2}

    assert "fibre summary" not in signed_in(app, ron).get(f"/reviews/{asked.id}").get_data(as_text=True)


def later(app: Flask, settings: Settings) -> tuple[bool, int, int]:
    """Ninety days after a decline: whether Ron may read the submission, his load, the mails when his role ends."""
    with app.app_context():
        row = leave("BTN-S", "decline")
        advance(settings, 90 * 86400)
        made = w.found()
        ron, olga = made.people["ron"], load_principal(made.people["olga"])
        shown = db.session.query(Submission.id).filter(visible(Submission, load_principal(ron)))
        [load] = [one.load for one in queries.candidates(row, olga) if one.person.id == ron.id]
        reads = (row.submission_id,) in shown.all()
        held = db.session.query(Appointment).filter_by(person_id=ron.id).one()
        with transaction():
            persons.dismiss(held, actor=made.actor("ada", Role.ADMINISTRATOR), apply=transitions.apply)
        return reads, load, mails_to("olga", "Invite a reviewer")


def test_nothing_is_read_or_asked_for_after_the_decision(app: Flask, settings: Settings) -> None:
    assert later(app, settings) == (False, 2, 2)


def test_without_endings_a_reviewer_reads_on_and_another_is_asked_for(
    app: Flask, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Flow, "ended", lambda *_: ())

    assert later(app, settings) == (True, 3, 3)


def test_what_an_earlier_release_left_open_is_closed(
    app: Flask, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(leftovers, "MOST", 1)
    with app.app_context():
        with monkeypatch.context() as patched:
            patched.setattr(Flow, "ended", lambda *_: ())
            row = leave("BTN-L", "to_panel")
        assert of_ron(row).step == "ready"

        init.close_leftovers()

        assert "Closed 1 of " in capsys.readouterr().out
        assert of_ron(row).step == "released"
        assert db.session.query(Assignment).filter_by(step="ready").count() == 2


def test_every_part_that_ends_is_found(app: Flask) -> None:
    assert {ending.part for flow in FLOWS for ending in flow.endings} == set(transitions.PARTS)
