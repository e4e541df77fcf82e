"""What a verdict, a review or a submission rests on cannot change while it is given.

Each race has a pause between what a command reads and what it writes, so that the other always comes between the two.
The counter-tests hold nothing, and show the damage.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event, text

from grants.db import db
from grants.models import Application, Assignment, Call, Check, Event
from grants.queries import cases
from grants.queries.cases import assignments as sending
from grants.services import transitions
from grants.services.applications import checks, drafts
from grants.services.refusals import Refused
from tests import world
from tests.money.conftest import Copies
from tests.money.racing import DONE, ROUNDS, Command, together, unlock
from workflows.engine.roles import Role

pytestmark = pytest.mark.sweep

PAUSE = 0.15
"""Seconds that a command waits for another which neither ends nor waits."""


HELD = text(
    "SELECT EXISTS (SELECT FROM pg_locks JOIN pg_stat_activity USING (pid)"
    " WHERE NOT granted AND datname = current_database())"
)
"""Whether a command waits for a lock of another one."""


class Meeting:
    """The instant between what one command reads and what it writes: the other begins then, and ends if it can.

    The instant is over as soon as the other has committed or failed, or waits for the first; longest: seconds, if it
    does none of these.
    """

    def __init__(self, monkeypatch: pytest.MonkeyPatch, module: Any, name: str, *, longest: float = PAUSE) -> None:
        self.read, self.ended, self.longest = threading.Event(), threading.Event(), longest
        monkeypatch.setattr(module, name, self._slow(getattr(module, name)))

    def _slow(self, reading: Callable[..., Any]) -> Callable[..., Any]:
        def slowly(*args: Any, **named: Any) -> Any:
            found = reading(*args, **named)
            if not self.read.is_set():
                self.read.set()
                self._wait()
            return found

        return slowly

    def _wait(self) -> None:
        until = time.monotonic() + self.longest
        with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as looking:
            while not self.ended.wait(0.01) and not looking.scalar(HELD) and time.monotonic() < until:
                pass

    def other(self, command: Command) -> Command:
        """The command that begins in between."""

        def read() -> Callable[[], object]:
            do = command()
            assert callable(do)

            def late() -> object:
                self.read.wait(10)
                event.listen(db.session(), "after_commit", lambda _: self.ended.set())
                try:
                    return do()
                except BaseException:
                    self.ended.set()
                    raise

            return late

        return read


def officer(do: Callable[[Application, Any], object], name: str) -> Command:
    """What an officer does with the application, read before the others begin."""

    def read() -> Callable[[], object]:
        row, actor = db.session.get_one(Application, 1), world.found().actor(name, Role.OFFICER)
        _ = row.step, row.call.step
        db.session.commit()
        return lambda: do(row, actor)

    return read


def verdict(kind: str) -> Command:
    """Olga gives a verdict on the first check."""
    note = "" if kind == "passed" else "The chapter is not in the list."
    return officer(
        lambda row, actor: checks.give(
            row, submission=1, key=row.call.data.checks[0][0], verdict=kind, note=note, actor=actor
        ),
        "olga",
    )


def transition(key: str, **answers: Any) -> Command:
    """Omar applies a transition."""
    return officer(lambda row, actor: transitions.apply(row, key, actor=actor, answers=answers), "omar")


def question(app: Flask, meeting: Meeting) -> tuple[int, int]:
    """A verdict and a question at the same instant, then the answer; returns the verdicts on either submission."""
    together(app, [verdict("passed"), meeting.other(transition("ask", question="Who owns the mast?"))])
    with app.app_context():
        made, row = world.found(), db.session.get_one(Application, 1)
        world.apply(made, row, "answer", "mg1", Role.APPLICANT, answer="The school owns it.")
        given = [one.submission_id for one in db.session.query(Check)]
        return len([one for one in given if one != row.submission_id]), given.count(row.submission_id or 0)


def test_a_verdict_on_the_old_text_does_not_count_for_the_new_one(
    copies: Copies, submitted: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(ROUNDS):
        with copies(submitted) as app, monkeypatch.context() as patch:
            assert question(app, Meeting(patch, checks, "checked_at")) in {(1, 0), (0, 0)}


def test_even_without_the_lock_it_stays_a_verdict_on_the_old_text(
    copies: Copies, submitted: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    unlock(monkeypatch)
    with copies(submitted) as app:
        assert question(app, Meeting(monkeypatch, checks, "checked_at", longest=10)) == (1, 0)


def passing(app: Flask, meeting: Meeting) -> tuple[str, bool]:
    """One officer passes the application, another finds that a check failed; returns the step, and if one failed."""
    together(app, [transition("pass"), meeting.other(verdict("failed"))])
    with app.app_context():
        failed = db.session.query(Check).filter_by(verdict="failed").count()
        return db.session.get_one(Application, 1).step, bool(failed)


def test_an_application_does_not_pass_beside_a_failed_check(
    copies: Copies, checked: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(ROUNDS):
        with copies(checked) as app, monkeypatch.context() as patch:
            assert passing(app, Meeting(patch, cases, "of")) in {("review", False), ("checks", True)}


def test_without_the_lock_it_would_pass_beside_a_failed_check(
    copies: Copies, checked: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    unlock(monkeypatch)
    with copies(checked) as app:
        assert passing(app, Meeting(monkeypatch, cases, "of", longest=10)) == ("review", True)


def send() -> Callable[[], object]:
    """Ron sends his review."""
    assignment = db.session.query(Assignment).filter_by(step="ready").one()
    actor, review = world.found().actor("ron", Role.REVIEWER), assignment.review
    assert review is not None
    _ = assignment.application.step, review.scores
    db.session.commit()
    return lambda: transitions.apply(assignment, "send", actor=actor)


def after_the_panel(app: Flask, meeting: Meeting) -> tuple[bool, bool]:
    """A review is sent while the application goes to the panel; returns if it was sent, and if that came later."""
    sent, moved = together(app, [send, meeting.other(transition("to_panel"))])
    assert moved == DONE
    with app.app_context():
        numbers = {one.key: one.number for one in db.session.query(Event).order_by(Event.id)}
    return sent == DONE, numbers["send"] > numbers["to_panel"]


def test_no_review_is_sent_after_the_application_went_to_the_panel(
    copies: Copies, fourth: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(ROUNDS):
        with copies(fourth) as app, monkeypatch.context() as patch:
            assert after_the_panel(app, Meeting(patch, sending, "missing"))[1] is False


def test_without_the_lock_a_review_would_be_sent_after_the_panel_began(
    copies: Copies, fourth: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The panel leaves the open assignment as it is here, because its version is a second safeguard."""
    unlock(monkeypatch)
    monkeypatch.setattr(transitions, "_end_parts", lambda _: None)
    with copies(fourth) as app:
        assert after_the_panel(app, Meeting(monkeypatch, sending, "missing", longest=10)) == (True, True)


