"""A text of history is emptied by the erasure of its submission alone, in the database and in what verify accepts."""

from __future__ import annotations

import re

import psycopg
import pytest
from flask import Flask
from psycopg import errors
from sqlalchemy import func, select

from grants.db import ConstraintViolated, db, transaction
from grants.models import Application, EventText, Submission
from grants.outside.servers.postgres import plain
from grants.services.applications import erasure
from grants.services.integrity.history import About
from grants.services.integrity.verifying import texts
from tests import world
from tests.history import forging
from tests.history.conftest import Forge
from tests.history.proof import found, seal_all
from workflows.engine.roles import Role

pytestmark = pytest.mark.sweep

BLANK = "UPDATE history_words SET words = ''"
ERASE_IN_FUND = About("fund", 1, "submission", 1)
ERASE = About("application", 1, "submission", 1)
GIVEN = "Not the chapter: somebody we know owns it."


@pytest.fixture
def answered(app: Flask) -> Flask:
    """The application with a second submission, that was sent with an answer in words."""
    with app.app_context():
        made = world.found()
        row = world.submitted(made, chapter="bo")
        world.apply(made, row, "ask", "olga", Role.OFFICER, question="Who owns the mast?")
        world.apply(made, row, "answer", "bo1", Role.APPLICANT, answer=GIVEN)
    return app


def erased(app: Flask) -> None:
    """Erase the newest submission, as the command does it."""
    with app.app_context():
        row = db.session.query(Submission).order_by(Submission.id.desc()).limit(1).one()
        with transaction():
            erasure.erase(row, reason="They asked for it.", actor=world.found().actor("omar", Role.OFFICER))


def erase(app: Flask, about: About) -> None:
    """Erase the first submission as the application's role could, with an event that is about this."""
    with app.app_context(), transaction():
        forging.add(about, "erase")
        db.session.execute(select(func.erase_submission(1)))


def answers(app: Flask) -> list[str]:
    """The answers in words that history has."""
    with app.app_context():
        return list(db.session.scalars(select(EventText.words).where(EventText.name == "answer")))


@pytest.mark.parametrize("change", [BLANK, "DELETE FROM history_words", "TRUNCATE history_words"])
def test_the_application_cannot_blank_a_text(app: Flask, change: str) -> None:
    with (
        psycopg.connect(plain(app.extensions["settings"].database_url)) as connection,
        pytest.raises(errors.InsufficientPrivilege),
    ):
        connection.execute(change.encode())


@pytest.mark.parametrize("change", [BLANK, "DELETE FROM history_words", "TRUNCATE history_words"])
def test_even_the_owner_cannot_blank_a_text(app: Flask, change: str) -> None:
    with (
        psycopg.connect(plain(app.extensions["settings"].owner_database_url)) as connection,
        pytest.raises(errors.IntegrityConstraintViolation),
    ):
        connection.execute(change.encode())


def test_every_blanked_text_is_found(answered: Flask, forge: Forge) -> None:
    seal_all(answered)
    with answered.app_context():
        blanked = db.session.query(EventText).filter(EventText.words != "").order_by(EventText.id).all()
        db.session.remove()

    forge(BLANK)

    assert len(blanked) > 3
    assert found(answered) == [
        f"History, event {text.event_id}: its text “{text.name}” was emptied without an erasure." for text in blanked
    ]


def test_an_erased_answer_is_no_finding(answered: Flask) -> None:
    erased(answered)

    assert answers(answered) == [""]
    assert found(answered) == []


def test_an_erasure_excuses_no_other_text(answered: Flask, forge: Forge) -> None:
    erased(answered)

    forge(f"{BLANK} WHERE name = 'question'")

    assert [finding.partition(": ")[2] for finding in found(answered)] == [
        "its text “question” was emptied without an erasure."
    ]


