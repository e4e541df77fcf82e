"""No command can change a held row without an event that names it, and each event names what has changed."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import delete, event, insert, select, text, update

from grants.cli import init
from grants.db import db, transaction
from grants.models import Assignment, Award, Conflict, Event, Organisation, Person, Report, Review, Score
from grants.services import organisations, persons, transitions
from grants.services.integrity import adoption, changes
from grants.services.integrity.manifest import HELD
from grants.services.integrity.verifying import comparison
from grants.services.reviews import assignments, conflicts, scores
from tests import world
from tests.conventions import code
from workflows.engine.roles import CLOCK, Role

pytestmark = pytest.mark.sweep


def problems() -> list[str]:
    """What the verification of rows finds."""
    db.session.remove()
    return [str(message) for message in comparison.problems()]


def named() -> dict[str, dict[str, str | None]]:
    """The rows that the newest event names."""
    newest = db.session.scalars(select(Event).order_by(Event.id.desc()).limit(1)).unique().one()
    rows: dict[str, dict[str, str | None]] = newest.message.get("rows", {})
    return rows


def rename() -> None:
    """Change a row, and record nothing."""
    with transaction() as session:
        session.get_one(Person, 1).name = "Somebody else"


def rename_and_fail() -> None:
    """Change a row, and fail after it is flushed."""
    with transaction() as session:
        session.get_one(Person, 1).name = "Undone"
        session.flush()
        raise ZeroDivisionError


@contextmanager
def unguarded() -> Iterator[None]:
    """Without the check at the end of a transaction."""
    event.remove(db.session, "before_commit", changes._complete)  # noqa: SLF001 - the guard is what is removed
    try:
        yield
    finally:
        event.listen(db.session, "before_commit", changes._complete)  # noqa: SLF001


def test_a_change_that_no_event_names_is_not_committed(app: Flask) -> None:
    with app.app_context():
        with pytest.raises(changes.Unnamed, match="no event names person 1"):
            rename()

        assert problems() == []


def test_without_the_check_it_would_be_committed(app: Flask) -> None:
    """Counter-test: the row then differs from its history, and looks like a forgery."""
    with app.app_context(), unguarded():
        rename()

        assert problems() == ["person 1 differs from its history."]


def test_a_deleted_row_needs_an_event_too(app: Flask) -> None:
    with app.app_context():
        score = db.session.scalars(select(Score).order_by(Score.id).limit(1)).one()
        with pytest.raises(changes.Unnamed, match=f"no event names score {score.id}"), transaction():
            db.session.delete(score)
        with transaction():
            db.session.delete(score)
            world.recorded()

        assert named() == {"score": {str(score.id): None}}
        assert problems() == []


@pytest.mark.parametrize(
    "statement",
    [
        update(Award).values(amount=1),
        insert(Organisation).values(name="X", sort_key="x", country="MG", region="Africa"),
        delete(Person).where(Person.id == -1),
    ],
    ids=["update", "insert", "delete"],
)
def test_a_statement_that_bypasses_the_session_is_refused(app: Flask, statement: object) -> None:
    with app.app_context(), pytest.raises(changes.Unseen), transaction():
        db.session.execute(statement)  # type: ignore[call-overload]


def test_without_the_refusal_its_rows_would_be_committed_unnamed(app: Flask) -> None:
    """Counter-test: a statement whose rows nobody notes."""
    with app.app_context():
        with transaction():
            db.session.execute(update(Award).values(unused=0, conditions="None."), execution_options=changes.NOTED)

        assert problems() == ["award 1 differs from its history."]


def test_an_event_names_what_has_changed_since_the_last_one(app: Flask) -> None:
    with app.app_context():
        with transaction():
            added = organisations.add(name="New", country="MG", region="Africa", language="fr", actor=CLOCK)
            first = named()
            person = persons.add(email="new@example.org", name="New", password_hash=None, actor=CLOCK)

        assert first.keys() == {"organisation"}
        assert first["organisation"].keys() == {str(added.id)}
        assert named().keys() == {"person"}
        assert named()["person"].keys() == {str(person.id)}


def test_a_transaction_that_is_undone_leaves_nothing_to_name(app: Flask) -> None:
    with app.app_context():
        with pytest.raises(ZeroDivisionError):
            rename_and_fail()
        with transaction():
            organisations.add(name="New", country="MG", region="Africa", language="fr", actor=CLOCK)

        assert named().keys() == {"organisation"}
        assert problems() == []


@pytest.fixture
def reviewed(app: Flask) -> Flask:
    """Another application in review, with a review that is begun and one that was submitted."""
    with app.app_context():
        made = world.found()
        row = world.in_review(made, chapter="bo")
        world.scored(made, row, "rex")
        world.review(made, row, ("ria",))
    return app


def review_of(name: str) -> Review:
    """The newest review of this person."""
    of = select(Review).join(Assignment).where(Assignment.person_id == world.found().people[name].id)
    return db.session.scalars(of.order_by(Review.id.desc()).limit(1)).one()


def fingerprint_of(review: Review) -> str:
    """What the newest event states of the review."""
    return comparison.newest()["review"][review.id]


def test_a_review_is_named_whole_from_when_it_is_sent(reviewed: Flask) -> None:
    with reviewed.app_context():
        known, begun, sent = comparison.newest(), review_of("rex"), review_of("ria")

        assert {begun.id, sent.id} <= known["review"].keys()
        assert {score.id for score in begun.scores} & known["score"].keys() == set()
        assert {score.id for score in sent.scores} <= known["score"].keys()
        assert problems() == []


def test_a_review_that_is_written_on_needs_no_event(reviewed: Flask) -> None:
    with reviewed.app_context():
        review = review_of("rex")
        before = fingerprint_of(review)
        with transaction():
            scores.save(review, scores={}, texts={"strengths": "More."}, fund=True, amount=None, confidence=2)

        assert fingerprint_of(review) == before
        assert problems() == []


def test_a_review_that_was_sent_does(reviewed: Flask) -> None:
    with reviewed.app_context(), pytest.raises(changes.Unnamed, match="score"), transaction():
        review_of("ria").scores[0].points = 0


def test_a_review_that_no_longer_counts_stays_as_it_was_sent(reviewed: Flask) -> None:
    """A recommendation may have been made on it. It is released once the reviewer is invited again, to write on."""
    with reviewed.app_context():
        review, made = review_of("ria"), world.found()
        parts, whole = {score.id for score in review.scores}, fingerprint_of(review)
        with transaction():
            answers = {"person": True}
            transitions.apply(review.assignment, "conflict", actor=made.actor("ria", Role.REVIEWER), answers=answers)
        assert fingerprint_of(review) == whole
        assert parts <= comparison.newest()["score"].keys()

        with transaction():
            conflict = db.session.scalars(select(Conflict).where(Conflict.lifted_at.is_(None))).one()
            conflicts.lift(conflict, reason="Another person of this name", actor=made.actor("olga", Role.OFFICER))
        with transaction():
            transitions.apply(review.assignment, "invite_again", actor=made.actor("olga", Role.OFFICER))

        assert fingerprint_of(review) != whole
        assert comparison.newest()["score"].keys() & parts == set()
        assert problems() == []


@pytest.mark.parametrize(
    "forged",
    [
        "UPDATE review SET strengths = 'forged', amount = 1 WHERE id = :sent",
        "UPDATE review SET sent_at = NULL WHERE id = :sent",
        "DELETE FROM score WHERE review_id = :sent",
        "UPDATE review SET assignment_id = :declined WHERE id = :begun",
        "INSERT INTO review (assignment_id) VALUES (:declined)",
    ],
)
def test_what_is_forged_of_an_ended_or_open_review_is_found(reviewed: Flask, forged: str) -> None:
    with reviewed.app_context():
        made, sent, begun = world.found(), review_of("ria"), review_of("rex")
        row, olga = sent.assignment.application, made.actor("olga", Role.OFFICER)
        for assignment, key, name, answers in (
            (sent.assignment, "conflict", "ria", {"person": True}),
            (None, "decline", "rob", {"reason": "No time for it."}),
        ):
            with transaction():
                one = assignment or assignments.assign(application=row, reviewer=made.people["rob"], actor=olga)
            with transaction():
                transitions.apply(one, key, actor=made.actor(name, Role.REVIEWER), answers=answers)
        declined = one
        rows = {"sent": sent.id, "begun": begun.id, "declined": declined.id}
        assert problems() == []

        db.session.execute(text(forged).bindparams(**{key: id for key, id in rows.items() if f":{key}" in forged}))
        db.session.commit()

        assert problems() != []


def begin_in_the_first_round(monkeypatch: pytest.MonkeyPatch) -> int:
    """Rob begins a review under the release that held nothing of it until it was sent; returns its id."""
    made = world.found()
    application, olga = review_of("ria").assignment.application, made.actor("olga", Role.OFFICER)
    with monkeypatch.context() as earlier:
        for table in ("review", "score"):
            free = " ".join(HELD[table].named)
            sent = "\"assignment\".step = 'sent'"
            held = replace(HELD[table], free=free, settled=sent, settled_by="assignment.step", round=1)
            earlier.setitem(HELD, table, held)
        init.record_existing()
        with transaction():
            row = assignments.assign(application=application, reviewer=made.people["rob"], actor=olga)
        with transaction():
            transitions.apply(row, "clear", actor=made.actor("rob", Role.REVIEWER), answers={"none": True})
    return review_of("rob").id


def test_the_reviews_of_an_earlier_release_are_recorded_in_a_second_round(
    reviewed: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    with reviewed.app_context():
        id = begin_in_the_first_round(monkeypatch)
        assert problems() == [f"review {id} has no event in the history."]

        init.record_existing()

        assert (problems(), list(adoption.problems())) == ([], [])


def test_without_a_second_round_they_would_be_accused_for_ever(
    reviewed: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    with reviewed.app_context():
        id = begin_in_the_first_round(monkeypatch)
        monkeypatch.setitem(HELD, "review", replace(HELD["review"], round=1))

        init.record_existing()

        assert problems() == [f"review {id} has no event in the history."]


def test_a_report_has_its_dates_held_and_its_text_free(app: Flask) -> None:
    with app.app_context():
        world.written_report(world.found(), db.session.get_one(Award, 1), 1)
        assert problems() == []

        report = db.session.get_one(Report, 1)
        with pytest.raises(changes.Unnamed, match="report 1"), transaction():
            report.due_on += timedelta(days=30)


CHANGING = re.compile(r"\b(?:INSERT INTO|UPDATE|DELETE FROM|TRUNCATE|MERGE INTO) +\"?(\w+)", re.IGNORECASE)


def changed_by_text(tree: ast.AST) -> set[str]:
    """The held tables that SQL in the strings of a module changes, which no listener reads."""
    texts = (part.value for part in ast.walk(tree) if isinstance(part, ast.Constant) and isinstance(part.value, str))
    return {table for sql in texts for table in CHANGING.findall(sql) if table in HELD}


def test_no_text_of_sql_changes_a_held_table() -> None:
    found = {
        path: tables
        for path, tree in code.trees()
        if path.startswith("grants/") and not path.startswith("grants/migrations/")
        if (tables := changed_by_text(tree))
    }

    assert found == {}


def test_such_a_text_is_noticed() -> None:
    """Counter-test: one in a module."""
    assert changed_by_text(ast.parse("""run("UPDATE award SET amount = 1; DELETE FROM draft")""")) == {"award"}
