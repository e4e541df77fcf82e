"""Somebody decides, joins another organisation, and it applies, all at once: it submits nothing as a decider's own."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
from flask import Flask

from grants.db import db
from grants.models import Application, Event
from grants.queries import cases
from grants.queries.applications import drafts as unsent
from grants.queries.applications import involvements as queried
from grants.services import transitions
from grants.services.applications import drafts, involvements
from grants.services.refusals import Refused
from tests import world
from tests.money.conftest import Copies
from tests.money.racing import DONE, ROUNDS, together, unlock
from tests.money.test_involving import decline, joining
from tests.money.test_judging import PAUSE, Meeting
from tests.prepared import Prepare
from workflows.engine.roles import Role

pytestmark = pytest.mark.sweep

LONGEST = 2
"""Seconds for which a submission waits for its draft."""
NO = "The costs are far too high for what the project would bring to the region."


def decidable(made: world.World) -> None:
    """An application that waits for Pia's decision."""
    row = world.in_review(made)
    world.review(made, row)
    world.apply(made, row, "to_panel", "olga", Role.OFFICER)
    world.apply(made, row, "recommend", "omar", Role.OFFICER, kind="decline", feedback=NO)


@pytest.fixture(scope="session")
def undrafted(prepare: Prepare) -> str:
    """An application that waits for Pia's decision, and a complete draft; the chapter in Bolivia has not applied."""

    def fill() -> None:
        made = world.build(programmes=("BTN-L",))
        decidable(made)
        world.draft(made)

    return prepare("decidable", fill)


@pytest.fixture(scope="session")
def drafted(prepare: Prepare) -> str:
    """The same, and a complete draft of the chapter in Bolivia."""

    def fill() -> None:
        made = world.build(programmes=("BTN-L",))
        decidable(made)
        world.draft(made, chapter="bo")

    return prepare("decidable_beside_a_draft", fill)


def begin() -> Callable[[], object]:
    """The chapter in Bolivia begins a draft, and fills it in like that of the other one."""
    made = world.found()
    call, row, actor = made.calls["BTN-L"], made.chapters["bo"], made.actor("bo1", Role.APPLICANT, made.chapters["bo"])
    like = unsent.content(db.session.query(Application).filter_by(step="draft").one())
    db.session.commit()

    def command() -> None:
        one = drafts.begin(call=call, organisation=row, actor=actor, apply=transitions.apply)
        version = unsent.of(one).version
        drafts.save(one, answers=like.answers, lines=like.lines, goals=like.goals, actor=actor, version=version)

    return command


def submit() -> Callable[[], object]:
    """The chapter in Bolivia submits its draft, as soon as it has one."""
    made = world.found()
    organisation, actor = made.chapters["bo"].id, made.actor("bo2", Role.APPLICANT, made.chapters["bo"])
    db.session.commit()

    def command() -> None:
        until = time.monotonic() + LONGEST
        while time.monotonic() < until:
            if row := db.session.query(Application).filter_by(organisation_id=organisation, step="draft").first():
                return transitions.apply(row, "submit", actor=actor)
            db.session.rollback()
            time.sleep(0.02)
        raise Refused

    return command


def submitted_as_a_deciders(app: Flask) -> bool:
    """Whether the chapter in Bolivia has submitted after Pia had decided and while she acts for it.

    Each of these events is written under the lock of its organisation or application, so that their ids tell the order.
    """
    with app.app_context():
        events = db.session.query(Event).order_by(Event.id).all()
        pia, bo = world.found().people["pia"].id, world.found().chapters["bo"].id
        theirs = [row.id for row in db.session.query(Application).filter_by(organisation_id=bo)]
        decided = [one.id for one in events if one.key == "decline"]
        joined = [one.id for one in events if (one.key, one.subject, one.subject_id) == ("join", "person", pia)]
        sent = [one.id for one in events if one.key == "submit" and one.about_id in theirs]
        return bool(decided and joined) and any(max(*decided, *joined) < at for at in sent)


def test_at_once_nothing_is_submitted_as_a_deciders(copies: Copies, undrafted: str) -> None:
    for _ in range(ROUNDS):
        with copies(undrafted) as app:
            assert None not in together(app, [decline, joining("pia", "bo"), begin, submit])
            assert submitted_as_a_deciders(app) is False


@pytest.mark.sweep
def test_at_once_a_draft_of_before_is_not_submitted_as_a_deciders(copies: Copies, drafted: str) -> None:
    for _ in range(ROUNDS):
        with copies(drafted) as app:
            assert None not in together(app, [decline, joining("pia", "bo"), submit])
            assert submitted_as_a_deciders(app) is False


def joining_meanwhile(app: Flask, patch: pytest.MonkeyPatch, *, longest: float = PAUSE) -> bool:
    """Pia has decided, and joins while the draft is submitted; returns whether that came after she had joined."""
    assert together(app, [decline]) == [DONE]
    meeting = Meeting(patch, cases, "of", longest=longest)
    sent, joined = together(app, [submit, meeting.other(joining("pia", "bo"))])
    assert joined == DONE
    assert sent == DONE or isinstance(sent, Refused)
    return submitted_as_a_deciders(app)


def test_nobody_joins_between_the_question_and_the_submission(
    copies: Copies, drafted: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(ROUNDS):
        with copies(drafted) as app, monkeypatch.context() as patch:
            assert joining_meanwhile(app, patch) is False


def test_without_the_lock_a_decider_would_join_in_between(
    copies: Copies, drafted: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    unlock(monkeypatch)
    with copies(drafted) as app:
        assert joining_meanwhile(app, monkeypatch, longest=10) is True


def test_a_submission_that_comes_second_is_refused(
    copies: Copies, drafted: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with copies(drafted) as app:
        assert together(app, [decline]) == [DONE]
        meeting = Meeting(monkeypatch, involvements, "note_joining")
        joined, sent = together(app, [joining("pia", "bo"), meeting.other(submit)])

        assert joined == DONE
        assert isinstance(sent, Refused)
        assert "Pia (demo), who acts for your organisation, has decided" in str(sent)


def test_without_the_guard_it_would_be_accepted(copies: Copies, drafted: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queried, "deciders", lambda *_: [])
    with copies(drafted) as app:
        assert together(app, [decline]) == [DONE]
        assert together(app, [joining("pia", "bo")]) == [DONE]
        assert together(app, [submit]) == [DONE]
        assert submitted_as_a_deciders(app) is True