def test_the_erasure_of_one_submission_excuses_no_answer_of_another(answered: Flask, forge: Forge) -> None:
    with answered.app_context():
        row = db.session.query(Submission).filter_by(application_id=2, number=1).one()
        with transaction():
            erasure.erase(row, reason="They asked for it.", actor=world.found().actor("omar", Role.OFFICER))
    assert answers(answered) == [GIVEN]

    forge(f"{BLANK} WHERE name = 'answer'")

    assert [finding.partition(": ")[2] for finding in found(answered)] == [
        "its text “answer” was emptied without an erasure."
    ]


def test_an_erasure_in_the_chain_of_a_fund_erases_nothing(app: Flask) -> None:
    with pytest.raises(ConstraintViolated, match="submission_content_is_erased"):
        erase(app, ERASE_IN_FUND)


def test_in_the_chain_of_the_application_it_does(app: Flask) -> None:
    """Counter-test: the chain is what the database refuses."""
    erase(app, ERASE)

    assert found(app) == []


def test_content_erased_by_an_event_of_another_chain_is_found(app: Flask, forge: Forge) -> None:
    forging.added(app, ERASE_IN_FUND, "erase")
    forge("UPDATE submission_content SET content = NULL")

    assert "Submission 1 of application 1: its content differs from its hash." in found(app)


def test_content_that_was_written_after_an_erasure_is_found(app: Flask, forge: Forge) -> None:
    with app.app_context():
        row = db.session.get_one(Application, 1).submission
        assert row is not None
        with transaction():
            erasure.erase(row, reason="They asked for it.", actor=world.found().actor("omar", Role.OFFICER))
    forge("""UPDATE submission_content SET content = '{"title": "Another"}'""")

    assert found(app) == ["Submission 1 of application 1 was erased, but it has content."]


ELSEWHERE = {
    "an erasure of a submission": (ERASE_IN_FUND, "erase"),
    "a note on an application": (About("application", 2, "application", 1), "note"),
    "a submission that does not exist": (About("application", 1, "submission", 99), "note"),
    "a table without a history": (About("application", 1, "counter", 1), "note"),
    "the whole system": (About("person", 1, "system", 1), "note"),
}


@pytest.mark.parametrize("name", ELSEWHERE)
def test_an_event_in_a_chain_that_its_row_does_not_belong_to_is_found(app: Flask, name: str) -> None:
    about, key = ELSEWHERE[name]
    forging.added(app, about, key)

    [finding] = found(app)

    assert finding.startswith(f"History of {about.subject} {about.subject_id}, event ")
    assert finding.endswith("it concerns a record that does not belong to this history.")


UNCHECKED = "ALTER TABLE history_words DROP CONSTRAINT history_words_salt_has_its_form"
CUT = """
    UPDATE history_words SET salt = salt || ':' || split_part(words, ':', 1),
        words = substr(words, strpos(words, ':') + 1)
    WHERE name = 'answer'"""
"""The beginning of a text becomes the end of its salt. The hash of both together is the same."""


def test_the_database_refuses_a_salt_that_takes_in_a_text(answered: Flask, forge: Forge) -> None:
    with pytest.raises(errors.CheckViolation, match="history_words_salt_has_its_form"):
        forge(CUT)


def test_a_text_that_was_cut_at_a_colon_is_found(answered: Flask, forge: Forge) -> None:
    forge(UNCHECKED)
    forge(CUT)

    assert answers(answered) == [" somebody we know owns it."]
    assert [finding.partition(": ")[2] for finding in found(answered) if finding.startswith("History")] == [
        "the salt of its text “answer” does not have the form of a salt."
    ]


def test_with_a_free_salt_the_cut_text_would_pass(
    answered: Flask, forge: Forge, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Counter-test: the hash alone does not say where the salt ends."""
    monkeypatch.setattr(texts, "SALT", re.compile(".*"))
    forge(UNCHECKED)
    forge(CUT)

    assert [finding for finding in found(answered) if finding.startswith("History")] == []