def close() -> Callable[[], object]:
    """An officer closes the call."""
    made = world.found()
    db.session.commit()
    return lambda: transitions.apply(made.calls["BTN-L"], "close", actor=made.actor("olga", Role.OFFICER))


def submit() -> Callable[[], object]:
    """The chapter submits its draft, with the call in its session as it was before."""
    made = world.found()
    row, actor = db.session.get_one(Application, 1), made.actor("mg1", Role.APPLICANT, made.chapters["mg"])
    _ = row.call.step
    db.session.commit()
    return lambda: transitions.apply(row, "submit", actor=actor)


def begin() -> Callable[[], object]:
    """Another chapter begins a draft, with the call in its session as it was before."""
    made = world.found()
    call, chapter, actor = made.calls["BTN-L"], made.chapters["bo"], made.actor("bo1", Role.APPLICANT)
    db.session.commit()
    return lambda: drafts.begin(call=call, organisation=chapter, actor=actor, apply=transitions.apply)


def overtaken(command: Command, other: Command) -> list[Command]:
    """Both commands; the first has read what it needs, and goes on when the other has ended."""
    ended = threading.Event()

    def late() -> Callable[[], object]:
        do = command()
        assert callable(do)
        return lambda: ended.wait(10) and do()

    def early() -> Callable[[], object]:
        do = other()
        assert callable(do)

        def telling() -> object:
            event.listen(db.session(), "after_commit", lambda _: ended.set())
            return do()

        return telling

    return [late, early]


@pytest.mark.parametrize("command", [submit, begin])
def test_a_call_that_has_closed_takes_nothing_more(copies: Copies, large_draft: str, command: Command) -> None:
    for _ in range(ROUNDS):
        with copies(large_draft) as app:
            late, closed = together(app, overtaken(command, close))

            assert closed == DONE
            assert isinstance(late, Refused)


@pytest.mark.parametrize("command", [submit, begin])
def test_without_the_lock_a_call_that_has_closed_would_take_more(
    copies: Copies, large_draft: str, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    unlock(monkeypatch)
    with copies(large_draft) as app:
        assert together(app, overtaken(command, close)) == [DONE, DONE]
        with app.app_context():
            assert db.session.query(Call).one().step == "closed"
